//! Opens a file as a stream of its decompressed bytes.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::utf16::{self, Utf16Text};

/// A source ready to be read.
pub struct Opened {
    pub stream: Box<dyn Read + Send>,
    /// Size of the decompressed content, where it is known beforehand.
    pub size_bytes: Option<u64>,
    /// What the file is packed with, if we cannot unpack it.
    pub unsupported: Option<&'static str>,
    pub compressed: bool,
}

/// Magic numbers of packings that are recognised but not read: RFC 8878 (zstd), the xz and bzip2
/// file formats, PKWARE zip.
const UNSUPPORTED: [(&[u8], &str); 4] = [
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd"),
    (&[0xfd, b'7', b'z', b'X', b'Z', 0x00], "xz"),
    (b"BZh", "bzip2"),
    (b"PK\x03\x04", "zip"),
];

/// Opens `path`, looking at the content and not at the name. Gzip (RFC 1952, also of several
/// members) is unpacked on the way, and UTF-16 with a byte order mark becomes UTF-8.
pub fn open(path: &Path) -> io::Result<Opened> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut magic = [0_u8; 8];
    let mut filled = 0;
    while filled < magic.len() {
        match file.read(&mut magic[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    file.seek(SeekFrom::Start(0))?;
    let magic = &magic[..filled];
    if magic.starts_with(&[0x1f, 0x8b, 0x08]) {
        let stream = Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file)));
        return Ok(Opened { stream, size_bytes: None, unsupported: None, compressed: true });
    }
    if let Some(order) = utf16::byte_order(magic) {
        let stream = Box::new(Utf16Text::new(BufReader::with_capacity(1 << 16, file), order));
        return Ok(Opened { stream, size_bytes: None, unsupported: None, compressed: false });
    }
    let unsupported = UNSUPPORTED.iter().find(|(bytes, _)| magic.starts_with(bytes)).map(|(_, name)| *name);
    Ok(Opened { stream: Box::new(file), size_bytes: Some(size), unsupported, compressed: false })
}
