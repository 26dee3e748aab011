//! Unit files for systemd, as `--units DIR` writes them.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

/// Writes unit files (name, content) into a folder. One that is there already is left as it is, and an error.
pub fn write_units(folder: &Path, units: &[(&str, &str)]) -> Result<()> {
    for (name, content) in units {
        let path = folder.join(name);
        let failed = || format!("cannot write {}", path.display());
        let mut file = std::fs::File::create_new(&path).with_context(failed)?;
        file.write_all(content.as_bytes()).with_context(failed)?;
    }
    Ok(())
}
