//! An edition as plain text.

use unicode_width::UnicodeWidthStr;

use super::page::{Page, Tone};

/// Columns that are used even if the terminal has fewer, and those that are used at most: a mail is read at 78.
const WIDTH_MIN: usize = 40;
const WIDTH_MAX: usize = 78;

/// The subject on the first line, then the sections. `width` is in columns.
#[must_use]
pub fn text(page: &Page, width: usize) -> String {
    let width = width.clamp(WIDTH_MIN, WIDTH_MAX);
    let mut out = format!("{}\n\n", page.subject);
    for line in &page.lead {
        wrap(&mut out, line, "", "", width);
    }
    for section in &page.sections {
        out.push('\n');
        out.push_str(section.title);
        out.push('\n');
        for item in &section.items {
            // A sign that needs no colour.
            let sign = match item.tone {
                Tone::Bad => "! ",
                Tone::Good => "+ ",
                Tone::Plain => "- ",
            };
            wrap(&mut out, &item.text, &format!("  {sign}"), "    ", width);
            for line in &item.more {
                wrap(&mut out, line, "      ", "      ", width);
            }
        }
        if section.left_out > 0 {
            out.push_str(&format!("    and {} more\n", section.left_out));
        }
    }
    out.push_str(&format!("\n{}\n", page.made_by));
    out
}

/// Words in lines of a width, with an indent for the first line and for the others.
fn wrap(out: &mut String, text: &str, first: &str, further: &str, width: usize) {
    let mut line = first.to_owned();
    let mut is_fresh = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !is_fresh && line.width() + 1 + word.width() > width {
            out.push_str(&line);
            out.push('\n');
            line = further.to_owned();
            is_fresh = true;
        }
        if !is_fresh {
            line.push(' ');
        }
        line.push_str(word);
        is_fresh = false;
    }
    out.push_str(&line);
    out.push('\n');
}
