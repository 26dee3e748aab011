//! Pure functions on numbers. Nothing here knows what a server is.
//!
//! One idea per file, each with its formula and its source. All probabilities are exact (incomplete
//! beta and gamma functions or convolution) unless a function says otherwise.

pub mod before_after;
pub mod binomial;
pub mod bisection;
pub mod change_point;
pub mod clean_time;
pub mod clock;
pub mod dispersion;
pub mod excess_share;
pub mod independent_sum;
pub mod interaction;
pub mod matched_sets;
pub mod permutation;
pub mod poisson_binomial;
pub mod posterior;
pub mod power;
pub mod quadrature;
pub mod rate_ratio;
pub mod region_bayes_factor;
pub mod repeats;
pub mod self_controlled;
pub mod separation;
pub mod shared_event;
pub mod stratified;
pub mod tarone;
pub mod two_causes;
