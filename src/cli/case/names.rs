//! What must not get out, gathered from the whole fleet.

use std::collections::BTreeSet;

use crate::case::{Bundle, Originals, Scope};
use crate::model::Report;
use crate::pipeline::Kept;
use crate::redaction::{Identifiers, Kind, Redactor};

/// Parts of the names of such columns, in English and German as tables have them.
const TELLING: [&str; 16] = [
    "owner",
    "contact",
    "customer",
    "tenant",
    "project",
    "department",
    "responsible",
    "mail",
    "phone",
    "site",
    "location",
    "datacenter",
    "city",
    "kunde",
    "standort",
    "verantwortlich",
];
/// Factors whose values are hosts, perhaps of none of the sources.
const HOSTS: [&str; 6] = ["hypervisor", "virt_host", "vm_host", "parent", "bmc", "bmc_host"];
/// Shorter words stand in too many others.
const TELLING_LETTERS_MIN: usize = 3;

/// All that the redactor has to know. The machines of the case keep their serial numbers: the vendor knows them
/// by nothing else.
pub fn identifiers(
    report: &Report,
    scope: &Scope<'_>,
    kept: &Kept,
    bundle: &Bundle,
    keywords: &[String],
) -> Identifiers {
    let mut all = Identifiers::new();
    report.hosts.iter().for_each(|host| all.host(host));
    for (spelling, host) in kept.spellings() {
        if report.hosts.contains(host) {
            all.alias(spelling, host);
        } else {
            all.host(spelling);
        }
    }
    kept.serials().iter().for_each(|serial| all.serial(serial));
    scope.hosts.iter().filter_map(|host| kept.serial(host)).for_each(|serial| all.keep(&serial));
    report
        .incidents
        .iter()
        .filter_map(|incident| incident.actor.as_deref())
        .for_each(|actor| all.user(actor));
    keywords.iter().for_each(|word| all.keyword(word));
    let below = report.factors.iter().filter(|(factor, _)| HOSTS.contains(&factor.to_lowercase().as_str()));
    below.flat_map(|(_, levels)| levels.keys()).for_each(|host| all.host(host));
    let telling = telling_values(report);
    telling.iter().for_each(|value| all.keyword(value));
    // What is told as a name is one, also where a factor is called so: the hypervisor of a guest.
    let values = report.factors.values().flat_map(|levels| levels.keys().map(String::as_str));
    let factors = report.factors.keys().map(String::as_str);
    all.vocabulary(factors.chain(values.filter(|value| !telling.contains(value))));
    // Names below a domain are found once the domain is known, so what is handed over is looked at twice.
    let mut copy = bundle.clone();
    for _ in 0..2 {
        copy.map_texts(&mut |_, text| {
            all.learn(text);
            text.to_vec()
        });
    }
    all
}

/// How a name is called in a case: a part of a path, or a host. A host whose name is a word of logs is replaced here,
/// too, where nothing else can be meant.
pub fn shown_as(redactor: &mut Redactor, name: &str) -> String {
    let made = redactor.redact_text(name);
    let is_border = |c: char| !c.is_alphanumeric() && c != '-';
    let parts = made.split_inclusive(is_border).map(|part| {
        let word = part.trim_end_matches(is_border);
        match redactor.map().pseudonym(Kind::Host, &word.to_lowercase()) {
            Some(host) => format!("{host}{}", &part[word.len()..]),
            None => part.to_owned(),
        }
    });
    parts.collect()
}

/// Values of the columns of an inventory that say whose machines these are and where, and nothing that a vendor needs.
/// One that another column has, too, is a word of the fleet and stays.
fn telling_values(report: &Report) -> BTreeSet<&str> {
    let is_telling = |factor: &str| TELLING.iter().any(|word| factor.to_lowercase().contains(word));
    let values = |telling: bool| {
        let factors = report.factors.iter().filter(move |(factor, _)| is_telling(factor) == telling);
        factors.flat_map(|(_, levels)| levels.keys().map(String::as_str))
    };
    let plain: BTreeSet<&str> = values(false).collect();
    let is_name = |value: &&str| value.chars().filter(|c| c.is_alphabetic()).count() >= TELLING_LETTERS_MIN;
    values(true).filter(is_name).filter(|value| !plain.contains(value)).collect()
}
