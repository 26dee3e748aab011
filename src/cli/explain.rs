//! `coroner explain`: what an entry of the knowledge base means, or how an incident or hypothesis was
//! come by.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::exit::{self, UsageError};
use super::input;
use super::knowledge_text;
use super::listing::{Format, Listing};
use super::output;
use crate::knowledge::{Class, Knowledge};
use crate::model::{Hypothesis, NovelMessage};
use crate::report::text_safety::terminal;
use crate::report::{explanation, incident_page};

pub const EXAMPLES: &str = "Examples:
  coroner explain kernel-panic
  coroner explain K06                    (a known cause; also by its name)
  coroner explain PSU0003                (what a vendor calls a message)
  coroner explain supply_lost            (a class, and its signatures)
  coroner explain list --format csv
  coroner explain check --knowledge ./our-knowledge
  coroner explain 1                      (the hypothesis of rank 1 in coroner-report)
  coroner explain srv34.example.com@20250831T145611Z --report coroner-report";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of a signature, known cause, vendor's message, class, incident or hypothesis; `list` lists the
    /// entries, `check` proves them
    #[arg(value_name = "ID")]
    id: String,
    /// Folder of the report that has the incident or hypothesis
    #[arg(long, value_name = "DIR", default_value = "coroner-report")]
    report: PathBuf,
    /// Folder with knowledge of your own (*.toml), beside what is shipped
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Shape of the list
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(args: &Args) -> anyhow::Result<u8> {
    // Markdown keeps a sign without width behind `@`, so that nobody is notified; it is no part of an id.
    let id = args.id.replace('\u{200b}', "");
    let knowledge = input::knowledge(args.knowledge.as_deref())?;
    let text = match id.as_str() {
        "list" => list(&knowledge).render(args.format),
        "check" => check(&knowledge)?,
        _ => match entries(&knowledge, &id)
            .map_or_else(|| from_report(&args.report, &id), |text| Ok(Some(text)))?
        {
            Some(text) => text,
            None => return Err(unknown(&args.report, &id).into()),
        },
    };
    output::print(&text)?;
    Ok(exit::DONE)
}

/// Proves all entries by their samples and cases.
fn check(knowledge: &Knowledge) -> Result<String, UsageError> {
    let found: Vec<String> = input::flaws_of(knowledge).iter().map(ToString::to_string).collect();
    if !found.is_empty() {
        return Err(UsageError(found.join("\n")));
    }
    Ok(format!(
        "{} signatures and {} known causes match what they must and nothing that they must not\n",
        knowledge.signatures().len(),
        knowledge.causes().len()
    ))
}

fn unknown(report: &Path, id: &str) -> UsageError {
    let place = report.join("findings.json");
    let there = if place.is_file() { "" } else { ", which is not there" };
    UsageError(format!(
        "`{id}` is no signature, known cause, message or class (`coroner explain list`), and no incident or \
         hypothesis of {}{there}",
        place.display()
    ))
}

fn list(knowledge: &Knowledge) -> Listing {
    let mut listing = Listing::new(&["id", "kind", "about", "basis", "confidence", "title"]).giving_way(&[
        "confidence",
        "basis",
        "kind",
    ]);
    for signature in knowledge.signatures() {
        listing.push(vec![
            json!(signature.id),
            json!("signature"),
            json!(signature.class.word()),
            json!(signature.basis.word()),
            json!(signature.confidence.word()),
            json!(signature.title),
        ]);
    }
    for cause in knowledge.causes() {
        listing.push(vec![
            json!(cause.id),
            json!("known cause"),
            json!(cause.name),
            json!(cause.basis.word()),
            json!(cause.confidence.word()),
            json!(cause.title),
        ]);
    }
    listing
}

/// The pages of all entries of that name; `None` if there is none.
fn entries(knowledge: &Knowledge, id: &str) -> Option<String> {
    let mut pages = Vec::new();
    for name in [id.to_owned(), format!("{id}-sel"), format!("{id}-log")] {
        pages.extend(knowledge.by_id(&name).map(knowledge_text::signature));
    }
    pages.extend(knowledge.cause(id).map(knowledge_text::cause));
    if pages.is_empty() {
        pages.extend(knowledge.by_message(id).into_iter().map(knowledge_text::signature));
    }
    pages.extend(Class::from_word(id).map(|class| knowledge_text::class(class, knowledge)));
    (!pages.is_empty()).then(|| pages.concat())
}

fn from_report(report: &Path, id: &str) -> anyhow::Result<Option<String>> {
    let path = report.join("findings.json");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let findings: Value = serde_json::from_str(&text)?;
    for list in ["incidents", "hypotheses"] {
        let entries = findings.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let found = entries.iter().find(|entry| {
            entry.get("id").and_then(Value::as_str) == Some(id)
                || (list == "hypotheses" && entry.get("rank").map(ToString::to_string).as_deref() == Some(id))
        });
        if let Some(entry) = found {
            let page = match list {
                "hypotheses" => page(entry, findings.get("method")),
                _ => {
                    serde_json::from_value(entry.clone()).ok().map(|incident| incident_page::text(&incident))
                }
            };
            let text = page.unwrap_or_else(|| entry_text(entry));
            return Ok(Some(text + &new_before(list, id, &findings)));
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
    if out.is_empty() { out } else { format!("\nmessages of no known meaning before it:\n{out}") }
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
