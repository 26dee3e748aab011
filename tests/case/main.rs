//! The case file: what is in it, that it is safe to open, and that it can be checked.

#[path = "../report/fleet.rs"]
mod fleet;
mod stand_in;

mod claims;
mod content;
mod excerpts;
mod files;
mod formats;
mod scope;

use std::collections::BTreeMap;

use coroner::case::{Request, Scope, Sealed, gather};
use coroner::model::Report;
use stand_in::Memory;

/// The sealed case about hosts.
fn sealed(report: &Report, memory: &Memory, hosts: &[&str]) -> Sealed {
    let request =
        Request { hosts: hosts.iter().map(|&host| host.to_owned()).collect(), ..Request::default() };
    let scope = Scope::of(report, &request).unwrap();
    gather(report, &scope, memory).seal().unwrap()
}

/// The sealed case about the best hypothesis.
fn of_the_fleet(report: &Report, memory: &Memory) -> Sealed {
    let scope = Scope::of(report, &Request::default()).unwrap();
    gather(report, &scope, memory).seal().unwrap()
}

fn files(sealed: &Sealed) -> BTreeMap<&str, &[u8]> {
    sealed.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect()
}

fn text<'a>(sealed: &'a Sealed, name: &str) -> &'a str {
    let found = sealed.files.iter().find(|(file, _)| file == name);
    let (_, bytes) = found.unwrap_or_else(|| panic!("no {name} among {:?}", files(sealed).keys()));
    std::str::from_utf8(bytes).unwrap()
}
