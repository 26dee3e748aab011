//! A made-up fleet with hostile text in every place where foreign text can be.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use coroner::model::report::{
    Coverage, FactorChange, NamedSpan, Power, PowerPoint, RankingMethod, Seen, Silence,
};
use coroner::model::{
    Account, Cause, Confounder, Evidence, Family, FleetFinding, Hypothesis, Incident, Kind, LedgerTotals,
    Novelty, Report, SourceEntry, Supports, Term, Verdict, ledger::Quote,
};

pub const SCRIPT: &str = "<script>alert(1)</script>";
pub const FORMULA: &str = "=cmd|' /C calc'!A0";
pub const ESCAPES: &str = "\u{1b}[2J\u{1b}]8;;http://evil.example\u{7}click\u{1b}]8;;\u{7}";
pub const REVERSED: &str = "gpj.\u{202e}exe\u{2066}x\u{2069}";
pub const HOSTILE: &str =
    "</style></svg><img src=x onerror=alert(2)>\" onload=\"alert(3)` | [x](javascript:alert(4)) {{ 7*7 }}";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

pub fn empty() -> Report {
    Report {
        schema_version: 1,
        generated_by: "coroner 0.1.0".to_owned(),
        as_of: at("2026-01-01T00:00:00Z"),
        seed: 1,
        from: at("2026-01-01T00:00:00Z"),
        to: at("2026-01-01T00:00:00Z"),
        hosts: vec![],
        host_days_observed: 0.0,
        factors: BTreeMap::new(),
        host_factors: BTreeMap::new(),
        sources: vec![],
        totals: LedgerTotals::default(),
        boots: vec![],
        incidents: vec![],
        surroundings: vec![],
        hypotheses: vec![],
        method: RankingMethod::default(),
        fleet_findings: vec![],
        novelty: Novelty::default(),
        coverage: vec![],
        spans: vec![],
        changes: vec![],
        interventions: vec![],
        power: BTreeMap::new(),
        site_utc_offset_s: 0,
        site_utc_offset_steps: vec![],
    }
}

/// Factors of the n-th of the 41 hosts.
pub fn factors_of(n: usize) -> BTreeMap<String, String> {
    map(&[
        ("model", if n.is_multiple_of(2) { "SYS-2029U-TR4" } else { "SYS-6029P-WTR" }),
        (
            "bios_version",
            if n % 7 < 2 {
                "3.3"
            } else if n.is_multiple_of(3) {
                "3.8a"
            } else {
                "4.0"
            },
        ),
        ("role", ["hypervisor", "database", "web", "storage"][n % 4]),
        ("os", if n.is_multiple_of(5) { "Debian 12" } else { "Debian 11" }),
        ("rack", ["r01", "r02", "r03"][n % 3]),
    ])
}

/// What was seen of the n-th host: some SELs were cleared, some meters fell silent, backups run on few.
pub fn seen(n: usize, from: DateTime<Utc>) -> Vec<Seen> {
    let day = |d: i64| from + TimeDelta::days(d);
    let silence =
        |from, to, note: &str| Silence { from: day(from), to: day(to), note: note.to_owned(), told: false };
    let of = |class: &str, spans: &[(i64, i64)], silences: Vec<Silence>| Seen {
        class: class.to_owned(),
        spans: spans.iter().map(|(from, to)| (day(*from), day(*to))).collect(),
        silences,
    };
    let mut all = vec![match n % 9 {
        3 => of("log", &[(0, 120), (151, 365)], vec![silence(120, 151, "")]),
        _ => of("log", &[(0, 365)], vec![]),
    }];
    all.push(match n % 7 {
        2 => of("sel", &[(80, 300)], vec![silence(0, 80, "the SEL was cleared")]),
        _ => of("sel", &[(10, 340)], vec![]),
    });
    all.push(match n % 10 {
        7 => of("power", &[(0, 31), (52, 365)], vec![silence(31, 52, HOSTILE)]),
        _ => of("power", &[(0, 365)], vec![]),
    });
    if n.is_multiple_of(3) {
        all.push(of("backup", &[(3, 360)], vec![]));
    }
    all
}

