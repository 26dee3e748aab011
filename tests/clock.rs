//! Time, through the whole pipeline: years that are not written, zones, clocks of BMCs, the future.

use coroner::model::Cause;
use coroner::report::json::findings;

mod evidence;

use evidence::{Evidence, Log, assert_near, only, sel, utc};

const BOOT: &str = "System Event #0x01 | OEM System boot event | Asserted";

/// A year-less log from the middle of November to the end of January that breaks off on 10 January.
fn winter() -> Log {
    Log::yearless("kvm01")
        .boots("2024-11-15 08:00:00")
        .busy_every(30, "2024-11-15 08:30:00", "2025-01-10 12:00:00")
        .boots("2025-01-10 12:04:00")
        .busy_every(30, "2025-01-10 12:30:00", "2025-01-31 00:00:00")
}

/// The part of a year-less log between two lines that begin so.
fn part(log: &str, from: &str, to: &str) -> String {
    let lines = log.lines().skip_while(|line| !line.starts_with(from));
    lines.take_while(|line| to.is_empty() || !line.starts_with(to)).map(|line| format!("{line}\n")).collect()
}

/// A SEL that dates the boots of [`winter`].
fn winter_sel() -> String {
    sel(&[("2024-11-15 07:59:00", BOOT), ("2025-01-10 12:03:00", BOOT)])
}

/// A list of incidents of another host with full dates: it says when the fleet was.
fn dated_from_to(from: &str, to: &str) -> String {
    format!("host,time,cause\nother,{from}T10:00:00Z,power\nother,{to}T10:00:00Z,power\n")
}

#[track_caller]
fn assert_one_reset_in_january(evidence: &Evidence) {
    let incidents = evidence.incidents();
    let incident = only(&incidents, "kvm01");
    assert_near(incident.at, "2025-01-10 12:00:00", 20);
    assert_eq!(incident.back_at, Some(utc("2025-01-10 12:04:00")));
    assert_eq!(incident.cause, Cause::Unexplained, "{}", incident.reason);
}

#[test]
fn a_yearless_log_over_the_new_year_gets_both_years() {
    let evidence = Evidence::new().file("kern/kvm01.log", winter().text).file("sel/kvm01.txt", winter_sel());
    assert_one_reset_in_january(&evidence);
}

#[test]
fn a_yearless_log_that_goes_on_after_the_last_written_year_is_read_to_its_end() {
    // The SEL ends on 10 January, the log in February; the host resets again on 31 January.
    let log = winter().text;
    let later = Log::yearless("kvm01").boots("2025-01-31 00:04:00").busy_every(
        30,
        "2025-01-31 00:30:00",
        "2025-02-05 00:00:00",
    );
    let evidence =
        Evidence::new().file("kern/kvm01.log", log + &later.text).file("sel/kvm01.txt", winter_sel());
    let report = evidence.analyse();
    assert_eq!(report.to.date_naive(), utc("2025-02-04 00:00:00").date_naive());
    let backs: Vec<_> = report.incidents.iter().map(|incident| incident.back_at.unwrap()).collect();
    assert_eq!(backs, [utc("2025-01-10 12:04:00"), utc("2025-01-31 00:04:00")]);
}

#[test]
fn numbered_parts_of_a_yearless_log_are_one_log_over_the_new_year() {
    let log = winter().text;
    let evidence = Evidence::new()
        .file("kvm01/kern.log.2", part(&log, "Nov 15", "Dec  1"))
        .file("kvm01/kern.log.1", part(&log, "Dec  1", "Jan  1"))
        .file("kvm01/kern.log", part(&log, "Jan  1", ""))
        .file("kvm01/sel.txt", winter_sel());
    assert_one_reset_in_january(&evidence);
}

