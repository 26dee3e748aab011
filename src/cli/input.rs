//! What most commands share: where the data is and how to read it.

use std::io::{IsTerminal, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args;

use super::exit::{InputError, UsageError};
use crate::config::{Config, FILE_NAME};
use crate::ingest::attribution::attribute;
use crate::ingest::written_time::{self, DayFirst};
use crate::ingest::{reading, sample};
use crate::knowledge::{Flaw, Knowledge, flaws};
use crate::model::Stamp;
use crate::model::record::SourceFacts;
use crate::pipeline::{self, Analysis, Options};

/// Options of every command that reads data.
#[derive(Debug, Args)]
pub struct Input {
    /// Files and folders to read; `-` is standard input
    #[arg(value_name = "PATH", required_unless_present = "facts")]
    pub paths: Vec<PathBuf>,
    /// Use facts that `ingest` wrote, instead of or beside PATHs
    #[arg(long, value_name = "DIR")]
    pub facts: Option<PathBuf>,
    /// Configuration (default: coroner.toml in the first PATH that is a folder)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder with knowledge of your own (*.toml), beside what is shipped
    #[arg(long, value_name = "DIR")]
    pub knowledge: Option<PathBuf>,
    /// Say less on standard error
    #[arg(short, long)]
    pub quiet: bool,
    /// Say more on standard error
    #[arg(short, long)]
    pub verbose: bool,
}

/// Options of commands that analyse.
#[derive(Debug, Args)]
pub struct Span {
    /// Only from this time on (RFC 3339, or a date)
    #[arg(long, value_name = "T")]
    pub from: Option<String>,
    /// Only until this time; a list of incidents counts as complete until then
    #[arg(long, value_name = "T")]
    pub to: Option<String>,
    /// Seed of the permutations
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// All that was read.
pub struct Loaded {
    pub sources: Vec<SourceFacts>,
    pub config: Config,
    pub knowledge: Knowledge,
    /// Some path that was asked for could not be read at all; the messages are out already.
    pub missing: bool,
    /// The paths that were read.
    pub files: Vec<PathBuf>,
}

impl Input {
    /// Reads sources and configuration. Paths that do not exist are reported and passed over.
    pub fn load(&self) -> anyhow::Result<Loaded> {
        let knowledge = knowledge(self.knowledge.as_deref())?;
        let config = self.config()?;
        check_changes(&config)?;
        let mut sources = Vec::new();
        if let Some(folder) = &self.facts {
            sources.extend(crate::facts::read(folder)?);
        }
        let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            self.paths.iter().cloned().partition(|path| path.as_os_str() == "-");
        if !stdin.is_empty() {
            let read = reading::read_stream("-", std::io::stdin(), &knowledge)
                .map_err(|error| InputError(format!("cannot read standard input: {error}")))?;
            sources.extend(read);
        }
        let bar = progress(self.quiet);
        let begin = |count: usize| bar.set_length(count as u64);
        let step = || bar.inc(1);
        let (read, missing) = pipeline::ingest(&paths, &knowledge, &begin, &step);
        bar.finish_and_clear();
        sources.extend(read);
        let mut lines: Vec<String> = missing
            .iter()
            .filter(|missing| missing.shown.is_none())
            .map(|missing| format!("cannot read {}: {}", missing.path.display(), missing.source))
            .collect();
        lines.extend(sources.iter().filter_map(|source| {
            let words =
                if source.unreadable { Some(source.reason.clone()) } else { pipeline::damage(source) };
            words.map(|words| format!("{}: {words}", source.path))
        }));
        warn(&lines);
        if self.verbose {
            eprintln!("coroner: {} sources read", sources.len());
        }
        Ok(Loaded { sources, config, knowledge, missing: !missing.is_empty(), files: paths })
    }

    fn config(&self) -> anyhow::Result<Config> {
        if let Some(path) = &self.config {
            return Ok(Config::read(path)?);
        }
        let folders = self.paths.iter().filter(|path| path.is_dir());
        match folders.map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file()) {
            Some(path) => Ok(Config::read(&path)?),
            None => Ok(Config::default()),
        }
    }
}

/// Lines about files that are shown; the ledger has all of them.
const WARNINGS_MAX: usize = 20;

/// Says on standard error what of the data is not in the answer.
pub fn warn(lines: &[String]) {
    for line in lines.iter().take(WARNINGS_MAX) {
        eprintln!("coroner: {}", crate::report::text_safety::terminal(line));
    }
    if lines.len() > WARNINGS_MAX {
        let more = lines.len() - WARNINGS_MAX;
        eprintln!("coroner: the same of {more} more; `coroner ledger` lists all files");
    }
}

/// What is shipped, and the user's own beside it. The samples of the user's entries are run here: an entry
/// that does not match what it says it does would be silent for ever. One without samples is used; `explain
/// check` asks for them.
pub fn knowledge(folder: Option<&Path>) -> anyhow::Result<Knowledge> {
    let Some(folder) = folder else { return Ok(Knowledge::shipped()?) };
    let knowledge = Knowledge::with_folder(folder).map_err(|error| {
        let error = anyhow::Error::from(error);
        UsageError(format!("{error:#}"))
    })?;
    let found = flaws_of(&knowledge);
    let own: Vec<String> =
        found.iter().filter(|flaw| !flaw.origin.shipped && !flaw.unproved).map(ToString::to_string).collect();
    if own.is_empty() { Ok(knowledge) } else { Err(UsageError(own.join("\n")).into()) }
}

/// Entries that their own samples and cases disprove, through the real readers, and those that bring none.
pub fn flaws_of(knowledge: &Knowledge) -> Vec<Flaw> {
    flaws(knowledge, &|sample| sample::records(&sample.format, &sample.text, knowledge))
}

impl Loaded {
    /// Fails if there is nothing to analyse.
    pub fn require_hosts(&self) -> anyhow::Result<()> {
        let attribution = attribute(&self.sources, &self.config);
        if attribution.hosts.is_empty() {
            let files = self.sources.len();
            let hint =
                "give a folder with SELs, logs or an incident list (`coroner formats` lists what is read)";
            return Err(InputError(format!("no host found in {files} files; {hint}")).into());
        }
        Ok(())
    }

    /// Runs the analysis.
    pub fn analyse(self, span: &Span) -> anyhow::Result<Analysis> {
        let options = Options { files: self.files.clone(), ..span.options()? };
        Ok(pipeline::analyze(self.sources, &self.config, &self.knowledge, &options))
    }
}

/// Declared changes that could only be dropped in silence are errors, as misspelt keys are.
fn check_changes(config: &Config) -> anyhow::Result<()> {
    for (place, change) in config.change.iter().enumerate() {
        let at = time(&change.at).ok().filter(|at| pipeline::is_dated(*at));
        let trouble = if change.name.trim().is_empty() {
            "has no name".to_owned()
        } else if at.is_none() {
            format!("has no usable time: `{}`; write 2025-03-01T12:00:00Z", change.at)
        } else if config.change[..place].iter().any(|other| other.name == change.name) {
            "has the name of another one".to_owned()
        } else {
            continue;
        };
        return Err(UsageError(format!("configuration: [[change]] `{}` {trouble}", change.name)).into());
    }
    Ok(())
}

impl Span {
    /// The options in our types.
    pub fn options(&self) -> anyhow::Result<Options> {
        let from = self.from.as_deref().map(time).transpose()?;
        let to = self.to.as_deref().map(time).transpose()?;
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(UsageError("--from lies after --to".to_owned()).into());
        }
        Ok(Options { from, to, seed: self.seed, ..Options::default() })
    }
}

