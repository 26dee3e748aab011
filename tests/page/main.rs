//! The page in a real browser: headless Chromium, driven by `look.py`, which needs what `requirements.txt` names.

mod browser;
#[path = "../report/fleet.rs"]
mod fleet;
mod reports;

use browser::{look, number, strings};
use reports::{hostile, many, surrounded};
use serde_json::{Value, json};

/// Longest wait from a key to the filtered table with five thousand incidents, milliseconds.
const FILTER_MS: f64 = 200.0;

fn assert_quiet(told: &Value) {
    for trouble in ["said", "errors", "elsewhere", "dialogs"] {
        assert_eq!(told[trouble], json!([]), "{trouble}");
    }
}

#[test]
fn the_page_says_nothing_on_the_console_and_asks_nothing_of_the_network() {
    let Some(told) = look("everything", &surrounded()) else { return };
    assert_quiet(&told);
    assert_eq!(told["scripts_images_handlers"], json!([1, 0, 0]), "our own script and nothing else");
    assert_eq!(told["wider_than_window"], 0);
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let Some(told) = look("everything", &hostile()) else { return };
    assert_quiet(&told);
    assert_eq!(told["scripts_images_handlers"], json!([1, 0, 0]));
    assert_eq!(told["wider_than_window"], 0, "a line without end widens nothing");
    let text = told["text"].as_str().unwrap();
    assert!(text.contains(fleet::SCRIPT), "markup is shown as it was written");
    assert!(text.contains("onerror=alert(2)") && text.contains("\\x1b]8;;http://evil.example"));
    assert!(text.contains("\\u{202e}exe"));
    let obeyed = |c: char| (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202A}'..='\u{202E}');
    assert_eq!(text.chars().find(|&c| obeyed(c)), None);
    assert!(!text.contains(&"A".repeat(2_000)), "a line of a megabyte is cut");
}

