//! What the cover page says and what the excerpts hold.

use std::path::Path;

use coroner::case::{Part, Request, Scope, gather};
use coroner::config::Config;
use coroner::model::Cause;

use crate::fleet::{ESCAPES, HOSTILE, REVERSED, SCRIPT};
use crate::stand_in::{self, BOOT_RECORD, BOOTS, POWER, SEL, SHARED_LOG};
use crate::{files, of_the_fleet, sealed, text};

#[test]
fn the_cover_page_names_machines_times_causes_and_questions() {
    let (report, memory) = stand_in::fleet_and_sources();
    let sealed = sealed(&report, &memory, &["kvm01"]);
    for page in [&sealed.html, &sealed.markdown] {
        for wanted in [
            "Supermicro: 1 spontaneous reboot on 1 machine (SYS-2029U-TR4), BIOS 3.3",
            "System or board serial",
            "S0000001",
            "2025-01-19 03:14:00 +01:00 at the site",
            "neither log nor SEL names a cause",
            "Is a defect known for SYS-2029U-TR4 with BIOS 3.3",
            "Loss of input power",
            "What was ruled out, and how",
            "What cannot be told",
            "Present BIOS and BMC configuration",
            "had been up for",
            "In a comparison over all 41 machines",
        ] {
            assert!(page.contains(wanted), "{wanted:?} is missing in\n{page}");
        }
    }
}

#[test]
fn what_was_ruled_out_says_how_far_one_could_have_seen_it() {
    let (mut report, memory) = stand_in::fleet_and_sources();
    let page = sealed(&report, &memory, &["kvm01"]).markdown;
    assert!(
        page.contains(
            "**Overheating**: no entry that speaks of it around the incident; the SEL reaches over it"
        ),
        "{page}"
    );
    let coverage = report.coverage.iter_mut().find(|coverage| coverage.host == "kvm01").unwrap();
    coverage.seen.retain(|seen| seen.class != "sel");
    let page = sealed(&report, &memory, &["kvm01"]).markdown;
    assert!(
        page.contains("- Overheating: no SEL that could have shown it reaches over the incident."),
        "{page}"
    );
    assert!(!page.contains("**Overheating**"));
    report.incidents[0].signatures = vec!["thermal-trip".to_owned()];
    let page = sealed(&report, &memory, &["kvm01"]).markdown;
    assert!(page.contains("**Overheating**: on record around 1 of 1: no. 1."), "{page}");
}

#[test]
fn the_numbers_of_the_hypothesis_stand_with_their_limits() {
    let (report, memory) = stand_in::fleet_and_sources();
    let page = of_the_fleet(&report, &memory).markdown;
    assert!(
        page.contains(
            "bios_version = 3.3: associated with a higher rate of unplanned ends; the data carry this."
        ),
        "{page}"
    );
    assert!(page.contains("8 of 12 independent events fall on it, where 3.1 would be expected"), "{page}");
    assert!(page.contains("the rate is 6.3 times that of the others (95 % interval 1.9 to 24)"), "{page}");
    assert!(page.contains("also bmc_version = 1.71; this data cannot tell them apart"), "{page}");
    assert!(page.contains("no experiment"), "{page}");
    assert!(page.contains("**role = database**: compared over the whole fleet"), "{page}");
}

#[test]
fn excerpts_hold_the_hours_of_the_host_and_nothing_of_others() {
    let (report, memory) = stand_in::fleet_and_sources();
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let log = text(&sealed, "evidence/hosts/kvm01/central_syslog.2");
    assert!(!log.contains("kvm15"));
    let number = |line: &str| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
    let lines: Vec<u64> = log.lines().map(number).collect();
    // The hours from 20:14 to 03:18 are lines 122 to 164; neighbouring marks bound what is taken beside them.
    assert!(lines.contains(&122) && lines.contains(&162), "{lines:?}");
    assert!(lines.first() >= Some(&112) && lines.last() <= Some(&171), "{lines:?}");
    let original = String::from_utf8(memory.bytes[SHARED_LOG].clone()).unwrap();
    assert!(
        log.lines().all(|line| original.lines().any(|other| other == line)),
        "lines are whole and unchanged"
    );

    let power = text(&sealed, "evidence/hosts/kvm01/power_all.csv");
    assert!(power.starts_with("# meter 7\ntime,host,watts\n"), "{power}");
    assert!(power.contains("2025-01-19T02:14:00+00:00,kvm01") && !power.contains("kvm15"));
    assert!(!power.contains("2025-01-19T00:10:00"), "more than half an hour before");

    let all = files(&sealed);
    assert_eq!(all["evidence/hosts/kvm01/sel_kvm01.bin"], memory.bytes[SEL].as_slice());
    let boots = &memory.bytes[BOOTS];
    let expected = [&boots[..BOOT_RECORD], &boots[2 * BOOT_RECORD..3 * BOOT_RECORD]].concat();
    assert_eq!(all["evidence/hosts/kvm01/hosts_kvm01_wtmp"], expected.as_slice());
    let decoded = text(&sealed, "decoded/kvm01/sel_kvm01.bin.txt");
    assert_eq!(decoded.lines().count(), 10);
    assert!(
        decoded.starts_with("00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f | Power Unit #0x01  | lost\n")
    );
    assert!(memory.bytes.contains_key(POWER));
}

