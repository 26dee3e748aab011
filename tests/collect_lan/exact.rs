//! The log over LAN is what `ipmitool raw` gives record by record, however bad the network.

use crate::stand_ins::{Simulator, fake_bmc, have, judged, network, options, read_log, whole_log};
use coroner::collect::bmc::Before;
use coroner::collect::lan::{LanOptions, Session, Suite};

/// Records in the usual log.
const RECORDS: u16 = 44;
/// Loss both ways, duplicates and stale replies.
const LOSSY: &str = "--drop-request 8 --drop-reply 8 --duplicate 20 --stale 20";
const DAMAGING: &str = "--flip 10 --truncate 5 --garbage 5";

#[test]
fn suite_3_gives_what_ipmitool_gives() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let records = whole_log(simulator.address, &options());
    assert_eq!(records, judged(simulator.address, 3, RECORDS));
}

#[test]
fn suite_17_and_3_of_one_bmc_give_what_ipmitool_gives() {
    let Some(bmc) = fake_bmc("").filter(|_| have("ipmitool")) else { return };
    let judged = judged(bmc.address, 17, RECORDS);
    for suite in [Suite::Sha256, Suite::Sha1] {
        let options = LanOptions { suites: vec![suite], ..options() };
        assert_eq!(whole_log(bmc.address, &options), judged, "{suite:?}");
    }
}

#[test]
fn loss_duplicates_and_stale_replies_change_nothing_with_suite_3() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let network = network(simulator.address, LOSSY);
    assert_eq!(whole_log(network.address, &options()), judged(simulator.address, 3, RECORDS));
}

#[test]
fn loss_duplicates_and_stale_replies_change_nothing_with_suite_17() {
    let Some(bmc) = fake_bmc("").filter(|_| have("ipmitool")) else { return };
    let network = network(bmc.address, LOSSY);
    let session =
        Session::open(network.address, &crate::stand_ins::credentials("admin", "secret"), &options());
    let mut session = session.unwrap();
    assert_eq!(session.suite(), Suite::Sha256);
    let (reading, error) = read_log(&mut session, &Before::default());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(reading.sel.unwrap().records, judged(bmc.address, 17, RECORDS));
    let counters = session.counters();
    assert!(counters.repeated > 0 && counters.stale > 0, "the network was bad: {counters:?}");
}

#[test]
fn damaged_cut_and_random_packets_change_nothing() {
    let Some(bmc) = fake_bmc("").filter(|_| have("ipmitool")) else { return };
    let network = network(bmc.address, DAMAGING);
    let mut session =
        Session::open(network.address, &crate::stand_ins::credentials("admin", "secret"), &options())
            .unwrap();
    let (reading, error) = read_log(&mut session, &Before::default());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(reading.sel.unwrap().records, judged(bmc.address, 17, RECORDS));
    assert!(session.counters().damaged > 0);
}

#[test]
fn late_answers_out_of_order_change_nothing() {
    let Some(simulator) = Simulator::start(&[]) else { return };
    let network = network(simulator.address, "--delay 30 --jitter 30");
    assert_eq!(whole_log(network.address, &options()), judged(simulator.address, 3, RECORDS));
}
