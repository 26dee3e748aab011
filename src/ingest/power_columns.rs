//! Which columns of a table are the time and the readings, of all the ways in which meters export them.

use super::column_words::{HOST, TIME_THEN_START};
use super::foreign_headers::in_english;
use super::power_header::{PowerName, host_of_tags, is_of_a_building, power_name, without_port};
use super::watts;
use super::written_time::{self, DayFirst};

/// Heads of time columns in other languages, and of meters.
const TIME_WORDS: &[&str] = &[
    "clock",
    "zeit",
    "zeitpunkt",
    "zeitstempel",
    "datum",
    "datum_zeit",
    "datum_uhrzeit",
    "heure",
    "horodatage",
    "date_heure",
    "date_et_heure",
    "fecha",
    "fecha_hora",
    "fecha_y_hora",
    "data",
    "data_ora",
    "data_hora",
    "tijd",
    "datum_tijd",
    "tijdstip",
    "log_time",
    "sample_time",
    "recorded_at",
    "collected_at",
    "local_time",
    "time_local",
    "unix_time",
    "unixtime",
    "time_gmt",
    "timestamp_gmt",
    "datetime_utc",
    "date_time_utc",
    "utc",
];
/// Heads of a column that holds the time of day beside one with the date.
const CLOCK_WORDS: &[&str] =
    &["time", "uhrzeit", "zeit", "heure", "hora", "ora", "tijd", "clock", "time_utc"];
/// Columns that name an outlet, where no column names a host.
const OUTLETS: &[&str] =
    &["outlet_name", "outlet_label", "outlet", "pdu", "pdu_name", "ups", "feed", "circuit"];
const VALUES: &[&str] =
    &["value", "reading", "val", "metricvalue", "metric_value", "wert", "messwert", "valeur"];
const UNITS: &[&str] = &["unit", "units", "uom", "einheit", "measurement_unit", "unite"];
/// Columns that say what a value is.
const ITEMS: &[&str] = &[
    "item",
    "item_name",
    "metric",
    "metric_name",
    "metricid",
    "metric_id",
    "series",
    "field",
    "measurement",
    "sensor",
    "sensor_name",
    "parameter",
    "label",
    "probe",
    "key",
    "quantity",
    "name",
    "property",
    "messgroesse",
];
const TAGS: &[&str] = &["tags", "labels"];
/// Columns that name a host in a table of power.
const HOSTS: &[&str] = &["nodename", "exported_instance"];

/// How a row holds readings.
#[derive(Debug, Clone, PartialEq)]
pub enum Layout {
    /// A reading a row.
    Rows { host: Option<usize>, tags: Option<usize>, watts: usize, factor: f64 },
    /// A column for each host or outlet.
    Wide(Vec<(usize, PowerName)>),
    /// A row for each quantity; some of them are power.
    Tall { host: Option<usize>, tags: Option<usize>, items: Vec<usize>, value: usize, unit: Option<usize> },
    /// Amperes alone, which are no watts without the voltage and the power factor.
    Amperes,
}

/// The columns of a table of power.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerColumns {
    /// One column, or one with the date and one with the time of day.
    pub time: (usize, Option<usize>),
    /// The header says that times are UTC.
    pub utc: bool,
    pub layout: Layout,
}

impl PowerColumns {
    /// The time of a row as it stands there.
    #[must_use]
    pub fn time_text(&self, cells: &[String]) -> Option<String> {
        time_text(self.time, cells)
    }

    /// The columns by a header that stands between the rows; `None` if the row is none.
    #[must_use]
    pub fn repeated(&self, cells: &[String]) -> Option<Self> {
        let names: Vec<String> = cells.iter().map(|cell| in_english(cell).0).collect();
        let word = |name: &str| TIME_THEN_START.contains(&name) || TIME_WORDS.contains(&name);
        let time =
            names.iter().position(|name| name == "time").or_else(|| names.iter().position(|n| word(n)))?;
        let time = (
            time,
            self.time
                .1
                .filter(|clock| names.get(*clock).is_some_and(|name| CLOCK_WORDS.contains(&name.as_str()))),
        );
        // Without rows behind it a tall header is known by its value alone.
        let layout = layout(cells, &names, time, &[], false).or_else(|| {
            let place =
                |words: &[&str]| words.iter().find_map(|word| names.iter().position(|name| name == word));
            matches!(self.layout, Layout::Tall { .. }).then(|| tall_columns(&names, &place))?
        })?;
        Some(Self { time, utc: self.utc, layout })
    }

