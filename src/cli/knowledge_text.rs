//! Entries of the knowledge base as text for a terminal.

use crate::knowledge::{
    Class, Condition, Confidence, Knowledge, KnownCause, Reads, Sample, SelRule, Signature,
};
use crate::report::text_safety::terminal;

/// Width of the names in the first column.
const NAME_COLUMNS: usize = 10;

/// A line `  name      text`, or nothing where there is no text. The user's own files are foreign, too.
fn line(name: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("  {name:NAME_COLUMNS$}{}\n", terminal(text)) }
}

fn certainty(confidence: Confidence) -> String {
    format!("{}: {}", confidence.word(), confidence.meaning())
}

pub fn signature(signature: &Signature) -> String {
    let mut out = format!("{}: {}\n", terminal(&signature.id), terminal(&signature.title));
    out += &line("class", &format!("{}: {}", signature.class.word(), signature.class.meaning()));
    out += &line("cause", signature.cause.map_or("none by itself", |cause| cause.word()));
    for rule in &signature.sel {
        out += &line("SEL", &codes(rule));
    }
    out += &line("programs", &signature.programs.join(", "));
    out += &line(
        "literals",
        &signature.literals.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    );
    out += &line("pattern", signature.pattern.as_deref().unwrap_or_default());
    out += &line("messages", &signature.messages.join(", "));
    out += &line("basis", signature.basis.word());
    out += &line("sure", &certainty(signature.confidence));
    out += &line("source", &signature.source);
    out += &line("next", &signature.next);
    out += &line("stands in", &signature.origin.to_string());
    out += &samples("matches", &signature.hit);
    out += &samples("does not match", &signature.miss);
    out
}

fn samples(title: &str, list: &[Sample]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut out = format!("  {title}\n");
    for sample in list {
        out += &format!("    {}{}\n", terminal(&sample.text), because(&sample.why));
    }
    out
}

fn because(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!("   ({})", terminal(why)) }
}

fn codes(rule: &SelRule) -> String {
    let hex = |value: Option<u8>| value.map_or("any".to_owned(), |value| format!("{value:02X}h"));
    let state = if rule.asserted { "asserted" } else { "deasserted" };
    let second = if rule.data2.is_empty() { String::new() } else { format!(", data 2 {:?}", rule.data2) };
    format!(
        "sensor type {}, event type {}, offsets {:?}{second}, {state}",
        hex(rule.sensor_type),
        hex(rule.event_type),
        rule.offsets
    )
}

pub fn cause(cause: &KnownCause) -> String {
    let mut out =
        format!("{} ({}): {}\n", terminal(&cause.id), terminal(&cause.name), terminal(&cause.title));
    out += "  explains an incident if all of this holds\n";
    for condition in &cause.when {
        out += &condition_lines(condition, 2);
    }
    out += &line("basis", cause.basis.word());
    out += &line("sure", &certainty(cause.confidence));
    out += &line("source", &cause.source);
    out += &line("fixed in", cause.fixed_in.as_deref().unwrap_or("no fix is known"));
    out += &line("next", &cause.next);
    out += &line("stands in", &cause.origin.to_string());
    for case in &cause.case {
        let mut given: Vec<String> =
            case.factors.iter().map(|(factor, value)| format!("{factor} {value}")).collect();
        given.extend(case.uptime_days.map(|days| format!("up for {days} days")));
        given.extend(case.during.iter().flatten().map(|kind| format!("during {kind}")));
        given.push(format!("judged {}", case.verdict.word()));
        out += &format!("  {}: {}{}\n", case.gives.word(), terminal(&given.join(", ")), because(&case.why));
        for sample in &case.lines {
            out += &format!("    {}\n", terminal(&sample.text));
        }
    }
    out
}

fn condition_lines(condition: &Condition, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let mut out = format!("{indent}- {}{}\n", terminal(&condition.says), terminal(&how(condition)));
    for (place, group) in condition.any.iter().enumerate() {
        if place > 0 {
            out += &format!("{indent}  or\n");
        }
        for inner in group {
            out += &condition_lines(inner, depth + 1);
        }
    }
    out
}

/// How a condition is looked up, in brackets.
fn how(condition: &Condition) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut part =
        |name: &str, value: Option<String>| parts.extend(value.map(|value| format!("{name} {value}")));
    let list = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
    let quoted = |text: &Option<String>| text.as_ref().map(|text| format!("`{text}`"));
    part("factor", condition.factor.clone());
    part("matches", quoted(&condition.is));
    part("does not match", quoted(&condition.is_not));
    part("from", condition.from.clone());
    part("below", condition.below.clone());
    part("during", list(&condition.during));
    part("seen:", list(&condition.seen));
    part("saying", quoted(&condition.saying));
    part("beside", list(&condition.beside));
    part("after", list(&condition.after));
    part("without", list(&condition.without));
    part("within", condition.within_s.map(|seconds| format!("{seconds} s")));
    part("not seen:", list(&condition.unseen));
    part("to be", condition.ask.then(|| "looked up by hand".to_owned()));
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

pub fn class(class: Class, knowledge: &Knowledge) -> String {
    let mut out = format!("{}: {}\n", class.word(), class.meaning());
    for signature in knowledge.of_class(class) {
        let reads = match signature.reads {
            Reads::Log => "log",
            Reads::Sel => "SEL",
        };
        out += &format!("  {:30} {reads:4} {}\n", terminal(&signature.id), terminal(&signature.title));
    }
    out
}
