//! Chance places identifiers between words, and nothing gets out.

use std::net::{Ipv4Addr, Ipv6Addr};

use coroner::redaction::{Map, Redactor, leaks};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{fleet, key};

/// What of the fleet can stand in a line, and what of it must not be there afterwards.
const SECRETS: &[(&str, &str)] = &[
    ("kvm07", "kvm07"),
    ("KVM08", "kvm08"),
    ("kvm07.dc1.corp.example", "kvm07"),
    ("Storage-3.DC2.corp.example", "storage-3"),
    ("alice", "alice"),
    ("ALICE@corp.example", "alice"),
    ("/home/bob.smith/x", "bob.smith"),
    ("JX4KQ93", "jx4kq93"),
    ("nightingale", "nightingale"),
    ("10.77.66.55", "10.77.66.55"),
    ("2001:db8:77::55", "2001:db8:77::55"),
    ("00:16:3e:77:66:55", "00:16:3e:77:66:55"),
];

const BETWEEN: &[&str] = &[
    " ",
    "  ",
    ", ",
    ":",
    "/",
    "=",
    "\"",
    "'",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    " - ",
    "|",
    ";",
    "\t",
    "\n",
    "\\n",
    "#012",
    "@ ",
    " kernel: ",
    " panic ",
    "_",
    "\u{e9} ",
    "\u{1b}[1m",
    "%20",
    "&",
    "?h=",
];

fn line() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..SECRETS.len(), 0..BETWEEN.len()), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, rng_seed: RngSeed::Fixed(6), ..ProptestConfig::default() })]

    #[test]
    fn no_arrangement_leaks(pieces in line()) {
        let text: String = pieces.iter().map(|(secret, sign)| format!("{}{}", SECRETS[*secret].0, BETWEEN[*sign])).collect();
        // Where one colon joins an IPv6 and a MAC address, nobody can say where the first one ends; the check refuses it.
        prop_assume!(!text.contains("2001:db8:77::55:00:16"));
        let mut known = fleet();
        known.learn(b"10.77.66.55 2001:db8:77::55 00:16:3e:77:66:55");
        let mut redactor = Redactor::new(Map::new(key(1)), known);
        let made = redactor.redact_text(&text);
        for (secret, _) in &pieces {
            prop_assert!(!made.to_lowercase().contains(SECRETS[*secret].1), "{text:?} became {made:?}");
        }
        let left = leaks(&[("f", made.as_bytes())], redactor.identifiers(), redactor.map());
        prop_assert!(left.is_empty(), "{text:?} became {made:?}: {left:?}");
        prop_assert_eq!(redactor.redact_text(&made), made);
    }

    #[test]
    fn addresses_share_as_many_bits_as_before(a in any::<u32>(), b in any::<u32>(), keep in 0_u32..32) {
        // Of public ones, the first byte is drawn as a whole.
        let mask = u32::MAX.checked_shl(32 - keep).unwrap_or(0);
        let b = a & mask | b & !mask;
        let (a, b) = (a & 0x00ff_ffff | 0x0a00_0000, b & 0x00ff_ffff | 0x0a00_0000);
        let mut redactor = Redactor::new(Map::new(key(1)), fleet());
        let mut of = |address: u32| -> u32 {
            redactor.redact_text(&Ipv4Addr::from(address).to_string()).parse::<Ipv4Addr>().unwrap().into()
        };
        prop_assert_eq!((of(a) ^ of(b)).leading_zeros(), (a ^ b).leading_zeros());
    }

    #[test]
    fn ipv6_addresses_share_as_many_bits_as_before(a in any::<u128>(), b in any::<u128>(), keep in 3_u32..128) {
        let mask = u128::MAX << (128 - keep);
        let global = |value: u128| value & (u128::MAX >> 3) | 1 << 125;
        let (a, b) = (global(a), global(a & mask | b & !mask));
        let mut redactor = Redactor::new(Map::new(key(1)), fleet());
        let mut of = |address: u128| -> u128 {
            redactor.redact_text(&Ipv6Addr::from(address).to_string()).parse::<Ipv6Addr>().unwrap().into()
        };
        prop_assert_eq!((of(a) ^ of(b)).leading_zeros(), (a ^ b).leading_zeros());
    }

    #[test]
    fn any_bytes_are_taken_and_given(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut redactor = Redactor::new(Map::new(key(1)), fleet());
        let lines = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
        let made = redactor.redact(&bytes);
        prop_assert_eq!(lines(&made), lines(&bytes));
        prop_assert_eq!(redactor.redact_fixed(&bytes).len(), bytes.len());
        let _ = leaks(&[("f", &made)], redactor.identifiers(), redactor.map());
        let mut known = fleet();
        known.learn(&bytes);
    }

    #[test]
    fn text_of_signs_and_digits_does_no_harm(text in "[0-9a-fA-F:.%\\\\#@_ -]{0,80}") {
        let mut known = fleet();
        known.learn(text.as_bytes());
        let mut redactor = Redactor::new(Map::new(key(1)), known);
        let made = redactor.redact_text(&text);
        let _ = leaks(&[("f", made.as_bytes())], redactor.identifiers(), redactor.map());
    }
}
