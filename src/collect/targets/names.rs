//! Names that come from a configuration and end up in paths, addresses and argument lists.

use std::fmt;
use std::path::{Component, Path, PathBuf};

/// Longest name of a folder on the usual file systems, in bytes.
const MAX_NAME: usize = 255;

/// A host's name, safe as the name of a folder and in an argument list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

/// Why a text is not a name that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name is empty")]
    Empty,
    #[error("`{}` is longer than {MAX_NAME} bytes", .name.escape_debug())]
    TooLong { name: String },
    #[error("`{}` holds {what}", .name.escape_debug())]
    Holds { name: String, what: &'static str },
    #[error("`{}` starts with `{start}`", .name.escape_debug())]
    Starts { name: String, start: char },
    #[error("`{}` has to be a path below the collection's folder, without `..`", .path.escape_debug())]
    NotBelow { path: String },
}

impl HostName {
    /// Checks a name.
    pub fn new(name: &str) -> Result<Self, NameError> {
        check_word(name)?;
        if name.contains('/') || name.contains('\\') {
            return Err(NameError::Holds { name: name.to_owned(), what: "a slash" });
        }
        // Covers `.` and `..`, and hidden folders.
        if name.starts_with('.') {
            return Err(NameError::Starts { name: name.to_owned(), start: '.' });
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name up to its first dot, and all of it where it is an IP address.
    #[must_use]
    pub fn short(&self) -> &str {
        if self.0.parse::<std::net::IpAddr>().is_ok() {
            return &self.0;
        }
        self.0.split('.').next().unwrap_or(&self.0)
    }

    /// A pattern with `{host}` and `{short}` replaced.
    #[must_use]
    pub fn fill(&self, pattern: &str) -> String {
        pattern.replace("{host}", &self.0).replace("{short}", self.short())
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Checks an address or alias that is handed to a resolver or to `ssh`: it must not look like an option.
pub fn check_address(address: &str) -> Result<(), NameError> {
    check_word(address)?;
    // A user or a path in front of the name would change what a program makes of it.
    for (c, what) in [('/', "a slash"), ('@', "an `@`: the user has a key of its own")] {
        if address.contains(c) {
            return Err(NameError::Holds { name: address.to_owned(), what });
        }
    }
    Ok(())
}

/// Checks a user name that is handed to `ssh`. Those of directory services may hold an `@`.
pub fn check_user(user: &str) -> Result<(), NameError> {
    check_word(user)
}

/// A path below the collection's folder: relative, of normal names only.
pub fn path_below(path: &str) -> Result<PathBuf, NameError> {
    if path.is_empty() {
        return Err(NameError::Empty);
    }
    let normal = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if !normal || path.ends_with('/') || path.chars().any(char::is_control) {
        return Err(NameError::NotBelow { path: path.to_owned() });
    }
    Ok(PathBuf::from(path))
}

fn check_word(name: &str) -> Result<(), NameError> {
    let holds = |what| Err(NameError::Holds { name: name.to_owned(), what });
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.len() > MAX_NAME {
        return Err(NameError::TooLong { name: name.to_owned() });
    }
    if name.chars().any(char::is_control) {
        return holds("a control character");
    }
    if name.chars().any(char::is_whitespace) {
        return holds("white space");
    }
    if name.contains(['{', '}']) {
        return holds("a brace: only {host} and {short} are replaced");
    }
    if name.starts_with('-') {
        return Err(NameError::Starts { name: name.to_owned(), start: '-' });
    }
    Ok(())
}
