//! The state between two runs is never lost in silence.

use coroner::weekly::{State, StateError};

use crate::weeks::{Run, day, empty, fleet_at};

fn state() -> String {
    Run::through(&["2025-05-19", "2025-05-26"]).state.unwrap()
}

#[test]
fn a_state_survives_being_written_and_read() {
    let text = state();
    let read = State::parse(&text).unwrap();
    assert_eq!(read.to_json(), text);
    assert_eq!(read.as_of(), day("2025-05-26"));
}

#[test]
fn what_is_no_state_is_refused() {
    for text in ["", "{}", "[]", "{\"kind\": \"something else\", \"version\": 1}", "\0"] {
        assert!(matches!(State::parse(text), Err(StateError::Unreadable(_))), "{text}");
    }
    let whole = state();
    let cut: String = whole.chars().take(whole.chars().count() / 2).collect();
    assert!(matches!(State::parse(&cut), Err(StateError::Unreadable(_))));
}

#[test]
fn the_state_of_a_newer_version_is_refused_before_it_is_read() {
    let newer = state().replacen("\"version\": 1", "\"version\": 2", 1).replacen("\"last\"", "\"latest\"", 1);
    assert_eq!(State::parse(&newer), Err(StateError::Newer(2)));
}

#[test]
fn there_is_no_way_back() {
    let read = State::parse(&state()).unwrap();
    let report = fleet_at("2025-05-19");
    let refused = State::base(Some(&read), &report, report.as_of);
    assert_eq!(refused, Err(StateError::Later { last: day("2025-05-26"), asked: day("2025-05-19") }));
    let words = refused.unwrap_err().to_string();
    assert!(
        words.contains("2025-05-26 00:00:00 UTC, later than this one (2025-05-19 00:00:00 UTC)"),
        "{words}"
    );
}

#[test]
fn the_state_of_another_fleet_is_refused() {
    let read = State::parse(&state()).unwrap();
    let mut other = empty();
    other.hosts = vec!["elsewhere".to_owned()];
    let refused = State::base(Some(&read), &other, day("2025-06-02"));
    assert!(matches!(refused, Err(StateError::OtherFleet(_))), "{refused:?}");
    // A run that found no host at all says that itself.
    assert!(State::base(Some(&read), &empty(), day("2025-06-02")).is_ok());
}

#[test]
fn a_state_holds_no_character_that_a_terminal_obeys() {
    let text = Run::through(&["2025-12-29"]).state.unwrap();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "escaped");
}
