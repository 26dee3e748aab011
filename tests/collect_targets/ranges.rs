//! Ranges of host names, and names that must not become paths or options.

use coroner::collect::targets::hostlist::{HostlistError, MAX_NAMES, expand};
use coroner::collect::targets::names::{HostName, check_address, path_below};
use proptest::prelude::*;

fn names(text: &str) -> Vec<String> {
    expand(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn ranges_are_those_of_clustershell_and_freeipmi() {
    assert_eq!(
        names("kvm[1-3,7,09-12]"),
        ["kvm1", "kvm2", "kvm3", "kvm7", "kvm09", "kvm10", "kvm11", "kvm12"]
    );
    assert_eq!(names("kvm[08-10]"), ["kvm08", "kvm09", "kvm10"]);
    assert_eq!(names("kvm[8-10]"), ["kvm8", "kvm9", "kvm10"]);
    assert_eq!(names("r[1-2]n[01-02]-bmc"), ["r1n01-bmc", "r1n02-bmc", "r2n01-bmc", "r2n02-bmc"]);
    assert_eq!(names("10.0.0.[9-11]"), ["10.0.0.9", "10.0.0.10", "10.0.0.11"]);
    assert_eq!(names("a,b c[1-2],d"), ["a", "b", "c1", "c2", "d"]);
    assert_eq!(names("[1-2]"), ["1", "2"]);
    assert_eq!(names("kvm[098-101]"), ["kvm098", "kvm099", "kvm100", "kvm101"]);
    assert_eq!(names("fd00::17"), ["fd00::17"]);
    assert_eq!(names("n0"), ["n0"]);
    assert_eq!(names("n[0-1]"), ["n0", "n1"]);
}

#[test]
fn what_is_no_range_is_told() {
    for (text, part) in [
        ("kvm[1-3", "bracket"),
        ("kvm1-3]", "bracket"),
        ("kvm[[1]]", "bracket"),
        ("kvm[]", "not a range"),
        ("kvm[1,]", "not a range"),
        ("kvm[a-c]", "not a range"),
        ("kvm[1-]", "not a range"),
        ("kvm[+1-2]", "not a range"),
        ("kvm[001-10]", "not a range"),
        ("[fe80::1]", "not a range"),
        ("kvm[99999999999999999999]", "not a range"),
        ("kvm[7-3]", "backwards"),
        (" , ", "no name"),
        ("", "no name"),
        ("a[1][1][1][1][1][1][1][1][1]", "brackets"),
    ] {
        let message = expand(text).expect_err(text).to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn a_range_cannot_fill_the_memory() {
    for text in [
        "n[1-100001]",
        "n[0-18446744073709551615]",
        "n[1-1000]x[1-1000]",
        "n[1-50000],m[1-50001]",
        "n[1-60000,1-60000]",
    ] {
        assert!(matches!(expand(text), Err(HostlistError::TooMany { .. })), "{text}");
    }
    assert_eq!(names("n[1-100000]").len(), MAX_NAMES);
}

proptest! {
    #[test]
    fn any_text_gives_names_or_an_error(text in "[a-c0-9,\\[\\]\\- é]{0,24}") {
        if let Ok(names) = expand(&text) {
            prop_assert!(!names.is_empty() && names.len() <= MAX_NAMES);
            prop_assert!(names.iter().all(|name| !name.contains(['[', ']', ',', ' '])));
        }
    }

    #[test]
    fn a_range_has_as_many_names_as_numbers_and_keeps_its_width(
        low in 0_u32..2000, more in 0_u32..300, width in 1_usize..6,
    ) {
        let names = names(&format!("n[{low:0width$}-{:0width$}]x", low + more));
        prop_assert_eq!(names.len(), more as usize + 1);
        prop_assert_eq!(&names[0], &format!("n{low:0width$}x"));
        prop_assert_eq!(names.last().unwrap(), &format!("n{:0width$}x", low + more));
    }

    #[test]
    fn a_host_name_is_one_folder_below_where_it_is_put(name in any::<String>()) {
        if let Ok(host) = HostName::new(&name) {
            let path = std::path::Path::new("/base").join(host.as_str());
            prop_assert_eq!(path.parent(), Some(std::path::Path::new("/base")));
            prop_assert!(!host.as_str().starts_with(['.', '-']));
        }
    }

    #[test]
    fn a_kept_file_is_below_its_folder(text in "[a./\\-]{0,12}") {
        if let Ok(path) = path_below(&text) {
            prop_assert!(path.is_relative());
            prop_assert!(!path.components().any(|part| part == std::path::Component::ParentDir));
        }
    }
}

#[test]
fn names_that_would_do_harm_are_refused() {
    for name in [
        "",
        ".",
        "..",
        "../etc",
        "a/b",
        "a\\b",
        "a b",
        "a\nb",
        "a\u{7}",
        "-oProxyCommand=id",
        ".hidden",
        "{x}",
    ] {
        assert!(HostName::new(name).is_err(), "{name:?}");
    }
    assert!(HostName::new(&"x".repeat(256)).is_err());
    for name in ["kvm01", "kvm01.example.net", "10.0.0.1", "fd00::1", "knoten-ä"] {
        assert!(HostName::new(name).is_ok(), "{name:?}");
    }
    for address in ["-oProxyCommand=id", "a b", "root@host", "", "a\u{0}b"] {
        assert!(check_address(address).is_err(), "{address:?}");
    }
    for path in ["", "/etc/passwd", "../x", "a/../b", "./a", "a/", "a\nb"] {
        assert!(path_below(path).is_err(), "{path:?}");
    }
}

#[test]
fn the_short_name_ends_at_the_first_dot() {
    let fill = |name: &str| HostName::new(name).unwrap().fill("{short}-bmc of {host}");
    assert_eq!(fill("kvm01.example.net"), "kvm01-bmc of kvm01.example.net");
    assert_eq!(fill("kvm01"), "kvm01-bmc of kvm01");
    assert_eq!(fill("10.0.0.1"), "10.0.0.1-bmc of 10.0.0.1");
}
