//! The private file that holds which pseudonym stands for what.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::exit::UsageError;
use crate::redaction::{KEY_BYTES, Map};

/// Below the folder for data of the user's programs.
const PLACE: &str = "coroner/redaction.json";

/// The map and where it is kept.
pub struct PrivateMap {
    path: PathBuf,
    /// What stands in the file.
    text: Option<String>,
    pub map: Map,
}

impl PrivateMap {
    /// Opens the map, or begins a new one. It may not lie where the case is written, nor may others read it.
    pub fn open(asked: Option<&Path>, out: &Path) -> anyhow::Result<Self> {
        let path = asked.map_or_else(default_place, |path| Ok(path.to_path_buf()))?;
        if resolved(&path).starts_with(resolved(out)) {
            let why = format!("`{}` lies in the folder of the case, which is handed over", path.display());
            return Err(UsageError(format!("{why}; name another place with --map")).into());
        }
        let shown = path.display();
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut key = [0; KEY_BYTES];
                getrandom::fill(&mut key).map_err(std::io::Error::from).context("failed to make a key")?;
                return Ok(Self { path, text: None, map: Map::new(key) });
            }
            Err(error) => return Err(error).with_context(|| format!("failed to read `{shown}`")),
        };
        if metadata.mode() & 0o077 != 0 {
            let why = format!("`{shown}` tells what the pseudonyms stand for, and others may read it");
            return Err(UsageError(format!("{why}; run chmod 600 on it")).into());
        }
        let text = fs::read_to_string(&path).with_context(|| format!("failed to read `{shown}`"))?;
        let map = Map::from_json(&text).map_err(|error| UsageError(format!("`{shown}`: {error}")))?;
        Ok(Self { path, text: Some(text), map })
    }

    /// Writes the map if anything is new in it: readable by its owner alone, never half.
    pub fn save(&self) -> anyhow::Result<()> {
        let text = self.map.to_json();
        if self.text.as_ref() == Some(&text) {
            return Ok(());
        }
        let failed = || format!("failed to write `{}`", self.path.display());
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(failed)?;
        // In the same folder, so that it can be renamed; `tempfile` makes it with mode 0600.
        let mut file =
            tempfile::Builder::new().prefix(".redaction").tempfile_in(folder).with_context(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).with_context(failed)?;
        match &self.text {
            None => file.persist_noclobber(&self.path).with_context(failed)?,
            Some(text) => {
                if fs::read_to_string(&self.path).with_context(failed)? != *text {
                    bail!("`{}` was changed by another run meanwhile; run this again", self.path.display());
                }
                file.persist(&self.path).with_context(failed)?
            }
        };
        Ok(())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Without links and `..`, as far as the path is there already.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut missing = Vec::new();
    let mut there = absolute.as_path();
    loop {
        if let Ok(real) = there.canonicalize() {
            return missing.iter().rev().fold(real, |path, part| path.join(part));
        }
        match (there.parent(), there.file_name()) {
            (Some(parent), Some(name)) => {
                missing.push(name);
                there = parent;
            }
            // `..` below a folder that is not there yet.
            (Some(parent), None) => there = parent.parent().unwrap_or(parent),
            (None, _) => return absolute,
        }
    }
}

/// The folder for data of the XDG Base Directory Specification.
fn default_place() -> anyhow::Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let data = data.or_else(|| set("HOME").map(|home| home.join(".local/share")));
    match data {
        Some(data) => Ok(data.join(PLACE)),
        None => Err(UsageError(
            "neither XDG_DATA_HOME nor HOME is set; name a private file with --map".to_owned(),
        )
        .into()),
    }
}
