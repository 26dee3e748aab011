//! Published worked examples and values computed to forty digits, for every method of `stats`.

mod cases;
mod changes;
mod many_questions;
mod old;
mod rates;
mod strata;
