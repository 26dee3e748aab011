//! The walk through a Redfish service: from its root to systems, chassis and managers, and to what hangs on
//! them. What cannot be read is a problem, and the walk goes on; only a BMC that is gone ends it.

mod logs;
mod resources;

use std::collections::HashSet;

use serde_json::Value;

use self::resources::expand_option;
use super::ReadError;
use super::answer::Answer;
use super::client::{Client, GetError};
use super::clock;
use super::link;
use super::reading::{DocumentKind, Keeper, PowerReading, Reading};
use super::target::Wanted;

const ROOT: &str = "/redfish/v1/";
/// Where the specification has sessions made (DSP0266, session login), if the root does not say.
const SESSIONS: &str = "/redfish/v1/SessionService/Sessions";

/// A reading of one BMC while it goes on.
pub(super) struct Walk<'w, 't> {
    pub client: Client<'t>,
    keeper: &'w mut dyn Keeper,
    wanted: &'t Wanted,
    pub reading: Reading,
    /// Paths of resources and logs that are done.
    visited: HashSet<String>,
    log_services: Vec<String>,
    /// Query option that makes collections send their members, as long as it works.
    expand: Option<String>,
    /// Failures of the connection in a row, each in spite of all retries.
    strikes: u32,
}

impl<'w, 't> Walk<'w, 't> {
    pub fn new(client: Client<'t>, wanted: &'t Wanted, keeper: &'w mut dyn Keeper) -> Self {
        Self {
            client,
            keeper,
            wanted,
            reading: Reading::default(),
            visited: HashSet::new(),
            log_services: Vec::new(),
            expand: None,
            strikes: 0,
        }
    }

    /// Reads all that is wanted. The quick and perishable comes first: if the time runs out, it is there.
    pub fn run(&mut self) -> Result<(), ReadError> {
        let root = self.root()?;
        self.clock_of_managers(&root)?;
        let mut bearers = Vec::new();
        for (name, kind) in [("Systems", DocumentKind::System), ("Chassis", DocumentKind::Chassis)] {
            for member in self.members_of(&root, name)? {
                let Some((path, resource, _)) = self.resource(&member, kind)? else { continue };
                if self.reading.vendor.is_none() {
                    self.reading.vendor =
                        resource.get("Manufacturer").and_then(Value::as_str).map(str::to_owned);
                }
                self.note_logs(&resource);
                bearers.push((path, resource));
            }
        }
        for (_, resource) in &bearers {
            self.power_of(resource)?;
            self.thermal_of(resource)?;
        }
        if self.wanted.logs {
            for services in std::mem::take(&mut self.log_services) {
                self.logs(&services)?;
            }
        }
        if self.wanted.firmware {
            self.firmware(&root)?;
        }
        Ok(())
    }

    /// The service root, which tells how to log on; and the log-on.
    fn root(&mut self) -> Result<Value, ReadError> {
        let fail = |source| ReadError::Get { path: ROOT.to_owned(), source };
        let max = self.wanted.limits.resource_bytes_max;
        let answer = match self.client.get(ROOT, max) {
            Err(GetError::LogOn(_) | GetError::Status { status: 403, .. }) => {
                // The root should be open to all, and is not everywhere.
                self.client.sessions = Some(SESSIONS.to_owned());
                self.client.log_on().map_err(fail)?;
                self.client.get(ROOT, max).map_err(fail)?
            }
            answer => answer.map_err(fail)?,
        };
        let root = answer.value().map_err(fail)?;
        let starts = ["Systems", "Chassis", "Managers"];
        if !starts.iter().any(|name| link::of(&root, name).is_some()) {
            return Err(ReadError::NotRedfish);
        }
        self.reading.vendor = root.get("Vendor").and_then(Value::as_str).map(str::to_owned);
        self.reading.clocks.extend(clock::of_header(&answer, &self.wanted.started));
        self.keep(ROOT, DocumentKind::Service, &answer.text, &answer)?;
        self.expand = expand_option(&root);
        if self.client.means.header().is_none() {
            let beside = || {
                link::of(&root, "SessionService").map(|service| format!("{}/Sessions", link::key(service)))
            };
            self.client.sessions = link::of(&root, "Sessions").map(str::to_owned).or_else(beside);
            self.client.log_on().map_err(fail)?;
        }
        Ok(root)
    }

