//! The files of the knowledge base: reading them, and where each entry stands.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Deserialize;
use toml::Spanned;

use super::cause::KnownCause;
use super::schema::{Origin, Signature};

/// The shipped files, by name.
const SHIPPED: [(&str, &str); 15] = [
    ("boot.toml", include_str!("base/boot.toml")),
    ("cloud.toml", include_str!("base/cloud.toml")),
    ("controllers.toml", include_str!("base/controllers.toml")),
    ("hardware.toml", include_str!("base/hardware.toml")),
    ("kernel.toml", include_str!("base/kernel.toml")),
    ("people.toml", include_str!("base/people.toml")),
    ("power.toml", include_str!("base/power.toml")),
    ("reset_reason.toml", include_str!("base/reset_reason.toml")),
    ("storage.toml", include_str!("base/storage.toml")),
    ("vendors.toml", include_str!("base/vendors.toml")),
    ("windows.toml", include_str!("base/windows.toml")),
    ("causes/drives.toml", include_str!("base/causes/drives.toml")),
    ("causes/firmware.toml", include_str!("base/causes/firmware.toml")),
    ("causes/processors.toml", include_str!("base/causes/processors.toml")),
    ("causes/software.toml", include_str!("base/causes/software.toml")),
];

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot read the folder `{}`", path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{}` has no file that ends with .toml", path.display())]
    NoFiles { path: PathBuf },
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{file}` is not a file of knowledge")]
    Toml {
        file: String,
        #[source]
        source: Box<toml::de::Error>,
    },
}

/// The entries of one file.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub signatures: Vec<Signature>,
    pub causes: Vec<KnownCause>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    signature: Vec<Spanned<Signature>>,
    #[serde(default)]
    cause: Vec<Spanned<KnownCause>>,
}

/// What is compiled in, file by file.
pub(super) fn shipped() -> Result<Vec<Entries>, FileError> {
    SHIPPED.par_iter().map(|(file, text)| parse(file, text, true)).collect()
}

/// The files of the user's folder that end with `.toml`, in the order of their names.
pub(super) fn of_folder(folder: &Path) -> Result<Vec<Entries>, FileError> {
    let wrong = |source| FileError::Folder { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(FileError::NoFiles { path: folder.to_owned() });
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = read_text(&path).map_err(|source| FileError::Unreadable { path: path.clone(), source })?;
        parse(&path.display().to_string(), &text, false)
    };
    paths.into_iter().map(read).collect()
}

/// More than anybody writes by hand.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A pipe would never end, and neither would a device.
fn read_text(path: &Path) -> std::io::Result<String> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() || meta.len() > FILE_BYTES_MAX {
        return Err(std::io::Error::other("not a regular file of a size that can be meant"));
    }
    std::fs::read_to_string(path)
}

/// The entries of a file, each with where it stands.
pub(super) fn parse(file: &str, text: &str, shipped: bool) -> Result<Entries, FileError> {
    let parsed: File = toml::from_str(text)
        .map_err(|source| FileError::Toml { file: file.to_owned(), source: Box::new(source) })?;
    let ends_of_lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let origin = |start: usize| Origin {
        file: file.to_owned(),
        line: 1 + ends_of_lines.partition_point(|end| *end < start),
        shipped,
    };
    let mut entries = Entries::default();
    for signature in parsed.signature {
        let origin = origin(signature.span().start);
        entries.signatures.push(Signature { origin, ..signature.into_inner() });
    }
    for cause in parsed.cause {
        let origin = origin(cause.span().start);
        entries.causes.push(KnownCause { origin, ..cause.into_inner() });
    }
    Ok(entries)
}
