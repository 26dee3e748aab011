//! Lines that are passed over quickly and lines that are split with care give the same facts; places
//! that the prefilter finds are those that a plain search finds.

use std::sync::OnceLock;

use coroner::ingest::Interest;
use coroner::ingest::formats::{self, Format, Reader};
use coroner::ingest::prefilter::{Prefilter, Watch};

use super::balance::{Outcome, read_as};
use super::{Target, knowledge, seeds, watch};

const BYTES_MAX: usize = 2048;
/// Three or four lines, of which the second is the first that can be passed over quickly.
const BYTES_USUAL: usize = 480;

/// Looks twice at every line: every byte is a literal.
struct Careful;

static EVERY_BYTE: [u8; 256] = {
    let mut all = [0; 256];
    let mut at = 0;
    while at < all.len() {
        all[at] = at as u8;
        at += 1;
    }
    all
};

impl Interest for Careful {
    fn literals(&self) -> Vec<&[u8]> {
        EVERY_BYTE.chunks(1).collect()
    }

    fn signatures(&self, program: &str, text: &str) -> Vec<String> {
        Interest::signatures(knowledge(), program, text)
    }
}

fn careful_watch() -> &'static Watch<'static> {
    static CAREFUL: OnceLock<Watch<'static>> = OnceLock::new();
    CAREFUL.get_or_init(|| Watch::new(&Careful))
}

fn same_facts(format: &dyn Format, content: &[u8]) {
    let Outcome { sink: quick, .. } = read_as(format, content, watch());
    let Outcome { sink: careful, .. } = read_as(format, content, careful_watch());
    assert_eq!(quick.records, careful.records, "{}", format.id());
    assert_eq!(quick.activity, careful.activity, "{}", format.id());
    assert_eq!(quick.understood, careful.understood, "{}", format.id());
    assert_eq!(quick.account.into_details(), careful.account.into_details(), "{}", format.id());
}

/// The input is what is looked for, pieces divided by NUL, and the text behind two NULs.
fn same_places(input: &[u8]) {
    let Some(cut) = input.windows(2).position(|two| two == [0, 0]) else { return };
    let text = &input[cut + 2..];
    // Of short literals that overlap only the first is found, so none of those.
    let literals: Vec<&[u8]> =
        input[..cut].split(|byte| *byte == 0).filter(|piece| piece.len() >= 8).collect();
    let mut found = Vec::new();
    Prefilter::new(literals.iter().copied()).find(text, &mut found);
    let plain: Vec<usize> = (0..text.len())
        .filter(|at| literals.iter().any(|literal| text[*at..].starts_with(literal)))
        .collect();
    assert_eq!(found, plain, "{literals:?}");
}

pub fn all() -> Vec<Target> {
    let is_verbatim = |format: &&dyn Format| match format.open() {
        Reader::Lines(reader) => reader.is_verbatim(),
        _ => false,
    };
    let verbatim: Vec<&dyn Format> = formats::all().filter(is_verbatim).collect();
    let fixtures = |format: &&dyn Format| seeds::of_format(format.id());
    let logs: Vec<Vec<u8>> = verbatim.iter().flat_map(fixtures).collect();
    // The first byte says as which of them the rest is read.
    let chosen = (0..).zip(&verbatim).flat_map(|(choice, format)| {
        seeds::of_format(format.id()).into_iter().map(move |log| [&[choice], log.as_slice()].concat())
    });
    let words = |text: &[u8]| [b"soft lockup\0blocked for more than\0Linux version \0\0", text].concat();
    let places = logs.iter().map(|log| words(&log[..log.len().min(1000)])).collect();
    vec![
        Target {
            name: "quick-lines",
            seeds: chosen.collect(),
            lines_from: Some(1),
            bytes_usual: BYTES_USUAL,
            bytes_max: BYTES_MAX,
            check: Box::new(move |input| {
                if let Some((choice, log)) = input.split_first() {
                    same_facts(verbatim[usize::from(*choice) % verbatim.len()], log);
                }
            }),
        },
        Target {
            name: "prefilter",
            seeds: places,
            lines_from: None,
            bytes_usual: BYTES_USUAL,
            bytes_max: BYTES_MAX,
            check: Box::new(same_places),
        },
    ]
}
