//! When a host was watched: hours that nobody could have seen are not healthy hours.

use super::spans;
use crate::timeline::History;

/// A log that is silent for less than this is still a log: quiet hosts write little.
const LOG_GAP_SECONDS: i64 = 3 * 86_400;
/// A host's rare silence, times this, is still no gap.
const RARE_SILENCES: i64 = 3;

/// How long the logs of a host may be silent and still be logs, seconds.
#[must_use]
pub fn log_gap(history: &History) -> i64 {
    let Some(run) = history.runs.get(history.runs.len() / 2) else { return LOG_GAP_SECONDS };
    LOG_GAP_SECONDS.max(history.silence(run.from).rare_s * RARE_SILENCES)
}

/// Spans in which an end of a boot on this host would have left a trace, up to `fleet_end`
/// (seconds of Unix time). The SEL counts to the end of the fleet's data, because it was read out
/// then; it counts from its first entry, because what came before may be overwritten.
#[must_use]
pub fn watched(history: &History, fleet_end: i64) -> Vec<(i64, i64)> {
    let mut all: Vec<(i64, i64)> = Vec::new();
    if !history.runs.is_empty() {
        let runs: Vec<(i64, i64)> =
            history.runs.iter().map(|run| (run.from.timestamp(), run.to.timestamp() + 1)).collect();
        all.extend(spans::join(runs, log_gap(history)));
    }
    if let (Some(first), Some(last)) = (history.marks.first(), history.marks.last()) {
        all.push((first.at.timestamp(), last.at.timestamp() + 1));
    }
    // Where a host keeps logs, its log says when it was up; a SEL alone must say it itself.
    if history.runs.is_empty()
        && let Some((first, last)) = history.sel
    {
        all.push((first.timestamp(), last.timestamp().max(fleet_end)));
    }
    if history.runs.is_empty()
        && history.sel.is_none()
        && let Some((first, last)) = history.power
    {
        all.push((first.timestamp(), last.timestamp()));
    }
    spans::join(all, 0)
}
