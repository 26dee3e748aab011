//! What the reader should know of the fleet and the data, apart from the ranking.

use std::collections::{BTreeMap, BTreeSet};

use super::stories::Fleet;
use super::{collection_findings, coverage_gaps};
use crate::clock::Clocks;
use crate::ingest::attribution::Attribution;
use crate::ingest::recognise::EMPTY_FILE;
use crate::knowledge::Class;
use crate::model::FleetFinding;
use crate::model::record::SourceFacts;
use crate::model::report::WITHOUT_YEAR;

/// All findings, sorted by severity, kind and statement.
pub fn find(
    sources: &[SourceFacts],
    attribution: &Attribution,
    clocks: &Clocks,
    fleet: &Fleet,
) -> Vec<FleetFinding> {
    let mut out = Findings::default();
    out.of_files(sources, attribution);
    out.list.extend(collection_findings::find(sources, attribution));
    out.of_hosts(attribution, fleet);
    out.of_clocks(sources, attribution, clocks);
    out.of_events(fleet);
    out.of_planning(fleet);
    for gap in coverage_gaps::find(&fleet.coverage, shorten) {
        out.add(gap.id, gap.severity, gap.statement, gap.hosts);
    }
    let rank = |severity: &str| match severity {
        "warning" => 0,
        "notice" => 1,
        _ => 2,
    };
    out.list.sort_by(|a, b| {
        // What is missing from the whole report comes before what is missing from a file.
        let key = |finding: &FleetFinding| (rank(&finding.severity), finding.id != WITHOUT_YEAR);
        (key(a), &a.id, &a.statement).cmp(&(key(b), &b.id, &b.statement))
    });
    out.list
}

/// What of a source was lost, and where; `None` if nothing was.
pub fn damage(source: &SourceFacts) -> Option<String> {
    let is_of_the_file = |reason: &&&str| source.reasons.contains_key(**reason);
    let reason = ["bad compression", "truncated", "unpacks too far", "cannot be read", "reader panicked"]
        .iter()
        .find(is_of_the_file)?;
    if let Some(at) = source.reason.find(crate::ingest::STOPPED) {
        return Some(source.reason[at..].to_owned());
    }
    let bytes = source.reasons[*reason];
    let offset = source.pieces.get(*reason).map_or(0, |pieces| pieces.offset);
    Some(format!("{bytes} bytes could not be read ({reason}), the first of them at byte {offset}"))
}

/// Sources whose times have no year that anything tells, and what to do about it.
pub fn without_year<'a>(
    sources: &'a [SourceFacts],
    clocks: &'a Clocks,
) -> impl Iterator<Item = (usize, String)> + 'a {
    let undated =
        sources.iter().zip(&clocks.sources).enumerate().filter(|(_, (_, times))| times.without_year);
    undated.map(|(index, (source, _))| {
        let statement = format!(
            "{}: its times have no year and nothing tells it, so nothing of its {} lines could be dated: no \
             incident in it is reported. Say it in coroner.toml (`year = 2025`, for all logs or in a [[source]] \
             with this path), or give --from and --to so that only one year is left",
            source.path, source.understood
        );
        (index, statement)
    })
}

#[derive(Default)]
struct Findings {
    list: Vec<FleetFinding>,
}

impl Findings {
    fn add(&mut self, id: &str, severity: &str, statement: String, hosts: impl IntoIterator<Item = String>) {
        let mut hosts: Vec<String> = hosts.into_iter().collect();
        hosts.sort();
        hosts.dedup();
        self.list.push(FleetFinding { id: id.to_owned(), severity: severity.to_owned(), statement, hosts });
    }

