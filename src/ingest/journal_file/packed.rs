//! Payloads of data objects, unpacked as far as they are needed.

use std::borrow::Cow;
use std::io::Read;

use super::object::Packing;

/// Unpacked bytes that are looked at, at most. systemd packs what is longer than half a KiB; lines
/// are seldom longer than some KiB, core dumps are megabytes.
pub const UNPACKED_BYTES_MAX: usize = 64 * 1024;
/// Bytes in which the name of a wanted field stands.
const NAME_BYTES: usize = 24;
/// Memory for the dictionary of a payload: systemd uses 1 MiB with xz, 2 MiB with zstd.
const DICTIONARY_KIB_MAX: u32 = 16 * 1024;

/// The payload, cut to [`UNPACKED_BYTES_MAX`], if its beginning is `wanted`. `None`: it is not, or
/// too long to tell. `Err`: it does not unpack.
pub fn unpack(
    payload: &[u8],
    packing: Packing,
    wanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<Cow<'_, [u8]>>, BadPacking> {
    match packing {
        Packing::None => {
            let cut = &payload[..payload.len().min(UNPACKED_BYTES_MAX)];
            Ok(wanted(cut).then_some(Cow::Borrowed(cut)))
        }
        Packing::Xz => {
            read_on(lzma_rust2::XzReader::new_mem_limit(payload, false, DICTIONARY_KIB_MAX), wanted)
        }
        Packing::Zstd => {
            let window = u64::from(DICTIONARY_KIB_MAX) * 1024;
            let stream = ruzstd::decoding::StreamingDecoder::new_with_max_window_size(payload, window);
            read_on(stream.map_err(|_| BadPacking)?, wanted)
        }
        Packing::Lz4 => unpack_lz4(payload, wanted),
    }
}

/// The payload does not unpack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPacking;

fn read_on<'a>(
    mut stream: impl Read,
    wanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<Cow<'a, [u8]>>, BadPacking> {
    let mut bytes = Vec::new();
    let mut read = |limit: usize, bytes: &mut Vec<u8>| {
        stream.by_ref().take(limit as u64).read_to_end(bytes).map_err(|_| BadPacking)
    };
    read(NAME_BYTES, &mut bytes)?;
    if !wanted(&bytes) {
        return Ok(None);
    }
    read(UNPACKED_BYTES_MAX - NAME_BYTES, &mut bytes)?;
    Ok(Some(Cow::Owned(bytes)))
}

/// One LZ4 block behind its unpacked size.
fn unpack_lz4<'a>(
    payload: &[u8],
    wanted: impl Fn(&[u8]) -> bool,
) -> Result<Option<Cow<'a, [u8]>>, BadPacking> {
    let (size, block) = payload.split_first_chunk::<8>().ok_or(BadPacking)?;
    let size = usize::try_from(u64::from_le_bytes(*size)).unwrap_or(usize::MAX);
    if size > UNPACKED_BYTES_MAX {
        return Ok(None);
    }
    let mut bytes = vec![0; size];
    let len = lz4_flex::block::decompress_into(block, &mut bytes).map_err(|_| BadPacking)?;
    bytes.truncate(len);
    Ok(wanted(&bytes).then_some(Cow::Owned(bytes)))
}
