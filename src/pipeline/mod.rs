//! The one place that knows the order of the stages. No domain logic.

mod accounts;
mod collection_findings;
mod coverage_gaps;
mod devices;
mod fleet_findings;
mod lists;
mod novelty;
mod originals;
mod sightings;
mod stories;
mod surroundings;

pub use fleet_findings::damage;
pub use lists::is_dated;
pub use originals::{Kept, decoded_record};

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::clock::{self, SelHint, SourceView};
use crate::config::{ChangeRule, Config};
use crate::hypothesis::{self, Settings};
pub use crate::hypothesis::{Asked, UnknownRegion};
use crate::ingest::attribution::{Attribution, attribute};
use crate::ingest::discover::{Found, MissingPath, discover};
use crate::ingest::{Interest, read_all};
use crate::knowledge::{Class, Knowledge};
use crate::model::record::{SelEntry, SourceFacts};
use crate::model::report::Coverage;
use crate::model::{Family, Happening, Hypothesis, Intervention, Report, Study, Verdict};

/// What the user may set.
#[derive(Debug, Clone)]
pub struct Options {
    /// Only incidents and exposure from / until.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub seed: u64,
    pub permutations: u32,
    /// Where the sources were read from, to look into their logs again; empty: they cannot be.
    pub files: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            from: None,
            to: None,
            seed: settings.seed,
            permutations: settings.permutations,
            files: Vec::new(),
        }
    }
}

/// The result of a run, and the study that it rests on.
#[derive(Debug, Clone)]
pub struct Analysis {
    pub report: Report,
    pub study: Study,
}

impl Interest for Knowledge {
    fn literals(&self) -> Vec<&[u8]> {
        Self::literals(self)
    }

    fn signatures(&self, program: &str, text: &str) -> Vec<String> {
        self.log_line(program, text)
    }
}

/// Finds and reads all sources below `paths`, and names the paths of which nothing could be read.
/// `begin` is told how many sources there are, `step` that one more has been read.
pub fn ingest(
    paths: &[PathBuf],
    knowledge: &Knowledge,
    begin: &dyn Fn(usize),
    step: &(dyn Fn() + Sync),
) -> (Vec<SourceFacts>, Vec<MissingPath>) {
    let (found, mut missing) = files_below(paths);
    begin(found.len());
    let sources = read_all(&found, knowledge, step);
    for file in found.into_iter().filter(|file| paths.contains(&file.path)) {
        if let Some(why) = nothing_of(&file.shown, &sources) {
            let error = std::io::Error::other(why);
            missing.push(MissingPath { path: file.path, shown: Some(file.shown), source: error });
        }
    }
    (sources, missing)
}

/// Why nothing came out of the file shown as `shown`, if that is so because it is damaged or kept back.
fn nothing_of(shown: &str, sources: &[SourceFacts]) -> Option<String> {
    let from = sources.partition_point(|source| source.path.as_str() < shown);
    let of_file = sources[from..].iter().take_while(|source| source.path.starts_with(shown));
    let is_inside = |rest: &str| rest.is_empty() || rest.starts_with(crate::ingest::unpack::INSIDE);
    let of_file = of_file.filter(|source| is_inside(&source.path[shown.len()..]));
    let mut why = None;
    for source in of_file {
        if source.understood > 0 {
            return None;
        }
        why = why.or_else(|| if source.unreadable { Some(source.reason.clone()) } else { damage(source) });
    }
    why
}

/// The files that are sources.
fn files_below(paths: &[PathBuf]) -> (Vec<Found>, Vec<MissingPath>) {
    let (mut found, missing) = discover(paths);
    found.retain(|file| !file.shown.ends_with(crate::config::FILE_NAME));
    (found, missing)
}

/// What a SEL entry means to the clock.
fn sel_hint(knowledge: &Knowledge, entry: &SelEntry) -> SelHint {
    let classes = knowledge.sel_entry(entry);
    let is = |class: Class| {
        classes.iter().any(|id| knowledge.by_id(id).is_some_and(|signature| signature.class == class))
    };
    let near = [
        Class::ClockSet,
        Class::PowerRestored,
        Class::PowerLost,
        Class::PowerOff,
        Class::SupplyLost,
        Class::Watchdog,
        Class::Graceful,
        Class::Panic,
        Class::Button,
        Class::PowerCommand,
        Class::HardwareFatal,
        Class::Thermal,
    ];
    if is(Class::BootSign) {
        SelHint::BootSign
    } else if near.into_iter().any(is) {
        SelHint::NearBoot
    } else {
        SelHint::Other
    }
}

/// Analyses the fleet that the sources tell of. `sources` come in any order.
#[must_use]
pub fn analyze(
    sources: Vec<SourceFacts>,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
) -> Analysis {
    let (sources, attribution, clocks) = resolve(sources, config, knowledge, options);
    analyze_resolved(&sources, &attribution, &clocks, config, knowledge, options)
}

