//! A page of a collection: its members as they came, and where the next page is.

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Value;
use serde_json::value::RawValue;

use super::link;

/// What is read of a page. Everything else in it says nothing of the members.
#[derive(Deserialize)]
struct Written<'t> {
    #[serde(rename = "Members", borrow, default)]
    members: Option<Vec<&'t RawValue>>,
    #[serde(rename = "Members@odata.nextLink", default)]
    next: Value,
    /// As OData has it, and some services with it.
    #[serde(rename = "@odata.nextLink", default)]
    bare_next: Value,
    #[serde(rename = "Members@odata.count", default)]
    count: Value,
}

/// A page of a collection.
pub(super) struct Page<'t> {
    /// The JSON of each member.
    pub members: Vec<&'t str>,
    /// The link to the next page.
    pub next: Option<String>,
    /// How many members the whole collection has, as the service says.
    pub count: Option<u64>,
}

impl<'t> Page<'t> {
    pub fn of(text: &'t str) -> Result<Self, serde_json::Error> {
        // serde would take an array for the members of the struct, one after the other.
        if !text.starts_with('{') {
            return Err(serde_json::Error::custom("a collection is an object"));
        }
        let written: Written<'t> = serde_json::from_str(text)?;
        let members = written.members.unwrap_or_default().into_iter().map(RawValue::get).collect();
        let next = [&written.next, &written.bare_next];
        let next = next.into_iter().find_map(|next| next.as_str().or_else(|| link::target(next)));
        Ok(Self { members, next: next.map(str::to_owned), count: written.count.as_u64() })
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn a_page_is_read_in_every_shape() {
        let text =
            r#"{"Id":"x","Members":[{"a":1.50},{}],"Members@odata.count":7,"Members@odata.nextLink":"/n"}"#;
        let page = Page::of(text).unwrap();
        assert_eq!(page.members, [r#"{"a":1.50}"#, "{}"]);
        assert_eq!((page.next.as_deref(), page.count), (Some("/n"), Some(7)));
        for text in
            [r#"{"Members":null,"@odata.nextLink":{"@odata.id":"/n"},"Members@odata.count":"7"}"#, "{}"]
        {
            let page = Page::of(text).unwrap();
            assert!(page.members.is_empty() && page.count.is_none(), "{text}");
        }
        assert!(Page::of("[]").is_err());
    }
}
