//! `weekly`: every incident once, whatever comes late, twice or not at all; fixes and relapses in their weeks; and
//! nothing foreign that acts in text, HTML, mail or metrics.

mod command;
mod editions;
mod fixes;
mod hostile;
mod machines;
mod news;
mod replay;
mod state;
mod weeks;