#[test]
fn dated_parts_of_a_yearless_log_take_their_year_from_the_name_and_not_from_the_file_system() {
    let log = winter().text;
    let evidence = Evidence::new()
        .file("kvm01/kern.log-20241201", part(&log, "Nov 15", "Dec  1"))
        .file("kvm01/kern.log-20250101", part(&log, "Dec  1", "Jan  1"))
        .file("kvm01/kern.log-20250201", part(&log, "Jan  1", ""))
        .touched("kvm01/kern.log-20241201", "2022-12-01 00:00:00")
        .touched("kvm01/kern.log-20250101", "2022-12-01 00:00:00")
        .touched("kvm01/kern.log-20250201", "2022-12-01 00:00:00");
    assert_one_reset_in_january(&evidence);
}

#[test]
fn the_hardware_clock_that_the_kernel_prints_gives_the_year() {
    let log = winter().text;
    let line = "Jan 10 12:04:01 kvm01 kernel: rtc_cmos 00:02: setting system clock to 2025-01-10T12:04:00 UTC (1736510640)\n";
    let at = log.find("Jan 10 12:04:03").unwrap();
    let log = [&log[..at], line, &log[at..]].concat();
    let evidence =
        Evidence::new().file("kern/kvm01.log", log).touched("kern/kvm01.log", "2019-06-01 00:00:00");
    assert_one_reset_in_january(&evidence);
}

#[test]
fn modification_times_change_nothing_where_the_data_gives_the_year() {
    let with_times = |at: &str| {
        let evidence =
            Evidence::new().file("kern/kvm01.log", winter().text).file("sel/kvm01.txt", winter_sel());
        findings(&evidence.touched("kern/kvm01.log", at).touched("sel/kvm01.txt", at).analyse())
    };
    let first = with_times("2025-02-01 00:00:00");
    for other in ["2019-06-01 00:00:00", "2026-01-02 00:00:00", "2037-12-31 00:00:00"] {
        assert!(with_times(other) == first, "touched at {other}");
    }
}

#[test]
fn a_leap_day_without_a_year_is_read() {
    let log = Log::yearless("kvm01")
        .boots("2024-02-20 08:00:00")
        .busy_every(30, "2024-02-20 08:30:00", "2024-02-29 12:00:00")
        .boots("2024-02-29 12:04:00")
        .busy_every(30, "2024-02-29 12:30:00", "2024-03-10 00:00:00");
    let starts = sel(&[("2024-02-20 07:59:30", BOOT), ("2024-02-29 12:03:30", BOOT)]);
    let incidents =
        Evidence::new().file("kern/kvm01.log", log.text).file("sel/kvm01.txt", starts).incidents();
    assert_near(only(&incidents, "kvm01").at, "2024-02-29 12:00:00", 20);
}

#[test]
fn the_zone_of_the_configuration_holds_for_times_without_one_in_summer_and_winter() {
    // Local time of New York: UTC-5 on 15 January, UTC-4 on 15 July.
    let log = Log::yearless("kvm01")
        .boots("2025-01-02 08:00:00")
        .busy_every(30, "2025-01-02 08:30:00", "2025-01-15 12:00:00")
        .boots("2025-01-15 12:04:00")
        .busy_every(30, "2025-01-15 12:30:00", "2025-07-15 12:00:00")
        .boots("2025-07-15 12:04:00")
        .busy_every(30, "2025-07-15 12:30:00", "2025-07-20 00:00:00");
    let list = "host,time,cause\nkvm02,2025-01-20T10:00:00Z,power\nkvm02,2025-07-16T10:00:00Z,power\n";
    let incidents = Evidence::new()
        .file("coroner.toml", "timezone = \"America/New_York\"\n")
        .file("kern/kvm01.log", log.text)
        .file("incidents.csv", list)
        .incidents();
    let backs: Vec<_> = incidents
        .iter()
        .filter(|incident| incident.host == "kvm01")
        .map(|incident| incident.back_at.unwrap())
        .collect();
    assert_eq!(backs, [utc("2025-01-15 17:04:00"), utc("2025-07-15 16:04:00")]);
}

