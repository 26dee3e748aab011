//! What a boot's own lines say of firmware, kernel and microcode.

use std::collections::BTreeMap;

/// Reads one line of a boot into `versions` (`bios_version`, `kernel`, `microcode`).
pub fn read(text: &str, versions: &mut BTreeMap<String, String>) {
    if let Some(rest) = text.strip_prefix("Linux version ") {
        if let Some(kernel) = rest.split_whitespace().next() {
            versions.insert("kernel".to_owned(), kernel.to_owned());
        }
    } else if text.starts_with("DMI: ") {
        if let Some((_, bios)) = text.rsplit_once(", BIOS ") {
            // The version may have blanks; the date behind it has slashes.
            let version: Vec<&str> = bios.split_whitespace().filter(|word| !word.contains('/')).collect();
            if !version.is_empty() {
                versions.insert("bios_version".to_owned(), version.join(" "));
            }
        }
    } else if text.contains("microcode")
        && let Some((_, tail)) = text.split_once("evision")
        && let Some((_, hex)) = tail.split_once("0x")
    {
        let digits: String = hex.chars().take_while(char::is_ascii_hexdigit).collect();
        let trimmed = digits.trim_start_matches('0');
        let revision = if trimmed.is_empty() { "0" } else { trimmed };
        versions.insert("microcode".to_owned(), format!("0x{revision}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_bios_kernel_and_microcode() {
        let mut versions = BTreeMap::new();
        read("Linux version 6.1.0-18-amd64 (build@example.org)", &mut versions);
        read("DMI: Example Corp EX-410/0A1B2C, BIOS 6.0.7 02/11/2024", &mut versions);
        read("microcode: sig=0x50657, pf=0x80, revision=0x05003303", &mut versions);
        assert_eq!(versions["kernel"], "6.1.0-18-amd64");
        assert_eq!(versions["bios_version"], "6.0.7");
        assert_eq!(versions["microcode"], "0x5003303");
    }
}
