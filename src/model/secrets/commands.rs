//! Secrets that programs take behind a short option, as their calls stand in logs of sudo, cron and audit.

use std::ops::Range;

/// Where a program takes a secret.
struct Tool {
    /// Its name, or with a `*` what it begins with.
    name: &'static str,
    option: &'static str,
    takes: Takes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// In the next word, or in the rest of this one.
    Value,
    /// In the next word only.
    NextWord,
    /// In the rest of the word only: alone the option asks for it.
    RestOfWord,
    /// In the next word behind a colon or a percent sign: the user stands before it.
    BehindUser,
}

const TOOLS: &[Tool] = &[
    Tool { name: "ipmitool", option: "-P", takes: Takes::Value },
    Tool { name: "ipmitool", option: "-K", takes: Takes::Value },
    Tool { name: "ipmi-*", option: "-p", takes: Takes::Value },
    Tool { name: "ipmipower", option: "-p", takes: Takes::Value },
    Tool { name: "ipmiconsole", option: "-p", takes: Takes::Value },
    Tool { name: "bmc-*", option: "-p", takes: Takes::Value },
    Tool { name: "racadm*", option: "-p", takes: Takes::NextWord },
    Tool { name: "ilorest", option: "-p", takes: Takes::NextWord },
    Tool { name: "sshpass", option: "-p", takes: Takes::Value },
    Tool { name: "mysql*", option: "-p", takes: Takes::RestOfWord },
    Tool { name: "mariadb*", option: "-p", takes: Takes::RestOfWord },
    Tool { name: "curl", option: "-u", takes: Takes::BehindUser },
    Tool { name: "curl", option: "--user", takes: Takes::BehindUser },
    Tool { name: "ldap*", option: "-w", takes: Takes::Value },
    Tool { name: "smbclient", option: "-U", takes: Takes::BehindUser },
    Tool { name: "rpcclient", option: "-U", takes: Takes::BehindUser },
    Tool { name: "useradd", option: "-p", takes: Takes::NextWord },
    Tool { name: "usermod", option: "-p", takes: Takes::NextWord },
    Tool { name: "snmp*", option: "-A", takes: Takes::NextWord },
    Tool { name: "snmp*", option: "-X", takes: Takes::NextWord },
    Tool { name: "snmp*", option: "-c", takes: Takes::NextWord },
];

/// The values in a text.
pub(super) fn values(text: &str) -> Vec<Range<usize>> {
    let words = words(text);
    let mut found = Vec::new();
    let mut tools: Vec<&Tool> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let written = &text[word.clone()];
        if ends_a_command(written) {
            tools.clear();
        } else if let Some(called) = called_by(written).filter(|called| !called.is_empty()) {
            tools = called;
        } else if let Some(tool) = tools.iter().find(|tool| written.starts_with(tool.option)) {
            let rest = word.start + tool.option.len()..word.end;
            let next = words.get(index + 1).cloned().unwrap_or(word.end..word.end);
            found.extend(secret(text, tool, rest, next));
            // It is given once: what comes behind `sshpass -p …` is another command.
            let option = tool.option;
            tools.retain(|tool| tool.option != option);
        }
    }
    found
}

/// The secret of an option, given what is left of its word and the next word.
fn secret(text: &str, tool: &Tool, rest: Range<usize>, next: Range<usize>) -> Option<Range<usize>> {
    let span = match (tool.takes, rest.is_empty()) {
        (Takes::RestOfWord, false) | (Takes::Value, false) => rest,
        (Takes::Value | Takes::NextWord | Takes::BehindUser, true) => next,
        _ => return None,
    };
    if tool.takes != Takes::BehindUser {
        return Some(span);
    }
    let sign = text[span.clone()].find([':', '%'])?;
    Some(span.start + sign + 1..span.end)
}

/// Words between blanks, without quotation marks around them.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(skip) = text[at..].find(|c: char| !c.is_whitespace()) {
        let from = at + skip;
        let mark = text[from..].chars().next().filter(|c| matches!(c, '"' | '\''));
        // What stands in quotes is one word, whatever blanks it has.
        let closed = mark.and_then(|mark| text[from + 1..].find(mark).map(|len| from + 1..from + 1 + len));
        let span = closed.unwrap_or_else(|| {
            let end = text[from..].find(char::is_whitespace).map_or(text.len(), |len| from + len);
            from..end
        });
        at = (span.end + usize::from(mark.is_some())).max(from + 1).min(text.len());
        while !text.is_char_boundary(at) {
            at += 1;
        }
        found.push(span);
    }
    found
}

fn ends_a_command(word: &str) -> bool {
    matches!(word, "|" | "||" | "&&" | ";" | "&") || word.ends_with(';')
}

/// What a word that calls a program says of its options: `COMMAND=/usr/bin/ipmitool`, `(/usr/bin/ipmitool`.
fn called_by(word: &str) -> Option<Vec<&'static Tool>> {
    if word.starts_with('-') {
        return None;
    }
    let name = word.rsplit(['/', '=', '(', '`', '"', '\'']).next()?;
    let is_it = |tool: &&Tool| match tool.name.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == tool.name,
    };
    Some(TOOLS.iter().filter(is_it).collect())
}
