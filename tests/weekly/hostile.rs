//! Foreign text does nothing in a mail, a page, a terminal or a monitoring system.

use std::sync::LazyLock;

use coroner::model::intervention::{Courses, Side};
use coroner::model::study::Precursor;
use coroner::model::{Cause, FleetFinding, Intervention, Outcome, Report, Study, Verdict};
use coroner::weekly::{Edition, Page, html, mail, metrics, text};

use crate::machines::{fed, has};
use crate::weeks::{ESCAPES, FORMULA, HOSTILE, REVERSED, Run, SCRIPT, day, fleet_at, incident};

const INJECTED: &str = "x\r\nBcc: everybody@example.net\r\n\r\n<b>hello</b>\u{2028}\u{85}\0";
const METRIC: &str = "a\"} 1\ncoroner_hosts{x=\"\\";

fn texts() -> Vec<String> {
    let mut all: Vec<String> = [
        SCRIPT,
        FORMULA,
        ESCAPES,
        REVERSED,
        HOSTILE,
        INJECTED,
        METRIC,
        "--coroner",
        "=?utf-8?q?=0D=0A?=",
        ".\r\n.\r\n",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("ä".repeat(1_000_000));
    all.push("M".repeat(1_000_000));
    all
}

fn fix(name: &str) -> Intervention {
    Intervention {
        id: format!("change:{name}"),
        name: name.to_owned(),
        declared: true,
        sets: Vec::new(),
        first_at: day("2025-12-23"),
        last_at: day("2025-12-23"),
        hosts: vec![name.to_owned()],
        within: None,
        outcome: Outcome::CameBack,
        statement: name.to_owned(),
        remarks: vec![name.to_owned()],
        before: Side::default(),
        after: Side::default(),
        rate_ratio: None,
        ci95: None,
        p_fewer: None,
        p_more: None,
        p_remarkable: 0.05,
        probability_lower: None,
        probability_so_few: None,
        without_trigger: None,
        untouched: None,
        countdown: None,
        courses: Courses::default(),
        quiet_spell: None,
        same_time: Vec::new(),
    }
}

/// A week in which everything is news and every text is hostile.
fn week() -> &'static (Report, Edition) {
    static WEEK: LazyLock<(Report, Edition)> = LazyLock::new(made);
    &WEEK
}

fn made() -> (Report, Edition) {
    let mut report = fleet_at("2025-12-29");
    let mut study = Study::default();
    for (n, hostile) in texts().into_iter().enumerate() {
        report.hosts.push(hostile.clone());
        let when = format!("2025-12-24T{n:02}:00:00Z");
        let mut new = incident(n, &hostile, &when, Cause::Unexplained, false);
        new.reason.clone_from(&hostile);
        new.cluster = Some(hostile.clone());
        report.incidents.push(new);
        report.interventions.push(fix(&hostile));
        report.fleet_findings.push(FleetFinding {
            id: format!("did-not-come-back{hostile}"),
            severity: "warning".to_owned(),
            statement: hostile.clone(),
            hosts: vec![hostile.clone()],
        });
        let mut claim = report.hypotheses[0].clone();
        claim.id = format!("factor:{hostile}");
        claim.verdict = Verdict::Supported;
        claim.terms[0].value.clone_from(&hostile);
        claim.next_step.clone_from(&hostile);
        report.hypotheses.push(claim);
        study.hosts.push(hostile.clone());
        let times = vec![vec![day("2025-12-25").timestamp()]; study.hosts.len()];
        study.precursors.push(Precursor { signature: hostile, times });
    }
    let mut run = Run::through(&["2025-12-22"]);
    let edition = run.edition_with(&report, &study, day("2025-12-29"));
    assert!(!run.state.unwrap().chars().any(|c| c.is_control() && c != '\n'));
    (report, edition)
}

fn eml(edition: &Edition) -> Vec<u8> {
    let to = vec!["ops@example.net".parse().unwrap(), "boss@example.net".parse().unwrap()];
    mail::eml(edition, &mail::Envelope { from: "coroner@example.net".parse().unwrap(), to }).unwrap()
}

/// Characters that act on a terminal or on the text around them.
fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn text_and_subject_are_inert_and_short() {
    let (_, edition) = week();
    let page = Page::of(edition);
    let text = text(&page, 78);
    assert!(!text.contains(acts), "{:?}", text.chars().find(|c| acts(*c)));
    assert!(text.len() < 200_000, "{} bytes: long foreign text is cut", text.len());
    assert!(!page.subject.contains('\n') && page.subject.chars().count() <= 100, "{}", page.subject);
    assert_eq!(text.lines().next().unwrap(), page.subject);
    assert!(text.contains("\\r\\nBcc: everybody@example.net"), "shown, not obeyed");
}

#[test]
fn html_holds_foreign_text_as_text() {
    let (_, edition) = week();
    let page = html(&Page::of(edition)).unwrap();
    assert!(!page.contains(acts));
    for tag in ["<script", "<img", "<b>", "</style", "javascript:alert(4)\"", "{{"] {
        let own = page.replace("{{ 7*7 }}", "");
        assert!(!own.contains(tag), "{tag}");
    }
    assert!(page.contains("&lt;script&gt;"));
    for fetched in ["src=", "href=", "url(", "@import", "http-equiv"] {
        let quoted =
            page.replace("src&#x3d;", "").replace("&lt;img src=x", "").replace("javascript:alert", "");
        let quoted = quoted.replace("http-equiv=\"Content-Security-Policy\"", "");
        assert!(!quoted.contains(fetched), "{fetched}: nothing is fetched");
    }
}

