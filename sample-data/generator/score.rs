//! Compares the findings of a run with the truth of its fleet.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::truth;

/// How far the time of a finding may be from the truth.
const TOLERANCE_S: i64 = 15 * 60;

/// What one fleet scored.
#[derive(Default, Clone)]
pub struct Score {
    pub kind: String,
    /// Unplanned ends, and how many of them were found.
    pub unplanned: usize,
    pub found: usize,
    /// Of them, those that some file dates to within the tolerance.
    pub pinned: usize,
    pub pinned_found: usize,
    pub cause_right: usize,
    pub planned: usize,
    /// Planned ends reported as unplanned.
    pub planned_blamed: usize,
    /// Reported as unplanned, and nothing of the kind happened.
    pub spurious: usize,
    pub has_plant: bool,
    /// Place of the planted hypothesis; none when it is not in the list.
    pub rank: Option<usize>,
    pub plant_verdict: String,
    /// Same, but other names for the same thing count as well.
    pub rank_lenient: Option<usize>,
    pub supported: usize,
    /// Supported hypotheses that are neither the planted one nor a shared event.
    pub supported_other: usize,
    /// One line for each thing that went wrong.
    pub remarks: Vec<String>,
}

struct Happened {
    host: String,
    at: DateTime<Utc>,
    planned: bool,
    cause: String,
    inherited: bool,
    pinned: bool,
    note: String,
    matched: bool,
}

struct Reported {
    host: String,
    at: DateTime<Utc>,
    planned: bool,
    cause: String,
    matched: bool,
}

/// Reads both files and compares them.
pub fn score(truth: &Path, findings: &Path) -> std::io::Result<Score> {
    let (truth, findings) = (truth::read(truth).map_err(std::io::Error::other)?, read(findings)?);
    let mut happened = happened(&truth);
    let mut reported = reported(&findings);
    let mut result = Score { kind: text(&truth["kind"]), ..Score::default() };
    match_up(&mut happened, &mut reported);
    tally(&mut result, &mut happened, &mut reported);
    hypotheses(&mut result, &truth["planted"], &findings);
    Ok(result)
}

