//! Which hosts and incidents a case is about.

use coroner::case::{Request, Scope, ScopeError, Vendor};
use coroner::model::{Cause, Family, Verdict};

use crate::fleet;

fn by_host(host: &str) -> Request {
    Request { hosts: vec![host.to_owned()], ..Request::default() }
}

#[test]
fn without_a_request_it_is_the_best_hypothesis_that_a_vendor_can_act_upon() {
    let report = fleet::fleet();
    let scope = Scope::of(&report, &Request::default()).unwrap();
    assert_eq!(scope.hypothesis.map(|hypothesis| hypothesis.rank), Some(1));
    assert_eq!(scope.incidents.len(), 9);
    assert_eq!(scope.vendor, Vendor::Supermicro);
    assert!(scope.incidents.is_sorted_by_key(|incident| incident.at));
    assert_eq!(scope.hosts[0], "kvm29", "it was hit twice");
}

#[test]
fn a_supported_hypothesis_comes_before_a_likelier_one_that_is_not() {
    let mut report = fleet::fleet();
    report.hypotheses[0].verdict = Verdict::Inconclusive;
    let ids = report.hypotheses[0].incidents[..2].to_vec();
    let last = report.hypotheses.len() - 1;
    report.hypotheses[last].family = Family::Host;
    report.hypotheses[last].verdict = Verdict::Supported;
    report.hypotheses[last].incidents = ids;
    let scope = Scope::of(&report, &Request::default()).unwrap();
    assert_eq!(scope.hypothesis.unwrap().family, Family::Host);
    assert_eq!(scope.incidents.len(), 2);
}

#[test]
fn a_host_brings_its_unplanned_incidents_and_the_vendor_of_its_model() {
    let report = fleet::fleet();
    let scope = Scope::of(&report, &by_host("kvm29")).unwrap();
    assert_eq!(scope.incidents.len(), 2);
    assert!(scope.incidents.iter().all(|incident| !incident.planned));
    assert_eq!((scope.vendor, scope.hypothesis.is_none()), (Vendor::Supermicro, true));
}

#[test]
fn a_rank_names_a_hypothesis_as_its_id_does() {
    let report = fleet::fleet();
    let of = |wanted: &str| {
        let request = Request { hypothesis: Some(wanted.to_owned()), ..Request::default() };
        Scope::of(&report, &request).map(|scope| scope.incidents.len())
    };
    assert_eq!(of("1"), Ok(9));
    assert_eq!(of(&report.hypotheses[0].id), Ok(9));
    assert!(matches!(of("99"), Err(ScopeError::NoHypothesis { .. })));
    assert!(matches!(of("7"), Err(ScopeError::NothingCounted(_))));
}

#[test]
fn what_cannot_be_a_case_says_what_to_give() {
    let mut report = fleet::fleet();
    assert_eq!(Scope::of(&report, &by_host("nobody")).unwrap_err(), ScopeError::NoHost("nobody".to_owned()));
    let quiet = Scope::of(&report, &by_host("kvm03")).unwrap_err().to_string();
    assert_eq!(quiet, "nothing unplanned happened on kvm03 that a vendor could answer for");
    let operator = Scope::of(&report, &by_host("kvm19")).unwrap_err();
    assert_eq!(operator, ScopeError::NothingHappened("kvm19".to_owned()));
    let other = Request { vendor: Some(Vendor::Dell), ..by_host("kvm01") };
    let other = Scope::of(&report, &other).unwrap_err().to_string();
    assert_eq!(other, "none of the hosts is from Dell; they are from: supermicro");
    report.hypotheses.clear();
    let none = Scope::of(&report, &Request::default()).unwrap_err();
    assert_eq!(none, ScopeError::NothingForAVendor("none".to_owned()));
    assert!(Scope::of(&fleet::empty(), &Request::default()).is_err());
}

#[test]
fn a_guest_that_went_down_with_its_hypervisor_leads_to_the_hypervisor() {
    let mut report = fleet::fleet();
    let hypervisor = report.incidents[1].id.clone();
    report.incidents[0].inherited_from = Some(hypervisor);
    let error = Scope::of(&report, &by_host("kvm01")).unwrap_err().to_string();
    assert_eq!(error, "kvm01 only went down with its hypervisor; give --host kvm08");
}

#[test]
fn hosts_of_another_maker_are_left_out_and_counted() {
    let mut report = fleet::fleet();
    let host = report.incidents[0].host.clone();
    let mut factors = (*report.host_factors[&host]).clone();
    factors.insert("model".to_owned(), "PowerEdge R740".to_owned());
    report.host_factors.insert(host.clone(), factors.into());
    let request = Request { vendor: Some(Vendor::Supermicro), ..Request::default() };
    let scope = Scope::of(&report, &request).unwrap();
    assert_eq!((scope.incidents.len(), scope.other_makers), (8, 1));
    assert!(!scope.hosts.contains(&host));
    assert_eq!(Scope::of(&report, &Request::default()).unwrap().vendor, Vendor::Generic);
}

#[test]
fn an_event_that_hosts_shared_brings_a_few_witnesses() {
    let report = fleet::fleet();
    let shared = report.incidents.iter().find(|incident| incident.cause == Cause::PowerLoss).unwrap();
    let scope = Scope::of(&report, &by_host(&shared.host)).unwrap();
    assert_eq!((scope.hosts.len(), scope.witnessed.len()), (1, 2));
    assert_eq!(scope.hosts_cut().len(), 3);
}

#[test]
fn many_events_bring_no_more_than_a_few_witnesses_and_those_of_the_latest() {
    let mut report = fleet::fleet();
    let pattern = report.incidents[0].clone();
    for n in 0..200i64 {
        for host in [pattern.host.clone(), format!("near-{n:03}-a"), format!("near-{n:03}-b")] {
            let mut incident = pattern.clone();
            incident.id = format!("{host}-{n}");
            incident.host = host;
            incident.cluster = Some(format!("event-{}", n * 7 % 200));
            incident.at += chrono::TimeDelta::days(n);
            report.incidents.push(incident);
        }
    }
    let scope = Scope::of(&report, &by_host(&pattern.host)).unwrap();
    assert_eq!(scope.incidents.len(), 201);
    assert_eq!(scope.hosts_cut().len(), 1 + 24);
    assert!(
        scope.hosts_cut()[1..].iter().all(|host| host.as_str() >= "near-188-a"),
        "{:?}",
        scope.hosts_cut()
    );
    assert!(scope.witnessed.is_sorted_by_key(|incident| incident.at));
}
