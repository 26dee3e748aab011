//! `coroner explain`: what a signature means, or how an incident or hypothesis was come by.

use std::path::PathBuf;

use serde_json::Value;

use super::exit::{self, UsageError};
use super::output;
use crate::knowledge::{Knowledge, Signature};
use crate::model::{Hypothesis, NovelMessage};
use crate::report::explanation;
use crate::report::text_safety::terminal;

pub const EXAMPLES: &str = "Examples:
  coroner explain kernel-panic
  coroner explain list
  coroner explain 1                      (the hypothesis of rank 1 in coroner-report)
  coroner explain srv34.example.com@20250831T145611Z --report coroner-report";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of a signature or incident, id or rank of a hypothesis; `list` lists the signatures
    #[arg(value_name = "ID")]
    id: String,
    /// Folder of the report that has the incident or hypothesis
    #[arg(long, value_name = "DIR", default_value = "coroner-report")]
    report: PathBuf,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    // Markdown keeps a sign without width behind `@`, so that nobody is notified; it is no part of an id.
    let args = &Args { id: args.id.replace('\u{200b}', ""), report: args.report.clone() };
    let knowledge = Knowledge::shipped()?;
    if args.id == "list" {
        let lines: Vec<String> = knowledge
            .signatures()
            .iter()
            .map(|signature| format!("{:28} {}\n", signature.id, signature.title))
            .collect();
        output::print(&lines.concat())?;
        return Ok(exit::DONE);
    }
    let found: Vec<&Signature> =
        [args.id.clone(), format!("{}-sel", args.id)].iter().filter_map(|id| knowledge.by_id(id)).collect();
    if !found.is_empty() {
        for signature in found {
            output::print(&signature_text(signature))?;
        }
        return Ok(exit::DONE);
    }
    match from_report(args)? {
        Some(text) => {
            output::print(&text)?;
            Ok(exit::DONE)
        }
        None => {
            let place = args.report.join("findings.json");
            let there = if place.is_file() { "" } else { ", which is not there" };
            let text = format!(
                "`{}` is no signature (`coroner explain list`), and no incident or hypothesis of {}{there}",
                args.id,
                place.display()
            );
            Err(UsageError(text).into())
        }
    }
}

fn signature_text(signature: &Signature) -> String {
    let cause = signature.cause.map_or("none by itself".to_owned(), |cause| cause.word().to_owned());
    let samples = |list: &[crate::knowledge::Sample]| -> String {
        list.iter()
            .map(|sample| {
                let why = if sample.why.is_empty() { String::new() } else { format!("   ({})", sample.why) };
                format!("    {}{why}\n", sample.text)
            })
            .collect()
    };
    let pattern =
        signature.pattern.as_deref().map_or(String::new(), |pattern| format!("  pattern   {pattern}\n"));
    let codes: String = signature
        .sel
        .iter()
        .map(|rule| {
            let hex = |value: Option<u8>| value.map_or("any".to_owned(), |value| format!("{value:02X}h"));
            let state = if rule.asserted { "asserted" } else { "deasserted" };
            format!(
                "  SEL       sensor type {}, event type {}, offsets {:?}, {state}\n",
                hex(rule.sensor_type),
                hex(rule.event_type),
                rule.offsets
            )
        })
        .collect();
    format!(
        "{id}: {title}\n  class     {class:?}\n  cause     {cause}\n{codes}{pattern}  basis     {basis:?}\n  source    {source}\n  next      {next}\n  matches\n{hit}  does not match\n{miss}",
        id = signature.id,
        title = signature.title,
        class = signature.class,
        basis = signature.basis,
        source = signature.source,
        next = signature.next,
        hit = samples(&signature.hit),
        miss = samples(&signature.miss),
    )
}

fn from_report(args: &Args) -> anyhow::Result<Option<String>> {
    let path = args.report.join("findings.json");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let findings: Value = serde_json::from_str(&text)?;
    for list in ["incidents", "hypotheses"] {
        let entries = findings.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let found = entries.iter().find(|entry| {
            entry.get("id").and_then(Value::as_str) == Some(&args.id)
                || (list == "hypotheses"
                    && entry.get("rank").map(ToString::to_string).as_deref() == Some(&args.id))
        });
        if let Some(entry) = found {
            let page = if list == "hypotheses" { page(entry, findings.get("method")) } else { None };
            let text = page.unwrap_or_else(|| entry_text(entry));
            return Ok(Some(text + &new_before(list, &args.id, &findings)));
        }
    }
    Ok(None)
}

/// The page of a hypothesis; `None` if other fields are there than this version writes.
fn page(entry: &Value, method: Option<&Value>) -> Option<String> {
    let hypothesis: Hypothesis = serde_json::from_value(entry.clone()).ok()?;
    let method = method.and_then(|method| serde_json::from_value(method.clone()).ok()).unwrap_or_default();
    Some(explanation::text(&hypothesis, &method))
}

/// The unknown messages that stand before an incident, a line each with the first line of one of them.
fn new_before(list: &str, id: &str, findings: &Value) -> String {
    let messages = findings.get("novel_messages").and_then(Value::as_array).filter(|_| list == "incidents");
    let mut out = String::new();
    for message in messages.into_iter().flatten() {
        let Ok(message) = serde_json::from_value::<NovelMessage>(message.clone()) else { continue };
        if message.incidents.iter().any(|incident| incident == id) {
            let example = &message.example;
            let place = format!("{}:{}: {}", example.source, example.line_or_offset, example.text);
            out.push_str(&format!("  - {}\n", terminal(&crate::report::novelty::sentence(&message))));
            out.push_str(&format!("    e.g. {}\n", terminal(&place)));
        }
    }
    if out.is_empty() { out } else { format!("messages of no known meaning before it:\n{out}") }
}

/// The fields of an entry, a line each; evidence as a list.
fn entry_text(entry: &Value) -> String {
    let mut out = String::new();
    let Some(fields) = entry.as_object() else { return out };
    for (name, value) in fields {
        match value {
            Value::Array(items) if items.iter().any(Value::is_object) => {
                out.push_str(&format!("{name}:\n"));
                for item in items {
                    out.push_str(&format!("  - {}\n", terminal(&one_line(item))));
                }
            }
            Value::Null => {}
            other => out.push_str(&format!("{name}: {}\n", terminal(&one_line(other)))),
        }
    }
    out
}

fn one_line(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            fields.values().filter(|value| !value.is_null()).map(one_line).collect::<Vec<_>>().join(" · ")
        }
        Value::Array(items) => items.iter().map(one_line).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
