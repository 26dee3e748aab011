//! What a boot's own lines say of firmware, kernel and microcode.

use std::collections::BTreeMap;

use crate::model::spelling;

/// Reads one line of a boot into `versions` (`bios_version`, `kernel`, `microcode`).
pub fn read(text: &str, versions: &mut BTreeMap<String, String>) {
    if let Some(rest) = text.strip_prefix("Linux version ") {
        if let Some(kernel) = rest.split_whitespace().next() {
            versions.insert("kernel".to_owned(), kernel.to_owned());
        }
    } else if text.starts_with("DMI: ") {
        if let Some((_, bios)) = text.rsplit_once(", BIOS ") {
            // The version may have blanks; the date behind it has slashes.
            let (dates, version): (Vec<&str>, Vec<&str>) =
                bios.split_whitespace().partition(|word| word.contains('/'));
            if !version.is_empty() {
                let spelled = spelling::bios_version(&version.join(" "), dates.first().copied());
                versions.insert("bios_version".to_owned(), spelled);
            }
        }
    } else if text.contains("microcode")
        && let Some((_, tail)) = text.split_once("evision")
        && let Some((_, hex)) = tail.split_once("0x")
    {
        let digits: String = hex.chars().take_while(char::is_ascii_hexdigit).collect();
        versions.insert("microcode".to_owned(), spelling::microcode(&format!("0x{digits}")));
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

    #[test]
    fn a_bios_that_is_named_by_its_family_keeps_the_date() {
        let mut versions = BTreeMap::new();
        read("DMI: HPE ProLiant EX10/ProLiant EX10, BIOS U30 10/29/2021", &mut versions);
        assert_eq!(versions["bios_version"], "U30 10/29/2021");
    }
}