#[test]
fn a_zone_of_one_host_or_source_beats_that_of_the_site() {
    let list = |host: &str| format!("host,time,cause\n{host},2025-01-15 12:00:00,power\n");
    let incidents = Evidence::new()
        .file(
            "coroner.toml",
            "timezone = \"Europe/Berlin\"\n[[source]]\npath = \"tokyo/*\"\ntimezone = \"Asia/Tokyo\"\n",
        )
        .file("tokyo/incidents.csv", list("kvm01"))
        .file("berlin/incidents.csv", list("kvm02"))
        .incidents();
    assert_eq!(only(&incidents, "kvm01").at, utc("2025-01-15 03:00:00"));
    assert_eq!(only(&incidents, "kvm02").at, utc("2025-01-15 11:00:00"));
}

#[test]
fn the_zone_of_the_site_is_found_from_boots_that_are_known_in_absolute_time() {
    // The log is in local time of Berlin (UTC+1 in January); the kernel prints the hardware clock.
    let mut log = Log::yearless("kvm01").busy_every(30, "2025-01-02 08:30:00", "2025-01-15 13:00:00");
    log = log.boots("2025-01-15 13:04:00").kernel(
        "2025-01-15 13:04:04",
        "rtc_cmos 00:02: setting system clock to 2025-01-15T12:04:03 UTC (1736942643)",
    );
    log = log.busy_every(30, "2025-01-15 13:30:00", "2025-01-20 00:00:00");
    let report = Evidence::new().file("kern/kvm01.log", log.text).analyse();
    assert_eq!(only(&report.incidents, "kvm01").back_at, Some(utc("2025-01-15 12:04:00")));
    let zone = report.fleet_findings.iter().find(|finding| finding.id == "site-time-zone").unwrap();
    assert!(zone.statement.contains("Europe/Berlin"), "{}", zone.statement);
}

#[test]
fn the_change_to_summer_time_and_back_is_no_incident() {
    // Local time of Berlin jumps from 02:00 to 03:00 on 30 March and from 03:00 to 02:00 on 26 October.
    let spring = Log::yearless("kvm01")
        .boots("2025-03-20 08:00:00")
        .busy("2025-03-20 08:05:00", "2025-03-30 02:00:00")
        .busy("2025-03-30 03:00:00", "2025-04-05 00:00:00");
    let autumn = Log::yearless("kvm02")
        .boots("2025-10-20 08:00:00")
        .busy("2025-10-20 08:05:00", "2025-10-26 03:00:00")
        .busy("2025-10-26 02:00:00", "2025-11-02 00:00:00");
    let starts = |at: &str| sel(&[(at, BOOT)]);
    let evidence = Evidence::new()
        .file("coroner.toml", "timezone = \"Europe/Berlin\"\n")
        .file("kern/kvm01.log", spring.text)
        .file("kern/kvm02.log", autumn.text)
        .file("sel/kvm01.txt", starts("2025-03-20 06:59:00"))
        .file("sel/kvm02.txt", starts("2025-10-20 05:59:00"))
        .file("incidents.csv", dated_from_to("2025-03-20", "2025-11-02"));
    let incidents = evidence.incidents();
    assert!(incidents.iter().all(|incident| incident.host == "other"), "{incidents:#?}");
}

#[test]
fn a_reset_in_the_hour_that_happens_twice_is_bounded_by_both() {
    let log = Log::yearless("kvm01")
        .boots("2025-10-20 08:00:00")
        .busy("2025-10-20 08:05:00", "2025-10-26 02:30:00")
        .boots("2025-10-26 02:34:00")
        .busy("2025-10-26 03:05:00", "2025-11-02 00:00:00");
    let incidents = Evidence::new()
        .file("coroner.toml", "timezone = \"Europe/Berlin\"\n")
        .file("kern/kvm01.log", log.text)
        .file("sel/kvm01.txt", sel(&[("2025-10-20 05:59:00", BOOT)]))
        .file("incidents.csv", dated_from_to("2025-10-20", "2025-11-02"))
        .incidents();
    let incident = only(&incidents, "kvm01");
    assert!(
        incident.at >= utc("2025-10-26 00:20:00") && incident.at <= utc("2025-10-26 01:40:00"),
        "{}",
        incident.at
    );
}