    /// What a row of a tall table is about; `None` if it is no power.
    #[must_use]
    pub fn tall_name(cells: &[String], items: &[usize], unit: Option<usize>) -> Option<PowerName> {
        let of = |column: &usize| cells.get(*column).map_or("", |cell| cell.trim());
        let item = items.iter().map(of).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        let unit = unit.as_ref().map(of).filter(|unit| !unit.is_empty());
        if let Some(unit) = unit {
            let factor = watts::factor_of(unit)?;
            return Some(PowerName { factor, ..power_name(&format!("{item} watts"))? });
        }
        power_name(&item)
    }
}

fn time_text((first, second): (usize, Option<usize>), cells: &[String]) -> Option<String> {
    let first = cells.get(first)?.trim();
    let Some(second) = second else { return (!first.is_empty()).then(|| first.to_owned()) };
    Some(format!("{first} {}", cells.get(second)?.trim()))
}

/// Finds the columns by the header and the first rows. `None`: it is no table of power.
#[must_use]
pub fn find(header: &[String], rows: &[Vec<String>], decimal_comma: bool) -> Option<PowerColumns> {
    if header.iter().any(|cell| is_of_a_building(cell)) {
        return None;
    }
    let names: Vec<String> = header.iter().map(|cell| in_english(cell).0).collect();
    let time = time_columns(&names, rows)?;
    let utc = names[time.0].split('_').any(|word| matches!(word, "utc" | "gmt"));
    let layout = layout(header, &names, time, rows, decimal_comma)?;
    Some(PowerColumns { time, utc, layout })
}

fn time_columns(names: &[String], rows: &[Vec<String>]) -> Option<(usize, Option<usize>)> {
    let place = |word: &&str| names.iter().position(|name| name == word);
    let candidates = TIME_THEN_START.iter().chain(TIME_WORDS).filter_map(place);
    let clocks: Vec<usize> = CLOCK_WORDS.iter().filter_map(place).collect();
    for date in candidates {
        // A date beside a time of day is half a time.
        let beside = clocks.iter().copied().find(|clock| {
            *clock != date && most(rows, |cells| is_clock(cells.get(*clock)), |cells| filled(cells, *clock))
        });
        if let Some(clock) = beside
            && most(rows, |cells| is_time((date, Some(clock)), cells), |cells| filled(cells, date))
        {
            return Some((date, Some(clock)));
        }
        if most(rows, |cells| is_time((date, None), cells), |cells| filled(cells, date)) {
            return Some((date, None));
        }
    }
    None
}

/// Whether at least half of the rows that have a value there, and one at least, are as wanted.
fn most(rows: &[Vec<String>], is: impl Fn(&[String]) -> bool, has: impl Fn(&[String]) -> bool) -> bool {
    let all = rows.iter().filter(|cells| has(cells)).count();
    let fit = rows.iter().filter(|cells| is(cells)).count();
    fit > 0 && fit * 2 >= all
}

fn filled(cells: &[String], column: usize) -> bool {
    cells.get(column).is_some_and(|cell| !cell.trim().is_empty())
}

fn is_time(time: (usize, Option<usize>), cells: &[String]) -> bool {
    let Some(text) = time_text(time, cells) else { return false };
    [false, true].into_iter().any(|day_first| written_time::read(&text, DayFirst(day_first)).is_some())
}

