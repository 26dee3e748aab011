//! Documents that quote what a tool prints: they are about a machine of the author's, or of nobody's.

/// Whether a text is marked up, as Markdown, reStructuredText, HTML or a wiki, with a block in it.
#[must_use]
pub fn is_quoted(text: &str) -> bool {
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    let is_html = begins
        .strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c == '!' || c.is_ascii_alphabetic()));
    let fences = ["```", "~~~", ".. code", ".. parsed-literal", "{code", "{noformat", "[source", "<pre"];
    is_html || text.lines().any(|line| fences.iter().any(|fence| line.trim_start().starts_with(fence)))
}

/// Lines looked at for sentences and code.
const LINES_SNIFFED: usize = 400;
/// Beginnings of lines in programs and scripts that read a tool's output.
const CODE: &[&str] = &[
    "import ",
    "from ",
    "def ",
    "class ",
    "return ",
    "yield ",
    "for ",
    "if __name__",
    "#include",
    "package ",
    "func ",
    "fn ",
    "let ",
    "const ",
    "var ",
    "public ",
    "private ",
    "assert",
    "@",
    "expect(",
    "use ",
    "pub ",
];

/// Whether a text is about what a tool prints: marked up, with sentences around it, or a program's.
#[must_use]
pub fn is_document(text: &str) -> bool {
    let (mut lines, mut sentences, mut code) = (0_usize, 0_usize, 0_usize);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES_SNIFFED) {
        lines += 1;
        sentences += usize::from(is_sentence(line));
        code += usize::from(CODE.iter().any(|start| line.starts_with(start)));
    }
    is_quoted(text) || sentences >= 2 && sentences * 5 >= lines || code >= 2 && code * 8 >= lines
}

/// Six words or more from a capital letter to a full stop.
fn is_sentence(line: &str) -> bool {
    line.starts_with(char::is_uppercase)
        && line.ends_with(['.', '?', '!', ':'])
        && !line.contains('|')
        && line.split_whitespace().count() >= 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_code_tell_a_document_from_output() {
        for text in [
            "It died again, and this is what it wrote:\n 1 | a\n 2 | b\nSo I changed the supply that had failed.\n",
            "import re\nSEL = \"\"\"\n 1 | a\n\"\"\"\ndef parse(text):\n    return text\n",
        ] {
            assert!(is_document(text), "{text}");
        }
        for text in [
            "Unable to establish a session with the host over the network.\n 1 | a\n 2 | b\n 3 | c\n 4 | d\n",
            " 1 | 03/14/2025 | 02:05:31 | Power Supply PS1 | Power Supply AC lost | Asserted\n",
        ] {
            assert!(!is_document(text), "{text}");
        }
    }

    #[test]
    fn fences_and_directives_tell_a_document_from_output() {
        for text in [
            "# How to\n\n```\nlscpu\n```\n",
            "Title\n=====\n\n.. code-block:: console\n\n  x",
            "<!DOCTYPE html>",
            "<p>x</p>",
        ] {
            assert!(is_quoted(text), "{text}");
        }
        for text in ["Handle 0x0000, DMI type 0, 26 bytes\n\t<OUT OF SPEC>\n", "CLI Version = 7\n----\n"] {
            assert!(!is_quoted(text), "{text}");
        }
    }
}
