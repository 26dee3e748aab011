//! What is fuzzed: targets with their seeds and checks. The same files serve the plain mutations in
//! the tests of coroner.

use std::sync::OnceLock;

use coroner::ingest::prefilter::Watch;
use coroner::knowledge::Knowledge;

mod archives;
mod balance;
mod bmc_datagrams;
mod families;
mod lines_twice;
pub mod mutation;
mod parts;
mod seeds;

#[allow(unused_imports, reason = "the tests call them by themselves")]
pub use balance::{check_as, check_recognised};

/// Looks at one input.
pub type Check = Box<dyn Fn(&[u8]) + Send + Sync>;

/// Something that takes bytes.
pub struct Target {
    pub name: &'static str,
    /// Inputs to start from.
    pub seeds: Vec<Vec<u8>>,
    /// Where in a seed lines begin, at the ends of which it may be cut into several; `None`: pieces of it would
    /// be nothing.
    pub lines_from: Option<usize>,
    /// Most inputs are no longer than this: nearly all states of a reader take no more, and an input of a tenth
    /// of the length is tried ten times as fast.
    #[allow(dead_code, reason = "the tests of coroner try long inputs as well")]
    pub bytes_usual: usize,
    /// The largest input that is tried at all.
    pub bytes_max: usize,
    /// Panics if something is wrong.
    pub check: Check,
}

impl Target {
    /// The seeds, cut to inputs of no more than `bytes_max`.
    #[allow(dead_code, reason = "the tests of coroner damage whole seeds")]
    pub fn seeds_within(&self, bytes_max: usize) -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> =
            self.seeds.iter().flat_map(|seed| seeds::pieces(seed, self.lines_from, bytes_max)).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// Every target, in a fixed order.
pub fn all() -> Vec<Target> {
    let mut all = families::all();
    all.push(archives::target());
    all.push(bmc_datagrams::target());
    all.extend(lines_twice::all());
    all.extend(parts::all());
    all
}

/// What is shipped, loaded once.
fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| Knowledge::shipped().expect("the shipped knowledge is sound"))
}

fn watch() -> &'static Watch<'static> {
    static WATCH: OnceLock<Watch<'static>> = OnceLock::new();
    WATCH.get_or_init(|| Watch::new(knowledge()))
}