/// As [`analyze`], and keeps where everything stood, for excerpts.
#[must_use]
pub fn analyze_and_keep(
    sources: Vec<SourceFacts>,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
) -> (Analysis, Kept) {
    let (sources, attribution, clocks) = resolve(sources, config, knowledge, options);
    let analysis = analyze_resolved(&sources, &attribution, &clocks, config, knowledge, options);
    let kept = Kept::of(&sources, &attribution, &clocks, config, &options.files);
    (analysis, kept)
}

fn analyze_resolved(
    sources: &[SourceFacts],
    attribution: &Attribution,
    clocks: &clock::Clocks,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
) -> Analysis {
    let fleet = stories::tell(sources, attribution, clocks, config, knowledge, options);
    let settings = Settings { seed: options.seed, permutations: options.permutations };
    let ranking = hypothesis::rank(&fleet.study, &settings);
    let interventions = changes_judged(&fleet.study, &ranking.hypotheses);
    let sources_in_ledger = accounts::entries(sources, attribution, clocks);
    let fleet_findings = fleet_findings::find(sources, attribution, clocks, &fleet);
    let owners = Owners(attribution);
    let novelty = novelty::find(sources, clocks, &owners, &fleet, knowledge, &options.files);
    let totals = accounts::totals(&sources_in_ledger);
    let surroundings = surroundings::of(&fleet);
    let report = Report {
        schema_version: 1,
        generated_by: concat!("coroner ", env!("CARGO_PKG_VERSION")).to_owned(),
        as_of: fleet.to,
        seed: options.seed,
        from: fleet.from,
        to: fleet.to,
        hosts: fleet.study.hosts.clone(),
        host_days_observed: fleet.host_days_observed(),
        factors: fleet.factor_counts(),
        host_factors: fleet.host_factors(),
        sources: sources_in_ledger,
        totals,
        boots: fleet.boots,
        incidents: fleet.incidents,
        surroundings,
        hypotheses: ranking.hypotheses,
        method: ranking.method,
        interventions,
        fleet_findings,
        novelty,
        coverage: fleet.coverage,
        spans: fleet.spans,
        changes: fleet.changes,
        power: fleet.power,
        site_utc_offset_s: fleet.study.site_utc_offset_s,
        site_utc_offset_steps: fleet.study.site_utc_offset_steps.clone(),
    };
    Analysis { report, study: fleet.study }
}

/// What the changes did: to all incidents of their hosts, and the declared ones also to those of the best
/// supported window or group.
fn changes_judged(study: &Study, ranked: &[Hypothesis]) -> Vec<Intervention> {
    let mut changes = hypothesis::interventions(study, &Asked::default())
        .expect("only a hypothesis that is asked for can be unknown");
    let has_region = |family| matches!(family, Family::Window | Family::Factor | Family::Interaction);
    let supported = ranked
        .iter()
        .find(|hypothesis| hypothesis.verdict == Verdict::Supported && has_region(hypothesis.family));
    let declared = changes.iter().filter(|change| change.declared).count();
    let Some(supported) = supported.filter(|_| declared > 0) else { return changes };
    let asked = Asked { within: Some(supported.id.clone()), declared_only: true, ..Asked::default() };
    match hypothesis::interventions(study, &asked) {
        Ok(mut inside) => {
            inside.retain(|change| change.before.events + change.after.events > 0);
            changes.splice(declared..declared, inside);
        }
        Err(error) => {
            for change in &mut changes[..declared] {
                change.remarks.push(format!("not judged within the best hypothesis by itself: {error}"));
            }
        }
    }
    changes
}

/// Judges changes, without ranking anything. With `change` only that one, as if `coroner.toml` declared
/// it; else those that are declared and those that the data show.
///
/// # Errors
/// If `asked.within` is no hypothesis that this data allows, or one without host-time of its own.
pub fn verify(
    sources: Vec<SourceFacts>,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
    change: Option<ChangeRule>,
    asked: &Asked,
) -> Result<Vec<Intervention>, UnknownRegion> {
    let mut config = config.clone();
    let asked = Asked { declared_only: asked.declared_only || change.is_some(), ..asked.clone() };
    if let Some(change) = change {
        config.change = vec![change];
    }
    let (sources, attribution, clocks) = resolve(sources, &config, knowledge, options);
    let fleet = stories::tell(&sources, &attribution, &clocks, &config, knowledge, options);
    hypothesis::interventions(&fleet.study, &asked)
}

/// Who a record belongs to, by what attribution found.
pub(crate) struct Owners<'a>(pub &'a Attribution);

