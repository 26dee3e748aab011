//! What is new in a fleet since the last time that somebody was told: a mail on Monday morning.
//!
//! An [`Edition`] compares a [`crate::model::Report`] with a [`Snapshot`], which is what the editions before have
//! told. The [`State`] between two runs holds the snapshot that the last edition left and the one that it started
//! from, so that the same edition can be made once more, byte for byte. Nothing here analyses: verdicts, causes and
//! countdowns are the report's; what is counted here (incidents of a week, days that are covered) is counted to be
//! told.
//!
//! ```text
//! Report, Study ──┐
//!                 ├─▶ Edition ─▶ Page ─▶ text, HTML, mail
//! State ─ base ───┘       └────▶ metrics
//! ```
//!
//! Times are in UTC. Names of hosts, values of factors and statements are foreign text: [`Page`] makes them inert
//! once for text, HTML and mail; [`metrics`] does for its labels.

mod at_risk;
mod coverage;
mod edition;
mod explanations;
mod findings;
mod fixes;
mod html;
mod incidents;
pub mod mail;
mod matching;
mod metrics;
mod page;
mod snapshot;
mod state;
mod subject;
mod text;
mod usual;
mod words;

pub use at_risk::AtRisk;
pub use coverage::{CoverageOfPeriod, SilentHosts};
pub use edition::{Edition, Period};
pub use explanations::{Explanation, Movement};
pub use findings::{Group, NewFinding};
pub use fixes::Fix;
pub use html::{RenderError, html};
pub use incidents::{Earlier, IncidentLine, Incidents, Revision};
pub use metrics::metrics;
pub use page::{Item, Page, Section, Tone};
pub use snapshot::Snapshot;
pub use state::{State, StateError};
pub use subject::subject;
pub use text::text;
pub use usual::Usual;
