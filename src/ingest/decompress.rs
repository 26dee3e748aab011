//! Unpacks compressed streams, known by their first bytes and never by a name.
//!
//! The decoders are Rust throughout, so that no C is built for them: `flate2` on zlib-rs, `bzip2` on
//! libbz2-rs, `lzma-rust2` and `ruzstd`. Files of several streams, as parallel compressors and
//! appending jobs write them, are one source.

use std::io::{self, BufRead, Read};

use super::unpack::fault::Fault;
use super::unpack::peeked::{Peeked, Way};
use super::unpack::zstd_frame::ZstdFrame;
use crate::ledger::Reason;

/// A source ready to be read.
pub struct Opened {
    pub stream: Box<dyn Read + Send>,
    /// Size of the decompressed content, where it is known beforehand.
    pub size_bytes: Option<u64>,
    /// What the file is packed with, if we cannot unpack it.
    pub unsupported: Option<&'static str>,
    pub compressed: bool,
}

/// A compression that is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// RFC 1952.
    Gzip,
    Bzip2,
    /// The .xz file format 1.2.
    Xz,
    /// The older .lzma of LZMA Utils.
    Lzma,
    /// RFC 8878.
    Zstd,
}

/// Bytes of a head by which a packing is known.
pub const MAGIC_BYTES: usize = 13;

/// Memory that a dictionary may take, KiB: `xz -9` needs 64 MiB, `zstd --ultra` 128 MiB.
const DICTIONARY_KIB: u32 = 136 * 1024;

impl Packing {
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        if head.starts_with(&[0x1f, 0x8b, 0x08]) {
            Some(Self::Gzip)
        } else if head.starts_with(b"BZh")
            && matches!(head.get(3), Some(b'1'..=b'9'))
            && (head[4..].starts_with(&[0x31, 0x41, 0x59]) || head[4..].starts_with(&[0x17, 0x72, 0x45]))
        {
            Some(Self::Bzip2)
        } else if head.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0x00]) {
            Some(Self::Xz)
        } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || is_skippable_frame(head) {
            Some(Self::Zstd)
        } else if is_lzma(head) {
            Some(Self::Lzma)
        } else {
            None
        }
    }

    /// The name that people know it by.
    fn word(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lzma => "lzma",
            Self::Zstd => "zstd",
        }
    }
}

/// Frames of RFC 8878, section 3.1.2, which hold no data: pzstd begins with one.
fn is_skippable_frame(head: &[u8]) -> bool {
    head.len() >= 8 && (0x50..=0x5f).contains(&head[0]) && head[1..4] == [0x2a, 0x4d, 0x18]
}

/// The format has no magic: common properties, a dictionary size of 2^n or 2^n + 2^(n-1), and a
/// size that is unknown or below 256 GiB, which is what `xz` looks for.
fn is_lzma(head: &[u8]) -> bool {
    let Some(fields) = head.first_chunk::<13>() else { return false };
    let [properties, d0, d1, d2, d3, size @ ..] = *fields;
    let dictionary = u32::from_le_bytes([d0, d1, d2, d3]);
    let size = u64::from_le_bytes(size);
    let top = dictionary.checked_ilog2().map_or(0, |bit| 1_u32 << bit);
    let common = dictionary == top || dictionary == top + top / 2;
    properties == 0x5d && dictionary >= 4096 && common && (size == u64::MAX || size < 256 << 30)
}

/// The decompressed bytes of a stream that begins with a packing. Bytes behind the last compressed
/// stream are an error once all before them has been read; zeros, which tapes and block devices leave,
/// are none.
pub struct Decompressed<'a> {
    state: State<'a>,
    packing: Packing,
    /// How far the packed bytes were taken.
    way: Way,
    /// How many packed bytes there are, where that is known.
    size_bytes: Option<u64>,
}

