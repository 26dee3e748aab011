//! One frame of Zstandard (RFC 8878), to where it can be decoded.

use std::io::{self, Read};

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::fault::Fault;
use super::peeked::Peeked;

/// The decoder keeps back as much of its output as later blocks may refer to, which are megabytes; a
/// frame that breaks has to be ended by us, or they would be lost with it.
pub struct ZstdFrame<'a> {
    packed: Peeked<'a>,
    frame: FrameDecoder,
    /// What broke the frame, to be told behind the bytes that came before.
    broke: Option<io::Error>,
}

/// A last block of no bytes, and room for a checksum.
const END_OF_FRAME: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

impl<'a> ZstdFrame<'a> {
    /// Reads the header of a frame; `window_bytes` is the memory that it may ask for.
    pub fn new(mut packed: Peeked<'a>, window_bytes: u64) -> io::Result<Self> {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(window_bytes);
        frame.init(&mut packed).map_err(io_error)?;
        Ok(Self { packed, frame, broke: None })
    }

    pub fn into_inner(self) -> Peeked<'a> {
        self.packed
    }

    /// The input behind a frame that was read to its end; ruzstd leaves its checksum to us.
    pub fn checked(self) -> io::Result<Peeked<'a>> {
        match (self.frame.get_checksum_from_data(), self.frame.get_calculated_checksum()) {
            (Some(stated), Some(found)) if stated != found => Err(Fault::mismatch("zstd")),
            _ => Ok(self.packed),
        }
    }
}

impl Read for ZstdFrame<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.frame.can_collect() > 0 {
                return self.frame.read(buffer);
            }
            if let Some(error) = self.broke.take() {
                return Err(error);
            }
            if self.frame.is_finished() {
                return Ok(0);
            }
            if let Err(error) =
                self.frame.decode_blocks(&mut self.packed, BlockDecodingStrategy::UptoBlocks(1))
            {
                self.broke = Some(io_error(error));
                // Should even that fail, what is at hand is all there is.
                let _ = self.frame.decode_blocks(&END_OF_FRAME[..], BlockDecodingStrategy::UptoBlocks(1));
            }
        }
    }
}

fn io_error(error: FrameDecoderError) -> io::Error {
    io::Error::other(error)
}
