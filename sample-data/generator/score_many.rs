//! Sums up the scores of many fleets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::score::{Score, score, show};

/// Where findings may lie within the folder of a fleet.
const PLACES: &[&str] = &[
    "findings.json",
    "report/findings.json",
    "coroner-report/findings.json",
    "out/findings.json",
    "data/coroner-report/findings.json",
];

/// Scores every folder and prints one line each, what went wrong below it, and a table by kind.
pub fn run(folders: &[PathBuf], verbose: bool) -> String {
    let mut out = String::new();
    let mut kinds: BTreeMap<String, Vec<Score>> = BTreeMap::new();
    let mut all: Vec<Score> = Vec::new();
    for folder in folders {
        let Some(findings) = PLACES.iter().map(|p| folder.join(p)).find(|p| p.exists()) else {
            let _ = writeln!(out, "{}: no findings.json", folder.display());
            continue;
        };
        match score(&folder.join("truth.toml"), &findings) {
            Ok(result) => {
                let _ = write!(out, "{} {}", name(folder), show(&result));
                if verbose {
                    for remark in &result.remarks {
                        let _ = writeln!(out, "    {remark}");
                    }
                }
                kinds.entry(result.kind.clone()).or_default().push(result.clone());
                all.push(result);
            }
            Err(e) => {
                let _ = writeln!(out, "{}: {e}", folder.display());
            }
        }
    }
    let _ = writeln!(
        out,
        "\nkind          fleets  found  dated  cause  blamed  spurious  top1  top3  lenient3  other supported"
    );
    for (kind, list) in &kinds {
        row(&mut out, kind, list);
    }
    row(&mut out, "all", &all);
    out
}

fn name(folder: &Path) -> String {
    folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn row(out: &mut String, kind: &str, list: &[Score]) {
    let sum = |of: fn(&Score) -> usize| list.iter().map(of).sum::<usize>();
    let percent = |a: usize, b: usize| {
        if b == 0 { "-".to_string() } else { format!("{:.1}%", 100.0 * a as f64 / b as f64) }
    };
    let planted = list.iter().filter(|s| s.has_plant).count();
    let within = |n: usize| list.iter().filter(|s| s.has_plant && s.rank.is_some_and(|r| r <= n)).count();
    let lenient = list.iter().filter(|s| s.has_plant && s.rank_lenient.is_some_and(|r| r <= 3)).count();
    let claims = list.iter().filter(|s| s.supported_other > 0).count();
    let _ = writeln!(
        out,
        "{kind:<13} {:>6} {:>6} {:>6} {:>6} {:>7} {:>9} {:>5} {:>5} {:>9}  {}",
        list.len(),
        percent(sum(|s| s.found), sum(|s| s.unplanned)),
        percent(sum(|s| s.pinned_found), sum(|s| s.pinned)),
        percent(sum(|s| s.cause_right), sum(|s| s.found)),
        percent(sum(|s| s.planned_blamed), sum(|s| s.planned)),
        sum(|s| s.spurious),
        percent(within(1), planted),
        percent(within(3), planted),
        percent(lenient, planted),
        percent(claims, list.len()),
    );
}
