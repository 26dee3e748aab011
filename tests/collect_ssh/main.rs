//! Reading hosts over SSH: against a real `sshd` on loopback that answers with this machine's own commands, and
//! against one whose command misbehaves.

mod connection;
mod faults;
mod journal;
mod kept;
mod logs;
mod machine;
mod server;