    fn of_files(&mut self, sources: &[SourceFacts], attribution: &Attribution) {
        for source in sources.iter().filter(|source| source.unreadable) {
            self.add("file-unreadable", "warning", format!("{}: {}", source.path, source.reason), []);
        }
        for source in sources.iter().filter(|source| !source.unreadable) {
            if let Some(words) = damage(source) {
                self.add("file-damaged", "warning", format!("{}: {words}", source.path), []);
            }
        }
        let unknown: Vec<&SourceFacts> = sources
            .iter()
            .filter(|source| source.format.is_none() && !source.unreadable && damage(source).is_none())
            .collect();
        for source in unknown
            .iter()
            .filter(|source| source.reason.starts_with("ambiguous") || source.reason.starts_with("packed"))
        {
            self.add(
                "file-not-read",
                "warning",
                format!("{} was not read: {}", source.path, source.reason),
                [],
            );
        }
        let (hollow, plain): (Vec<&SourceFacts>, Vec<&SourceFacts>) = unknown
            .iter()
            .filter(|source| !source.reason.starts_with("ambiguous") && !source.reason.starts_with("packed"))
            .partition(|source| source.bytes == 0 && source.reason != EMPTY_FILE);
        let shown =
            |of: &[&SourceFacts]| shorten(&of.iter().map(|source| source.path.as_str()).collect::<Vec<_>>());
        if !plain.is_empty() {
            let statement =
                format!("{} files are of no known format and were left out: {}", plain.len(), shown(&plain));
            self.add("file-left-out", "info", statement, []);
        }
        if !hollow.is_empty() {
            let statement = format!(
                "{} entries are links, pipes, devices or the like, with nothing of their own to read: {}",
                hollow.len(),
                shown(&hollow)
            );
            self.add("entry-left-out", "info", statement, []);
        }
        for source in sources
            .iter()
            .filter(|source| source.kind == "sel" && source.records.is_empty() && source.quarantined == 0)
        {
            self.add(
                "sel-empty",
                "notice",
                format!("{} is an empty SEL: it proves nothing", source.path),
                [],
            );
        }
        for (first, second) in &attribution.same_content {
            self.add(
                "same-file-twice",
                "warning",
                format!("{first} and {second} have the same content but belong to different hosts"),
                [],
            );
        }
        for (path, by_record, by_place) in &attribution.disputed {
            let statement = format!(
                "{path} lies with {by_place}, but its records name {by_record}: they were taken at their word"
            );
            self.add("file-claimed-twice", "warning", statement, [by_record.clone(), by_place.clone()]);
        }
        if !attribution.guessed.is_empty() {
            let shown = shorten(&attribution.guessed.iter().map(String::as_str).collect::<Vec<_>>());
            let statement = format!(
                "{} files name no host; it was taken from their path: {shown}",
                attribution.guessed.len()
            );
            self.add("host-guessed", "notice", statement, []);
        }
        for path in &attribution.homeless {
            self.add(
                "host-unknown",
                "warning",
                format!("{path} names no host, and neither does its path: it was read but not used"),
                [],
            );
        }
    }

