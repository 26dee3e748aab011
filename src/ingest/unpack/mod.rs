//! Takes apart what people hand over: compressed files, archives, and these within each other.
//!
//! A packed file is taken apart in a thread of its own, which hands out one source after another
//! with their bytes: unpacking goes on while lines are read, and no more than a few pieces of a
//! source are in memory. What a source is called: the path of the archive, `!/`, the path within.
//!
//! Nothing that stands in an archive is ever written to a path that the archive names.

mod chunks;
pub mod fault;
mod laid_aside;
mod layer;
pub mod limits;
mod lone_file;
pub mod peeked;
mod tar_members;
mod walk;
mod zip_headers;
mod zip_members;
mod zip_salvage;
pub mod zstd_frame;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::UNIX_EPOCH;

use self::layer::Layer;
use self::limits::{Fertile, Limits};
use self::lone_file::LoneFile;
use super::decompress::Opened;

/// Stands between the path of an archive and the path of a member.
pub const INSIDE: &str = "!/";

/// One source that came out of what was handed over.
pub struct Unpacked {
    /// The path as it is shown, `!/` between the path of an archive and that of a member.
    pub shown: String,
    /// When it was last written, seconds of Unix time.
    pub modified: Option<i64>,
    pub content: Content,
}

/// What there is of a source.
pub enum Content {
    Readable(Opened),
    /// Not read: why, in words.
    LeftOut(String),
}

/// The sources of one file, in the order in which they stand in it.
pub struct Sources(Kind);

enum Kind {
    One(Option<Unpacked>),
    Many(Receiver<Unpacked>),
}

impl Iterator for Sources {
    type Item = Unpacked;

    fn next(&mut self) -> Option<Unpacked> {
        match &mut self.0 {
            Kind::One(source) => source.take(),
            Kind::Many(sources) => sources.recv().ok(),
        }
    }
}

/// Sources that wait to be read while the next is unpacked.
const SOURCES_AHEAD: usize = 2;

/// Opens a file for as many bytes as it has now: one that grows would never end.
pub fn open(path: &Path, shown: &str, limits: Limits) -> io::Result<Sources> {
    let file = File::open(path)?;
    let meta = file.metadata()?;
    let since = meta.modified().ok().and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
    let modified = since.and_then(|since| i64::try_from(since.as_secs()).ok());
    let size = meta.len();
    let mut content = LoneFile::new(file.try_clone()?, size);
    let mut head = vec![0; layer::HEAD_BYTES];
    let filled = content.fill(&mut head)?;
    head.truncate(filled);
    let layer = Layer::of(&head);
    let content = io::Cursor::new(head).chain(content);
    if layer.is_packed() {
        let start = walk::Start { shown: shown.to_owned(), modified, file: Some((file, size)), limits };
        return many(start, content);
    }
    let opened = Opened {
        stream: Box::new(Fertile::new(content, &limits)),
        size_bytes: Some(size),
        unsupported: layer.unsupported(),
        compressed: false,
    };
    let content = Content::Readable(opened);
    Ok(Sources(Kind::One(Some(Unpacked { shown: shown.to_owned(), modified, content }))))
}

/// The size of a stream is known if it ends before this.
const SHORT_BYTES: u64 = 128 * 1024;

/// Opens a stream of unknown length, such as standard input.
pub fn open_stream(
    mut stream: impl Read + Send + 'static,
    shown: &str,
    limits: Limits,
) -> io::Result<Sources> {
    let mut head = Vec::new();
    stream.by_ref().take(SHORT_BYTES).read_to_end(&mut head)?;
    let size_bytes = Some(head.len() as u64).filter(|size| *size < SHORT_BYTES);
    let layer = Layer::of(&head);
    let content = io::Cursor::new(head).chain(stream);
    if layer.is_packed() {
        let start = walk::Start { shown: shown.to_owned(), modified: None, file: None, limits };
        return many(start, content);
    }
    let opened = Opened {
        stream: Box::new(Fertile::new(content, &limits)),
        size_bytes,
        unsupported: layer.unsupported(),
        compressed: false,
    };
    let content = Content::Readable(opened);
    Ok(Sources(Kind::One(Some(Unpacked { shown: shown.to_owned(), modified: None, content }))))
}

fn many(start: walk::Start, content: impl Read + Send + 'static) -> io::Result<Sources> {
    let (out, sources) = sync_channel(SOURCES_AHEAD);
    std::thread::Builder::new().name("unpack".to_owned()).spawn(move || walk::all(start, content, out))?;
    Ok(Sources(Kind::Many(sources)))
}
