//! The ranking on simulated fleets: facts only, with and without a planted cause.
//!
//! Each fleet is realistic in what makes ranking hard: BIOS versions nest in models and change in
//! mid-year, roles and operating systems go with models, racks hold mostly one model, most backups run
//! at night, some hosts see correctable errors all the time. With a planted cause every incident comes
//! from its region with probability `share`, else from anywhere.

use coroner::{
    hypothesis::{Ranking, Settings, rank},
    model::{
        Cause, Family, Kind, Study, Term, Verdict,
        study::{Case, Factor, Precursor, Segment, WindowKind},
    },
};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus as Random;

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
/// 2025-01-01, a Wednesday.
const START: i64 = 1_735_689_600;
const END: i64 = START + 365 * DAY;

const MODEL: usize = 0;
const BIOS: usize = 1;
const OS: usize = 3;
const HYPERVISOR: usize = 4;
const RACK: usize = 5;
const PDU: usize = 6;
const FACTORS: [&str; 11] = [
    "model",
    "bios_version",
    "role",
    "os",
    "hypervisor",
    "rack",
    "pdu",
    "kernel",
    "cpu",
    "bmc_version",
    "age",
];

/// A fleet before anything has happened to it.
struct Fleet {
    study: Study,
    /// Per host: (from, levels), in order of time.
    history: Vec<Vec<(i64, Vec<u32>)>>,
    observed_from: Vec<i64>,
}

fn normal(random: &mut Random) -> f64 {
    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
    radius * (2.0 * std::f64::consts::PI * random.random::<f64>()).cos()
}

fn weighted(random: &mut Random, weights: &[f64]) -> usize {
    let mut place = random.random::<f64>() * weights.iter().sum::<f64>();
    for (i, weight) in weights.iter().enumerate() {
        place -= weight;
        if place < 0.0 {
            return i;
        }
    }
    weights.len() - 1
}

fn below(random: &mut Random, n: usize) -> u32 {
    random.random_range(0..n) as u32
}

