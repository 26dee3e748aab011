//! What Ansible gathered of its hosts: the output of `ansible -m setup` (also `-o`), the files that `--tree` and
//! the fact cache write.
//!
//! Time:   none that counts (`ansible_date_time` is when the facts were gathered).
//! Units:  none; memory is left out, because what the system can use is not what is installed.
//! Spec:   Ansible lib/ansible/modules/setup.py and module_utils/facts (1.9 to 2.17).
//! Loses:  networks, mounts, devices, environment.
//! Not handled: the coloured output of a terminal; inventories (`ansible-inventory --list`), YAML.

use serde_json::Value;

use crate::ingest::formats::{Fit, Format, Head, Reader, SourceKind};
use crate::ingest::host_facts::Places;
use crate::ingest::json_rows::{self, text_at};
use crate::ingest::key_value_text::utf8_len;
use crate::ingest::sink::Sink;
use crate::ledger::Fate;

pub struct AnsibleFacts;

/// Facts that stand in every answer of the module, whatever subset was asked for, or in most.
const MARKS: &[&str] = &[
    "ansible_facts",
    "ansible_hostname",
    "ansible_fqdn",
    "ansible_kernel",
    "ansible_distribution",
    "ansible_product_name",
    "ansible_bios_version",
    "ansible_system_vendor",
    "ansible_processor",
    "ansible_architecture",
    "ansible_nodename",
    "ansible_virtualization_role",
    "ansible_all_ipv4_addresses",
    "module_setup",
    "gather_subset",
];

impl Format for AnsibleFacts {
    fn id(&self) -> &'static str {
        "ansible-facts"
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Inventory
    }

    fn title(&self) -> &'static str {
        "Ansible facts: setup output, --tree files, fact cache"
    }

    fn fit(&self, head: &Head<'_>) -> Fit {
        if let Some(json) = head.json() {
            let inside = json.together(MARKS, 1) >= 3;
            let cached = json.together(&["ansible_facts"], 0) == 1 && json.together(MARKS, 1) >= 2;
            return if inside || cached { Fit::Sure } else { Fit::No };
        }
        let Ok(text) = std::str::from_utf8(&head[..utf8_len(head)]) else { return Fit::No };
        if head.is_quoted() {
            return Fit::No;
        }
        // Warnings may stand before the first answer.
        let mut first = text.lines().filter(|line| !line.trim().is_empty()).take(20);
        let answers = first.any(is_answer);
        if answers && text.contains("\"ansible_facts\"") { Fit::Sure } else { Fit::No }
    }

    fn open(&self) -> Reader {
        Reader::Whole(parse)
    }
}

/// `kvm07 | SUCCESS => {`, `kvm07 | success >> {`, `kvm07 | UNREACHABLE! => {`.
fn is_answer(line: &str) -> bool {
    let Some((host, rest)) = line.split_once(" | ") else { return false };
    let verdict = rest.split([' ', '!']).next().unwrap_or_default();
    let known = ["SUCCESS", "success", "CHANGED", "FAILED", "failed", "UNREACHABLE"].contains(&verdict);
    let opens = rest.contains("=> {") || rest.contains(">> {");
    known && opens && !host.is_empty() && !host.contains(char::is_whitespace)
}

/// JSON alone, or with a line before each document that names its host.
fn parse(content: &[u8], sink: &mut Sink<'_>) {
    json_rows::read(content, &[], sink, take);
}

const PLACES: Places = Places {
    host: &["/ansible_hostname", "/ansible_nodename", "/ansible_fqdn", "/hostname", "/nodename", "/fqdn"],
    bios_version: &["/ansible_bios_version", "/bios_version"],
    bios_date: &["/ansible_bios_date", "/bios_date"],
    serial: &["/ansible_product_serial", "/product_serial"],
    factors: &[
        ("model", &["/ansible_product_name", "/product_name", "/ansible_board_name", "/board_name"]),
        ("vendor", &["/ansible_system_vendor", "/system_vendor", "/ansible_board_vendor", "/board_vendor"]),
        ("kernel", &["/ansible_kernel", "/kernel"]),
    ],
};

fn take(value: &Value, sink: &mut Sink<'_>) -> Fate {
    if value.get("unreachable").and_then(Value::as_bool) == Some(true)
        || value.get("failed").and_then(Value::as_bool) == Some(true)
    {
        return Fate::Ignored("host-gave-no-facts");
    }
    let facts_object = value.get("ansible_facts").filter(|inner| inner.is_object()).unwrap_or(value);
    let mut facts = PLACES.facts(facts_object);
    let text = |name: &str| {
        text_at(facts_object, &format!("/ansible_{name}"))
            .or_else(|| text_at(facts_object, &format!("/{name}")))
    };
    if let (Some(system), Some(version)) = (text("distribution"), text("distribution_version")) {
        facts.put("os", &format!("{system} {version}"));
    }
    let processors = facts_object.get("ansible_processor").or_else(|| facts_object.get("processor"));
    // Number, vendor and name of each processor follow one another in one list.
    let names = processors.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(name) = names.into_iter().find(|name| name.contains(' ')) {
        facts.put("cpu_model", name);
    }
    facts.keep(sink)
}
