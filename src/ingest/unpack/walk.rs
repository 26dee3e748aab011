//! Goes through the layers of a packed file, from the outside in.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::sync::mpsc::SyncSender;

use super::chunks;
use super::fault::Fault;
use super::layer::{HEAD_BYTES, Layer};
use super::limits::{Limits, Meter, Metered};
use super::peeked::Peeked;
use super::{Content, INSIDE, Unpacked};
use crate::ingest::decompress::{Decompressed, Opened, Packing};
use crate::ledger::{Reason, printable};

/// The file that is taken apart.
pub struct Start {
    pub shown: String,
    pub modified: Option<i64>,
    /// The file itself and its size, if it is one.
    pub file: Option<(File, u64)>,
    pub limits: Limits,
}

/// Nobody wants further sources.
pub struct Unwanted;

/// Where in the layers the walk is.
pub struct Place<'a> {
    pub shown: &'a str,
    pub modified: Option<i64>,
    /// Size of the content, where the archive states one.
    pub size: Option<u64>,
    /// Layers around the content.
    pub layers: u32,
}

pub struct Walk {
    pub limits: Limits,
    pub meter: Meter,
    out: SyncSender<Unpacked>,
    members: u32,
    /// Hashes of the paths that were handed out, and how many members had each.
    paths: HashMap<u64, u32>,
    /// That the file unpacks to too much has been said.
    told_of_excess: bool,
}

/// Hands all sources of a file to `out`.
pub fn all(start: Start, content: impl Read, out: SyncSender<Unpacked>) {
    let Start { shown, modified, file, limits } = start;
    let size = file.as_ref().map(|(_, size)| *size);
    let meter = Meter::new(limits, &shown, size.unwrap_or(0));
    let mut walk =
        Walk { limits, meter: meter.clone(), out, members: 0, paths: HashMap::new(), told_of_excess: false };
    let place = Place { shown: &shown, modified, size, layers: 0 };
    let content = match file {
        Some(_) => Peeked::new(content),
        None => Peeked::new(Weighed { inner: content, meter }),
    };
    // Where nobody wants further sources, there is nobody to tell.
    let _ = walk.content(&place, content, file.map(|(file, _)| file));
}

/// A stream of unknown length, weighed as it comes.
struct Weighed<R> {
    inner: R,
    meter: Meter,
}

impl<R: Read> Read for Weighed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.meter.add_packed(count as u64);
        Ok(count)
    }
}

impl Walk {
    /// Takes apart what stands at `place`. `file` is the content as a file, where it is one.
    pub fn content(
        &mut self,
        place: &Place<'_>,
        mut content: Peeked<'_>,
        file: Option<File>,
    ) -> Result<(), Unwanted> {
        let head = content.peek(HEAD_BYTES);
        let layer = Layer::of(head);
        if layer.is_packed() && place.layers == self.limits.layers {
            let layers = place.layers;
            return self.left_out(
                place.shown,
                place.modified,
                format!("packed more than {layers} layers deep"),
            );
        }
        let layers = place.layers + 1;
        match layer {
            Layer::Compressed(packing) => {
                let modified = written(packing, head).or(place.modified);
                let unpacked = Decompressed::new(content, packing, place.size);
                let unpacked = Metered { inner: unpacked, meter: self.meter.clone() };
                let place = Place { modified, size: None, layers, ..*place };
                self.content(&place, Peeked::new(unpacked), None)
            }
            Layer::Tar => self.tar(&Place { layers, ..*place }, &mut content),
            Layer::Zip => self.zip(&Place { layers, ..*place }, content, file),
            Layer::Unread(_) | Layer::Bare => self.source(place, &mut content, layer.unsupported()),
        }
    }

    /// Hands out a source with its bytes.
    fn source(
        &mut self,
        place: &Place<'_>,
        content: &mut Peeked<'_>,
        unsupported: Option<&'static str>,
    ) -> Result<(), Unwanted> {
        let (sender, stream) = chunks::pair();
        let size_bytes = place.size.or_else(|| content.short_size());
        let opened =
            Opened { stream: Box::new(stream), size_bytes, unsupported, compressed: place.layers > 0 };
        self.hand_out(place.shown, place.modified, Content::Readable(opened))?;
        chunks::send(content, &sender, &self.limits);
        self.told_of_excess |= self.meter.exceeded().is_some();
        Ok(())
    }

    /// Names something that is not read.
    pub fn left_out(
        &mut self,
        shown: &str,
        modified: Option<i64>,
        why: impl Into<String>,
    ) -> Result<(), Unwanted> {
        self.hand_out(shown, modified, Content::LeftOut(why.into()))
    }

    /// States that an archive is broken: a source of its own, whose bytes cannot be read. Where the whole
    /// file has been given up, that is said once.
    pub fn broken(&mut self, archive: &str, error: io::Error) -> Result<(), Unwanted> {
        let excess = self.meter.exceeded();
        if excess.is_some() && std::mem::replace(&mut self.told_of_excess, true) {
            return Ok(());
        }
        let (sender, stream) = chunks::pair();
        let opened =
            Opened { stream: Box::new(stream), size_bytes: None, unsupported: None, compressed: true };
        self.hand_out(archive, None, Content::Readable(opened))?;
        let _ = sender.send(Err(excess.unwrap_or(error)));
        Ok(())
    }

    fn hand_out(&mut self, shown: &str, modified: Option<i64>, content: Content) -> Result<(), Unwanted> {
        let source = Unpacked { shown: shown.to_owned(), modified, content };
        self.out.send(source).map_err(|_| Unwanted)
    }

    /// Whether another member may be handed out. Says so once where not.
    pub fn may_go_on(&mut self, archive: &str) -> Result<bool, Unwanted> {
        if let Some(fault) = self.meter.exceeded() {
            self.broken(archive, fault)?;
            return Ok(false);
        }
        self.members += 1;
        if self.members == self.limits.members + 1 {
            let words = format!("more than {} members; the others are left out", self.limits.members);
            self.broken(archive, Fault::error(Reason::UnpacksTooFar, words))?;
        }
        Ok(self.members <= self.limits.members)
    }

    /// The path of a member as it is shown, which no other member has: an archive may hold a path more
    /// than once, as where a file was appended again after it had grown. The later one replaces the
    /// earlier where it is extracted; both are evidence. The mark is a folder, so that the names of file
    /// and host stay what they are, and it sorts before the path without one: of what can be said but
    /// once, as in an inventory, the first counts.
    pub fn own_path(&mut self, archive: &str, name: &[u8]) -> String {
        let path = member_path(name);
        let mut shown = format!("{archive}{INSIDE}{path}");
        loop {
            let copies = self.paths.entry(hash_of(&shown)).or_default();
            *copies += 1;
            if *copies == 1 {
                return shown;
            }
            shown = format!("{archive}{INSIDE}(copy {copies})/{path}");
        }
    }
}

fn hash_of(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// When the content of a gzip stream was last written, by its header (RFC 1952, section 2.3.1).
fn written(packing: Packing, head: &[u8]) -> Option<i64> {
    let stamp = head.get(4..8).filter(|_| packing == Packing::Gzip)?;
    let seconds = u32::from_le_bytes(stamp.try_into().ok()?);
    (seconds > 0).then_some(i64::from(seconds))
}

/// The path within an archive as it is shown: without a leading `/`, empty parts and `.`; what is not
/// printable is escaped. `..` stays, for nothing is ever written there.
pub fn member_path(name: &[u8]) -> String {
    let parts = name.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".");
    let parts: Vec<String> = parts.map(|part| printable(part, 255)).collect();
    parts.join("/")
}
