//! What is known around the end of a boot, as the known causes are judged on.

use crate::model::{Cause, Factors};

/// A signature that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign<'a> {
    pub signature: &'a str,
    /// Seconds of Unix time, best guess.
    pub at: i64,
    /// By so many seconds it may have been later.
    pub slack_s: i64,
    pub text: &'a str,
}

/// The end of a boot, and all that bears on it.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    /// Seconds of Unix time at which it ended, the earliest.
    pub at: i64,
    /// What the incident was judged to be.
    pub verdict: Cause,
    pub planned: bool,
    /// Attributes of the host at that time.
    pub factors: &'a Factors,
    /// Days since the boot that ended, where its start was seen.
    pub uptime_days: Option<f64>,
    /// Kinds of jobs that ran then; `None` where no jobs of this host are known.
    pub jobs: Option<&'a [String]>,
    /// Sorted by time.
    pub signs: Vec<Sign<'a>>,
    /// A log of the host reaches the time.
    pub has_log: bool,
    /// A SEL of the host reaches the time.
    pub has_sel: bool,
}
