//! The knowledge base: what is shipped, and what the user adds.

use std::collections::BTreeMap;
use std::path::Path;

use super::cause::KnownCause;
use super::class::Class;
use super::condition::{ConditionError, Patterns, Test};
use super::files::{self, Entries, FileError};
use super::judge::{self, Judgement};
use super::matcher::{CompileError, Matcher};
use super::message_id;
use super::scene::Scene;
use super::schema::{Origin, Signature};
use crate::model::record::SelEntry;
use crate::model::{CauseMatch, Standing};

/// Why the knowledge base cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{origin}: `{id}` {what}")]
    Entry { origin: Origin, id: String, what: String },
    #[error("{origin}: condition {condition} of `{id}`")]
    Condition {
        origin: Origin,
        id: String,
        condition: usize,
        #[source]
        source: ConditionError,
    },
    #[error(transparent)]
    Compile(#[from] CompileError),
}

/// All signatures and known causes, ready to match.
pub struct Knowledge {
    signatures: Vec<Signature>,
    causes: Vec<KnownCause>,
    /// Parallel to `causes`.
    tests: Vec<Vec<Test>>,
    place_of: BTreeMap<String, usize>,
    matcher: Matcher,
}

impl Knowledge {
    /// Loads what is compiled in.
    ///
    /// # Errors
    /// If the shipped files are wrong, which a test excludes.
    pub fn shipped() -> Result<Self, KnowledgeError> {
        Self::of(files::shipped()?)
    }

    /// Loads what is compiled in, and the user's own files of the same shape beside it.
    ///
    /// # Errors
    /// If the folder or a file cannot be read, a pattern is none, or an id is taken; each with the file, the
    /// line and the entry.
    pub fn with_folder(folder: &Path) -> Result<Self, KnowledgeError> {
        let mut entries = files::shipped()?;
        entries.extend(files::of_folder(folder)?);
        Self::of(entries)
    }

    /// Loads the text of one file and nothing else; `file` is named in errors.
    ///
    /// # Errors
    /// As [`Knowledge::with_folder`].
    pub fn of_text(file: &str, text: &str) -> Result<Self, KnowledgeError> {
        Self::of(vec![files::parse(file, text, false)?])
    }

    fn of(files: Vec<Entries>) -> Result<Self, KnowledgeError> {
        let mut signatures: Vec<Signature> = Vec::new();
        let mut causes: Vec<KnownCause> = Vec::new();
        for file in files {
            for signature in file.signatures {
                add(&mut signatures, signature)?;
            }
            for cause in file.causes {
                add(&mut causes, cause)?;
            }
        }
        no_name_is_taken(&signatures, &causes)?;
        let place_of: BTreeMap<String, usize> =
            signatures.iter().enumerate().map(|(place, signature)| (signature.id.clone(), place)).collect();
        let known = |id: &str| place_of.contains_key(id);
        let tests = causes.iter().map(|cause| compile(cause, &known)).collect::<Result<_, _>>()?;
        let matcher = Matcher::compile(&signatures)?;
        Ok(Self { signatures, causes, tests, place_of, matcher })
    }

    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    #[must_use]
    pub fn causes(&self) -> &[KnownCause] {
        &self.causes
    }

    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Signature> {
        self.place_of.get(id).and_then(|place| self.signatures.get(*place))
    }

    /// A known cause by its id (`K06`, in any case) or its name.
    #[must_use]
    pub fn cause(&self, name: &str) -> Option<&KnownCause> {
        self.causes.iter().find(|cause| cause.id.eq_ignore_ascii_case(name) || cause.name == name)
    }

    /// The signatures that know a vendor's id of a message.
    #[must_use]
    pub fn by_message(&self, id: &str) -> Vec<&Signature> {
        self.signatures.iter().filter(|signature| message_id::is_one_of(id, &signature.messages)).collect()
    }

