//! A verdict in sentences.

use chrono::{DateTime, FixedOffset, Offset, Utc};

use crate::model::{
    Intervention, Outcome, Study,
    intervention::{Countdown, Side, Untouched},
};

use super::{
    super::names,
    one_host::{Half, OneHost},
};

/// Dates and times are those of the site's clock.
pub(super) struct Words<'a> {
    pub found: &'a Intervention,
    pub study: &'a Study,
    /// How many changes were looked at, this one included.
    pub looked_at: usize,
    /// The host on which a rise or a fall rests.
    pub one_host: Option<&'a OneHost>,
}

impl Words<'_> {
    pub fn statement(&self) -> String {
        let found = self.found;
        let change = self.change();
        let counts = format!(
            "{} in {} before, {} in {} since",
            events(found.before.events),
            days(found.before.host_days),
            count_or_none(found.after.events),
            days(found.after.host_days)
        );
        let rate = rate(found);
        match found.outcome {
            Outcome::Helped => format!("{change} helped: {counts}{rate}"),
            Outcome::MadeWorse => format!("{change} made it worse: {counts}{rate}"),
            Outcome::CameBack => {
                let until = found
                    .quiet_spell
                    .as_ref()
                    .map_or_else(String::new, |quiet| format!(" (quiet until {})", self.day(quiet.until)));
                format!("{change} seemed to help, then it came back{until}: {counts}{rate}")
            }
            Outcome::NoEvidence => {
                let whose = self.one_host.map_or_else(String::new, |host| format!(", {}", self.share(host)));
                format!("No evidence that {} helped: {counts}{whose}{rate}", lower(&change))
            }
            Outcome::TooEarly if found.hosts.is_empty() => {
                format!(
                    "Nothing can be said of {}: none of its hosts was observed both before and after it",
                    lower(&change)
                )
            }
            Outcome::TooEarly => {
                format!("It is too early to tell whether {} helped: {counts}{rate}", lower(&change))
            }
        }
    }

    /// `The change "new BIOS" of 2025-06-01 to 2025-06-09 on 12 hosts`
    fn change(&self) -> String {
        let found = self.found;
        let when = if found.first_at == found.last_at {
            format!("of {}", self.minute(found.first_at))
        } else {
            format!("of {} to {}", self.day(found.first_at), self.day(found.last_at))
        };
        let within = found.within.as_ref().map_or_else(String::new, |id| format!(" (only {id})"));
        format!(
            "The change \"{}\" {when} on {}{within}",
            found.name,
            names::counted(found.hosts.len(), "host")
        )
    }

    fn day(&self, at: DateTime<Utc>) -> String {
        self.on_site(at).format("%Y-%m-%d").to_string()
    }

    /// With the offset from UTC, which differs between summer and winter.
    fn minute(&self, at: DateTime<Utc>) -> String {
        self.on_site(at).format("%Y-%m-%d %H:%M %:z").to_string()
    }

    fn on_site(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        let offset = self.study.local(at.timestamp()) - at.timestamp();
        let zone = i32::try_from(offset).ok().and_then(FixedOffset::east_opt);
        at.with_timezone(&zone.unwrap_or_else(|| Utc.fix()))
    }

    /// `all 8 since on web03`
    fn share(&self, host: &OneHost) -> String {
        let side = match host.half {
            Half::Before => "before",
            Half::After => "since",
        };
        let count = if host.events == host.of { "all".to_owned() } else { format!("{} of the", host.events) };
        format!("{count} {} {side} on {}", host.of, self.study.hosts[host.host])
    }

    fn on_one_host(&self, host: &OneHost) -> String {
        let (name, way) =
            (&self.study.hosts[host.host], if host.half == Half::After { "rise" } else { "fall" });
        let p = if host.half == Half::After { host.p_more_without } else { host.p_fewer_without };
        let rest =
            if p < 1.0 { format!("p = {} without it", p_value(p)) } else { "none without it".to_owned() };
        format!(
            "the {way} rests on one host, {}: {rest}; what befell {name} need not come from the change, so look at it by itself",
            self.share(host)
        )
    }

    /// What else has to be known, most important first.
    pub fn remarks(&self) -> Vec<String> {
        let found = self.found;
        let mut remarks = Vec::new();
        if found.before.events == 0 && !found.hosts.is_empty() && found.outcome != Outcome::MadeWorse {
            remarks.push(
            "nothing happened on these hosts before the change, so there is nothing that it could have improved"
                .to_owned(),
        );
        }
        remarks.extend(self.one_host.map(|host| self.on_one_host(host)));
        remarks.extend(found.countdown.as_ref().map(|countdown| self.waiting(countdown)));
        if let Some(p) = found.probability_lower {
            let few = found.probability_so_few.map_or_else(String::new, |p| {
                let so_few = match found.after.events {
                    0 => "no event".to_owned(),
                    some => format!("{} or fewer", events(some)),
                };
                format!(
                    "; at the rate before, {so_few} would be seen since with probability {}",
                    names::percent(p)
                )
            });
            remarks
                .push(format!("probability that the rate is lower than before: {}{few}", names::percent(p)));
        }
        remarks.extend(trigger(found));
        remarks.extend(self.first_spell());
        remarks.extend(others(found));
        if found.before.events + found.after.events > 0 {
            let courses = &found.courses;
            remarks.push(format!(
                "probabilities: unchanged {}, fell {}, fell and came back {}, rose {}",
                names::percent(courses.unchanged),
                names::percent(courses.fell),
                names::percent(courses.relapsed),
                names::percent(courses.rose)
            ));
        }
        if !found.same_time.is_empty() {
            let same: Vec<String> = found.same_time.iter().map(|name| format!("\"{name}\"")).collect();
            let same: Vec<&str> = same.iter().map(String::as_str).collect();
            remarks.push(format!(
                "cannot be told apart from {}: on some of these hosts within a week",
                names::listed(&same, 4)
            ));
        }
        if self.looked_at > 1 {
            remarks.push(format!(
                "one of {} changes that the data show; for one of so many p must be below {}",
                self.looked_at,
                p_value(found.p_remarkable)
            ));
        }
        remarks
    }

    fn waiting(&self, countdown: &Countdown) -> String {
        let clean = if self.found.after.events > 0 { "a further event" } else { "an event" };
        let sure = format!(
            "needs {} without {clean} in all until {} sure, {} have passed",
            days(countdown.host_days_needed),
            sureness(self.found.p_remarkable),
            amount(countdown.host_days_passed)
        );
        if countdown.host_days_left <= 0.0 {
            return sure;
        }
        let left = format!("{sure}, {} to go", amount(countdown.host_days_left));
        match (countdown.days_needed, countdown.days_left, countdown.done_on) {
            (Some(needed), Some(to_go), Some(on)) => format!(
                "{left}; at the present exposure ({} a day) that is {} of the calendar in all, {} to go: done on {}",
                days(countdown.host_days_per_day),
                calendar(needed),
                calendar(to_go),
                self.day(on)
            ),
            _ if countdown.host_days_per_day <= 0.0 => {
                format!("{left}; none of these hosts is observed any more")
            }
            _ => format!("{left}: cannot be shown by waiting"),
        }
    }

    fn first_spell(&self) -> Option<String> {
        let quiet = self.found.quiet_spell.as_ref()?;
        let judged = if quiet.probability_unchanged > 0.05 { "nothing unusual" } else { "unusual" };
        Some(format!(
            "the first spell without an event lasted {} until {}; if nothing had changed, one as long had a probability of {}: {judged}",
            days(quiet.host_days),
            self.day(quiet.until),
            names::percent(quiet.probability_unchanged)
        ))
    }
}

