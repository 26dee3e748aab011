//! Words for a POSIX shell.

/// A word in single quotes, which mean nothing but themselves to every POSIX shell; a single quote inside is
/// written as `'\''`. Plain words stay as they are, so that commands can be read.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A script as one command for whatever shell the user has on the host: C shells and fish understand a quoted
/// word, but not the script.
pub(super) fn for_any_shell(script: &str) -> String {
    format!("/bin/sh -c {}", quote(script))
}

#[cfg(test)]
mod tests {
    use super::{for_any_shell, quote};
    use proptest::prelude::*;
    use std::process::Command;

    /// What a shell makes of a line.
    fn heard(line: &str) -> Vec<u8> {
        Command::new("sh").args(["-c", line]).output().expect("there is a shell").stdout
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_gives_back_the_words_also_through_a_second_shell(
            words in proptest::collection::vec("[ -~\\n\\té\u{7}]{0,20}", 1..20)
        ) {
            let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
            let line = format!("printf '%s\\0' {}", quoted.join(" "));
            let expected: Vec<u8> = words.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect();
            prop_assert_eq!(&heard(&line), &expected);
            prop_assert_eq!(&heard(&for_any_shell(&line)), &expected);
        }
    }

    #[test]
    fn plain_words_stay_readable() {
        assert_eq!(quote("/var/log/kern.log"), "/var/log/kern.log");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote("*"), "'*'");
        assert_eq!(quote("~root"), "'~root'");
    }
}
