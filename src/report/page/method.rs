//! How the ranking was done, for a reader who is no statistician.

use serde::Serialize;

use crate::model::Report;
use crate::report::wording;

#[derive(Serialize)]
pub(super) struct Method<'a> {
    paragraphs: Vec<String>,
    remarks: &'a [String],
    power: Vec<Power<'a>>,
}

#[derive(Serialize)]
struct Power<'a> {
    factor: &'a str,
    share: String,
    least: String,
}

impl<'a> Method<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self {
            paragraphs: paragraphs(report),
            remarks: &report.method.remarks,
            power: report
                .method
                .power
                .iter()
                .map(|power| Power {
                    factor: &power.factor,
                    share: wording::percent(power.typical_share),
                    least: power.minimum_detectable_rate_ratio.map_or_else(
                        || "none, however large".to_owned(),
                        |ratio| format!("× {}", wording::ratio(ratio)),
                    ),
                })
                .collect(),
        }
    }
}

/// The method in plain words, with the numbers of this run.
pub(in crate::report) fn paragraphs(report: &Report) -> Vec<String> {
    let method = &report.method;
    let mut paragraphs = vec![format!(
        "Every boot was reconstructed from what the machines recorded, and planned work was set apart. For each question \
         (a model, a BIOS version, a backup window, an hour, ...) the rate of unplanned incidents inside that part of the \
         observed host-time was compared with the rate in the rest. Incidents within minutes of each other on hosts that \
         share a feed, a rack or a hypervisor count as one event: this fleet had {}.",
        wording::count(method.independent_events as usize, "independent event")
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
            "A second view weighs all hypotheses on one scale. On it, the probability that none of them holds is {}. A \
             hypothesis is called supported only if both views agree that it is no coincidence.",
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