fn lower(sentence: &str) -> String {
    sentence.replacen("The", "the", 1)
}

fn rate(found: &Intervention) -> String {
    if found.before.events + found.after.events == 0 {
        return String::new();
    }
    let rose = found.rate_ratio.is_none_or(|ratio| ratio > 1.0);
    let (p, many) = if rose { (found.p_more, "many") } else { (found.p_fewer, "few") };
    let p = p.map(|p| format!("; so {many} come by chance with p = {}", p_value(p)));
    let ratio = match (found.rate_ratio, found.ci95) {
        (Some(_), Some((_, Some(high)))) if found.after.events == 0 => {
            format!(" (95 % interval 0.0 to {} times the rate)", names::ratio(high))
        }
        (Some(ratio), Some((low, high))) => {
            let high = high.map_or_else(|| "no limit".to_owned(), names::ratio);
            format!(
                " ({} times the rate, 95 % interval {} to {high})",
                names::ratio(ratio),
                names::ratio(low)
            )
        }
        _ => String::new(),
    };
    format!("{ratio}{}", p.unwrap_or_default())
}

fn trigger(found: &Intervention) -> Option<String> {
    let without = found.without_trigger.as_ref()?;
    let lead = format!(
        "changes follow bad spells: {} of the {} before came in the last {:.0} days before the change",
        without.left_out,
        events(found.before.events),
        without.days
    );
    let Some(p) = without.p_fewer else {
        return Some(format!("{lead}; without them there is nothing to compare with"));
    };
    Some(format!(
        "{lead}; the rate before is {} with them and {} without (p = {} without)",
        one_in(&found.before),
        one_in(&without.before),
        p_value(p)
    ))
}

