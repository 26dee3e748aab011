//! From `[collect]` in a configuration to targets, secrets, and what the collecting machine reads by itself.

mod configuration;
mod credentials;
mod groups;
mod local;
mod ranges;
