//! Explanations, findings, coverage, hosts at risk, and what is usual.

use chrono::TimeDelta;
use coroner::model::study::Precursor;
use coroner::model::{Cause, FleetFinding, Report, Study, Term, Verdict};
use coroner::weekly::{Group, Movement, subject};

use crate::weeks::{Run, at, cut, day, fleet, fleet_at, incident, words};

fn finding(id: &str, severity: &str, statement: &str, hosts: &[&str]) -> FleetFinding {
    FleetFinding {
        id: id.to_owned(),
        severity: severity.to_owned(),
        statement: statement.to_owned(),
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
    }
}

/// The fleet of a quiet week, with a change.
fn next_week(change: impl Fn(&mut Report)) -> Report {
    let mut report = fleet_at("2025-05-26");
    change(&mut report);
    report
}

fn after(change: impl Fn(&mut Report)) -> coroner::weekly::Edition {
    Run::through(&["2025-05-19"]).edition(&next_week(change))
}

#[test]
fn a_week_without_news_says_how_much_was_covered() {
    let edition = after(|_| {});
    assert!(!edition.is_alarming());
    let line = subject(&edition);
    assert!(line.starts_with("coroner 2025-W21: nothing new ("), "{line}");
    assert!(line.ends_with("of 41 hosts covered)"), "{line}");
}

#[test]
fn hypotheses_are_told_when_they_rise_or_fall() {
    let edition = after(|_| {});
    assert!(
        edition.explanations.iter().all(|e| e.movement == Movement::Stands),
        "{:?}",
        edition.explanations
    );

    let edition = after(|report| report.hypotheses[1].verdict = Verdict::Supported);
    let risen = &edition.explanations[0];
    assert_eq!((risen.movement, risen.was), (Movement::Rose, Some(Verdict::Suggestive)));
    assert!(risen.is_newly_supported() && edition.is_alarming());
    assert!(
        subject(&edition).contains("window = backup + os = Debian 11 supported"),
        "{}",
        subject(&edition)
    );
    assert!(words(&edition).contains("Next: Move the backups of half of the hosts"), "{}", words(&edition));

    let edition = after(|report| report.hypotheses[0].verdict = Verdict::Inconclusive);
    assert_eq!(edition.explanations[0].movement, Movement::Fell);
    assert!(subject(&edition).contains("1 explanation no longer supported"), "{}", subject(&edition));
    assert!(!edition.is_alarming());

    let edition = after(|report| drop(report.hypotheses.remove(0)));
    let gone = &edition.explanations[0];
    assert_eq!((gone.movement, gone.verdict, gone.was), (Movement::Fell, None, Some(Verdict::Supported)));

    let edition = after(|report| report.hypotheses[0].posterior = Some(0.6));
    assert_eq!(edition.explanations[0].movement, Movement::Fell, "by more than a tenth");
    let edition = after(|report| report.hypotheses[0].posterior = Some(0.79));
    assert_eq!(edition.explanations[0].movement, Movement::Stands);
}

#[test]
fn a_hypothesis_that_goes_by_another_name_of_the_same_hosts_is_not_new() {
    let edition = after(|report| {
        let first = &mut report.hypotheses[0];
        let old = std::mem::replace(&mut first.terms, vec![Term::new("bmc_version", "1.71")]);
        first.aliases = vec![old];
        first.id = "factor:bmc_version=1.71".to_owned();
    });
    assert!(edition.explanations.iter().all(|e| !e.is_newly_supported()), "{:?}", edition.explanations);
}

#[test]
fn a_finding_is_told_for_the_hosts_that_it_is_new_on() {
    let full = |hosts: &'static [&'static str]| {
        move |report: &mut Report| {
            report.fleet_findings.push(finding(
                "sel-full",
                "warning",
                "on some hosts the SEL is full",
                hosts,
            ));
        }
    };
    let mut run = Run::through(&["2025-05-19"]);
    let first = run.edition(&next_week(full(&["kvm01", "kvm02"])));
    assert_eq!(first.findings.len(), 1, "those of the week before are not told again: {:?}", first.findings);
    assert_eq!((first.findings[0].group, first.findings[0].known_hosts), (Group::Logs, 0));
    assert!(first.is_alarming());
    let mut later = cut(fleet(), day("2025-06-02"));
    full(&["kvm01", "kvm02", "kvm03"])(&mut later);
    let second = run.edition(&later);
    assert_eq!(second.findings[0].hosts, ["kvm03"]);
    assert_eq!(second.findings[0].known_hosts, 2);
    assert!(words(&second).contains("New on kvm03; the others were told."), "{}", words(&second));
    let mut last = cut(fleet(), day("2025-06-09"));
    full(&["kvm01", "kvm03"])(&mut last);
    assert_eq!(run.edition(&last).findings, []);
}

#[test]
fn findings_stand_in_the_section_of_their_kind() {
    let edition = after(|report| {
        report.fleet_findings.extend([
            finding("host-clock-off", "notice", "the clock of kvm05 is off", &["kvm05"]),
            finding("firmware-pending", "notice", "3.9 is pending", &["kvm06"]),
            finding("did-not-come-back", "warning", "kvm07 did not come back", &["kvm07"]),
            finding("file-unreadable", "warning", "sel.bin: bad", &[]),
        ]);
    });
    let groups: Vec<Group> = edition.findings.iter().map(|finding| finding.group).collect();
    assert_eq!(groups, [Group::Hosts, Group::Clocks, Group::Pending, Group::Other]);
    let words = words(&edition);
    for title in ["Hosts silent or down !", "Clocks - the", "Pending firmware -", "Also noticed !"] {
        assert!(words.contains(title), "{title}: {words}");
    }
    assert!(words.starts_with("coroner 2025-W21: 1 host silent or down, 1 new warning"), "{words}");
}

