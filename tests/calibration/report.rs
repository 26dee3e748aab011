//! The tables of one size.

use std::collections::BTreeMap;

use coroner::model::Family;

use super::{
    baselines::METHODS,
    plan::{Row, Size},
    proportion::Proportion,
    run::Run,
    table::Table,
};

/// All fleets of one row.
pub struct Outcome {
    pub size: Size,
    pub row: Row,
    pub runs: Vec<Run>,
}

impl Outcome {
    /// The planted cause first; of two, either.
    pub fn first(&self) -> Proportion {
        self.share(|run| run.places.contains(&Some(1)))
    }

    /// The planted cause among the first three; of two, both.
    pub fn among_three(&self) -> Proportion {
        self.share(|run| run.places.iter().all(|place| within(*place, 3)))
    }

    fn lenient(&self, most: usize) -> Proportion {
        self.share(|run| within(run.lenient, most))
    }

    pub fn alarms(&self) -> Proportion {
        self.share(|run| !run.alarms.is_empty())
    }

    pub fn wrong_claims(&self) -> Proportion {
        self.share(|run| !run.wrong_claims.is_empty())
    }

    pub fn supported_windows(&self) -> Proportion {
        self.share(|run| run.supported_window)
    }

    /// A baseline's hits within the first `most`.
    pub fn baseline(&self, method: usize, most: usize) -> Proportion {
        let guesses = self.runs.iter().filter_map(|run| run.guesses.get(method));
        Proportion::count(guesses, |guess| within(guess.place, most))
    }

    pub fn share(&self, hit: impl Fn(&Run) -> bool) -> Proportion {
        Proportion::count(&self.runs, |run| hit(run))
    }

    /// Progress, while others are still running.
    pub fn in_short(&self) -> String {
        let place = format!("{}/{} {}", self.size.hosts, self.size.incidents, self.row.name);
        let runs = self.runs.len();
        if self.row.is_null() {
            format!("{place}: alarms {}, supported {} of {runs}", self.alarms(), self.wrong_claims())
        } else {
            format!("{place}: first {}, among three {} of {runs}", self.first(), self.among_three())
        }
    }

    fn families(&self) -> String {
        let mut counts: BTreeMap<Family, usize> = BTreeMap::new();
        for family in self.runs.iter().flat_map(|run| &run.alarms) {
            *counts.entry(*family).or_default() += 1;
        }
        let words: Vec<String> =
            counts.iter().map(|(family, count)| format!("{} {count}", family.word())).collect();
        if words.is_empty() { "–".to_owned() } else { words.join(", ") }
    }
}

fn within(place: Option<usize>, most: usize) -> bool {
    place.is_some_and(|place| place <= most)
}

/// Prints everything about one size.
pub fn print(size: Size, outcomes: &[Outcome]) {
    let (nulls, planted): (Vec<&Outcome>, Vec<&Outcome>) =
        outcomes.iter().filter(|o| o.size == size).partition(|o| o.row.is_null());
    let title = format!("{} hosts, {} incidents", size.hosts, size.incidents);
    if !planted.is_empty() {
        println!("## {title}: planted causes\n");
        planted_table(&planted);
        if planted.iter().any(|o| o.runs.iter().any(|run| !run.guesses.is_empty())) {
            println!("### {title}: baselines on the same fleets, first / among three\n");
            baseline_table(&planted);
        }
    }
    if !nulls.is_empty() {
        println!("## {title}: fleets without a cause, % with an alarm\n");
        null_table(&nulls);
    }
}

fn planted_table(outcomes: &[&Outcome]) {
    let mut table = Table::new(&[
        "cause, share",
        "runs",
        "first",
        "among three",
        "lenient first",
        "lenient three",
        "supported",
        "wrong claim",
    ]);
    for outcome in outcomes {
        let lenient = |most: usize| {
            if outcome.row.has_two_causes() { "–".to_owned() } else { outcome.lenient(most).to_string() }
        };
        table.row(vec![
            outcome.row.name.clone(),
            outcome.runs.len().to_string(),
            outcome.first().to_string(),
            outcome.among_three().to_string(),
            lenient(1),
            lenient(3),
            outcome.share(|run| run.supported).to_string(),
            outcome.wrong_claims().to_string(),
        ]);
    }
    table.print();
}

fn baseline_table(outcomes: &[&Outcome]) {
    let mut table = Table::new(&[
        "cause, share",
        "ours",
        "chi-square",
        "lift, singles",
        "lift, pairs",
        "FP-growth",
        "FP lenient",
        "FP 30 % lenient",
    ]);
    for outcome in outcomes.iter().filter(|outcome| !outcome.row.has_two_causes()) {
        let both = |method: usize| {
            format!("{} / {}", outcome.baseline(method, 1), outcome.baseline(method, 3).plain())
        };
        let lenient = |method: usize| {
            let hits = |most: usize| {
                let guesses = outcome.runs.iter().filter_map(|run| run.guesses.get(method));
                Proportion::count(guesses, |guess| within(guess.lenient, most))
            };
            format!("{} / {}", hits(1), hits(3).plain())
        };
        table.row(vec![
            outcome.row.name.clone(),
            format!("{} / {}", outcome.first().plain(), outcome.among_three().plain()),
            both(4),
            both(0),
            both(1),
            both(2),
            lenient(2),
            lenient(3),
        ]);
    }
    table.print();
}

fn null_table(outcomes: &[&Outcome]) {
    let mut head = vec!["fleet", "runs", "ours, p_adj ≤ .05", "ours, supported", "supported window"];
    head.extend(METHODS);
    head.push("families of ours");
    let mut table = Table::new(&head);
    for outcome in outcomes {
        let mut cells = vec![
            outcome.row.name.clone(),
            outcome.runs.len().to_string(),
            outcome.alarms().to_string(),
            outcome.wrong_claims().to_string(),
            outcome.supported_windows().to_string(),
        ];
        cells.extend((0..METHODS.len()).map(|method| {
            let guesses = outcome.runs.iter().filter_map(|run| run.guesses.get(method));
            Proportion::count(guesses, |guess| guess.alarm).to_string()
        }));
        cells.push(outcome.families());
        table.row(cells);
    }
    table.print();
}
