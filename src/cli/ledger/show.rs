//! `coroner ledger show`: the bytes of a piece, with what stands around them.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::PathBuf;

use super::place::Place;
use super::{hex_dump, text_lines};
use crate::cli::exit::{self, InputError, UsageError};
use crate::ingest::discover::{Found, discover};
use crate::ingest::reread;

pub const EXAMPLES: &str = "A piece is written as evidence and the ledger write it:
  SOURCE:LINE  SOURCE:FIRST-LAST  SOURCE@OFFSET  SOURCE@OFFSET+LENGTH
Reports and listings show secrets as ***; here the bytes stand as the source has them, secrets included.
Offsets count the bytes of the unpacked source, from 0. In binary sources a number after `:` is an offset.

Examples:
  coroner ledger show inventory.csv:3 sample-data/reboots
  coroner ledger show -C 5 inventory.csv@0+200 sample-data/reboots
  coroner ledger show --raw inventory.csv@0+200 sample-data/reboots | sha256sum";

/// Bytes that decide whether a source is text.
const HEAD_BYTES: usize = 4096;
/// Bytes shown from an offset without a length.
const LENGTH_DEFAULT: u64 = 256;
/// Names suggested for one that is unknown.
const NEAR_MAX: usize = 5;
/// Likeness (Jaro and Winkler, 0 to 1) below which a name is no suggestion.
const NEAR_LIKENESS: f64 = 0.75;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The piece, as evidence and the ledger write it: SOURCE:LINE or SOURCE@OFFSET+LENGTH
    #[arg(value_name = "PIECE")]
    piece: String,
    /// Files and folders that were read
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Lines of context before and after (rows of 16 bytes in binary sources)
    #[arg(short = 'C', long, value_name = "N", default_value_t = 2)]
    context: u64,
    /// Write the bytes as they are, without context; not onto a terminal
    #[arg(long, conflicts_with = "hex")]
    raw: bool,
    /// Show the bytes of SOURCE@OFFSET and not its lines, also of text
    #[arg(long)]
    hex: bool,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    if args.raw && io::stdout().is_terminal() {
        let why = "--raw writes bytes that could control a terminal; send them into a pipe or a file";
        return Err(UsageError(why.to_owned()).into());
    }
    let (found, missing) = discover(&args.paths);
    if let Some(missing) = missing.first() {
        return Err(InputError(format!("cannot read {}: {}", missing.path.display(), missing.source)).into());
    }
    let Some((wanted, place)) = Place::split(&args.piece) else {
        let form = "write SOURCE:LINE or SOURCE@OFFSET+LENGTH";
        return Err(UsageError(format!("`{}` does not say where in a source; {form}", args.piece)).into());
    };
    let unreadable = |error: io::Error| InputError(format!("cannot read {wanted}: {error}"));
    let Some(mut stream) = reread::open(&found, wanted).map_err(unreadable)? else {
        return Err(UsageError(unknown_source(&found, wanted)).into());
    };
    let mut head = Vec::new();
    stream.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(unreadable)?;
    let binary = is_binary(&head);
    let mut stream = io::Cursor::new(head).chain(stream);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let place = match place {
        Place::Lines { first, .. } if binary => Place::Bytes { offset: first, length: None },
        place => place,
    };
    let shown = if args.raw {
        raw(&mut stream, place, &mut out)
    } else {
        match place {
            Place::Bytes { offset, length } if binary || args.hex => {
                let length = length.unwrap_or(LENGTH_DEFAULT);
                hex_dump::show(&mut stream, offset, length, args.context, &mut out)
            }
            place => text_lines::show(&mut stream, place, args.context, &mut out),
        }
    };
    match shown.and_then(|shown| out.flush().map(|()| shown)) {
        Ok(true) => Ok(exit::DONE),
        Ok(false) => Err(UsageError(format!("{wanted} ends before the piece {}", args.piece)).into()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit::DONE),
        Err(error) => Err(unreadable(error).into()),
    }
}

/// Copies the bytes of the piece and nothing else. Whether there were any.
fn raw(stream: &mut impl BufRead, place: Place, out: &mut impl Write) -> io::Result<bool> {
    match place {
        Place::Bytes { offset, length } => {
            io::copy(&mut stream.take(offset), &mut io::sink())?;
            let length = length.unwrap_or(LENGTH_DEFAULT);
            Ok(io::copy(&mut stream.take(length), out)? > 0)
        }
        Place::Lines { first, last } => text_lines::copy(stream, first, last, out),
    }
}

/// Text has next to no control characters; a run of NUL bytes that a lost write left in a log stands
/// for a few of them.
fn is_binary(head: &[u8]) -> bool {
    let bare = head.iter().filter(|byte| **byte < 32 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x1b));
    bare.count() * 10 > head.len()
}

fn unknown_source(found: &[Found], wanted: &str) -> String {
    let names = reread::names(found);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = near_names(&names, wanted);
    if near.is_empty() {
        return format!("no source `{wanted}` below the given paths; `coroner ledger PATH` lists them");
    }
    format!("no source `{wanted}` below the given paths; near ones: {}", near.join(", "))
}

/// The most similar names: those with the same file name, then those that are spelt alike.
fn near_names<'a>(names: &[&'a str], wanted: &str) -> Vec<&'a str> {
    let stem = |path: &str| path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let likeness = |name: &str| {
        if stem(name) == stem(wanted) {
            return 2.0;
        }
        strsim::jaro_winkler(&name.to_lowercase(), &wanted.to_lowercase())
            .max(strsim::jaro_winkler(&stem(name), &stem(wanted)))
    };
    let mut near: Vec<(f64, &str)> = names.iter().map(|name| (likeness(name), *name)).collect();
    near.retain(|(likeness, _)| *likeness >= NEAR_LIKENESS);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    near.into_iter().take(NEAR_MAX).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_is_told_from_text() {
        assert!(is_binary(&[1, 0, 2, 0x20, 0xd1, 0x05, 0x12, 0x65, 0x20, 0, 4, 8, 0x30, 0x6f, 1, 0]));
        assert!(!is_binary("Mär 10 12:00:00 kvm01 kernel: \u{1b}[31mred\n".as_bytes()));
        assert!(!is_binary(b""));
        let torn = [vec![b'x'; 4000], vec![0; 96]].concat();
        assert!(!is_binary(&torn));
    }

    #[test]
    fn near_names_come_best_first() {
        let names = ["hosts/kvm07/kern.log", "hosts/kvm08/kern.log", "inventory.csv", "sel/kvm07.bin"];
        assert_eq!(near_names(&names, "kern.log")[..2], ["hosts/kvm07/kern.log", "hosts/kvm08/kern.log"]);
        assert_eq!(near_names(&names, "inventry.csv"), ["inventory.csv"]);
        assert!(near_names(&names, "zzz").is_empty());
    }
}
