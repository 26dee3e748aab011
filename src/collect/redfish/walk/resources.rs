//! Single resources and the members of collections: read, kept, and their failures judged.

use std::collections::HashSet;
use std::time::Instant;

use serde_json::Value;

use super::{ReadError, Walk};
use crate::collect::causes::with_causes;
use crate::collect::redfish::answer::Answer;
use crate::collect::redfish::client::GetError;
use crate::collect::redfish::connection::WireError;
use crate::collect::redfish::entry::lone_link;
use crate::collect::redfish::http::HttpError;
use crate::collect::redfish::link;
use crate::collect::redfish::page::Page;
use crate::collect::redfish::reading::{Document, DocumentKind, Problem};

/// Members of one collection other than a log.
const MEMBERS_MAX: usize = 2_000;
/// Resources in a row that cut or silence the connection, each in spite of all retries.
const STRIKES_MAX: u32 = 3;
/// A member of a collection.
pub(super) enum Member {
    Link(String),
    Whole { path: String, json: String },
}

/// A resource: its path, its value, and the answer that brought it, if it came alone.
pub(super) type Got = (String, Value, Option<Answer>);

impl Walk<'_, '_> {
    /// The members of the collection that a resource links to.
    pub(super) fn members_of(&mut self, resource: &Value, name: &str) -> Result<Vec<Member>, ReadError> {
        match link::of(resource, name).map(str::to_owned) {
            Some(collection) => self.members(&collection),
            None => Ok(Vec::new()),
        }
    }

    /// The members of a collection, in one request if the service can do that.
    pub(super) fn expanded_members(&mut self, collection: &str) -> Result<Vec<Member>, ReadError> {
        if let Some(option) = &self.expand {
            let expanded = link::with_option(collection, option);
            let got = self.client.get(&expanded, self.wanted.limits.page_bytes_max);
            let page = match &got {
                Ok(answer) => Page::of(&answer.text).ok(),
                Err(GetError::Status { .. } | GetError::NotJson(_)) => None,
                Err(_) => return self.settled(&expanded, got).map(|_| Vec::new()),
            };
            let members: Vec<Member> = match page {
                Some(page) if page.next.is_none() => {
                    page.members.iter().filter_map(|json| member(json)).collect()
                }
                _ => Vec::new(),
            };
            if members.iter().any(|member| matches!(member, Member::Whole { .. })) {
                return Ok(members);
            }
        }
        self.members(collection)
    }

    /// The members of a collection, over all its pages.
    pub(super) fn members(&mut self, collection: &str) -> Result<Vec<Member>, ReadError> {
        let (mut members, mut asked, mut next) = (Vec::new(), HashSet::new(), Some(collection.to_owned()));
        while let Some(path) = next.take() {
            if !asked.insert(link::key(&path)) || members.len() > MEMBERS_MAX {
                self.problem(&path, "the pages of the collection have no end".to_owned());
                break;
            }
            let got = self.client.get(&path, self.wanted.limits.page_bytes_max);
            let Some(answer) = self.settled(&path, got)? else { break };
            let page = Page::of(&answer.text).map_err(GetError::NotJson);
            let Some(page) = self.settled(&path, page)? else { break };
            members.extend(page.members.iter().filter_map(|json| member(json)));
            next = page.next;
        }
        Ok(members)
    }

    /// The resource that another links to.
    pub(super) fn linked(
        &mut self,
        resource: &Value,
        name: &str,
        kind: DocumentKind,
    ) -> Result<Option<Got>, ReadError> {
        match link::of(resource, name).map(str::to_owned) {
            Some(path) => self.resource(&Member::Link(path), kind),
            None => Ok(None),
        }
    }

