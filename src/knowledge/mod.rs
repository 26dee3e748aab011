//! What lines and SEL records mean: signatures as data, with their proof. Code decides how to match;
//! the files under `base/` say what means trouble.

mod base;
mod check;
mod matcher;
mod schema;
pub mod template;

pub use base::{Knowledge, KnowledgeError};
pub use check::{Flaw, flaws};
pub use schema::{Class, Reads, Sample, SelRule, Signature};