    fn of_hosts(&mut self, attribution: &Attribution, fleet: &Fleet) {
        if !attribution.repeated.is_empty() {
            let list: Vec<&str> = attribution.repeated.iter().map(String::as_str).collect();
            let statement = format!(
                "the inventory lists some hosts more than once: {}; the first entry of each counts",
                shorten(&list)
            );
            self.add("inventory-repeated", "warning", statement, attribution.repeated.clone());
        }
        if !attribution.inventory.is_empty() {
            let missing: BTreeSet<&String> = attribution.hosts.difference(&attribution.inventory).collect();
            if !missing.is_empty() {
                let list: Vec<&str> = missing.iter().map(|host| host.as_str()).collect();
                let statement = format!(
                    "{} in the data but not in the inventory: {}",
                    hosts_counted(list.len()),
                    shorten(&list)
                );
                self.add("host-not-in-inventory", "notice", statement, missing.into_iter().cloned());
            }
        }
        let blind: Vec<&str> = fleet
            .coverage
            .iter()
            .filter(|coverage| coverage.observed.is_empty())
            .map(|coverage| coverage.host.as_str())
            .collect();
        if !blind.is_empty() {
            let statement =
                format!("{} without any usable data: {}", hosts_counted(blind.len()), shorten(&blind));
            self.add("host-without-data", "warning", statement, blind.iter().map(|host| (*host).to_owned()));
        }
        let no_bmc: Vec<&str> = fleet
            .coverage
            .iter()
            .filter(|coverage| {
                coverage.kinds.iter().any(|kind| kind == "log")
                    && !coverage.kinds.iter().any(|kind| kind == "sel")
            })
            .map(|coverage| coverage.host.as_str())
            .collect();
        if !no_bmc.is_empty() {
            let statement = format!(
                "{} with logs but no SEL: what only a BMC sees is missing there: {}",
                hosts_counted(no_bmc.len()),
                shorten(&no_bmc)
            );
            self.add("host-without-sel", "info", statement, no_bmc.iter().map(|host| (*host).to_owned()));
        }
        for (host, story) in &fleet.stories {
            if let Some(at) = story.did_not_come_back {
                let statement =
                    format!("{host} went down on {} and did not come back", at.format("%Y-%m-%d %H:%M UTC"));
                self.add("did-not-come-back", "warning", statement, [host.clone()]);
            }
            if let Some(at) = story.fell_silent {
                let statement = format!(
                    "{host} has no log after {}; nothing says whether it is down or just not collected",
                    at.format("%Y-%m-%d %H:%M UTC")
                );
                self.add("fell-silent", "warning", statement, [host.clone()]);
            }
        }
        if !fleet.outside.is_empty() {
            let list: Vec<&str> = fleet.outside.iter().map(String::as_str).collect();
            let statement = format!(
                "{} incidents lie outside the span of the report ({} to {}) and are left out: {}",
                list.len(),
                fleet.from.format("%Y-%m-%d"),
                fleet.to.format("%Y-%m-%d"),
                shorten(&list)
            );
            self.add("incident-outside-span", "warning", statement, []);
        }
        self.of_lists(fleet);
        for (path, rows) in &fleet.undated {
            let statement =
                format!("{path}: {rows} listed incidents have no time that can be one; they are left out");
            self.add("incident-without-time", "warning", statement, []);
        }
        for (path, rows) in &fleet.dates_only {
            let statement = format!(
                "{path}: {rows} listed incidents have a date and no time of day; nothing can be asked of hours and windows"
            );
            self.add("incident-dates-only", "notice", statement, []);
        }
        for name in &fleet.unmatched_changes {
            let statement =
                format!("the declared change \"{name}\" names no host that is known here; it is left out");
            self.add("change-without-hosts", "warning", statement, []);
        }
        if !fleet.jobs_without_host.is_empty() {
            let list: Vec<&str> = fleet.jobs_without_host.iter().map(String::as_str).collect();
            self.add(
                "job-of-unknown-host",
                "notice",
                format!("backup runs name hosts that are not in the data: {}", shorten(&list)),
                [],
            );
        }
    }

