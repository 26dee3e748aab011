//! The derived tables, for notebooks: incidents, boots, exposure, windows, hypotheses, sources.
//! Times are text in RFC 3339 (UTC) and seconds of Unix time.

use std::collections::BTreeSet;
use std::path::Path;

use polars::prelude::{Column, NamedFrom, Series};

use super::table::{self, FactsError};
use crate::model::study::LEVEL_UNKNOWN;
use crate::model::{Report, Study};

fn text(name: &str, values: Vec<String>) -> Column {
    Column::from(Series::new(name.into(), values))
}

fn number(name: &str, values: Vec<f64>) -> Column {
    Column::from(Series::new(name.into(), values))
}

fn optional(name: &str, values: Vec<Option<f64>>) -> Column {
    Column::from(Series::new(name.into(), values))
}

fn integer(name: &str, values: Vec<i64>) -> Column {
    Column::from(Series::new(name.into(), values))
}

fn flag(name: &str, values: Vec<bool>) -> Column {
    Column::from(Series::new(name.into(), values))
}

/// Writes the derived tables of a run into `folder`.
pub fn write_tables(folder: &Path, report: &Report, study: &Study) -> Result<(), FactsError> {
    std::fs::create_dir_all(folder)
        .map_err(|source| FactsError::File { path: folder.to_path_buf(), source })?;
    table::write(&folder.join("incidents.parquet"), incidents(report, study))?;
    table::write(&folder.join("boots.parquet"), boots(report))?;
    table::write(&folder.join("exposure.parquet"), exposure(study))?;
    table::write(&folder.join("windows.parquet"), windows(study))?;
    table::write(&folder.join("hypotheses.parquet"), hypotheses(report))?;
    table::write(&folder.join("ledger.parquet"), ledger(report))
}

fn incidents(report: &Report, study: &Study) -> Vec<Column> {
    let all = &report.incidents;
    let cases: BTreeSet<&str> = study.cases.iter().map(|case| case.id.as_str()).collect();
    let mut factor_names: Vec<&String> = report.factors.keys().collect();
    factor_names.sort();
    let mut columns = vec![
        text("id", all.iter().map(|incident| incident.id.clone()).collect()),
        text("host", all.iter().map(|incident| incident.host.clone()).collect()),
        integer("at_s", all.iter().map(|incident| incident.at.timestamp()).collect()),
        text("at", all.iter().map(|incident| incident.at.to_rfc3339()).collect()),
        integer("at_earliest_s", all.iter().map(|incident| incident.at_earliest.timestamp()).collect()),
        integer("at_latest_s", all.iter().map(|incident| incident.at_latest.timestamp()).collect()),
        optional("downtime_s", all.iter().map(|incident| incident.downtime_s).collect()),
        text("kind", all.iter().map(|incident| incident.kind.word().to_owned()).collect()),
        flag("planned", all.iter().map(|incident| incident.planned).collect()),
        text("cause", all.iter().map(|incident| incident.cause.word().to_owned()).collect()),
        number("confidence", all.iter().map(|incident| incident.confidence).collect()),
        text("cluster", all.iter().map(|incident| incident.cluster.clone().unwrap_or_default()).collect()),
        text(
            "inherited_from",
            all.iter().map(|incident| incident.inherited_from.clone().unwrap_or_default()).collect(),
        ),
        flag("in_ranking", all.iter().map(|incident| cases.contains(incident.id.as_str())).collect()),
        text("reason", all.iter().map(|incident| incident.reason.clone()).collect()),
    ];
    for factor in factor_names {
        let values = all.iter().map(|incident| incident.factors.get(factor).cloned().unwrap_or_default());
        columns.push(text(&format!("factor_{factor}"), values.collect()));
    }
    columns
}

fn boots(report: &Report) -> Vec<Column> {
    let all = &report.boots;
    let version = |name: &str| {
        text(name, all.iter().map(|boot| boot.versions.get(name).cloned().unwrap_or_default()).collect())
    };
    vec![
        text("host", all.iter().map(|boot| boot.host.clone()).collect()),
        integer("ordinal", all.iter().map(|boot| i64::from(boot.ordinal)).collect()),
        flag("start_seen", all.iter().map(|boot| boot.start_seen).collect()),
        integer("started_s", all.iter().map(|boot| boot.started.best.timestamp()).collect()),
        integer("last_seen_s", all.iter().map(|boot| boot.last_seen.timestamp()).collect()),
        text("ending", all.iter().map(|boot| format!("{:?}", boot.ending).to_lowercase()).collect()),
        version("bios_version"),
        version("kernel"),
        version("microcode"),
    ]
}

