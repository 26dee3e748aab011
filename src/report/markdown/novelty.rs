//! Messages before unexplained incidents, in `report.md`.

use std::fmt::Write as _;

use crate::model::{NovelMessage, NoveltyVerdict, Report};
use crate::report::novelty;
use crate::report::text_safety::{cut, markdown as prose, markdown_code as code, markdown_code_cell as cell};
use crate::report::wording;

/// A quoted line is cut to this many columns.
const QUOTE_COLUMNS: usize = 160;

pub(super) fn write(out: &mut String, report: &Report) {
    let introduction = novelty::introduction(&report.novelty);
    if introduction.is_empty() {
        return;
    }
    let _ = writeln!(out, "## New before incidents\n");
    for sentence in introduction {
        let _ = writeln!(out, "{}\n", prose(&sentence));
    }
    if report.novelty.incidents == 0 {
        return;
    }
    let (new, left_out) = novelty::with_verdict(&report.novelty, NoveltyVerdict::New);
    if new.is_empty() {
        let _ = writeln!(out, "None of them is new beyond chance.\n");
    } else {
        table(out, &new);
        more(out, left_out);
    }
    let (only, left_out) = novelty::with_verdict(&report.novelty, NoveltyVerdict::SeenOnlyHere);
    if !only.is_empty() {
        let _ = writeln!(
            out,
            "<details><summary>Seen only here: before incidents and never else, but too few to tell from chance</summary>\n"
        );
        table(out, &only);
        more(out, left_out);
        let _ = writeln!(out, "</details>\n");
    }
}

fn more(out: &mut String, left_out: u64) {
    if left_out > 0 {
        let _ = writeln!(out, "{} are not shown.\n", wording::count(left_out as usize, "further message"));
    }
}

fn table(out: &mut String, messages: &[&NovelMessage]) {
    let _ = writeln!(
        out,
        "| message | before incidents | quiet half-hours, same hosts | at that time of day | other hosts | chance |\n|---|---|---|---|---|---|"
    );
    for message in messages {
        let text = format!("{}: {}", message.program, message.template);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            cell(&cut(&text, QUOTE_COLUMNS)),
            prose(&novelty::before(message)),
            prose(&novelty::half_hours(message.quiet)),
            prose(&novelty::days(message.quiet_days)),
            prose(&novelty::elsewhere(message)),
            prose(&novelty::chance(message)),
        );
    }
    out.push('\n');
    for message in messages {
        let _ = writeln!(
            out,
            "- {}: {}",
            code(&novelty::place(message)),
            code(&cut(&message.example.text, QUOTE_COLUMNS))
        );
    }
    out.push('\n');
}
