//! coroner finds out what killed your servers.
//!
//! # The pipeline
//!
//! ```text
//! bytes ─ingest→ Record ─clock→ Moment ─timeline→ Boot, Incident ─exposure→ Study ─hypothesis→ Hypothesis ─report→ files
//!                   └── ledger: every byte parsed, ignored by a named rule, or quarantined with a reason
//! ```
//!
//! Each stage is a noun in [`model`], made by one module. [`pipeline`] is the only place that knows
//! the order of the stages.
//!
//! # Words
//!
//! *Host*: a physical machine or a VM. *Boot*: one run of a host's kernel. *Incident*: an unplanned
//! or planned end of a boot, or an outage without a reboot. *Planned*: inside an announced window, or
//! orderly with no sign that a person slipped. *Cause*: the proximate cause that the evidence shows.
//! *Exposure*: host-time in which an incident could have been seen. *Factor*: an attribute of a host
//! at a time. *Hypothesis*: a statement about what raises the rate of incidents.

pub mod case;
pub mod cli;
pub mod clock;
pub mod collect;
pub mod config;
pub mod exposure;
pub mod facts;
pub mod hypothesis;
pub mod ingest;
pub mod ipmi;
pub mod knowledge;
pub mod ledger;
pub mod model;
pub mod pipeline;
pub mod redaction;
pub mod report;
pub mod stats;
pub mod timeline;
pub mod weekly;
