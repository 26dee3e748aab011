//! The knowledge base that coroner ships with.

use serde::Deserialize;

use super::matcher::{CompileError, Matcher};
use super::schema::Signature;
use crate::model::record::SelEntry;

/// The shipped files, by name.
const FILES: [(&str, &str); 6] = [
    ("boot.toml", include_str!("base/boot.toml")),
    ("hardware.toml", include_str!("base/hardware.toml")),
    ("kernel.toml", include_str!("base/kernel.toml")),
    ("people.toml", include_str!("base/people.toml")),
    ("power.toml", include_str!("base/power.toml")),
    ("storage.toml", include_str!("base/storage.toml")),
];

/// Why the knowledge base cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    #[error("failed to read signature file `{file}`")]
    Toml {
        file: String,
        #[source]
        source: toml::de::Error,
    },
    #[error("failed to compile the signatures")]
    Compile(#[from] CompileError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    signature: Vec<Signature>,
}

/// All signatures, ready to match.
pub struct Knowledge {
    signatures: Vec<Signature>,
    matcher: Matcher,
}

impl Knowledge {
    /// Loads what is compiled in.
    pub fn shipped() -> Result<Self, KnowledgeError> {
        let mut signatures = Vec::new();
        for (file, text) in FILES {
            let parsed: File = toml::from_str(text)
                .map_err(|source| KnowledgeError::Toml { file: file.to_owned(), source })?;
            signatures.extend(parsed.signature);
        }
        let matcher = Matcher::compile(&signatures)?;
        Ok(Self { signatures, matcher })
    }

    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Signature> {
        self.signatures.iter().find(|signature| signature.id == id)
    }

    /// The literals of all log signatures: a line without any of them matches none.
    pub fn literals(&self) -> impl Iterator<Item = &[u8]> {
        self.matcher.literals()
    }

    /// Ids of the signatures that a log line matches.
    #[must_use]
    pub fn log_line(&self, program: &str, text: &str) -> Vec<String> {
        self.matcher.log_line(program, text)
    }

    /// Ids of the signatures that a SEL entry matches.
    #[must_use]
    pub fn sel_entry(&self, entry: &SelEntry) -> Vec<String> {
        self.matcher.sel_entry(entry)
    }
}
