//! The sixteen bytes that every object begins with.

use super::header::le64;

/// Size of an object's head.
pub const HEAD_BYTES: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    Data,
    Field,
    Entry,
    HashTable,
    EntryArray,
    Tag,
}

/// How the payload of a data object is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    None,
    Xz,
    Lz4,
    Zstd,
}

#[derive(Debug, Clone, Copy)]
pub struct ObjectHead {
    pub kind: ObjectKind,
    pub packing: Packing,
    /// Bytes of the object with its head, without the padding behind it.
    pub size: u64,
}

impl ObjectHead {
    /// Reads a head; `None` if no object can begin like that.
    pub fn read(bytes: &[u8], compact: bool) -> Option<Self> {
        let head = bytes.get(..HEAD_BYTES)?;
        if head[2..8].iter().any(|byte| *byte != 0) {
            return None;
        }
        let kind = match head[0] {
            1 => ObjectKind::Data,
            2 => ObjectKind::Field,
            3 => ObjectKind::Entry,
            4 | 5 => ObjectKind::HashTable,
            6 => ObjectKind::EntryArray,
            7 => ObjectKind::Tag,
            _ => return None,
        };
        let packing = match head[1] {
            0 => Packing::None,
            1 => Packing::Xz,
            2 => Packing::Lz4,
            4 => Packing::Zstd,
            _ => return None,
        };
        let size = le64(head, 8);
        let fits = match kind {
            ObjectKind::Data => size > payload_offset(compact) as u64,
            ObjectKind::Field => size > FIELD_NAME_OFFSET,
            ObjectKind::Entry => is_array(size, ENTRY_ITEMS_OFFSET as u64, item_bytes(compact) as u64),
            ObjectKind::HashTable => is_array(size, HEAD_BYTES as u64, 16),
            ObjectKind::EntryArray => is_array(size, ARRAY_ITEMS_OFFSET, if compact { 4 } else { 8 }),
            ObjectKind::Tag => size == TAG_BYTES,
        };
        let fits = fits && size < OFFSET_MAX && (kind == ObjectKind::Data || packing == Packing::None);
        fits.then_some(Self { kind, packing, size })
    }

    /// Size with the padding that aligns the next object to eight bytes.
    pub fn aligned(&self) -> u64 {
        self.size.div_ceil(8) * 8
    }

    /// The object without the padding behind it.
    pub fn own<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[..usize::try_from(self.size).unwrap_or(usize::MAX).min(bytes.len())]
    }
}

fn is_array(size: u64, begins: u64, item: u64) -> bool {
    size > begins && (size - begins).is_multiple_of(item)
}

const FIELD_NAME_OFFSET: u64 = 40;
const ARRAY_ITEMS_OFFSET: u64 = 24;
const TAG_BYTES: u64 = 64;
/// No file is that long.
const OFFSET_MAX: u64 = 1 << 48;
/// Where the items of an entry begin.
pub const ENTRY_ITEMS_OFFSET: usize = 64;

/// Where the payload of a data object begins.
pub fn payload_offset(compact: bool) -> usize {
    if compact { 72 } else { 64 }
}

/// Bytes of an item of an entry: the offset of a data object, and its hash unless the file is compact.
pub fn item_bytes(compact: bool) -> usize {
    if compact { 4 } else { 16 }
}
