//! Power draw around unplanned incidents: did the host go down under load, or did its feed?

use chrono::TimeDelta;

use crate::model::report::PowerPoint;
use crate::model::{Incident, Report};
use crate::report::selection::{ranked, unplanned};
use crate::report::wording;

use super::axis::steps;
use super::canvas::{Align, Canvas, Type, fit};
use super::palette::{BLUE, INK, LANE, MUTED, VERMILION};
use super::{Chart, Omitted};

const NAME: &str = "Power around an incident";
const WIDTH: i32 = 1120;
const LEFT: i32 = 80;
const RIGHT: i32 = WIDTH - 24;
const PANEL: i32 = 190;
const PANELS_MAX: usize = 3;
const HOURS: i64 = 6;
/// Fewer readings than this are no curve.
const READINGS_MIN: usize = 3;
/// A gap longer than this many times the usual step breaks the curve.
const GAP_STEPS: i64 = 3;

struct Trace<'a> {
    incident: &'a Incident,
    points: Vec<&'a PowerPoint>,
}

pub(super) fn draw(report: &Report) -> Result<Chart, Omitted> {
    if report.power.values().all(Vec::is_empty) {
        return Err(Omitted::new(NAME, "the data hold no power readings around unplanned incidents"));
    }
    let traces = traces(report);
    if traces.is_empty() {
        let reason = format!("no unplanned incident has {READINGS_MIN} power readings within {HOURS} hours");
        return Err(Omitted::new(NAME, reason));
    }
    let title = match traces.as_slice() {
        [one] => format!(
            "Power draw of {} around its incident of {} UTC",
            one.incident.host,
            wording::minute(one.incident.at)
        ),
        some => format!("Power draw around {} unplanned incidents", some.len()),
    };
    let mut canvas = Canvas::new(WIDTH, 46 + PANEL * traces.len() as i32 + 40);
    let top = canvas.title(&title);
    for (place, trace) in traces.iter().enumerate() {
        paint(&mut canvas, top + PANEL * place as i32, trace);
    }
    let bottom = top + PANEL * traces.len() as i32;
    for hour in (-HOURS..=HOURS).step_by(2) {
        let label = match hour {
            0 => "incident".to_owned(),
            h => format!("{h:+} h"),
        };
        canvas.text((x_of(TimeDelta::hours(hour)), bottom), &label, Type::small(Align::Centre));
    }
    canvas.text(
        ((LEFT + RIGHT) / 2, bottom + 22),
        "hours before and after the incident",
        Type::small(Align::Centre),
    );
    let caption = "A draw that falls to zero with nothing else wrong points at the supply or the feed; a draw that goes on \
                   points at the software. The shaded band is the span in which the incident lies. The curve is \
                   interrupted where readings are missing."
        .to_owned();
    Ok(canvas.finish("power.svg", title, caption))
}

/// Up to three incidents with readings: first those of the best hypothesis, then those with the
/// most readings.
fn traces(report: &Report) -> Vec<Trace<'_>> {
    let leading: &[String] = ranked(report).first().map_or(&[], |hypothesis| &hypothesis.incidents);
    let mut traces: Vec<Trace<'_>> = unplanned(report)
        .into_iter()
        .filter_map(|incident| {
            let points: Vec<&PowerPoint> = report
                .power
                .get(&incident.host)?
                .iter()
                .filter(|point| {
                    (point.at - incident.at).abs() <= TimeDelta::hours(HOURS) && point.watts.is_finite()
                })
                .collect();
            (points.len() >= READINGS_MIN).then_some(Trace { incident, points })
        })
        .collect();
    traces.sort_by_key(|trace| {
        (!leading.contains(&trace.incident.id), usize::MAX - trace.points.len(), trace.incident.at)
    });
    traces.truncate(PANELS_MAX);
    traces.sort_by_key(|trace| trace.incident.at);
    traces
}

fn x_of(from_incident: TimeDelta) -> i32 {
    let share = from_incident.num_seconds() as f64 / (HOURS * 3_600) as f64;
    let half = f64::from(RIGHT - LEFT) / 2.0;
    LEFT + (half + half * share.clamp(-1.0, 1.0)).round() as i32
}

fn paint(canvas: &mut Canvas, top: i32, trace: &Trace<'_>) {
    let (high, low) = (top + 34, top + PANEL - 18);
    let most = trace.points.iter().map(|point| point.watts).fold(0.0, f64::max);
    let steps = steps(most, false);
    let top_value = steps.last().copied().unwrap_or(1.0);
    let y = |watts: f64| low - (watts.max(0.0) / top_value * f64::from(low - high)).round() as i32;
    let at = trace.incident.at;

    canvas.text((LEFT, top + 16), &fit(&heading(trace), RIGHT - LEFT, 12), Type::label(Align::Left).bold());
    let earliest = x_of(trace.incident.at_earliest - at);
    let latest = x_of(trace.incident.at_latest - at);
    canvas.fill((earliest - 3, high), (latest + 3, low), LANE);
    for step in &steps {
        canvas.grid_line((LEFT, y(*step)), (RIGHT, y(*step)));
        canvas.text((LEFT - 8, y(*step)), &format!("{step:.0}"), Type::small(Align::Right));
    }
    canvas.upright((22, (high + low) / 2), "power (watts)", Type::small(Align::Centre).in_colour(INK));
    for run in unbroken(&trace.points) {
        let line: Vec<(i32, i32)> = run.iter().map(|point| (x_of(point.at - at), y(point.watts))).collect();
        match line.as_slice() {
            [one] => canvas.fill((one.0 - 1, one.1 - 1), (one.0 + 1, one.1 + 1), BLUE),
            line => canvas.path(line, BLUE, 2),
        }
    }
    canvas.dashes(x_of(TimeDelta::zero()), high, low, VERMILION);
    canvas.line((LEFT, low), (RIGHT, low), MUTED, 1);
}

/// What and when, and the last reading before it.
fn heading(trace: &Trace<'_>) -> String {
    let incident = trace.incident;
    let mut text = format!(
        "{}, {} UTC, {}",
        incident.host,
        wording::minute(incident.at),
        wording::cause(incident.cause)
    );
    if let Some(last) = trace.points.iter().rfind(|point| point.at < incident.at) {
        let before = (incident.at - last.at).num_seconds() as f64;
        text += &format!(": {:.0} W at the last reading, {} before", last.watts, wording::duration(before));
    }
    text
}

/// Runs of readings without a long gap.
fn unbroken<'a>(points: &[&'a PowerPoint]) -> Vec<Vec<&'a PowerPoint>> {
    let mut gaps: Vec<i64> = points.windows(2).map(|pair| (pair[1].at - pair[0].at).num_seconds()).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0).max(1);
    let mut runs: Vec<Vec<&PowerPoint>> = Vec::new();
    for point in points {
        match runs.last_mut() {
            Some(run)
                if run.last().is_some_and(|last| (point.at - last.at).num_seconds() <= usual * GAP_STEPS) =>
            {
                run.push(point);
            }
            _ => runs.push(vec![point]),
        }
    }
    runs
}