    /// Reads and keeps a resource; `None` if that was not possible, or has been done.
    pub(super) fn resource(&mut self, member: &Member, kind: DocumentKind) -> Result<Option<Got>, ReadError> {
        let (Member::Link(path) | Member::Whole { path, .. }) = member;
        let key = link::key(path.split('#').next().unwrap_or_default());
        if !self.visited.insert(key.clone()) {
            return Ok(None);
        }
        if let Member::Whole { json, .. } = member {
            let value = serde_json::from_str(json).map_err(GetError::NotJson);
            let Some(value) = self.settled(path, value)? else { return Ok(None) };
            self.keep_at(&key, kind, json, Instant::now())?;
            return Ok(Some((key, value, None)));
        }
        let got = self.client.get(path, self.wanted.limits.resource_bytes_max);
        let got = got.and_then(|answer| answer.value().map(|value| (value, answer)));
        let Some((value, answer)) = self.settled(path, got)? else { return Ok(None) };
        self.keep(&key, kind, &answer.text, &answer)?;
        Ok(Some((key, value, Some(answer))))
    }

    pub(super) fn keep(
        &mut self,
        path: &str,
        kind: DocumentKind,
        json: &str,
        answer: &Answer,
    ) -> Result<(), ReadError> {
        self.keep_at(&link::key(path), kind, json, answer.answered)
    }

    pub(super) fn keep_at(
        &mut self,
        path: &str,
        kind: DocumentKind,
        json: &str,
        answered: Instant,
    ) -> Result<(), ReadError> {
        let document = Document { path, kind, at: self.wanted.started.at(answered), json };
        self.keeper.keep_document(&document).map_err(ReadError::Keep)?;
        self.reading.documents += 1;
        Ok(())
    }

    pub(super) fn problem(&mut self, path: &str, message: String) {
        self.reading.problems.push(Problem { path: path.chars().take(200).collect(), message });
    }

    /// Notes a failure that concerns one resource, and passes on one that concerns the BMC.
    pub(super) fn settled<T>(
        &mut self,
        path: &str,
        got: Result<T, GetError>,
    ) -> Result<Option<T>, ReadError> {
        let error = match got {
            Ok(value) => {
                self.strikes = 0;
                return Ok(Some(value));
            }
            Err(error) => error,
        };
        let ends = match &error {
            GetError::Wire(WireError::Http(HttpError::TooLong { .. })) => false,
            // Some firmware breaks over one resource, and is fine with the others.
            GetError::Wire(WireError::Http(_) | WireError::Handshake(_))
            | GetError::Status { status: 401 | 429 | 503, .. } => {
                self.strikes += 1;
                self.strikes >= STRIKES_MAX
            }
            GetError::Status { .. } | GetError::NotJson(_) | GetError::Elsewhere(_) => false,
            _ => true,
        };
        if ends {
            return Err(ReadError::Get { path: path.to_owned(), source: error });
        }
        self.problem(path, with_causes(&error));
        Ok(None)
    }
}

fn member(json: &str) -> Option<Member> {
    let value: Value = serde_json::from_str(json).ok()?;
    if let Some(path) = lone_link(&value) {
        return Some(Member::Link(path.to_owned()));
    }
    let path = link::target(&value)?.to_owned();
    Some(Member::Whole { path, json: json.to_owned() })
}

/// The query option that makes this service send the members of a collection instead of links to them
/// (DSP0266, query parameters). Services that do not say what they can are asked for the simplest.
pub(super) fn expand_option(root: &Value) -> Option<String> {
    let Some(features) = root.get("ProtocolFeaturesSupported") else { return Some("$expand=.".to_owned()) };
    let query = features.get("ExpandQuery")?;
    let can = |what: &str| query.get(what).and_then(Value::as_bool).unwrap_or(false);
    let levels = if can("Levels") { "($levels=1)" } else { "" };
    match (can("NoLinks"), can("ExpandAll")) {
        (true, _) => Some(format!("$expand=.{levels}")),
        (false, true) => Some(format!("$expand=*{levels}")),
        (false, false) => None,
    }
}