fn read(path: &Path) -> std::io::Result<Value> {
    let named = |e: String| std::io::Error::other(format!("{}: {e}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| named(e.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|e| named(e.to_string()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Names are compared without domain and case.
fn short(host: &str) -> String {
    host.split('.').next().unwrap_or_default().to_lowercase()
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|t| t.to_utc())
}

fn happened(truth: &Value) -> Vec<Happened> {
    let ends = list(&truth["ends"]).iter();
    let one = |e: &Value| {
        let sources: Vec<String> = list(&e["seen_by"]).iter().map(text).collect();
        let sources = if sources.is_empty() { "nothing".to_string() } else { sources.join(" ") };
        Some(Happened {
            host: short(e["host"].as_str()?),
            at: time(&e["at"])?,
            planned: e["planned"].as_bool()?,
            cause: text(&e["cause"]),
            inherited: e["with_host"].as_bool().unwrap_or(false),
            pinned: e["pinned"].as_bool().unwrap_or(true),
            note: format!("{} [{}] back {}", text(&e["way"]), sources, text(&e["back_at"])),
            matched: false,
        })
    };
    ends.filter_map(one).collect()
}

fn reported(findings: &Value) -> Vec<Reported> {
    let one = |i: &Value| {
        Some(Reported {
            host: short(i["host"].as_str()?),
            at: time(&i["at"])?,
            planned: i["planned"].as_bool().unwrap_or(false),
            cause: text(&i["cause"]),
            matched: false,
        })
    };
    list(&findings["incidents"]).iter().filter_map(one).collect()
}

/// Pairs what happened with what was reported, nearest first, unplanned with unplanned before anything else.
fn match_up(happened: &mut [Happened], reported: &mut [Reported]) {
    for (real_planned, said_planned) in [(false, false), (true, true), (true, false), (false, true)] {
        let mut pairs: Vec<(i64, usize, usize)> = Vec::new();
        for (i, h) in happened.iter().enumerate().filter(|(_, h)| h.planned == real_planned && !h.matched) {
            for (j, r) in reported.iter().enumerate() {
                let apart = (h.at - r.at).num_seconds().abs();
                if !r.matched && r.planned == said_planned && r.host == h.host && apart <= TOLERANCE_S {
                    pairs.push((apart, i, j));
                }
            }
        }
        pairs.sort_unstable();
        for (_, i, j) in pairs {
            if happened[i].matched || reported[j].matched {
                continue;
            }
            happened[i].matched = true;
            reported[j].matched = true;
            // What became of the pair is told by the cause that was reported.
            happened[i].note = format!("{}\u{1}{}\u{1}{said_planned}", happened[i].note, reported[j].cause);
        }
    }
}

fn tally(result: &mut Score, happened: &mut [Happened], reported: &mut [Reported]) {
    for h in happened.iter() {
        let mut parts = h.note.split('\u{1}');
        let note = parts.next().unwrap_or_default();
        let (said, said_planned) = (parts.next(), parts.next() == Some("true"));
        if !h.planned && !h.inherited && h.pinned {
            result.pinned += 1;
            result.pinned_found += usize::from(said.is_some() && !said_planned);
        }
        let loose = if h.pinned { "" } else { " (no file dates it)" };
        let line = format!("{} {} {} {note}{loose}", h.host, h.at.format("%FT%TZ"), h.cause);
        match (h.planned, said) {
            _ if h.inherited => {}
            (false, Some(said)) if !said_planned => {
                result.unplanned += 1;
                result.found += 1;
                if said == h.cause {
                    result.cause_right += 1;
                } else {
                    result.remarks.push(format!("cause   {line} -> {said}"));
                }
            }
            (false, Some(said)) => {
                result.unplanned += 1;
                result.remarks.push(format!("excused {line} -> planned {said}"));
            }
            (false, None) => {
                result.unplanned += 1;
                let near = nearest(h, reported);
                result.remarks.push(format!("missed  {line}{near}"));
            }
            (true, Some(said)) if !said_planned => {
                result.planned += 1;
                result.planned_blamed += 1;
                result.remarks.push(format!("blamed  {line} -> {said}"));
            }
            (true, _) => result.planned += 1,
        }
    }
    for r in reported.iter().filter(|r| !r.matched && !r.planned) {
        result.spurious += 1;
        result.remarks.push(format!("extra   {} {} {}", r.host, r.at.format("%FT%TZ"), r.cause));
    }
}

/// The unmatched report of the same host that is closest: it tells a wrong clock from silence.
fn nearest(h: &Happened, reported: &[Reported]) -> String {
    let same = reported.iter().filter(|r| !r.matched && r.host == h.host);
    let close = same.min_by_key(|r| (r.at - h.at).num_seconds().abs());
    close.map_or(String::new(), |r| {
        let apart = (r.at - h.at).num_minutes();
        if apart.abs() > 48 * 60 { String::new() } else { format!(" (reported {} {apart:+} min)", r.cause) }
    })
}

type Term = (String, String);

fn terms(value: &Value) -> Vec<Term> {
    let plain = |v: &Value| match v {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    };
    list(value).iter().map(|t| (text(&t["factor"]), plain(&t["value"]))).collect()
}

fn term_fits(wanted: &Term, given: &Term) -> bool {
    let (w, g) = (wanted.1.to_lowercase(), given.1.to_lowercase());
    let value = match w.strip_suffix('*') {
        Some(stem) => g.starts_with(stem),
        None if wanted.0 == "host" => short(&w) == short(&g),
        None => w == g || (wanted.0 == "model" && (g.ends_with(&w) || w.ends_with(&g))) || near(&w, &g),
    };
    wanted.0 == given.0 && value
}

/// Numbers that differ by less than one percent: 208.5 and 208.6 days are the same age.
fn near(w: &str, g: &str) -> bool {
    match (w.parse::<f64>(), g.parse::<f64>()) {
        (Ok(w), Ok(g)) => (w - g).abs() <= w.abs() * 0.01,
        _ => false,
    }
}

fn set_fits(wanted: &[Term], given: &[Term]) -> bool {
    wanted.len() == given.len()
        && wanted.iter().all(|w| given.iter().any(|g| term_fits(w, g)))
        && given.iter().all(|g| wanted.iter().any(|w| term_fits(w, g)))
}

fn hypotheses(result: &mut Score, planted: &Value, findings: &Value) {
    let wanted = terms(&planted["terms"]);
    // Hours have no agreed name: any hypothesis on the time of day is the planted one.
    let by_family = planted["family"] == "time_of_day";
    let accept: Vec<Vec<Term>> = list(&planted["accept"]).iter().map(terms).collect();
    result.has_plant = !wanted.is_empty();
    let mut all: Vec<&Value> = list(&findings["hypotheses"]).iter().collect();
    all.sort_by_key(|h| h["rank"].as_u64().unwrap_or(u64::MAX));
    for (place, h) in all.iter().enumerate() {
        let mut names = vec![terms(&h["terms"])];
        names.extend(list(&h["aliases"]).iter().map(terms));
        let named = names.iter().any(|n| set_fits(&wanted, n));
        let exact = result.has_plant && (named || (by_family && h["family"] == "time_of_day"));
        let lenient = exact || accept.iter().any(|set| names.iter().any(|n| set_fits(set, n)));
        if exact && result.rank.is_none() {
            result.rank = Some(place + 1);
            result.plant_verdict = text(&h["verdict"]);
        }
        if lenient && result.rank_lenient.is_none() {
            result.rank_lenient = Some(place + 1);
        }
        if h["verdict"] == "supported" {
            result.supported += 1;
            if !lenient && h["family"] != "shared_event" {
                result.supported_other += 1;
                let said: Vec<String> = names[0].iter().map(|(f, v)| format!("{f}={v}")).collect();
                result.remarks.push(format!("claim   rank {} {}", place + 1, said.join(" & ")));
            }
        }
    }
    if result.has_plant && result.rank.is_none_or(|r| r > 3) {
        let want: Vec<String> = wanted.iter().map(|(f, v)| format!("{f}={v}")).collect();
        let top: Vec<String> = all
            .iter()
            .take(3)
            .map(|h| {
                let t: Vec<String> = terms(&h["terms"]).iter().map(|(f, v)| format!("{f}={v}")).collect();
                format!("{} ({})", t.join(" & "), text(&h["verdict"]))
            })
            .collect();
        let place = result.rank.map_or("not listed".to_string(), |r| format!("rank {r}"));
        result.remarks.push(format!("plant   {} {place}; top: {}", want.join(" & "), top.join(", ")));
    }
}

/// The score of one fleet for people.
pub fn show(score: &Score) -> String {
    let share = |a: usize, b: usize| if b == 0 { 100.0 } else { 100.0 * a as f64 / b as f64 };
    let rank = |r: Option<usize>| r.map_or("-".to_string(), |r| r.to_string());
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}: found {}/{} ({:.0} %; dated {}/{}), cause right {}/{} ({:.0} %), planned called unplanned {}/{} ({:.1} %), \
         spurious {}, planted rank {} (lenient {}) {}, supported {} (other {})",
        score.kind,
        score.found,
        score.unplanned,
        share(score.found, score.unplanned),
        score.pinned_found,
        score.pinned,
        score.cause_right,
        score.found,
        share(score.cause_right, score.found),
        score.planned_blamed,
        score.planned,
        share(score.planned_blamed, score.planned.max(1)),
        score.spurious,
        if score.has_plant { rank(score.rank) } else { "none".to_string() },
        rank(score.rank_lenient),
        score.plant_verdict,
        score.supported,
        score.supported_other,
    );
    out
}
