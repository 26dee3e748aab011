//! Everything that is read of a BMC, compared with what ipmitool says.

use coroner::collect::bmc::{Before, DellPower, SdrStamp, Wanted, read};
use coroner::collect::lan::{LanOptions, Privilege, Session};
use ipmi_rs::Ipmi;
use ipmi_rs::app::GetDeviceId;
use ipmi_rs::storage::sel::{GetSelEntry, RecordId};

use crate::stand_ins::{Simulator, credentials, fake_bmc, have, ipmitool, log_on, now, options};

#[test]
fn power_identity_and_restart_are_what_ipmitool_says() {
    let Some(bmc) = fake_bmc("").filter(|_| have("ipmitool")) else { return };
    let mut session = log_on(bmc.address).unwrap();
    let (reading, error) = read(&mut session, &Wanted::default(), &Before::default(), now());
    assert!(error.is_none(), "{error:?}");

    let judge = ipmitool(bmc.address, 17, &["dcmi", "power", "reading"]);
    let said = |label: &str| -> u16 {
        let line =
            judge.lines().find(|line| line.contains(label)).unwrap_or_else(|| panic!("{label}: {judge}"));
        line.split(':').nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap()
    };
    let power = reading.dcmi_power.unwrap();
    assert_eq!(power.now, said("Instantaneous power reading"));
    assert_eq!(power.minimum, said("Minimum"));
    assert_eq!(power.maximum, said("Maximum"));
    assert_eq!(power.average, said("Average power reading"));
    assert_eq!((power.window_ms, power.active), (60_000, true));

    let dell = reading.dell_power.unwrap();
    let judge = ipmitool(bmc.address, 17, &["delloem", "powermonitor"]);
    assert!(judge.contains("611 W") && dell.peak.is_some_and(|(_, watts)| watts == 611), "{judge} {dell:?}");
    assert_eq!((dell.now, dell.averages), (Some((342, 15)), Some([342, 332, 328, 324])));
    assert_ne!(dell, DellPower::default());

    let device = reading.device.unwrap();
    assert_eq!(device.manufacturer_id, 674);
    let chassis = reading.chassis.unwrap();
    assert!(chassis.power_on && chassis.last_power_event == 0x01);
    assert_eq!(reading.restart_cause, Some(6));

    let names: Vec<&str> = reading.answers.iter().map(|answer| answer.name).collect();
    assert!(names.starts_with(&["device-id", "sel-info", "sel-time"]), "{names:?}");
    let raw = reading.answers.iter().find(|answer| answer.name == "restart-cause").unwrap();
    assert_eq!((&raw.request[..], raw.answer.as_deref()), (&[0, 7][..], Some(&[0, 6, 1][..])));
    let unknown = reading.answers.iter().find(|answer| answer.name == "sel-utc-offset").unwrap();
    assert_eq!(unknown.answer.as_deref(), Some(&[0xc1][..]), "refusals are kept as well");
}

#[test]
fn sensor_records_are_read_once_and_then_only_when_changed() {
    let (Some(bmc), Some(simulator)) = (fake_bmc(""), Simulator::start(&[])) else { return };
    let wanted = Wanted { sel: false, chassis: false, power: false, sdr: true };
    for (address, suite) in [(bmc.address, 17), (simulator.address, 3)] {
        let mut session = log_on(address).unwrap();
        let (reading, error) = read(&mut session, &wanted, &Before::default(), now());
        assert!(error.is_none(), "{error:?}");
        let sdr = reading.sdr.unwrap();
        assert!(sdr.complete && !sdr.records.is_empty());
        assert_eq!(sdr.records.len(), usize::from(sdr.stamp.count));
        let dump = tempfile::NamedTempFile::new().unwrap();
        ipmitool(address, suite, &["sdr", "dump", dump.path().to_str().unwrap()]);
        // ipmitool's file leaves the header's id and length as they are.
        assert_eq!(sdr.records.concat(), std::fs::read(dump.path()).unwrap(), "suite {suite}");

        let before = Before { sdr: reading.sdr_stamp, ..Before::default() };
        let (again, error) = read(&mut session, &wanted, &before, now());
        assert!(error.is_none() && again.sdr.is_none());
        let other = SdrStamp { added_at: 1, ..sdr.stamp };
        let (changed, _) =
            read(&mut session, &wanted, &Before { sdr: Some(other), ..Before::default() }, now());
        assert_eq!(changed.sdr.unwrap().records.len(), sdr.records.len());
    }
}

#[test]
fn a_clock_that_is_wrong_is_measured() {
    for skew in [-86_400, 0, 5_400] {
        let Some(bmc) = fake_bmc(&format!("--skew={skew}")) else { return };
        let mut session = log_on(bmc.address).unwrap();
        let (reading, _) = read(&mut session, &crate::stand_ins::LOG_ONLY, &Before::default(), now());
        let clock = reading.clock.unwrap();
        let ahead = clock.ahead.unwrap();
        assert!((ahead - f64::from(skew)).abs() <= clock.uncertainty + 0.01, "{skew}: {clock:?}");
        assert!(clock.uncertainty < 1.0);
    }
    let Some(simulator) = Simulator::start(&[("CLOCK_SKEW", "-3600")]) else { return };
    let mut session = log_on(simulator.address).unwrap();
    let (reading, _) = read(&mut session, &crate::stand_ins::LOG_ONLY, &Before::default(), now());
    let ahead = reading.clock.unwrap().ahead.unwrap();
    assert!((-3602.5..=-3597.5).contains(&ahead), "set by the second: {ahead}");
}

#[test]
fn the_commands_of_ipmi_rs_work_over_the_session() {
    let Some(bmc) = fake_bmc("") else { return };
    let options = LanOptions { privilege: Privilege::Operator, ..options() };
    let session = Session::open(bmc.address, &credentials("admin", "secret"), &options).unwrap();
    let mut ipmi = Ipmi::new(session);
    assert_eq!(ipmi.send_recv(GetDeviceId).unwrap().manufacturer_id, 674);
    let (mut id, mut count) = (RecordId::FIRST, 0);
    while !id.is_last() && count < 20 {
        id = ipmi.send_recv(GetSelEntry::new(None, id)).unwrap().next_entry;
        count += 1;
    }
    assert_eq!((count, id.value()), (20, 21));
    ipmi.release().close();
}
