//! The case file: what a support engineer of the vendor is handed, as one folder or zip.
//!
//! It is made in steps, so that whoever calls can take names out in between:
//!
//! 1. [`Scope::of`] says which hosts and incidents the case is about.
//! 2. [`gather`] cuts out of the sources what bears on them ([`Originals`] opens them), and words the
//!    cover page.
//! 3. [`Bundle::map_records`] and [`Bundle::map_texts`] pass what is binary and every text of the bundle through a
//!    function, names of files included.
//! 4. [`Bundle::seal`] renders cover page, account and checksums, and gives the files.
//! 5. [`zip`] packs them.
//!
//! Nothing here analyses: every claim is a verdict that the report carries. What is cut out is cut by whole
//! lines or records and keeps its format, so that the excerpts can be analysed again by themselves.

mod archive;
mod bundle;
mod companions;
mod cover;
mod cut;
mod evidence;
mod export_fields;
mod names;
mod originals;
mod scope;
mod sealing;
mod sels;
mod stretches;
mod vendor;
mod windows;
mod words;

pub use archive::{ZipError, zip};
pub use bundle::{Bundle, Part, RAW_SEL};
pub use evidence::gather;
pub use originals::{Decoded, Mark, Originals};
pub use scope::{Request, Scope, ScopeError};
pub use sealing::{SealError, Sealed};
pub use vendor::Vendor;
