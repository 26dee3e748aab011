//! The timeline: one lane per host, with what ended it and what was not observed.
//!
//! The picture is complete as it is. For the script of the page, which shows a part of the time, all that has a time
//! stands in a group that says it in seconds of Unix time: `span` (`data-from`, `data-to`) and `instant` (`data-at`);
//! `lane` names the host and the middle of its lane, and `plot` the scale.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::report::{Coverage, NamedSpan};
use crate::model::{Incident, Report};
use crate::report::selection::{
    causes, clusters, hosts, hosts_hit, leading_factor, natural, planned, unplanned,
};
use crate::report::text_safety::anchor;
use crate::report::wording;

use super::axis::TimeScale;
use super::canvas::{Align, Canvas, Type, fit, text_width};
use super::marks::{Swatch, legend, legend_height};
use super::palette::{Form, GREEN, INK, LANE, MUTED, PURPLE, UNSEEN, WINDOW, cause_mark};
use super::{Chart, Omitted};

const NAME: &str = "Timeline of all hosts";
const WIDTH: i32 = 1120;
/// Up to this many hosts all have a lane; beyond, only those with unplanned incidents.
const ALL_HOSTS_MAX: usize = 60;
/// Most lanes in one picture.
const LANES_MAX: usize = 120;
/// Marks nearer than this share a place, with a count.
const TOUCHING_PX: i32 = 9;
/// Room that the count needs.
const COUNT_PX: i32 = 30;

/// The lanes that are shown, and how many hosts are not.
struct Lanes<'a> {
    hosts: Vec<&'a str>,
    rows: BTreeMap<&'a str, usize>,
    note: Option<String>,
}

impl<'a> Lanes<'a> {
    fn choose(report: &'a Report, unplanned: &[&'a Incident]) -> Self {
        let all = hosts(report);
        let total = all.len();
        let mut note = None;
        let mut shown = all;
        if total > ALL_HOSTS_MAX {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for incident in unplanned {
                *counts.entry(&incident.host).or_default() += 1;
            }
            shown.retain(|host| counts.contains_key(host));
            let hit = shown.len();
            if hit > LANES_MAX {
                shown.sort_by(|a, b| counts[b].cmp(&counts[a]).then_with(|| natural(a, b)));
                shown.truncate(LANES_MAX);
                shown.sort_by(|a, b| natural(a, b));
                note = Some(format!(
                    "shown: the {LANES_MAX} hosts with most unplanned incidents, of {hit} with any and {} in all",
                    wording::grouped(total as u64)
                ));
            } else {
                note = Some(format!(
                    "shown: the {hit} of {} hosts that had an unplanned incident",
                    wording::grouped(total as u64)
                ));
            }
        }
        let rows = shown.iter().enumerate().map(|(row, &host)| (host, row)).collect();
        Self { hosts: shown, rows, note }
    }
}

/// Where things are on the sheet.
struct Layout {
    top: i32,
    bottom: i32,
    row: i32,
    time: TimeScale,
    left: i32,
    right: i32,
}

impl Layout {
    fn middle(&self, row: usize) -> i32 {
        self.top + self.row * row as i32 + self.row / 2
    }

    /// Upper and lower edge of the band inside a lane.
    fn band(&self, row: usize) -> (i32, i32) {
        let inset = if self.row >= 14 { 2 } else { 1 };
        let top = self.top + self.row * row as i32;
        (top + inset, top + self.row - inset)
    }
}

