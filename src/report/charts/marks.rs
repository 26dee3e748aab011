//! The legend: what each mark stands for, in a row that wraps.
//!
//! Marks with a name stand in a group of class `glyph` that says their name and place, so that the script of the page
//! draws more of the same.

use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, Type, text_width};
use super::palette::Form;

/// What an entry of the legend shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Swatch {
    Mark(Form, RGBColor),
    /// A mark by the name of what it stands for.
    Named(&'static str, Form, RGBColor),
    Area(RGBColor),
    Tick(RGBColor),
    Join(RGBColor),
}

const ROW: i32 = 18;

/// Places of the entries: each at most as wide as the sheet.
fn places(entries: &[(Swatch, String)], left: i32, right: i32) -> Vec<(i32, i32)> {
    let (mut x, mut y) = (left, 0);
    entries
        .iter()
        .map(|(_, label)| {
            let width = 20 + text_width(label, 12) + 14;
            if x > left && x + width > right {
                (x, y) = (left, y + ROW);
            }
            let place = (x, y);
            x += width;
            place
        })
        .collect()
}

/// Height that the legend needs.
pub(super) fn legend_height(entries: &[(Swatch, String)], left: i32, right: i32) -> i32 {
    places(entries, left, right).last().map_or(0, |&(_, y)| y + ROW)
}

/// Paints the legend from `top` on.
pub(super) fn legend(canvas: &mut Canvas, entries: &[(Swatch, String)], left: i32, right: i32, top: i32) {
    for ((swatch, label), (x, y)) in entries.iter().zip(places(entries, left, right)) {
        let middle = top + y + ROW / 2;
        match *swatch {
            Swatch::Mark(form, colour) => canvas.mark(form, (x + 7, middle), 5, colour),
            Swatch::Named(name, form, colour) => {
                let place = [x + 7, middle].map(|pixel| pixel.to_string());
                let facts = [("name", name), ("x", place[0].as_str()), ("y", place[1].as_str())];
                canvas.group("glyph", &facts, |canvas| canvas.mark(form, (x + 7, middle), 5, colour));
            }
            Swatch::Area(colour) => canvas.fill((x, middle - 5), (x + 14, middle + 5), colour),
            Swatch::Tick(colour) => canvas.fill((x + 6, middle - 6), (x + 8, middle + 6), colour),
            Swatch::Join(colour) => canvas.line((x + 7, middle - 7), (x + 7, middle + 7), colour, 1),
        }
        canvas.text((x + 20, middle), label, Type::label(Align::Left));
    }
}
