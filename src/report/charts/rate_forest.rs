//! The forest plot: rate ratios of the ranked hypotheses with their 95 % intervals.

use crate::model::{Hypothesis, Report, Verdict};
use crate::report::selection::ranked;
use crate::report::text_safety::anchor;
use crate::report::wording;

use super::axis::LogScale;
use super::canvas::{Align, Canvas, Type, fit};
use super::marks::{Swatch, legend, legend_height};
use super::palette::{GRID, INK, LANE, MUTED, verdict_mark};
use super::{Chart, Omitted};

const NAME: &str = "Rate ratios of the hypotheses";
const WIDTH: i32 = 1120;
const ROW: i32 = 26;
const LEFT: i32 = 390;
const RIGHT: i32 = 830;
/// Columns at the right: incidents, ratio with interval, verdict.
const INCIDENTS_X: i32 = 890;
const RATIO_X: i32 = 925;
/// More rows do not help anybody.
const ROWS_MAX: usize = 20;
const TICKS: [f64; 9] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0];

pub(super) fn draw(report: &Report) -> Result<Chart, Omitted> {
    let with_ratio: Vec<&Hypothesis> =
        ranked(report).into_iter().filter(|h| h.rate_ratio.is_some() || h.ci95.is_some()).collect();
    if with_ratio.is_empty() {
        return Err(Omitted::new(NAME, "no hypothesis has a rate ratio"));
    }
    let left_out = with_ratio.len().saturating_sub(ROWS_MAX);
    let shown = &with_ratio[..with_ratio.len() - left_out];

    let title = title(report);
    let entries: Vec<(Swatch, String)> =
        [Verdict::Supported, Verdict::Suggestive, Verdict::Inconclusive, Verdict::Contradicted]
            .into_iter()
            .filter(|&verdict| shown.iter().any(|hypothesis| hypothesis.verdict == verdict))
            .map(|verdict| {
                let (form, colour) = verdict_mark(verdict);
                let label = format!("{}: {}", verdict.word(), wording::verdict_meaning(verdict));
                (Swatch::Mark(form, colour), label)
            })
            .collect();
    let top = 44 + legend_height(&entries, 16, WIDTH - 16) + 30;
    let bottom = top + ROW * shown.len() as i32;
    let mut canvas = Canvas::new(WIDTH, bottom + 56);
    canvas.title(&title);
    legend(&mut canvas, &entries, 16, WIDTH - 16, 44);

    let scale = scale(shown);
    paint_axis(&mut canvas, &scale, top, bottom);
    for (row, hypothesis) in shown.iter().enumerate() {
        paint_row(&mut canvas, &scale, top + ROW * row as i32, row, hypothesis);
    }
    let mut caption = "The mark is the rate of incidents inside divided by the rate outside, the line its 95 % interval; \
                       an arrow means that the interval goes on. An interval that crosses 1 is compatible with no \
                       difference. The verdict also weighs how many questions were asked."
        .to_owned();
    if left_out > 0 {
        caption += &format!(" {} of lower rank not shown.", wording::count(left_out, "hypothesis"));
    }
    Ok(canvas.finish("rate-ratios.svg", title, caption))
}

fn title(report: &Report) -> String {
    let supported: Vec<String> = ranked(report)
        .into_iter()
        .filter(|hypothesis| hypothesis.verdict == Verdict::Supported)
        .map(wording::subject)
        .collect();
    let total = wording::count(report.hypotheses.len(), "ranked hypothesis");
    match supported.as_slice() {
        [] => format!("None of the {total} is supported by this data"),
        some => format!("{} of {total} supported: {}", some.len(), wording::listed(some, 2)),
    }
}

/// The scale holds all ratios and the finite ends of the intervals, and 1; ends far out are cut.
fn scale(shown: &[&Hypothesis]) -> LogScale {
    let mut low: f64 = 0.5;
    let mut high: f64 = 5.0;
    for hypothesis in shown {
        let (from, to) = hypothesis.ci95.unwrap_or((1.0, Some(1.0)));
        let ratio = hypothesis.rate_ratio.unwrap_or(1.0);
        for value in [from, ratio, to.unwrap_or(ratio)] {
            if value.is_finite() && value > 0.0 {
                low = low.min(value * 0.9);
                high = high.max(value * 1.1);
            }
        }
    }
    LogScale::new(low.max(0.01), high.min(150.0), LEFT, RIGHT)
}