fn exposure(study: &Study) -> Vec<Column> {
    let all = &study.segments;
    let host = |index: u32| study.hosts.get(index as usize).cloned().unwrap_or_default();
    let mut columns = vec![
        text("host", all.iter().map(|segment| host(segment.host)).collect()),
        integer("from_s", all.iter().map(|segment| segment.from).collect()),
        integer("to_s", all.iter().map(|segment| segment.to).collect()),
    ];
    for (index, factor) in study.factors.iter().enumerate() {
        let values = all.iter().map(|segment| match segment.levels.get(index) {
            Some(&level) if level != LEVEL_UNKNOWN => {
                factor.levels.get(level as usize).cloned().unwrap_or_default()
            }
            _ => String::new(),
        });
        columns.push(text(&format!("factor_{}", factor.name), values.collect()));
    }
    columns
}

fn windows(study: &Study) -> Vec<Column> {
    let mut rows: Vec<(String, String, i64, i64)> = Vec::new();
    for kind in &study.windows {
        for (host, runs) in study.hosts.iter().zip(&kind.runs) {
            rows.extend(runs.iter().map(|(from, to)| (kind.name.clone(), host.clone(), *from, *to)));
        }
    }
    vec![
        text("kind", rows.iter().map(|row| row.0.clone()).collect()),
        text("host", rows.iter().map(|row| row.1.clone()).collect()),
        integer("from_s", rows.iter().map(|row| row.2).collect()),
        integer("to_s", rows.iter().map(|row| row.3).collect()),
    ]
}

fn hypotheses(report: &Report) -> Vec<Column> {
    let all = &report.hypotheses;
    vec![
        integer("rank", all.iter().map(|hypothesis| i64::from(hypothesis.rank)).collect()),
        text("id", all.iter().map(|hypothesis| hypothesis.id.clone()).collect()),
        text("family", all.iter().map(|hypothesis| hypothesis.family.word().to_owned()).collect()),
        text("verdict", all.iter().map(|hypothesis| hypothesis.verdict.word().to_owned()).collect()),
        text("statement", all.iter().map(|hypothesis| hypothesis.statement.clone()).collect()),
        optional("rate_ratio", all.iter().map(|hypothesis| hypothesis.rate_ratio).collect()),
        optional("ci95_low", all.iter().map(|h| h.ci95.map(|(low, _)| low)).collect()),
        optional("ci95_high", all.iter().map(|h| h.ci95.and_then(|(_, high)| high)).collect()),
        optional("p_value", all.iter().map(|hypothesis| hypothesis.p_value).collect()),
        optional("p_adjusted", all.iter().map(|hypothesis| hypothesis.p_adjusted).collect()),
        optional("log_bayes_factor", all.iter().map(|hypothesis| hypothesis.log_bayes_factor).collect()),
        optional("posterior", all.iter().map(|hypothesis| hypothesis.posterior).collect()),
        optional("explained_fraction", all.iter().map(|h| h.explained_fraction).collect()),
        text(
            "asked_of",
            all.iter()
                .map(|h| h.account.asked_of.map(|cause| cause.word().to_owned()).unwrap_or_default())
                .collect(),
        ),
        integer("events_exposed", all.iter().map(|h| i64::from(h.account.events_exposed)).collect()),
        integer("events_total", all.iter().map(|h| i64::from(h.account.events_total)).collect()),
        integer("incidents_exposed", all.iter().map(|h| i64::from(h.incidents_exposed)).collect()),
        integer("incidents_total", all.iter().map(|h| i64::from(h.incidents_total)).collect()),
        number("exposure_days", all.iter().map(|hypothesis| hypothesis.exposure_days).collect()),
    ]
}

fn ledger(report: &Report) -> Vec<Column> {
    let all = &report.sources;
    vec![
        text("path", all.iter().map(|source| source.path.clone()).collect()),
        text("format", all.iter().map(|source| source.format.clone().unwrap_or_default()).collect()),
        text("host", all.iter().map(|source| source.host.clone().unwrap_or_default()).collect()),
        integer("bytes", all.iter().map(|source| source.bytes as i64).collect()),
        integer("parsed", all.iter().map(|source| source.parsed as i64).collect()),
        integer("ignored", all.iter().map(|source| source.ignored as i64).collect()),
        integer("quarantined", all.iter().map(|source| source.quarantined as i64).collect()),
    ]
}