#[test]
fn data_that_ended_long_ago_are_the_first_news() {
    let mut run = Run::through(&["2025-05-19"]);
    let edition = run.edition_as_of(&fleet_at("2025-05-24"), day("2025-06-02"));
    assert!(edition.is_without_data() && edition.is_alarming());
    let words = words(&edition);
    assert!(words.starts_with("coroner 2025-W21 to 2025-W22: nothing was read for 9 days"), "{words}");
    assert!(words.contains("The data end on 2025-05-24 00:00 UTC"), "{words}");
    // A day and a half is worth a sentence, and no alarm.
    let edition =
        Run::through(&["2025-05-19"]).edition_as_of(&fleet_at("2025-05-24"), at("2025-05-25T12:00:00Z"));
    assert!(!edition.is_without_data() && edition.without_data().is_some());
    assert_eq!(Run::through(&["2025-05-19"]).edition(&fleet_at("2025-05-24")).without_data(), None);
}

#[test]
fn hosts_that_fall_out_of_sight_are_told_once() {
    let blind = |mut report: Report, from: &str| {
        for host in &mut report.coverage[3..5] {
            host.observed.iter_mut().for_each(|span| span.1 = span.1.min(day(from)));
            for seen in &mut host.seen {
                seen.spans.iter_mut().for_each(|span| span.1 = span.1.min(day(from)));
            }
        }
        report
    };
    let mut run = Run::through(&["2025-07-07"]);
    let first = run.edition(&blind(fleet_at("2025-07-14"), "2025-07-07"));
    assert_eq!(first.coverage.newly_unseen.len(), 2);
    assert!(subject(&first).contains("2 hosts not covered"), "{}", subject(&first));
    let second = run.edition(&blind(fleet_at("2025-07-21"), "2025-07-07"));
    assert_eq!((second.coverage.unseen.len(), second.coverage.newly_unseen.len()), (2, 0));
    assert!(words(&second).contains("as before, nothing was seen of 2 hosts"), "{}", words(&second));
}

#[test]
fn a_silence_is_told_once() {
    // The logs of some hosts are silent from day 120 to day 151 of the year.
    let of_logs = |edition: &coroner::weekly::Edition| {
        edition.coverage.silent.iter().filter(|silent| silent.class == "log").cloned().collect::<Vec<_>>()
    };
    let mut run = Run::through(&["2025-04-28"]);
    let first = of_logs(&run.edition(&fleet_at("2025-05-05")));
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].hosts.len(), first[0].from), (5, day("2025-05-01")));
    for date in ["2025-05-12", "2025-05-19", "2025-06-09", "2025-06-16"] {
        assert_eq!(of_logs(&run.edition(&fleet_at(date))), [], "{date}");
    }
}

#[test]
fn hosts_with_a_sign_that_heralds_incidents_are_at_risk() {
    let mut report = fleet_at("2025-05-26");
    let herald = &mut report.hypotheses[1];
    herald.family = coroner::model::Family::Precursor;
    herald.terms = vec![Term::new("signature", "memory-corrected")];
    let signs = |signature: &str, times: &[(usize, &str)]| {
        let mut of_hosts = vec![Vec::new(); report.hosts.len()];
        for (host, when) in times {
            of_hosts[*host].push(day(when).timestamp());
        }
        Precursor { signature: signature.to_owned(), times: of_hosts }
    };
    let study = Study {
        hosts: report.hosts.clone(),
        precursors: vec![
            signs(
                "memory-corrected",
                &[(0, "2025-05-10"), (0, "2025-05-21"), (1, "2025-05-22"), (2, "2025-03-01")],
            ),
            signs(
                "disk-warning",
                &[(3, "2025-05-10"), (3, "2025-05-21"), (4, "2025-05-23"), (5, "2025-06-01")],
            ),
        ],
        ..Study::default()
    };
    let edition = Run::through(&["2025-05-19"]).edition_with(&report, &study, day("2025-05-26"));
    let hosts = |place: usize| -> Vec<&str> {
        edition.at_risk[place].hosts.iter().map(|(host, _, _)| host.as_str()).collect()
    };
    assert_eq!(edition.at_risk[0].verdict, Some(Verdict::Suggestive));
    assert_eq!(hosts(0), ["kvm01", "kvm02"]);
    assert_eq!(edition.at_risk[1].verdict, None);
    assert_eq!(hosts(1), ["kvm05"], "kvm04 has had it for long");
    assert!(subject(&edition).contains("2 hosts at risk"), "{}", subject(&edition));
    assert!(words(&edition).contains("do not say that it heralds anything"), "{}", words(&edition));
}

#[test]
fn a_bad_week_is_called_more_than_usual_and_an_ordinary_one_is_not() {
    let with = |incidents: i64| {
        after(|report| {
            for n in 0..incidents {
                let when = day("2025-05-20") + TimeDelta::hours(13 * n);
                let host = report.hosts[n as usize].clone();
                report.incidents.push(incident(0, &host, &when.to_rfc3339(), Cause::Unexplained, false));
            }
        })
    };
    let ordinary = with(1);
    assert!(!ordinary.usual.is_more(), "{:?}", ordinary.usual);
    assert_eq!(subject(&ordinary), "coroner 2025-W21: 1 unplanned incident");
    let bad = with(6);
    assert!(bad.usual.is_more(), "{:?}", bad.usual);
    assert!(subject(&bad).contains("6 unplanned incidents (more than usual)"), "{}", subject(&bad));
    assert!(words(&bad).contains("so many or more come with probability"), "{}", words(&bad));
    // Without a history nothing is usual.
    let first = Run::default().edition(&fleet_at("2025-01-06"));
    assert_eq!(first.usual.expected, None);
}