#[test]
fn a_bmc_that_is_hours_off_is_set_right_by_the_boots_that_both_clocks_saw() {
    // The BMC is five hours and ten minutes ahead.
    let log = Log::of("kvm01")
        .busy("2025-03-01 00:00:00", "2025-03-04 09:00:00")
        .stops("2025-03-04 09:00:00")
        .comes_back("2025-03-04 09:03:00", "2025-03-07 21:00:00")
        .stops("2025-03-07 21:00:00")
        .comes_back("2025-03-07 21:03:00", "2025-03-10 12:00:00")
        .comes_back("2025-03-10 12:04:00", "2025-03-15 00:00:00");
    let entries = [
        ("2025-03-04 14:12:00", BOOT),
        ("2025-03-08 02:12:00", BOOT),
        ("2025-03-10 17:09:00", "Power Unit #0x01 | AC lost | Asserted"),
        ("2025-03-10 17:13:00", BOOT),
    ];
    let report =
        Evidence::new().file("kern/kvm01.log", log.text).file("sel/kvm01.txt", sel(&entries)).analyse();
    let unplanned: Vec<_> = report.incidents.iter().filter(|incident| !incident.planned).collect();
    assert_eq!(unplanned.len(), 1, "{unplanned:#?}");
    assert_eq!(unplanned[0].cause, Cause::PowerLoss, "{}", unplanned[0].reason);
    assert_near(unplanned[0].at, "2025-03-10 12:00:00", 4);
    let source = report.sources.iter().find(|source| source.kind == "sel").unwrap();
    let offset = source.clock_offset_s.unwrap();
    assert!((offset - 18_600.0).abs() < 180.0, "{offset} ({})", source.clock_note);
    let finding = report.fleet_findings.iter().find(|finding| finding.id == "bmc-clock-offset").unwrap();
    assert_eq!(finding.hosts, ["kvm01"]);
}

#[test]
fn an_offset_in_the_configuration_is_taken_where_nothing_ties_the_clocks() {
    let entries =
        [("2025-03-10 17:10:00", "Power Unit #0x01 | AC lost | Asserted"), ("2025-03-10 17:14:00", BOOT)];
    let earlier = ("2025-03-01 05:10:00", BOOT);
    let incidents = Evidence::new()
        .file("coroner.toml", "[host.kvm01]\nbmc_offset_s = 18600\n")
        .file("sel/kvm01.txt", sel(&[earlier, entries[0], entries[1]]))
        .incidents();
    let incident = only(&incidents, "kvm01");
    assert_eq!(incident.cause, Cause::PowerLoss);
    assert_near(incident.at, "2025-03-10 12:00:00", 4);
}

#[test]
fn records_before_the_bmc_clock_was_set_show_that_standby_power_was_gone() {
    let log = Log::of("kvm01")
        .busy("2025-03-05 00:00:00", "2025-03-10 12:00:00")
        .comes_back("2025-03-10 12:20:00", "2025-03-15 00:00:00");
    let starts = "   1 | 03/05/2025 | 00:00:30 | Fan FAN1 | Lower Non-critical going low | Asserted\n\
                  \x20  2 |  Pre-Init  |0000000019| Power Unit #0x02 | Power off/down | Asserted\n\
                  \x20  3 | 03/10/2025 | 12:19:00 | System Event #0x01 | OEM System boot event | Asserted\n";
    let incidents =
        Evidence::new().file("kern/kvm01.log", log.text).file("sel/kvm01.txt", starts).incidents();
    let incident = only(&incidents, "kvm01");
    assert_eq!((incident.cause, incident.planned), (Cause::PowerLoss, false), "{}", incident.reason);
    assert!(incident.at >= utc("2025-03-10 11:55:00") && incident.at <= utc("2025-03-10 12:20:00"));
}

