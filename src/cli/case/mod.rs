//! `coroner case`: the hand-over to a vendor.

mod again;
mod names;
mod plain_text;
mod private_map;
mod records;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use clap::builder::PossibleValuesParser;

use super::exit::{self, InputError, UsageError};
use super::input::{Input, Span, known_host, warn, write_file};
use super::output;
use crate::case::{self, Bundle, Part, Request, Scope, Sealed, Vendor};
use crate::pipeline::{self, Options};
use crate::redaction::{Identifiers, Redactor, leaks};
use crate::report::text_safety::terminal;
use private_map::PrivateMap;

pub const EXAMPLES: &str = "Examples:
  coroner case sample-data/reboots
  coroner case sample-data/reboots --hypothesis 1 --vendor dell --keyword Falcon
  coroner case /srv/evidence --host kvm07 --out /tmp/case-kvm07

Names of hosts, domains and users, addresses (IP, MAC), serial numbers of other machines and your keywords are
replaced by pseudonyms, the same ones in every case. What stands for what is kept in a private file outside of the
case (--map), which you need to understand the vendor's answer. Values of columns like owner, customer, site or
contact of an inventory are names, too. Passwords are masked as in reports. Before anything is written, the finished
case is searched for what should not be in it: a name in base64 is found and cannot be replaced, then nothing is
written. Look through the case all the same: a name that no inventory, login or mail address tells is only a word.";

/// Leaks that are named one by one.
const LEAKS_SHOWN: usize = 20;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    span: Span,
    /// Only what happened on this host; can be given several times
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// What this hypothesis counts (its rank or id)
    #[arg(long, value_name = "ID")]
    hypothesis: Option<String>,
    /// Whom the case is for (default: the maker of the machines)
    #[arg(long, value_name = "VENDOR", value_parser = PossibleValuesParser::new(Vendor::ALL.map(Vendor::word)))]
    vendor: Option<String>,
    /// Folder for the case: a zip, and its cover page as HTML and Markdown
    #[arg(long, value_name = "DIR", default_value = "coroner-case")]
    out: PathBuf,
    /// Replace this word, too; can be given several times
    #[arg(long = "keyword", value_name = "WORD")]
    keywords: Vec<String>,
    /// The private file that holds which pseudonym stands for what (default: coroner/redaction.json below
    /// $XDG_DATA_HOME or ~/.local/share)
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Leave all names as they are
    #[arg(long, conflicts_with_all = ["keywords", "map"])]
    no_redaction: bool,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    // Where the map is, and whether it is private, is found out before the work is done.
    let map = if args.no_redaction { None } else { Some(PrivateMap::open(args.map.as_deref(), &args.out)?) };
    let loaded = args.input.load()?;
    loaded.require_hosts()?;
    if loaded.files.is_empty() {
        let why = "a case needs the files themselves, for the excerpts: give their PATH";
        return Err(UsageError(why.to_owned()).into());
    }
    let options = Options { files: loaded.files.clone(), ..args.span.options()? };
    let (analysis, kept) =
        pipeline::analyze_and_keep(loaded.sources, &loaded.config, &loaded.knowledge, &options);
    let report = &analysis.report;
    let scope =
        Scope::of(report, &request(args, &report.hosts)?).map_err(|error| UsageError(error.to_string()))?;
    let mut bundle = case::gather(report, &scope, &kept);
    bundle.map_texts(&mut |_, text| plain_text::plain(text));
    let left_out: Vec<String> =
        bundle.left_out().map(|(source, why)| format!("not in the case: {source}: {why}")).collect();
    warn(&left_out);
    warn(bundle.notices());
    let mut shown_as = BTreeMap::new();
    let sealed = match map {
        None => bundle.seal()?,
        Some(map) => {
            let identifiers = names::identifiers(report, &scope, &kept, &bundle, &args.keywords);
            redacted(&mut bundle, map, identifiers, &scope, &mut shown_as)?
        }
    };
    let again = again::check(&sealed, &scope, &shown_as, &loaded.knowledge)?;
    let zip = case::zip(&sealed)?;
    let zip_path = args.out.join(format!("{}.zip", sealed.name));
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("failed to create `{}`", args.out.display()))?;
    write_file(&zip_path, &zip)?;
    write_file(&args.out.join("case.html"), &sealed.html)?;
    write_file(&args.out.join("case.md"), &sealed.markdown)?;
    if args.no_redaction {
        eprintln!("coroner: all names stand in the case as they are");
    }
    let mut out = format!(
        "A case for {}: {} on {}, {}, {} KB.\n{}.\n",
        scope.vendor.name(),
        count(scope.incidents.len(), "incident"),
        count(scope.hosts.len(), "host"),
        count(sealed.files.len(), "file"),
        zip.len().div_ceil(1000),
        again.sentence(),
    );
    out.push_str(&format!(
        "cover page: {}\nto hand over: {}\n",
        args.out.join("case.html").display(),
        zip_path.display()
    ));
    output::print(&terminal_lines(&out))?;
    Ok(if loaded.missing { exit::INPUT } else { exit::DONE })
}

fn request(args: &Args, hosts: &[String]) -> anyhow::Result<Request> {
    let vendor = args.vendor.as_deref().and_then(Vendor::from_word);
    let mut request = Request { hypothesis: args.hypothesis.clone(), vendor, ..Request::default() };
    for host in &args.hosts {
        request.hosts.extend(known_host(hosts, Some(host))?);
    }
    Ok(request)
}

/// Replaces what must not get out, keeps the map, and makes sure that nothing is left. `shown_as` is told the
/// pseudonyms of the hosts.
fn redacted(
    bundle: &mut Bundle,
    mut private: PrivateMap,
    identifiers: Identifiers,
    scope: &Scope<'_>,
    shown_as: &mut BTreeMap<String, String>,
) -> anyhow::Result<Sealed> {
    let mut redactor = Redactor::new(private.map, identifiers);
    bundle.map_records(
        &mut |format, bytes| records::redacted(&mut redactor, format, bytes),
        &pipeline::decoded_record,
    );
    bundle.map_texts(&mut |part, text| match part {
        Part::Name => names::shown_as(&mut redactor, &String::from_utf8_lossy(text)).into_bytes(),
        Part::File(_) | Part::Words => redactor.redact(text),
    });
    for host in scope.hosts_cut() {
        shown_as.insert(host.clone(), names::shown_as(&mut redactor, host));
    }
    let sealed = bundle.seal()?;
    let mut files: Vec<(&str, &[u8])> =
        sealed.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    // The name of the zip and of the folder in it.
    files.push((&sealed.name, b""));
    let found = leaks(&files, redactor.identifiers(), redactor.map());
    if !found.is_empty() {
        let shown = found.iter().take(LEAKS_SHOWN).map(ToString::to_string);
        warn(&shown.collect::<Vec<_>>());
        let why = format!("{} names are still in the case, so it was not written", found.len());
        return Err(InputError(format!(
            "{why}; take these lines out of the sources, or see `coroner case --help`"
        ))
        .into());
    }
    // Before the case: a case whose map was lost could never be understood again.
    private.map = redactor.into_map();
    private.save()?;
    eprintln!(
        "coroner: what the pseudonyms stand for is in {}; keep it to yourself",
        private.path().display()
    );
    Ok(sealed)
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Lines made harmless one by one.
fn terminal_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", terminal(line))).collect()
}
