//! What lines and SEL records mean, and which described defects explain an incident: knowledge as data,
//! with its proof. Code decides how to match; the files under `base/` say what means trouble.

mod base;
mod cause;
mod check;
mod class;
mod condition;
mod files;
mod judge;
mod matcher;
mod message_id;
mod pattern;
mod scene;
mod schema;
pub mod template;
mod version;

pub use base::{Knowledge, KnowledgeError};
pub use cause::{Case, Condition, KnownCause};
pub use check::{Flaw, ReadSample, flaws};
pub use class::Class;
pub use condition::ConditionError;
pub use files::FileError;
pub use judge::Judgement;
pub use matcher::CompileError;
pub use message_id::{IpmiCodes, ipmi_codes};
pub use scene::{Scene, Sign};
pub use schema::{Basis, Confidence, Origin, Reads, Sample, SelRule, Signature};
pub use version::compare as compare_versions;
