//! What was seen of each host, by class of source: a row per host, a lane per class. Of a large fleet
//! the hosts that were silent for longest, and the share of hosts seen over time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use plotters::style::RGBColor;

use crate::model::Report;
use crate::model::report::Coverage;
use crate::report::selection::{CLASSES, class_name, natural, silent_s};
use crate::report::text_safety::anchor;
use crate::report::wording;

use super::axis::TimeScale;
use super::canvas::{Align, Canvas, Type, fit, text_width};
use super::marks::{Swatch, legend, legend_height};
use super::palette::{BLUE, GREEN, INK, LANE, MUTED, ORANGE, PURPLE, SKY, UNSEEN, VERMILION};
use super::{Chart, Omitted};

const NAME: &str = "Coverage by class of source";
const WIDTH: i32 = 1120;
/// Up to this many hosts all have a row; beyond, so many of the most silent.
const ALL_HOSTS_MAX: usize = 40;
const ROWS_MAX: usize = 25;
/// Height of a lane and of the space between rows.
const LANE_PX: i32 = 6;
const SPACE_PX: i32 = 5;
/// Height of a panel of the aggregate, and of the space between two.
const PANEL_PX: i32 = 56;
const PANEL_SPACE_PX: i32 = 14;
/// Width of one part of the aggregate.
const PART_PX: i32 = 3;

type Span = (DateTime<Utc>, DateTime<Utc>);

pub(super) fn draw(report: &Report) -> Result<Chart, Omitted> {
    let mut hosts: Vec<&Coverage> = report.coverage.iter().filter(|host| !host.seen.is_empty()).collect();
    if hosts.is_empty() {
        return Err(Omitted::new(NAME, "no host has a log, SEL, power reading, boot history or backup run"));
    }
    let classes: Vec<&str> =
        CLASSES.into_iter().filter(|class| hosts.iter().any(|host| host.of_class(class).is_some())).collect();
    let total = hosts.len();
    let silent = hosts.iter().filter(|host| silent_s(host) > 0).count();
    let large = total > ALL_HOSTS_MAX;
    if large {
        hosts.retain(|host| silent_s(host) > 0);
        hosts.sort_by(|a, b| {
            Reverse(silent_s(a)).cmp(&Reverse(silent_s(b))).then_with(|| natural(&a.host, &b.host))
        });
        hosts.truncate(ROWS_MAX);
    } else {
        hosts.sort_by(|a, b| natural(&a.host, &b.host));
    }

    let names = hosts.iter().map(|host| text_width(&host.host, 11)).max().unwrap_or(0);
    let left = 24 + names.clamp(96, 230);
    let right = WIDTH - 130;
    let time = TimeScale::new(report.from, report.to, left, right);
    let entries = legend_entries(&classes, silent > 0);
    let legend_top = 44;
    let mut top = legend_top + legend_height(&entries, 16, WIDTH - 16) + 30;
    let panels = if large { classes.len() as i32 * (PANEL_PX + PANEL_SPACE_PX) + 44 } else { 0 };
    let row_px = classes.len() as i32 * LANE_PX + SPACE_PX;
    let bottom = top + panels + row_px * hosts.len() as i32;
    let mut canvas = Canvas::new(WIDTH, bottom + 50);
    let title = title(report, total, silent);
    canvas.title(&title);
    legend(&mut canvas, &entries, 16, WIDTH - 16, legend_top);

    if large {
        canvas.text((16, top - 14), "Share of the hosts seen, per class", Type::label(Align::Left).bold());
        for class in &classes {
            paint_share(&mut canvas, report, class, total, top, &time, (left, right));
            top += PANEL_PX + PANEL_SPACE_PX;
        }
        axis(&mut canvas, &time, top - PANEL_SPACE_PX, top - PANEL_SPACE_PX, false);
        top += 44;
        if !hosts.is_empty() {
            let head = format!("The {} that were silent for longest", wording::count(hosts.len(), "host"));
            canvas.text((16, top - 14), &head, Type::label(Align::Left).bold());
        }
    }
    if !hosts.is_empty() {
        canvas.text((right + 12, top - 10), "longest silence", Type { size: 10, ..Type::small(Align::Left) });
        paint_rows(&mut canvas, &hosts, &classes, top, &time, (left, right));
        axis(&mut canvas, &time, top, bottom, true);
    }
    Ok(canvas.finish("coverage.svg", title, caption(&classes, large)))
}

