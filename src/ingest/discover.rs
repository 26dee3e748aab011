//! Finds the files below the given paths, in a fixed order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// A file to read, or something that is left out with a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// The path as the report shows it: relative to what was asked for, `/` between parts, bytes
    /// that are not UTF-8 escaped.
    pub shown: String,
    pub state: FoundState,
    /// When it was last written, seconds of Unix time, where that is known before it is read.
    pub modified: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundState {
    Readable,
    /// A pipe that was asked for by its name, or a file without a size: it is read once, to where it ends.
    Stream,
    /// Not read: why, in words.
    LeftOut(String),
    /// The system does not let us: why, in words.
    Unreadable(String),
}

/// A path that was asked for and cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", path.display())]
pub struct MissingPath {
    pub path: PathBuf,
    /// The source that says so in the ledger, if there is one.
    pub shown: Option<String>,
    #[source]
    pub source: io::Error,
}

/// Walks `paths`. Files come sorted by shown path, each once: a file that has another name here, by a
/// link of either kind, is read under one of them. Symbolic links to folders are not followed, so loops
/// cannot occur; sockets, pipes and devices are left out with a reason, except for a pipe that was asked for.
pub fn discover(paths: &[PathBuf]) -> (Vec<Found>, Vec<MissingPath>) {
    let mut sightings = Vec::new();
    let mut missing = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => walk(path, &mut sightings),
            Ok(meta) => sightings.push(Sighting::asked(path, &meta)),
            Err(source) => missing.push(MissingPath { path: path.clone(), shown: None, source }),
        }
    }
    let mut sightings = each_once(sightings);
    tell_apart(&mut sightings);
    let mut found: Vec<Found> = sightings.into_iter().map(|sighting| sighting.found).collect();
    found.sort_by(|a, b| a.shown.cmp(&b.shown).then_with(|| a.path.cmp(&b.path)));
    (found, missing)
}

/// A file as it was come across.
struct Sighting {
    /// The path that was asked for, below which it lies.
    asked: PathBuf,
    found: Found,
    /// What is the same for all names of the file.
    identity: Option<Identity>,
    is_link: bool,
}

/// Device and inode, or the one path without links.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    #[cfg(unix)]
    Inode(u64, u64),
    #[cfg(not(unix))]
    Path(PathBuf),
}

