//! That no page claims more than the case holds.

use chrono::TimeDelta;
use coroner::case::{Bundle, Decoded, Request, Scope, gather};
use coroner::model::surroundings::{Happening, Surroundings};
use coroner::model::{Evidence, Moment, Report, Supports};

use crate::stand_in::{self, Memory, SEL};
use crate::{sealed, text};

fn bundle(report: &Report, memory: &Memory, hosts: &[&str]) -> Bundle {
    let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
    gather(report, &Scope::of(report, &Request { hosts, ..Request::default() }).unwrap(), memory)
}

#[test]
fn announced_work_is_ruled_out_only_where_no_incident_meets_a_window() {
    let (mut report, memory) = stand_in::fleet_and_sources();
    let page = sealed(&report, &memory, &["kvm01"]).markdown;
    assert!(page.contains("**Announced work**: none of the incidents lies within the 1 window"), "{page}");
    // The incident may have been as late as the beginning of the window.
    let latest = report.incidents[0].at_latest;
    let host = report.incidents[0].host.clone();
    let window = report.spans.iter_mut().find(|span| span.host == host).unwrap();
    (window.from, window.to) = (latest, latest + TimeDelta::hours(2));
    let page = sealed(&report, &memory, &["kvm01"]).markdown;
    let told = "**Announced work**: 1 of 1 fell into a window announced for the machine, or may have: no. 1.";
    assert!(page.contains(told) && !page.contains("none of the incidents lies"), "{page}");
    // A window of another machine is none of this one.
    let window = report.spans.iter_mut().find(|span| span.host == host).unwrap();
    window.host = "kvm02".to_owned();
    let page = sealed(&report, &memory, &["kvm01"]).markdown;
    assert!(!page.contains("Announced work"), "{page}");
}

#[test]
fn sels_are_called_complete_only_where_all_of_the_case_are() {
    const CLAIM: &str = "SELs are complete.";
    let (mut report, memory) = stand_in::fleet_and_sources();
    let whole = sealed(&report, &memory, &["kvm01"]);
    for told in [&whole.html, &whole.markdown, text(&whole, "README.txt")] {
        assert!(told.contains(CLAIM), "{told}");
    }
    let two = sealed(&report, &memory, &["kvm01", "kvm15"]);
    for told in [&two.html, &two.markdown, text(&two, "README.txt")] {
        assert!(!told.contains(CLAIM) && told.contains("SELs of 1 of 2 machines of this case"), "{told}");
    }
    // One that is too large for the case.
    let source = report.sources.iter_mut().find(|source| source.path == SEL).unwrap();
    source.bytes = 1 << 40;
    let large = sealed(&report, &memory, &["kvm01"]);
    assert!(large.markdown.contains("No SEL of the machine of this case is enclosed complete."));
    assert!(!text(&large, "README.txt").contains(CLAIM));
    report.sources.retain(|source| source.kind != "sel");
    report.coverage.clear();
    let none = sealed(&report, &memory, &["kvm01"]);
    assert!(text(&none, "README.txt").contains("There is no SEL of the machine of this case."));
}

#[test]
fn a_sel_that_machines_share_is_complete_for_none() {
    let (mut report, mut memory) = stand_in::fleet_and_sources();
    report.sources.retain(|source| source.kind != "sel");
    let (path, bytes) = ("sel/all.txt", b"kvm01 fan\nkvm15 fan\nkvm01 psu\n");
    let mut source = report.sources.last().unwrap().clone();
    source.path = path.to_owned();
    (source.kind, source.format) = ("sel".to_owned(), Some("ipmitool-sel-elist".to_owned()));
    (source.host, source.bytes) = (None, bytes.len() as u64);
    report.sources.push(source);
    let mark = |(line, host): (u64, &str)| coroner::case::Mark {
        host: Some(host.to_owned()),
        offset: 0,
        len: 0,
        line,
        at: Some(report.incidents[0].at),
    };
    memory.marks.insert(path.to_owned(), [(1, "kvm01"), (2, "kvm15"), (3, "kvm01")].map(mark).to_vec());
    memory.bytes.insert(path.to_owned(), bytes.to_vec());
    let sealed = sealed(&report, &memory, &["kvm01"]);
    assert_eq!(text(&sealed, "evidence/hosts/kvm01/sel_all.txt"), "kvm01 fan\nkvm01 psu\n");
    let readme = text(&sealed, "README.txt");
    assert!(readme.contains("System Event Log or vendor log, the records of this machine"), "{readme}");
    assert!(readme.contains("No SEL of the machine of this case is enclosed complete."), "{readme}");
}

