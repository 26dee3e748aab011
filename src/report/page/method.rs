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

/// The method in plain words, with the numbers of this run.
pub(in crate::report) fn paragraphs(report: &Report) -> Vec<String> {
    let method = &report.method;
    let mut paragraphs = vec![format!(
        "Every boot was reconstructed from what the machines recorded, and planned work was set apart. For each question \
         (a model, a BIOS version, a backup window, an hour, ...) the rate of unplanned incidents inside that part of the \
         observed host-time was compared with the rate in the rest. Incidents within minutes of each other on hosts that \
         share a feed, a rack or a hypervisor count as one event: this fleet had {}{}. Ratios, intervals, p-values and Bayes \
         factors are about these; a question about one cause of death (say, unexplained ends) is about the events of that \
         cause alone, and its row says so.",
        wording::count(method.independent_events as usize, "independent event"),
        match method.independent_events.saturating_sub(method.events_compared) {
            people if people > 0 && method.events_compared > 0 => format!(
                ", of which {} caused by people {} set apart",
                people,
                if people == 1 { "is" } else { "are" }
            ),
            _ => String::new(),
        }
    )];
    if method.questions > 0 {
        let mut text = format!(
            "{} were asked, after those that cover the same host-time had been merged. Whoever asks many questions finds \
             something by chance; therefore p-values are adjusted.",
            wording::count(method.questions as usize, "question"),
        );
        if method.permutations > 0 {
            text += &format!(
                " The incidents were dealt out at random over the hosts and the observed time {}, each time with all \
                 questions asked again. The adjusted p is the share of these deals in which the best answer to any \
                 question was at least as striking as the one found here.",
                wording::count(method.permutations as usize, "time"),
            );
        }
        paragraphs.push(text);
        paragraphs.push(format!(
            "A second view weighs all causes of independent events (factors, windows, uptimes, hours, hosts) on one scale \
             against the null model, in which none of them raises the rate of independent events anywhere. On it, the \
             probability of the null model is {}. A hypothesis of this kind is called supported only if both views agree \
             that it is no coincidence. Shared events, signatures and slips of people are no rates. Each of these is \
             weighed by itself, against its own null, which its page names; so it may be certain that one feed took its \
             hosts down together, while nothing is known about why the independent events came.",
            wording::percent(method.posterior_null)
        ));
    }
    paragraphs.push(
        "All of this shows what incidents are associated with. It does not show what brought them about: only a change on \
         some hosts, with others left as they are, can do that. Absence of evidence in a log that was never written is no \
         sign of health; time that was not observed is not counted."
            .to_owned(),
    );
    paragraphs
}
