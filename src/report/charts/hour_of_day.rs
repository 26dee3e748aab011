//! Unplanned incidents by hour of the day at the site.

use chrono::{DateTime, Utc};

use crate::model::{Incident, Report, study::utc_offset_at};
use crate::report::selection::unplanned;
use crate::report::wording;

use super::axis::steps;
use super::canvas::{Align, Canvas, Type};
use super::marks::{Swatch, legend};
use super::palette::{BLUE, GRID, INK, MUTED, SKY};
use super::{Chart, Omitted};

const NAME: &str = "Hour of day";
const WIDTH: i32 = 760;
const HEIGHT: i32 = 330;
const LEFT: i32 = 66;
const RIGHT: i32 = WIDTH - 24;
const TOP: i32 = 84;
const BOTTOM: i32 = HEIGHT - 58;
/// An incident whose time is known less well than this counts as vague.
const VAGUE_S: i64 = 3_600;
const QUARTER_HOURS: usize = 6;

pub(super) fn draw(report: &Report) -> Result<Chart, Omitted> {
    let incidents = unplanned(report);
    if incidents.is_empty() {
        return Err(Omitted::new(NAME, "there is no unplanned incident"));
    }
    let mut sharp = [0u32; 24];
    let mut vague = [0u32; 24];
    for incident in &incidents {
        let (usual, steps) = (report.site_utc_offset_s, &report.site_utc_offset_steps);
        let hour = local_hour(incident.at, utc_offset_at(usual, steps, incident.at.timestamp()));
        if is_vague(incident) { vague[hour] += 1 } else { sharp[hour] += 1 }
    }
    let totals: Vec<u32> = sharp.iter().zip(vague).map(|(a, b)| a + b).collect();
    let title = title(&totals, incidents.len());

    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    canvas.title(&title);
    let mut entries = vec![(Swatch::Area(BLUE), "time known to within an hour".to_owned())];
    if vague.iter().any(|&number| number > 0) {
        entries.push((Swatch::Area(SKY), "time less certain".to_owned()));
    }
    legend(&mut canvas, &entries, LEFT, RIGHT, 46);
    let most = f64::from(totals.iter().copied().max().unwrap_or(1));
    let steps = steps(most, true);
    let top_value = steps.last().copied().unwrap_or(1.0);
    let y = |value: f64| BOTTOM - (value / top_value * f64::from(BOTTOM - TOP)).round() as i32;
    for step in &steps {
        canvas.grid_line((LEFT, y(*step)), (RIGHT, y(*step)));
        canvas.text((LEFT - 8, y(*step)), &format!("{step:.0}"), Type::small(Align::Right));
    }
    let slot = f64::from(RIGHT - LEFT) / 24.0;
    for hour in 0..24 {
        let from = LEFT + (slot * hour as f64).round() as i32 + 2;
        let to = LEFT + (slot * (hour + 1) as f64).round() as i32 - 2;
        let sharp_top = y(f64::from(sharp[hour]));
        canvas.fill((from, sharp_top), (to, BOTTOM), BLUE);
        canvas.fill((from, y(f64::from(totals[hour]))), (to, sharp_top), SKY);
    }
    for hour in (0..=24).step_by(3) {
        let x = LEFT + (slot * f64::from(hour)).round() as i32;
        canvas.line((x, BOTTOM), (x, BOTTOM + 5), GRID, 1);
        canvas.text((x, BOTTOM + 15), &format!("{hour:02}:00"), Type::small(Align::Centre));
    }
    canvas.line((LEFT, BOTTOM), (RIGHT, BOTTOM), MUTED, 1);
    let axis = format!("hour of day at the site ({})", wording::zones(report));
    canvas.text(((LEFT + RIGHT) / 2, BOTTOM + 38), &axis, Type::small(Align::Centre));
    canvas.upright(
        (20, (TOP + BOTTOM) / 2),
        "unplanned incidents",
        Type::small(Align::Centre).in_colour(INK),
    );
    let caption =
        "Incidents that hit several hosts at once count once per host. Some hours always have more than \
                   others; whether the pattern is more than chance is judged in the ranking."
            .to_owned();
    Ok(canvas.finish("hour-of-day.svg", title, caption))
}

fn is_vague(incident: &Incident) -> bool {
    (incident.at_latest - incident.at_earliest).num_seconds() > VAGUE_S
}

fn local_hour(at: DateTime<Utc>, offset_s: i64) -> usize {
    ((at.timestamp() + offset_s).rem_euclid(86_400) / 3_600) as usize
}

/// Names the fullest quarter of the day, next to what an even spread would put there.
fn title(totals: &[u32], incidents: usize) -> String {
    let in_quarter = |start: usize| (0..QUARTER_HOURS).map(|step| totals[(start + step) % 24]).sum::<u32>();
    let start = (0..24).max_by_key(|&start| (in_quarter(start), 24 - start)).unwrap_or(0);
    format!(
        "{} of {} from {start:02}:00 to {:02}:00, the fullest six hours",
        in_quarter(start),
        wording::count(incidents, "unplanned incident"),
        (start + QUARTER_HOURS) % 24,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_is_that_of_the_site() {
        let at: DateTime<Utc> = "2025-03-01T23:30:00Z".parse().unwrap();
        assert_eq!(local_hour(at, 0), 23);
        assert_eq!(local_hour(at, 3_600), 0);
        assert_eq!(local_hour(at, -86_400), 23);
    }
}
