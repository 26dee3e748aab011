//! How long the hosts had been up when they ended unplanned.

use chrono::TimeDelta;

use crate::model::{Incident, Report};
use crate::report::selection::unplanned;
use crate::report::wording;

use super::axis::{LogScale, steps};
use super::canvas::{Align, Canvas, Type};
use super::palette::{BLUE, GRID, INK, MUTED, VERMILION};
use super::{Chart, Omitted};

const NAME: &str = "Uptime at the end";
const WIDTH: i32 = 760;
const HEIGHT: i32 = 360;
const LEFT: i32 = 66;
const RIGHT: i32 = WIDTH - 24;
const TOP: i32 = 108;
const BOTTOM: i32 = HEIGHT - 74;

/// Edges of the bins in days, with the label of the lower edge.
const EDGES: [(f64, &str); 12] = [
    (0.0, "0"),
    (1.0 / 24.0, "1 h"),
    (3.0 / 24.0, "3 h"),
    (8.0 / 24.0, "8 h"),
    (1.0, "1 d"),
    (3.0, "3 d"),
    (7.0, "7 d"),
    (20.0, "20 d"),
    (50.0, "50 d"),
    (140.0, "140 d"),
    (400.0, "400 d"),
    (1_100.0, "3 y"),
];
/// Ends of the drawn scale in days.
const LOW: f64 = 0.0145;
const HIGH: f64 = 1_100.0;

/// Uptimes at which counters are known to overflow: 2^31 and 2^32 milliseconds, 2^54 nanoseconds
/// in an old scheduler clock, and 2^31 and 2^32 hundredths of a second.
/// The last two say where the label stands, so that neighbours do not touch.
const COUNTERS: [(f64, &str, Align, i32); 5] = [
    (24.86, "24.9 d", Align::Centre, 16),
    (49.71, "49.7 d", Align::Centre, 16),
    (208.5, "208.5 d", Align::Right, 16),
    (248.55, "248.6 d", Align::Left, 16),
    (497.1, "497.1 d", Align::Centre, 32),
];

pub(super) fn draw(report: &Report) -> Result<Chart, Omitted> {
    let incidents = unplanned(report);
    let uptimes: Vec<f64> = incidents.iter().filter_map(|incident| uptime_days(incident)).collect();
    if incidents.is_empty() {
        return Err(Omitted::new(NAME, "there is no unplanned incident"));
    }
    if uptimes.is_empty() {
        return Err(Omitted::new(NAME, "no unplanned incident has a known start of its boot"));
    }
    let bins = bins(&uptimes);
    let title = title(&uptimes);

    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    canvas.title(&title);
    let scale = LogScale::new(LOW, HIGH, LEFT, RIGHT);
    let steps = steps(f64::from(bins.iter().copied().max().unwrap_or(1)), true);
    let top_value = steps.last().copied().unwrap_or(1.0);
    let y = |value: f64| BOTTOM - (value / top_value * f64::from(BOTTOM - TOP)).round() as i32;
    for step in &steps {
        canvas.grid_line((LEFT, y(*step)), (RIGHT, y(*step)));
        canvas.text((LEFT - 8, y(*step)), &format!("{step:.0}"), Type::small(Align::Right));
    }
    for (place, &number) in bins.iter().enumerate() {
        let from = scale.x(EDGES[place].0);
        let to = EDGES.get(place + 1).map_or(RIGHT, |edge| scale.x(edge.0));
        canvas.fill((from + 1, y(f64::from(number))), (to - 1, BOTTOM), BLUE);
    }
    paint_counters(&mut canvas, &scale);
    for (days, label) in EDGES {
        let x = scale.x(days);
        canvas.line((x, BOTTOM), (x, BOTTOM + 5), GRID, 1);
        canvas.text((x, BOTTOM + 28), label, Type::small(Align::Centre));
    }
    for days in &uptimes {
        let x = scale.x(*days);
        canvas.line((x, BOTTOM + 8), (x, BOTTOM + 18), INK, 1);
    }
    canvas.line((LEFT, BOTTOM), (RIGHT, BOTTOM), MUTED, 1);
    canvas.text(
        ((LEFT + RIGHT) / 2, BOTTOM + 52),
        "time since the boot before (logarithmic); each short stroke is one incident",
        Type::small(Align::Centre),
    );
    canvas.upright(
        (20, (TOP + BOTTOM) / 2),
        "unplanned incidents",
        Type::small(Align::Centre).in_colour(INK),
    );
    let mut caption = "Dashed lines mark uptimes at which counters are known to overflow; incidents heaped on one of \
                       them point to a clock bug. The shape alone proves nothing, because it also depends on how often hosts are rebooted."
        .to_owned();
    let unknown = incidents.len() - uptimes.len();
    if unknown > 0 {
        caption +=
            &format!(" For {} the start of the boot is not known.", wording::count(unknown, "incident"));
    }
    Ok(canvas.finish("uptime.svg", title, caption))
}

fn uptime_days(incident: &Incident) -> Option<f64> {
    let up = incident.at - incident.boot_started?;
    (up >= TimeDelta::zero()).then(|| up.num_seconds() as f64 / 86_400.0)
}

fn bins(uptimes: &[f64]) -> [u32; EDGES.len()] {
    let mut bins = [0; EDGES.len()];
    for days in uptimes {
        let place = EDGES.iter().rposition(|edge| edge.0 <= *days).unwrap_or(0);
        bins[place] += 1;
    }
    bins
}

fn title(uptimes: &[f64]) -> String {
    let near = COUNTERS
        .iter()
        .map(|&(days, label, ..)| {
            (uptimes.iter().filter(|up| (*up - days).abs() <= days * 0.01).count(), label)
        })
        .max_by_key(|&(number, _)| number)
        .filter(|&(number, _)| number >= 2);
    if let Some((number, label)) = near {
        return format!("{number} of {} came within 1 % of {label} of uptime", uptimes.len());
    }
    let mut sorted = uptimes.to_vec();
    sorted.sort_by(f64::total_cmp);
    let duration = |place: usize| wording::duration(sorted.get(place).copied().unwrap_or(0.0) * 86_400.0);
    if sorted.len() == 1 {
        return format!("The host had been up for {} when it went down", duration(0));
    }
    format!("Hosts had been up from {} to {} when they went down", duration(0), duration(sorted.len() - 1))
}

fn paint_counters(canvas: &mut Canvas, scale: &LogScale) {
    canvas.text((LEFT, TOP - 46), "known counter overflows:", Type::small(Align::Left));
    for (days, label, align, lift) in COUNTERS {
        let x = scale.x(days);
        canvas.dashes(x, TOP - lift + 7, BOTTOM, VERMILION);
        canvas.text((x, TOP - lift), label, Type { size: 10, ..Type::small(align) });
    }
}