#[test]
fn settings_tell_a_reader_host_zone_and_year_of_each_excerpt() {
    let (report, memory) = stand_in::fleet_and_sources();
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let settings = Config::parse(text(&sealed, "evidence/coroner.toml"), Path::new("coroner.toml")).unwrap();
    assert_eq!(settings.timezone.as_deref(), Some("Europe/Berlin"));
    let log = "hosts/kvm01/central_syslog.2";
    assert_eq!(settings.host_of(log), Some("kvm01"));
    assert_eq!(settings.year_of(log), Some(2025));
    assert_eq!(settings.zone_of(log, None).unwrap().name(), "America/New_York");
    assert_eq!(settings.year_of("hosts/kvm01/power_all.csv"), None);
    let inventory = text(&sealed, "evidence/inventory.csv");
    assert!(inventory.starts_with("host,serial,bios_version,model,"), "{inventory}");
    assert!(inventory.contains("\nkvm01,S0000001,3.3,"), "{inventory}");
    assert!(text(&sealed, "evidence/maintenance.csv").starts_with("start,end,scope,what\n2025-10-07T"));
}

#[test]
fn a_log_without_years_is_parted_where_a_reader_would_lose_count() {
    let (mut report, memory) = stand_in::fleet_and_sources();
    let mut later = report.incidents[0].clone();
    let by = chrono::TimeDelta::days(700);
    (later.at, later.at_earliest, later.at_latest) =
        (later.at + by, later.at_earliest + by, later.at_latest + by);
    later.back_at = None;
    later.id = "later".to_owned();
    let moment = later.at;
    report.incidents.push(later);
    let mut memory = memory;
    let line = memory.bytes[SHARED_LOG].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let stamp = moment.format("%b %e %H:%M:%S");
    memory.bytes.get_mut(SHARED_LOG).unwrap().extend(format!("{stamp} kvm01 app: message 9\n").bytes());
    let mark = coroner::case::Mark { host: Some("kvm01".into()), offset: 0, len: 0, line, at: Some(moment) };
    memory.marks.get_mut(SHARED_LOG).unwrap().push(mark);
    let sealed = sealed(&report, &memory, &["kvm01"]);
    let settings = Config::parse(text(&sealed, "evidence/coroner.toml"), Path::new("coroner.toml")).unwrap();
    assert_eq!(settings.year_of("hosts/kvm01/part-1-central_syslog.2"), Some(2025));
    assert_eq!(settings.year_of("hosts/kvm01/part-2-central_syslog.2"), Some(2026));
}

#[test]
fn sources_that_cannot_be_read_are_named_with_the_reason() {
    let (mut report, memory) = stand_in::fleet_and_sources();
    for path in ["gone/kvm01.sel", "broken/kvm01.sel"] {
        let mut source = report.sources.iter().find(|source| source.path == SEL).unwrap().clone();
        source.path = path.to_owned();
        report.sources.push(source);
    }
    let scope =
        Scope::of(&report, &Request { hosts: vec!["kvm01".to_owned()], ..Request::default() }).unwrap();
    let bundle = gather(&report, &scope, &memory);
    let left: Vec<(&str, &str)> = bundle.left_out().collect();
    assert_eq!(
        left,
        [
            ("broken/kvm01.sel", "the source could not be read again"),
            ("gone/kvm01.sel", "the source is not there any more")
        ]
    );
    let sealed = bundle.seal().unwrap();
    assert!(text(&sealed, "README.txt").contains("gone/kvm01.sel (kvm01): the source is not there any more"));
    assert!(sealed.markdown.contains("2 sources could not be put in"));
}

#[test]
fn what_the_sender_should_add_is_said() {
    let (report, mut memory) = stand_in::fleet_and_sources();
    memory.serials.clear();
    let scope =
        Scope::of(&report, &Request { hosts: vec!["kvm01".to_owned()], ..Request::default() }).unwrap();
    let notices = gather(&report, &scope, &memory).notices().to_vec();
    assert_eq!(notices.len(), 1);
    assert!(notices[0].starts_with("no serial number of kvm01"), "{notices:?}");
}