fn colour(class: &str) -> RGBColor {
    match class {
        "log" => BLUE,
        "sel" => PURPLE,
        "power" => GREEN,
        "boot" => SKY,
        _ => MUTED,
    }
}

fn legend_entries(classes: &[&str], silent: bool) -> Vec<(Swatch, String)> {
    let mut entries: Vec<(Swatch, String)> =
        classes.iter().map(|class| (Swatch::Area(colour(class)), class_name(class).to_owned())).collect();
    entries.push((Swatch::Area(UNSEEN), "nothing seen".to_owned()));
    if silent {
        entries.push((Swatch::Area(ORANGE), "silent for longer than usual".to_owned()));
    }
    entries
}

fn title(report: &Report, hosts: usize, silent: usize) -> String {
    let longest = report
        .coverage
        .iter()
        .flat_map(|host| host.seen.iter().map(move |seen| (host, seen)))
        .flat_map(|(host, seen)| seen.silences.iter().map(move |silence| (host, seen, silence)))
        .max_by_key(|(_, _, silence)| (silence.to - silence.from, Reverse(silence.from)));
    match longest {
        None => format!("No source of {} fell silent for longer than usual", wording::count(hosts, "host")),
        Some((host, seen, silence)) => format!(
            "{silent} of {} fell silent in some source; longest: {}, {} for {}",
            wording::count(hosts, "host"),
            host.host,
            class_name(&seen.class),
            wording::duration((silence.to - silence.from).num_seconds() as f64)
        ),
    }
}

fn caption(classes: &[&str], large: bool) -> String {
    let lanes: Vec<&str> = classes.iter().map(|class| class_name(class)).collect();
    let lanes = lanes.join(", ");
    let rows = if large {
        "Above, the share of all hosts of which something was seen; below, a row for each of the hosts that were silent \
         for longest. "
    } else {
        "One row per host. "
    };
    format!(
        "{rows}Lanes from top to bottom: {lanes}. Coloured where the source speaks of the host, with pauses as it \
         usually makes them; a SEL from its first entry to its last, because it is silent by nature. Orange where the \
         source was silent for longer than usual although it spoke before and after or most other hosts were seen. The \
         table of the same figures is under “Who was seen when”."
    )
}

fn axis(canvas: &mut Canvas, time: &TimeScale, top: i32, bottom: i32, named: bool) {
    for (at, label) in time.ticks() {
        let x = time.x(at);
        canvas.grid_line((x, top), (x, bottom + 5));
        canvas.text((x, bottom + 14), &label, Type::small(Align::Centre));
    }
    if named {
        let middle = (time.x(DateTime::<Utc>::MIN_UTC) + time.x(DateTime::<Utc>::MAX_UTC)) / 2;
        canvas.text((middle, bottom + 35), "time (UTC)", Type::small(Align::Centre));
    }
}

