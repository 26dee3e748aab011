//! Whether counts vary more than independent events would.

/// How many times the variance of the counts exceeds that of independent events (at least 1).
///
/// φ = Σ (c − E)² / Σ E, times m / (m − p) for p fitted parameters. For Poisson counts its mean is 1
/// and its variance (Σ E + 2 Σ E²) / (Σ E)²; one standard deviation is taken off, so that chance
/// unevenness is not mistaken for a nature of the hosts. A log likelihood ratio divided by φ is the
/// usual quasi-likelihood correction (McCullagh & Nelder 1989, *Generalized Linear Models*, ch. 9).
///
/// `cells`: (observed, expected) pairs.
#[must_use]
pub fn excess_dispersion(cells: &[(f64, f64)], parameters: usize) -> f64 {
    let expected: f64 = cells.iter().map(|cell| cell.1).sum();
    if expected <= 0.0 || cells.len() <= parameters {
        return 1.0;
    }
    let squares: f64 = cells.iter().map(|cell| (cell.0 - cell.1).powi(2)).sum();
    let freedom = cells.len() as f64 / (cells.len() - parameters) as f64;
    let spread = (expected + 2.0 * cells.iter().map(|cell| cell.1 * cell.1).sum::<f64>()).sqrt() / expected;
    (squares / expected * freedom / (1.0 + spread)).max(1.0)
}
