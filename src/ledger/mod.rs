//! The byte account: every byte of every source has exactly one fate. Never interprets content.

mod account;
mod quote;

pub use account::{Account, Fate, Reason};
pub use quote::printable;
