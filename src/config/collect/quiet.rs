//! Messages about a configuration that do not repeat its lines.
//!
//! A TOML error shows the line it stumbled over, and that line may be a password that somebody wrote where none
//! belongs. Such an error ends up in the system's journal when a timer starts the collection.

use serde::de::Error as _;

/// The same error with the number of the line in place of the line itself, and without the text that was found
/// where something else was expected. Configurations without credentials keep their error as it is.
#[must_use]
pub fn without_quotes(error: toml::de::Error, text: &str) -> toml::de::Error {
    if !text.contains("credentials") {
        return error;
    }
    let start = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    toml::de::Error::custom(format!("line {line}: {}", without_texts(error.message())))
}

/// A message with everything between its first and last quotation mark left out.
fn without_texts(message: &str) -> String {
    match (message.split_once('"'), message.rsplit_once('"')) {
        (Some((before, _)), Some((_, after))) => format!("{before}\"…\"{after}"),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_quotes;
    use crate::config::Config;

    fn message(text: &str) -> String {
        let error = toml::from_str::<Config>(text).expect_err("the text is wrong");
        let quiet = without_quotes(error, text);
        format!("{quiet} {quiet:?}")
    }

    #[test]
    fn a_password_in_a_wrong_place_is_not_repeated() {
        for text in [
            "[collect.credentials]\nbmc = \"calvin\"\n",
            "[collect.credentials.bmc]\nuser = \"root\"\npasword = \"calvin\"\n",
            "[collect.credentials.bmc]\nuser = \"root\"\npassword_command = \"calvin\"\n",
            "[collect.credentials.bmc]\npassword_file = calvin\n",
            "[collect.credentials.bmc]\npassword_file = \"calvin\n",
        ] {
            let message = message(text);
            assert!(!message.contains("calvin"), "{message}");
            assert!(message.contains("line "), "{message}");
        }
        assert!(message("[collect.credentials.bmc]\npasword = 1\n").contains("pasword"));
    }
}
