//! What happened on the way, for whoever wants to know how good a network or a BMC is.

/// Counts of one session, log-on included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams sent.
    pub sent: u64,
    /// Of these, repetitions after a loss.
    pub repeated: u64,
    /// Datagrams received.
    pub received: u64,
    /// Dropped: cut, damaged, not protected by the keys of the session, or something else altogether.
    pub damaged: u64,
    /// Dropped: seen before, or answers to nothing that was asked.
    pub stale: u64,
    /// Answers C0h (busy) and C3h (timed out), after which the question was asked again.
    pub busy: u64,
    /// New log-ons because the BMC had forgotten the session.
    pub reopened: u64,
}
