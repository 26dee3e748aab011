//! A host that is this machine, with its own commands.

use std::collections::BTreeMap;

use coroner::collect::ssh::{Cursors, StepProblem, Wanted};

use crate::kept::Kept;
use crate::server::{Server, nothing};

#[test]
fn this_machine_is_read_as_a_host() {
    let Some(server) = Server::plain() else { return };
    let mut kept = Kept::default();
    let wanted = Wanted { kernel: true, boots: true, dmi: true, ..nothing() };
    let reading = server.read(&wanted, &Cursors::default(), &mut kept);
    assert!(reading.stopped.is_none());
    let uname = std::process::Command::new("uname").arg("-a").output().unwrap().stdout;
    assert_eq!(kept.files["uname.txt"], uname);
    assert!(kept.text("os-release").contains("ID="));
    let clock = reading.clock.expect("the clock is measured");
    assert!(clock.offset_s.abs() <= clock.uncertainty_s, "{clock:?}");
    assert!(clock.uncertainty_s < 5.0, "{clock:?}");
}

#[test]
fn commands_are_run_as_they_are_written() {
    let Some(server) = Server::plain() else { return };
    let commands = BTreeMap::from([
        ("quotes".to_owned(), r#"printf '%s|' "it's" '"$HOME"' 'a\b' "$((1+1))""#.to_owned()),
        ("fails".to_owned(), "echo some; echo why >&2; exit 3".to_owned()),
        ("none".to_owned(), "coroner-has-no-such-command".to_owned()),
        ("locale".to_owned(), "echo $LC_ALL".to_owned()),
    ]);
    let mut kept = Kept::default();
    let reading = server.read(&Wanted { commands, ..nothing() }, &Cursors::default(), &mut kept);
    assert_eq!(kept.text("commands/quotes.txt"), r#"it's|"$HOME"|a\b|2|"#);
    assert_eq!(kept.text("commands/locale.txt"), "C\n");
    assert_eq!(kept.text("commands/fails.txt"), "some\n");
    assert_eq!(reading.problems.len(), 2);
    assert!(matches!(&reading.problems[0].problem, StepProblem::Failed { status: 3, said } if said == "why"));
    assert!(matches!(&reading.problems[1].problem, StepProblem::Missing { .. }));
}

#[test]
fn an_answer_that_is_too_long_is_not_kept_as_if_it_were_whole() {
    let Some(server) = Server::plain() else { return };
    let commands = BTreeMap::from([("zeros".to_owned(), "cat /dev/zero".to_owned())]);
    let mut kept = Kept::default();
    let wanted = Wanted { commands, max_bytes: 100_000, ..nothing() };
    let reading = server.read(&wanted, &Cursors::default(), &mut kept);
    assert!(matches!(reading.problems[0].problem, StepProblem::TooMuch { max: 100_000 }));
    assert_eq!(kept.text("commands/zeros.txt"), "");
    assert!(reading.stopped.is_none());
}