pub fn incident(n: usize, host: &str, when: &str, cause: Cause, planned: bool) -> Incident {
    let moment = at(when);
    let text = match n % 5 {
        0 => "Nov 12 02:14:03 kvm07 kernel: Linux version 5.10.0-28-amd64 (debian-kernel@lists.debian.org)"
            .to_owned(),
        1 => SCRIPT.to_owned(),
        2 => ESCAPES.to_owned(),
        3 => HOSTILE.to_owned(),
        _ => format!("{FORMULA} {REVERSED}"),
    };
    let evidence = |source: &str, line, text: String, supports| Evidence {
        source: source.to_owned(),
        line_or_offset: line,
        at: Some(moment),
        text,
        supports,
    };
    Incident {
        id: format!("{host}-{}", moment.format("%Y%m%dT%H%M%SZ")),
        host: host.to_owned(),
        at: moment,
        at_earliest: moment - TimeDelta::seconds(if n.is_multiple_of(4) { 5_400 } else { 30 }),
        at_latest: moment + TimeDelta::seconds(30),
        back_at: Some(moment + TimeDelta::seconds(240 + 37 * n as i64)),
        downtime_s: Some((240 + 37 * n) as f64),
        kind: Kind::Reboot,
        planned,
        cause,
        confidence: 0.55 + 0.03 * (n % 14) as f64,
        cluster: (cause == Cause::PowerLoss).then(|| "c-20250818".to_owned()),
        factors: coroner::model::Factors::default(),
        evidence: vec![
            evidence("logs/kern.log-20250301", 41_872 + n as u64, text, Supports::For),
            evidence(
                "",
                0,
                "no shutdown in 3 sources that would have recorded one".to_owned(),
                Supports::For,
            ),
            evidence("sel/kvm.txt", 17, "Fan 3 | Lower Critical going low".to_owned(), Supports::Context),
            evidence("power.csv", 901, "412 W one minute before".to_owned(), Supports::Against),
        ],
        reason: match cause {
            Cause::Unexplained => {
                "The log stops in the middle of normal work and the next line is a new kernel.".to_owned()
            }
            Cause::PowerLoss => {
                "Three hosts on one feed fell silent within a minute and the SEL shows input lost.".to_owned()
            }
            _ if planned => "Inside the announced window CHG-1881.".to_owned(),
            _ => "The SEL and the kernel log agree.".to_owned(),
        },
        signatures: vec![],
        boot_started: Some(moment - TimeDelta::hours(30 + 211 * n as i64)),
        inherited_from: None,
        known_causes: Vec::new(),
        actor: (cause == Cause::Operator).then(|| "root via sudo".to_owned()),
    }
}

#[expect(clippy::too_many_arguments, reason = "a table of test data reads best as one row per hypothesis")]
fn hypothesis(
    rank: u32,
    family: Family,
    verdict: Verdict,
    terms: &[(&str, &str)],
    ratio: Option<f64>,
    ci95: Option<(f64, Option<f64>)>,
    exposed: u32,
    statement: &str,
) -> Hypothesis {
    let terms: Vec<Term> = terms.iter().map(|&(factor, value)| Term::new(factor, value)).collect();
    Hypothesis {
        rank,
        id: format!(
            "{}:{}",
            family.word(),
            terms.iter().map(|t| format!("{}={}", t.factor, t.value)).collect::<String>()
        ),
        family,
        statement: statement.to_owned(),
        verdict,
        terms,
        rate_ratio: ratio,
        ci95,
        p_value: Some(0.000_07 * f64::from(rank * rank)),
        p_adjusted: Some((0.002 * f64::from(rank).powi(3)).min(1.0)),
        log_bayes_factor: Some(6.1 - 1.2 * f64::from(rank)),
        posterior: Some(0.81 / f64::from(rank)),
        explained_fraction: Some(0.5 / f64::from(rank)),
        incidents_exposed: exposed,
        incidents_total: 14,
        exposure_days: 4_102.5 / f64::from(rank),
        incidents: vec![],
        aliases: vec![],
        confounders: vec![],
        comparisons: vec![],
        delay_profile: vec![],
        evidence_against: vec![],
        next_step: String::new(),
        account: Account {
            summary: statement.to_owned(),
            events_exposed: exposed.saturating_sub(1),
            events_total: 12,
            events_expected: Some(3.1),
            posterior_range: Some((0.3 / f64::from(rank), 0.9 / f64::from(rank))),
            ..Account::default()
        },
    }
}

