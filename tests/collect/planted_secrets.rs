//! Secrets that are planted for the tests, and the search for them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::redfish_service::{PASSWORD, USER};

// Twenty bytes at most, as IPMI has it.
pub const IN_FILE: &str = "pl4nt-in-file-7Qx";
pub const IN_ENVIRONMENT: &str = "pl4nt-in-env-9Kd";
pub const OF_COMMAND: &str = "pl4nt-of-cmd-2Wz";
pub const KEY: &str = "pl4nt-kg-5Tr";
pub const OF_FAILURE: &str = "pl4nt-failing-3Jm";
pub const WRONG: &str = "pl4nt-wrong-8Vb";

/// Everything that a secret may look like.
pub fn shapes() -> BTreeMap<String, Vec<u8>> {
    let mut shapes = BTreeMap::new();
    for secret in [IN_FILE, IN_ENVIRONMENT, OF_COMMAND, KEY, OF_FAILURE, WRONG, PASSWORD] {
        let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let json = serde_json::to_string(secret).unwrap();
        let inner = json.trim_matches('"').to_owned();
        let with_user = base64(format!("{USER}:{secret}").as_bytes());
        for (kind, text) in [
            ("plain", secret.to_owned()),
            ("hexadecimal", hexadecimal.clone()),
            ("HEXADECIMAL", hexadecimal.to_uppercase()),
            ("in JSON", inner),
            ("escaped", secret.escape_default().to_string()),
            ("base64", base64(secret.as_bytes())),
            ("basic", with_user),
        ] {
            shapes.insert(format!("{secret} {kind}"), text.trim_end_matches('=').as_bytes().to_vec());
        }
    }
    shapes
}

/// RFC 4648, section 4.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = bytes.chunks(3).flat_map(|group| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - group.len()));
        (0..4).map(move |at| match at <= group.len() {
            true => char::from(LETTERS[bits >> (18 - 6 * at) & 63]),
            false => '=',
        })
    });
    letters.collect()
}

/// Checks that none of the planted secrets is in these bytes.
#[track_caller]
pub fn check(shapes: &BTreeMap<String, Vec<u8>>, place: &str, bytes: &[u8]) {
    for (name, shape) in shapes {
        assert!(!bytes.windows(shape.len()).any(|part| part == shape), "{name} is in {place}");
    }
}

/// The same for all files of a folder, and their names.
pub fn check_folder(shapes: &BTreeMap<String, Vec<u8>>, folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        check(shapes, "a name", path.as_os_str().as_encoded_bytes());
        if entry.file_type().unwrap().is_dir() {
            check_folder(shapes, &path);
        } else {
            check(shapes, &path.display().to_string(), &fs::read(&path).unwrap());
        }
    }
}
