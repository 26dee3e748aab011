//! Rows in the format that the user asked for.

use clap::ValueEnum;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement};
use serde_json::{Map, Value};

use super::output;
use crate::report::text_safety;

/// On a terminal a column of text has at least so many columns, and is broken into lines beyond them.
const TEXT_COLUMNS: usize = 24;
/// A column of words (names, times, paths) is not broken up to here.
const WORD_COLUMNS: usize = 44;
/// Space on both sides of a column.
const BETWEEN: usize = 2;
/// Below this a table is cut by the terminal rather than by us.
const WIDTH_MIN: u16 = 60;

/// `--format` of every listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
    Markdown,
}

/// How a row of a table stands out on a terminal that shows colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    None,
    /// Something broke.
    Bad,
    /// Something to look at.
    Doubtful,
    /// As it should be.
    Good,
    /// Set apart.
    Quiet,
}

impl Mark {
    fn colour(self) -> Option<Color> {
        match self {
            Self::None => None,
            Self::Bad => Some(Color::Red),
            Self::Doubtful => Some(Color::Yellow),
            Self::Good => Some(Color::Green),
            Self::Quiet => Some(Color::DarkGrey),
        }
    }
}

/// Rows of JSON values under named columns.
pub struct Listing {
    columns: Vec<&'static str>,
    rows: Vec<(Mark, Vec<Value>)>,
    /// Columns that a narrow terminal goes without, the first first.
    give_way: &'static [&'static str],
}

/// What a column needs on a terminal.
struct Need {
    columns: usize,
    /// Its cells are not broken.
    is_whole: bool,
}

impl Listing {
    pub fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), give_way: &[] }
    }

    /// Names the columns that a table on a narrow terminal goes without, the least important first.
    pub fn giving_way(self, columns: &'static [&'static str]) -> Self {
        Self { give_way: columns, ..self }
    }

    /// Adds a row: a value for each column.
    pub fn push(&mut self, row: Vec<Value>) {
        self.push_marked(Mark::None, row);
    }

    /// Adds a row that stands out.
    pub fn push_marked(&mut self, mark: Mark, row: Vec<Value>) {
        self.rows.push((mark, row));
    }

    /// The whole listing as text. A table fits the terminal that it goes to; in a pipe each row is one line.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Table => self.table(output::terminal_width(), output::colour()),
            Format::Json => self.json(),
            Format::Csv => self.csv(),
            Format::Markdown => self.markdown(),
        }
    }

    fn table(&self, width: Option<usize>, colour: bool) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        if colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let mut left_out = Vec::new();
        let mut shown: Vec<(usize, Need)> =
            (0..self.columns.len()).map(|index| (index, Need { columns: 0, is_whole: true })).collect();
        if let Some(width) = width {
            (shown, left_out) = self.fitting(width);
            let width = u16::try_from(width).unwrap_or(u16::MAX).max(WIDTH_MIN);
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        } else {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
        let heads =
            shown.iter().map(|(index, _)| Cell::new(self.columns[*index]).add_attribute(Attribute::Bold));
        table.set_header(heads);
        for (mark, row) in &self.rows {
            table.add_row(shown.iter().filter_map(|(index, _)| row.get(*index)).map(|value| {
                let cell = Cell::new(text_safety::terminal(&plain(value)));
                let cell = if value.is_number() { cell.set_alignment(CellAlignment::Right) } else { cell };
                match mark.colour() {
                    Some(colour) => cell.fg(colour),
                    None => cell,
                }
            }));
        }
        if width.is_some() {
            for (place, (_, need)) in shown.iter().enumerate().filter(|(_, (_, need))| need.is_whole) {
                debug_assert!(need.columns > 0, "empty columns are left out");
                if let Some(column) = table.column_mut(place) {
                    column.set_constraint(ColumnConstraint::ContentWidth);
                }
            }
        }
        let text = table.to_string();
        let mut lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        if !left_out.is_empty() {
            lines.push(format!("(no room for {}; --format csv has all columns)", left_out.join(", ")));
        }
        format!("{}\n", lines.join("\n"))
    }

    /// The columns that a terminal has room for, in order, each with the width that it may not go below; and those
    /// that are left out.
    fn fitting(&self, width: usize) -> (Vec<(usize, Need)>, Vec<&'static str>) {
        let need = |(index, name): (usize, &&'static str)| (index, self.need(index, name));
        let mut shown: Vec<(usize, Need)> = self.columns.iter().enumerate().map(need).collect();
        shown.retain(|(_, need)| need.columns > 0);
        let mut left_out = Vec::new();
        for name in self.give_way {
            let wanted: usize = shown.iter().map(|(_, need)| need.columns + BETWEEN).sum();
            if wanted <= width {
                break;
            }
            let before = shown.len();
            shown.retain(|(index, _)| self.columns[*index] != *name);
            if shown.len() < before {
                left_out.push(*name);
            }
        }
        (shown, left_out)
    }

    /// What a column needs: all of its longest cell if that is a word of bearable length, else a part of it. Nothing
    /// if no row has anything there.
    fn need(&self, index: usize, name: &str) -> Need {
        let cells = self.rows.iter().filter_map(|(_, row)| row.get(index)).map(plain);
        let (mut longest, mut is_text) = (0, false);
        for cell in cells {
            longest = longest.max(cell.chars().count());
            is_text |= cell.contains(' ');
        }
        let whole = longest.max(name.len());
        let is_whole = whole <= if is_text { TEXT_COLUMNS } else { WORD_COLUMNS };
        let columns = match longest {
            0 if !self.rows.is_empty() => 0,
            _ if is_whole => whole,
            _ => TEXT_COLUMNS.max(name.len()),
        };
        Need { columns, is_whole }
    }

    fn json(&self) -> String {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|(_, row)| {
                let pairs =
                    self.columns.iter().zip(row).map(|(column, value)| ((*column).to_owned(), value.clone()));
                Value::Object(pairs.collect::<Map<String, Value>>())
            })
            .collect();
        let text = serde_json::to_string_pretty(&rows).expect("JSON values always have a text form");
        text_safety::escaped_in_json(format!("{text}\n"))
    }

    fn csv(&self) -> String {
        let line = |cells: Vec<String>| cells.join(",");
        let mut out = line(self.columns.iter().map(|column| (*column).to_owned()).collect());
        out.push('\n');
        for (_, row) in &self.rows {
            out.push_str(&line(row.iter().map(|value| text_safety::csv_cell(&plain(value))).collect()));
            out.push('\n');
        }
        out
    }

    fn markdown(&self) -> String {
        let mut out = format!("| {} |\n|{}\n", self.columns.join(" | "), " --- |".repeat(self.columns.len()));
        for (_, row) in &self.rows {
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
