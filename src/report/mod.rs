//! Renders a [`crate::model::Report`]: findings for machines, a page for people, pictures for both.
//!
//! Nothing here analyses. What is counted here (bars of a histogram, rows of a table) is counted
//! to be shown, and every claim in a sentence is a verdict that the report already carries.
//!
//! All text that came out of a log, an inventory or a BMC is foreign and may be hostile;
//! [`text_safety`] says how each output makes it inert.

pub mod charts;
pub mod explanation;
pub mod html;
pub mod incident_page;
pub mod json;
pub mod markdown;
pub mod novelty;
pub mod summary;
pub mod text_safety;

mod behind;
mod headline;
mod numbers;
mod page;
mod selection;
pub(crate) mod wording;
