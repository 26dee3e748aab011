//! Spans of time of the few hosts that have any, and what lies in a span.

/// Whether an instant lies in sorted, disjoint spans: from the first second on, the last one left out.
///
/// Stamps are cut off, to the second or to the minute. A job and an incident that both bear 02:00 came in
/// this order, for the job started on the stroke and the incident somewhere in that minute; what bears
/// 03:00 came after a run that ended then. So an instant belongs to the time that begins with it, as it
/// does to an hour, a weekday and an uptime. Only time at risk is closed at its end, because it is the
/// incident that ends it.
pub(super) fn holds(spans: &[(i64, i64)], at: i64) -> bool {
    let next = spans.partition_point(|span| span.0 <= at);
    next > 0 && at < spans[next - 1].1
}

/// Sorted, disjoint spans `[from, to)` per host, kept for hosts that have some: a change that touches
/// ten hosts costs no memory for the others.
#[derive(Debug, Clone, Default)]
pub(super) struct HostSpans {
    hosts: Vec<u32>,
    /// First span of each of the hosts; one more at the end.
    first: Vec<usize>,
    spans: Vec<(i64, i64)>,
}

impl HostSpans {
    /// From spans in any order for each host in turn; those without duration vanish.
    pub fn new<S: IntoIterator<Item = (i64, i64)>>(per_host: impl IntoIterator<Item = S>) -> Self {
        let mut all = Self { hosts: Vec::new(), first: vec![0], spans: Vec::new() };
        let mut own = Vec::new();
        for (host, spans) in per_host.into_iter().enumerate() {
            own.extend(spans);
            join(&mut own);
            if !own.is_empty() {
                all.spans.append(&mut own);
                all.hosts.push(host as u32);
                all.first.push(all.spans.len());
            }
        }
        all.spans.shrink_to_fit();
        all
    }

    /// Hosts that have spans, in order.
    pub fn hosts(&self) -> impl Iterator<Item = usize> + '_ {
        self.hosts.iter().map(|host| *host as usize)
    }

    /// The spans of a host.
    pub fn of(&self, host: usize) -> &[(i64, i64)] {
        // Where every host has spans, they are found at once.
        let guess = self.hosts.get(host).is_some_and(|found| *found as usize == host).then_some(host);
        match guess.or_else(|| self.hosts.binary_search(&(host as u32)).ok()) {
            Some(place) => &self.spans[self.first[place]..self.first[place + 1]],
            None => &[],
        }
    }
}

/// Spans sorted and joined; those without duration vanish.
pub(super) fn joined(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    join(&mut spans);
    spans
}

fn join(spans: &mut Vec<(i64, i64)>) {
    spans.retain(|span| span.1 > span.0);
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        if touches {
            last.1 = last.1.max(next.1);
        }
        touches
    });
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn an_instant_belongs_to_the_time_that_begins_with_it() {
        let spans = [(100, 200), (200, 250), (300, 400)];
        assert!(!holds(&spans, 99) && holds(&spans, 100) && holds(&spans, 200));
        assert!(!holds(&spans, 250) && holds(&spans, 300) && holds(&spans, 399) && !holds(&spans, 400));
    }
}
