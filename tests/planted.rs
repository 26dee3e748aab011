//! The samples: what was planted in them is found, and nothing is claimed where nothing was planted.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// An end counts as found if it is reported within this of the truth, on the same host.
const TOLERANCE_SECONDS: i64 = 15 * 60;

type Term = (String, String);

struct Sample {
    name: &'static str,
    truth: Value,
    findings: Value,
}

fn sample(name: &'static str) -> Sample {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name);
    let truth: toml::Value =
        toml::from_str(&std::fs::read_to_string(folder.join("truth.toml")).unwrap()).unwrap();
    let out = tempfile::tempdir().unwrap();
    let findings = analyse(&folder, out.path());
    Sample { name, truth: serde_json::to_value(truth).unwrap(), findings }
}

fn analyse(data: &Path, out: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(["analyze", "--quiet", "--out"])
        .arg(out)
        .arg(data)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&std::fs::read(out.join("findings.json")).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn terms(value: &Value) -> Vec<Term> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut terms: Vec<Term> =
        list(value).iter().map(|term| (text(&term["factor"]), text(&term["value"]))).collect();
    terms.sort();
    terms
}

/// All names of a hypothesis: its terms and its aliases, each as a sorted set.
fn names(hypothesis: &Value) -> Vec<Vec<Term>> {
    let mut names = vec![terms(&hypothesis["terms"])];
    names.extend(list(&hypothesis["aliases"]).iter().map(terms));
    names
}

struct End {
    /// Of reported ones only.
    id: String,
    host: String,
    at: DateTime<Utc>,
    planned: bool,
    told: String,
}

/// Ends that are counted: a guest that goes down with its hypervisor is the hypervisor's.
fn ends(list_of: &Value) -> Vec<End> {
    let own: Vec<Value> = list(list_of).iter().filter(|end| end["with_host"] != true).cloned().collect();
    read_ends(&own)
}

fn read_ends(list_of: &[Value]) -> Vec<End> {
    let read = |end: &Value| End {
        id: end["id"].as_str().unwrap_or_default().to_owned(),
        host: end["host"].as_str().unwrap().split('.').next().unwrap().to_lowercase(),
        at: DateTime::parse_from_rfc3339(end["at"].as_str().unwrap()).unwrap().to_utc(),
        planned: end["planned"].as_bool().unwrap(),
        told: format!("{} {} {}", end["host"], end["at"], end["cause"]),
    };
    list_of.iter().map(read).collect()
}

fn near(a: &End, b: &End) -> bool {
    a.host == b.host && (a.at - b.at).num_seconds().abs() <= TOLERANCE_SECONDS
}

impl Sample {
    /// Unplanned ends are found where and when they were, and planned ones are not blamed.
    fn assert_ends(&self) {
        let truth = ends(&self.truth["ends"]);
        let reported = ends(&self.findings["incidents"]);
        let unplanned: Vec<&End> = truth.iter().filter(|end| !end.planned).collect();
        let missed: Vec<&str> = unplanned
            .iter()
            .filter(|end| !reported.iter().any(|incident| !incident.planned && near(incident, end)))
            .map(|end| end.told.as_str())
            .collect();
        assert!(
            missed.len() * 10 <= unplanned.len(),
            "{}: missed {missed:#?} of {}",
            self.name,
            unplanned.len()
        );

        let planned: Vec<&End> = truth.iter().filter(|end| end.planned).collect();
        let blamed: Vec<&str> = planned
            .iter()
            .filter(|end| {
                let by = |incident: &&End| !incident.planned && near(incident, end);
                // What happened right beside a planned end of the same host is that one's.
                let beside = unplanned.iter().any(|other| near(other, end));
                !beside && reported.iter().any(|incident| by(&incident))
            })
            .map(|end| end.told.as_str())
            .collect();
        assert!(blamed.len() * 50 <= planned.len(), "{}: blamed {blamed:#?} of {}", self.name, planned.len());

        let happened = read_ends(list(&self.truth["ends"]));
        let invented: Vec<&str> = reported
            .iter()
            .filter(|incident| !incident.planned && !happened.iter().any(|end| near(incident, end)))
            .map(|incident| incident.told.as_str())
            .collect();
        assert!(invented.len() * 10 <= unplanned.len(), "{}: invented {invented:#?}", self.name);
    }

    /// Ranks of the hypotheses that bear one of the names.
    fn ranks(&self, wanted: &[Vec<Term>]) -> Vec<u64> {
        list(&self.findings["hypotheses"])
            .iter()
            .filter(|hypothesis| names(hypothesis).iter().any(|name| wanted.contains(name)))
            .map(|hypothesis| hypothesis["rank"].as_u64().unwrap())
            .collect()
    }

    fn planted(&self) -> Vec<Term> {
        terms(&self.truth["planted"]["terms"])
    }

    /// Other names that the truth accepts, because they hold of the planted cause as well.
    fn accepted(&self) -> Vec<Vec<Term>> {
        list(&self.truth["planted"]["accept"]).iter().map(terms).collect()
    }

