//! Pure functions on numbers. Nothing here knows what a server is.
//!
//! One idea per file, each with its formula and its source. All probabilities are exact (incomplete
//! beta and gamma functions or convolution) unless a function says otherwise.

pub mod before_after;
pub mod binomial;
pub mod clean_time;
pub mod clock;
pub mod contrast;
pub mod dispersion;
pub mod excess_share;
pub mod permutation;
pub mod posterior;
pub mod power;
pub mod quadrature;
pub mod rate_ratio;
pub mod region_bayes_factor;
pub mod repeats;
pub mod separation;
pub mod shared_event;
pub mod stratified;
pub mod two_causes;
