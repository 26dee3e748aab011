//! Text in the encodings that files from Windows come in: UTF-8 and UTF-16 of either byte order, told by the
//! bytes, because what a file declares need not be true.

use std::borrow::Cow;

/// How characters stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// By the byte order mark, else by where the zero bytes of the first two characters are.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        match content {
            [0xff, 0xfe, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] => Self::Utf16Be,
            [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Self::Utf16Le,
            [0, first, 0, second, ..] if *first != 0 && *second != 0 => Self::Utf16Be,
            _ => Self::Utf8,
        }
    }

    /// An ASCII text as it stands in such a file.
    #[must_use]
    pub fn bytes_of(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// A piece of such a file as text, without the mark; what is no character becomes U+FFFD.
    #[must_use]
    pub fn text(self, piece: &[u8]) -> Cow<'_, str> {
        if self == Self::Utf8 {
            return String::from_utf8_lossy(piece.strip_prefix(b"\xef\xbb\xbf").unwrap_or(piece));
        }
        let units = piece.chunks_exact(2).map(|pair| match self {
            Self::Utf16Be => u16::from_be_bytes([pair[0], pair[1]]),
            _ => u16::from_le_bytes([pair[0], pair[1]]),
        });
        let text: String =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Cow::Owned(text.trim_start_matches('\u{feff}').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_tell_the_encoding() {
        let text = "<Manifest a=\"ü\"/>";
        for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be] {
            let bytes = encoding.bytes_of(text);
            assert_eq!(Encoding::of(&bytes), encoding);
            assert_eq!(encoding.text(&bytes), text);
            let marked = encoding.bytes_of(&format!("\u{feff}{text}"));
            assert_eq!((Encoding::of(&marked), encoding.text(&marked).as_ref()), (encoding, text));
        }
    }
}
