//! `coroner.toml`: what the files cannot say themselves.

pub mod collect;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use serde::Deserialize;

/// Name of the file that is read from the root of the data.
pub const FILE_NAME: &str = "coroner.toml";

/// The whole file. Unknown keys are an error, so that a typing mistake shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// IANA name of the zone of all times that are written without one.
    #[serde(default)]
    pub timezone: Option<String>,
    /// The year in which logs begin whose times have none.
    #[serde(default)]
    pub year: Option<i32>,
    #[serde(default)]
    pub source: Vec<SourceRule>,
    /// Host → what is known of it.
    #[serde(default)]
    pub host: BTreeMap<String, HostRule>,
    /// Power feed → its rating.
    #[serde(default)]
    pub feed: BTreeMap<String, FeedRule>,
    /// Changes of the fleet, to be judged as hypotheses.
    #[serde(default)]
    pub change: Vec<ChangeRule>,
    /// What is pulled from the live fleet.
    #[serde(default)]
    pub collect: Option<collect::Collect>,
}

/// Applies to sources whose shown path matches a glob.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRule {
    pub path: String,
    #[serde(default)]
    pub host: Option<String>,
    #[serde(default)]
    pub timezone: Option<String>,
    /// The year of its first line, where its times have none.
    #[serde(default)]
    pub year: Option<i32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostRule {
    #[serde(default)]
    pub timezone: Option<String>,
    /// BMC clock minus UTC, in seconds, where it is known.
    #[serde(default)]
    pub bmc_offset_s: Option<i64>,
    #[serde(default)]
    pub factors: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedRule {
    #[serde(default)]
    pub rating_watts: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRule {
    pub name: String,
    /// RFC 3339, or local time of the site.
    pub at: String,
    /// Hosts, globs or `factor=value`; empty: all.
    #[serde(default)]
    pub hosts: Vec<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("failed to read configuration `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("failed to understand configuration `{}`", path.display())]
    Toml {
        path: PathBuf,
        #[source]
        source: toml::de::Error,
    },
    #[error("`{name}` in configuration `{}` is not an IANA time zone", path.display())]
    Zone { path: PathBuf, name: String },
    #[error("`{year}` in configuration `{}` is not a year of four digits", path.display())]
    Year { path: PathBuf, year: i32 },
}

impl Config {
    /// Reads a configuration file and checks its time zones.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_path_buf(), source })?;
        Self::parse(&text, path)
    }

    /// Reads the text of a configuration file and checks its time zones; `path` is named in errors.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            // A line that cannot be read may hold a password.
            let source = collect::without_quotes(error, text);
            ConfigError::Toml { path: path.to_path_buf(), source }
        })?;
        let zones = config
            .timezone
            .iter()
            .chain(config.source.iter().filter_map(|rule| rule.timezone.as_ref()))
            .chain(config.host.values().filter_map(|rule| rule.timezone.as_ref()));
        for name in zones {
            if name.parse::<Tz>().is_err() {
                return Err(ConfigError::Zone { path: path.to_path_buf(), name: name.clone() });
            }
        }
        let mut years = config.year.into_iter().chain(config.source.iter().filter_map(|rule| rule.year));
        if let Some(year) = years.find(|year| !(1970..=2400).contains(year)) {
            return Err(ConfigError::Year { path: path.to_path_buf(), year });
        }
        Ok(config)
    }

    /// The zone of a source and host: the source's rule, else the host's, else the site's.
    #[must_use]
    pub fn zone_of(&self, path: &str, host: Option<&str>) -> Option<Tz> {
        let by_source =
            self.source.iter().find(|rule| rule.timezone.is_some() && glob_matches(&rule.path, path));
        let name = by_source
            .and_then(|rule| rule.timezone.as_ref())
            .or_else(|| self.host.get(host?).and_then(|rule| rule.timezone.as_ref()))
            .or(self.timezone.as_ref())?;
        name.parse().ok()
    }

    /// The year in which a source without years begins: by the source's rule, else the site's.
    #[must_use]
    pub fn year_of(&self, path: &str) -> Option<i32> {
        let rule = self.source.iter().find(|rule| rule.year.is_some() && glob_matches(&rule.path, path));
        rule.and_then(|rule| rule.year).or(self.year)
    }

    /// The host that a rule gives to a source.
    #[must_use]
    pub fn host_of(&self, path: &str) -> Option<&str> {
        let rule = self.source.iter().find(|rule| rule.host.is_some() && glob_matches(&rule.path, path))?;
        rule.host.as_deref()
    }
}

/// Whether a glob of `*` (any run) and `?` (any character) matches the whole text.
#[must_use]
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                // The last star takes one more character.
                Some((at, taken)) => {
                    p = at + 1;
                    t = taken + 1;
                    star = Some((at, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::glob_matches;

    #[test]
    fn globs_match_whole_texts() {
        assert!(glob_matches("kvm*", "kvm07"));
        assert!(glob_matches("*/kvm?7/*.log", "hosts/kvm07/kern.log"));
        assert!(!glob_matches("kvm?", "kvm07"));
        assert!(!glob_matches("vm07", "kvm07"));
    }
}
