//! Of what collects, only what takes datagrams apart.

#[path = "../../src/collect/lan/mod.rs"]
pub mod lan;
#[path = "../../src/collect/secret.rs"]
pub mod secret;
