use super::*;

#[test]
fn durations_show_two_units_at_most() {
    assert_eq!(duration(0.0), "0 s");
    assert_eq!(duration(4.25), "4.2 s");
    assert_eq!(duration(150.0), "3 min");
    assert_eq!(duration(3_600.0), "1 h");
    assert_eq!(duration(93_600.0), "1 d 2 h");
    assert_eq!(duration(-120.0), "-2 min");
    assert_eq!(duration(f64::INFINITY), "unknown");
}

#[test]
fn ratios_keep_two_digits() {
    assert_eq!(ratio(6.34), "6.3");
    assert_eq!(ratio(0.42), "0.4");
    assert_eq!(ratio(0.042), "0.04");
    assert_eq!(ratio(1234.0), "1,234");
    assert_eq!(ratio(f64::INFINITY), "∞");
    assert_eq!(interval((1.9, None)), "1.9 to ∞");
}

#[test]
fn a_bayes_factor_is_a_number_or_its_inverse() {
    assert_eq!(bayes(0.0), "1.0");
    assert_eq!(bayes(120f64.ln()), "120");
    assert_eq!(bayes(-(4f64.ln())), "1/4.0");
    assert_eq!(bayes(40.0), "more than a million");
    assert_eq!(bayes(-40.0), "less than one in a million");
}

#[test]
fn counts_have_the_right_noun() {
    assert_eq!(count(1, "host"), "1 host");
    assert_eq!(count(1200, "host"), "1,200 hosts");
    assert_eq!(count(2, "hypothesis").as_str(), "2 hypotheses");
    assert_eq!(count(2, "boundary").as_str(), "2 boundaries");
}

#[test]
fn percentages_never_round_to_certainty() {
    assert_eq!(percent(0.9996), "> 99.9 %");
    assert_eq!(percent(0.0001), "< 0.1 %");
    assert_eq!(percent(0.5), "50 %");
    assert_eq!(percent(0.035), "3.5 %");
}

#[test]
fn sizes_use_decimal_units() {
    assert_eq!(bytes(999), "999 B");
    assert_eq!(bytes(1_500), "1.5 kB");
    assert_eq!(bytes(999_999), "1.0 MB");
    assert_eq!(bytes(2_000_000_000), "2.0 GB");
}

#[test]
fn long_lists_say_how_much_they_leave_out() {
    let hosts: Vec<String> = (1..=5).map(|n| format!("h{n}")).collect();
    assert_eq!(listed(&hosts, 3), "h1, h2, h3 and 2 more");
    assert_eq!(listed(&hosts[..2], 3), "h1 and h2");
    assert_eq!(listed(&[], 3), "none");
}