    /// Several lists that share no host: each speaks for its own.
    fn of_lists(&mut self, fleet: &Fleet) {
        let lists = &fleet.list_spans;
        if lists.kept.len() < 2 {
            return;
        }
        let day = |at: i64| {
            chrono::DateTime::from_timestamp(at, 0)
                .map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string())
        };
        let each: Vec<String> = lists
            .kept
            .iter()
            .map(|list| {
                let path = list.paths.first().map_or("", String::as_str);
                let hosts = hosts_counted(list.hosts.len());
                format!("{path} ({hosts}, {} to {})", day(list.from), day(list.to))
            })
            .collect();
        let of_none: Vec<String> = fleet.stories.keys().filter(|host| !lists.names(host)).cloned().collect();
        let others = if of_none.is_empty() {
            String::new()
        } else {
            format!(
                "; {} that no list names are covered while every list that they could be on was kept",
                hosts_counted(of_none.len())
            )
        };
        let statement = format!(
            "{} lists of incidents share no host, so each covers its own hosts only: {}{others}",
            each.len(),
            shorten(&each.iter().map(String::as_str).collect::<Vec<_>>())
        );
        self.add("lists-apart", "notice", statement, of_none);
    }

    fn of_clocks(&mut self, sources: &[SourceFacts], attribution: &Attribution, clocks: &Clocks) {
        self.add("site-time-zone", "info", format!("times without a zone: {}", clocks.site_note), []);
        let mut off: Vec<(i64, String)> = Vec::new();
        let mut untied: Vec<String> = Vec::new();
        let mut implausible: BTreeMap<String, u32> = BTreeMap::new();
        for (index, statement) in without_year(sources, clocks) {
            let host = attribution.source_host.get(index).cloned().flatten();
            self.add(WITHOUT_YEAR, "warning", statement, host);
        }
        for (index, (source, times)) in sources.iter().zip(&clocks.sources).enumerate() {
            let host = attribution.source_host.get(index).cloned().flatten();
            if let (Some(offset), Some(host)) = (times.offset_s, &host)
                && offset.abs() >= 300.0
            {
                off.push((offset.round() as i64, host.clone()));
            }
            if source.kind == "sel" && times.offset_s.is_none() && !source.records.is_empty() {
                untied.extend(host.clone().filter(|host| !untied.contains(host)));
            }
            if times.implausible > 0 {
                implausible.insert(source.path.clone(), times.implausible);
            }
            let future = clocks.to.zip(times.runs.iter().flatten().map(|run| run.0).min());
            if let Some((to, first)) = future
                && first > to + chrono::TimeDelta::days(2)
            {
                self.add(
                    "log-from-the-future",
                    "warning",
                    format!("{} begins on {}, after all other data", source.path, first.format("%Y-%m-%d")),
                    host.clone(),
                );
            }
        }
        if !off.is_empty() {
            off.sort();
            let shown: Vec<String> =
                off.iter().map(|(offset, host)| format!("{host} {offset:+} s")).collect();
            let shown = shorten(&shown.iter().map(String::as_str).collect::<Vec<_>>());
            let statement =
                format!("{} BMC clocks are five minutes or more off (corrected here): {shown}", off.len());
            self.add("bmc-clock-offset", "notice", statement, off.into_iter().map(|(_, host)| host));
        }
        if !untied.is_empty() {
            let statement = format!(
                "{} BMC clocks could not be compared with anything: {}",
                untied.len(),
                shorten(&untied.iter().map(String::as_str).collect::<Vec<_>>())
            );
            self.add("bmc-clock-unknown", "notice", statement, untied);
        }
        for (path, count) in implausible {
            let statement = format!(
                "{path}: {count} records have a time far outside the fleet's (a clock that was not set); only their order was used"
            );
            self.add("clock-not-set", "notice", statement, []);
        }
    }

    fn of_events(&mut self, fleet: &Fleet) {
        for (class, id, severity, words) in [
            (
                Class::LogFull,
                "sel-full",
                "warning",
                "the SEL was full or nearly full: a full one drops the newest events",
            ),
            (Class::LogCleared, "sel-cleared", "notice", "the SEL was cleared: what came before is lost"),
        ] {
            let hosts: Vec<String> = fleet
                .histories
                .values()
                .filter(|history| {
                    // Every SEL begins with a clearing; one before anything else is known of the host
                    // lost nothing of this story.
                    let others =
                        [history.runs.first().map(|run| run.from), history.marks.first().map(|mark| mark.at)];
                    let begin = others.into_iter().flatten().min().or(history.sel.map(|span| span.0));
                    let late = |at| begin.is_none_or(|begin| at > begin + chrono::TimeDelta::days(1));
                    history
                        .events
                        .iter()
                        .any(|event| event.class == class && (class == Class::LogFull || late(event.at.best)))
                })
                .map(|history| history.host.clone())
                .collect();
            if !hosts.is_empty() {
                let shown = shorten(&hosts.iter().map(String::as_str).collect::<Vec<_>>());
                self.add(id, severity, format!("on {} {words}: {shown}", hosts_counted(hosts.len())), hosts);
            }
        }
    }

    fn of_planning(&mut self, fleet: &Fleet) {
        if fleet.windows.is_empty() {
            return;
        }
        let bare: Vec<String> = fleet
            .stories
            .iter()
            .filter(|(host, story)| {
                !fleet.windows.iter().any(|window| window.covers(host, story.factors.at(window.from)))
            })
            .map(|(host, _)| host.clone())
            .collect();
        if !bare.is_empty() {
            let shown = shorten(&bare.iter().map(String::as_str).collect::<Vec<_>>());
            self.add(
                "no-maintenance-window",
                "info",
                format!("{} without any announced window: {shown}", hosts_counted(bare.len())),
                bare,
            );
        }
    }
}

/// `1 host`, `3 hosts`.
fn hosts_counted(count: usize) -> String {
    if count == 1 { "1 host".to_owned() } else { format!("{count} hosts") }
}

/// The first few of a list, and how many more there are.
fn shorten(list: &[&str]) -> String {
    const SHOWN: usize = 6;
    let shown = list.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if list.len() > SHOWN { format!("{shown} and {} more", list.len() - SHOWN) } else { shown }
}