fn fleet(hosts: usize, seed: u64) -> Fleet {
    let mut random = Random::seed_from_u64(seed);
    let r = &mut random;
    let models = if hosts <= 60 { 3 } else { 5 };
    let weights: Vec<f64> = (1..=models).map(|k| (k as f64).powf(-0.8)).collect();
    let model: Vec<u32> = (0..hosts).map(|_| weighted(r, &weights) as u32).collect();
    let usual_role: Vec<u32> = (0..models).map(|_| below(r, 6)).collect();
    let mut order: Vec<(f64, usize)> =
        (0..hosts).map(|h| (f64::from(model[h]) + 1.2 * normal(r), h)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let racks = (hosts / 20).max(4);
    let mut rack = vec![0; hosts];
    for (place, (_, host)) in order.iter().enumerate() {
        rack[*host] = (place * racks / hosts) as u32;
    }
    let level_counts = [models, models * 3, 6, 4, 3, racks, racks.div_ceil(2), 6, models + 1, 4, 4];
    let mut fleet = Fleet { study: Study::default(), history: Vec::new(), observed_from: Vec::new() };
    for h in 0..hosts {
        let m = model[h];
        let role = if r.random::<f64>() < 0.7 { usual_role[m as usize] } else { below(r, 6) };
        let os = if r.random::<f64>() < 0.65 { [0, 0, 1, 2, 3, 1][role as usize] } else { below(r, 4) };
        let hypervisor =
            if r.random::<f64>() < 0.6 { [0, 1, 0, 2, 1, 2][role as usize] } else { below(r, 3) };
        let bios = m * 3 + u32::from(r.random::<f64>() < 0.4);
        let kernel = if r.random::<f64>() < 0.7 { os } else { below(r, 6) };
        let cpu = if r.random::<f64>() < 0.85 { m } else { models as u32 };
        let age = (m as i64 * 4 / models as i64 + r.random_range(-1..=1)).clamp(0, 3) as u32;
        let levels = vec![m, bios, role, os, hypervisor, rack[h], rack[h] / 2, kernel, cpu, below(r, 4), age];
        let from = if r.random::<f64>() < 0.7 { START } else { START + r.random_range(0..150 * DAY) };
        let mut history = vec![(from, levels.clone())];
        if r.random::<f64>() < 0.35 {
            let day =
                if r.random::<f64>() < 0.5 { 120 + 10 * i64::from(m % 5) } else { r.random_range(60..300) };
            if START + day * DAY > from {
                let mut after = levels;
                after[BIOS] += 1;
                history.push((START + day * DAY, after));
            }
        }
        fleet.history.push(history);
        fleet.observed_from.push(from);
    }
    surroundings(&mut fleet, &level_counts, r);
    fleet
}

/// Names, planned boots, backups and correctable errors.
fn surroundings(fleet: &mut Fleet, level_counts: &[usize], r: &mut Random) {
    let hosts = fleet.history.len();
    let study = &mut fleet.study;
    (study.from, study.to, study.shared_event_window_s) = (START, END, 600);
    study.hosts = (0..hosts).map(|h| format!("host{h:04}")).collect();
    study.factors = FACTORS
        .iter()
        .zip(level_counts)
        .map(|(name, count)| Factor {
            name: (*name).to_owned(),
            levels: (0..*count).map(|level| format!("{name}-{level}")).collect(),
            is_locality: matches!(*name, "rack" | "pdu"),
        })
        .collect();
    let mut runs = vec![Vec::new(); hosts];
    let mut errors = vec![Vec::new(); hosts];
    for h in 0..hosts {
        let mut boots = vec![START - r.random_range(0..250 * DAY)];
        while boots[boots.len() - 1] < END {
            boots.push(boots[boots.len() - 1] + r.random_range(30 * DAY..400 * DAY));
        }
        boots.pop();
        study.boots.push(boots);
        let night = r.random::<f64>() < 0.8;
        let start = if night { (2.0 + 1.5 * normal(r)).rem_euclid(24.0) } else { 24.0 * r.random::<f64>() };
        let length = ((0.5 + r.random::<f64>()) * HOUR as f64) as i64;
        let weekday = if r.random::<f64>() < 0.6 { None } else { Some(r.random_range(0..7)) };
        if r.random::<f64>() < 0.85 {
            for day in (0..365).filter(|day| weekday.is_none_or(|weekday| day % 7 == weekday)) {
                let from = START + day * DAY + (start * HOUR as f64) as i64;
                runs[h].push((from, from + length));
            }
        }
        let mean = if r.random::<f64>() < 0.08 { 6.0 } else { 0.15 };
        let mut count = 0;
        let mut product = r.random::<f64>();
        while product > f64::exp(-mean) {
            count += 1;
            product *= r.random::<f64>();
        }
        errors[h] = (0..count).map(|_| r.random_range(fleet.observed_from[h]..END)).collect::<Vec<i64>>();
        errors[h].sort_unstable();
    }
    study.windows = vec![WindowKind { name: "backup".to_owned(), runs }];
    study.precursors = vec![Precursor { signature: "memory-correctable".to_owned(), times: errors }];
}

impl Fleet {
    fn levels(&self, host: usize, at: i64) -> &[u32] {
        let history = &self.history[host];
        let next = history.partition_point(|(from, _)| *from <= at);
        &history[next.saturating_sub(1)].1
    }

    fn any_point(&self, r: &mut Random) -> (usize, i64) {
        loop {
            let host = r.random_range(0..self.history.len());
            let at = r.random_range(START..END);
            if at > self.observed_from[host] {
                return (host, at);
            }
        }
    }

    fn point_in(&self, region: &dyn Fn(&Fleet, usize, i64) -> bool, r: &mut Random) -> Option<(usize, i64)> {
        (0..400_000).map(|_| self.any_point(r)).find(|(host, at)| region(self, *host, *at))
    }

    fn in_backup(&self, host: usize, at: i64) -> bool {
        self.study.windows[0].runs[host].iter().any(|run| run.0 <= at && at < run.1)
    }

    fn term(&self, factor: usize, level: u32) -> Term {
        Term::new(FACTORS[factor], self.study.factors[factor].levels[level as usize].clone())
    }

    /// A level held by a share of host-time within the limits.
    fn level_with_share(&self, factor: usize, low: f64, high: f64, r: &mut Random) -> Option<u32> {
        let points: Vec<(usize, i64)> = (0..2000).map(|_| self.any_point(r)).collect();
        let share = |level: u32| {
            points.iter().filter(|(h, t)| self.levels(*h, *t)[factor] == level).count() as f64
                / points.len() as f64
        };
        let fitting: Vec<u32> = (0..self.study.factors[factor].levels.len() as u32)
            .filter(|level| (low..high).contains(&share(*level)))
            .collect();
        (!fitting.is_empty()).then(|| fitting[r.random_range(0..fitting.len())])
    }
}

/// One incident to come.
struct Planned {
    host: usize,
    at: i64,
    cause: Cause,
    signatures: Vec<String>,
}

impl Planned {
    fn unexplained((host, at): (usize, i64)) -> Self {
        Self { host, at, cause: Cause::Unexplained, signatures: Vec::new() }
    }
}

/// Background causes as a fleet has them.
fn give_mixed_cause(planned: &mut Planned, r: &mut Random) {
    let mix = [
        (Cause::Unexplained, 0.40, ""),
        (Cause::PowerLoss, 0.17, "power-lost"),
        (Cause::KernelPanic, 0.15, "kernel-panic"),
        (Cause::HardwareError, 0.15, "machine-check"),
        (Cause::Watchdog, 0.06, "watchdog-reset"),
        (Cause::Operator, 0.07, ""),
    ];
    let weights: Vec<f64> = mix.iter().map(|part| part.1).collect();
    let (cause, _, signature) = mix[weighted(r, &weights)];
    planned.cause = cause;
    if !signature.is_empty() {
        planned.signatures = vec![signature.to_owned()];
    }
}

type Region = Box<dyn Fn(&Fleet, usize, i64) -> bool>;

/// The region of a planted cause and the terms that name it.
fn plant(fleet: &Fleet, kind: &str, r: &mut Random) -> Option<(Vec<Term>, Region)> {
    let by_level = |factor: usize, low: f64, high: f64, r: &mut Random| -> Option<(Vec<Term>, Region)> {
        let level = fleet.level_with_share(factor, low, high, r)?;
        let region: Region = Box::new(move |fleet, host, at| fleet.levels(host, at)[factor] == level);
        Some((vec![fleet.term(factor, level)], region))
    };
    let backup = Term::new("window", "backup");
    match kind {
        "model" => by_level(MODEL, 0.05, 0.45, r),
        "bios" | "bios-mce" => by_level(BIOS, 0.03, 0.35, r),
        "rack" => by_level(RACK, 0.003, 0.30, r),
        "os&hv" => {
            let (host, at) = fleet.any_point(r);
            let (os, hv) = (fleet.levels(host, at)[OS], fleet.levels(host, at)[HYPERVISOR]);
            let inside =
                |f: &Fleet, h: usize, t: i64| f.levels(h, t)[OS] == os && f.levels(h, t)[HYPERVISOR] == hv;
            let share =
                (0..2000).map(|_| fleet.any_point(r)).filter(|(h, t)| inside(fleet, *h, *t)).count() as f64;
            if !(60.0..600.0).contains(&share) {
                return None;
            }
            let terms = vec![fleet.term(OS, os), fleet.term(HYPERVISOR, hv)];
            Some((
                terms,
                Box::new(move |f, h, t| f.levels(h, t)[OS] == os && f.levels(h, t)[HYPERVISOR] == hv),
            ))
        }
        "backup" => Some((vec![backup], Box::new(|f, h, t| f.in_backup(h, t)))),
        "backup&os" => {
            let os = fleet.level_with_share(OS, 0.1, 0.5, r)?;
            let terms = vec![backup, fleet.term(OS, os)];
            Some((terms, Box::new(move |f, h, t| f.levels(h, t)[OS] == os && f.in_backup(h, t))))
        }
        "night" => {
            Some((vec![Term::new("hour_of_day", "*")], Box::new(|_, _, t| t.rem_euclid(DAY) < 6 * HOUR)))
        }
        "uptime208" => Some((
            vec![Term::new("uptime_days", "208.5")],
            Box::new(|f, h, t| {
                let boots = &f.study.boots[h];
                let next = boots.partition_point(|boot| *boot <= t);
                next > 0 && ((t - boots[next - 1]) as f64 / DAY as f64 - 208.5).abs() < 0.5
            }),
        )),
        "uptime131" => Some((
            vec![Term::new("uptime_days", "*")],
            Box::new(|f, h, t| {
                let boots = &f.study.boots[h];
                let next = boots.partition_point(|boot| *boot <= t);
                next > 0 && ((t - boots[next - 1]) as f64 / DAY as f64 - 131.0).abs() < 0.5
            }),
        )),
        "ecc24h" => Some((
            vec![Term::new("signature", "memory-correctable")],
            Box::new(|f, h, t| f.study.precursors[0].times[h].iter().any(|e| *e < t && t <= e + DAY)),
        )),
        "lemon" => {
            let host = r.random_range(0..fleet.history.len());
            Some((
                vec![Term::new("host", fleet.study.hosts[host].clone())],
                Box::new(move |_, h, _| h == host),
            ))
        }
        _ => None,
    }
}

/// What is to be simulated.
#[derive(Clone, Copy)]
struct Scenario {
    kind: &'static str,
    share: f64,
    bursts: usize,
    frail: bool,
    mixed: bool,
}

const fn scenario(kind: &'static str, share: f64) -> Scenario {
    Scenario { kind, share, bursts: 0, frail: false, mixed: false }
}

/// A study with `n` incidents, and the terms of the planted cause.
fn study(hosts: usize, n: usize, scenario: Scenario, seed: u64) -> (Study, Option<Vec<Term>>) {
    let fleet = fleet(hosts, seed);
    let mut random = Random::seed_from_u64(seed ^ 0xABCD_EF01);
    let r = &mut random;
    let mut planned = Vec::new();
    let mut planted = None;
    for _ in 0..40 {
        planted = plant(&fleet, scenario.kind, r);
        if planted.is_some() {
            break;
        }
    }
    let rates: Vec<f64> = (0..hosts).map(|_| if scenario.frail { normal(r).powi(2) } else { 1.0 }).collect();
    let mut truth = planted.as_ref().map(|(terms, _)| terms.clone());
    for _ in 0..n {
        let from_region = r.random::<f64>() < scenario.share;
        let inside =
            planted.as_ref().filter(|_| from_region).and_then(|(_, region)| fleet.point_in(region, r));
        let mut incident =
            Planned::unexplained(inside.unwrap_or_else(|| background(&fleet, &scenario, &rates, r)));
        if scenario.mixed {
            give_mixed_cause(&mut incident, r);
        }
        if scenario.kind == "bios-mce" && inside.is_some() {
            incident.cause = Cause::HardwareError;
            incident.signatures = vec!["machine-check".to_owned()];
        }
        planned.push(incident);
    }
    special(&fleet, &scenario, n, &mut planned, &mut truth, r);
    (assemble(fleet, planned), truth)
}

fn background(fleet: &Fleet, scenario: &Scenario, rates: &[f64], r: &mut Random) -> (usize, i64) {
    loop {
        let (mut host, mut at) = fleet.any_point(r);
        if scenario.frail {
            host = weighted(r, rates);
        }
        if scenario.kind == "mild-night" && r.random::<f64>() < 0.15 {
            at = at - at.rem_euclid(DAY) + r.random_range(0..6 * HOUR);
        }
        if at > fleet.observed_from[host] {
            return (host, at);
        }
    }
}

/// Stories that are not regions: bursts, feeds, operators, signatures.
fn special(
    fleet: &Fleet,
    scenario: &Scenario,
    n: usize,
    planned: &mut Vec<Planned>,
    truth: &mut Option<Vec<Term>>,
    r: &mut Random,
) {
    let hosts = fleet.history.len();
    let burst = |factor: usize, level: u32, planned: &mut Vec<Planned>, r: &mut Random| {
        let at = START + r.random_range(160 * DAY..360 * DAY);
        let mut members: Vec<usize> =
            (0..hosts).filter(|h| fleet.history[*h][0].1[factor] == level).collect();
        let hit = members.len().min(r.random_range(5..11));
        for i in 0..hit {
            let other = r.random_range(i..members.len());
            members.swap(i, other);
            let mut incident = Planned::unexplained((members[i], at + r.random_range(0..120)));
            incident.cause = Cause::PowerLoss;
            planned.push(incident);
        }
    };
    for _ in 0..scenario.bursts {
        let level = below(r, fleet.study.factors[RACK].levels.len());
        burst(RACK, level, planned, r);
    }
    match scenario.kind {
        "feed" => {
            let level = below(r, fleet.study.factors[PDU].levels.len());
            planned.truncate(n * 2 / 3);
            for _ in 0..r.random_range(1..=3) {
                burst(PDU, level, planned, r);
            }
            *truth = Some(vec![fleet.term(PDU, level)]);
        }
        "operator" => {
            for incident in planned.iter_mut().take(n / 2 + 1) {
                incident.cause = Cause::Operator;
                incident.signatures.clear();
            }
            *truth = Some(vec![Term::new("cause", "operator")]);
        }
        "memory" => {
            for incident in planned.iter_mut().filter(|_| r.random::<f64>() < scenario.share) {
                incident.cause = Cause::HardwareError;
                incident.signatures = vec!["memory-uncorrectable".to_owned()];
            }
            *truth = Some(vec![Term::new("signature", "memory-uncorrectable")]);
        }
        _ => {}
    }
}

/// Cuts the hosts' time at changes, boots and incidents.
fn assemble(fleet: Fleet, mut planned: Vec<Planned>) -> Study {
    planned.sort_by_key(|incident| (incident.at, incident.host));
    let mut study = fleet.study.clone();
    for (number, incident) in planned.iter().enumerate() {
        let boots = &fleet.study.boots[incident.host];
        let next = boots.partition_point(|boot| *boot <= incident.at);
        let before = planned[..number]
            .iter()
            .rev()
            .find(|other| other.host == incident.host)
            .map(|other| other.at + 600);
        let planned_boot = next.checked_sub(1).map(|i| boots[i]);
        study.boots[incident.host].push(incident.at + 600);
        study.cases.push(Case {
            id: format!("i{number}"),
            host: incident.host as u32,
            at: incident.at,
            at_earliest: incident.at - 30,
            at_latest: incident.at + 30,
            cause: incident.cause,
            kind: Kind::Reboot,
            levels: fleet.levels(incident.host, incident.at).to_vec(),
            signatures: incident.signatures.clone(),
            cluster: None,
            boot_started: planned_boot.max(before),
            confidence: 0.85,
        });
    }
    for host in 0..study.hosts.len() {
        study.boots[host].sort_unstable();
        let mut cuts: Vec<i64> = fleet.history[host].iter().map(|(from, _)| *from).collect();
        let first = cuts[0];
        cuts.extend(study.boots[host].iter().filter(|boot| **boot > first));
        cuts.sort_unstable();
        let down: Vec<i64> = planned.iter().filter(|incident| incident.host == host).map(|i| i.at).collect();
        for (i, from) in cuts.iter().enumerate() {
            let mut to = cuts.get(i + 1).copied().unwrap_or(END);
            if let Some(at) = down.iter().find(|at| **at >= *from && **at < to) {
                to = *at;
            }
            if to > *from {
                let levels = fleet.levels(host, *from).to_vec();
                study.segments.push(Segment { host: host as u32, from: *from, to, levels });
            }
        }
    }
    study
}

/// Rank at which the planted cause stands, by its own name or as an alias.
fn place_of(ranking: &Ranking, truth: &[Term]) -> Option<usize> {
    let same = |terms: &[Term]| {
        let mut terms = terms.to_vec();
        let mut truth = truth.to_vec();
        terms.sort();
        truth.sort();
        terms.len() == truth.len()
            && terms
                .iter()
                .zip(&truth)
                .all(|(a, b)| a.factor == b.factor && (b.value == "*" || a.value == b.value))
    };
    ranking
        .hypotheses
        .iter()
        .position(|h| same(&h.terms) || h.aliases.iter().any(|alias| same(alias)))
        .map(|i| i + 1)
}

/// Leaves out the factors that mostly repeat another one (kernel, CPU, BMC version).
fn without_duplicate_factors(study: &mut Study) {
    let kept: Vec<usize> =
        (0..FACTORS.len()).filter(|f| !matches!(FACTORS[*f], "kernel" | "cpu" | "bmc_version")).collect();
    study.factors = kept.iter().map(|f| study.factors[*f].clone()).collect();
    for levels in
        study.segments.iter_mut().map(|s| &mut s.levels).chain(study.cases.iter_mut().map(|c| &mut c.levels))
    {
        *levels = kept.iter().map(|f| levels[*f]).collect();
    }
}

/// Counts over many fleets.
#[derive(Default)]
struct Tally {
    runs: usize,
    first: usize,
    third: usize,
    /// Runs in which the planted cause is supported.
    supported: usize,
    /// Runs in which something is supported that was not planted (shared events excepted).
    false_claims: usize,
    alarms: usize,
}

fn measure(
    hosts: usize,
    n: usize,
    scenario: Scenario,
    seeds: std::ops::Range<u64>,
    permutations: u32,
) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let (mut study, truth) = study(hosts, n, scenario, seed);
        if std::env::var_os("LEAN").is_some() {
            without_duplicate_factors(&mut study);
        }
        let ranking = rank(&study, &Settings { seed, permutations });
        let place = truth.as_ref().and_then(|truth| place_of(&ranking, truth));
        if std::env::var_os("SHOW_NUMBERS").is_some() {
            eprintln!(
                "  {} questions, {} events",
                ranking.method.questions, ranking.method.independent_events
            );
        }
        tally.runs += 1;
        tally.first += usize::from(place == Some(1));
        tally.third += usize::from(place.is_some_and(|place| place <= 3));
        let supported = |h: &coroner::model::Hypothesis| {
            h.verdict == Verdict::Supported && h.family != Family::SharedEvent
        };
        let named = place.map(|place| &ranking.hypotheses[place - 1]);
        tally.supported += usize::from(named.is_some_and(|h| h.verdict == Verdict::Supported));
        let wrong = ranking
            .hypotheses
            .iter()
            .filter(|h| supported(h) && Some(h.id.as_str()) != named.map(|n| n.id.as_str()));
        let wrong: Vec<_> = wrong.collect();
        if std::env::var_os("SHOW_CLAIMS").is_some() && !wrong.is_empty() {
            for h in &wrong {
                eprintln!(
                    "  {} seed {seed}: {} p_adj {:?} P {:?} null {:.3}",
                    scenario.kind, h.statement, h.p_adjusted, h.posterior, ranking.method.posterior_null
                );
            }
        }
        if std::env::var_os("SHOW_MISSES").is_some() && place != Some(1) && truth.is_some() {
            eprintln!("  {} seed {seed}: truth {:?} at {place:?}", scenario.kind, truth);
            for h in ranking.hypotheses.iter().take(3) {
                eprintln!(
                    "      {:.3} {:.2} {}",
                    h.explained_fraction.unwrap_or(0.0),
                    h.posterior.unwrap_or(0.0),
                    h.statement
                );
            }
        }
        tally.false_claims += usize::from(!wrong.is_empty());
        tally.alarms +=
            usize::from(ranking.hypotheses.iter().any(|h| h.p_adjusted.is_some_and(|p| p <= 0.05)));
    }
    tally
}

