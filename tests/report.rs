//! The renderers: what they show, and that nothing foreign can act in any of them.

use chrono::TimeDelta;
use coroner::model::{Cause, Report, Verdict};
use coroner::report::{charts, html, json, markdown, summary};

#[path = "report/fleet.rs"]
mod made_up;

use made_up::{ESCAPES, REVERSED, SCRIPT, empty, factors_of, fleet, incident};

fn page(report: &Report) -> String {
    html::report(report, &charts::all(report)).unwrap()
}

fn check(text: &str) {
    let schema = serde_json::from_str(json::SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let findings = serde_json::from_str(text).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&findings).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn findings_fulfil_the_published_schema() {
    check(&json::findings(&fleet()));
    check(&json::findings(&empty()));
}

#[test]
fn the_schema_refuses_what_the_interface_does_not_promise() {
    let schema = serde_json::from_str(json::SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let good: serde_json::Value = serde_json::from_str(&json::findings(&fleet())).unwrap();
    for (pointer, value) in [
        ("/incidents/0/cause", "gremlins"),
        ("/incidents/0/at", "2025-01-19 02:14"),
        ("/hypotheses/0/verdict", "proven"),
        ("/window/from", "2025-01-01T00:00:00+01:00"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value.into();
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
}

#[test]
fn findings_keep_foreign_text_as_found_and_numbers_finite() {
    let findings: serde_json::Value = serde_json::from_str(&json::findings(&fleet())).unwrap();
    assert_eq!(findings["incidents"][1]["evidence"][0]["text"], SCRIPT);
    assert_eq!(findings["incidents"][2]["evidence"][0]["text"], ESCAPES);
    assert_eq!(findings["incidents"][0]["at"], "2025-01-19T02:14:00Z");
    assert_eq!(findings["hypotheses"][1]["ci95"], serde_json::json!([1.4, null]));
    assert!(findings["hypotheses"][5]["rate_ratio"].is_null());
    assert_eq!(findings["fleet"]["hosts"], 41);
}

#[test]
fn hostile_text_is_inert_in_the_page() {
    let page = page(&fleet());
    assert_eq!(page.matches("<script").count(), 1, "only our own script");
    assert!(!page.contains("<img") && !page.contains("onerror=alert(2)>\""));
    assert!(!page.contains("\" onload=\""));
    assert!(page.contains("&lt;script&gt;alert(1)"));
    assert!(page.contains("{{ 7*7 }}"), "templates inside foreign text are not run");
    assert_no_control(&page);
}

#[test]
fn hostile_text_is_inert_in_every_chart() {
    for chart in charts::all(&fleet()) {
        assert!(!chart.svg.contains("<script") && !chart.svg.contains("<img"), "{}", chart.file_name);
        assert_no_control(&chart.svg);
    }
}

#[test]
fn hostile_text_is_inert_in_markdown() {
    let text = markdown::report(&fleet());
    assert_no_control(&text);
    for (number, line) in text.lines().enumerate() {
        let outside_code = outside_code_spans(line);
        assert!(!outside_code.contains("<script") && !outside_code.contains("<img"), "{number}: {line}");
        assert!(!outside_code.contains("[x]("), "{number}: {line}");
    }
}

/// The line without its code spans, which end at a run of backticks as long as the one that began them.
fn outside_code_spans(line: &str) -> String {
    let (mut outside, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        outside += &rest[..start];
        if outside.ends_with('\\') {
            rest = &rest[start + 1..];
            continue;
        }
        let fence = &rest[start..][..rest[start..].chars().take_while(|&c| c == '`').count()];
        let after = &rest[start + fence.len()..];
        let longer = format!("{fence}`");
        let end = (0..after.len()).filter(|&end| after.is_char_boundary(end)).find(|&end| {
            after[end..].starts_with(fence)
                && !after[end..].starts_with(&longer)
                && !after[..end].ends_with('`')
        });
        rest = &after[end.expect("every code span is closed") + fence.len()..];
    }
    outside + rest
}

#[test]
fn hostile_text_is_inert_on_the_terminal() {
    let mut report = fleet();
    report.hypotheses[0].statement = ESCAPES.to_owned();
    report.hypotheses[0].next_step = format!("{ESCAPES}{REVERSED}");
    report.hypotheses[1].terms[0].value = format!("{ESCAPES}{REVERSED}");
    assert_no_control(&summary::text(&report, 80, false));
    let coloured = summary::text(&report, 80, true);
    assert!(
        !coloured.contains("\u{1b}]") && !coloured.contains("\u{1b}[2J") && coloured.contains("\u{1b}[1m")
    );
}

fn assert_no_control(text: &str) {
    let bad = text.char_indices().find(|&(_, c)| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
    });
    assert_eq!(bad, None);
}

#[test]
fn an_empty_report_renders_everywhere_and_says_why_nothing_is_drawn() {
    let report = empty();
    assert!(charts::all(&report).is_empty());
    assert_eq!(charts::omitted(&report).len(), 7);
    assert!(page(&report).contains("No host was found"));
    assert!(markdown::report(&report).contains("not drawn, because"));
    assert!(summary::text(&report, 80, false).contains("No host was found"));
}

#[test]
fn a_fleet_without_any_finding_says_so_plainly() {
    let mut report = fleet();
    report
        .hypotheses
        .retain(|hypothesis| matches!(hypothesis.verdict, Verdict::Inconclusive | Verdict::Contradicted));
    report.hypotheses[0].next_step = "Wait for ten more incidents.".to_owned();
    for text in [page(&report), markdown::report(&report), summary::text(&report, 200, false)] {
        assert!(text.contains("Nothing is supported"), "{text}");
        assert!(text.contains("Wait for ten more incidents."), "{text}");
    }
    let forest = charts::all(&report).into_iter().find(|chart| chart.file_name == "rate-ratios.svg").unwrap();
    assert!(forest.title.starts_with("None of the"));
}

#[test]
fn no_output_claims_a_cause_for_an_association() {
    let report = fleet();
    let all = [page(&report), markdown::report(&report), summary::text(&report, 100, false)].concat();
    assert!(!all.contains("caused by") && all.contains("associated"));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let (one, two) = (fleet(), fleet());
    assert_eq!(page(&one), page(&two));
    assert_eq!(json::findings(&one), json::findings(&two));
    assert_eq!(markdown::report(&one), markdown::report(&two));
    assert_eq!(summary::text(&one, 80, true), summary::text(&two, 80, true));
}

#[test]
fn the_page_needs_no_network() {
    let page = page(&fleet());
    assert!(page.contains("default-src 'none'"));
    for outside in ["src=\"http", "href=\"http", "url(http", "@import", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn every_link_inside_the_page_has_a_target() {
    let page = page(&fleet());
    let anchors: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(anchors.contains(&link), "{link}");
    }
    let mut unique = anchors.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), anchors.len(), "ids are unique");
}

#[test]
fn a_large_fleet_shows_only_the_hosts_that_were_hit() {
    let mut report = fleet();
    report.hosts.extend((42..=2_000).map(|n| format!("kvm{n:04}")));
    let chart = charts::all(&report).into_iter().find(|chart| chart.file_name == "timeline.svg").unwrap();
    assert!(chart.svg.contains("shown: the 13 of 2,000 hosts that had an unplanned incident"));
    assert!(!chart.svg.contains("kvm1999"));
}

#[test]
fn five_thousand_incidents_stay_a_page_that_opens() {
    let mut report = fleet();
    for n in 0..5_000 {
        let when = (report.from + TimeDelta::minutes(100 * n as i64)).to_rfc3339();
        let host = report.hosts[n % 41].clone();
        let mut incident = incident(n, &host, &when, Cause::Unexplained, false);
        incident.id = format!("many-{n}");
        incident.factors = factors_of(n % 41).into();
        report.incidents.push(incident);
    }
    let page = page(&report);
    assert!(page.len() < 15_000_000, "{} bytes", page.len());
}

#[test]
fn the_headline_does_not_advertise_the_strength_of_what_is_not_supported() {
    let mut report = fleet();
    report.hypotheses.retain(|hypothesis| hypothesis.verdict != Verdict::Supported);
    report.hypotheses[0].rate_ratio = Some(1_592.0);
    report.hypotheses[0].log_bayes_factor = Some(7.35);
    report.method.too_small_to_tell = true;
    let text = markdown::report(&report);
    let head = text.split("| | |").next().unwrap();
    assert!(head.contains("Nothing is supported") && head.contains("too small to tell"), "{head}");
    assert!(!head.contains("1,592") && !head.contains("1,600") && !head.contains("more likely"), "{head}");
    assert!(head.contains("of 12 independent events"), "one denominator, named: {head}");
}

#[test]
fn what_could_have_been_seen_is_said_once_and_with_one_number() {
    let report = fleet();
    let text = markdown::report(&report);
    assert_eq!(text.matches(&report.method.could_see).count(), 2, "at the top and above the table");
    assert!(text.contains("in 42 weeks") && text.contains("none, however large"), "{text}");
    assert!(page(&report).contains("in 42 weeks"));
}

#[test]
fn the_page_of_a_hypothesis_names_count_interval_test_and_null() {
    let mut report = fleet();
    let account = &mut report.hypotheses[0].account;
    account.p_value_test = Some("exact conditional test; null: the same rate".to_owned());
    account.posterior_against = Some(format!("no cause {ESCAPES}"));
    let told = coroner::report::explanation::text(&report.hypotheses[0], &report.method);
    for wanted in [
        "8 of 12 events, 3.1 expected",
        "9 of 14",
        "6.3 (1.9 to 24)",
        "Clopper–Pearson",
        "null: the same rate",
        "(30 % to 90 % for priors",
        "Next step",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    assert_no_control(&told);
}

/// What the picture of coverage shows stands beside it in words: hosts, lengths and reasons of silences.
#[test]
fn coverage_is_drawn_and_told() {
    let report = fleet();
    let chart = charts::all(&report).into_iter().find(|chart| chart.file_name == "coverage.svg").unwrap();
    let large: usize = report.coverage.len();
    assert!(large > 40 && chart.svg.contains("Share of the hosts seen"), "{large}");
    assert!(chart.title.contains(" of 41 hosts") && chart.title.contains("SEL for 80 d"), "{}", chart.title);
    assert!(chart.svg.contains("power silent from 2025-02-01"));
    assert!(!chart.caption.contains("boot history"), "no host has one");
    let page = page(&report);
    assert!(
        page.contains("Who was seen when")
            && page.contains("80 d, 2025-01-01 00:00 to 2025-03-22 00:00: the SEL was cleared")
    );
    for link in chart.svg.split("href=\"#").skip(1) {
        let anchor = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor}");
    }
    let text = markdown::report(&report);
    assert!(text.contains("| power | 41 of 41 |") && text.contains("80 d on "), "{text}");

    let mut small = report.clone();
    small.coverage.truncate(12);
    let chart = charts::all(&small).into_iter().find(|chart| chart.file_name == "coverage.svg").unwrap();
    assert!(!chart.svg.contains("Share of the hosts seen"));
    assert!(small.coverage.iter().all(|host| chart.svg.contains(host.host.as_str())));

    let mut none = report;
    none.coverage.iter_mut().for_each(|host| host.seen.clear());
    assert!(charts::all(&none).iter().all(|chart| chart.file_name != "coverage.svg"));
    assert!(charts::omitted(&none).iter().any(|omitted| omitted.name.starts_with("Coverage")));
}
