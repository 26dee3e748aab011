//! Gathers when each class of source spoke of each host, and which silences are worth a word.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Owners;
use crate::clock::Clocks;
use crate::exposure::seen::{self, Crowd, Seen, SourceClass};
use crate::exposure::spans;
use crate::exposure::study::Run;
use crate::knowledge::Class;
use crate::model::record::{Body, SourceFacts};
use crate::model::report::{self, Silence};
use crate::model::{Cause, Incident};
use crate::timeline::History;
use crate::timeline::assemble::Hosts;
use crate::timeline::incidents::HostStory;

/// A silence that begins and ends this near to a downtime is that downtime.
const NEAR_DOWNTIME: TimeDelta = TimeDelta::days(1);
/// A clearing this near to the first entry of a SEL took what came before.
const NEAR_END: i64 = 86_400;
/// A host's log, power or boot history must be older than its SEL by this to tell that the SEL lost
/// something, seconds.
const LOST_S: i64 = 7 * 86_400;

/// Sources of a host that begin or end within this of each other do so together, seconds.
const NEAR_START: i64 = 10 * 86_400;
/// Notes of silences of the whole host: perhaps it was put into service later, or taken out.
pub const NOT_YET_THERE: &str = "nothing of this host was seen before";
pub const NO_LONGER_THERE: &str = "nothing of this host was seen after";

/// What the sources showed of the fleet.
pub struct Shown<'a> {
    pub sources: &'a [SourceFacts],
    pub clocks: &'a Clocks,
    pub owners: &'a Owners<'a>,
    pub histories: &'a BTreeMap<String, History>,
    pub stories: &'a BTreeMap<String, HostStory>,
    pub readings: &'a BTreeMap<String, Vec<(DateTime<Utc>, f64)>>,
    pub runs: &'a [Run],
    /// In and out of service, by the inventory, seconds.
    pub service: &'a BTreeMap<String, (i64, i64)>,
    pub incidents: &'a [Incident],
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// Signs of one class of one host: spans, and the pauses within one source.
#[derive(Default)]
struct Signs {
    spans: Vec<(i64, i64)>,
    pauses: Vec<i64>,
}

impl Signs {
    /// Adds the times of one source: a SEL or a boot history holds without a gap from first to last.
    fn add_whole(&mut self, mut times: Vec<i64>) {
        times.sort_unstable();
        self.pauses.extend(times.windows(2).map(|pair| pair[1] - pair[0]));
        if let (Some(first), Some(last)) = (times.first(), times.last()) {
            self.spans.push((*first, last + 1));
        }
    }

    /// Adds single times.
    fn add_each(&mut self, times: &[i64]) {
        self.pauses.extend(times.windows(2).map(|pair| pair[1] - pair[0]));
        self.spans.extend(times.iter().map(|at| (*at, at + 1)));
    }
}

type AllSigns = BTreeMap<(String, SourceClass), Signs>;

/// Host → what was seen of it.
pub fn gather(shown: &Shown<'_>) -> BTreeMap<String, Vec<report::Seen>> {
    let (from, to) = (shown.from.timestamp(), shown.to.timestamp() + 1);
    let mut hosts: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for ((host, class), mut signs) in all_signs(shown) {
        signs.spans = spans::clip(&spans::join(signs.spans, 0), from, to);
        let history = shown.histories.get(&host);
        if let Some(seen) = seen::seen(class, signs.spans, signs.pauses, history) {
            hosts.entry(host).or_default().push(seen);
        }
    }
    let crowds: BTreeMap<SourceClass, Crowd> = SourceClass::ALL
        .into_iter()
        .map(|class| {
            let members = hosts.values().flatten().filter(|seen| seen.class == class);
            (class, Crowd::count(members, from, to))
        })
        .collect();
    let mut incidents: BTreeMap<&str, Vec<&Incident>> = BTreeMap::new();
    for incident in shown.incidents {
        incidents.entry(&incident.host).or_default().push(incident);
    }
    let empty = HostStory::default();
    hosts
        .iter()
        .map(|(host, all)| {
            let in_service = shown.service.get(host).copied().unwrap_or((i64::MIN, i64::MAX));
            let of_host = Host {
                all,
                history: shown.histories.get(host),
                story: shown.stories.get(host).unwrap_or(&empty),
                incidents: incidents.get(host.as_str()).map_or(&[], Vec::as_slice),
                bounds: (from.max(in_service.0), to.min(in_service.1)),
            };
            let seen = all.iter().map(|seen| of_host.written(seen, &crowds[&seen.class])).collect();
            (host.clone(), seen)
        })
        .collect()
}

