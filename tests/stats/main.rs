//! Published worked examples and values computed to forty digits, for every method of `stats`.
//!
//! The values stand in `tests/fixtures/stats` with their sources, one file for each of the modules
//! here. `cargo test --test stats -- --nocapture` prints how far off each value is.

mod cases;
mod changes;
mod clocks;
mod evidence;
mod many_questions;
mod rates;
mod strata;
mod two_causes;