const PLANTED: [(&str, f64); 17] = [
    ("model", 0.8),
    ("bios", 0.8),
    ("rack", 0.8),
    ("os&hv", 0.8),
    ("backup", 0.8),
    ("backup&os", 0.8),
    ("night", 0.8),
    ("uptime208", 0.8),
    ("uptime131", 0.8),
    ("ecc24h", 0.8),
    ("lemon", 0.6),
    ("feed", 0.0),
    ("operator", 0.0),
    ("memory", 0.7),
    ("bios-mce", 0.6),
    ("bios", 0.5),
    ("backup", 0.5),
];

/// `RUNS=100 cargo test --release --test ranking -- --ignored --nocapture`
#[test]
#[ignore = "a measurement of several minutes, not a check"]
fn table_of_null_alarms_and_planted_causes() {
    let runs: u64 = std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(40);
    let permutations = std::env::var("PERMS").ok().and_then(|p| p.parse().ok()).unwrap_or(399);
    let only = std::env::var("ONLY").ok();
    let sizes = std::env::var("SIZES").unwrap_or_else(|_| "41:10,60:40".to_owned());
    for size in sizes.split(',') {
        let (hosts, n) = size.split_once(':').expect("hosts:incidents");
        let (hosts, n): (usize, usize) = (hosts.parse().expect("hosts"), n.parse().expect("incidents"));
        let null = scenario("null", 0.0);
        let nulls = [
            ("plain", null),
            ("two bursts", Scenario { bursts: 2, ..null }),
            ("frail hosts", Scenario { frail: true, ..null }),
            ("mixed causes", Scenario { mixed: true, ..null }),
            ("frail, bursts, mixed", Scenario { frail: true, bursts: 2, mixed: true, ..null }),
            ("mild night", Scenario { kind: "mild-night", ..null }),
        ];
        for (name, scenario) in nulls {
            if only.as_ref().is_some_and(|only| only != "null" && !name.contains(only.as_str())) {
                continue;
            }
            let began = std::time::Instant::now();
            let tally = measure(hosts, n, scenario, 10_000..10_000 + 3 * runs, permutations);
            println!(
                "{hosts}/{n} null {name:22} runs {:4} p_adj<=.05 {:5.1} %  supported {:5.1} %  {:?} each",
                tally.runs,
                100.0 * tally.alarms as f64 / tally.runs as f64,
                100.0 * tally.false_claims as f64 / tally.runs as f64,
                began.elapsed() / tally.runs as u32
            );
        }
        for (kind, share) in PLANTED {
            if only.as_ref().is_some_and(|only| only != kind) {
                continue;
            }
            let mixed = matches!(kind, "feed" | "operator" | "memory" | "bios-mce");
            let scenario = Scenario { mixed, ..scenario(kind, share) };
            let tally = measure(hosts, n, scenario, 500..500 + runs, permutations);
            let percent = |count: usize| 100.0 * count as f64 / tally.runs as f64;
            println!(
                "{hosts}/{n} {kind:10} {share} runs {:4} first {:3.0} third {:3.0} supported {:3.0} other claims {:3.0}",
                tally.runs,
                percent(tally.first),
                percent(tally.third),
                percent(tally.supported),
                percent(tally.false_claims)
            );
        }
    }
}

