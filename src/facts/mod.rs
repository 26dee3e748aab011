//! Facts as Parquet: what `ingest` hands to `analyze`, and the tables that notebooks read. The only
//! module that may name polars; no data frame crosses its border.

mod raw;
mod table;
mod tables;

pub use raw::{read, write};
pub use table::FactsError;
pub use tables::write_tables;