fn hypotheses(incidents: &[Incident]) -> Vec<Hypothesis> {
    use Verdict::{Contradicted, Inconclusive, Suggestive, Supported};
    let h = hypothesis;
    let mut list = vec![
        h(
            1,
            Family::Factor,
            Supported,
            &[("bios_version", "3.3")],
            Some(6.34),
            Some((1.92, Some(24.1))),
            9,
            "Hosts with BIOS 3.3 go down unplanned about 6 times as often as the others.",
        ),
        h(
            2,
            Family::Window,
            Suggestive,
            &[("window", "backup"), ("os", "Debian 11")],
            Some(8.2),
            Some((1.4, None)),
            5,
            "Hosts with Debian 11 go down more often while a backup runs.",
        ),
        h(
            3,
            Family::SharedEvent,
            Suggestive,
            &[("rack", "r02")],
            None,
            None,
            3,
            "Three hosts of rack r02 went down within one minute.",
        ),
        h(
            4,
            Family::TimeOfDay,
            Inconclusive,
            &[("hour_of_day", "00-06")],
            Some(1.9),
            Some((0.6, Some(5.8))),
            7,
            "Incidents come more often between 00:00 and 06:00.",
        ),
        h(
            5,
            Family::Interaction,
            Inconclusive,
            &[("model", "SYS-2029U-TR4"), ("role", SCRIPT)],
            Some(2.2),
            Some((0.3, Some(17.0))),
            2,
            &format!("Model and role together: {HOSTILE}"),
        ),
        h(
            6,
            Family::Uptime,
            Inconclusive,
            &[("uptime_days", "208.5")],
            Some(f64::INFINITY),
            Some((0.9, None)),
            1,
            "Hosts go down after 208.5 days of uptime.",
        ),
        h(
            7,
            Family::Factor,
            Contradicted,
            &[("role", "database")],
            Some(0.0),
            Some((0.0, Some(1.3))),
            0,
            "Databases go down more often.",
        ),
        h(
            8,
            Family::Cause,
            Inconclusive,
            &[("cause", "operator")],
            None,
            None,
            1,
            "A person took a host down by mistake.",
        ),
    ];
    list[0].incidents = incidents.iter().filter(|i| !i.planned).take(9).map(|i| i.id.clone()).collect();
    list[0].aliases = vec![vec![Term::new("bmc_version", "1.71")]];
    list[0].confounders = vec![Confounder {
        factor: "model".to_owned(),
        note: "The ratio is 5.9 within models, so the model does not account for it.".to_owned(),
    }];
    list[0].evidence_against = vec!["5 of the 14 incidents were on hosts with another BIOS.".to_owned()];
    list[0].next_step =
        "Update six of the twelve hosts on BIOS 3.3 and leave the others: 127 days without an incident \
                         on the six would settle it."
            .to_owned();
    list[1].next_step = "Move the backups of half of the hosts to 14:00 for three weeks.".to_owned();
    list[4].evidence_against = vec![FORMULA.to_owned(), ESCAPES.to_owned(), REVERSED.to_owned()];
    list
}

