//! What Chef's Ohai found of a host: the output of `ohai`, or a node object with it under `automatic`.
//!
//! Time:   none that counts (`ohai_time` is when it looked).
//! Units:  none; memory is left out, because what the system can use is not what is installed.
//! Spec:   Ohai 6 to 18, plugins DMI, CPU, Kernel, Platform.
//! Loses:  networks, file systems, packages, keys.
//! Not handled: nothing known.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::host_facts::Places;
use crate::ingest::json_rows::{self, text_at};
use crate::ingest::sink::Sink;
use crate::ledger::Fate;

pub struct ChefOhaiJson;

const MARKS: &[&str] = &[
    "ohai_time",
    "platform",
    "platform_version",
    "platform_family",
    "chef_packages",
    "languages",
    "dmi",
    "machinename",
    "idletime_seconds",
    "kernel",
    "filesystem",
    "lsb",
    "automatic",
    "chef_environment",
    "run_list",
];

impl Format for ChefOhaiJson {
    fn id(&self) -> &'static str {
        "chef-ohai-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "Chef Ohai: what was found of a host"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        let node = json.together(&["automatic", "run_list"], 1) == 2;
        let bare = json.together(MARKS, 1) >= 4 && json.together(&["platform", "platform_version"], 1) == 2;
        if node || bare { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &["rows"], sink, take))
    }
}

const PLACES: Places = Places {
    host: &["/hostname", "/machinename", "/fqdn"],
    bios_version: &["/dmi/bios/all_records/0/Version", "/dmi/bios/version"],
    bios_date: &["/dmi/bios/all_records/0/Release Date", "/dmi/bios/release_date"],
    serial: &["/dmi/system/serial_number"],
    factors: &[
        ("model", &["/dmi/system/product_name", "/dmi/base_board/product_name"]),
        ("vendor", &["/dmi/system/manufacturer", "/dmi/base_board/manufacturer"]),
        ("kernel", &["/kernel/release"]),
        ("cpu_model", &["/cpu/0/model_name", "/cpu/model_name"]),
    ],
};

fn take(value: &Value, sink: &mut Sink<'_>) -> Fate {
    let object = value.get("automatic").filter(|inner| inner.is_object()).unwrap_or(value);
    let mut facts = PLACES.facts(object);
    if let (Some(name), true) = (text_at(value, "/name"), value.get("automatic").is_some()) {
        facts.name(&name);
    }
    if let (Some(system), Some(version)) =
        (text_at(object, "/platform"), text_at(object, "/platform_version"))
    {
        facts.put("os", &format!("{} {version}", capitalized(&system)));
    }
    facts.keep(sink)
}

/// Ohai names platforms in lower case; other tools do not.
fn capitalized(platform: &str) -> String {
    match platform {
        "redhat" => "RedHat".to_owned(),
        "centos" => "CentOS".to_owned(),
        "suse" => "SLES".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}
