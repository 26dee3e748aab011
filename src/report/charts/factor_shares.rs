//! Who is hit: each value's share of the unplanned incidents next to its share of the hosts.

use std::collections::BTreeMap;

use crate::model::{Incident, Report, Term};
use crate::report::selection::{leading_factor, natural, ranked, unplanned};
use crate::report::wording;

use super::canvas::{Align, Canvas, Type, fit};
use super::marks::{Swatch, legend};
use super::palette::{BLUE, GRID, INK, MUTED, UNSEEN};
use super::{Chart, Omitted};

const NAME: &str = "Incidents by factor";
const WIDTH: i32 = 1120;
const LEFT: i32 = 250;
const RIGHT: i32 = 820;
const ROW: i32 = 28;
const HEAD: i32 = 34;
const FACTORS_MAX: usize = 6;
const VALUES_MAX: usize = 8;
/// Asked for by everybody who has ever had this problem.
const USUAL: [&str; 4] = ["model", "bios_version", "role", "os"];

/// One value of a factor.
struct Bar {
    value: String,
    incidents: usize,
    hosts: usize,
}

/// One factor with its values.
struct Panel<'a> {
    factor: &'a str,
    bars: Vec<Bar>,
}

pub(super) fn draw(report: &Report) -> Result<Chart, Omitted> {
    let incidents = unplanned(report);
    if incidents.is_empty() {
        return Err(Omitted::new(NAME, "there is no unplanned incident"));
    }
    let panels: Vec<Panel<'_>> = factors(report)
        .into_iter()
        .map(|factor| panel(report, &incidents, factor))
        .filter(|panel| panel.bars.len() > 1)
        .take(FACTORS_MAX)
        .collect();
    if panels.is_empty() {
        return Err(Omitted::new(NAME, "no factor is known that differs between hosts"));
    }

    let title = title(report, &incidents);
    let rows: usize = panels.iter().map(|panel| panel.bars.len()).sum();
    let top = 74;
    let bottom = top + HEAD * panels.len() as i32 + ROW * rows as i32;
    let mut canvas = Canvas::new(WIDTH, bottom + 50);
    canvas.title(&title);
    let entries = [
        (Swatch::Area(BLUE), "share of the unplanned incidents".to_owned()),
        (Swatch::Area(UNSEEN), "share of the hosts".to_owned()),
    ];
    legend(&mut canvas, &entries, 16, RIGHT, 44);
    for percent in (0..=100).step_by(25) {
        let x = pixel(f64::from(percent) / 100.0);
        canvas.grid_line((x, top), (x, bottom + 4));
        canvas.text((x, bottom + 14), &format!("{percent} %"), Type::small(Align::Centre));
    }
    canvas.text(((LEFT + RIGHT) / 2, bottom + 35), "share in percent", Type::small(Align::Centre));
    let mut y = top;
    for panel in &panels {
        canvas.text(
            (16, y + HEAD / 2 + 4),
            &fit(panel.factor, LEFT - 30, 13),
            Type { size: 13, ..Type::label(Align::Left).bold() },
        );
        canvas.line((16, y + 4), (WIDTH - 16, y + 4), GRID, 1);
        y += HEAD;
        for bar in &panel.bars {
            paint_bar(&mut canvas, y, bar, incidents.len(), report.hosts.len());
            y += ROW;
        }
    }
    let caption = "Where the blue bar is longer than the grey one, that value is hit more often than its number of hosts \
                   suggests. Incidents count under the value at the time, hosts under the value at the end of the data; \
                   time in service is not in this picture, but it is in the rate ratios."
        .to_owned();
    Ok(canvas.finish("factors.svg", title, caption))
}

fn pixel(share: f64) -> i32 {
    LEFT + (share.clamp(0.0, 1.0) * f64::from(RIGHT - LEFT)).round() as i32
}

/// Factors of the hypotheses by rank, then the usual ones.
fn factors(report: &Report) -> Vec<&str> {
    let ranked = ranked(report);
    let terms = ranked.iter().take(10).flat_map(|hypothesis| &hypothesis.terms);
    let mut factors: Vec<&str> = Vec::new();
    for factor in terms.map(|term: &Term| term.factor.as_str()).chain(USUAL) {
        if report.factors.contains_key(factor) && !factors.contains(&factor) {
            factors.push(factor);
        }
    }
    factors
}

fn panel<'a>(report: &Report, incidents: &[&Incident], factor: &'a str) -> Panel<'a> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (value, &hosts) in report.factors.get(factor).into_iter().flatten() {
        counts.entry(value).or_default().1 = hosts as usize;
    }
    for incident in incidents {
        if let Some(value) = incident.factors.get(factor) {
            counts.entry(value).or_default().0 += 1;
        }
    }
    let mut bars: Vec<Bar> = counts
        .into_iter()
        .map(|(value, (incidents, hosts))| Bar { value: value.to_owned(), incidents, hosts })
        .collect();
    bars.sort_by(|a, b| {
        (b.incidents, b.hosts).cmp(&(a.incidents, a.hosts)).then_with(|| natural(&a.value, &b.value))
    });
    if bars.len() > VALUES_MAX {
        let rest = bars.split_off(VALUES_MAX - 1);
        bars.push(Bar {
            value: format!("({} further values)", rest.len()),
            incidents: rest.iter().map(|bar| bar.incidents).sum(),
            hosts: rest.iter().map(|bar| bar.hosts).sum(),
        });
    }
    Panel { factor, bars }
}

fn paint_bar(canvas: &mut Canvas, top: i32, bar: &Bar, incidents: usize, hosts: usize) {
    let middle = top + ROW / 2;
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    canvas.text((LEFT - 10, middle), &fit(&bar.value, LEFT - 40, 12), Type::label(Align::Right));
    canvas.fill((LEFT, top + 3), (pixel(share(bar.incidents, incidents)), middle), BLUE);
    canvas.fill((LEFT, middle), (pixel(share(bar.hosts, hosts)), top + ROW - 5), UNSEEN);
    canvas.line((LEFT, top), (LEFT, top + ROW), MUTED, 1);
    let text = format!("{} of {incidents} incidents, {} of {hosts} hosts", bar.incidents, bar.hosts);
    canvas.text((RIGHT + 22, middle), &text, Type::label(Align::Left).in_colour(INK));
}

/// The leading factor's value if there is a lead, else only what is shown.
fn title(report: &Report, incidents: &[&Incident]) -> String {
    let Some(term) = leading_factor(report) else {
        return "Who is hit: share of the incidents and share of the hosts, by factor".to_owned();
    };
    let hit =
        incidents.iter().filter(|incident| incident.factors.get(&term.factor) == Some(&term.value)).count();
    let hosts =
        report.factors.get(&term.factor).and_then(|values| values.get(&term.value)).copied().unwrap_or(0);
    format!(
        "{} = {}: {hit} of {} on {hosts} of {}",
        term.factor,
        term.value,
        wording::count(incidents.len(), "unplanned incident"),
        wording::count(report.hosts.len(), "host")
    )
}
