//! Grains of Salt minions: `salt '*' grains.items --out=json`, `salt-call --local grains.items --out=json`.
//!
//! Time:   none.
//! Units:  none; memory is left out, because what the system can use is not what is installed.
//! Spec:   Salt, salt/grains/core.py (2015.5 to 3007).
//! Loses:  networks, disks, paths.
//! Not handled: the default nested output and YAML.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::host_facts::Places;
use crate::ingest::json_rows;
use crate::ingest::sink::Sink;
use crate::ledger::Fate;

pub struct SaltGrainsJson;

const MARKS: &[&str] = &[
    "saltversion",
    "saltpath",
    "saltversioninfo",
    "osfinger",
    "os_family",
    "osrelease",
    "kernelrelease",
    "biosversion",
    "biosreleasedate",
    "productname",
    "num_cpus",
    "cpuarch",
    "nodename",
];

impl Format for SaltGrainsJson {
    fn id(&self) -> &'static str {
        "salt-grains-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "Salt grains as JSON"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        if json.together(MARKS, 3) >= 4 { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &[], sink, take))
    }
}

const PLACES: Places = Places {
    host: &["/host", "/nodename", "/localhost", "/fqdn", "/id"],
    bios_version: &["/biosversion"],
    bios_date: &["/biosreleasedate"],
    serial: &["/serialnumber"],
    factors: &[
        ("model", &["/productname", "/baseboard/product"]),
        ("vendor", &["/manufacturer", "/boardmanufacturer"]),
        ("kernel", &["/kernelrelease"]),
        ("cpu_model", &["/cpu_model"]),
        ("role", &["/role", "/roles/0"]),
    ],
};

/// A minion's grains, bare or under the minion's name (or `local`), one or many in an object.
fn take(value: &Value, sink: &mut Sink<'_>) -> Fate {
    let is_grains =
        |value: &Value| value.get("saltversion").is_some() || value.get("kernelrelease").is_some();
    if is_grains(value) {
        return one(None, value, sink);
    }
    let mut fate = Fate::Ignored("says-no-attribute-of-a-host");
    for (minion, grains) in value.as_object().into_iter().flatten().filter(|(_, grains)| is_grains(grains)) {
        if one(Some(minion), grains, sink) == Fate::Parsed {
            fate = Fate::Parsed;
        }
    }
    fate
}

fn one(minion: Option<&String>, grains: &Value, sink: &mut Sink<'_>) -> Fate {
    let mut facts = PLACES.facts(grains);
    if let Some(minion) = minion {
        facts.name(minion);
    }
    let text = |name: &str| json_rows::text_at(grains, &format!("/{name}"));
    if let (Some(system), Some(release)) = (text("os"), text("osrelease")) {
        facts.put("os", &format!("{system} {release}"));
    }
    facts.keep(sink)
}
