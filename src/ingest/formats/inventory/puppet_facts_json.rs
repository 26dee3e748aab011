//! Facts of Puppet's `facter --json` (`puppet facts`), in the structured form and the flat one of before.
//!
//! Time:   none.
//! Units:  none; memory is left out, because what the system can use is not what is installed.
//! Spec:   Facter 2.x core facts, Facter 3/4 core facts; PuppetDB's `inventory` endpoint.
//! Loses:  networks, disks, mounts, keys.
//! Not handled: YAML; PuppetDB's `facts` endpoint, which has a row for each fact.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::host_facts::Places;
use crate::ingest::json_rows::{self, text_at};
use crate::ingest::sink::Sink;
use crate::ledger::Fate;

pub struct PuppetFactsJson;

pub(super) const MARKS: &[&str] = &[
    "facterversion",
    "kernelrelease",
    "kernelmajversion",
    "operatingsystem",
    "operatingsystemrelease",
    "osfamily",
    "productname",
    "bios_version",
    "dmi",
    "system_uptime",
    "is_virtual",
    "processors",
    "networking",
    "puppetversion",
    "clientcert",
];

impl Format for PuppetFactsJson {
    fn id(&self) -> &'static str {
        "puppet-facts-json"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "Puppet facts as JSON"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        let Some(json) = head.json() else { return Fit::No };
        if json.together(MARKS, 2) >= 4 { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(|content, sink| json_rows::read(content, &[], sink, take))
    }
}

const PLACES: Places = Places {
    host: &["/networking/hostname", "/hostname", "/networking/fqdn", "/fqdn", "/clientcert"],
    bios_version: &["/dmi/bios/version", "/bios_version"],
    bios_date: &["/dmi/bios/release_date", "/bios_release_date"],
    serial: &["/dmi/product/serial_number", "/serialnumber"],
    factors: &[
        ("model", &["/dmi/product/name", "/productname", "/dmi/board/product", "/boardproductname"]),
        ("vendor", &["/dmi/manufacturer", "/manufacturer", "/dmi/board/manufacturer"]),
        ("kernel", &["/kernelrelease"]),
        ("cpu_model", &["/processors/models/0", "/processor0"]),
    ],
};

pub(super) fn take(value: &Value, sink: &mut Sink<'_>) -> Fate {
    let inner = ["facts", "values"].iter().find_map(|key| value.get(key).filter(|inner| inner.is_object()));
    let object = inner.unwrap_or(value);
    let mut facts = PLACES.facts(object);
    for name in ["/certname", "/name"] {
        if let Some(host) = text_at(value, name).filter(|_| inner.is_some()) {
            facts.name(&host);
        }
    }
    let system = text_at(object, "/os/name").or_else(|| text_at(object, "/operatingsystem"));
    let release = text_at(object, "/os/release/full").or_else(|| text_at(object, "/operatingsystemrelease"));
    if let (Some(system), Some(release)) = (system, release) {
        facts.put("os", &format!("{system} {release}"));
    }
    facts.keep(sink)
}
