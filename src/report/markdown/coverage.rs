//! When each class of source was seen, in Markdown.

use std::fmt::Write as _;

use crate::model::Report;
use crate::report::selection::{class_name, classes};
use crate::report::text_safety::markdown_code_cell as cell;
use crate::report::wording;

pub(super) fn write(out: &mut String, report: &Report) {
    let classes = classes(report);
    if classes.is_empty() {
        return;
    }
    let _ = writeln!(out, "## Who was seen when\n");
    let _ = writeln!(
        out,
        "| source | hosts | from | to | hosts silent for longer than usual | longest silence |\n|---|--:|---|---|--:|---|"
    );
    for class in classes {
        let longest = class.longest.map_or_else(String::new, |(host, silence)| {
            let length = wording::duration((silence.to - silence.from).num_seconds() as f64);
            format!("{length} on {}, from {}", cell(host), wording::day(silence.from))
        });
        let _ = writeln!(
            out,
            "| {} | {} of {} | {} | {} | {} | {longest} |",
            class_name(class.class),
            class.hosts,
            report.coverage.len(),
            wording::day(class.from),
            wording::day(class.to),
            class.silent_hosts,
        );
    }
    out.push('\n');
}
