//! Whether counts vary more than independent events would.

/// Sums over cells, each with an observed and an expected count.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spread {
    cells: f64,
    expected: f64,
    expected_squares: f64,
    /// Σ (c − E)².
    squares: f64,
}

impl Spread {
    /// Adds cells without events, by their number, the sum of what they expect and the sum of its squares.
    pub fn add_without_events(&mut self, cells: f64, expected: f64, expected_squares: f64) {
        self.cells += cells;
        self.expected += expected;
        self.expected_squares += expected_squares;
        self.squares += expected_squares;
    }

    /// Puts events into one of the cells added, which expects `expected` of them.
    pub fn give_events(&mut self, observed: f64, expected: f64) {
        self.squares += observed * (observed - 2.0 * expected);
    }

    /// How many times the variance of the counts exceeds that of independent events (at least 1), when
    /// `parameters` rates were fitted to them.
    ///
    /// φ = Σ (c − E)² / Σ E, times m / (m − p) for p fitted parameters. For Poisson counts its mean is 1
    /// and its variance (Σ E + 2 Σ E²) / (Σ E)²; one standard deviation is taken off, so that chance
    /// unevenness is not mistaken for a nature of the hosts. A log likelihood ratio divided by φ is the
    /// usual quasi-likelihood correction (McCullagh & Nelder 1989, *Generalized Linear Models*, ch. 9).
    #[must_use]
    pub fn excess(&self, parameters: usize) -> f64 {
        let left = self.cells - parameters as f64;
        if self.expected <= 0.0 || left <= 0.0 {
            return 1.0;
        }
        let spread = (self.expected + 2.0 * self.expected_squares).sqrt() / self.expected;
        (self.squares / self.expected * (self.cells / left) / (1.0 + spread)).max(1.0)
    }
}

/// [`Spread::excess`] of (observed, expected) pairs.
#[must_use]
pub fn excess_dispersion(cells: &[(f64, f64)], parameters: usize) -> f64 {
    let mut spread = Spread::default();
    for (observed, expected) in cells {
        spread.add_without_events(1.0, *expected, expected * expected);
        spread.give_events(*observed, *expected);
    }
    spread.excess(parameters)
}