pub(super) fn draw(report: &Report) -> Result<Chart, Omitted> {
    let unplanned = unplanned(report);
    if report.hosts.is_empty() && report.incidents.is_empty() {
        return Err(Omitted::new(NAME, "no host was found"));
    }
    let lanes = Lanes::choose(report, &unplanned);
    if lanes.hosts.is_empty() {
        return Err(Omitted::new(NAME, "the fleet is large and none of its hosts had an unplanned incident"));
    }

    let row = match lanes.hosts.len() {
        0..=40 => 18,
        41..=60 => 16,
        61..=90 => 14,
        _ => 13,
    };
    let left = 16 + lanes.hosts.iter().map(|host| text_width(host, 12)).max().unwrap_or(0).clamp(40, 230) + 8;
    let factor = leading_factor(report).map(|term| term.factor.as_str());
    let right = WIDTH - if factor.is_some() { 160 } else { 52 };
    let entries = legend_entries(report, &lanes, &unplanned);
    let legend_top = 44;
    let top =
        legend_top + legend_height(&entries, 16, WIDTH - 16) + if lanes.note.is_some() { 40 } else { 24 };
    let bottom = top + row * lanes.hosts.len() as i32;
    let layout =
        Layout { top, bottom, row, time: TimeScale::new(report.from, report.to, left, right), left, right };

    let title = title(report, &unplanned);
    let mut canvas = Canvas::new(WIDTH, bottom + 50);
    canvas.title(&title);
    legend(&mut canvas, &entries, 16, WIDTH - 16, legend_top);
    if let Some(note) = &lanes.note {
        canvas.text((16, top - 28), note, Type::small(Align::Left));
    }
    paint_names(&mut canvas, &layout, &lanes, report, &unplanned, factor);
    paint_plot(&mut canvas, &layout, &lanes, report, &unplanned);

    let caption = "One lane per host. Grey stretches were not observed: an incident there could not have been seen. \
                   Marks that lie close together are drawn as one, in the sign of their most frequent cause, with \
                   their number."
        .to_owned();
    Ok(canvas.finish("timeline.svg", title, caption))
}

fn title(report: &Report, unplanned: &[&Incident]) -> String {
    if unplanned.is_empty() {
        return format!(
            "No unplanned incident on {} from {} to {}",
            wording::count(report.hosts.len(), "host"),
            wording::day(report.from),
            wording::day(report.to)
        );
    }
    let most = causes(unplanned)
        .first()
        .map(|&(cause, number)| format!("; most often: {} ({number})", wording::cause(cause)))
        .unwrap_or_default();
    format!(
        "{} on {} of {}{most}",
        wording::count(unplanned.len(), "unplanned incident"),
        hosts_hit(unplanned),
        wording::count(report.hosts.len(), "host")
    )
}

fn legend_entries(report: &Report, lanes: &Lanes<'_>, unplanned: &[&Incident]) -> Vec<(Swatch, String)> {
    let mut entries: Vec<(Swatch, String)> = causes(unplanned)
        .into_iter()
        .map(|(cause, number)| {
            let (form, colour) = cause_mark(cause);
            (
                Swatch::Named(wording::cause(cause), form, colour),
                format!("{} ({number})", wording::cause(cause)),
            )
        })
        .collect();
    let planned = planned(report).len();
    if planned > 0 {
        entries.push((Swatch::Named("planned", Form::Ring, MUTED), format!("planned ({planned})")));
    }
    if !clusters(unplanned).is_empty() {
        entries.push((Swatch::Join(INK), "one event on several hosts".to_owned()));
    }
    entries.push((Swatch::Area(UNSEEN), "not observed".to_owned()));
    if report.spans.iter().any(is_maintenance) {
        entries.push((Swatch::Area(WINDOW), "maintenance window".to_owned()));
    }
    let shown = report.changes.iter().filter(|change| lanes.rows.contains_key(change.host.as_str()));
    let (firmware, other): (Vec<_>, Vec<_>) = shown.partition(|change| is_firmware(&change.factor));
    for (changes, colour) in [(firmware, GREEN), (other, PURPLE)] {
        let names: BTreeSet<&str> = changes.iter().map(|change| change.factor.as_str()).collect();
        let names: Vec<String> = names.into_iter().map(|name| fit(name, 150, 12)).collect();
        if !names.is_empty() {
            entries.push((Swatch::Tick(colour), format!("change of {}", wording::listed(&names, 2))));
        }
    }
    entries
}

fn is_maintenance(span: &NamedSpan) -> bool {
    span.name.contains("maintenance")
}

fn is_firmware(factor: &str) -> bool {
    ["bios", "firmware", "microcode", "bmc"].iter().any(|word| factor.contains(word))
}