/// 41 hosts, 14 unplanned incidents, 41 planned ends, several families, and hostile text all over.
pub fn fleet() -> Report {
    let mut report = empty();
    (report.from, report.to) = (at("2025-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
    report.site_utc_offset_s = 3_600;
    report.hosts = (1..=41).map(|n| format!("kvm{n:02}")).collect();
    report.hosts[20] = format!("db{SCRIPT}");
    report.host_days_observed = 14_403.0;
    for (n, host) in report.hosts.iter().enumerate() {
        let factors = factors_of(n);
        for (factor, value) in &factors {
            *report.factors.entry(factor.clone()).or_default().entry(value.clone()).or_default() += 1;
        }
        report.host_factors.insert(host.clone(), factors.into());
        let day = |d: i64| report.from + TimeDelta::days(d);
        let observed = match n % 9 {
            3 => vec![(day(0), day(120)), (day(151), day(365))],
            7 => vec![(day(45), day(365))],
            _ => vec![(day(0), day(365))],
        };
        let kinds = ["sel", "log", "boot"].map(str::to_owned).to_vec();
        report.coverage.push(Coverage { host: host.clone(), observed, kinds, seen: seen(n, report.from) });
    }
    let rows = [
        (0, "2025-01-19T02:14:00Z", Cause::Unexplained),
        (7, "2025-02-23T01:40:00Z", Cause::Unexplained),
        (14, "2025-03-09T03:05:00Z", Cause::Unexplained),
        (21, "2025-04-27T02:50:00Z", Cause::KernelPanic),
        (20, "2025-05-11T02:22:00Z", Cause::Unexplained),
        (28, "2025-06-15T23:31:00Z", Cause::Unexplained),
        (28, "2025-06-17T04:31:00Z", Cause::Unexplained),
        (35, "2025-07-20T01:12:00Z", Cause::Watchdog),
        (1, "2025-08-18T13:02:00Z", Cause::PowerLoss),
        (4, "2025-08-18T13:02:10Z", Cause::PowerLoss),
        (10, "2025-08-18T13:02:30Z", Cause::PowerLoss),
        (15, "2025-09-30T10:41:00Z", Cause::HardwareError),
        (18, "2025-11-03T16:20:00Z", Cause::Operator),
        (23, "2025-12-12T02:02:00Z", Cause::Unexplained),
    ];
    for (n, (host, when, cause)) in rows.into_iter().enumerate() {
        let mut incident = incident(n, &report.hosts[host], when, cause, false);
        incident.factors = factors_of(host).into();
        report.incidents.push(incident);
    }
    for (n, host) in report.hosts.iter().enumerate() {
        let day = at("2025-10-07T08:00:00Z") + TimeDelta::minutes(35 * n as i64);
        let text = day.to_rfc3339();
        report.incidents.push(incident(n, host, &text, Cause::Maintenance, true));
        let span = (day - TimeDelta::hours(4), day + TimeDelta::hours(30));
        report.spans.push(NamedSpan {
            host: host.clone(),
            name: "maintenance".to_owned(),
            from: span.0,
            to: span.1,
        });
        if n % 3 == 2 {
            report.changes.push(FactorChange {
                host: host.clone(),
                at: day,
                factor: "bios_version".to_owned(),
                from: "3.8a".to_owned(),
                to: "4.0".to_owned(),
            });
        }
    }
    for n in [0, 4, 8] {
        let centre = report.incidents[n].at;
        let points = (-72..72).filter(|step| !(0..3).contains(step)).map(|step: i64| PowerPoint {
            at: centre + TimeDelta::minutes(5 * step),
            watts: if (3..5).contains(&step) { 120.0 } else { 340.0 + 25.0 * ((step * 7 % 11) as f64).sin() },
        });
        let host = report.incidents[n].host.clone();
        report.power.insert(host, points.collect());
    }
    report.hypotheses = hypotheses(&report.incidents);
    report.method = RankingMethod {
        questions: 214,
        permutations: 999,
        independent_events: 12,
        posterior_null: 0.07,
        power: vec![
            Power {
                factor: "bios_version".to_owned(),
                typical_share: 0.3,
                minimum_detectable_rate_ratio: Some(9.4),
                alpha: 0.0012,
                events_needed: Some(9),
                weeks_until_five_fold: Some(41.5),
            },
            Power {
                factor: "rack".to_owned(),
                typical_share: 0.03,
                minimum_detectable_rate_ratio: None,
                alpha: 0.0012,
                events_needed: None,
                weeks_until_five_fold: None,
            },
        ],
        events_compared: 12,
        could_see: "With 12 independent events only a 9.4-fold rate would be seen.".to_owned(),
        too_small_to_tell: false,
        remarks: vec![
            "13 hosts were hit; by chance 12.1 are expected: this argues against a single bad host."
                .to_owned(),
        ],
    };
    report.fleet_findings = vec![
        finding(
            "bmc-clock-offset",
            "notice",
            "The BMC clocks of 3 hosts are one hour ahead.",
            &["kvm03", "kvm04", FORMULA],
        ),
        finding(
            "did-not-come-back",
            "warning",
            "kvm19 has been silent since 2025-12-30 and did not come back.",
            &["kvm19"],
        ),
        finding(
            "host-not-in-inventory",
            "info",
            &format!("A log names a host that no inventory knows: {ESCAPES}"),
            &[SCRIPT],
        ),
    ];
    report.sources = vec![
        source("sel/kvm07.txt", Some("ipmitool-sel-elist"), Some("kvm07"), 60_211, 0, Some(3_604.0)),
        source("logs/kern.log-20250301", Some("syslog-rfc3164"), None, 181_220_411, 1_220, None),
        source(&format!("odd/{SCRIPT}.bin"), None, None, 4_096, 4_096, None),
    ];
    for source in &report.sources {
        report.totals.sources += 1;
        report.totals.records += source.records;
        report.totals.bytes += source.bytes;
        report.totals.parsed += source.parsed;
        report.totals.ignored += source.ignored;
        report.totals.quarantined += source.quarantined;
    }
    report
}

fn finding(id: &str, severity: &str, statement: &str, hosts: &[&str]) -> FleetFinding {
    FleetFinding {
        id: id.to_owned(),
        severity: severity.to_owned(),
        statement: statement.to_owned(),
        hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
    }
}

fn source(
    path: &str,
    format: Option<&str>,
    host: Option<&str>,
    bytes: u64,
    bad: u64,
    offset: Option<f64>,
) -> SourceEntry {
    let ignored = (bytes - bad) / 10;
    let quote = Quote { offset: 7, len: 9, line: 3, reason: "bad-time".to_owned(), text: HOSTILE.to_owned() };
    SourceEntry {
        path: path.to_owned(),
        format: format.map(str::to_owned),
        kind: "log".to_owned(),
        host: host.map(str::to_owned),
        records: bytes / 90,
        bytes,
        parsed: bytes - bad - ignored,
        ignored,
        quarantined: bad,
        reasons: [("blank-line".to_owned(), ignored), ("bad-time".to_owned(), bad)].into(),
        quoted: if bad > 0 { vec![quote] } else { vec![] },
        from: Some(at("2025-01-01T00:00:00Z")),
        to: None,
        clock_offset_s: offset,
        clock_uncertainty_s: offset.map(|_| 12.0),
        clock_note: "14 boots seen by both the BMC and the host".to_owned(),
        digest: "0".repeat(64),
    }
}