    fn clock_of_managers(&mut self, root: &Value) -> Result<(), ReadError> {
        for member in self.members_of(root, "Managers")? {
            let Some((path, resource, answer)) = self.resource(&member, DocumentKind::Bmc)? else { continue };
            if let Some(answer) = answer {
                let clock = clock::of_resource(&path, &resource, &answer, &self.wanted.started);
                self.reading.clocks.extend(clock);
            }
            self.note_logs(&resource);
        }
        Ok(())
    }

    fn note_logs(&mut self, resource: &Value) {
        if let Some(services) = link::of(resource, "LogServices") {
            self.log_services.push(services.to_owned());
        }
    }

    fn power_of(&mut self, chassis: &Value) -> Result<(), ReadError> {
        if !self.wanted.power {
            return Ok(());
        }
        if let Some((path, power, answer)) = self.linked(chassis, "Power", DocumentKind::Power)? {
            let controls =
                power.get("PowerControl").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for (at, control) in controls.iter().enumerate() {
                let place = format!("{path}#/PowerControl/{at}");
                self.note_power(&place, control.get("PowerConsumedWatts"), answer.as_ref());
            }
            // HPE keeps the draw of the last day, with times.
            let oem = power.get("Oem").and_then(|oem| oem.get("Hpe").or_else(|| oem.get("Hp")));
            if let Some(hpe) = oem {
                self.linked(hpe, "PowerMeter", DocumentKind::Power)?;
            }
        }
        if let Some((_, subsystem, _)) = self.linked(chassis, "PowerSubsystem", DocumentKind::Power)? {
            for member in self.members_of(&subsystem, "PowerSupplies")? {
                if let Some((_, supply, _)) = self.resource(&member, DocumentKind::Power)? {
                    self.linked(&supply, "Metrics", DocumentKind::Power)?;
                }
            }
        }
        if let Some((path, metrics, answer)) =
            self.linked(chassis, "EnvironmentMetrics", DocumentKind::Power)?
        {
            let watts = metrics.get("PowerWatts").and_then(|watts| watts.get("Reading"));
            self.note_power(&format!("{path}#/PowerWatts"), watts, answer.as_ref());
        }
        Ok(())
    }

    fn note_power(&mut self, path: &str, watts: Option<&Value>, answer: Option<&Answer>) {
        if let (Some(Value::Number(watts)), Some(answer)) = (watts, answer) {
            let at = self.wanted.started.at(answer.answered);
            self.reading.power.push(PowerReading { path: path.to_owned(), watts: watts.clone(), at });
        }
    }

    fn thermal_of(&mut self, chassis: &Value) -> Result<(), ReadError> {
        if self.wanted.thermal {
            self.linked(chassis, "Thermal", DocumentKind::Thermal)?;
            if let Some((_, subsystem, _)) =
                self.linked(chassis, "ThermalSubsystem", DocumentKind::Thermal)?
            {
                self.linked(&subsystem, "ThermalMetrics", DocumentKind::Thermal)?;
            }
        }
        Ok(())
    }

    fn firmware(&mut self, root: &Value) -> Result<(), ReadError> {
        let Some(update) = link::of(root, "UpdateService") else { return Ok(()) };
        let update = update.to_owned();
        let got = self.client.get(&update, self.wanted.limits.resource_bytes_max).and_then(|got| got.value());
        let Some(update) = self.settled(&update, got)? else { return Ok(()) };
        let Some(inventory) = link::of(&update, "FirmwareInventory") else { return Ok(()) };
        for member in self.expanded_members(inventory)? {
            self.resource(&member, DocumentKind::Firmware)?;
        }
        Ok(())
    }
}
