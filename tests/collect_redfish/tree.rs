//! Small trees of Redfish resources, written as DMTF mockups are.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

pub struct Tree {
    folder: PathBuf,
}

impl Tree {
    /// A tree in the folder `tree` of that folder.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.join("tree") }
    }

    /// Writes a resource; its own path is added.
    pub fn put(&self, path: &str, mut resource: Value) -> &Self {
        if let Some(object) = resource.as_object_mut() {
            object.entry("@odata.id").or_insert(json!(path));
        }
        self.put_text(path, &resource.to_string())
    }

    /// Writes whatever it is.
    pub fn put_text(&self, path: &str, text: &str) -> &Self {
        let folder = self.folder.join(path.trim_matches('/'));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("index.json"), text).unwrap();
        self
    }

    /// Writes a collection of links.
    pub fn collection(&self, path: &str, members: &[&str]) -> &Self {
        self.put(path, json!({"Members": members.iter().map(|path| link(path)).collect::<Vec<_>>()}))
    }

    /// A service with one system, chassis and manager that are `/Systems/1`, `/Chassis/1`, `/Managers/1`.
    pub fn skeleton(&self) -> &Self {
        let v1 = "/redfish/v1";
        self.put(
            v1,
            json!({"RedfishVersion": "1.6.0", "Systems": link("/redfish/v1/Systems"),
                   "Chassis": link("/redfish/v1/Chassis"), "Managers": link("/redfish/v1/Managers"),
                   "Links": {"Sessions": link("/redfish/v1/SessionService/Sessions")}}),
        );
        for (name, kind) in [("Systems", "ComputerSystem"), ("Chassis", "Chassis"), ("Managers", "Manager")] {
            let path = format!("{v1}/{name}/1");
            self.collection(&format!("{v1}/{name}"), &[&path]);
            self.put(
                &path,
                json!({"@odata.type": format!("#{kind}.v1_0_0.{kind}"), "Id": "1", "Name": kind}),
            );
        }
        self
    }

    /// Adds members to a resource that is there.
    pub fn add(&self, path: &str, more: Value) -> &Self {
        let file = self.folder.join(path.trim_matches('/')).join("index.json");
        let mut resource: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let (own, more) = (resource.as_object_mut().unwrap(), more.as_object().unwrap().clone());
        own.extend(more);
        self.put(path, resource)
    }

    /// A log service with its entries, linked from `bearer`, which gets these services alone.
    pub fn log(&self, bearer: &str, name: &str, entries: Vec<Value>) -> &Self {
        let services = format!("{bearer}/LogServices");
        self.add(bearer, json!({"LogServices": link(&services)}));
        let service = format!("{services}/{name}");
        self.collection(&services, &[&service]);
        self.put(
            &service,
            json!({"@odata.type": "#LogService.v1_0_0.LogService", "Id": name,
                   "Entries": link(&format!("{service}/Entries"))}),
        );
        self.put(&format!("{service}/Entries"), json!({"Members": entries}))
    }
}

pub fn link(path: &str) -> Value {
    json!({"@odata.id": path})
}

/// An entry that happened so many minutes after midnight.
pub fn entry(log: &str, id: u64, minute: u64) -> Value {
    json!({
        "@odata.id": format!("{log}/Entries/{id}"), "@odata.type": "#LogEntry.v1_0_0.LogEntry",
        "Id": id.to_string(), "Created": format!("2026-03-14T{:02}:{:02}:00Z", minute / 60, minute % 60),
        "EntryType": "Event", "Message": format!("Event {id} of minute {minute}."),
    })
}

/// Entries with the ids in that order, a minute apart.
pub fn entries(log: &str, ids: impl IntoIterator<Item = u64>) -> Vec<Value> {
    ids.into_iter().map(|id| entry(log, id, id)).collect()
}