    /// The signatures of a class.
    pub fn of_class(&self, class: Class) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().filter(move |signature| signature.class == class)
    }

    /// Ids of the signatures that a log line matches.
    #[must_use]
    pub fn log_line(&self, program: &str, text: &str) -> Vec<String> {
        self.matcher.log_line(program, text)
    }

    /// Byte strings of which at least one stands in every line that matches a signature.
    #[must_use]
    pub fn literals(&self) -> Vec<&[u8]> {
        self.matcher.literals()
    }

    /// Ids of the signatures that a SEL entry matches.
    #[must_use]
    pub fn sel_entry(&self, entry: &SelEntry) -> Vec<String> {
        self.matcher.sel_entry(entry)
    }

    /// Judges one known cause on a scene.
    #[must_use]
    pub fn judge(&self, cause: &KnownCause, scene: &Scene<'_>) -> Judgement {
        let place = self.causes.iter().position(|known| known.id == cause.id);
        let tests = place.and_then(|place| self.tests.get(place)).map_or(&[][..], Vec::as_slice);
        judge::judge(tests, scene, self)
    }

    /// The known causes that hold on a scene, then those that are possible, each in the order of their ids.
    #[must_use]
    pub fn explain(&self, scene: &Scene<'_>) -> Vec<CauseMatch> {
        let judged = self
            .causes
            .iter()
            .zip(&self.tests)
            .map(|(cause, tests)| (cause, judge::judge(tests, scene, self)));
        let mut found: Vec<CauseMatch> = judged
            .filter(|(_, judgement)| judgement.standing != Standing::Excluded)
            .map(|(cause, judgement)| cause.told(&judgement))
            .collect();
        found.sort_by(|a, b| (a.standing, &a.id).cmp(&(b.standing, &b.id)));
        found
    }
}

/// What signatures and causes have in common.
trait Entry {
    fn id(&self) -> &str;
    fn origin(&self) -> &Origin;
    fn replaces(&self) -> bool;
}

impl Entry for Signature {
    fn id(&self) -> &str {
        &self.id
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
    fn replaces(&self) -> bool {
        self.replaces
    }
}

impl Entry for KnownCause {
    fn id(&self) -> &str {
        &self.id
    }
    fn origin(&self) -> &Origin {
        &self.origin
    }
    fn replaces(&self) -> bool {
        self.replaces
    }
}

fn wrong(entry: &dyn Entry, what: String) -> KnowledgeError {
    KnowledgeError::Entry { origin: entry.origin().clone(), id: entry.id().to_owned(), what }
}

/// Adds an entry, or puts it in the place of the shipped one that it replaces.
fn add<T: Entry>(entries: &mut Vec<T>, entry: T) -> Result<(), KnowledgeError> {
    let known = entries.iter_mut().find(|known| known.id() == entry.id());
    match known {
        Some(known) if entry.replaces() && known.origin().shipped => *known = entry,
        Some(known) => {
            let what = format!(
                "has the id of another entry ({}); one that is to take the place of a shipped one says `replaces = true`",
                known.origin()
            );
            return Err(wrong(&entry, what));
        }
        None if entry.replaces() => {
            return Err(wrong(
                &entry,
                "says that it replaces an entry, and there is none of that id".to_owned(),
            ));
        }
        None => entries.push(entry),
    }
    Ok(())
}

/// Signatures and causes, their names included, are found by one name.
fn no_name_is_taken(signatures: &[Signature], causes: &[KnownCause]) -> Result<(), KnowledgeError> {
    let mut taken: BTreeMap<String, &Origin> = BTreeMap::new();
    for signature in signatures {
        if signature.id.trim().is_empty() {
            return Err(wrong(signature, "has an empty id".to_owned()));
        }
        taken.insert(signature.id.to_ascii_lowercase(), &signature.origin);
    }
    for cause in causes {
        if cause.when.is_empty() {
            return Err(wrong(
                cause,
                "has no condition: a signature without one is a class, not a cause".to_owned(),
            ));
        }
        for name in [&cause.id, &cause.name] {
            if name.trim().is_empty() {
                return Err(wrong(cause, "has an empty id or name".to_owned()));
            }
            if let Some(other) = taken.insert(name.to_ascii_lowercase(), &cause.origin) {
                return Err(wrong(cause, format!("has the name `{name}` of another entry ({other})")));
            }
        }
    }
    Ok(())
}

fn compile(cause: &KnownCause, known: &dyn Fn(&str) -> bool) -> Result<Vec<Test>, KnowledgeError> {
    let patterns = if cause.origin.shipped { Patterns::Trusted } else { Patterns::Checked };
    let one = |(place, condition)| {
        Test::compile(condition, known, patterns).map_err(|source| KnowledgeError::Condition {
            origin: cause.origin.clone(),
            id: cause.id.clone(),
            condition: place + 1,
            source,
        })
    };
    cause.when.iter().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_literals_of_shipped_files_can_be_compiled_though_that_is_done_late() {
        let mut files = files::shipped().unwrap();
        for file in &mut files {
            file.signatures.iter_mut().for_each(|signature| signature.origin.shipped = false);
            file.causes.iter_mut().for_each(|cause| cause.origin.shipped = false);
        }
        Knowledge::of(files).unwrap();
    }
}
