//! A secret in a file of its own, which nobody but its owner can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::process::geteuid;
use zeroize::Zeroizing;

use super::CredentialError;
use super::limits::{MAX_FETCHED, first_line};
use crate::collect::secret::Secret;

/// Folder of the credentials that systemd hands to a service (`LoadCredential=`; systemd.exec(5)).
const SYSTEMD_FOLDER: &str = "CREDENTIALS_DIRECTORY";

/// Where a configured path leads: relative ones start at the configuration's folder, and a leading
/// `$CREDENTIALS_DIRECTORY` stands for the folder that systemd gives to its services.
pub(super) fn place(path: &Path, folder: &Path) -> PathBuf {
    let below = path.strip_prefix("$CREDENTIALS_DIRECTORY");
    match (below, std::env::var_os(SYSTEMD_FOLDER)) {
        (Ok(below), Some(given)) => Path::new(&given).join(below),
        _ => folder.join(path),
    }
}

/// The first line of a file that only its owner can read. The checks are made on the opened file, so that
/// nobody can put another in its place between the check and the reading.
pub(super) fn read(path: &Path) -> Result<Secret, CredentialError> {
    let failed = |source| CredentialError::Read { path: path.to_path_buf(), source };
    let file = open_without_waiting(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(CredentialError::NotAFile { path: path.to_path_buf() });
    }
    let owner = metadata.uid();
    if owner != 0 && owner != geteuid().as_raw() {
        return Err(CredentialError::OtherOwner { path: path.to_path_buf(), owner });
    }
    let mode = metadata.mode() & 0o7777;
    if mode & others_bits(path) != 0 {
        return Err(CredentialError::OpenToOthers { path: path.to_path_buf(), mode });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FETCHED));
    file.take(MAX_FETCHED as u64).read_to_end(&mut bytes).map_err(failed)?;
    Ok(first_line(&bytes))
}

/// Permissions that a file with a secret must not have. systemd gives its service the right to read by an access
/// control list, whose mask shows as the group's bits; its folder is closed to others by itself.
fn others_bits(path: &Path) -> u32 {
    let given = std::env::var_os(SYSTEMD_FOLDER).and_then(|folder| Path::new(&folder).canonicalize().ok());
    let inside = match (given, path.canonicalize()) {
        (Some(folder), Ok(path)) => path.starts_with(folder),
        _ => false,
    };
    if inside { 0o037 } else { 0o077 }
}

fn open_without_waiting(path: &Path) -> io::Result<File> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}
