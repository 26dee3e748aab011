//! What a head says about how the rest is packed.

use crate::ingest::decompress::Packing;

/// Bytes by which a packing is known: a whole header of a tar archive.
pub const HEAD_BYTES: usize = 512;

/// The outermost packing of some content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    Compressed(Packing),
    Tar,
    Zip,
    /// A packing that is known and not read: its name.
    Unread(&'static str),
    /// Nothing that is packed.
    Bare,
}

/// Packings that are known by their first bytes and not read.
const UNREAD: [(&[u8], &str); 10] = [
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x1f\x9d", "compress"),
    (b"LZIP\x01", "lzip"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x89LZO\0\r\n\x1a\n", "lzop"),
    (b"070701", "cpio"),
    (b"070702", "cpio"),
    (b"070707", "cpio"),
    (b"MSCF\0\0\0\0", "a Microsoft cabinet"),
];

/// First members of the files of office programs, which are zip archives of XML.
const OFFICE_MEMBERS: [&[u8]; 4] =
    [b"[Content_Types].xml", b"_rels/.rels", b"docProps/", b"mimetypeapplication/vnd.oasis"];

impl Layer {
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        if let Some(packing) = Packing::of(head) {
            Self::Compressed(packing)
        } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            // The name of the first member stands behind 30 bytes.
            let name = head.get(30..).unwrap_or_default();
            match OFFICE_MEMBERS.iter().any(|member| name.starts_with(member)) {
                true => Self::Unread("an office program (save it as CSV)"),
                false => Self::Zip,
            }
        } else if is_tar(head) {
            Self::Tar
        } else {
            let unread = UNREAD.iter().find(|(magic, _)| head.starts_with(magic));
            unread.map_or(Self::Bare, |(_, name)| Self::Unread(name))
        }
    }

    /// Whether something has to be unpacked.
    pub fn is_packed(self) -> bool {
        matches!(self, Self::Compressed(_) | Self::Tar | Self::Zip)
    }

    pub fn unsupported(self) -> Option<&'static str> {
        match self {
            Self::Unread(name) => Some(name),
            _ => None,
        }
    }
}

/// The checksum of a header decides: archives of before POSIX have no magic. An archive may also
/// begin with its end, where the first of several was empty; that is not worth knowing.
fn is_tar(head: &[u8]) -> bool {
    head.get(..512).is_some_and(|block| super::tar_members::is_header(block) && block[0] != 0)
}
