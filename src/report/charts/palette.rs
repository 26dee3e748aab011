//! Colours by what they mean, and what becomes of them in a dark scheme.
//!
//! The hues are those of Okabe and Ito (2008), which people with any common colour blindness can
//! tell apart; yellow is left out because it vanishes on white.

use plotters::style::RGBColor;

use crate::model::{Cause, Verdict};

pub(super) const INK: RGBColor = RGBColor(0x1B, 0x1F, 0x24);
pub(super) const MUTED: RGBColor = RGBColor(0x57, 0x60, 0x6A);
pub(super) const GRID: RGBColor = RGBColor(0xDD, 0xE2, 0xE7);
pub(super) const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFE);
pub(super) const LANE: RGBColor = RGBColor(0xF1, 0xF4, 0xF7);
pub(super) const UNSEEN: RGBColor = RGBColor(0xC3, 0xCA, 0xD2);
pub(super) const WINDOW: RGBColor = RGBColor(0xB4, 0xD9, 0xF2);

pub(super) const ORANGE: RGBColor = RGBColor(0xE6, 0x9F, 0x00);
pub(super) const SKY: RGBColor = RGBColor(0x56, 0xB4, 0xE9);
pub(super) const GREEN: RGBColor = RGBColor(0x00, 0x9E, 0x73);
pub(super) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
pub(super) const VERMILION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
pub(super) const PURPLE: RGBColor = RGBColor(0xCC, 0x79, 0xA7);

/// Light colour and its counterpart on a dark ground.
const DARK: [(RGBColor, &str); 9] = [
    (INK, "#E6EDF3"),
    (MUTED, "#A3AEBA"),
    (GRID, "#323A44"),
    (PAPER, "#12171D"),
    (LANE, "#1C232B"),
    (UNSEEN, "#4A545F"),
    (WINDOW, "#1F4E6E"),
    (BLUE, "#4BA3DB"),
    (VERMILION, "#F07C24"),
];

/// The style sheet inside every chart: the colours above, exchanged in a dark scheme. Attributes
/// such as `fill` give way to any style rule, so the drawing itself need not know.
pub(super) fn dark_style() -> String {
    let mut style = String::from("@media screen and (prefers-color-scheme: dark) {");
    for (RGBColor(red, green, blue), dark) in DARK {
        let light = format!("#{red:02X}{green:02X}{blue:02X}");
        style += &format!(
            ".coroner-chart [fill=\"{light}\"]{{fill:{dark}}}.coroner-chart [stroke=\"{light}\"]{{stroke:{dark}}}"
        );
    }
    style.push('}');
    style
}

/// Form of a mark, so that causes differ without colour as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Circle,
    Ring,
    Square,
    Diamond,
    TriangleUp,
    TriangleDown,
    Cross,
    Plus,
}

/// How a cause is drawn.
pub(super) fn cause_mark(cause: Cause) -> (Form, RGBColor) {
    match cause {
        Cause::Unexplained => (Form::Circle, VERMILION),
        Cause::PowerLoss => (Form::Diamond, ORANGE),
        Cause::KernelPanic => (Form::Square, BLUE),
        Cause::Watchdog => (Form::TriangleUp, SKY),
        Cause::HardwareError => (Form::TriangleDown, PURPLE),
        Cause::Thermal => (Form::TriangleUp, VERMILION),
        Cause::MemoryExhaustion => (Form::Square, GREEN),
        Cause::Storage => (Form::Diamond, BLUE),
        Cause::Hang => (Form::Plus, PURPLE),
        Cause::Operator => (Form::Cross, INK),
        Cause::Maintenance | Cause::Clean => (Form::Ring, MUTED),
        Cause::Unknown => (Form::Circle, MUTED),
    }
}

/// How a verdict is drawn.
pub(super) fn verdict_mark(verdict: Verdict) -> (Form, RGBColor) {
    match verdict {
        Verdict::Supported => (Form::Square, VERMILION),
        Verdict::Suggestive => (Form::Diamond, ORANGE),
        Verdict::Inconclusive => (Form::Ring, MUTED),
        Verdict::Contradicted => (Form::Cross, BLUE),
    }
}