#[test]
fn the_vendor_is_asked_about_sel_entries_where_a_sel_is_evidence() {
    let (mut report, memory) = stand_in::fleet_and_sources();
    const QUESTION: &str = "What do your own tools read in the SEL entries";
    // A path is no proof of what a source is.
    report.incidents[0].evidence[0].source = "logs/selinux.log".to_owned();
    report.incidents[0].evidence.truncate(1);
    assert!(!sealed(&report, &memory, &["kvm01"]).markdown.contains(QUESTION));
    report.incidents[0].evidence[0].source = SEL.to_owned();
    assert!(sealed(&report, &memory, &["kvm01"]).markdown.contains(QUESTION));
}

#[test]
fn what_was_replaced_in_binary_excerpts_is_said_as_it_was_done() {
    let (report, memory) = stand_in::fleet_and_sources();
    let readme = |bundle: &Bundle| text(&bundle.seal().unwrap(), "README.txt").to_owned();
    let untouched = bundle(&report, &memory, &["kvm01"]);
    assert!(!readme(&untouched).contains("replaced"));
    let mut texts = untouched.clone();
    texts.map_texts(&mut |_, bytes| bytes.to_vec());
    let told = readme(&texts);
    assert!(told.contains("Binary excerpts are as they were."), "{told}");
    assert!(told.contains("serial numbers of other machines, and keywords"), "{told}");
    let mut all = untouched;
    all.map_records(&mut |_, bytes| bytes.to_vec(), &|raw| Decoded { raw, text: String::new() });
    all.map_texts(&mut |_, bytes| bytes.to_vec());
    let told = readme(&all);
    assert!(told.contains("In binary excerpts they were replaced in place"), "{told}");
    assert!(!told.contains("as they were."), "{told}");
    let mut report = report;
    report.sources.retain(|source| ![SEL, stand_in::BOOTS].contains(&source.path.as_str()));
    let mut without = bundle(&report, &memory, &["kvm01"]);
    without.map_texts(&mut |_, bytes| bytes.to_vec());
    let told = readme(&without);
    assert!(told.contains("replaced") && !told.to_lowercase().contains("binary excerpts"), "{told}");
}

#[test]
fn happenings_that_are_left_out_are_counted_without_those_told_already() {
    let (mut report, memory) = stand_in::fleet_and_sources();
    let incident = report.incidents[0].clone();
    let happening = |evidence: Evidence, what: &str| Happening {
        at: Moment { earliest: incident.at, best: incident.at, latest: incident.at },
        what: what.to_owned(),
        evidence,
    };
    let told = incident.evidence.iter().map(|evidence| happening(evidence.clone(), "boot"));
    let mut happenings: Vec<Happening> = told.collect();
    for n in 0..16 {
        let mut evidence = incident.evidence[0].clone();
        (evidence.text, evidence.supports) = (format!("message {n}"), Supports::Context);
        happenings.push(happening(evidence, "fan-failed"));
    }
    happenings.push(happening(incident.evidence[0].clone(), "incident"));
    let id = incident.id.clone();
    report.surroundings.push(Surroundings { incident: id, happenings, left_out: 5 });
    let page = sealed(&report, &memory, &["kvm01"]).markdown;
    assert!(page.contains("- and 7 more, see the excerpts"), "{page}");
}