#[test]
fn a_filter_by_host_cause_factor_and_words_shows_what_fits_and_can_be_linked() {
    let Some(told) = look("filters", &surrounded()) else { return };
    assert_quiet(&told);
    let rows = |name: &str| told[name]["rows"].as_array().unwrap().len();
    let causes = |name: &str| {
        let rows = told[name]["rows"].as_array().unwrap();
        rows.iter().map(|row| row[1].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told["all"].as_array().unwrap().len(), 14);
    assert_eq!(told["all_planned"], 41);
    assert_eq!(causes("cause"), ["power loss"; 3]);
    assert_eq!(told["cause"]["count"], "3 of 14 unplanned, 0 of 41 planned");
    assert!(told["cause"]["address"].as_str().unwrap().ends_with("#filter=cause%3Dpower_loss"));
    assert_eq!(told["cause_list"], "cause=power loss", "the list shows what the line says");
    assert_eq!(rows("excluded"), 7);
    assert_eq!(told["two_hosts"]["rows"], json!([["kvm05", "power loss"], ["kvm02", "power loss"]]));
    let debian_12 =
        surrounded().incidents.iter().filter(|i| !i.planned && i.factors["os"] == "Debian 12").count();
    assert!(debian_12 > 0 && rows("factor") == debian_12, "{}", told["factor"]);
    let bios_3 = surrounded()
        .incidents
        .iter()
        .filter(|i| !i.planned && i.factors["bios_version"].starts_with('3'))
        .count();
    assert!(bios_3 > 0 && rows("beginning") == bios_3, "{}", told["beginning"]);
    assert_eq!(causes("words"), ["power loss"; 3]);
    assert_eq!(rows("nothing"), 0);
    assert_eq!(told["nothing"]["count"], "0 of 14 unplanned, 0 of 41 planned");
    assert_eq!(told["lists"]["line"], "host=kvm02 cause=\"power loss\" rack=r02");
    assert_eq!(told["lists"]["rows"], json!([["kvm02", "power loss"]]));
    assert_eq!(told["reloaded"], told["lists"], "the address keeps the filter");
    assert_eq!(rows("reset"), 14);
    assert!(!told["reset"]["address"].as_str().unwrap().contains("filter"));
    assert_eq!(told["from_summary"]["line"], "cause=unexplained");
    assert_eq!(causes("from_summary"), ["unexplained"; 7]);
    assert_eq!(told["linked"]["line"], "cause=watchdog");
    assert_eq!(causes("linked"), ["watchdog"]);
    let mut by_host = strings(&told["by_host"]);
    assert_eq!(by_host.len(), 14);
    assert_eq!(by_host[1..4], ["kvm01", "kvm02", "kvm05"], "as people count");
    by_host.reverse();
    assert_eq!(strings(&told["by_host_down"])[0], by_host[0]);
    assert_eq!(told["marks"], json!(["inline", 1]), "the timeline shows what the table shows");
}

#[test]
fn a_link_to_an_incident_opens_marks_and_shows_it_whatever_hides_it() {
    let Some(told) = look("links", &surrounded()) else { return };
    assert_quiet(&told);
    let there = json!({"open": true, "shown": true, "on_screen": true, "marked": true, "focused": true});
    for way in ["opened_at", "planned", "from_mark", "from_hypothesis"] {
        assert_eq!(told[way], there, "{way}");
    }
    assert_eq!(told["hidden_before"], true);
    assert_eq!(told["filter_removed"]["shown"], true);
    assert_eq!(told["filter_removed"]["line"], "");
    assert_eq!(told["back"], "no-such-thing-anywhere", "the way back leads to the filter");
    for section in ["section_method", "section_sources", "section_incidents"] {
        assert!((0.0..200.0).contains(&number(&told[section])), "{section}: {}", told[section]);
    }
}

#[test]
fn the_timeline_zooms_by_button_key_date_and_mouse() {
    let Some(told) = look("zoom", &surrounded()) else { return };
    assert_quiet(&told);
    assert_eq!(told["whole"][0], "");
    assert_eq!(told["out_at_first"], true);
    assert_eq!(told["in"], json!(["2025-04-02 06:00 to 2025-10-01 18:00 UTC", false]));
    assert_eq!(told["earlier"], "2025-01-01 00:00 to 2025-07-02 12:00 UTC");
    assert_eq!(told["later"], "2025-04-02 06:00 to 2025-10-01 18:00 UTC");
    assert_eq!(told["all"], told["whole"]);
    assert!(told["keys"].as_str().unwrap().starts_with("2025-02-15"), "{}", told["keys"]);
    assert_eq!(told["reloaded"], told["keys"], "the address keeps the range");
    assert_eq!(told["key_all"], "");
    assert_eq!(
        told["dates"],
        json!([
            "2025-06-15 00:00 to 2025-06-19 00:00 UTC",
            ["kvm29: unexplained, 2025-06-15 23:31 UTC", "kvm29: unexplained, 2025-06-17 04:31 UTC",]
        ]),
        "marks that the whole picture joins stand apart"
    );
    let drawn = told["drawn"].as_str().unwrap();
    assert!(drawn.starts_with("2025-05-2") && drawn.contains("to 2025-08-0"), "{drawn}");
    for end in [0, 1] {
        let (span, scale) = (number(&told["spans_within"][end]), number(&told["scale"][end]));
        assert!(if end == 0 { span >= scale } else { span <= scale }, "{}", told["spans_within"]);
    }
    assert_eq!(told["around"], "2025-12-11 02:02 to 2025-12-13 02:02 UTC");
}

#[test]
fn five_thousand_incidents_are_filtered_before_anybody_waits() {
    let report = many();
    let Some(told) = look("speed", &report) else { return };
    assert_quiet(&told);
    assert!(told["rows"].as_str().unwrap().starts_with("5000 unplanned"), "{}", told["rows"]);
    let mut taken: Vec<f64> = told["taken_ms"].as_array().unwrap().iter().map(number).collect();
    taken.sort_by(f64::total_cmp);
    assert!(taken.len() >= 25, "{taken:?}");
    let median = taken[taken.len() / 2];
    println!(
        "5,000 incidents: from key to painted table {median:.0} ms (median of {}; longest {:.0}); ready after {:.1} s, sorted in {:.2} s",
        taken.len(),
        taken[taken.len() - 1],
        number(&told["loaded_s"]),
        number(&told["sort_s"]),
    );
    assert!(median < FILTER_MS, "{taken:?}");
    assert!((0.0..450.0).contains(&number(&told["deep_link_top"])), "{}", told["deep_link_top"]);
}

#[test]
fn axe_finds_no_serious_violation_in_light_or_dark() {
    let Some(told) = look("axe", &surrounded()) else { return };
    for scheme in ["light", "dark"] {
        assert!(number(&told[format!("{scheme}_passes").as_str()]) > 20.0, "axe has looked at something");
        let grave: Vec<&Value> = told[scheme]
            .as_array()
            .unwrap()
            .iter()
            .filter(|found| found["impact"] == "serious" || found["impact"] == "critical")
            .collect();
        assert!(grave.is_empty(), "{scheme}: {grave:#?}");
    }
}

#[test]
fn the_first_printed_page_holds_the_whole_summary() {
    let Some(told) = look("printed", &surrounded()) else { return };
    assert_quiet(&told);
    let first = told["first"].as_str().unwrap();
    for wanted in [
        "What is killing them?",
        "bios_version = 3.3",
        "What to do next",
        "What is not supported?",
        "What the data cannot tell",
        "unplanned incidents",
        "operator",
    ] {
        assert!(first.contains(wanted), "{wanted}: {first}");
    }
    assert!(!first.contains("Zoom in") && !told["all"].as_str().unwrap().contains("Show all"));
    assert!(told["all"].as_str().unwrap().contains("How this was found"));
}

#[test]
fn the_page_can_be_read_without_script() {
    let Some(told) = look("without-script", &surrounded()) else { return };
    assert_quiet(&told);
    let text = told["text"].as_str().unwrap();
    for wanted in
        ["What is killing them?", "Next step", "kvm29", "watchdog", "How this was found", "Patterns"]
    {
        assert!(text.contains(wanted), "{wanted}");
    }
    let opened = told["opened"].as_str().unwrap();
    assert!(opened.contains("All sources on one clock") && opened.contains("20 min before"), "{opened}");
    assert_eq!(told["tools"], 0, "no tool is shown that does nothing");
    assert!(number(&told["marks"]) > 10.0);
}

#[test]
fn a_telephone_need_not_scroll_sideways() {
    let Some(told) = look("narrow", &surrounded()) else { return };
    assert_quiet(&told);
    assert_eq!(told["wider_than_window"], json!([0, 0]));
}
