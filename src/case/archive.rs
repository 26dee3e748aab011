//! The files of a case as one zip, byte for byte the same whenever it is made again.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::Sealed;

/// Read by all, written by the owner.
const MODE: u32 = 0o100_644;

/// Zips count years from 1980 to 2107; the times of Unix from 1970, in 32 bits. What both can say, in seconds.
const YEAR_FIRST_S: i64 = 315_532_800;
const YEAR_LAST_S: i64 = 2_147_483_647;

/// The zip could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    #[error("pack `{name}`")]
    Pack {
        name: String,
        #[source]
        source: rawzip::Error,
    },
    #[error("compress `{name}`")]
    Compress {
        name: String,
        #[source]
        source: io::Error,
    },
    #[error("finish the zip")]
    Finish(#[from] rawzip::Error),
}

/// Packs the files of a case below a folder that has its name, all with the time that the case is of.
///
/// # Errors
/// If a name or a size does not fit a zip.
pub fn zip(case: &Sealed) -> Result<Vec<u8>, ZipError> {
    let at = case.as_of.timestamp().clamp(YEAR_FIRST_S, YEAR_LAST_S);
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in &case.files {
        let path = format!("{}/{name}", case.name);
        let packed = |source| ZipError::Pack { name: name.clone(), source };
        let compressed = |source| ZipError::Compress { name: name.clone(), source };
        let (mut entry, config) = archive
            .new_file(path.as_str())
            .unix_permissions(MODE)
            .last_modified(UtcDateTime::from_unix(at))
            .compression_method(CompressionMethod::DEFLATE)
            .start()
            .map_err(packed)?;
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(bytes).map_err(compressed)?;
        let (encoder, output) = writer.finish().map_err(packed)?;
        encoder.finish().map_err(compressed)?;
        entry.finish(output).map_err(packed)?;
    }
    Ok(archive.finish()?)
}
