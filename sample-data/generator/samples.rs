//! The committed stories: small fleets, always the same.

use std::fs;
use std::path::Path;

use chrono_tz::Tz;

use crate::fleet::{Fleet, Layout, LogForm, Rotation};
use crate::kind::Kind;
use crate::world::{Wish, make};
use crate::{disk, world};

/// One story.
struct Story {
    name: &'static str,
    kind: Kind,
    seed: u64,
    hosts: usize,
    incidents: usize,
    layout: Layout,
    power: bool,
    text: &'static str,
}

const STORIES: &[Story] = &[
    Story {
        name: "reboots",
        kind: Kind::Reboots,
        seed: 127,
        hosts: 41,
        incidents: 10,
        layout: Layout::Folders,
        power: false,
        text: "Forty-one hosts, ten unplanned ends in a year, almost every machine only once. Model, role and \
               BIOS release are all suspected, and they go together: the release stands on one model only.\n\
               Two of the ends have causes of their own, and one host that suffers has been bad more than once.",
    },
    Story {
        name: "backups",
        kind: Kind::Backups,
        seed: 6,
        hosts: 30,
        incidents: 12,
        layout: Layout::Flat,
        power: false,
        text: "Guests on a few hypervisors go down while they are backed up. Only the guests with one operating \
               system suffer; the others are backed up in the same hours. Their file systems were frozen for the \
               snapshot and never thawed.",
    },
    Story {
        name: "feed",
        kind: Kind::Feed,
        seed: 11,
        hosts: 24,
        incidents: 9,
        layout: Layout::Folders,
        power: true,
        text: "An old UPS feeds one side of two racks and cannot carry the load. It drops its hosts several times; \
               those with a second cord hold, and some machines do not come back by themselves.",
    },
    Story {
        name: "chance",
        kind: Kind::Chance,
        seed: 11,
        hosts: 30,
        incidents: 11,
        layout: Layout::Central,
        power: false,
        text: "Nothing is wrong here that all hosts would share: each end has a cause of its own, and they fall on \
               the hosts by chance. A program that finds a common cause in this fleet is seeing things.",
    },
];

/// Writes all stories below `root`, replacing what is there.
pub fn write(root: &Path) -> std::io::Result<()> {
    for story in STORIES {
        let folder = root.join(story.name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let mut fleet = make(&Wish {
            kind: story.kind,
            seed: story.seed,
            hosts: story.hosts,
            layout: Some(story.layout),
            density: 0.06,
            tame: true,
            zone: Some(Tz::Europe__Berlin),
            incidents: Some(story.incidents),
            ..Wish::default()
        });
        shrink(&mut fleet, story);
        disk::write(&fleet, &folder, 360, true)?;
        fs::write(folder.join("README.md"), readme(story, &fleet))?;
    }
    Ok(())
}

/// Few files and small ones: one log per host except on some, and a slow background.
fn shrink(fleet: &mut Fleet, story: &Story) {
    fleet.power = story.power;
    for host in &mut fleet.hosts {
        host.gear.cadence_min = host.gear.cadence_min.max(30);
        if host.ix % 8 != 0 {
            host.gear.log_rotation = Rotation::Never;
        }
        if host.gear.log == Some(LogForm::JournalJson) && host.ix % 3 != 0 {
            host.gear.log = Some(LogForm::Rfc3339);
        }
    }
}

fn readme(story: &Story, fleet: &Fleet) -> String {
    let unplanned = fleet.ends.iter().filter(|e| !e.planned && !e.inherited).count();
    let planted = fleet.plant.as_ref().map_or("nothing".to_string(), |p| {
        p.terms.iter().map(|(f, v)| format!("`{f} = {v}`")).collect::<Vec<_>>().join(" and ")
    });
    let word: String = world::title(story.name);
    format!(
        "# {word}\n\n{}\n\n* {} hosts, {} to {}, {unplanned} unplanned ends; planted: {planted}.\n\
         * `truth.toml` is what really happened: every end of a boot, what was planted, and what the files get \
         wrong.\n\n\
         Made by `cargo run --release --example make-sample-data -- samples`; the hosts and people do not exist.\n",
        story.text,
        fleet.hosts.len(),
        fleet.from.format("%Y-%m-%d"),
        fleet.to.format("%Y-%m-%d"),
    )
}