fn paint_axis(canvas: &mut Canvas, scale: &LogScale, top: i32, bottom: i32) {
    for tick in TICKS.into_iter().filter(|&tick| scale.contains(tick)) {
        let x = scale.x(tick);
        canvas.grid_line((x, top - 4), (x, bottom + 4));
        let label = if tick < 1.0 { format!("÷ {:.0}", 1.0 / tick) } else { format!("× {tick:.0}") };
        canvas.text((x, bottom + 14), &label, Type::small(Align::Centre));
    }
    let one = scale.x(1.0);
    canvas.line((one, top - 4), (one, bottom + 4), MUTED, 2);
    canvas.text((one, top - 13), "same rate", Type::small(Align::Centre));
    canvas.text(
        ((LEFT + RIGHT) / 2, bottom + 36),
        "rate of incidents, relative to the rate elsewhere (logarithmic)",
        Type::small(Align::Centre),
    );
    canvas.text((INCIDENTS_X, top - 13), "events", Type::small(Align::Right));
    canvas.text((RATIO_X, top - 13), "rate ratio (95 % interval)", Type::small(Align::Left));
}

fn paint_row(canvas: &mut Canvas, scale: &LogScale, top: i32, row: usize, hypothesis: &Hypothesis) {
    let y = top + ROW / 2;
    if row.is_multiple_of(2) {
        canvas.tint((8, top), (LEFT - 8, top + ROW), LANE, 0.7);
        canvas.tint((RIGHT + 8, top), (WIDTH - 8, top + ROW), LANE, 0.7);
    }
    let (form, colour) = verdict_mark(hypothesis.verdict);
    let name = format!("{}. {}", hypothesis.rank, wording::subject(hypothesis));
    let label = Type::label(Align::Left);
    let look = if hypothesis.verdict == Verdict::Supported { label.bold() } else { label };
    canvas.linked(&anchor("h-", &hypothesis.id), &hypothesis.statement, |canvas| {
        canvas.text((16, y), &fit(&name, LEFT - 40, 12), look);
    });

    if let Some((from, to)) = hypothesis.ci95 {
        let to = to.unwrap_or(f64::INFINITY);
        let (start, end) = (scale.x(from), scale.x(to));
        canvas.line((start, y), (end, y), colour, 2);
        cap(canvas, (start, y), from < scale.low(), -1, colour);
        cap(canvas, (end, y), to > scale.high(), 1, colour);
    }
    // Nothing happened outside: the ratio has no upper end, and the mark stands at the arrow.
    let ratio = hypothesis.rate_ratio;
    let mark_x = ratio.map_or(scale.x(scale.high()) - 16, |ratio| scale.x(ratio));
    if ratio.is_none_or(|ratio| scale.contains(ratio)) {
        canvas.mark(form, (mark_x, y), 6, colour);
    }

    let account = &hypothesis.account;
    let share = match account.events_total {
        0 => format!("{} of {}", hypothesis.incidents_exposed, hypothesis.incidents_total),
        all => format!("{} of {all}", account.events_exposed),
    };
    canvas.text((INCIDENTS_X, y), &share, Type::label(Align::Right));
    let mut figures = ratio.map_or_else(|| "unbounded".to_owned(), wording::ratio);
    if let Some(ci95) = hypothesis.ci95 {
        figures += &format!(" ({})", wording::interval(ci95));
    }
    canvas.text((RATIO_X, y), &figures, Type::label(Align::Left).in_colour(INK));
    canvas.line((8, top + ROW), (WIDTH - 8, top + ROW), GRID, 1);
}

/// The end of an interval: a bar, or an arrow where it leaves the scale.
fn cap(canvas: &mut Canvas, (x, y): (i32, i32), leaves: bool, side: i32, colour: plotters::style::RGBColor) {
    if leaves {
        canvas.path(&[(x - 6 * side, y - 5), (x, y), (x - 6 * side, y + 5)], colour, 2);
    } else {
        canvas.line((x, y - 5), (x, y + 5), colour, 2);
    }
}
