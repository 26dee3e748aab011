//! Uptimes at which a counter of fixed width runs over.

/// A counter of fixed width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counter {
    pub name: &'static str,
    /// What runs over, in words.
    pub words: &'static str,
    /// Whether it starts at zero with the boot, so that it runs over at an uptime.
    pub since_boot: bool,
    /// Ticks until it runs over.
    pub ticks: f64,
    pub ticks_per_second: f64,
}

impl Counter {
    /// Days after which it runs over.
    #[must_use]
    pub fn days(&self) -> f64 {
        self.ticks / self.ticks_per_second / 86_400.0
    }
}

/// Counters that have stopped machines, or whose width invites it.
///
/// 2^54 ns: `sched_clock` of Linux on x86 before 3.1 multiplied beyond 64 bits. Milliseconds in 32
/// bits, signed and not: Windows 95 at 49.7 days (Microsoft KB 216641) and much firmware. Hundredths of
/// a second: Boeing 787 generator control at 248 days (FAA AD 2015-09-07) signed, Linux jiffies at
/// HZ=100 and `sysUpTime` (RFC 3418) unsigned. 32,768 h: power-on hours of SAS SSDs (HPE a00092491).
pub const COUNTERS: [Counter; 6] = [
    Counter {
        name: "2^31 ms",
        words: "2^31 milliseconds",
        since_boot: true,
        ticks: 2_147_483_648.0,
        ticks_per_second: 1e3,
    },
    Counter {
        name: "2^32 ms",
        words: "2^32 milliseconds",
        since_boot: true,
        ticks: 4_294_967_296.0,
        ticks_per_second: 1e3,
    },
    Counter {
        name: "2^54 ns",
        words: "2^54 nanoseconds, the Linux sched_clock overflow",
        since_boot: true,
        ticks: 18_014_398_509_481_984.0,
        ticks_per_second: 1e9,
    },
    Counter {
        name: "2^31 centiseconds",
        words: "2^31 hundredths of a second",
        since_boot: true,
        ticks: 2_147_483_648.0,
        ticks_per_second: 100.0,
    },
    Counter {
        name: "2^32 jiffies HZ=100",
        words: "2^32 hundredths of a second",
        since_boot: true,
        ticks: 4_294_967_296.0,
        ticks_per_second: 100.0,
    },
    Counter {
        name: "32768 h",
        words: "2^15 hours of operation",
        since_boot: false,
        ticks: 32_768.0,
        ticks_per_second: 1.0 / 3600.0,
    },
];
