//! The modules of coroner that read, as they are.

pub mod collect;
#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/ingest/mod.rs"]
pub mod ingest;
#[path = "../../src/ipmi/mod.rs"]
pub mod ipmi;
#[path = "../../src/knowledge/mod.rs"]
pub mod knowledge;
#[path = "../../src/ledger/mod.rs"]
pub mod ledger;
#[path = "../../src/model/mod.rs"]
pub mod model;

/// As the pipeline has it.
impl ingest::Interest for knowledge::Knowledge {
    fn literals(&self) -> Vec<&[u8]> {
        Self::literals(self)
    }

    fn signatures(&self, program: &str, text: &str) -> Vec<String> {
        self.log_line(program, text)
    }
}
