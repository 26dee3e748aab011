//! A share with its exact 95 % interval.

use std::fmt;

use coroner::stats::binomial::clopper_pearson;

#[derive(Debug, Clone, Copy)]
pub struct Proportion {
    pub hits: usize,
    pub of: usize,
}

impl Proportion {
    pub fn count<T>(items: impl IntoIterator<Item = T>, hit: impl Fn(&T) -> bool) -> Self {
        let mut this = Self { hits: 0, of: 0 };
        for item in items {
            this.of += 1;
            this.hits += usize::from(hit(&item));
        }
        this
    }

    /// 0..=1; 0 of nothing is 0.
    pub fn share(self) -> f64 {
        self.hits as f64 / self.of.max(1) as f64
    }

    /// Clopper & Pearson, two-sided 95 %.
    pub fn interval(self) -> (f64, f64) {
        if self.of == 0 { (0.0, 1.0) } else { clopper_pearson(self.hits as u64, self.of as u64, 0.05) }
    }

    pub fn plain(self) -> String {
        if self.of == 0 { "–".to_owned() } else { percent(self.share()) }
    }

    pub fn limits(self) -> String {
        let (low, high) = self.interval();
        format!("{}–{}", percent(low), percent(high))
    }
}

impl fmt::Display for Proportion {
    /// `82 (76–87)`, in percent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.of == 0 { f.write_str("–") } else { write!(f, "{} ({})", self.plain(), self.limits()) }
    }
}

/// A digit behind the point only where it matters.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 0.0 && percent < 9.95 { format!("{percent:.1}") } else { format!("{percent:.0}") }
}
