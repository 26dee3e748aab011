//! `coroner collect` as a whole: the program against simulated BMCs, Redfish services and SSH servers.

mod account;
mod again;
#[path = "../collect_lan/stand_ins.rs"]
#[expect(dead_code, reason = "the tests of IPMI over LAN use more of it")]
mod bmcs;
mod exits;
mod fleet;
mod isolated;
#[path = "../collect_ssh/kept.rs"]
#[expect(dead_code, reason = "the tests of SSH use it; here the program keeps what comes")]
mod kept;
mod kills;
mod misbehaviour;
mod planted_secrets;
#[path = "../collect_redfish/stand_in.rs"]
#[expect(dead_code, reason = "the tests of Redfish use more of it")]
mod redfish_service;
mod room;
mod secrets;
mod site;
#[path = "../collect_ssh/server.rs"]
#[expect(dead_code, reason = "the tests of SSH use more of it")]
mod ssh_server;
mod watch;
