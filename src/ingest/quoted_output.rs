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

#[cfg(test)]
mod tests {
    use super::*;

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
