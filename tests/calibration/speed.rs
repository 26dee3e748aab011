//! Time and memory of one ranking, each size in a process of its own so that the peak is its own.

use std::{fs, process::Command, str::FromStr, time::Instant};

use anyhow::{Context, Result};
use coroner::hypothesis::{Settings, rank};

use crate::fleets::{Factors, Lifetimes, Scenario, simulate};

use super::{plan::Size, table::Table};

/// `hosts:incidents`, and `:unequal` for hosts that come and go, `:bare` for an inventory without backups.
#[derive(Debug, Clone)]
pub struct Case {
    text: String,
    size: Size,
    lifetimes: Lifetimes,
    bare: bool,
}

pub const USUAL: [&str; 6] =
    ["1000:3000", "10000:3000", "100000:3000", "100000:3000:bare", "2000:300", "5000:24000:unequal"];

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':');
        let size = [parts.next().unwrap_or(""), parts.next().unwrap_or("")].join(":").parse()?;
        let words: Vec<&str> = parts.next().map_or_else(Vec::new, |words| words.split(':').collect());
        if let Some(word) = words.iter().find(|word| !["unequal", "bare"].contains(word)) {
            return Err(format!("`{word}` is neither `unequal` nor `bare`"));
        }
        let lifetimes = if words.contains(&"unequal") { Lifetimes::Unequal } else { Lifetimes::Usual };
        Ok(Self { text: text.to_owned(), size, lifetimes, bare: words.contains(&"bare") })
    }
}

const COLUMNS: usize = 8;

/// Runs every case in a child and prints what they measured.
pub fn compare(cases: &[Case], permutations: u32, seed: u64) -> Result<()> {
    let mut table = Table::new(&[
        "hosts:incidents",
        "rank, s",
        "processor, s",
        "peak, MiB",
        "before rank, MiB",
        "questions",
        "permutations",
        "first hypothesis",
    ]);
    let this = std::env::current_exe().context("cannot find this program itself")?;
    for case in cases {
        let child = Command::new(&this)
            .args(["--speed-of", &case.text])
            .args(["--permutations", &permutations.to_string()])
            .args(["--seed", &seed.to_string()])
            .output()
            .with_context(|| format!("cannot start a process for {}", case.text))?;
        let mut cells = vec![case.text.clone()];
        if child.status.success() {
            cells.extend(String::from_utf8_lossy(&child.stdout).trim().split('\t').map(str::to_owned));
        }
        if cells.len() != COLUMNS {
            cells.resize(COLUMNS, "–".to_owned());
            cells[COLUMNS - 1] = format!("failed: {}", child.status);
        }
        eprintln!("{}", cells.join("  "));
        table.row(cells);
    }
    println!("## Speed: 12 factors, {} threads\n", rayon::current_num_threads());
    table.print();
    Ok(())
}

/// Measures one case in this process and prints the cells of its row.
pub fn measure(case: &Case, permutations: u32, seed: u64) {
    let scenario =
        Scenario { factors: Factors::Twelve, lifetimes: case.lifetimes, ..Scenario::new("bios", 0.3) };
    let mut study = simulate(case.size.hosts, case.size.incidents, scenario, seed).fleet.study;
    if case.bare {
        study.windows.clear();
    }
    let before = peak_mib();
    let used = processor_seconds();
    let began = Instant::now();
    let ranking = rank(&study, &Settings { seed, permutations });
    let seconds = began.elapsed().as_secs_f64();
    let used = processor_seconds().zip(used).map(|(after, before)| format!("{:.2}", after - before));
    let first = ranking.hypotheses.first().map_or("none", |first| first.statement.as_str());
    println!(
        "{seconds:.2}\t{}\t{}\t{}\t{}\t{}\t{first}",
        used.unwrap_or_else(|| "–".to_owned()),
        mib(peak_mib()),
        mib(before),
        ranking.method.questions,
        ranking.method.permutations
    );
}

/// Largest resident set of this process so far; known on Linux only.
fn peak_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib / 1024)
}

/// User and system time of all threads so far; known on Linux only, where the kernel counts them in
/// hundredths of a second (proc(5), fields 14 and 15 of `stat`).
fn processor_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name and may hold spaces; the third comes after its bracket.
    let (_, rest) = stat.rsplit_once(')')?;
    let ticks: Vec<f64> = rest.split_whitespace().skip(11).take(2).filter_map(|t| t.parse().ok()).collect();
    (ticks.len() == 2).then(|| ticks.iter().sum::<f64>() / 100.0)
}

fn mib(peak: Option<u64>) -> String {
    peak.map_or_else(|| "–".to_owned(), |mib| mib.to_string())
}
