//! What the case file needs of the sources, and whoever makes one has to hand in.

use std::io::{self, BufRead};

use chrono::{DateTime, Utc};

/// A place in a source whose time and host are known: a record, or the end of a run of log lines.
///
/// The more of them there are, the closer an excerpt fits its span of time. Lines between two marks go with
/// them; lines before the first and behind the last of a span are taken as far as the neighbouring marks leave
/// room, and only so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Whose record it is, under the name that the report gives the host; `None`: nobody's or everybody's.
    pub host: Option<String>,
    /// Bytes before it in the unpacked source, and how many it has.
    pub offset: u64,
    pub len: u64,
    /// Line (1-based) on which it begins; 0 in sources without lines.
    pub line: u64,
    /// Best guess of its time, in UTC; `None` for records without one.
    pub at: Option<DateTime<Utc>>,
}

/// A SEL record as it stands in the BMC, and in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub raw: [u8; 16],
    /// One line, as a tool would print it.
    pub text: String,
}

/// Gives back what was read. Sources are named by the paths that [`crate::model::SourceEntry`] has.
pub trait Originals {
    /// The unpacked bytes of a source from the first; `None` if it cannot be found any more.
    ///
    /// # Errors
    /// If it is there and cannot be opened.
    fn open(&self, source: &str) -> io::Result<Option<Box<dyn BufRead + '_>>>;

    /// Places of the source with their times, in any order.
    fn marks(&self, source: &str) -> Vec<Mark>;

    /// The SEL records of a source that has their bytes, in its order; empty where it has not.
    fn decoded(&self, source: &str) -> Vec<Decoded>;

    /// Serial number or service tag of a host, if an inventory or its firmware tells.
    fn serial(&self, host: &str) -> Option<String>;

    /// IANA name of the zone that times of a source without one were taken to be in, by the configuration:
    /// for the source `None`, the zone of the site.
    fn zone(&self, source: Option<&str>) -> Option<String>;

    /// Whether the times of a source lack the year.
    fn is_yearless(&self, source: &str) -> bool;
}
