//! Runs a script that may mount what it likes: in a mount namespace of its own, which ends with it.

use std::process::{Command, Output, Stdio};

use crate::redfish_service::has;
use crate::site::{PROGRAM, Site};

/// Runs the script in the folder of the site, with the program in `$coroner`. Nothing, if this machine allows no
/// namespaces.
pub fn run(site: &Site, script: &str) -> Option<Output> {
    if !has(&["unshare", "mount"]) {
        return None;
    }
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-ec", script]).stdin(Stdio::null());
        command.current_dir(site.path(".")).env("coroner", PROGRAM);
        command.output().unwrap()
    };
    let allowed = unshare("mkdir -p here; mount -t tmpfs -o size=64k none here");
    if !allowed.status.success() {
        // Nothing that could be installed: some containers forbid them.
        println!("skipped: needs mount namespaces");
        return None;
    }
    site.write_configuration();
    Some(unshare(script))
}
