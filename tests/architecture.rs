//! The arrows between modules, the homes of foreign crates, and house rules that no linter knows.
//!
//! Wanting a new arrow or a new home means to change the tables below, in review.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use coroner::ingest::formats;

/// Module → the other modules of ours that it may name.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("stats", &[]),
    ("ipmi", &[]),
    ("collect", &["config"]),
    ("config", &[]),
    ("ledger", &["model"]),
    ("ingest", &["config", "ipmi", "ledger", "model"]),
    ("clock", &["config", "model"]),
    ("knowledge", &["model"]),
    ("timeline", &["clock", "config", "knowledge", "model"]),
    ("exposure", &["knowledge", "model", "timeline"]),
    ("facts", &["model"]),
    ("hypothesis", &["model", "stats"]),
    ("report", &["model"]),
    ("redaction", &[]),
    ("case", &["model", "report"]),
    ("weekly", &["model", "report"]),
    (
        "pipeline",
        &[
            "case",
            "clock",
            "config",
            "exposure",
            "facts",
            "hypothesis",
            "ingest",
            "ipmi",
            "knowledge",
            "ledger",
            "model",
            "report",
            "stats",
            "timeline",
        ],
    ),
    (
        "cli",
        &[
            "case",
            "collect",
            "config",
            "facts",
            "ingest",
            "knowledge",
            "ledger",
            "model",
            "pipeline",
            "redaction",
            "report",
            "weekly",
        ],
    ),
];

/// Foreign crate → the modules that may name it. Those that are part of every module's language stand
/// in [`EVERYWHERE`].
const HOMES: &[(&str, &[&str])] = &[
    ("aes", &["collect"]),
    ("aho_corasick", &["ingest", "knowledge", "redaction"]),
    ("anyhow", &["cli"]),
    ("bzip2", &["ingest"]),
    ("cbc", &["collect"]),
    ("chrono_tz", &["clock", "config", "ingest", "pipeline"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("comfy_table", &["cli"]),
    ("csv", &["collect", "ingest"]),
    ("csv_core", &["ingest"]),
    ("flate2", &["case", "ingest"]),
    ("getrandom", &["cli", "collect"]),
    ("hmac", &["collect", "redaction"]),
    ("indicatif", &["cli"]),
    ("ipmi_rs", &["collect"]),
    ("lz4_flex", &["ingest"]),
    ("lzma_rust2", &["ingest"]),
    ("memchr", &["ingest"]),
    ("mail_builder", &["weekly"]),
    ("minijinja", &["case", "report", "weekly"]),
    ("plotters", &["report"]),
    ("polars", &["facts"]),
    ("quick_xml", &["ingest"]),
    ("rand", &["hypothesis", "stats"]),
    ("rand_xoshiro", &["hypothesis", "stats"]),
    ("rawzip", &["case", "ingest"]),
    ("rayon", &["hypothesis", "ingest", "knowledge", "pipeline"]),
    ("regex", &["knowledge"]),
    ("ruzstd", &["ingest"]),
    ("rrule", &["ingest"]),
    ("rustix", &["collect"]),
    ("rustls", &["collect"]),
    ("rustls_native_certs", &["collect"]),
    ("serde_json", &["case", "cli", "collect", "facts", "ingest", "redaction", "report", "weekly"]),
    ("sha1", &["collect"]),
    ("sha2", &["case", "collect", "redaction"]),
    ("statrs", &["hypothesis", "stats"]),
    ("strsim", &["cli"]),
    ("subtle", &["collect"]),
    ("tar", &["ingest"]),
    ("terminal_size", &["cli"]),
    ("tempfile", &["cli", "collect", "ingest"]),
    ("toml", &["config", "knowledge"]),
    ("twox_hash", &["facts", "ingest"]),
    ("unicode_width", &["report", "weekly"]),
    ("wide", &["ingest"]),
    ("zeroize", &["collect"]),
];

/// Crates that any module may name.
const EVERYWHERE: &[&str] = &["chrono", "serde", "thiserror"];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "common", "helpers", "manager", "imp", "data", "info", "misc"];

const LINES_MAX: usize = 600;

struct SourceFile {
    /// Below `src`, with `/`.
    path: String,
    /// Without comments and without what follows `#[cfg(test)]`.
    code: String,
    /// The whole of it, without comments.
    code_and_tests: String,
    lines: usize,
}

impl SourceFile {
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Parts of the module path: `report/page/fleet.rs` → 3, `report/mod.rs` → 1.
    fn depth(&self) -> usize {
        let parts = self.path.split('/').count();
        parts - usize::from(self.path.ends_with("mod.rs"))
    }
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn files() -> Vec<SourceFile> {
    let mut paths = Vec::new();
    walk(&src(), &mut paths);
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let bare: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
        let code_and_tests = bare.join("\n");
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        let code = code_and_tests.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
        SourceFile {
            path: path.strip_prefix(src()).unwrap().to_str().unwrap().replace('\\', "/"),
            code: if is_test { String::new() } else { code.to_owned() },
            lines: text.lines().count(),
            code_and_tests,
        }
    };
    paths.iter().filter(|path| path.extension().is_some_and(|end| end == "rs")).map(read).collect()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The first parts of all paths behind `crate::`, those of braced groups included.
fn own_paths(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, mark) in code.match_indices("crate::") {
        if code[..at].ends_with(is_word) {
            continue;
        }
        let rest = &code[at + mark.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut word) = (0, String::new());
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => found.extend(first_word(&std::mem::take(&mut word))),
                    _ if depth == 0 => word.push(c),
                    _ => {}
                }
            }
            found.extend(first_word(&word));
        } else {
            found.extend(first_word(rest));
        }
    }
    found
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.trim_start().chars().take_while(|c| is_word(*c)).collect();
    (!word.is_empty()).then_some(word)
}

