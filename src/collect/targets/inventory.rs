//! Hosts and the addresses of their BMCs from an inventory: a CSV file with a header, as inventories export it.
//!
//! ```text
//! hostname,serial,idrac_ip
//! kvm01,ABC1234,10.0.0.11
//! ```
//!
//! The separator is a comma, a semicolon or a tab, whichever splits the header into most columns. Columns other
//! than the host's name and the BMC's address are passed over.

use std::path::{Path, PathBuf};

use crate::config::collect::Collect;

/// Names of the column with the host, without case, spaces and punctuation.
const HOST_COLUMNS: [&str; 8] =
    ["host", "hostname", "name", "server", "servername", "node", "nodename", "fqdn"];
/// Names of the column with the BMC's address, in the same way.
const BMC_COLUMNS: [&str; 20] = [
    "bmc",
    "bmcaddress",
    "bmcip",
    "bmcipaddress",
    "bmchost",
    "bmchostname",
    "ipmi",
    "ipmiaddress",
    "ipmiip",
    "idrac",
    "idracip",
    "idracaddress",
    "ilo",
    "iloip",
    "iloaddress",
    "xcc",
    "imm",
    "oobip",
    "oob",
    "managementip",
];

/// One host of an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryRow {
    /// Line in the file, from 1.
    pub line: u64,
    /// Name of the host.
    pub host: String,
    /// Address of its BMC, where there is one.
    pub bmc: Option<String>,
}

/// Why an inventory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    #[error("failed to read inventory `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("failed to understand inventory `{}`", path.display())]
    Csv {
        path: PathBuf,
        #[source]
        source: csv::Error,
    },
    #[error("inventory `{}` has no column for the host's name (host, hostname, name, server or node)", path.display())]
    NoHostColumn { path: PathBuf },
}

/// The inventory that a configuration names, and no rows where it names none. `file` is the configuration's path.
pub fn of(collect: &Collect, file: &Path) -> Result<Vec<InventoryRow>, InventoryError> {
    let folder = file.parent().unwrap_or(Path::new(""));
    collect.inventory.as_ref().map_or(Ok(Vec::new()), |path| read(&folder.join(path)))
}

/// Reads an inventory file.
pub fn read(path: &Path) -> Result<Vec<InventoryRow>, InventoryError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| InventoryError::Read { path: path.to_path_buf(), source })?;
    parse(&text, path)
}

/// Reads the text of an inventory; `path` is named in errors. Rows without a host are passed over.
pub fn parse(text: &str, path: &Path) -> Result<Vec<InventoryRow>, InventoryError> {
    let text = text.trim_start_matches('\u{feff}');
    let failed = |source| InventoryError::Csv { path: path.to_path_buf(), source };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator(text)).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(failed)?.clone();
    let column = |names: &[&str]| {
        // The order of the names is the order of preference.
        names.iter().find_map(|name| header.iter().position(|title| plain(title) == **name))
    };
    let host_at =
        column(&HOST_COLUMNS).ok_or_else(|| InventoryError::NoHostColumn { path: path.to_path_buf() })?;
    let bmc_at = column(&BMC_COLUMNS);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let field = |at: usize| record.get(at).map(str::trim).filter(|field| !field.is_empty());
        let Some(host) = field(host_at) else { continue };
        let line = record.position().map_or(0, csv::Position::line);
        // Some inventories write addresses with the length of their network's prefix.
        let bmc =
            bmc_at.and_then(field).map(|address| address.split('/').next().unwrap_or(address).to_owned());
        rows.push(InventoryRow { line, host: host.to_owned(), bmc });
    }
    Ok(rows)
}

/// The separator that splits the header into most columns.
fn separator(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// A title in lower case without spaces and punctuation.
fn plain(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
