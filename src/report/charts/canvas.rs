//! A sheet to draw on in pixels, on top of the SVG back end of plotters.
//!
//! The back end writes shapes; the sheet adds what it lacks: a title and description for screen
//! readers, links with tool tips around marks, and the dark scheme. Every text passes through
//! [`crate::report::text_safety`].

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, FontStyle, FontTransform, IntoTextStyle, RGBColor, ShapeStyle};

use crate::report::text_safety;

use super::Chart;
use super::palette::{self, Form, GRID, INK, MUTED, PAPER};

const FAMILY: &str = "system-ui, Helvetica, Arial, sans-serif";

/// The back end divides font sizes by this.
const FONT_SCALE: f64 = 1.24;

/// Height of the title, one line of text and the space under it.
const TITLE_HEIGHT: i32 = 46;

/// Tool tips are cut to this many columns.
const TIP_COLUMNS: usize = 400;

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub size: i32,
    pub colour: RGBColor,
    pub bold: bool,
    pub align: Align,
}

impl Type {
    pub(super) const fn label(align: Align) -> Self {
        Self { size: 12, colour: INK, bold: false, align }
    }

    pub(super) const fn small(align: Align) -> Self {
        Self { size: 11, colour: MUTED, bold: false, align }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn in_colour(self, colour: RGBColor) -> Self {
        Self { colour, ..self }
    }
}

/// A sheet of a fixed size, painted in order.
pub(super) struct Canvas {
    width: i32,
    height: i32,
    body: String,
    has_links: bool,
}

impl Canvas {
    pub(super) fn new(width: i32, height: i32) -> Self {
        let mut canvas = Self { width, height, body: String::new(), has_links: false };
        canvas.fill((0, 0), (width, height), PAPER);
        canvas
    }

    /// Paints the title that states the finding; returns the first free row.
    pub(super) fn title(&mut self, title: &str) -> i32 {
        let look = Type { size: 17, colour: INK, bold: true, align: Align::Left };
        self.text((16, 24), &fit(title, self.width - 32, 17), look);
        TITLE_HEIGHT
    }

