//! What the ranking must reach, line by line.
//!
//! The bars were set beforehand: what a reference design of the same statistics reached in simulation,
//! less about two standard errors, and what was promised beyond it.

use super::{
    honesty,
    plan::{BURSTS, FRAIL, HOMOGENEOUS, MILD_NIGHT, Size},
    proportion::Proportion,
    report::Outcome,
    table::Table,
};

/// Bars of one size, in percent.
struct Bars {
    hosts: usize,
    /// Share of incidents at which the bars hold.
    share: f64,
    among_three: f64,
    first: [(&'static str, f64); 8],
    null: f64,
    claims: f64,
    honest: f64,
}

const BARS: [Bars; 3] = [
    Bars {
        hosts: 41,
        share: 0.8,
        among_three: 90.0,
        first: firsts([76.0, 95.0, 63.0, 80.0]),
        null: 7.0,
        claims: 2.0,
        honest: 95.0,
    },
    Bars {
        hosts: 200,
        share: 0.5,
        among_three: 96.0,
        first: firsts([86.0, 97.0, 89.0, 94.0]),
        null: 6.0,
        claims: 1.0,
        honest: 98.0,
    },
    Bars {
        hosts: 2000,
        share: 0.3,
        among_three: 95.0,
        first: firsts([95.0; 4]),
        null: 8.0,
        claims: 2.0,
        honest: 98.0,
    },
];

/// Supported and wrong on at most this share of fleets without a cause, whatever ails them.
const CLAIMS_ANYWHERE: f64 = 5.0;
/// A night effect is no window: at most this share of supported windows.
const WINDOW_FOR_NIGHT: f64 = 1.0;
const FRAIL_LARGE: f64 = 8.0;
const BACKUP_AND_SYSTEM: f64 = 50.0;
const CHI_SQUARE: usize = 4;

const fn firsts([groups, times, pair, window_pair]: [f64; 4]) -> [(&'static str, f64); 8] {
    [
        ("model", groups),
        ("bios", groups),
        ("rack", groups),
        ("backup", times),
        ("ecc24h", times),
        ("uptime208", times),
        ("os&hv", pair),
        ("backup&os", window_pair),
    ]
}

struct Floor<'a> {
    outcomes: &'a [Outcome],
    table: Table,
    short: usize,
}

/// Prints one row per line that the outcomes can judge.
pub fn print(sizes: &[Size], outcomes: &[Outcome]) {
    let table = Table::new(&["line", "bar, %", "measured, %", "95 % interval", "met?"]);
    let mut floor = Floor { outcomes, table, short: 0 };
    for size in sizes {
        floor.size(*size);
    }
    if floor.table.is_empty() {
        return;
    }
    println!("## Acceptance\n");
    floor.table.print();
    println!(
        "~: the interval holds the bar, so that more runs could turn the answer. Lines not met: {}.\n",
        floor.short
    );
}

impl<'a> Floor<'a> {
    fn size(&mut self, size: Size) {
        let place = format!("{}/{}", size.hosts, size.incidents);
        if let Some(bars) = BARS.iter().find(|bars| bars.hosts == size.hosts) {
            self.places(size, &place, bars);
            self.nulls_of_reference(size, &place, bars);
            let honest = honesty::from(0.9, size, self.outcomes);
            self.at_least(format!("{place} hits where ≥ .9 is stated"), bars.honest, honest);
        }
        self.beyond_reference(size, &place);
    }

    fn places(&mut self, size: Size, place: &str, bars: &Bars) {
        for outcome in self.of(size, |o| single(o) && o.row.scenario.share == bars.share) {
            let kind = outcome.row.scenario.kind;
            let name = &outcome.row.name;
            self.at_least(format!("{place} {name}, among three"), bars.among_three, outcome.among_three());
            if let Some((_, bar)) = bars.first.iter().find(|(named, _)| *named == kind) {
                self.at_least(format!("{place} {name}, first"), *bar, outcome.first());
            }
        }
    }

    fn nulls_of_reference(&mut self, size: Size, place: &str, bars: &Bars) {
        for name in [HOMOGENEOUS, BURSTS] {
            for outcome in self.of(size, |o| o.row.is_null() && o.row.name == name) {
                self.at_most(format!("{place} null, {name}: p_adj ≤ .05"), bars.null, outcome.alarms());
                self.at_most(format!("{place} null, {name}: supported"), bars.claims, outcome.wrong_claims());
            }
        }
    }

    fn beyond_reference(&mut self, size: Size, place: &str) {
        for outcome in self.of(size, |o| o.row.is_null()) {
            let name = &outcome.row.name;
            let has_own_bar = BARS.iter().any(|bars| bars.hosts == size.hosts)
                && [HOMOGENEOUS, BURSTS].contains(&name.as_str());
            if !has_own_bar {
                let claims = outcome.wrong_claims();
                self.at_most(format!("{place} null, {name}: supported"), CLAIMS_ANYWHERE, claims);
            }
            if name == FRAIL && size.hosts >= 2000 {
                self.at_most(format!("{place} null, {name}: p_adj ≤ .05"), FRAIL_LARGE, outcome.alarms());
            }
        }
        for outcome in self.of(size, |o| o.row.scenario.kind == "night" || o.row.name == MILD_NIGHT) {
            let name = format!("{place} {}: a window is supported", outcome.row.name);
            self.at_most(name, WINDOW_FOR_NIGHT, outcome.supported_windows());
        }
        let nights = self.of(size, |o| o.row.scenario.kind == "night");
        let mildest = nights.iter().min_by(|a, b| a.row.scenario.share.total_cmp(&b.row.scenario.share));
        if let Some(outcome) = mildest {
            let rival = outcome.baseline(CHI_SQUARE, 3);
            if rival.of > 0 {
                let name = format!("{place} {}, among three: as chi-square", outcome.row.name);
                self.at_least(name, 100.0 * rival.share(), outcome.among_three());
            }
        }
        let is_backup_and_system =
            |o: &Outcome| single(o) && o.row.scenario.kind == "backup&os" && o.row.scenario.share == 0.5;
        for outcome in self.of(size, |o| size.hosts == 41 && is_backup_and_system(o)) {
            self.at_least(format!("{place} backup&os 0.5, first"), BACKUP_AND_SYSTEM, outcome.first());
        }
    }

    fn of(&self, size: Size, test: impl Fn(&Outcome) -> bool) -> Vec<&'a Outcome> {
        self.outcomes.iter().filter(|outcome| outcome.size == size && test(outcome)).collect()
    }

    fn at_least(&mut self, line: String, bar: f64, measured: Proportion) {
        self.line(line, &format!("≥ {bar:.0}"), bar, measured, 100.0 * measured.share() >= bar);
    }

    fn at_most(&mut self, line: String, bar: f64, measured: Proportion) {
        self.line(line, &format!("≤ {bar:.0}"), bar, measured, 100.0 * measured.share() <= bar);
    }

    fn line(&mut self, line: String, sign: &str, bar: f64, measured: Proportion, met: bool) {
        if measured.of == 0 {
            return;
        }
        let (low, high) = measured.interval();
        let open = low < bar / 100.0 && bar / 100.0 < high;
        self.short += usize::from(!met);
        let answer = if met { "yes" } else { "NO" };
        self.table.row(vec![
            line,
            sign.to_owned(),
            measured.plain(),
            format!("{} of {}", measured.limits(), measured.of),
            if open { format!("{answer} ~") } else { answer.to_owned() },
        ]);
    }
}

/// One planted cause and nothing else.
fn single(outcome: &Outcome) -> bool {
    !outcome.row.is_null() && !outcome.row.has_two_causes() && outcome.row.scenario.bursts == 0
}
