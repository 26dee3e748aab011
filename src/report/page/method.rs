//! How the ranking was done, for a reader who is no statistician.

use serde::Serialize;

use crate::model::Report;
use crate::report::wording;

#[derive(Serialize)]
pub(super) struct Method<'a> {
    paragraphs: Vec<String>,
    remarks: &'a [String],
    could_see: &'a str,
    power: Vec<Power<'a>>,
}

/// What could have been seen of one factor, in words.
#[derive(Serialize)]
pub(in crate::report) struct Power<'a> {
    pub factor: &'a str,
    pub share: String,
    pub needed: String,
    pub least: String,
    pub alpha: String,
    pub five_fold: String,
}

impl<'a> Method<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self {
            paragraphs: paragraphs(report),
            remarks: &report.method.remarks,
            could_see: &report.method.could_see,
            power: power(report),
        }
    }
}

/// The table of what could have been seen.
pub(in crate::report) fn power(report: &Report) -> Vec<Power<'_>> {
    let events = report.method.events_compared;
    let of = |power: &'_ crate::model::report::Power| -> (String, String, String) {
        let needed = power
            .events_needed
            .map_or_else(|| format!("more than {events}"), |needed| format!("{needed} of {events}"));
        let least = power
            .minimum_detectable_rate_ratio
            .map_or_else(|| "none, however large".to_owned(), |ratio| format!("× {}", wording::ratio(ratio)));
        let five_fold = match power.weeks_until_five_fold {
            None => "not in years".to_owned(),
            Some(weeks) if weeks <= 0.0 => "now".to_owned(),
            Some(weeks) => format!("in {}", wording::count(weeks.ceil() as usize, "week")),
        };
        (needed, least, five_fold)
    };
    let row = |power| {
        let (needed, least, five_fold) = of(power);
        Power {
            factor: &power.factor,
            share: wording::percent(power.typical_share),
            needed,
            least,
            alpha: wording::p_value(power.alpha),
            five_fold,
        }
    };
    report.method.power.iter().map(row).collect()
}

/// The method in plain words, with the numbers of this run: one idea each.
pub(in crate::report) fn paragraphs(report: &Report) -> Vec<String> {
    let method = &report.method;
    let mut paragraphs = vec![
        "What was compared. Every boot and how it ended was reconstructed from what the machines recorded, and planned work \
         was set apart. Then, for each thing that may matter (a model, a BIOS version, the hours of a backup, a time of \
         day, ...): how often did hosts go down unplanned where it was present, and how often elsewhere? Both are counted \
         per day in which an incident would have been seen; time that nobody observed counts as neither good nor bad."
            .to_owned(),
        counted(report),
    ];
    if method.questions > 0 {
        paragraphs.push(chance(report));
        paragraphs.push(format!(
            "How likely it is. A second calculation weighs all factors, windows, uptimes, hours and hosts against each \
             other, and against the possibility that none of them matters; to that it gives {}. What is said to raise the \
             rate of incidents is called supported only if both calculations say that it is no coincidence. Shared events, \
             signatures and slips of people are no rates: each is weighed by itself, against what its page names. So it \
             may be certain that one feed took its hosts down together, while nothing is known about the other events.",
            wording::percent(method.posterior_null)
        ));
    }
    paragraphs.push(
        "What it does not show. An association is not a cause: only a change on some hosts, with others left as they \
         are, shows what brings incidents about. And a log that was never written acquits nobody."
            .to_owned(),
    );
    paragraphs
}

fn counted(report: &Report) -> String {
    let method = &report.method;
    let by_people = method.independent_events.saturating_sub(method.events_compared);
    let apart = if by_people > 0 && method.events_compared > 0 {
        format!(
            " {by_people} of them, the work of people, {} set apart.",
            if by_people == 1 { "is" } else { "are" }
        )
    } else {
        String::new()
    };
    format!(
        "What counts as one event. Incidents within minutes of each other on hosts that share a feed, a rack or a \
         hypervisor count once, for they hardly come about independently. This fleet had {}.{apart} A question about one \
         kind of end (say, unexplained ones) looks at the events of that kind alone, and says so.",
        wording::count(method.independent_events as usize, "independent event"),
    )
}

fn chance(report: &Report) -> String {
    let method = &report.method;
    let mut text = format!(
        "Why p is adjusted. {} were asked, after those about the same host-time had been merged. Whoever asks that many \
         finds something striking by chance alone.",
        wording::count(method.questions as usize, "question"),
    );
    if method.permutations > 0 {
        text += &format!(
            " Therefore the incidents were dealt out at random over the hosts and the observed time {}, each time with all \
             questions asked again. The adjusted p is the share of these deals in which the best answer to any question \
             was at least as striking as the one found here.",
            wording::count(method.permutations as usize, "time"),
        );
    }
    text
}