#[test]
fn names_that_are_replaced_are_gone_from_every_file_and_name() {
    let (mut report, memory) = stand_in::fleet_and_sources();
    report.incidents[0].reason = "kvm01 stopped".to_owned();
    let scope =
        Scope::of(&report, &Request { hosts: vec!["kvm01".to_owned()], ..Request::default() }).unwrap();
    let mut bundle = gather(&report, &scope, &memory);
    let mut told = Vec::new();
    bundle.map_texts(&mut |part, bytes| {
        if let Part::File(name) = part {
            told.push(name.to_owned());
        }
        String::from_utf8(bytes.to_vec()).unwrap().replace("kvm01", "host-a").into_bytes()
    });
    assert!(told.contains(&"evidence/hosts/kvm01/power_all.csv".to_owned()), "{told:?}");
    assert!(!told.iter().any(|name| name.ends_with("wtmp")), "binary excerpts stay");
    let sealed = bundle.seal().unwrap();
    for (name, bytes) in &sealed.files {
        assert!(!name.contains("kvm01"), "{name}");
        assert!(!bytes.windows(5).any(|window| window == b"kvm01"), "{name}");
    }
    assert!(!sealed.name.contains("kvm01"));
    let settings = Config::parse(text(&sealed, "evidence/coroner.toml"), Path::new("coroner.toml")).unwrap();
    assert_eq!(settings.host_of("hosts/host-a/power_all.csv"), Some("host-a"));
    assert!(files(&sealed).contains_key("evidence/hosts/host-a/power_all.csv"));
    let manifest: serde_json::Value = serde_json::from_str(text(&sealed, "manifest.json")).unwrap();
    let entries = manifest["files"].as_array().unwrap();
    let of = |end: &str| entries.iter().find(|file| file["file"].as_str().unwrap().ends_with(end)).unwrap();
    assert_eq!((&of("power_all.csv")["redacted"], &of("wtmp")["redacted"]), (&true.into(), &false.into()));
}

/// What a reader of Markdown does not take verbatim.
fn outside_code_spans(line: &str) -> String {
    let (mut outside, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        outside += &rest[..start];
        let fence: String = rest[start..].chars().take_while(|c| *c == '`').collect();
        if outside.ends_with('\\') {
            rest = &rest[start + 1..];
            continue;
        }
        let after = &rest[start + fence.len()..];
        let closes = |end: &(usize, &str)| {
            let is_longer = after[end.0 + fence.len()..].starts_with('`') || after[..end.0].ends_with('`');
            !is_longer
        };
        let (end, _) = after.match_indices(&fence).find(closes).expect("every code span is closed");
        rest = &after[end + fence.len()..];
    }
    outside + rest
}

#[test]
fn hostile_text_is_inert_in_every_page_and_account() {
    let (mut report, memory) = stand_in::fleet_and_sources();
    for (n, incident) in report.incidents.iter_mut().enumerate() {
        incident.reason = [SCRIPT, ESCAPES, REVERSED, HOSTILE][n % 4].to_owned();
        incident.cause = if incident.planned { incident.cause } else { Cause::Unexplained };
    }
    report.hypotheses[0].terms[0].value = HOSTILE.to_owned();
    let hosts = [report.hosts[20].as_str(), "kvm01"];
    for sealed in [sealed(&report, &memory, &hosts), of_the_fleet(&report, &memory)] {
        let html = &sealed.html;
        for tag in ["<script", "<img", "<svg", "</style></svg", "onload=\"alert"] {
            assert!(!html.contains(tag), "{tag} in the page");
        }
        assert!(html.contains("default-src &#39;none&#39;") || html.contains("default-src 'none'"));
        assert!(html.contains("&lt;script&gt;") && html.contains("\\u{202e}"), "it is shown, not dropped");
        let prose: String = sealed.markdown.lines().map(outside_code_spans).collect();
        for markup in ["<script", "<img", "<svg", "</", "[x]("] {
            assert!(!prose.contains(markup), "{markup} in the Markdown");
        }
        assert!(prose.contains("&lt;script&gt;"), "it is shown, not dropped");
        for (name, bytes) in &sealed.files {
            let safe = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
            assert!(safe && !name.contains("..") && !name.starts_with('/'), "{name}");
            if name.starts_with("evidence/hosts") {
                continue;
            }
            let text = String::from_utf8(bytes.clone()).unwrap();
            let bad = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{2069}').contains(&c);
            assert!(!text.contains(bad), "{name}");
        }
    }
}