fn others(found: &Intervention) -> Option<String> {
    let Some(others) = found.untouched.as_ref() else {
        return (found.before.events + found.after.events > 0).then(|| {
            "no other host shows what the calendar alone did: all were changed, or nothing happened on the others"
                .to_owned()
        });
    };
    let compared = others.ratio_of_ratios.map_or_else(String::new, |ratio| {
        format!(
            "; compared with them, the rate of the changed hosts is {} times what it was",
            names::ratio(ratio)
        )
    });
    Some(format!(
        "on {} that it did not reach: {} in {} before, {} in {} over the time since{compared}{}",
        names::counted(others.hosts as usize, "host"),
        events(others.before.events),
        days(others.before.host_days),
        count_or_none(others.after.events),
        days(others.after.host_days),
        calendar_words(found, others)
    ))
}

/// Only hosts that went the same way can share a calendar.
fn calendar_words(found: &Intervention, others: &Untouched) -> String {
    let differ = others.p_fell_more.min(others.p_rose_more);
    if differ <= 0.05 {
        let way = if others.p_fell_more <= 0.05 { "fell" } else { "rose" };
        return format!("; the changed hosts {way} against them (p = {})", p_value(differ));
    }
    let rate = |side: &Side| side.events as f64 / side.host_days.max(f64::MIN_POSITIVE);
    let rose = rate(&found.after) > rate(&found.before);
    let way = match others.probability_lower {
        p if p >= 0.9 && !rose => "these became quieter as well, so that the calendar may have done it",
        p if p <= 0.1 && rose => "these became worse as well, so that the calendar may have done it",
        p if p >= 0.9 => "these became quieter meanwhile",
        p if p <= 0.1 => "these became worse meanwhile",
        _ => "too little to tell the change from the calendar",
    };
    format!("; {way}")
}

fn one_in(side: &Side) -> String {
    if side.events == 0 {
        "none".to_owned()
    } else {
        format!("1 in {}", days(side.host_days / f64::from(side.events)))
    }
}

fn events(count: u32) -> String {
    if count == 0 { "no event".to_owned() } else { names::counted(count as usize, "event") }
}

fn count_or_none(count: u32) -> String {
    if count == 0 { "none".to_owned() } else { count.to_string() }
}

fn days(days: f64) -> String {
    format!("{} host-days", amount(days))
}

fn amount(days: f64) -> String {
    if days < 9.95 { format!("{days:.1}") } else { names::whole(days) }
}

fn calendar(days: f64) -> String {
    let whole = days.ceil().max(1.0);
    if whole <= 1.0 { "1 day".to_owned() } else { format!("{} days", names::whole(whole)) }
}

/// `95 %`, or `99.75 %` where one of twenty changes must stand out: with two digits of what is left to 100.
fn sureness(error: f64) -> String {
    let left = 100.0 * error;
    let decimals = (1.0 - left.log10().floor()).clamp(0.0, 6.0) as usize;
    let text = format!("{:.decimals$}", 100.0 - left);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

fn p_value(p: f64) -> String {
    if p < 0.0001 {
        "0.0001 or less".to_owned()
    } else if p < 0.01 {
        format!("{p:.4}")
    } else if p < 0.1 {
        format!("{p:.3}")
    } else {
        format!("{p:.2}")
    }
}
