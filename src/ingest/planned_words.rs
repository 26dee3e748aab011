//! What people write about planned work: whether a text is about work on machines at all, and on which.
//!
//! A calendar holds meetings and birthdays too, and a window that covers too much excuses real crashes.
//! So a text counts only if it names a kind of work that takes machines down, or says its hosts in so
//! many words; a word that may mean anything (`update`) counts only beside the name of a host.

/// Words, by how they begin, that mean work on machines by themselves.
const WORK: &[&str] = &[
    "maintenance",
    "maint",
    "patching",
    "patchday",
    "patch-day",
    "firmware",
    "bios",
    "reboot",
    "downtime",
    "wartung",
    "wartungsfenster",
    "neustart",
    "abschaltung",
    "stromabschaltung",
    "redémarrage",
    "coupure",
    "mantenimiento",
    "reinicio",
    "manutenzione",
    "onderhoud",
];
/// Pairs that do the same.
const WORK_PAIRS: &[(&str, &str)] = &[
    ("patch", "tuesday"),
    ("patch", "day"),
    ("patch", "window"),
    ("change", "window"),
    ("service", "window"),
    ("planned", "outage"),
    ("scheduled", "outage"),
    ("planned", "shutdown"),
    ("power", "work"),
    ("power", "down"),
    ("geplanter", "ausfall"),
    ("mise", "à"),
    ("kernel", "update"),
    ("kernel", "upgrade"),
    ("security", "updates"),
    ("os", "upgrade"),
    ("os", "update"),
];
/// Words that mean work on a machine where a machine is named beside them.
const WORK_ON_A_HOST: &[&str] = &[
    "patch",
    "update",
    "upgrade",
    "restart",
    "shutdown",
    "outage",
    "migration",
    "migrate",
    "move",
    "replace",
    "swap",
    "repair",
    "install",
    "reinstall",
    "decommission",
    "test",
    "change",
    "disk",
    "memory",
    "dimm",
    "psu",
    "ups",
    "power",
    "kernel",
    "raid",
    "arbeiten",
    "austausch",
    "umbau",
    "umzug",
    "aktualisierung",
    "tausch",
    "einbau",
    "reparatur",
    "intervention",
    "remplacement",
    "arrêt",
];
/// Words of people meeting: then the work is talked about and not done.
const MEETING: &[&str] = &[
    "meeting",
    "standup",
    "stand-up",
    "sync",
    "review",
    "planning",
    "call",
    "lunch",
    "training",
    "webinar",
    "workshop",
    "interview",
    "birthday",
    "dentist",
    "retrospective",
    "retro",
    "besprechung",
    "geburtstag",
    "schulung",
    "réunion",
    "postmortem",
    "status",
    "discussion",
    "demo",
    "kickoff",
    "car",
];

/// What a text says of planned work: the hosts it names, or `*`. `None`: it is about something else.
#[must_use]
pub fn scope_of(summary: &str, place: &str, more: &str) -> Option<Vec<String>> {
    let stated = stated_hosts(more);
    let mut scope = stated.clone();
    scope.extend(hosts_in(summary));
    if !is_room(place) {
        scope.extend(hosts_in(place));
    }
    scope.sort();
    scope.dedup();
    let words = words_of(summary);
    let about = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if about(MEETING) && stated.is_empty() {
        return None;
    }
    let more_words = words_of(more);
    let work = names_work(&words) || (names_work(&more_words) && !scope.is_empty());
    let on_a_host = !scope.is_empty() && words.iter().any(|word| begins(word, WORK_ON_A_HOST));
    match (work, scope.is_empty()) {
        (true, true) => Some(vec!["*".to_owned()]),
        (true, false) => Some(scope),
        (false, _) if on_a_host || !stated.is_empty() => Some(scope),
        (false, _) => None,
    }
}

fn words_of(text: &str) -> Vec<String> {
    let apart = |c: char| !(c.is_alphanumeric() || c == '-');
    text.to_lowercase().split(apart).filter(|word| !word.is_empty()).take(200).map(str::to_owned).collect()
}

fn begins(word: &str, list: &[&str]) -> bool {
    list.iter().any(|known| word.starts_with(known))
}

fn names_work(words: &[String]) -> bool {
    let pair = |pair: &[String]| WORK_PAIRS.iter().any(|(a, b)| pair[0] == *a && pair[1].starts_with(b));
    words.iter().any(|word| begins(word, WORK)) || words.windows(2).any(pair)
}

/// Where people sit, not where machines stand.
fn is_room(place: &str) -> bool {
    let words = words_of(place);
    ["room", "raum", "meeting", "teams", "zoom", "meet", "salle", "office", "büro", "street", "https"]
        .iter()
        .any(|room| words.iter().any(|word| word == room))
}

