//! Whether the excerpts by themselves still tell the same: they are analysed once more before they are handed over.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use chrono::TimeDelta;

use crate::case::{Scope, Sealed};
use crate::config::{Config, FILE_NAME};
use crate::knowledge::Knowledge;
use crate::model::Incident;
use crate::pipeline::{self, Options};

/// Where the excerpts lie in a case.
const EXCERPTS: &str = "evidence";
/// Less evidence leaves more doubt about a moment; more than this apart it is another incident.
const SAME: TimeDelta = TimeDelta::minutes(10);

/// What the excerpts tell, beside what the whole told.
pub struct Again {
    pub wanted: usize,
    /// Same host, time, kind and cause.
    pub same: usize,
    /// Found, and judged otherwise: the incident in the words of the whole, and the cause that the excerpts give.
    pub otherwise: Vec<(String, &'static str)>,
    pub not_found: Vec<String>,
}

impl Again {
    /// In one sentence.
    pub fn sentence(&self) -> String {
        let mut out = format!("{} of {} incidents", self.same, self.wanted);
        out.push_str(" are found again, with the same cause, when the excerpts are analysed by themselves");
        if !self.otherwise.is_empty() {
            let list: Vec<String> =
                self.otherwise.iter().map(|(id, cause)| format!("{id} as {cause}")).collect();
            out.push_str(&format!("; judged otherwise: {}", list.join(", ")));
        }
        if !self.not_found.is_empty() {
            out.push_str(&format!("; not found: {}", self.not_found.join(", ")));
        }
        out
    }
}

/// Analyses the excerpts. `shown_as` says under which name a host stands in them.
pub fn check(
    sealed: &Sealed,
    scope: &Scope<'_>,
    shown_as: &BTreeMap<String, String>,
    knowledge: &Knowledge,
) -> anyhow::Result<Again> {
    let folder = tempfile::tempdir().context("failed to make a folder for the excerpts")?;
    for (name, bytes) in &sealed.files {
        if Path::new(name).starts_with(EXCERPTS) {
            let path = folder.path().join(name);
            let failed = || format!("failed to write `{}`", path.display());
            std::fs::create_dir_all(path.parent().unwrap_or(folder.path())).with_context(failed)?;
            std::fs::write(&path, bytes).with_context(failed)?;
        }
    }
    let root = folder.path().join(EXCERPTS);
    let settings = root.join(FILE_NAME);
    let config = if settings.is_file() { Config::read(&settings)? } else { Config::default() };
    let (sources, _) = pipeline::ingest(std::slice::from_ref(&root), knowledge, &|_| (), &|| ());
    let told = pipeline::incidents(sources, &config, knowledge, &Options::default());
    Ok(compare(scope, shown_as, &told.incidents))
}

fn compare(scope: &Scope<'_>, shown_as: &BTreeMap<String, String>, found: &[Incident]) -> Again {
    let cut = scope.hosts_cut();
    let wanted = scope.incidents.iter().filter(|incident| cut.contains(&incident.host));
    let mut again = Again { wanted: 0, same: 0, otherwise: Vec::new(), not_found: Vec::new() };
    for incident in wanted {
        again.wanted += 1;
        let host = shown_as.get(&incident.host).unwrap_or(&incident.host);
        let near = found.iter().filter(|other| {
            other.host.eq_ignore_ascii_case(host)
                && other.kind == incident.kind
                && (other.at - incident.at).abs() <= SAME
        });
        match near.min_by_key(|other| ((other.at - incident.at).abs(), other.cause != incident.cause)) {
            Some(other) if other.cause == incident.cause && !other.planned => again.same += 1,
            Some(other) => again.otherwise.push((incident.id.clone(), other.cause.word())),
            None => again.not_found.push(incident.id.clone()),
        }
    }
    again
}