fn paint_rows(
    canvas: &mut Canvas,
    hosts: &[&Coverage],
    classes: &[&str],
    top: i32,
    time: &TimeScale,
    (left, right): (i32, i32),
) {
    let row_px = classes.len() as i32 * LANE_PX + SPACE_PX;
    for (row, host) in hosts.iter().enumerate() {
        let row_top = top + row as i32 * row_px;
        let middle = row_top + (row_px - SPACE_PX) / 2;
        let silent = silent_s(host) > 0;
        let look = Type { size: 11, ..Type::small(Align::Right) };
        let look = if silent { look.in_colour(INK).bold() } else { look };
        canvas.text((left - 8, middle), &fit(&host.host, left - 14, 11), look);
        for (lane, class) in classes.iter().enumerate() {
            let y = row_top + lane as i32 * LANE_PX;
            let Some(seen) = host.of_class(class) else {
                // No source of this class: a thin line, so that the lane is not taken for a gap.
                canvas.line((left, y + 2), (right, y + 2), LANE, 1);
                continue;
            };
            canvas.fill((left, y), (right, y + LANE_PX - 1), UNSEEN);
            for span in &seen.spans {
                bar(canvas, time, *span, y, colour(class));
            }
            for silence in &seen.silences {
                let tip = format!(
                    "{}: {} silent from {} to {} UTC",
                    host.host,
                    class_name(class),
                    wording::minute(silence.from),
                    wording::minute(silence.to)
                );
                canvas.linked(&anchor("cover-", &host.host), &tip, |canvas| {
                    bar(canvas, time, (silence.from, silence.to), y, ORANGE);
                });
            }
        }
        let longest = host.seen.iter().flat_map(|seen| seen.silences.iter().map(move |s| (seen, s)));
        if let Some((seen, silence)) = longest.max_by_key(|(_, s)| (s.to - s.from, Reverse(s.from))) {
            let length = wording::duration((silence.to - silence.from).num_seconds() as f64);
            let text = format!("{} {length}", class_name(&seen.class));
            canvas.text(
                (right + 12, middle),
                &fit(&text, 112, 11),
                Type::small(Align::Left).in_colour(VERMILION),
            );
        }
    }
}

fn bar(canvas: &mut Canvas, time: &TimeScale, (from, to): Span, y: i32, colour: RGBColor) {
    let from = time.x(from);
    canvas.fill((from, y), (time.x(to).max(from + 1), y + LANE_PX - 1), colour);
}

/// One panel: of how many of all hosts something of this class was seen.
fn paint_share(
    canvas: &mut Canvas,
    report: &Report,
    class: &str,
    total: usize,
    top: i32,
    time: &TimeScale,
    (left, right): (i32, i32),
) {
    let bottom = top + PANEL_PX;
    canvas.fill((left, top), (right, bottom), LANE);
    canvas.text((left - 8, top + PANEL_PX / 2), class_name(class), Type::label(Align::Right));
    for (share, label) in [(0, "0 %"), (1, "50 %"), (2, "100 %")] {
        let y = bottom - PANEL_PX * share / 2;
        canvas.grid_line((left, y), (right, y));
        canvas.text((right + 8, y), label, Type { size: 10, ..Type::small(Align::Left) });
    }
    let parts = ((right - left) / PART_PX).max(1);
    let mut changes: BTreeMap<i32, i64> = BTreeMap::new();
    for seen in report.coverage.iter().filter_map(|host| host.of_class(class)) {
        let mut last = -1;
        for (from, to) in &seen.spans {
            let part = |at| ((time.x(at) - left) / PART_PX).min(parts - 1);
            // A host counts once in a part, however many spans it has there.
            let (from, to) = (part(*from).max(last + 1), part(*to));
            if to >= from {
                *changes.entry(from).or_default() += 1;
                *changes.entry(to + 1).or_default() -= 1;
                last = to;
            }
        }
    }
    let mut seen = 0_i64;
    let mut run: Option<(i32, i32)> = None;
    let height = |count: i64| (count as f64 / total.max(1) as f64 * f64::from(PANEL_PX)).round() as i32;
    for part in 0..=parts {
        seen += changes.get(&part).copied().unwrap_or(0);
        let now = (part < parts).then(|| height(seen));
        if let Some((from, tall)) = run
            && now != Some(tall)
        {
            let x = |part: i32| left + part * PART_PX;
            canvas.fill((x(from), bottom - tall), (x(part).min(right), bottom), colour(class));
            run = None;
        }
        if run.is_none() {
            run = now.filter(|tall| *tall > 0).map(|tall| (part, tall));
        }
    }
}