fn is_clock(cell: Option<&String>) -> bool {
    cell.is_some_and(|cell| {
        let cell = cell.trim();
        let (hour, rest) = cell.split_once(':').unwrap_or(("", ""));
        (1..=2).contains(&hour.len()) && hour.bytes().all(|byte| byte.is_ascii_digit()) && rest.len() >= 2
    })
}

fn layout(
    header: &[String],
    names: &[String],
    time: (usize, Option<usize>),
    rows: &[Vec<String>],
    decimal_comma: bool,
) -> Option<Layout> {
    let is_number = |column: usize| {
        let ok = |cells: &[String]| {
            cells.get(column).is_some_and(|cell| watts::read(cell, 1.0, decimal_comma).is_ok())
        };
        most(rows, ok, |cells| filled(cells, column)) || rows.iter().all(|cells| !filled(cells, column))
    };
    let place = |words: &[&str]| words.iter().find_map(|word| names.iter().position(|name| name == word));
    let is_time_column = |column: usize| column == time.0 || Some(column) == time.1;
    let powers: Vec<(usize, PowerName)> = header
        .iter()
        .enumerate()
        .filter(|(column, _)| !is_time_column(*column))
        .filter_map(|(column, cell)| Some((column, power_name(cell)?)))
        .filter(|(column, _)| is_number(*column))
        .collect();
    let host = place(HOST).or_else(|| place(HOSTS)).or_else(|| place(OUTLETS));
    let plain = powers.iter().filter(|(_, name)| name.of.is_empty()).min_by_key(|(_, name)| name.second_best);
    if let Some((watts, name)) = plain {
        let tags = place(TAGS);
        // InfluxDB 1 exports the name of the measurement beside the tags.
        let host = host.filter(|host| tags.is_none() || names[*host] != "name");
        return Some(Layout::Rows { host, tags, watts: *watts, factor: name.factor });
    }
    if !powers.is_empty() {
        return Some(Layout::Wide(powers));
    }
    if let Some(tall) = tall(names, rows, &place, &is_number) {
        return Some(tall);
    }
    let amperes = header.iter().enumerate().any(|(column, cell)| is_amperes(cell) && is_number(column));
    amperes.then_some(Layout::Amperes)
}

fn tall(
    names: &[String],
    rows: &[Vec<String>],
    place: &dyn Fn(&[&str]) -> Option<usize>,
    is_number: &dyn Fn(usize) -> bool,
) -> Option<Layout> {
    let layout = tall_columns(names, place)?;
    let Layout::Tall { items, value, unit, .. } = &layout else { return None };
    let any = rows.iter().any(|cells| PowerColumns::tall_name(cells, items, *unit).is_some());
    (is_number(*value) && any).then_some(layout)
}

fn tall_columns(names: &[String], place: &dyn Fn(&[&str]) -> Option<usize>) -> Option<Layout> {
    let value = place(VALUES)?;
    let unit = place(UNITS);
    let items: Vec<usize> =
        ITEMS.iter().filter_map(|word| names.iter().position(|name| name == word)).collect();
    let host_words: Vec<&str> =
        HOST.iter().chain(HOSTS).copied().filter(|word| !ITEMS.contains(word)).collect();
    let host = place(&host_words).or_else(|| place(OUTLETS)).filter(|host| !items.contains(host));
    let tags = place(TAGS);
    (!items.is_empty()).then_some(Layout::Tall { host, tags, items, value, unit })
}

/// `Phase 1 Current (A)`, `outlet_3_amps`.
fn is_amperes(header: &str) -> bool {
    let lower = header.to_lowercase();
    let unit = lower.ends_with("(a)") || lower.ends_with("[a]");
    unit || lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| matches!(word, "amps" | "amperes" | "ampere"))
}

/// The host that a cell names: without port, or out of InfluxDB's tags.
#[must_use]
pub fn host_in(cells: &[String], host: Option<usize>, tags: Option<usize>) -> Option<String> {
    let cell =
        |column: Option<usize>| cells.get(column?).map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    cell(host).map(|name| without_port(name).to_owned()).or_else(|| host_of_tags(cell(tags)?))
}