/// A time as the user writes it; one without a zone is taken for UTC here.
pub fn time(text: &str) -> anyhow::Result<DateTime<Utc>> {
    match written_time::read(text, DayFirst(false)) {
        Some(Stamp::Zoned(at)) => Ok(at),
        Some(Stamp::Local(at)) => Ok(at.and_utc()),
        _ => {
            Err(UsageError(format!("`{text}` is not a time; write 2025-03-01 or 2025-03-01T12:00:00Z"))
                .into())
        }
    }
}

/// The host that the user means, by its full or its short name.
pub fn known_host(hosts: &[String], wanted: Option<&str>) -> anyhow::Result<Option<String>> {
    let Some(wanted) = wanted else { return Ok(None) };
    let short = |name: &str| name.split('.').next().unwrap_or(name).to_lowercase();
    let exact = hosts.iter().find(|host| host.eq_ignore_ascii_case(wanted));
    match exact.or_else(|| hosts.iter().find(|host| short(host) == short(wanted))) {
        Some(host) => Ok(Some(host.clone())),
        None => Err(UsageError(format!("no host `{wanted}` in this data")).into()),
    }
}

/// A bar on a terminal, nothing in a pipe.
fn progress(quiet: bool) -> indicatif::ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new(0);
    if let Ok(style) = indicatif::ProgressStyle::with_template("reading {bar:30} {pos}/{len} files") {
        bar.set_style(style);
    }
    bar
}

/// Writes a file by way of a temporary name, so that a half-written one never has the real name. What is there and
/// is no file (a pipe, a device) is written to as it is; a link is followed.
pub fn write_file(path: &Path, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
    replace(path, content.as_ref(), false)
}

/// As [`write_file`], and also a loss of power leaves the old file or the new one.
pub fn write_lasting(path: &Path, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
    replace(path, content.as_ref(), true)
}

fn replace(path: &Path, content: &[u8], lasting: bool) -> anyhow::Result<()> {
    use anyhow::Context;
    let failed = || format!("failed to write `{}`", path.display());
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return std::fs::write(path, content).with_context(failed);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".coroner-")
        // Less what the umask takes away.
        .permissions(std::fs::Permissions::from_mode(0o666))
        .tempfile_in(folder)
        .with_context(failed)?;
    file.write_all(content).with_context(failed)?;
    if lasting {
        file.as_file().sync_all().with_context(failed)?;
    }
    file.persist(path).with_context(failed)?;
    Ok(())
}
