//! The host-time that counts: all of it, or that of a hypothesis.

use crate::model::{Cause, Study};

use super::{
    super::{
        clock_region::{Clock, Instant},
        findings,
        host_time::HostTime,
        question::{Question, Subject},
        questionnaire::{Questionnaire, is_scanned},
        shocks::Shock,
    },
    UnknownRegion,
};

/// What a change is judged on.
#[derive(Debug, Clone, Default)]
pub(super) struct Region {
    /// (factor, level)
    levels: Vec<(usize, u32)>,
    clock: Option<Clock>,
    host: Option<usize>,
    class: Option<Cause>,
}

impl Region {
    pub fn everything() -> Self {
        Self::default()
    }

    /// The region of a hypothesis by its id, as the ranking writes it: `window:window=backup&os=…`,
    /// `factor:model=…`, `host:host=…`, `cause:cause=…`.
    pub fn named(study: &Study, time: &HostTime, shocks: &[Shock], id: &str) -> Result<Self, UnknownRegion> {
        if let Some(name) = id.strip_prefix("host:host=")
            && let Ok(host) = study.hosts.binary_search_by(|host| host.as_str().cmp(name))
        {
            return Ok(Self { host: Some(host), ..Self::default() });
        }
        if let Some(name) = id.strip_prefix("cause:cause=")
            && let Some(class) = Cause::ALL.iter().find(|class| class.word() == name)
        {
            return Ok(Self { class: Some(super::shocks::class_of(*class)), ..Self::default() });
        }
        let mut occupied = vec![false; time.profiles.len()];
        for incident in shocks.iter().flat_map(|shock| &shock.incidents) {
            occupied[incident.profile as usize] = true;
        }
        let list = Questionnaire::new(study, time, &occupied);
        let question = list.questions.iter().find(|question| {
            let mut names = std::iter::once(&question.terms).chain(&question.aliases);
            names.any(|terms| findings::id(question.family, terms) == id)
        });
        let question = question.or_else(|| scanned_uptime(&list.questions, id)).ok_or_else(|| {
            let id = id.to_owned();
            if has_host_time(&id) { UnknownRegion::NotAsked(id) } else { UnknownRegion::NoHostTime(id) }
        })?;
        Ok(Self {
            levels: question.levels.clone(),
            clock: question.flag.map(|flag| list.flags[flag].clock.clone()),
            ..Self::default()
        })
    }

    /// Whether a host belongs to the group, by what it was just before the change: a change of the BIOS
    /// must not move its own hosts out of the group that is watched.
    pub fn admits(&self, time: &HostTime, host: usize, before: i64) -> bool {
        self.host.is_none_or(|own| own == host)
            && time.stretch_ending_at(host, before).is_some_and(|stretch| {
                let profile = &time.profiles[stretch.profile as usize];
                self.levels.iter().all(|(factor, level)| profile[*factor] == *level)
            })
    }

    /// Whether it is the slips of people that count.
    pub fn is_about_people(&self) -> bool {
        self.class == Some(Cause::Operator)
    }

    pub fn is_about(&self, class: Cause) -> bool {
        self.class.is_none_or(|own| own == class)
    }

    pub fn holds(&self, instant: &Instant) -> bool {
        self.clock.as_ref().is_none_or(|clock| clock.contains(instant))
    }

    /// Seconds at risk of a host within a span.
    pub fn seconds(&self, study: &Study, time: &HostTime, host: usize, span: (i64, i64)) -> i64 {
        if span.1 <= span.0 {
            return 0;
        }
        let stretches = &time.stretches[host];
        let first = stretches.partition_point(|stretch| stretch.to <= span.0);
        stretches[first..]
            .iter()
            .take_while(|stretch| stretch.from < span.1)
            .map(|stretch| {
                let part = (stretch.from.max(span.0), stretch.to.min(span.1));
                match &self.clock {
                    Some(clock) => clock.seconds_of(study, host, part),
                    None => part.1 - part.0,
                }
            })
            .sum()
    }
}

/// The ranking names one of many uptimes tried by the median of the failures in it: the band with that
/// uptime nearest to its middle.
fn scanned_uptime<'a>(questions: &'a [Question], id: &str) -> Option<&'a Question> {
    let days: f64 = id.strip_prefix("uptime:uptime_days=")?.parse().ok()?;
    let band = |question: &'a Question| match question.subject {
        Subject::Uptime { low, high, .. } if is_scanned(&question.subject) => {
            (low..high).contains(&days).then(|| ((days - 0.5 * (low + high)).abs(), question))
        }
        _ => None,
    };
    let nearest = questions.iter().filter_map(band).min_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map(|(_, question)| question)
}

/// Whether hypotheses with such an id are about some of the host-time.
fn has_host_time(id: &str) -> bool {
    match id.split_once(':') {
        Some(("shared_event" | "signature", _)) => false,
        Some(("time_of_day", term)) => term.starts_with("weekday="),
        _ => true,
    }
}