#[test]
fn a_log_from_the_future_is_named_and_does_not_stretch_the_fleet() {
    let mut evidence = Evidence::new();
    for number in 1..=4 {
        let log = Log::of(&format!("n{number}")).busy_every(30, "2025-03-01 00:00:00", "2025-03-20 00:00:00");
        evidence = evidence.file(&format!("kern/n{number}.log"), log.text);
    }
    let future = Log::of("n5").busy("2025-09-01 00:00:00", "2025-09-01 06:00:00");
    let report = evidence.file("kern/n5.log", future.text).analyse();
    let finding = report.fleet_findings.iter().find(|finding| finding.id == "log-from-the-future").unwrap();
    assert_eq!(finding.hosts, ["n5"]);
    assert!(report.to <= utc("2025-03-22 00:00:00"), "{}", report.to);
}

#[test]
fn a_clock_that_stood_at_its_epoch_is_named_and_its_lines_keep_their_order() {
    let log = Log::of("kvm01")
        .busy_every(30, "2025-03-01 00:00:00", "2025-03-10 12:00:00")
        .boots("1970-01-01 00:00:10")
        .busy("1970-01-01 00:05:00", "1970-01-01 00:20:00")
        .busy_every(30, "2025-03-10 12:30:00", "2025-03-15 00:00:00");
    let report = Evidence::new().file("kern/kvm01.log", log.text).analyse();
    assert!(report.fleet_findings.iter().any(|finding| finding.id == "clock-not-set"));
    let incident = only(&report.incidents, "kvm01");
    assert_near(incident.at, "2025-03-10 12:10:00", 30);
    assert!(report.from >= utc("2025-02-28 00:00:00"));
}

#[test]
fn hosts_given_as_folders_of_their_own_do_not_share_the_years_of_their_logs() {
    let log = |host: &str, from: &str, back: &str| {
        let later = Log::yearless(host).boots(from).busy_every(30, from, back).boots(back);
        later.busy_every(30, back, "2025-11-20 00:00:00").text
    };
    let evidence = Evidence::new()
        .file("a/kern.log", log("web01", "2025-02-01 00:00:00", "2025-11-10 12:00:00"))
        .file("b/kern.log", log("web02", "2025-03-01 00:00:00", "2025-11-12 12:00:00"))
        .file("b/incidents.csv", dated_from_to("2025-02-01", "2025-11-20"));
    let sources = evidence::read(&["a", "b"].map(|folder| evidence.path().join(folder)));
    let report = evidence::analyse(sources, &coroner::config::Config::default());
    let at = |host: &str| only(&report.incidents, host).back_at;
    assert_eq!(at("web01"), Some(utc("2025-11-10 12:00:00")));
    assert_eq!(at("web02"), Some(utc("2025-11-12 12:00:00")));
}

#[test]
fn the_clocks_of_a_site_change_twice_a_year_to_the_second() {
    let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().expect("a date");
    let steps = |zone, from, to| coroner::clock::site_offset_steps(zone, at(from), at(to));
    let year = ("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    let berlin = steps(chrono_tz::Europe::Berlin, year.0, year.1);
    let expected = [year.0, "2025-03-30T01:00:00Z", "2025-10-26T01:00:00Z"].map(|text| at(text).timestamp());
    assert_eq!(berlin, [(expected[0], 3600), (expected[1], 7200), (expected[2], 3600)]);
    assert!(steps(chrono_tz::UTC, year.0, year.1).is_empty());
    assert!(steps(chrono_tz::Europe::Berlin, "2025-05-01T00:00:00Z", "2025-08-01T00:00:00Z").is_empty());
}