/// All that stands on the scale of time.
fn paint_plot(
    canvas: &mut Canvas,
    layout: &Layout,
    lanes: &Lanes<'_>,
    report: &Report,
    unplanned: &[&Incident],
) {
    let (from, to) = layout.time.ends();
    let scale = [
        ("from", from),
        ("to", to),
        ("left", layout.left.into()),
        ("right", layout.right.into()),
        ("top", layout.top.into()),
        ("bottom", layout.bottom.into()),
    ]
    .map(|(name, value)| (name, value.to_string()));
    let facts: Vec<(&str, &str)> = scale.iter().map(|(name, value)| (*name, value.as_str())).collect();
    canvas.group("plot", &facts, |canvas| {
        paint_ground(canvas, layout, lanes, report);
        paint_spans(canvas, layout, lanes, report);
        paint_clusters(canvas, layout, lanes, unplanned);
        canvas.group("marks", &[], |canvas| {
            paint_incidents(canvas, layout, lanes, &planned(report));
            paint_incidents(canvas, layout, lanes, unplanned);
        });
    });
}

/// Paints what lasts.
fn span(canvas: &mut Canvas, from: DateTime<Utc>, to: DateTime<Utc>, draw: impl FnOnce(&mut Canvas)) {
    let ends = [from, to].map(|at| at.timestamp().to_string());
    canvas.group("span", &[("from", &ends[0]), ("to", &ends[1])], draw);
}

/// Paints what is at one time.
fn instant(canvas: &mut Canvas, at: DateTime<Utc>, draw: impl FnOnce(&mut Canvas)) {
    canvas.group("instant", &[("at", &at.timestamp().to_string())], draw);
}

/// Lanes, unobserved time and the axis of time.
fn paint_ground(canvas: &mut Canvas, layout: &Layout, lanes: &Lanes<'_>, report: &Report) {
    let coverage: BTreeMap<&str, &Coverage> = report.coverage.iter().map(|c| (c.host.as_str(), c)).collect();
    for (row, host) in lanes.hosts.iter().enumerate() {
        let (top, bottom) = layout.band(row);
        canvas.fill((layout.left, top), (layout.right, bottom), UNSEEN);
        for &(from, to) in coverage.get(host).map_or(&[][..], |coverage| &coverage.observed) {
            let (start, end) = (layout.time.x(from), layout.time.x(to));
            if to > from {
                span(canvas, from, to, |canvas| canvas.fill((start, top), (end, bottom), LANE));
            }
        }
    }
    canvas.group("ticks", &[], |canvas| {
        for (at, label) in layout.time.ticks() {
            let x = layout.time.x(at);
            canvas.grid_line((x, layout.top), (x, layout.bottom + 5));
            canvas.text((x, layout.bottom + 14), &label, Type::small(Align::Centre));
        }
    });
    canvas.text(
        ((layout.left + layout.right) / 2, layout.bottom + 35),
        "time (UTC)",
        Type::small(Align::Centre),
    );
}

/// Host names at the left; number of unplanned incidents and the leading factor at the right.
fn paint_names(
    canvas: &mut Canvas,
    layout: &Layout,
    lanes: &Lanes<'_>,
    report: &Report,
    unplanned: &[&Incident],
    factor: Option<&str>,
) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for incident in unplanned {
        *counts.entry(&incident.host).or_default() += 1;
    }
    let size = if layout.row >= 14 { 11 } else { 10 };
    let small = |align| Type { size, ..Type::small(align) };
    let head = layout.top - 9;
    canvas.text((layout.right + 20, head), "number", Type { size: 10, ..Type::small(Align::Centre) });
    if let Some(factor) = factor {
        canvas.text(
            (layout.right + 46, head),
            &fit(factor, 108, 10),
            Type { size: 10, ..Type::small(Align::Left) },
        );
    }
    for (row, &host) in lanes.hosts.iter().enumerate() {
        let y = layout.middle(row);
        let number = counts.get(host).copied().unwrap_or(0);
        let name = if number > 0 { small(Align::Right).in_colour(INK).bold() } else { small(Align::Right) };
        canvas.group("lane", &[("host", host), ("y", &y.to_string())], |canvas| {
            canvas.text((layout.left - 8, y), &fit(host, layout.left - 14, size), name);
        });
        if number > 0 {
            canvas.text(
                (layout.right + 20, y),
                &number.to_string(),
                small(Align::Centre).in_colour(INK).bold(),
            );
        }
        if let Some(value) = factor.and_then(|factor| report.host_factors.get(host)?.get(factor)) {
            canvas.text((layout.right + 46, y), &fit(value, 108, size), small(Align::Left));
        }
    }
}

