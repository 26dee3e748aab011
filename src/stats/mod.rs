//! Pure functions on numbers. Nothing here knows what a server is.
//!
//! One idea per file, each with its formula and its source. All probabilities are exact (incomplete
//! beta and gamma functions or convolution) unless a function says otherwise.

pub mod adjusted_p;
pub mod attributable_fraction;
pub mod bayes_factor_bound;
pub mod before_after;
pub mod bessel;
pub mod binomial;
pub mod bisection;
pub mod breslow_day;
pub mod change_point;
pub mod chi_square;
pub mod clean_time;
pub mod clock;
pub mod coincidence;
pub mod conjugate_beta;
pub mod contrast;
pub mod counters;
pub mod dispersion;
pub mod excess_share;
pub mod gamma_quantile;
pub mod incomplete_beta;
pub mod independent_sum;
pub mod interaction;
pub mod mantel_haenszel;
pub mod matched_sets;
pub mod min_p;
pub mod one_peak;
pub mod permutation;
pub mod poisson_binomial;
pub mod poisson_rate;
pub mod posterior;
pub mod power;
pub mod quadrature;
pub mod rate_ratio;
pub mod rayleigh;
pub mod region_bayes_factor;
pub mod repeats;
pub mod seen_more_often;
pub mod self_controlled;
pub mod separation;
pub mod shared_event;
pub mod shrinkage;
pub mod stratified;
pub mod tarone;
pub mod two_causes;
pub mod uptime_window;
pub mod weekdays;
