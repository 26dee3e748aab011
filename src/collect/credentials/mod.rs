//! Where user names, passwords and BMC keys come from: a file that only its owner can read, the environment, or
//! a command such as `pass` or `vault`. They are fetched when they are first needed, once each.

mod command;
mod file;
mod harden;
mod limits;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::collect::command::program::RunError;
use crate::collect::secret::Secret;
use crate::config::collect::CredentialRule;

pub use harden::{HardenError, keep_out_of_core_dumps};
pub use limits::{IpmiLoginError, IpmiVersion};

/// A user with what proves that it is the user.
#[derive(Debug, Clone)]
pub struct Login {
    /// Name, as the BMC knows it.
    pub user: String,
    /// Password.
    pub password: Secret,
    /// BMC key Kg of IPMI 2.0 (section 13.28), where the BMCs have one.
    pub kg: Option<Secret>,
}

/// One way to a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// First line of a file.
    File(PathBuf),
    /// Environment variable.
    Environment(String),
    /// First line of what a program prints.
    Command(Vec<String>),
}

/// Why there is no secret to log on with. No message holds one.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    #[error("there are no credentials `{name}`: add [collect.credentials.{name}]")]
    Unknown { name: String },
    #[error(
        "`{key}` in [collect.credentials.{name}] is refused: a configuration is read by many. Write `{key}_file`, `{key}_env` or `{key}_command`, and change the {key} that stood here"
    )]
    InConfiguration { name: String, key: &'static str },
    #[error("[collect.credentials.{name}] needs {wanted} of `{key}_file`, `{key}_env` and `{key}_command`")]
    Sources { name: String, key: &'static str, wanted: &'static str },
    #[error("failed to read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{}` is not a regular file", path.display())]
    NotAFile { path: PathBuf },
    #[error("`{}` can be read or written by others (mode {mode:04o}): run `chmod 600 {}` and change the secret in it", path.display(), path.display())]
    OpenToOthers { path: PathBuf, mode: u32 },
    #[error("`{}` belongs to another user (id {owner}): it must be yours or root's", path.display())]
    OtherOwner { path: PathBuf, owner: u32 },
    #[error("environment variable `{variable}` is not set")]
    NotSet { variable: String },
    #[error("`{program}` could not be run for the secret of `{name}`")]
    Run {
        name: String,
        program: String,
        #[source]
        source: RunError,
    },
    #[error(
        "`{program}` gave no secret for `{name}`: it ended with {status}. Its own messages are not shown, because they may hold secrets"
    )]
    Failed { name: String, program: String, status: std::process::ExitStatus },
    #[error("`{program}` gave no secret for `{name}` within {seconds} s")]
    Late { name: String, program: String, seconds: u64 },
    #[error("the secret from {origin} is empty")]
    Empty { origin: String },
    #[error("the secret from {origin} is longer than {max} bytes: is it the right one?")]
    TooLong { origin: String, max: usize },
    #[error("the BMC key from {origin} starts with 0x, but is not hexadecimal")]
    NotHexadecimal { origin: String },
}

/// The credentials of a configuration, fetched when they are first asked for.
///
/// A secret that could not be fetched is not tried again: a hundred BMCs with the same password get one
/// question and the same answer.
#[derive(Debug)]
pub struct Credentials {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    user: String,
    password: Source,
    kg: Option<Source>,
    fetched: OnceLock<Result<Arc<Login>, Arc<CredentialError>>>,
}

impl Credentials {
    /// Checks the rules of a configuration; nothing is fetched yet. Relative paths start at `folder`.
    pub fn new(rules: &BTreeMap<String, CredentialRule>, folder: &Path) -> Result<Self, CredentialError> {
        let entries = rules.iter().map(|(name, rule)| Ok((name.clone(), Entry::new(name, rule, folder)?)));
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }

    /// The credentials of this name. The first caller waits until they are fetched, and so do all who come
    /// meanwhile.
    pub fn get(&self, name: &str) -> Result<Arc<Login>, Arc<CredentialError>> {
        let Some(entry) = self.entries.get(name) else {
            return Err(Arc::new(CredentialError::Unknown { name: name.to_owned() }));
        };
        let hidden = self.variables();
        entry.fetched.get_or_init(|| entry.fetch(name, &hidden).map(Arc::new).map_err(Arc::new)).clone()
    }

    /// Environment variables that hold secrets. Programs that are started must not inherit them.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        let sources = self.entries.values().flat_map(|entry| [Some(&entry.password), entry.kg.as_ref()]);
        let names = sources.flatten().filter_map(|source| match source {
            Source::Environment(variable) => Some(variable.clone()),
            Source::File(_) | Source::Command(_) => None,
        });
        names.collect()
    }
}

impl Entry {
    fn new(name: &str, rule: &CredentialRule, folder: &Path) -> Result<Self, CredentialError> {
        for (key, refused) in [("password", rule.password), ("kg", rule.kg)] {
            if refused.present {
                return Err(CredentialError::InConfiguration { name: name.to_owned(), key });
            }
        }
        let sources = |key, wanted| CredentialError::Sources { name: name.to_owned(), key, wanted };
        let password = source(&rule.password_file, &rule.password_env, &rule.password_command, folder)
            .map_err(|Several| sources("password", "exactly one"))?
            .ok_or_else(|| sources("password", "exactly one"))?;
        let kg = source(&rule.kg_file, &rule.kg_env, &rule.kg_command, folder)
            .map_err(|Several| sources("kg", "at most one"))?;
        Ok(Self { user: rule.user.clone(), password, kg, fetched: OnceLock::new() })
    }

    fn fetch(&self, name: &str, hidden: &[String]) -> Result<Login, CredentialError> {
        let password = self.password.fetch(name, hidden)?;
        let kg = match &self.kg {
            Some(source) => Some(limits::binary_key(source.fetch(name, hidden)?, &source.origin())?),
            None => None,
        };
        Ok(Login { user: self.user.clone(), password, kg })
    }
}

/// More than one source is given.
struct Several;

fn source(
    file: &Option<PathBuf>,
    variable: &Option<String>,
    command: &Option<Vec<String>>,
    folder: &Path,
) -> Result<Option<Source>, Several> {
    match (file, variable, command) {
        (None, None, None) => Ok(None),
        (Some(path), None, None) => Ok(Some(Source::File(file::place(path, folder)))),
        (None, Some(variable), None) => Ok(Some(Source::Environment(variable.clone()))),
        (None, None, Some(argv)) => Ok(Some(Source::Command(argv.clone()))),
        _ => Err(Several),
    }
}

impl Source {
    fn fetch(&self, name: &str, hidden: &[String]) -> Result<Secret, CredentialError> {
        let secret = match self {
            Self::File(path) => file::read(path)?,
            Self::Environment(variable) => environment(variable)?,
            Self::Command(argv) => command::run(name, argv, hidden)?,
        };
        limits::check_length(secret, &self.origin())
    }

    /// Where it comes from, for messages. Of a command only the program is named.
    fn origin(&self) -> String {
        match self {
            Self::File(path) => format!("`{}`", path.display()),
            Self::Environment(variable) => format!("the environment variable `{variable}`"),
            Self::Command(argv) => format!("`{}`", argv.first().map_or("", String::as_str)),
        }
    }
}

fn environment(variable: &str) -> Result<Secret, CredentialError> {
    let value: OsString = std::env::var_os(variable)
        .ok_or_else(|| CredentialError::NotSet { variable: variable.to_owned() })?;
    Ok(Secret::new(value.into_vec()))
}