#[test]
fn fleets_without_a_cause_yield_next_to_no_claims() {
    let null = scenario("null", 0.0);
    let plain = measure(41, 10, null, 1..31, 199);
    let hard = measure(41, 10, Scenario { frail: true, bursts: 2, mixed: true, ..null }, 1..31, 199);
    assert!(plain.false_claims <= 1, "{} of {} plain fleets", plain.false_claims, plain.runs);
    assert!(hard.false_claims <= 3, "{} of {} frail fleets with bursts", hard.false_claims, hard.runs);
}

#[test]
fn planted_causes_come_out_on_top() {
    for (kind, share, least) in [
        ("bios", 0.8, 7),
        ("rack", 0.8, 6),
        ("backup", 0.8, 9),
        ("backup&os", 0.8, 5),
        ("night", 0.8, 7),
        ("uptime208", 0.8, 9),
        ("uptime131", 0.8, 8),
        ("ecc24h", 0.8, 9),
        ("lemon", 0.6, 7),
    ] {
        let tally = measure(41, 10, scenario(kind, share), 700..710, 199);
        assert!(tally.first >= least, "{kind}: first in {} of {}", tally.first, tally.runs);
        assert!(tally.third >= 8, "{kind}: among three in {} of {}", tally.third, tally.runs);
    }
}