/// Maintenance windows and changes of firmware or other factors.
fn paint_spans(canvas: &mut Canvas, layout: &Layout, lanes: &Lanes<'_>, report: &Report) {
    for window in report.spans.iter().filter(|span| is_maintenance(span)) {
        let Some(&row) = lanes.rows.get(window.host.as_str()) else { continue };
        if window.to < report.from || window.from > report.to {
            continue;
        }
        let (top, bottom) = layout.band(row);
        let start = layout.time.x(window.from);
        let end = layout.time.x(window.to).max(start + 3);
        span(canvas, window.from, window.to, |canvas| canvas.fill((start, top), (end, bottom), WINDOW));
    }
    for change in &report.changes {
        let Some(&row) = lanes.rows.get(change.host.as_str()) else { continue };
        if !layout.time.contains(change.at) {
            continue;
        }
        let (top, bottom) = layout.band(row);
        let x = layout.time.x(change.at);
        let colour = if is_firmware(&change.factor) { GREEN } else { PURPLE };
        instant(canvas, change.at, |canvas| canvas.fill((x - 1, top - 1), (x + 1, bottom + 1), colour));
    }
}

/// A line through the lanes that one event touched.
fn paint_clusters(canvas: &mut Canvas, layout: &Layout, lanes: &Lanes<'_>, unplanned: &[&Incident]) {
    for members in clusters(unplanned).values() {
        let rows: BTreeSet<usize> =
            members.iter().filter_map(|incident| lanes.rows.get(incident.host.as_str())).copied().collect();
        if let (Some(&first), Some(&last), Some(incident)) = (rows.first(), rows.last(), members.first())
            && first != last
        {
            let x = layout.time.x(incident.at);
            let (top, bottom) = (layout.middle(first), layout.middle(last));
            instant(canvas, incident.at, |canvas| canvas.line((x, top), (x, bottom), INK, 1));
        }
    }
}

fn paint_incidents(canvas: &mut Canvas, layout: &Layout, lanes: &Lanes<'_>, incidents: &[&Incident]) {
    let mut by_host: BTreeMap<usize, Vec<&Incident>> = BTreeMap::new();
    for incident in incidents {
        if let Some(&row) = lanes.rows.get(incident.host.as_str())
            && layout.time.contains(incident.at)
        {
            by_host.entry(row).or_default().push(incident);
        }
    }
    for (row, members) in by_host {
        let mut rest = members.as_slice();
        while let Some((first, _)) = rest.split_first() {
            let x = layout.time.x(first.at);
            let within = |pixels| rest.iter().take_while(|i| layout.time.x(i.at) - x < pixels).count().max(1);
            let number = match within(TOUCHING_PX) {
                1 => 1,
                _ if first.planned => within(TOUCHING_PX),
                _ => within(COUNT_PX),
            };
            paint_mark(canvas, layout, row, &rest[..number]);
            rest = &rest[number..];
        }
    }
}

/// One mark for incidents that lie close together, in the form of their most frequent cause.
fn paint_mark(canvas: &mut Canvas, layout: &Layout, row: usize, together: &[&Incident]) {
    let Some(first) = together.first() else { return };
    let causes = causes(together);
    let most = causes.first().map_or(first.cause, |&(cause, _)| cause);
    let (form, colour) = if first.planned { (Form::Ring, MUTED) } else { cause_mark(most) };
    let radius = match (first.planned, layout.row >= 16) {
        (true, _) => 3,
        (false, true) => 5,
        (false, false) => 4,
    };
    let at = (layout.time.x(first.at), layout.middle(row));
    let mut tip = format!(
        "{}: {}, {} UTC",
        first.host,
        if first.planned { "planned" } else { wording::cause(first.cause) },
        wording::minute(first.at)
    );
    if together.len() > 1 {
        let causes: Vec<String> =
            causes.iter().map(|&(cause, number)| format!("{} {number}", wording::cause(cause))).collect();
        tip += &format!(" and {} more ({})", together.len() - 1, causes.join(", "));
    }
    canvas.linked(&anchor("i-", &first.id), &tip, |canvas| {
        canvas.mark(form, at, radius, colour);
        if together.len() > 1 && !first.planned {
            let look = Type { size: 10, ..Type::small(Align::Left) };
            canvas.text((at.0 + radius + 2, at.1), &format!("×{}", together.len()), look.in_colour(INK));
        }
    });
}
