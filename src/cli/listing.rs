//! Rows in the format that the user asked for.

use clap::ValueEnum;
use serde_json::{Map, Value};

use crate::report::text_safety;

/// `--format` of every listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
    Markdown,
}

/// Rows of JSON values under named columns.
pub struct Listing {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Value>>,
}

impl Listing {
    pub fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// The whole listing as text.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Table => self.table(),
            Format::Json => self.json(),
            Format::Csv => self.csv(),
            Format::Markdown => self.markdown(),
        }
    }

    fn table(&self) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        table.set_header(self.columns.clone());
        for row in &self.rows {
            table.add_row(row.iter().map(|value| text_safety::terminal(&plain(value))));
        }
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        format!("{}\n", lines.join("\n"))
    }

    fn json(&self) -> String {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                let pairs =
                    self.columns.iter().zip(row).map(|(column, value)| ((*column).to_owned(), value.clone()));
                Value::Object(pairs.collect::<Map<String, Value>>())
            })
            .collect();
        let text = serde_json::to_string_pretty(&rows).expect("JSON values always have a text form");
        format!("{text}\n")
    }

    fn csv(&self) -> String {
        let line = |cells: Vec<String>| cells.join(",");
        let mut out = line(self.columns.iter().map(|column| (*column).to_owned()).collect());
        out.push('\n');
        for row in &self.rows {
            out.push_str(&line(row.iter().map(|value| text_safety::csv_cell(&plain(value))).collect()));
            out.push('\n');
        }
        out
    }

    fn markdown(&self) -> String {
        let mut out = format!("| {} |\n|{}\n", self.columns.join(" | "), " --- |".repeat(self.columns.len()));
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|value| text_safety::markdown(&plain(value))).collect();
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        out
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
