//! What the fleet has is hidden, whatever the words of the analysis are; and what counts as a serial number.

use coroner::redaction::{Form, Identifiers, Map, Redactor, leaks};

use super::key;

/// A fleet whose inventory has factors that are called like a host, a user, a domain, a serial and a keyword.
fn with_factors() -> Identifiers {
    let mut fleet = Identifiers::new();
    fleet.host("hv03.corp.example");
    fleet.host("vm1.dc9.blauwal.example");
    fleet.alias("oldbox", "hv03.corp.example");
    fleet.serial("AB12CD34");
    fleet.keyword("nightingale");
    fleet.vocabulary([
        "HV03",
        "hv03.corp.example",
        "walter",
        "Walter",
        "blauwal",
        "dc9",
        "oldbox",
        "AB12CD34",
        "Nightingale",
        "rack",
    ]);
    fleet.learn(b"Mar  1 02:03:04 vm1 sudo:   walter : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/true\n");
    fleet
}

#[test]
fn a_factor_that_is_a_host_or_user_is_hidden() {
    let mut redactor = Redactor::new(Map::new(key(1)), with_factors());
    let line =
        "migrated to hv03 by walter, BLAUWAL; oldbox ab12cd34 nightingale HV03 vm1.dc9.blauwal.example rack";
    let made = redactor.redact_text(line).to_lowercase();
    for secret in ["hv03", "walter", "blauwal", "oldbox", "ab12cd34", "nightingale", "dc9"] {
        assert!(!made.contains(secret), "{secret} is in {made}");
    }
    assert!(made.starts_with("migrated to host-") && made.ends_with(" rack"), "{made}");
    let left = leaks(&[("kernel.log", made.as_bytes())], redactor.identifiers(), redactor.map());
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_check_finds_a_factor_that_is_a_host_or_user() {
    let fleet = with_factors();
    let map = Map::new(key(1));
    for word in ["hv03", "walter", "blauwal", "oldbox", "AB12CD34", "Nightingale", "HV03.corp.example"] {
        let line = format!("migrated to {word} again");
        let found = leaks(&[("kernel.log", line.as_bytes())], &fleet, &map);
        assert!(found.iter().any(|leak| leak.offset == 12 && leak.form == Form::Plain), "{word}: {found:?}");
    }
    assert!(leaks(&[("kernel.log", b"in its rack again")], &fleet, &map).is_empty());
}

#[test]
fn the_words_of_logs_stay_even_where_a_host_is_called_so() {
    let mut fleet = Identifiers::new();
    fleet.host("power");
    fleet.vocabulary(["power"]);
    let mut redactor = Redactor::new(Map::new(key(1)), fleet);
    assert_eq!(redactor.redact_text("lost power again"), "lost power again");
}

#[test]
fn a_serial_without_a_digit_is_hidden() {
    let mut fleet = Identifiers::new();
    for serial in ["JXKQWLMN", "QWERTZ", "CN7X"] {
        fleet.serial(serial);
    }
    let line = "tag JXKQWLMN, QWERTZ and cn7x";
    assert_eq!(leaks(&[("a.log", line.as_bytes())], &fleet, &Map::new(key(1))).len(), 3);
    let mut redactor = Redactor::new(Map::new(key(1)), fleet);
    let made = redactor.redact_text(line).to_lowercase();
    for secret in ["jxkqwlmn", "qwertz", "cn7x"] {
        assert!(!made.contains(secret), "{made}");
    }
}

#[test]
fn what_makers_write_where_there_is_no_serial_is_none() {
    let line = "Default String; To be filled by O.E.M. Not Specified, unknown none 0123456789 System Serial Number \
                Default 00000000 XXXXXXXX 1234567890 ABC memory firmware Chassis";
    let mut fleet = Identifiers::new();
    for serial in [
        "Default String",
        "To be filled by O.E.M.",
        "Not Specified",
        "unknown",
        "none",
        "0123456789",
        "System Serial Number",
        "Default",
        "00000000",
        "XXXXXXXX",
        "1234567890",
        "ABC",
        "memory",
        "firmware",
        "Chassis",
    ] {
        fleet.serial(serial);
    }
    let mut redactor = Redactor::new(Map::new(key(1)), fleet);
    assert_eq!(redactor.redact_text(line), line);
}

#[test]
fn the_cut_end_of_a_name_is_covered_even_if_a_factor_is_called_so() {
    let mut fleet = with_factors();
    fleet.host("kvmhost07");
    fleet.vocabulary(["kvmhost07"]);
    let mut redactor = Redactor::new(Map::new(key(1)), fleet);
    assert_eq!(redactor.redact_fixed(b"lost kvmhos"), b"lost xxxxxx");
    assert_eq!(redactor.redact_fixed(b"host07 lost"), b"xxxxxx lost");
}
