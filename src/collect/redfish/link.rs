//! Which links of a BMC's answers are followed: those that stay on the same service, below `/redfish`.

use serde_json::Value;

/// The path (with its query) that a link leads to, fit for a request line; `None` if it leads elsewhere.
///
/// Links are paths as a rule (DSP0266); the `Location` of a session and redirects may name the host.
#[must_use]
pub fn followed(link: &str, authority: &str) -> Option<String> {
    let link = link.split('#').next().unwrap_or_default();
    let path = match link.get(..8).filter(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        Some(_) => {
            let rest = link.get(8..)?;
            let (host, path) = rest.split_at(rest.find('/')?);
            let bare = |host: &str| host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase();
            Some(path).filter(|_| bare(host) == bare(authority))?
        }
        None => link,
    };
    let inside = path == "/redfish" || path.starts_with("/redfish/");
    let climbs = path.split(['/', '?']).any(|part| part == "..");
    (inside && !climbs).then(|| encoded(path))
}

/// Blanks and what is no ASCII, as some makers have them in ids, may not stand in a request line.
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// What a path is known by: a slash at its end does not make it another.
#[must_use]
pub fn key(path: &str) -> String {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let path = path.trim_end_matches('/');
    query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
}

/// A path with one more query option.
#[must_use]
pub fn with_option(path: &str, option: &str) -> String {
    let glue = if path.contains('?') { '&' } else { '?' };
    format!("{path}{glue}{option}")
}

/// The link that a resource has under a name, also among its `Links`.
#[must_use]
pub fn of<'a>(resource: &'a Value, name: &str) -> Option<&'a str> {
    let places = [resource.get(name), resource.get("Links").and_then(|links| links.get(name))];
    places.into_iter().flatten().find_map(target)
}

/// The target of a link: `{"@odata.id": "/redfish/v1/Chassis"}`.
#[must_use]
pub fn target(link: &Value) -> Option<&str> {
    link.get("@odata.id").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_the_same_service_are_followed() {
        for (link, path) in [
            ("/redfish/v1/Systems/", Some("/redfish/v1/Systems/")),
            ("/redfish/v1/Power#/PowerSupplies/0", Some("/redfish/v1/Power")),
            ("https://BMC/redfish/v1/S/1", Some("/redfish/v1/S/1")),
            ("https://bmc:443/redfish/v1/S/1", Some("/redfish/v1/S/1")),
            ("/redfish/v1/PSU (1)\r\nHost: x", Some("/redfish/v1/PSU%20(1)%0D%0AHost:%20x")),
            ("https://bmc:8443/redfish/v1", None),
            ("https://evil/redfish/v1", None),
            ("http://bmc/redfish/v1", None),
            ("//evil/redfish/v1", None),
            ("/redfish/../etc", None),
            ("/redfish.evil/", None),
            ("/rest/v1", None),
            ("", None),
            ("https://", None),
            ("ünicode!", None),
        ] {
            assert_eq!(followed(link, "bmc").as_deref(), path, "{link}");
        }
    }

    #[test]
    fn a_slash_at_the_end_makes_no_other_path() {
        assert_eq!(key("/redfish/v1/"), key("/redfish/v1"));
        assert_eq!(key("/redfish/v1/E/?$skip=50"), "/redfish/v1/E?$skip=50");
        assert_eq!(with_option("/e", "$skip=1"), "/e?$skip=1");
        assert_eq!(with_option("/e?$top=2", "$skip=1"), "/e?$top=2&$skip=1");
    }
}