    fn assert_planted_is_first(&self) {
        let ranks = self.ranks(&[self.planted()]);
        let told: Vec<String> = list(&self.findings["hypotheses"])
            .iter()
            .take(3)
            .map(|hypothesis| format!("{} {:?}", hypothesis["verdict"], names(hypothesis)))
            .collect();
        assert_eq!(ranks.first(), Some(&1), "{}: {ranks:?}; the first are {told:#?}", self.name);
    }

    /// Before the planted one may stand only what is true as well: an accepted name of the same cause, and
    /// hosts that really went down with one another.
    fn assert_only_truth_stands_before_the_planted(&self) {
        let rank = self.ranks(&[self.planted()]).first().copied().expect("the planted cause is in the list");
        let accepted = self.accepted();
        for hypothesis in
            list(&self.findings["hypotheses"]).iter().filter(|h| h["rank"].as_u64() < Some(rank))
        {
            let same = names(hypothesis).iter().any(|name| accepted.contains(name));
            let true_event = hypothesis["family"] == "shared_event" && self.happened_together(hypothesis);
            assert!(
                same || true_event,
                "{}: before the planted one stands {:?}",
                self.name,
                names(hypothesis)
            );
        }
    }

    /// Whether the truth has every incident of a shared event in a cluster or with its hypervisor.
    fn happened_together(&self, hypothesis: &Value) -> bool {
        let truth = list(&self.truth["ends"]);
        let together = |end: &Value| {
            let guests = |host: &Value| truth.iter().any(|e| e["with_host"] == true && e["at"] == host["at"]);
            !end["cluster"].is_null() || end["with_host"] == true || guests(end)
        };
        let shared: Vec<Value> = truth.iter().filter(|end| together(end)).cloned().collect();
        let shared = read_ends(&shared);
        let ids: Vec<&str> = list(&hypothesis["incidents"]).iter().filter_map(Value::as_str).collect();
        let reported = ends(&self.findings["incidents"]);
        let theirs = reported.iter().filter(|incident| ids.contains(&incident.id.as_str()));
        theirs.into_iter().all(|incident| shared.iter().any(|end| near(end, incident)))
    }

    fn first(&self) -> &Value {
        &self.findings["hypotheses"][0]
    }

    /// What is claimed and is neither planted, nor accepted, nor a shared event.
    fn false_claims(&self) -> Vec<String> {
        let mut right = self.accepted();
        right.push(self.planted());
        list(&self.findings["hypotheses"])
            .iter()
            .filter(|hypothesis| {
                hypothesis["verdict"] == "supported" && hypothesis["family"] != "shared_event"
            })
            .filter(|hypothesis| !names(hypothesis).iter().any(|name| right.contains(name)))
            .map(|hypothesis| format!("{:?}", names(hypothesis)))
            .collect()
    }
}

#[test]
fn the_bios_release_behind_the_reboots_is_first() {
    let sample = sample("reboots");
    sample.assert_ends();
    sample.assert_planted_is_first();
    assert_eq!(sample.false_claims(), Vec::<String>::new());
    assert!(["supported", "suggestive"].contains(&sample.first()["verdict"].as_str().unwrap()));
    assert!(!sample.first()["next_step"].as_str().unwrap().is_empty());
}

#[test]
fn the_backup_of_one_operating_system_comes_before_all_that_is_not_true() {
    // Seven ends are too few to be sure of the operating system: that backups do it, on any, may come first.
    // So may the day on which a hypervisor took its guests along.
    let sample = sample("backups");
    sample.assert_ends();
    sample.assert_only_truth_stands_before_the_planted();
    assert_eq!(sample.false_claims(), Vec::<String>::new());
    assert!(sample.ranks(&[sample.planted()])[0] <= 3);
}

#[test]
fn the_old_feed_is_first_and_its_drops_are_clusters() {
    let sample = sample("feed");
    sample.assert_ends();
    sample.assert_planted_is_first();
    assert_eq!(sample.false_claims(), Vec::<String>::new());
    let clusters: std::collections::BTreeSet<&str> = list(&sample.findings["incidents"])
        .iter()
        .filter_map(|incident| incident["cluster"].as_str())
        .collect();
    assert!(clusters.len() >= 2, "the feed dropped its hosts several times: {clusters:?}");
}

#[test]
fn nothing_is_claimed_where_everything_is_chance() {
    let sample = sample("chance");
    sample.assert_ends();
    assert!(self::terms(&sample.truth["planted"]["terms"]).is_empty());
    let claimed: Vec<String> = list(&sample.findings["hypotheses"])
        .iter()
        .filter(|hypothesis| hypothesis["verdict"] == "supported")
        .map(|hypothesis| format!("{:?}", names(hypothesis)))
        .collect();
    assert_eq!(claimed, Vec::<String>::new());
}

#[test]
fn the_truth_beside_the_data_is_not_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/reboots");
    let output = Command::new(env!("CARGO_BIN_EXE_coroner"))
        .args(["formats", "--format", "json"])
        .arg(&folder)
        .output()
        .unwrap();
    let sources: Value = serde_json::from_slice(&output.stdout).unwrap();
    let truth = list(&sources).iter().find(|source| source["path"] == "truth.toml").unwrap();
    assert!(truth["format"].is_null(), "{truth}");
}
