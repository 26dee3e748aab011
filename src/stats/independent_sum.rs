//! The sum of independent counts, by convolution.
//!
//! With parts of two outcomes each this is the Poisson-binomial distribution (Poisson 1837).

/// P(sum ≥ `observed`), where `parts[i][k]` is the probability that part i counts k.
#[must_use]
pub fn at_least(parts: &[Vec<f64>], observed: usize) -> f64 {
    let mut mass = vec![1.0];
    for part in parts {
        let mut next = vec![0.0; mass.len() + part.len().max(1) - 1];
        for (sum, weight) in mass.iter().enumerate() {
            for (count, probability) in part.iter().enumerate() {
                next[sum + count] += weight * probability;
            }
        }
        mass = next;
    }
    mass.iter().skip(observed).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn parts_of_two_outcomes_are_a_poisson_binomial() {
        // Eight windows that hold an incident for 1/4, 1/25, 1/25, 1/2, 1/10, 1/25, 1/25, 1/25 of all
        // shifts: P(three or more), by enumeration of all 256 outcomes.
        let shares = [0.25, 0.04, 0.04, 0.5, 0.1, 0.04, 0.04, 0.04];
        let parts: Vec<Vec<f64>> = shares.iter().map(|share| vec![1.0 - share, *share]).collect();
        let by_hand: f64 = (0u32..256)
            .filter(|outcome| outcome.count_ones() >= 3)
            .map(|outcome| {
                let side = |i: usize| if outcome >> i & 1 == 1 { shares[i] } else { 1.0 - shares[i] };
                (0..8).map(side).product::<f64>()
            })
            .sum();
        assert!((at_least(&parts, 3) - by_hand).abs() < 1e-12);
        assert!((by_hand - 0.049_899_704_32).abs() < 1e-10);
        assert!((at_least(&parts, 0) - 1.0).abs() < 1e-12);
    }
}