/// `Hosts: kvm01, kvm02` on a line of its own.
fn stated_hosts(text: &str) -> Vec<String> {
    let keys = [
        "hosts",
        "host",
        "scope",
        "servers",
        "server",
        "systems",
        "machines",
        "nodes",
        "affected hosts",
        "ci",
    ];
    let mut out = Vec::new();
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        if keys.contains(&key.trim().to_lowercase().as_str()) {
            out.extend(split_list(value).filter(|part| is_plain(part)).map(str::to_owned));
        }
    }
    out
}

fn split_list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', ' ', '\t', '\n', '+', '|'])
        .map(|part| part.trim_matches(['.', '(', ')', '"', '\'', ':']))
}

fn is_plain(part: &str) -> bool {
    let known = |c: char| c.is_alphanumeric() || "-_.*?[]=".contains(c);
    !part.is_empty()
        && part.len() <= 253
        && part.chars().all(known)
        && part.chars().any(char::is_alphanumeric)
        || part == "*"
}

/// Words that are names of hosts by their shape: letters and a number, a glob, a range, `factor=value`.
#[must_use]
pub fn hosts_in(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut before = String::new();
    for part in split_list(text).take(200) {
        let lower = part.to_lowercase();
        if ["rack", "cluster", "pdu", "row", "site"].contains(&before.as_str())
            && lower.chars().any(|c| c.is_ascii_digit())
        {
            out.push(format!("{before}={part}"));
        } else if is_host(part) {
            out.push(part.to_owned());
        }
        before = lower;
    }
    out
}

fn is_host(part: &str) -> bool {
    if !is_plain(part) || part.len() < 3 || !part.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    if let Some((factor, value)) = part.split_once('=') {
        return !factor.is_empty() && !value.is_empty();
    }
    if part.contains('*') || (part.contains('[') && part.ends_with(']')) {
        return true;
    }
    let short = part.split('.').next().unwrap_or(part);
    let letters = short.chars().take_while(|c| c.is_alphabetic()).count();
    let digits = short.chars().filter(char::is_ascii_digit).count();
    letters >= 2
        && digits >= 1
        && short.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        && !is_ticket(short, digits)
}

/// `CHG0031337`, `OPS-1234`, `KB5031364`: numbers of papers, not of machines.
fn is_ticket(word: &str, digits: usize) -> bool {
    let lower = word.to_lowercase();
    let prefix: String = lower.chars().take_while(|c| c.is_alphabetic()).collect();
    let known =
        ["chg", "inc", "req", "ritm", "task", "ctask", "prb", "kb", "cve", "bug", "rfc", "crq", "cw", "kw"];
    let rest = word[prefix.len()..].trim_start_matches('-');
    let project = word.chars().take(prefix.len()).all(|c| c.is_ascii_uppercase())
        && word.contains('-')
        && digits >= 3
        && !rest.starts_with('0');
    known.contains(&prefix.as_str()) || project
}

#[cfg(test)]
mod tests {
    use super::scope_of;

    fn scope(summary: &str) -> Option<Vec<String>> {
        scope_of(summary, "", "")
    }

    fn hosts(names: &[&str]) -> Option<Vec<String>> {
        Some(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn work_on_machines_is_told_from_appointments() {
        for text in [
            "Dentist",
            "Project update",
            "Lunch with Ann",
            "Patch review meeting",
            "Flight LH1234",
            "Maintenance planning call",
            "Change of tyres",
            "Car maintenance",
        ] {
            assert_eq!(scope(text), None, "{text}");
        }
        assert_eq!(scope("Monthly maintenance window"), hosts(&["*"]));
        assert_eq!(scope("Wartungsfenster"), hosts(&["*"]));
        assert_eq!(scope("Patch Tuesday"), hosts(&["*"]));
    }

    #[test]
    fn hosts_are_found_and_tickets_are_not() {
        assert_eq!(scope("CHG0031337 firmware update kvm07, kvm08"), hosts(&["kvm07", "kvm08"]));
        assert_eq!(scope("OPS-1234: disk swap db-03.example.org"), hosts(&["db-03.example.org"]));
        assert_eq!(scope("Reboot kvm[01-09] and role=web"), hosts(&["kvm[01-09]", "role=web"]));
        assert_eq!(scope("Power work rack r02"), hosts(&["rack=r02"]));
        assert_eq!(scope_of("Upgrade", "", "Hosts: mailserver, files"), hosts(&["files", "mailserver"]));
        assert_eq!(scope_of("Maintenance", "Meeting Room B12", ""), hosts(&["*"]));
    }
}
