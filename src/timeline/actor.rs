//! Who asked for it.

use super::Event;
use crate::knowledge::Class;

/// The person or interface that an event names, as far as it does.
#[must_use]
pub fn actor_of(event: &Event) -> String {
    match event.class {
        Class::Operator => user_of(&event.text),
        Class::Button => "somebody at the chassis".to_owned(),
        Class::PowerCommand | Class::PowerOff => bmc_user_of(&event.text),
        Class::HypervisorRequest => "the hypervisor".to_owned(),
        _ => "somebody".to_owned(),
    }
}

/// `alice : TTY=… ; COMMAND=…` or `… requested by alice …`.
fn user_of(text: &str) -> String {
    if let Some((user, rest)) = text.split_once(" : ")
        && rest.contains("COMMAND=")
    {
        return user.trim().to_owned();
    }
    for mark in ["equested by user ", "equested by ", "by user ", "for user "] {
        if let Some((_, rest)) = text.split_once(mark) {
            return word(rest);
        }
    }
    "somebody".to_owned()
}

fn bmc_user_of(text: &str) -> String {
    for mark in ["by user ", "by: ", "user ", "from "] {
        if let Some((_, rest)) = text.split_once(mark) {
            let name = word(rest);
            if !name.is_empty() && !name.to_lowercase().starts_with("request") {
                return format!("{name} through the BMC");
            }
        }
    }
    "somebody through the BMC".to_owned()
}

fn word(text: &str) -> String {
    text.split_whitespace()
        .next()
        .unwrap_or("")
        .trim_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .to_owned()
}
