//! Names of files and folders that are safe wherever a zip is unpacked.

use std::collections::BTreeSet;

/// A component is cut behind this many bytes: file systems take 255, and unpackers add to them.
const COMPONENT_BYTES_MAX: usize = 96;

/// Names that Windows takes for devices, whatever follows their first dot (Microsoft, "Naming Files, Paths,
/// and Namespaces").
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// One component of a path: ASCII letters, digits, `-`, `_` and inner dots; all else becomes `_`.
pub fn component(text: &str) -> String {
    let mut name: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
        .collect();
    while name.contains("..") {
        name = name.replace("..", "._");
    }
    // A leading dot hides a file, a leading dash is an option to tools, and Windows drops dots at the end.
    if name.starts_with(['.', '-']) {
        name.replace_range(..1, "_");
    }
    if name.len() > COMPONENT_BYTES_MAX {
        // The end of a name says more than its beginning: it has the kind and the number of the rotation.
        name = format!("_{}", &name[name.len() - COMPONENT_BYTES_MAX + 1..]);
    }
    if name.ends_with('.') {
        name.pop();
        name.push('_');
    }
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    if name.is_empty() || DEVICES.contains(&stem.as_str()) {
        name.insert(0, '_');
    }
    name
}

/// What a source is called in the bundle: the end of its path, without the ends of packings. It is one component there,
/// made safe by [`component`] at last: names are looked for in the path as it is.
pub fn of_source(path: &str) -> String {
    const PACKED: [&str; 8] = [".gz", ".bz2", ".xz", ".zst", ".lz4", ".tgz", ".tar", ".zip"];
    let mut parts: Vec<&str> = path
        .split('/')
        .map(|part| part.trim_end_matches('!'))
        .filter(|part| !part.is_empty() && *part != "." && *part != "..")
        .collect();
    // The last parts tell one source from another; the folder above all of them does not.
    let first = parts.len().saturating_sub(3);
    parts.drain(..first);
    let plain: Vec<&str> = parts
        .into_iter()
        .map(|part| {
            let lower = part.to_ascii_lowercase();
            let packed = PACKED.iter().find(|end| lower.ends_with(*end) && lower.len() > end.len());
            packed.and_then(|end| part.get(..part.len() - end.len())).unwrap_or(part)
        })
        .collect();
    plain.join("/")
}

/// A path of such components that is not taken yet, whatever the case of its letters: file systems differ on it.
pub fn unique(components: &[String], taken: &mut BTreeSet<String>) -> String {
    let safe: Vec<String> = components.iter().map(|text| component(text)).collect();
    let path = safe.join("/");
    let mut candidate = path.clone();
    let (folder, file) = path.rfind('/').map_or(("", path.as_str()), |end| path.split_at(end + 1));
    let mut number = 2;
    while !taken.insert(candidate.to_ascii_lowercase()) {
        let prefix = format!("{number}-");
        // All of it is ASCII, and the end of a name says more than its beginning.
        let cut = (prefix.len() + file.len()).saturating_sub(COMPONENT_BYTES_MAX);
        candidate = format!("{folder}{prefix}{}", &file[cut..]);
        number += 1;
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_cannot_leave_the_folder() {
        for hostile in [
            "..",
            ".",
            "../../etc/passwd",
            "/etc/passwd",
            "C:\\x",
            "a\0b",
            "\u{202e}gpj",
            "",
            "-rf",
            "NUL.txt",
            "…",
        ] {
            let safe = component(hostile);
            let inner = safe.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
            assert!(inner && !safe.is_empty() && !safe.contains(".."), "{hostile:?} → {safe:?}");
            assert!(!safe.starts_with(['.', '-']) && !safe.ends_with('.'), "{hostile:?} → {safe:?}");
        }
        assert_eq!(component("nul.txt"), "_nul.txt");
        assert!(component(&"x".repeat(4000)).len() <= COMPONENT_BYTES_MAX);
    }

    #[test]
    fn sources_keep_what_tells_them_apart() {
        let name = |path: &str| component(&of_source(path));
        assert_eq!(name("data/hosts/srv12/syslog.2.gz"), "hosts_srv12_syslog.2");
        assert_eq!(name("a.zip!/var/log/kern.log"), "var_log_kern.log");
        assert_eq!(name("sel.bin"), "sel.bin");
        assert_eq!(of_source("web-Ä1/acme corp.log.gz"), "web-Ä1/acme corp.log");
    }

    #[test]
    fn names_that_differ_in_case_alone_are_one() {
        let mut taken = BTreeSet::new();
        let path = |file: &str| ["evidence".to_owned(), file.to_owned()];
        assert_eq!(unique(&path("Sel"), &mut taken), "evidence/Sel");
        assert_eq!(unique(&path("sel"), &mut taken), "evidence/2-sel");
        assert_eq!(unique(&path("sel"), &mut taken), "evidence/3-sel");
        let long = "x".repeat(COMPONENT_BYTES_MAX);
        assert_eq!(unique(&path(&long), &mut taken).len(), 9 + COMPONENT_BYTES_MAX);
        let numbered = unique(&path(&long), &mut taken);
        let file = numbered.strip_prefix("evidence/").unwrap();
        assert!(
            file.starts_with("2-") && component(file) == file,
            "a number does not make it too long: {file}"
        );
    }
}
