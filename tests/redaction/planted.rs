//! 300 identifiers in every form that logs use.

use coroner::redaction::{Identifiers, Map, Redactor, leaks};

use super::key;
use super::many_names::{
    FOURS, HOSTS, KEYWORDS, MACS, SERIALS, SIXES, USERS, assert_clean, identifiers, planted, text,
};

#[test]
fn none_of_300_identifiers_gets_out_in_any_form() {
    let planted = planted();
    let count = HOSTS + USERS + FOURS + SIXES + MACS + SERIALS + KEYWORDS;
    assert_eq!(count, 300);
    let text = text(&planted);
    for seed in [1, 2, 3] {
        let mut known = identifiers(&planted);
        known.learn(text.as_bytes());
        let mut redactor = Redactor::new(Map::new(key(seed)), known);
        let made = redactor.redact_text(&text);
        assert_clean(&planted, &made);
        let left = leaks(&[("kernel.log", made.as_bytes())], redactor.identifiers(), redactor.map());
        let places = left.iter().map(|leak| {
            let line = made.as_bytes()[..leak.offset].iter().filter(|byte| **byte == b'\n').count();
            format!("{leak}: {:?} became {:?}", text.lines().nth(line), made.lines().nth(line))
        });
        assert!(left.is_empty(), "{}", places.collect::<Vec<_>>().join("\n"));
        for line in made.lines() {
            assert_eq!(redactor.redact_text(line), line, "what was redacted changes no more");
        }
        assert_eq!(made.lines().count(), text.lines().count());
    }
}

#[test]
fn the_check_finds_every_one_of_them_by_itself() {
    let planted = planted();
    let text = text(&planted);
    let known = identifiers(&planted);
    let map = Map::new(key(1));
    let mut taught = known.clone();
    taught.learn(text.as_bytes());
    for line in text.lines() {
        let found = leaks(&[("kernel.log", line.as_bytes())], &taught, &map);
        assert!(!found.is_empty(), "nothing is found in {line}");
        for leak in found {
            assert!(leak.masked.chars().filter(|c| c.is_alphanumeric()).count() <= 2, "{leak}");
        }
    }
}

#[test]
fn two_cases_give_the_same_pseudonyms_whatever_comes_first() {
    let planted = planted();
    let text = text(&planted);
    let lines: Vec<&str> = text.lines().collect();
    let mut known = identifiers(&planted);
    known.learn(text.as_bytes());
    let mut first = Redactor::new(Map::new(key(1)), known.clone());
    let one: Vec<String> = lines.iter().map(|line| first.redact_text(line)).collect();
    // Another case with the map of the first, backwards, and one without it but with its key.
    let kept = Map::from_json(&first.into_map().to_json()).unwrap();
    for map in [kept, Map::new(key(1))] {
        let mut other = Redactor::new(map, known.clone());
        for (line, expected) in lines.iter().zip(&one).rev() {
            assert_eq!(&other.redact_text(line), expected);
        }
    }
    // One that knows a part of the fleet first.
    let mut part = Identifiers::new();
    part.host(&planted.hosts[3].1);
    part.learn(lines[30].as_bytes());
    let mut small = Redactor::new(Map::new(key(1)), part);
    let early = small.redact_text(&planted.hosts[3].1);
    let mut later = Redactor::new(small.into_map(), known.clone());
    assert_eq!(later.redact_text(&planted.hosts[3].1), early);
    // Another key, other pseudonyms.
    let mut stranger = Redactor::new(Map::new(key(9)), known);
    assert_ne!(stranger.redact_text(lines[0]), one[0]);
}
