use super::*;

#[test]
fn a_terminal_escape_is_shown_and_not_obeyed() {
    assert_eq!(inert("\u{1b}[31mred"), "\\x1b[31mred");
    assert_eq!(inert("\u{1b}]8;;http://evil\u{7}click"), "\\x1b]8;;http://evil\\x07click");
    assert_eq!(inert("\u{9b}31m"), "\\x9b31m");
}

#[test]
fn direction_overrides_are_spelt_out() {
    for hidden in ['\u{202A}', '\u{202E}', '\u{2066}', '\u{2069}', '\u{200E}', '\u{200F}', '\u{FEFF}'] {
        let shown = inert(&format!("a{hidden}b")).into_owned();
        assert!(!shown.contains(hidden));
        assert!(shown.contains("\\u{"));
    }
}

#[test]
fn plain_text_is_left_alone() {
    assert!(matches!(inert("kvm07 °C äöü 日本"), Cow::Borrowed(_)));
}

#[test]
fn html_has_no_live_character() {
    assert_eq!(html("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
}

#[test]
fn markdown_prose_keeps_factor_names_readable() {
    assert_eq!(markdown("bios_version = 6.0.7"), "bios_version = 6.0.7");
    assert_eq!(markdown("_x_ *y* [z](http://e) |"), "\\_x\\_ \\*y\\* \\[z\\](http\\://e) \\|");
    assert_eq!(markdown("<script>"), "&lt;script&gt;");
    assert_eq!(markdown("- item"), "\\- item");
    assert_eq!(markdown("www.evil.example"), "www\\.evil.example");
}

#[test]
fn a_code_span_cannot_be_closed_from_inside() {
    assert_eq!(markdown_code("a`b``c"), "```a`b``c```");
    assert_eq!(markdown_code("`x`"), "`` `x` ``");
    assert_eq!(markdown_code("a|b"), "`a|b`");
    assert_eq!(markdown_code_cell("a|b"), "`a\\|b`");
    assert_eq!(markdown_code_cell("a\\|b"), "`a\\ \\|b`");
    assert_eq!(markdown_code("two\nlines"), "`two\\nlines`");
}

#[test]
fn a_formula_becomes_text_in_csv_but_a_number_stays_a_number() {
    assert_eq!(csv_cell("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
    assert_eq!(csv_cell("-1.5"), "-1.5");
    assert_eq!(csv_cell("@SUM(A1)"), "\"'@SUM(A1)\"");
    // A tab becomes a blank, which cannot start a formula once it is quoted.
    assert_eq!(csv_cell("\tx"), "\" x\"");
    assert_eq!(csv_cell("a\x1b[2Jb"), "a\\x1b[2Jb");
    assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    assert_eq!(csv_cell("kvm07"), "kvm07");
}

#[test]
fn cutting_counts_columns_and_never_splits_a_character() {
    assert_eq!(cut("日本語", 4), "日…");
    assert_eq!(cut("kvm07", 5), "kvm07");
    assert_eq!(cut("kvm07", 4), "kvm…");
    assert_eq!(cut("kvm07", 0), "");
}

#[test]
fn anchors_of_different_texts_differ() {
    assert_eq!(anchor("i-", "kvm07-20250301"), "i-kvm07-20250301");
    assert_ne!(anchor("i-", "a b"), anchor("i-", "a_20b"));
}