#[test]
fn stories_that_are_no_region_come_out_on_top() {
    for kind in ["feed", "operator", "memory"] {
        let tally = measure(41, 12, Scenario { mixed: true, ..scenario(kind, 0.75) }, 800..810, 199);
        assert!(tally.first >= 8, "{kind}: first in {} of {}", tally.first, tally.runs);
    }
}

#[test]
fn two_rack_outages_do_not_accuse_a_model() {
    let tally = measure(41, 10, Scenario { bursts: 2, ..scenario("null", 0.0) }, 900..920, 199);
    assert!(tally.false_claims <= 1, "{} of {}", tally.false_claims, tally.runs);
}

#[test]
fn the_ranking_is_the_same_on_any_number_of_threads() {
    let (study, _) = study(41, 20, scenario("bios", 0.6), 5);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
        let ranking = pool.install(|| rank(&study, &Settings { seed: 7, permutations: 99 }));
        serde_json::to_string(&(&ranking.hypotheses, &ranking.method)).expect("JSON")
    };
    assert_eq!(on(1), on(4));
}

/// Every number finite and in its range, ranks in order.
fn assert_sound(ranking: &Ranking) {
    for (place, h) in ranking.hypotheses.iter().enumerate() {
        assert_eq!(h.rank as usize, place + 1);
        for p in [h.p_value, h.p_adjusted, h.posterior, h.explained_fraction].into_iter().flatten() {
            assert!((0.0..=1.0 + 1e-9).contains(&p), "{}: {p}", h.id);
        }
        let numbers = [h.rate_ratio, h.log_bayes_factor, Some(h.exposure_days), h.ci95.map(|ci| ci.0)];
        assert!(numbers.into_iter().flatten().all(f64::is_finite), "{}", h.id);
        assert!(h.incidents_exposed <= h.incidents_total, "{}", h.id);
        assert!(!h.statement.is_empty() && !h.terms.is_empty() && !h.next_step.is_empty(), "{}", h.id);
    }
    let mut ids: Vec<&str> = ranking.hypotheses.iter().map(|h| h.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ranking.hypotheses.len(), "ids are unique");
}

