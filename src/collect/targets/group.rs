//! The hosts of one group and the addresses of their BMCs.

use std::collections::{BTreeMap, BTreeSet};

use super::hostlist;
use super::inventory::InventoryRow;
use super::names::{HostName, check_address};
use super::problem::Problem;
use crate::config::collect::{Group, OneOrMany};
use crate::config::glob_matches;

/// A host of a group.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) host: HostName,
    pub(super) bmc: Option<String>,
}

/// The members of a group in the order of writing.
pub(super) fn members(
    rule: &Group,
    inventory: &[InventoryRow],
) -> Result<Vec<Member>, (&'static str, Problem)> {
    let names = names(&rule.hosts, inventory).map_err(|problem| ("hosts", problem))?;
    let mut members = Vec::with_capacity(names.len());
    for name in &names {
        let host = HostName::new(name).map_err(|error| ("hosts", error.into()))?;
        members.push(Member { host, bmc: None });
    }
    give_addresses(&mut members, rule.bmc.as_ref(), inventory).map_err(|problem| ("bmc", problem))?;
    let out = left_out(&rule.hosts).map_err(|problem| ("hosts", problem))?;
    members.retain(|member| !out.iter().any(|glob| glob_matches(glob, member.host.as_str())));
    if members.is_empty() {
        return Err(("hosts", Problem::NoHosts));
    }
    Ok(members)
}

/// The hosts that a list names, for jobs that run for each of them.
pub(super) fn hosts(list: &OneOrMany, inventory: &[InventoryRow]) -> Result<Vec<HostName>, Problem> {
    let out = left_out(list)?;
    let mut hosts = Vec::new();
    for name in names(list, inventory)? {
        if !out.iter().any(|glob| glob_matches(glob, &name)) {
            hosts.push(HostName::new(&name)?);
        }
    }
    Ok(hosts)
}

/// All names of a list, before any is left out: the addresses of BMCs run in parallel to these.
fn names(list: &OneOrMany, inventory: &[InventoryRow]) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for entry in list.0.iter().filter(|entry| !entry.starts_with('!')) {
        if is_glob(entry) {
            let before = names.len();
            let matching = inventory.iter().filter(|row| glob_matches(entry, &row.host));
            names.extend(matching.map(|row| row.host.clone()));
            if names.len() == before {
                return Err(Problem::NoMatch { glob: entry.clone() });
            }
        } else {
            names.extend(hostlist::expand(entry)?);
        }
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(Problem::Duplicate { host: twice.clone() });
    }
    Ok(names)
}

/// Names and globs that a list leaves out.
fn left_out(list: &OneOrMany) -> Result<Vec<String>, Problem> {
    let mut globs = Vec::new();
    for entry in list.0.iter().filter_map(|entry| entry.strip_prefix('!')) {
        if is_glob(entry) {
            globs.push(entry.to_owned());
        } else {
            globs.extend(hostlist::expand(entry)?);
        }
    }
    Ok(globs)
}

fn is_glob(entry: &str) -> bool {
    entry.contains(['*', '?'])
}

/// Host → address of its BMC, from an inventory that may have several rows for a host, but not several BMCs.
fn addresses(inventory: &[InventoryRow]) -> Result<BTreeMap<&str, &str>, Problem> {
    let mut known = BTreeMap::new();
    for row in inventory {
        let Some(address) = row.bmc.as_deref() else { continue };
        if let Some(other) = known.insert(row.host.as_str(), address)
            && other != address
        {
            let (host, one, other) = (row.host.clone(), other.to_owned(), address.to_owned());
            return Err(Problem::TwoAddresses { host, one, other });
        }
    }
    Ok(known)
}

fn give_addresses(
    members: &mut [Member],
    rule: Option<&OneOrMany>,
    inventory: &[InventoryRow],
) -> Result<(), Problem> {
    match rule.map(|rule| rule.0.as_slice()) {
        None => {
            let known = addresses(inventory)?;
            for member in members.iter_mut() {
                member.bmc = known.get(member.host.as_str()).map(|address| (*address).to_owned());
            }
        }
        Some([pattern]) if pattern.contains('{') => {
            members.iter_mut().for_each(|member| member.bmc = Some(member.host.fill(pattern)));
        }
        Some(ranges) => {
            let mut addresses = Vec::new();
            for range in ranges {
                addresses.extend(hostlist::expand(range)?);
            }
            if addresses.len() != members.len() {
                return Err(Problem::NotParallel { hosts: members.len(), addresses: addresses.len() });
            }
            members.iter_mut().zip(addresses).for_each(|(member, address)| member.bmc = Some(address));
        }
    }
    for address in members.iter().filter_map(|member| member.bmc.as_ref()) {
        check_address(address)?;
    }
    Ok(())
}
