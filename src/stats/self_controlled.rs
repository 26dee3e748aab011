//! Each host compared with itself: self-controlled case series.
//!
//! Farrington (1995), Biometrics 51:228; Whitaker et al. (2006), StatMed 25:1768. Given its number of
//! events, where those of host i fall depends only on what differs within the host:
//!
//! L = Π_i Π_j [e_ij exp(x_ij β) / Σ_k e_ik exp(x_ik β)]^n_ij.
//!
//! Whatever is constant on a host cancels, known or not. Maximised by Newton's method with a limit on
//! the step; the likelihood is concave.

/// A stretch of one host's time in which nothing changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Index of the host.
    pub individual: usize,
    pub events: u64,
    /// In any unit, the same for all cells.
    pub exposure: f64,
    /// One number per coefficient, usually 0 or 1.
    pub covariates: Vec<f64>,
}

/// The fitted series.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSeries {
    /// ln of the rate ratios.
    pub coefficients: Vec<f64>,
    pub standard_errors: Vec<f64>,
    pub log_likelihood: f64,
}

/// Why there is no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoEstimate {
    #[error("a cell has another number of covariates")]
    Uneven,
    #[error("the covariates cannot be told apart within hosts")]
    Singular,
    #[error("a rate ratio grows without bound: all events or none fall into one kind of time")]
    Unbounded,
}

impl CaseSeries {
    /// exp(β): how many times the rate, with its 95 % limits by the normal approximation.
    #[must_use]
    pub fn rate_ratio(&self, coefficient: usize) -> (f64, f64, f64) {
        let (beta, error) = (self.coefficients[coefficient], self.standard_errors[coefficient]);
        (beta.exp(), (beta - NORMAL_975 * error).exp(), (beta + NORMAL_975 * error).exp())
    }
}

/// The 97.5 % point of the normal distribution.
pub const NORMAL_975: f64 = 1.959_963_984_540_054;
/// No coefficient moves by more than this in one step.
const STEP_MAX: f64 = 2.0;
/// A rate ratio beyond e^20 is no estimate but a likelihood that rises for ever.
const BEYOND: f64 = 20.0;
const STEPS_MAX: usize = 100;
const CONVERGED: f64 = 1e-12;

/// Fits the series to cells with the given number of covariates each. Hosts without events say nothing.
///
/// # Errors
///
/// If cells differ in the number of covariates, if the covariates are linearly dependent within hosts
/// (also when no host has events), or if a rate ratio is unbounded.
pub fn fit(cells: &[Cell], covariates: usize) -> Result<CaseSeries, NoEstimate> {
    if cells.iter().any(|cell| cell.covariates.len() != covariates) {
        return Err(NoEstimate::Uneven);
    }
    let hosts = by_individual(cells);
    let mut beta = vec![0.0; covariates];
    for _ in 0..STEPS_MAX {
        let slope = derivatives(&hosts, &beta);
        let step = solve(&slope.information, &slope.score).ok_or(NoEstimate::Singular)?;
        let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
        let scale = if longest > STEP_MAX { STEP_MAX / longest } else { 1.0 };
        beta.iter_mut().zip(&step).for_each(|(beta, part)| *beta += scale * part);
        if beta.iter().any(|beta| beta.abs() > BEYOND) {
            return Err(NoEstimate::Unbounded);
        }
        if longest < CONVERGED {
            return summary(&hosts, beta);
        }
    }
    Err(NoEstimate::Unbounded)
}

fn summary(hosts: &[Vec<&Cell>], beta: Vec<f64>) -> Result<CaseSeries, NoEstimate> {
    let at = derivatives(hosts, &beta);
    let mut standard_errors = Vec::with_capacity(beta.len());
    for i in 0..beta.len() {
        let unit: Vec<f64> = (0..beta.len()).map(|j| f64::from(u8::from(i == j))).collect();
        let column = solve(&at.information, &unit).ok_or(NoEstimate::Singular)?;
        standard_errors.push(column[i].sqrt());
    }
    Ok(CaseSeries { coefficients: beta, standard_errors, log_likelihood: at.log_likelihood })
}

/// The cells of each host that has events and exposure.
fn by_individual(cells: &[Cell]) -> Vec<Vec<&Cell>> {
    let mut hosts: std::collections::BTreeMap<usize, Vec<&Cell>> = std::collections::BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.exposure > 0.0) {
        hosts.entry(cell.individual).or_default().push(cell);
    }
    hosts.into_values().filter(|cells| cells.iter().any(|cell| cell.events > 0)).collect()
}

struct Derivatives {
    log_likelihood: f64,
    score: Vec<f64>,
    /// Minus the second derivatives.
    information: Vec<Vec<f64>>,
}

fn derivatives(hosts: &[Vec<&Cell>], beta: &[f64]) -> Derivatives {
    let size = beta.len();
    let mut sum =
        Derivatives { log_likelihood: 0.0, score: vec![0.0; size], information: vec![vec![0.0; size]; size] };
    for cells in hosts {
        let logs: Vec<f64> = cells
            .iter()
            .map(|cell| {
                cell.exposure.ln() + cell.covariates.iter().zip(beta).map(|(x, beta)| x * beta).sum::<f64>()
            })
            .collect();
        let all = super::posterior::log_sum_exp(&logs);
        let events: u64 = cells.iter().map(|cell| cell.events).sum();
        let mut mean = vec![0.0; size];
        for (cell, log) in cells.iter().zip(&logs) {
            let share = (log - all).exp();
            mean.iter_mut().zip(&cell.covariates).for_each(|(mean, x)| *mean += share * x);
            sum.log_likelihood += cell.events as f64 * (log - all);
        }
        for (cell, log) in cells.iter().zip(&logs) {
            let share = events as f64 * (log - all).exp();
            let from_mean: Vec<f64> = cell.covariates.iter().zip(&mean).map(|(x, mean)| x - mean).collect();
            for i in 0..size {
                sum.score[i] += cell.events as f64 * from_mean[i];
                for j in 0..size {
                    sum.information[i][j] += share * from_mean[i] * from_mean[j];
                }
            }
        }
    }
    sum
}

/// Solves a symmetric positive definite system by Cholesky's method; `None` if it is not definite.
fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Option<Vec<f64>> {
    /// A pivot that loses this share of its diagonal is zero but for rounding.
    const VANISHED: f64 = 1e-11;
    let size = right.len();
    let mut root = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let left: f64 = matrix[i][j] - (0..j).map(|k| root[i][k] * root[j][k]).sum::<f64>();
            if i == j {
                if left <= VANISHED * matrix[i][i] || left.is_nan() {
                    return None;
                }
                root[i][i] = left.sqrt();
            } else {
                root[i][j] = left / root[j][j];
            }
        }
    }
    let mut solution = right.to_vec();
    for i in 0..size {
        solution[i] = (solution[i] - (0..i).map(|k| root[i][k] * solution[k]).sum::<f64>()) / root[i][i];
    }
    for i in (0..size).rev() {
        solution[i] =
            (solution[i] - (i + 1..size).map(|k| root[k][i] * solution[k]).sum::<f64>()) / root[i][i];
    }
    Some(solution)
}