fn ranked(study: &Study) -> Ranking {
    let ranking = rank(study, &Settings { seed: 1, permutations: 49 });
    assert_sound(&ranking);
    ranking
}

#[test]
fn degenerate_studies_do_not_panic() {
    assert!(ranked(&Study::default()).hypotheses.is_empty());
    let (full, _) = study(41, 10, Scenario { mixed: true, ..scenario("bios", 0.8) }, 3);
    ranked(&full);
    assert!(ranked(&Study { cases: Vec::new(), ..full.clone() }).hypotheses.is_empty());
    assert!(ranked(&Study { segments: Vec::new(), ..full.clone() }).hypotheses.is_empty());
    ranked(&Study { factors: Vec::new(), ..full.clone() });
    ranked(&Study { boots: Vec::new(), windows: Vec::new(), precursors: Vec::new(), ..full.clone() });
    ranked(&Study { cases: full.cases[..1].to_vec(), ..full.clone() });
    let mut odd = full.clone();
    for case in &mut odd.cases {
        case.at += 400 * DAY;
        case.levels.clear();
        case.confidence = f64::NAN;
        case.host = 0;
    }
    ranked(&odd);
    let mut all_operator = full.clone();
    for case in &mut all_operator.cases {
        case.cause = Cause::Operator;
    }
    assert_eq!(ranked(&all_operator).hypotheses[0].terms, [Term::new("cause", "operator")]);
    let mut one_host = full.clone();
    one_host.segments.retain(|segment| segment.host == 0);
    one_host.cases.iter_mut().for_each(|case| case.host = 0);
    ranked(&one_host);
    let mut strangers = full;
    strangers.cases.iter_mut().for_each(|case| case.host = 9999);
    assert!(ranked(&strangers).hypotheses.is_empty());
}

