//! Announced work: which windows hold for which host.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::glob_matches;

/// An announced window with its times resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub scope: Vec<String>,
    pub what: String,
}

/// Work starts a little early and ends a little late (decision table row 2: ± 15 minutes).
const SLACK: TimeDelta = TimeDelta::minutes(15);

impl Window {
    /// Whether the window is open at `at`.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        at >= self.from - SLACK && at <= self.to + SLACK
    }

    /// Whether the window holds for a host with these factors.
    #[must_use]
    pub fn covers(&self, host: &str, factors: &BTreeMap<String, String>) -> bool {
        self.scope.iter().any(|scope| scope_matches(scope, host, factors))
    }
}

/// `*`, `all`, a host, a glob, a range `kvm[01-09]`, `factor=value`, or a value of a factor that
/// groups hosts (rack, role, site).
#[must_use]
pub fn scope_matches(scope: &str, host: &str, factors: &BTreeMap<String, String>) -> bool {
    let scope = scope.trim().to_lowercase();
    if matches!(scope.as_str(), "*" | "all" | "fleet" | "everything" | "any") {
        return true;
    }
    if let Some((factor, value)) = scope.split_once(['=', ':']) {
        let found = factors.get(factor.trim()).or_else(|| factors.get(&plural_to_singular(factor)));
        return found.is_some_and(|found| glob_matches(value.trim(), &found.to_lowercase()))
            || (matches!(factor.trim(), "host" | "hosts") && glob_matches(value.trim(), host));
    }
    let short = host.split('.').next().unwrap_or(host);
    let scope_short = scope.split('.').next().unwrap_or(&scope);
    if glob_matches(&scope, host) || glob_matches(&scope, short) || scope_short == short {
        return true;
    }
    if let Some(matched) = in_range(&scope, short) {
        return matched;
    }
    ["rack", "role", "site", "pdu", "group", "cluster"]
        .iter()
        .any(|factor| factors.get(*factor).is_some_and(|value| value.to_lowercase() == scope))
}

fn plural_to_singular(factor: &str) -> String {
    factor.trim().trim_end_matches('s').to_owned()
}

/// `kvm[01-09]`, also with a domain behind, or `kvm01-kvm09` or `kvm01..kvm09`, of short names. `None` if
/// the scope is no range.
fn in_range(scope: &str, host: &str) -> Option<bool> {
    let (prefix, low, high) = if let Some((prefix, rest)) = scope.split_once('[') {
        let (numbers, _domain) = rest.split_once(']').unwrap_or((rest, ""));
        let (low, high) = numbers.split_once('-')?;
        (prefix.to_owned(), low.to_owned(), high.to_owned())
    } else {
        let (first, last) = scope.split_once("..").or_else(|| {
            let middle = scope.match_indices('-').find(|(at, _)| {
                scope[..*at].ends_with(|c: char| c.is_ascii_digit())
                    && scope[at + 1..].starts_with(|c: char| c.is_alphanumeric())
            })?;
            Some((&scope[..middle.0], &scope[middle.0 + 1..]))
        })?;
        let (prefix, low) = split_number(first)?;
        let high = split_number(last).map_or(last, |(_, number)| number);
        (prefix.to_owned(), low.to_owned(), high.to_owned())
    };
    let (low, high) = (low.parse::<u64>().ok()?, high.parse::<u64>().ok()?);
    let number = host.strip_prefix(prefix.as_str()).and_then(|rest| rest.parse::<u64>().ok());
    Some(number.is_some_and(|number| (low..=high).contains(&number)))
}

fn split_number(name: &str) -> Option<(&str, &str)> {
    let at = name.rfind(|c: char| !c.is_ascii_digit())? + 1;
    (at < name.len()).then(|| name.split_at(at))
}

/// The window that is open for a host at a time, if one is.
#[must_use]
pub fn open_window<'a>(
    windows: &'a [Window],
    host: &str,
    factors: &BTreeMap<String, String>,
    at: DateTime<Utc>,
) -> Option<&'a Window> {
    windows.iter().find(|window| window.is_open(at) && window.covers(host, factors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_hosts_globs_ranges_and_factors() {
        let factors = BTreeMap::from([("rack".to_owned(), "R02".to_owned())]);
        for scope in [
            "*",
            "kvm07",
            "KVM07",
            "kvm0?",
            "kvm[01-09]",
            "kvm[01-09].example.org",
            "kvm01-kvm09",
            "rack=r02",
            "r02",
            "kvm07.example.org",
        ] {
            assert!(scope_matches(scope, "kvm07", &factors), "{scope}");
        }
        for scope in ["kvm08", "kvm[08-09]", "rack=r03", "db*"] {
            assert!(!scope_matches(scope, "kvm07", &factors), "{scope}");
        }
    }
}