impl crate::timeline::assemble::Hosts for Owners<'_> {
    fn host(&self, index: usize, written: Option<&str>) -> Option<String> {
        if let Some(host) = self.0.collected.get(&index) {
            return Some(host.clone());
        }
        let of_source = || self.0.source_host.get(index).cloned().flatten();
        match written.and_then(|name| self.0.canonical(name)) {
            Some(host) => Some(host),
            None => of_source(),
        }
    }
}

/// Events and incidents in one order of time.
#[derive(Debug, Clone)]
pub struct Told {
    /// What happened on which host, of all sources, by the best guess of its time.
    pub events: Vec<(String, Happening)>,
    pub incidents: Vec<crate::model::Incident>,
    pub hosts: Vec<String>,
    /// What should be known of logs that could not be dated.
    pub undated: Vec<String>,
}

/// Reads the incidents of the fleet, without ranking anything; events are left out.
#[must_use]
pub fn incidents(
    sources: Vec<SourceFacts>,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
) -> Told {
    tell_of(sources, config, knowledge, options, |_| Vec::new())
}

/// Reads the timeline of the fleet, without ranking anything.
#[must_use]
pub fn timeline(
    sources: Vec<SourceFacts>,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
) -> Told {
    tell_of(sources, config, knowledge, options, |fleet| {
        let by_host = surroundings::ByHost::of(fleet);
        let mut events: Vec<(String, Happening)> = Vec::new();
        for host in by_host.hosts() {
            let of_host = by_host.happenings(host).into_iter();
            let inside = of_host.filter(|it| it.at.best >= fleet.from && it.at.best <= fleet.to);
            events.extend(inside.map(|happening| (host.to_owned(), happening)));
        }
        events.sort_by(|(host_a, a), (host_b, b)| {
            (a.at.best, host_a, surroundings::key(a)).cmp(&(b.at.best, host_b, surroundings::key(b)))
        });
        events
    })
}

fn tell_of(
    sources: Vec<SourceFacts>,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
    events: impl FnOnce(&stories::Fleet) -> Vec<(String, Happening)>,
) -> Told {
    let (sources, attribution, clocks) = resolve(sources, config, knowledge, options);
    let fleet = stories::tell(&sources, &attribution, &clocks, config, knowledge, options);
    let undated = fleet_findings::without_year(&sources, &clocks).map(|(_, words)| words).collect();
    Told { events: events(&fleet), incidents: fleet.incidents, hosts: fleet.study.hosts, undated }
}

/// When each host was watched and each class of its sources spoke, without ranking anything.
#[must_use]
pub fn coverage(
    sources: Vec<SourceFacts>,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
) -> Vec<Coverage> {
    let (sources, attribution, clocks) = resolve(sources, config, knowledge, options);
    stories::tell(&sources, &attribution, &clocks, config, knowledge, options).coverage
}

/// The configuration with its hosts under the names that the fleet goes by.
fn canonical_config(config: &Config, attribution: &Attribution) -> Config {
    let mut config = config.clone();
    config.host = std::mem::take(&mut config.host)
        .into_iter()
        .map(|(name, rule)| (attribution.canonical(&name).unwrap_or(name), rule))
        .collect();
    config
}

/// A file that lies there twice, for instance once more in an archive, is one piece of evidence.
fn count_copies_once(sources: &mut [SourceFacts], attribution: &Attribution) {
    for (copy, first) in &attribution.copies {
        let reason = format!("has the content of {}, which counts", sources[*first].path);
        let copy = &mut sources[*copy];
        copy.records.clear();
        copy.activity.clear();
        copy.power.clear();
        copy.reason = reason;
    }
}

/// Sorts the sources, finds their hosts and resolves their clocks.
fn resolve(
    mut sources: Vec<SourceFacts>,
    config: &Config,
    knowledge: &Knowledge,
    options: &Options,
) -> (Vec<SourceFacts>, Attribution, clock::Clocks) {
    sources.sort_by(|a, b| (&a.path, &a.digest).cmp(&(&b.path, &b.digest)));
    let attribution = attribute(&sources, config);
    count_copies_once(&mut sources, &attribution);
    let config = &canonical_config(config, &attribution);
    let views: Vec<SourceView<'_>> = sources
        .iter()
        .enumerate()
        .map(|(index, source)| SourceView {
            path: &source.path,
            host: attribution.source_host[index].as_deref(),
            is_of_host_alone: attribution.collected.contains_key(&index),
            records: &source.records,
            runs: &source.activity,
            modified: source.modified,
            is_sel: source.kind == "sel",
        })
        .collect();
    let canonical = |name: &str| attribution.canonical(name);
    let asked = options.from.zip(options.to);
    let hint = |entry: &SelEntry| sel_hint(knowledge, entry);
    let clocks = clock::resolve_within(&views, config, asked, &hint, &canonical);
    drop(views);
    (sources, attribution, clocks)
}
