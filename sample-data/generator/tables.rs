//! The tables people keep: inventory, maintenance windows, a plain list of incidents, `coroner.toml`.

use serde_json::json;

use crate::dice::Dice;
use crate::end::T;
use crate::fleet::{Fleet, Host};

/// A header, and what stands below it for a host.
type Column<'a> = (&'static str, Box<dyn Fn(&Host) -> String + 'a>);

/// The inventory: file name and text. Headers, delimiter and columns differ from fleet to fleet, and the BIOS
/// column is as old as the day on which somebody typed it.
pub fn inventory(fleet: &Fleet, dice: &Dice) -> (&'static str, String) {
    let mut d = dice.fork("inventory");
    let typed = fleet.from + (fleet.to - fleet.from) * d.between(0, 10) as i32 / 10;
    let typed_by_hand = d.chance(0.5);
    let vendor = d.chance(0.3);
    let fqdn = d.chance(0.2);
    let bios = |h: &Host| if typed_by_hand { h.bios_name(typed.max(h.from)) } else { h.bios_name(h.to) };
    let model = |h: &Host| {
        let maker = h.model.dmi.split(' ').next().unwrap_or_default();
        if vendor { format!("{maker} {}", h.model.name) } else { h.model.name.to_string() }
    };
    let label = |h: &Host| if fqdn { format!("{}.example.com", h.name) } else { h.name.clone() };
    let over = |h: &Host| h.hypervisor.map(|x| fleet.hosts[x].name.clone()).unwrap_or_default();
    let guests = fleet.hosts.iter().any(Host::guest);
    let mut order: Vec<&Host> = fleet.hosts.iter().collect();
    if d.chance(0.5) {
        d.shuffle(&mut order);
    }
    if d.chance(0.15) && !fleet.tame {
        let list: Vec<_> = order
            .iter()
            .map(|h| {
                json!({
                    "name": label(h), "model": model(h), "bios_version": bios(h), "role": h.role,
                    "os": h.os.name, "rack": h.rack, "pdu": h.pdu, "hypervisor": over(h), "raid_fw": h.raid_fw,
                    "purchase_year": h.purchase_year,
                })
            })
            .collect();
        return ("inventory.json", format!("{:#}\n", serde_json::Value::Array(list)));
    }
    let mut pick = |names: &[&'static str]| *d.pick(names);
    let mut columns: Vec<Column> = vec![
        (pick(&["host", "hostname", "Name", "Server Name", "host"]), Box::new(label)),
        (pick(&["model", "Product Name", "Model", "product"]), Box::new(model)),
        (pick(&["bios_version", "BIOS version", "bios", "BIOS"]), Box::new(move |h| bios(h).to_string())),
        (pick(&["role", "Role", "function"]), Box::new(|h| h.role.to_string())),
        (pick(&["os", "OS", "Operating System"]), Box::new(|h| h.os.name.to_string())),
        (pick(&["rack", "Rack"]), Box::new(|h| h.rack.clone())),
        (pick(&["pdu", "Power feed", "feed", "PDU"]), Box::new(|h| h.pdu.clone())),
    ];
    if guests {
        columns.push((pick(&["hypervisor", "Hypervisor", "vm_host"]), Box::new(over)));
    }
    let delimiter = if d.chance(0.3) { ";" } else { "," };
    if d.chance(0.6) {
        columns.push(("purchase_year", Box::new(|h| h.purchase_year.to_string())));
    }
    if d.chance(0.5) {
        columns.push(("dimm_vendor", Box::new(|h| h.dimm_vendor.to_string())));
    }
    if d.chance(0.4) || fleet.kind == crate::kind::Kind::Storage {
        columns.push(("raid_fw", Box::new(|h| h.raid_fw.to_string())));
    }
    let mut text = columns.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(delimiter);
    text.push('\n');
    for host in order {
        let cells: Vec<String> = columns.iter().map(|(_, cell)| cell(host)).collect();
        text.push_str(&cells.join(delimiter));
        text.push('\n');
    }
    ("inventory.csv", text)
}

/// The announced windows.
pub fn maintenance(fleet: &Fleet, dice: &Dice) -> Option<String> {
    if fleet.windows.is_empty() {
        return None;
    }
    let mut d = dice.fork("maintenance");
    let head = *d.pick(&["start,end,scope,what", "start,end,hosts,what", "begin,end,scope,description"]);
    let zoned = d.chance(0.6);
    let show = |t: T| {
        let local = t.with_timezone(&fleet.zone);
        let form = if zoned { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%d %H:%M" };
        local.format(form).to_string()
    };
    let mut text = format!("{head}\n");
    let mut windows: Vec<_> = fleet.windows.iter().collect();
    windows.sort_by_key(|w| (w.start, w.scope.clone()));
    for window in windows {
        text.push_str(&format!(
            "{},{},{},\"{}\"\n",
            show(window.start),
            show(window.end),
            window.scope,
            window.what
        ));
    }
    Some(text)
}

/// What somebody wrote down: only unplanned ends, the times as remembered.
pub fn incidents(fleet: &Fleet, dice: &Dice) -> String {
    let mut d = dice.fork("incidents");
    let with_cause = d.chance(0.6);
    let mut text = if with_cause { "host,time,cause\n" } else { "host,time\n" }.to_string();
    let mut ends: Vec<_> =
        fleet.ends.iter().filter(|e| !e.planned && !matches!(e.way, crate::end::Way::WithHost)).collect();
    ends.sort_by_key(|e| (e.at, e.host));
    for end in ends {
        let noted = end.at + d.secs(-120, 360);
        let shown = noted.with_timezone(&fleet.zone).format("%Y-%m-%d %H:%M");
        let name = &fleet.hosts[end.host].name;
        if with_cause {
            text.push_str(&format!("{name},{shown},{}\n", end.cause.word()));
        } else {
            text.push_str(&format!("{name},{shown}\n"));
        }
    }
    text
}

/// What the files cannot say.
pub fn settings(fleet: &Fleet) -> Option<String> {
    let mut text = String::new();
    if fleet.zone != chrono_tz::Tz::UTC {
        text.push_str(&format!("timezone = \"{}\"\n", fleet.zone.name()));
    }
    if fleet.kind == crate::kind::Kind::Feed {
        // The plate says less than the machines draw at their peak.
        let fed = fleet.hosts.iter().filter(|h| h.pdu == "ups-old");
        let peak: f64 = fed.map(|h| h.model.idle_watts * 1.4).sum();
        text.push_str(&format!("\n[feed.ups-old]\nrating_watts = {:.0}\n", peak * 0.9));
    }
    (!text.is_empty()).then_some(text)
}