fn all_signs(shown: &Shown<'_>) -> AllSigns {
    let mut signs = AllSigns::new();
    for (host, history) in shown.histories {
        for run in &history.runs {
            // What only a list tells of is no log, but it is boot history.
            let class = if run.is_read { SourceClass::Log } else { SourceClass::Boot };
            let span = (run.from.timestamp(), run.to.timestamp() + 1);
            signs.entry((host.clone(), class)).or_default().spans.push(span);
        }
    }
    for (index, (source, times)) in shown.sources.iter().zip(&shown.clocks.sources).enumerate() {
        let mut whole: BTreeMap<(String, SourceClass), Vec<i64>> = BTreeMap::new();
        for (record, moment) in source.records.iter().zip(&times.records) {
            let class = match &record.body {
                Body::Sel(_) => SourceClass::Sel,
                Body::Boot(_) => SourceClass::Boot,
                _ => continue,
            };
            if let (Some(moment), Some(host)) = (moment, shown.owners.host(index, record.host.as_deref())) {
                whole.entry((host, class)).or_default().push(moment.best.timestamp());
            }
        }
        for (key, times) in whole {
            signs.entry(key).or_default().add_whole(times);
        }
    }
    for (host, readings) in shown.readings {
        let times: Vec<i64> = readings.iter().map(|reading| reading.0.timestamp()).collect();
        signs.entry((host.clone(), SourceClass::Power)).or_default().add_each(&times);
    }
    let mut starts: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for run in shown.runs.iter().filter(|run| run.kind == SourceClass::Backup.word()) {
        starts.entry(&run.host).or_default().push(run.start);
    }
    for (host, mut times) in starts {
        times.sort_unstable();
        times.dedup();
        signs.entry((host.to_owned(), SourceClass::Backup)).or_default().add_each(&times);
    }
    signs
}

/// What bears on the silences of one host.
struct Host<'a> {
    all: &'a [Seen],
    history: Option<&'a History>,
    story: &'a HostStory,
    incidents: &'a [&'a Incident],
    bounds: (i64, i64),
}

impl Host<'_> {
    fn written(&self, seen: &Seen, crowd: &Crowd) -> report::Seen {
        let mut silences: Vec<Silence> = Vec::new();
        let mut add = |gap: (i64, i64), note: &str, told: bool| {
            if let Some((from, to)) = moments(gap)
                && !self.was_down(from, to)
            {
                silences.push(Silence { from, to, note: note.to_owned(), told });
            }
        };
        let between = match seen.class {
            SourceClass::Sel => "two readings of its SEL that do not overlap",
            SourceClass::Boot => "two boot histories that do not overlap",
            _ => "",
        };
        for gap in seen.inner_silences() {
            add(gap, between, false);
        }
        if seen.class == SourceClass::Sel {
            for (gap, note) in self.lost_by_the_sel(seen) {
                add(gap, note, true);
            }
        } else {
            for gap in seen.edge_silences(crowd, self.bounds) {
                let (note, told) = self.at_an_end(seen, gap);
                add(gap, note, told);
            }
        }
        silences.sort_by_key(|silence| (silence.from, silence.to));
        report::Seen {
            class: seen.class.word().to_owned(),
            spans: seen.spans.iter().filter_map(|span| moments((span.0, span.1 - 1))).collect(),
            silences,
        }
    }

    /// What is known of a silence at either end: the whole host was not there, or its story has words.
    fn at_an_end(&self, seen: &Seen, gap: (i64, i64)) -> (&'static str, bool) {
        let begin = seen.spans.first().map_or(i64::MAX, |span| span.0);
        let spans = || self.all.iter().flat_map(|seen| &seen.spans);
        let (first, last) = (spans().map(|span| span.0).min(), spans().map(|span| span.1).max());
        if gap.1 <= begin && first.is_some_and(|first| first + NEAR_START >= gap.1) {
            return (NOT_YET_THERE, true);
        }
        if gap.1 > begin && last.is_some_and(|last| last - NEAR_START <= gap.0) {
            return (NO_LONGER_THERE, true);
        }
        let at_end = gap.1 > begin && seen.class == SourceClass::Log;
        let told = self.story.fell_silent.is_some() || self.story.did_not_come_back.is_some();
        if at_end && told { ("not seen again", true) } else { ("", false) }
    }

    /// Before a SEL that was cleared, after one that was full.
    fn lost_by_the_sel(&self, seen: &Seen) -> Vec<((i64, i64), &'static str)> {
        let (Some(history), Some(first), Some(last)) = (self.history, seen.spans.first(), seen.spans.last())
        else {
            return Vec::new();
        };
        let is_near = |class: Class, at: i64| {
            let mut events = history.events.iter().filter(|event| event.class == class);
            events.any(|event| (event.at.best.timestamp() - at).abs() <= NEAR_END)
        };
        let others = self.all.iter().filter(|other| other.class != SourceClass::Sel);
        let others: Vec<(i64, i64)> = others.flat_map(|other| other.spans.clone()).collect();
        let mut lost = Vec::new();
        if let Some(begin) = others.iter().map(|span| span.0).min()
            && first.0 - begin > LOST_S
            && is_near(Class::LogCleared, first.0)
        {
            lost.push(((begin, first.0), "the SEL was cleared"));
        }
        if let Some(end) = others.iter().map(|span| span.1).max()
            && end - last.1 > LOST_S
            && is_near(Class::LogFull, last.1)
        {
            lost.push(((last.1, end), "the SEL was full"));
        }
        lost
    }

    /// Whether the host was down all that time, and it is known why.
    fn was_down(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        self.incidents.iter().any(|incident| {
            incident.cause != Cause::Unknown
                && (incident.at_earliest..=incident.at_latest + NEAR_DOWNTIME)
                    .contains(&(from + TimeDelta::seconds(1)))
                && incident.back_at.is_some_and(|back| back + NEAR_DOWNTIME >= to)
        })
    }
}

fn moments(span: (i64, i64)) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    DateTime::from_timestamp(span.0, 0).zip(DateTime::from_timestamp(span.1, 0))
}