#[cfg(unix)]
fn identity(_path: &Path, meta: &fs::Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some(Identity::Inode(meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path, _meta: &fs::Metadata) -> Option<Identity> {
    fs::canonicalize(path).ok().map(Identity::Path)
}

#[cfg(unix)]
fn is_pipe(meta: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&meta.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_meta: &fs::Metadata) -> bool {
    false
}

impl Sighting {
    /// What was asked for by its own name, and is no folder.
    fn asked(path: &Path, meta: &fs::Metadata) -> Self {
        if is_pipe(meta) {
            return Self::pipe(path, meta);
        }
        let mut sighting = Self::of(path, path, shown_alone(path), false, meta);
        if !meta.is_file() {
            let why = "cannot be read: neither a file nor a folder nor a pipe".to_owned();
            sighting.found.state = FoundState::Unreadable(why);
        } else if meta.len() == 0 {
            // What the kernel shows as files has no size and may have content. In folders it is left alone:
            // some of it waits for what comes.
            sighting.found.state = FoundState::Stream;
        }
        sighting
    }

    /// A pipe by the name that was given. The numbers of a shell's pipes (`/dev/fd/63`) name no host.
    fn pipe(path: &Path, meta: &fs::Metadata) -> Self {
        let of_shell = ["/dev", "/proc"].iter().any(|root| path.starts_with(root));
        let shown = match shown_alone(path) {
            name if of_shell && (name == "stdin" || name == "0") => "-".to_owned(),
            name if of_shell => format!("pipe:{name}"),
            name => name,
        };
        let found = Found { path: path.to_path_buf(), shown, state: FoundState::Stream, modified: None };
        let identity = identity(path, meta);
        Self { asked: path.to_path_buf(), found, identity, is_link: false }
    }

    fn of(asked: &Path, path: &Path, shown: String, is_link: bool, meta: &fs::Metadata) -> Self {
        let state = if meta.is_file() {
            FoundState::Readable
        } else {
            FoundState::LeftOut("not a regular file".to_owned())
        };
        let found = Found { path: path.to_path_buf(), shown, state, modified: None };
        let identity = identity(path, meta).filter(|_| meta.is_file());
        Self { asked: asked.to_path_buf(), found, identity, is_link }
    }

    fn without_content(asked: &Path, path: &Path, state: FoundState) -> Self {
        let shown = if asked == path { shown_alone(path) } else { shown(asked, path) };
        let found = Found { path: path.to_path_buf(), shown, state, modified: None };
        Self { asked: asked.to_path_buf(), found, identity: None, is_link: false }
    }
}

/// Reads every file under one name only: not that of a symbolic link, and the one that tells most of
/// its place. A file that was merely asked for twice goes without a word.
fn each_once(mut sightings: Vec<Sighting>) -> Vec<Sighting> {
    sightings.sort_by(|a, b| {
        let depth = |sighting: &Sighting| std::cmp::Reverse(sighting.found.shown.matches('/').count());
        let name = |sighting: &Sighting| (sighting.found.shown.clone(), sighting.found.path.clone());
        (&a.identity, a.is_link, depth(a))
            .cmp(&(&b.identity, b.is_link, depth(b)))
            .then_with(|| name(a).cmp(&name(b)))
    });
    let mut kept: Vec<Sighting> = Vec::with_capacity(sightings.len());
    let mut first = 0;
    for mut sighting in sightings {
        let same = kept
            .get(first)
            .is_some_and(|known| known.identity.is_some() && known.identity == sighting.identity);
        if !same {
            first = kept.len();
        } else if kept[first..].iter().any(|known| same_path(&known.found.path, &sighting.found.path)) {
            continue;
        } else {
            let why = format!("the same file as {}", kept[first].found.shown);
            sighting.found.state = FoundState::LeftOut(why);
        }
        kept.push(sighting);
    }
    kept
}

fn same_path(a: &Path, b: &Path) -> bool {
    let folder = |path: &Path| path.parent().map(fs::canonicalize).and_then(Result::ok);
    a == b || (a.file_name() == b.file_name() && folder(a).is_some() && folder(a) == folder(b))
}

/// Where files of several paths that were asked for would be shown alike, all of these are shown by
/// their whole path as it was given.
fn tell_apart(sightings: &mut [Sighting]) {
    let mut asked_of: BTreeMap<&str, &Path> = BTreeMap::new();
    let mut alike: BTreeSet<PathBuf> = BTreeSet::new();
    for sighting in sightings.iter() {
        let asked = sighting.asked.as_path();
        match asked_of.insert(&sighting.found.shown, asked) {
            Some(other) if other != asked => alike.extend([asked.to_path_buf(), other.to_path_buf()]),
            _ => {}
        }
    }
    for sighting in sightings.iter_mut().filter(|sighting| alike.contains(&sighting.asked)) {
        sighting.found.shown = shown(Path::new(""), &sighting.found.path);
    }
}

/// Lists all files below a folder. Folders wait in a list, so that depth costs no stack.
fn walk(root: &Path, sightings: &mut Vec<Sighting>) {
    let mut waiting = vec![root.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let listed = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<fs::DirEntry>>>);
        let entries = match listed {
            Ok(entries) => entries,
            Err(error) => {
                let why = format!("cannot be read: the folder cannot be listed: {error}");
                let mut sighting = Sighting::without_content(root, &folder, FoundState::Unreadable(why));
                sighting.identity = fs::metadata(&folder).ok().and_then(|meta| identity(&folder, &meta));
                sightings.push(sighting);
                continue;
            }
        };
        if folder != root && (is_own_output(&entries) || folder.ends_with(STATE_OF_COLLECTIONS)) {
            continue;
        }
        for entry in entries {
            let path = entry.path();
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            let meta = if is_link { fs::metadata(&path) } else { entry.metadata() };
            match meta {
                Ok(meta) if meta.is_dir() && !is_link => waiting.push(path),
                Ok(meta) if meta.is_dir() => {
                    let state = FoundState::LeftOut("symbolic link to a folder".to_owned());
                    sightings.push(Sighting::without_content(root, &path, state));
                }
                Ok(meta) => sightings.push(Sighting::of(root, &path, shown(root, &path), is_link, &meta)),
                Err(error) => {
                    sightings.push(Sighting::without_content(root, &path, without_meta(is_link, &error)));
                }
            }
        }
    }
}

/// What is said of an entry that the system tells nothing of. A link to nowhere leads to no bytes.
fn without_meta(is_link: bool, error: &io::Error) -> FoundState {
    let leads_nowhere = is_link && error.kind() != io::ErrorKind::PermissionDenied;
    match leads_nowhere {
        true => FoundState::LeftOut(format!("cannot be opened: {error}")),
        false => FoundState::Unreadable(format!("cannot be read: {error}")),
    }
}

/// Where collections keep how far they have come.
const STATE_OF_COLLECTIONS: &str = ".coroner";

/// A folder that an earlier run wrote: its files are conclusions, not evidence.
fn is_own_output(entries: &[fs::DirEntry]) -> bool {
    let has = |name: &str| entries.iter().any(|entry| entry.file_name() == name);
    // A report, an edition of `weekly`, a case.
    [["findings.json", "report.html"], ["weekly.json", "weekly.eml"], ["case.html", "case.md"]]
        .iter()
        .any(|files| files.iter().all(|file| has(file)))
}

fn shown(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<String> = relative
        .components()
        .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
        .map(|part| crate::ledger::printable(part.as_os_str().as_encoded_bytes(), 255))
        .collect();
    parts.join("/")
}

fn shown_alone(path: &Path) -> String {
    match path.file_name() {
        Some(name) => crate::ledger::printable(name.as_encoded_bytes(), 255),
        None => crate::ledger::printable(path.as_os_str().as_encoded_bytes(), 255),
    }
}