#[test]
fn a_list_of_incidents_alone_is_ranked() {
    // No windows, no boots, no precursors, one segment per host: what a plain CSV of incidents gives.
    let (mut study, truth) = study(41, 14, scenario("bios", 0.9), 11);
    study.windows.clear();
    study.precursors.clear();
    study.boots = vec![Vec::new(); study.hosts.len()];
    for case in &mut study.cases {
        case.boot_started = None;
    }
    let ranking = ranked(&study);
    assert!(ranking.hypotheses.len() >= 20);
    assert!(place_of(&ranking, &truth.expect("planted")).is_some_and(|place| place <= 3));
}

/// `SHOW=bios cargo test --release --test ranking -- --ignored --nocapture print`
#[test]
#[ignore = "prints a ranking for the eye"]
fn print_one_ranking() {
    let wanted = std::env::var("SHOW").unwrap_or_else(|_| "bios".to_owned());
    let Some((kind, share)) = PLANTED.into_iter().find(|(kind, _)| *kind == wanted) else { return };
    let (study, truth) = study(60, 20, Scenario { mixed: true, ..scenario(kind, share) }, 4);
    let ranking = ranked(&study);
    println!("planted {truth:?}\n{:?}\nnull {:.3}", ranking.method.remarks, ranking.method.posterior_null);
    for h in ranking.hypotheses.iter().take(12) {
        println!(
            "{:2} {:?} {:?} EEF {:.3?} P {:.3?} p_adj {:?}",
            h.rank, h.family, h.verdict, h.explained_fraction, h.posterior, h.p_adjusted
        );
        println!("   {}\n   RR {:.2?} {:.2?} p {:.5?}", h.statement, h.rate_ratio, h.ci95, h.p_value);
        println!("   aliases {:?}", h.aliases);
        for c in &h.confounders {
            println!("   ? {}: {}", c.factor, c.note);
        }
        for e in &h.evidence_against {
            println!("   - {e}");
        }
        println!("   > {}", h.next_step);
    }
}