enum State<'a> {
    Between(Peeked<'a>, bool),
    Gzip(Box<flate2::bufread::GzDecoder<Peeked<'a>>>),
    Bzip2(bzip2::bufread::BzDecoder<Peeked<'a>>),
    Xz(Box<XzDecoder<'a>>),
    Lzma(Box<lzma_rust2::LzmaReader<Peeked<'a>>>),
    Zstd(Box<ZstdFrame<'a>>),
    Ended,
}

/// Bytes asked for at once: what a decoder made in the same step in which it meets the damage is lost.
const STEP_BYTES: usize = 16 * 1024;
/// That of lzma loses them also where its input ends.
const LZMA_STEP_BYTES: usize = 1024;
/// Bytes behind a damage that are counted where nobody says how many there are.
const COUNTED_BYTES_MAX: u64 = 1 << 30;

impl<'a> Decompressed<'a> {
    /// Of a stream that begins with `packing`; `size_bytes` is its length, where that is known.
    #[must_use]
    pub fn new(packed: Peeked<'a>, packing: Packing, size_bytes: Option<u64>) -> Self {
        let way = packed.way();
        Self { state: State::Between(packed, false), packing, way, size_bytes }
    }

    fn step(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(STEP_BYTES);
        let buffer = &mut buffer[..most];
        loop {
            let count = match &mut self.state {
                State::Between(..) => 0,
                State::Gzip(decoder) => decoder.read(buffer)?,
                State::Bzip2(decoder) => decoder.read(buffer)?,
                State::Xz(decoder) => decoder.read(buffer)?,
                State::Lzma(decoder) => decoder.read(&mut buffer[..most.min(LZMA_STEP_BYTES)])?,
                State::Zstd(decoder) => decoder.read(buffer)?,
                State::Ended => return Ok(0),
            };
            if count > 0 {
                return Ok(count);
            }
            self.state = match std::mem::replace(&mut self.state, State::Ended) {
                State::Between(packed, later) => next_stream(packed, later)?,
                State::Gzip(decoder) => State::Between(decoder.into_inner(), true),
                State::Bzip2(decoder) => State::Between(decoder.into_inner(), true),
                State::Xz(decoder) => State::Between(decoder.packed, true),
                // The format has one stream to a file.
                State::Lzma(_) => State::Ended,
                State::Zstd(decoder) => State::Between(decoder.checked()?, true),
                State::Ended => State::Ended,
            };
        }
    }

    /// What a decoder's error means: how far it came, and what is lost.
    fn fault(&mut self, error: io::Error) -> io::Error {
        let left = match std::mem::replace(&mut self.state, State::Ended) {
            State::Between(packed, _) => Some(packed),
            State::Gzip(decoder) => Some(decoder.into_inner()),
            State::Bzip2(decoder) => Some(decoder.into_inner()),
            State::Xz(decoder) => Some(decoder.packed),
            State::Lzma(decoder) => Some(decoder.into_inner()),
            State::Zstd(decoder) => Some(decoder.into_inner()),
            State::Ended => None,
        };
        if let Some(beneath) = self.way.fault() {
            return beneath;
        }
        if Fault::within(&error).is_some() {
            return error;
        }
        let at = self.way.taken();
        let behind =
            left.and_then(|packed| io::copy(&mut packed.take(COUNTED_BYTES_MAX), &mut io::sink()).ok());
        let counted = behind.filter(|behind| *behind < COUNTED_BYTES_MAX).map(|behind| at + behind);
        let whole = counted.or(self.size_bytes).unwrap_or(at + behind.unwrap_or(0)).max(at);
        // Where there is nothing left, decoders tell an end from a checksum by the kind alone; zstd and
        // lzma check theirs elsewhere.
        let wants_more = error.kind() == io::ErrorKind::UnexpectedEof
            || matches!(self.packing, Packing::Zstd | Packing::Lzma);
        match whole == at {
            true if wants_more => Fault::cut(self.packing.word(), at),
            true => Fault::mismatch(self.packing.word()),
            false => Fault::damaged(self.packing.word(), at, whole),
        }
    }
}

impl Read for Decompressed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        match self.step(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(self.fault(error)),
            read => read,
        }
    }
}

/// Begins the next of several streams; `later` if one has been read.
fn next_stream(mut packed: Peeked<'_>, later: bool) -> io::Result<State<'_>> {
    if later {
        skip_zeros(&mut packed)?;
    }
    let head = packed.peek(MAGIC_BYTES);
    if head.is_empty() {
        // An error that came while peeking is told here.
        packed.fill_buf()?;
        return Ok(State::Ended);
    }
    if is_skippable_frame(head) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let frame = 8 + u64::from(length);
        if io::copy(&mut packed.by_ref().take(frame), &mut io::sink())? < frame {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        return Ok(State::Between(packed, later));
    }
    match Packing::of(head) {
        Some(Packing::Gzip) => Ok(State::Gzip(Box::new(flate2::bufread::GzDecoder::new(packed)))),
        Some(Packing::Bzip2) => Ok(State::Bzip2(bzip2::bufread::BzDecoder::new(packed))),
        Some(Packing::Xz) => {
            let stream = lzma_rust2::XzStream::new_mem_limit(false, DICTIONARY_KIB);
            Ok(State::Xz(Box::new(XzDecoder { packed, stream, broke: None })))
        }
        Some(Packing::Lzma) if !later => {
            let decoder = lzma_rust2::LzmaReader::new_mem_limit(packed, DICTIONARY_KIB, None)?;
            Ok(State::Lzma(Box::new(decoder)))
        }
        Some(Packing::Zstd) => {
            let window_bytes = u64::from(DICTIONARY_KIB) * 1024;
            Ok(State::Zstd(Box::new(ZstdFrame::new(packed, window_bytes)?)))
        }
        Some(Packing::Lzma) | None => {
            let at = packed.way().taken();
            let behind = io::copy(&mut packed.take(COUNTED_BYTES_MAX), &mut io::sink())?;
            let words =
                format!("{behind} bytes that are no compressed data follow the last stream, at byte {at}");
            Err(Fault::losing(Reason::BadCompression, behind, words))
        }
    }
}

/// One xz stream. The crate's own reader decodes chunks of 64 KiB whole or not at all, so that much of
/// a file that is cut off would be lost; its push decoder takes what there is.
struct XzDecoder<'a> {
    packed: Peeked<'a>,
    stream: lzma_rust2::XzStream,
    /// What broke the stream, to be told behind the bytes that came before.
    broke: Option<io::Error>,
}

/// Bytes given at once: a damage is known to lie within them.
const XZ_STEP_BYTES: usize = 4 * 1024;

impl Read for XzDecoder<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.broke.take() {
            return Err(error);
        }
        loop {
            let available = self.packed.fill_buf()?;
            let available = &available[..available.len().min(XZ_STEP_BYTES)];
            let (ended, action) = match available.is_empty() {
                true => (true, lzma_rust2::Action::Finish),
                false => (false, lzma_rust2::Action::Run),
            };
            let made_before = self.stream.total_out();
            let step = match self.stream.process(available, buffer, action) {
                Ok(step) => step,
                Err(error) => {
                    let made = usize::try_from(self.stream.total_out() - made_before).unwrap_or(0);
                    if made == 0 {
                        return Err(error);
                    }
                    self.broke = Some(error);
                    return Ok(made.min(buffer.len()));
                }
            };
            self.packed.consume(step.bytes_consumed);
            if step.bytes_produced > 0 || step.status == lzma_rust2::Status::StreamEnd {
                return Ok(step.bytes_produced);
            }
            if ended || step.bytes_consumed == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

fn skip_zeros(packed: &mut Peeked<'_>) -> io::Result<()> {
    loop {
        let available = packed.fill_buf()?;
        let zeros = available.iter().take_while(|byte| **byte == 0).count();
        if zeros == 0 {
            return Ok(());
        }
        packed.consume(zeros);
    }
}