#[test]
fn paths_are_found_in_every_shape_of_import() {
    let code = "use crate::model::{Boot, Stamp};\nuse crate::{clock, ledger::{Fate, Reason},\n config};\n\
                fn f() { crate::report::summary::text(); $crate::nothing(); }";
    let found: Vec<String> = own_paths(&code.replace("$crate", "mycrate")).into_iter().collect();
    assert_eq!(found, ["clock", "config", "ledger", "model", "report"]);
}

#[test]
fn modules_use_only_the_modules_they_may() {
    let mut wrong = Vec::new();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files().iter().filter(|file| !["lib.rs", "main.rs"].contains(&file.path.as_str())) {
        let module = file.module();
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{}: module `{module}` is not in the table of arrows", file.path));
            continue;
        };
        for target in own_paths(&file.code_and_tests).into_iter().filter(|target| target != module) {
            if !allowed.contains(&target.as_str()) {
                wrong.push(format!("{}: {module} may not use {target}", file.path));
            }
            used.entry(module.to_owned()).or_default().insert(target);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(used.len() >= 8, "the search finds imports at all: {used:?}");
}

#[test]
fn no_arrow_leads_back_to_where_it_came_from() {
    let targets = |name: &str| ARROWS.iter().find(|(module, _)| *module == name).unwrap().1;
    for (start, _) in ARROWS {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = targets(start).to_vec();
        while let Some(next) = open.pop() {
            assert_ne!(next, *start, "{start} uses itself by way of others");
            if seen.insert(next) {
                open.extend(targets(next));
            }
        }
    }
}

#[test]
fn no_module_climbs_out_of_itself_by_super() {
    for file in files() {
        let climbs = file.code.match_indices("super::").map(|(at, _)| {
            let rest = &file.code[at..];
            (0..).take_while(|n| rest[n * "super::".len()..].starts_with("super::")).count()
        });
        let highest = climbs.max().unwrap_or(0);
        assert!(highest < file.depth() || highest == 0, "{} reaches the root by `super::`", file.path);
    }
}

#[test]
fn foreign_crates_stay_at_home() {
    let manifest = fs::read_to_string(src().parent().unwrap().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&manifest).unwrap();
    let crates: Vec<String> =
        manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect();
    let files = files();
    let mut wrong = Vec::new();
    for name in &crates {
        if EVERYWHERE.contains(&name.as_str()) {
            continue;
        }
        let Some((_, homes)) = HOMES.iter().find(|(known, _)| known == name) else {
            wrong.push(format!("{name} is a dependency without a home in the table"));
            continue;
        };
        for file in files.iter().filter(|file| names_crate(&file.code_and_tests, name)) {
            if !homes.contains(&file.module()) {
                wrong.push(format!("{}: {name} may be named in {} only", file.path, homes.join(", ")));
            }
        }
    }
    for (name, _) in HOMES {
        if !crates.iter().any(|known| known == name) {
            wrong.push(format!("{name} has a home and is no dependency"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let free = !before.ends_with(is_word) && !before.ends_with("::") && !before.ends_with('.');
        let imported = before.ends_with("use ") && after.starts_with(';');
        free && (after.starts_with("::") || imported)
    })
}

#[test]
fn no_file_or_module_has_an_empty_name() {
    for file in files() {
        for part in file.path.trim_end_matches(".rs").split('/') {
            assert!(!EMPTY_NAMES.contains(&part), "{}", file.path);
        }
        for name in EMPTY_NAMES {
            assert!(!file.code_and_tests.contains(&format!("mod {name} ")), "{}: mod {name}", file.path);
        }
    }
    let mut tests = Vec::new();
    walk(&src().parent().unwrap().join("tests"), &mut tests);
    for path in tests.iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert!(!EMPTY_NAMES.contains(&stem), "{}", path.display());
    }
}

#[test]
fn no_source_file_is_too_long_to_read() {
    for file in files() {
        assert!(file.lines <= LINES_MAX, "{} has {} lines", file.path, file.lines);
    }
}

#[test]
fn only_the_command_line_may_look_at_the_clock_of_today() {
    for file in files().iter().filter(|file| file.module() != "cli") {
        for call in ["Utc::now", "Local::now", "SystemTime::now", "Instant::now"] {
            // What waits for answers needs a clock that only goes on.
            if file.module() == "collect" && call == "Instant::now" {
                continue;
            }
            assert!(!file.code.contains(call), "{}: {call}", file.path);
        }
    }
}

#[test]
fn only_the_command_line_prints_or_asks_the_environment() {
    for file in files().iter().filter(|file| file.module() != "cli" && file.path != "main.rs") {
        for call in ["println!", "eprintln!", "print!(", "dbg!", "std::env::", "process::exit", "todo!"] {
            // Secrets may come from the environment.
            if file.path.starts_with("collect/credentials/") && call == "std::env::" {
                continue;
            }
            assert!(!file.code.contains(call), "{}: {call}", file.path);
        }
    }
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    for file in files() {
        for call in [".unwrap()", ".expect(\"\")", "unreachable!()", "unimplemented!"] {
            assert!(!file.code.contains(call), "{}: {call}", file.path);
        }
    }
}

#[test]
fn folder_and_register_of_formats_agree() {
    let mut paths = Vec::new();
    walk(&src().join("ingest/formats"), &mut paths);
    let in_folder: BTreeSet<String> = paths
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().replace('_', "-"))
        .filter(|name| name != "mod")
        .collect();
    let in_register: BTreeSet<String> = formats::all().map(|format| format.id().to_owned()).collect();
    assert_eq!(in_folder, in_register);
    assert_eq!(in_register.len(), formats::all().count(), "an id is used twice");
    for id in &in_register {
        assert!(formats::by_id(id).is_some_and(|format| format.id() == id));
    }
}

#[test]
fn every_format_file_opens_with_what_it_reads() {
    let mut paths = Vec::new();
    walk(&src().join("ingest/formats"), &mut paths);
    for path in paths {
        if path.ends_with("mod.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let head: String =
            text.lines().take_while(|line| line.starts_with("//!")).map(|line| format!("{line}\n")).collect();
        for part in ["Time:", "Units:", "Spec:", "Loses:", "Not handled:"] {
            assert!(head.contains(part), "{}: no `{part}` in the header", path.display());
        }
    }
}
