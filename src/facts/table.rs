//! Columns in, Parquet out; Parquet in, columns out.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use polars::prelude::{
    Column, DataFrame, ParquetCompression, ParquetReader, ParquetWriter, PolarsResult, SerReader,
};

/// Rows of a row group, as polars itself has it.
const ROW_GROUP_ROWS: usize = 512 * 512;

/// Why facts cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    #[error("failed to open fact file `{}`", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("failed to write or read fact table `{}`", path.display())]
    Table {
        path: PathBuf,
        #[source]
        source: polars::error::PolarsError,
    },
    #[error("fact file `{}` does not have the shape of this version: {what}", path.display())]
    Shape { path: PathBuf, what: String },
}

/// Writes one table, by way of a temporary name so that a half-written file never has the real one.
pub fn write(path: &Path, columns: Vec<Column>) -> Result<(), FactsError> {
    let table = |source| FactsError::Table { path: path.to_path_buf(), source };
    let file_error = |source| FactsError::File { path: path.to_path_buf(), source };
    let frame = DataFrame::new_infer_height(columns).map_err(table)?;
    let temporary = path.with_extension("parquet.part");
    let file = File::create(&temporary).map_err(file_error)?;
    write_row_groups(file, &frame).map_err(table)?;
    std::fs::rename(&temporary, path).map_err(file_error)
}

/// Row group by row group, on this thread: to have polars cut the table, and to start its threads, takes longer than
/// all else that is done for a small table.
fn write_row_groups(file: File, frame: &DataFrame) -> PolarsResult<()> {
    // What polars writes of a table it writes by the byte.
    let mut file = BufWriter::new(file);
    let writer = ParquetWriter::new(&mut file).with_compression(ParquetCompression::Uncompressed);
    let mut writer = writer.set_parallel(false).batched(frame.schema())?;
    for start in (0..frame.height()).step_by(ROW_GROUP_ROWS) {
        writer.write_batch(&frame.slice(i64::try_from(start).unwrap_or(i64::MAX), ROW_GROUP_ROWS))?;
    }
    writer.finish()?;
    Ok(file.flush()?)
}

/// Reads one table.
pub fn read(path: &Path) -> Result<DataFrame, FactsError> {
    let file = File::open(path).map_err(|source| FactsError::File { path: path.to_path_buf(), source })?;
    ParquetReader::new(file).finish().map_err(|source| FactsError::Table { path: path.to_path_buf(), source })
}

/// A text column of a table, row by row.
pub fn texts(frame: &DataFrame, path: &Path, name: &str) -> Result<Vec<String>, FactsError> {
    let table = |source| FactsError::Table { path: path.to_path_buf(), source };
    let column = frame.column(name).map_err(table)?.str().map_err(table)?;
    Ok(column.iter().map(|value| value.unwrap_or_default().to_owned()).collect())
}