    /// Runs the back end and keeps only the shapes it wrote: its opening and closing `svg` tags
    /// are the first and the last line. Writing to a string cannot fail.
    fn paint(&mut self, draw: impl FnOnce(&mut SVGBackend<'_>)) {
        let mut written = String::new();
        let mut backend = SVGBackend::with_string(&mut written, (1, 1));
        draw(&mut backend);
        let _ = backend.present();
        drop(backend);
        let inner = written.split_once('\n').map_or("", |(_, rest)| rest);
        self.body.push_str(inner.strip_suffix("</svg>\n").unwrap_or(inner));
    }

    /// Nothing is painted where an edge lies before its opposite.
    pub(super) fn fill(&mut self, from: (i32, i32), to: (i32, i32), colour: RGBColor) {
        if to.0 < from.0 || to.1 < from.1 {
            return;
        }
        self.paint(|backend| {
            let _ = backend.draw_rect(from, to, &colour.filled(), true);
        });
    }

    pub(super) fn tint(&mut self, from: (i32, i32), to: (i32, i32), colour: RGBColor, opacity: f64) {
        self.paint(|backend| {
            let _ = backend.draw_rect(from, to, &colour.mix(opacity).filled(), true);
        });
    }

    pub(super) fn line(&mut self, from: (i32, i32), to: (i32, i32), colour: RGBColor, width: u32) {
        self.paint(|backend| {
            let _ = backend.draw_line(from, to, &colour.stroke_width(width));
        });
    }

    pub(super) fn path(&mut self, points: &[(i32, i32)], colour: RGBColor, width: u32) {
        self.paint(|backend| {
            let _ = backend.draw_path(points.iter().copied(), &colour.stroke_width(width));
        });
    }

    /// A vertical line of dashes.
    pub(super) fn dashes(&mut self, x: i32, top: i32, bottom: i32, colour: RGBColor) {
        self.paint(|backend| {
            for y in (top..bottom).step_by(7) {
                let _ = backend.draw_line((x, y), (x, (y + 4).min(bottom)), &colour.stroke_width(1));
            }
        });
    }

    pub(super) fn grid_line(&mut self, from: (i32, i32), to: (i32, i32)) {
        self.line(from, to, GRID, 1);
    }

    /// Foreign text is welcome here.
    pub(super) fn text(&mut self, at: (i32, i32), text: &str, look: Type) {
        self.write(at, text, look, FontTransform::None);
    }

    /// Text that reads from bottom to top, for the label of a vertical axis.
    pub(super) fn upright(&mut self, at: (i32, i32), text: &str, look: Type) {
        self.write(at, text, look, FontTransform::Rotate270);
    }

    fn write(&mut self, at: (i32, i32), text: &str, look: Type, transform: FontTransform) {
        let horizontal = match look.align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let weight = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
        let size = f64::from(look.size) * FONT_SCALE;
        let style = (FontFamily::Name(FAMILY), size, weight)
            .into_text_style(&(self.width.unsigned_abs(), self.height.unsigned_abs()))
            .color(&look.colour)
            .transform(transform)
            .pos(Pos::new(horizontal, VPos::Center));
        let text = text_safety::inert(text);
        self.paint(|backend| {
            let _ = backend.draw_text(&text, &style, at);
        });
    }

    /// A mark of the given form, about `2 × radius` wide.
    pub(super) fn mark(&mut self, form: Form, (x, y): (i32, i32), radius: i32, colour: RGBColor) {
        let full: ShapeStyle = colour.filled();
        let stroke = colour.stroke_width(2);
        let r = radius;
        self.paint(|backend| {
            let _ = match form {
                Form::Circle => backend.draw_circle((x, y), r.unsigned_abs(), &full, true),
                Form::Ring => {
                    let paper = PAPER.filled();
                    let _ = backend.draw_circle((x, y), r.unsigned_abs(), &paper, true);
                    backend.draw_circle((x, y), r.unsigned_abs(), &colour.stroke_width(1), false)
                }
                Form::Square => backend.draw_rect((x - r, y - r), (x + r, y + r), &full, true),
                Form::Diamond => backend
                    .fill_polygon([(x, y - r - 1), (x + r + 1, y), (x, y + r + 1), (x - r - 1, y)], &full),
                Form::TriangleUp => {
                    backend.fill_polygon([(x, y - r - 1), (x + r + 1, y + r), (x - r - 1, y + r)], &full)
                }
                Form::TriangleDown => {
                    backend.fill_polygon([(x, y + r + 1), (x + r + 1, y - r), (x - r - 1, y - r)], &full)
                }
                Form::Cross => {
                    let _ = backend.draw_line((x - r, y - r), (x + r, y + r), &stroke);
                    backend.draw_line((x - r, y + r), (x + r, y - r), &stroke)
                }
                Form::Plus => {
                    let _ = backend.draw_line((x - r, y), (x + r, y), &stroke);
                    backend.draw_line((x, y - r), (x, y + r), &stroke)
                }
            };
        });
    }

    /// Paints what `draw` does inside a link to an anchor of the page, with a tool tip.
    pub(super) fn linked(&mut self, anchor: &str, tip: &str, draw: impl FnOnce(&mut Self)) {
        let tip = text_safety::html(&text_safety::cut(tip, TIP_COLUMNS));
        self.body += &format!(
            "<a href=\"#{}\" aria-label=\"{tip}\"><title>{tip}</title>\n",
            text_safety::html(anchor)
        );
        draw(self);
        self.body += "</a>\n";
        self.has_links = true;
    }

    /// Paints what `draw` does inside a group with a class and facts about it, for the script of the page.
    pub(super) fn group(&mut self, class: &str, facts: &[(&str, &str)], draw: impl FnOnce(&mut Self)) {
        self.body += &format!("<g class=\"{}\"", text_safety::html(class));
        for (name, value) in facts {
            self.body += &format!(" data-{name}=\"{}\"", text_safety::html(value));
        }
        self.body += ">\n";
        draw(self);
        self.body += "</g>\n";
    }

    /// The finished picture.
    pub(super) fn finish(self, file_name: &str, title: String, caption: String) -> Chart {
        // A reader of screens takes an image as one thing, and would hide the links inside.
        let role = if self.has_links { "group" } else { "img" };
        let svg = format!(
            "<svg class=\"coroner-chart\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"{role}\">\n<title>{title}</title>\n<desc>{caption}</desc>\n\
             <style>{style}</style>\n{body}</svg>\n",
            width = self.width,
            height = self.height,
            title = text_safety::html(&title),
            caption = text_safety::html(&caption),
            style = palette::dark_style(),
            body = self.body,
        );
        Chart { file_name: file_name.to_owned(), title, caption, svg }
    }
}

/// Width of a column as a part of the font size: wide enough for the common sans-serif fonts.
const COLUMN: f64 = 0.6;

/// Width of a text in pixels. Without fonts this is an estimate that errs on the wide side.
pub(super) fn text_width(text: &str, size: i32) -> i32 {
    let columns = unicode_width::UnicodeWidthStr::width(text);
    (columns as f64 * f64::from(size) * COLUMN).ceil() as i32
}

/// The text, cut so that it fits into so many pixels.
pub(super) fn fit(text: &str, pixels: i32, size: i32) -> String {
    let columns = (f64::from(pixels.max(0)) / (f64::from(size) * COLUMN)).floor() as usize;
    text_safety::cut(text, columns)
}