#[test]
fn a_mail_has_its_own_headers_and_no_others() {
    let (_, edition) = week();
    let bytes = eml(edition);
    let message = String::from_utf8(bytes.clone()).unwrap();
    assert_eq!(message.matches('\n').count(), message.matches("\r\n").count(), "lines end in CR LF");
    assert_eq!(message.matches('\r').count(), message.matches("\r\n").count());
    assert!(message.lines().all(|line| line.len() <= 998), "RFC 5322, 2.1.1");
    let head = message.split("\r\n\r\n").next().unwrap();
    let names: Vec<&str> = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap())
        .collect();
    let expected =
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"];
    assert_eq!(names, expected);
    assert_eq!(bytes, eml(edition), "no clock and no chance in it");
}

#[test]
fn another_edition_has_another_id_and_boundary() {
    let mut run = Run::through(&["2025-05-19"]);
    let [first, second] = ["2025-05-26", "2025-06-02"].map(|date| eml(&run.edition(&fleet_at(date))));
    let id = |mail: &[u8]| {
        let text = String::from_utf8(mail.to_vec()).unwrap();
        text.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned()
    };
    assert_ne!(id(&first), id(&second));
    assert!(id(&first).ends_with("@example.net>"), "{}", id(&first));
}

#[test]
fn an_address_cannot_bring_a_header_along() {
    for good in ["root@localhost", "ops+weekly@mail.example.net", "o'neil@example.net"] {
        assert!(good.parse::<mail::Address>().is_ok(), "{good}");
    }
    let long = format!("a@{}.net", "b".repeat(300));
    for bad in [
        "",
        "root",
        "@example.net",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b\r\nBcc: c@d",
        "<a@b>",
        "a@b,c@d",
        "a..b@c",
        "ä@b",
        &long,
    ] {
        assert!(bad.parse::<mail::Address>().is_err(), "{bad}");
    }
}

/// Prints the subject, the types and the decoded plain text of a mail, after complaining of every defect.
const READER: &str = r#"
import email, email.policy, sys
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = list(message.walk())
for part in parts:
    assert not part.defects, part.defects
for header in message.values():
    assert not getattr(header, "defects", ()), header.defects
assert [part.get_content_type() for part in parts] == ["multipart/alternative", "text/plain", "text/html"], parts
assert message["Date"].datetime.isoformat() == "2025-12-29T00:00:00+00:00", message["Date"]
assert [str(to) for to in message["To"].addresses] == ["ops@example.net", "boss@example.net"]
sys.stdout.reconfigure(encoding="utf-8", newline="")
print(message["Subject"])
print(message.get_body(("html",)).get_content().count("<li"))
sys.stdout.write(message.get_body(("plain",)).get_content())
"#;

#[test]
fn the_mail_module_of_python_reads_what_was_meant() {
    if !has("python3") {
        return;
    }
    let (_, edition) = week();
    let page = Page::of(edition);
    let read = fed("python3", &["-c", READER], &eml(edition));
    let mut lines = read.splitn(3, '\n');
    assert_eq!(lines.next().unwrap(), page.subject);
    let items: usize = page.sections.iter().map(|section| section.items.len()).sum();
    assert_eq!(lines.next().unwrap(), items.to_string());
    let body = lines.next().unwrap().replace("\r\n", "\n");
    assert_eq!(body.trim_end(), text(&page, 78).trim_end());
}

/// Reads the lines of an exposition as OpenMetrics has them; the samples as name and labels.
fn samples(exposition: &str) -> Vec<String> {
    assert!(exposition.ends_with("# EOF\n"));
    let mut family = "";
    let mut families = std::collections::BTreeSet::new();
    let mut samples = Vec::new();
    for line in exposition.lines().take_while(|line| *line != "# EOF") {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            family = rest.split(' ').next().unwrap();
            assert!(families.insert(family), "{family} is one block");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert_eq!(rest, format!("{family} gauge"));
        } else {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
            let labels = sample.strip_prefix(family).unwrap();
            let mut in_quotes = false;
            let mut escaped = false;
            for c in labels.chars() {
                match c {
                    _ if escaped => {
                        assert!("\\\"n".contains(c), "{line}");
                        escaped = false;
                    }
                    '\\' => escaped = true,
                    '"' => in_quotes = !in_quotes,
                    _ => {}
                }
            }
            assert!(!in_quotes && !escaped, "{line}");
            assert!(labels.is_empty() || (labels.starts_with('{') && labels.ends_with("\"}")), "{line}");
            samples.push(sample.to_owned());
        }
    }
    samples
}

#[test]
fn metrics_are_of_the_form_that_they_promise() {
    let (report, edition) = week();
    let exposition = metrics(report, edition);
    let samples = samples(&exposition);
    let mut once = samples.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), samples.len(), "no sample stands twice");
    assert!(samples.iter().all(|sample| sample.starts_with("coroner_") && sample.len() < 1_000));
    assert!(!exposition.contains(acts));
    let hosts = exposition.lines().find(|line| line.starts_with("coroner_hosts ")).unwrap();
    assert_eq!(hosts, format!("coroner_hosts {}", report.hosts.len()));
    assert!(exposition.contains("coroner_unplanned_incidents{cause=\"kernel_panic\"} 1\n"));
    assert!(exposition.contains("coroner_edition_alarming 1\n"));
    assert!(exposition.contains(&format!("coroner_edition_incidents{{what=\"new\"}} {}\n", texts().len())));
}

#[test]
fn the_tool_of_prometheus_accepts_the_metrics() {
    if !has("promtool") {
        return;
    }
    let (report, edition) = week();
    fed("promtool", &["check", "metrics"], metrics(report, edition).as_bytes());
    let quiet = Run::default().edition(&fleet_at("2025-01-06"));
    fed("promtool", &["check", "metrics"], metrics(&fleet_at("2025-01-06"), &quiet).as_bytes());
}
