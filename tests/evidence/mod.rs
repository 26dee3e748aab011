//! Small folders of evidence, made in a temporary place and analysed.

#![allow(dead_code, reason = "every test uses a part of this only")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use coroner::config::Config;
use coroner::knowledge::Knowledge;
use coroner::model::record::SourceFacts;
use coroner::model::{Incident, Report};
use coroner::pipeline::{self, Options};

pub mod fixtures;

/// A folder of evidence.
pub struct Evidence {
    folder: tempfile::TempDir,
}

impl Evidence {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with the folders above it.
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Sets the time that the file system gives for a file.
    pub fn touched(self, path: &str, at: &str) -> Self {
        let seconds = u64::try_from(utc(at).timestamp()).unwrap();
        let file = fs::File::options().write(true).open(self.path().join(path)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        self
    }

    pub fn read(&self) -> Vec<SourceFacts> {
        read(&[self.path().to_path_buf()])
    }

    pub fn analyse(&self) -> Report {
        let config = self.path().join("coroner.toml");
        let config = if config.is_file() { Config::read(&config).unwrap() } else { Config::default() };
        analyse(self.read(), &config)
    }

    /// All incidents, planned ones too, in order of time.
    pub fn incidents(&self) -> Vec<Incident> {
        self.analyse().incidents
    }
}

pub fn read(paths: &[PathBuf]) -> Vec<SourceFacts> {
    let knowledge = Knowledge::shipped().unwrap();
    let (sources, missing) = pipeline::ingest(paths, &knowledge, &|_| {}, &|| {});
    assert!(missing.is_empty(), "{missing:?}");
    sources
}

pub fn analyse(sources: Vec<SourceFacts>, config: &Config) -> Report {
    let options = Options { permutations: 99, ..Options::default() };
    pipeline::analyze(sources, config, &Knowledge::shipped().unwrap(), &options).report
}

/// `2025-03-10 12:00:00` in UTC.
pub fn utc(text: &str) -> DateTime<Utc> {
    naive(text).and_utc()
}

fn naive(text: &str) -> NaiveDateTime {
    text.replace(' ', "T").parse().unwrap()
}

/// How the lines of a log begin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stamps {
    /// `2025-03-10T12:00:00+00:00 kvm01 `
    Full,
    /// `Mar 10 12:00:00 kvm01 `
    Yearless,
}

/// The log of a host.
#[derive(Clone)]
pub struct Log {
    host: String,
    stamps: Stamps,
    pub text: String,
}

impl Log {
    pub fn of(host: &str) -> Self {
        Self { host: host.to_owned(), stamps: Stamps::Full, text: String::new() }
    }

    pub fn yearless(host: &str) -> Self {
        Self { stamps: Stamps::Yearless, ..Self::of(host) }
    }

    fn line(&mut self, at: NaiveDateTime, message: &str) {
        let stamp = match self.stamps {
            Stamps::Full => format!("{}+00:00", at.format("%Y-%m-%dT%H:%M:%S")),
            Stamps::Yearless => at.format("%b %e %H:%M:%S").to_string(),
        };
        self.text.push_str(&format!("{stamp} {} {message}\n", self.host));
    }

    pub fn says(mut self, at: &str, message: &str) -> Self {
        self.line(naive(at), message);
        self
    }

    pub fn kernel(self, at: &str, message: &str) -> Self {
        self.says(at, &format!("kernel: {message}"))
    }

    /// A line every five minutes, the first at `from`, none at or after `to`.
    pub fn busy(self, from: &str, to: &str) -> Self {
        self.busy_every(5, from, to)
    }

    pub fn busy_every(mut self, minutes: i64, from: &str, to: &str) -> Self {
        let (mut at, to) = (naive(from), naive(to));
        while at < to {
            self.line(at, "CRON[4711]: (root) CMD (test -x /usr/sbin/anacron)");
            at += TimeDelta::minutes(minutes);
        }
        self
    }

    /// The first lines of a boot.
    pub fn boots(mut self, at: &str) -> Self {
        let at = naive(at);
        for (after, message) in [
            (0, "[    0.000000] Linux version 6.1.0-18-amd64 (build@example.org) #1 SMP"),
            (0, "[    0.000000] DMI: Example Corp EX-410/0A1B2C, BIOS 6.0.7 02/11/2024"),
            (3, "[    2.511823] EXT4-fs (sda2): mounted filesystem with ordered data mode"),
        ] {
            self.line(at + TimeDelta::seconds(after), &format!("kernel: {message}"));
        }
        self
    }

    /// A boot, and ordinary life after it.
    pub fn comes_back(self, at: &str, until: &str) -> Self {
        let later = (naive(at) + TimeDelta::minutes(5)).format("%Y-%m-%d %H:%M:%S").to_string();
        self.boots(at).busy(&later, until)
    }

    /// A shutdown in order.
    pub fn stops(mut self, at: &str) -> Self {
        let at = naive(at);
        self.line(at, "systemd[1]: Stopped target Multi-User System.");
        self.line(at + TimeDelta::seconds(4), "systemd[1]: Reached target System Reboot.");
        self.line(at + TimeDelta::seconds(5), "systemd-shutdown[1]: Rebooting.");
        self.line(at + TimeDelta::seconds(6), "kernel: [86400.000001] reboot: Restarting system");
        self
    }
}

/// A SEL as `ipmitool sel elist` prints it: time, then sensor, event and direction.
pub fn sel(entries: &[(&str, &str)]) -> String {
    let row = |(index, (at, event)): (usize, &(&str, &str))| {
        format!("{:4x} | {} | {event}\n", index + 1, naive(at).format("%m/%d/%Y | %H:%M:%S"))
    };
    entries.iter().enumerate().map(row).collect()
}

/// The only incident of `host`.
#[track_caller]
pub fn only<'a>(incidents: &'a [Incident], host: &str) -> &'a Incident {
    let of_host: Vec<&Incident> = incidents.iter().filter(|incident| incident.host == host).collect();
    match of_host.as_slice() {
        [one] => one,
        several => panic!("{} incidents of {host}: {several:#?}", several.len()),
    }
}

/// Whether a time is within so many minutes of another.
#[track_caller]
pub fn assert_near(found: DateTime<Utc>, expected: &str, minutes: i64) {
    let apart = found - utc(expected);
    assert!(apart.abs() <= TimeDelta::minutes(minutes), "{found} instead of {expected}");
}
