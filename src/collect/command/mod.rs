//! What the machine that collects can read by itself: the output of a command, and files, such as those that a
//! backup system leaves on a share.

pub mod file;
pub mod program;
