//! A disk that is full or cannot be written to.

use std::fs;

use crate::account;
use crate::bmcs::fake_bmc;
use crate::isolated;
use crate::site::{Ran, Site};

/// Runs into a small disk, makes it larger, runs again, and keeps what is there then.
fn script(kib: usize, room: &str) -> String {
    format!(
        "mkdir collected
         mount -t tmpfs -o size={kib}k none collected
         $coroner collect --into collected 2>&1 || echo \"ended with $?\"
         cp -a collected full
         mount -o remount,size={room} collected
         echo and now with room
         $coroner collect --into collected 2>&1 || echo \"ended with $?\"
         cp -a collected with-room"
    )
}

#[test]
fn a_full_disk_is_told_and_the_next_run_with_room_goes_on() {
    let Some(bmc) = fake_bmc("--sessions 100") else { return };
    let many = "yes 'a line of a list that is long' | head -n 3000";
    // From no room for the lock's folder to room for all but the last file.
    for kib in [4, 8, 16, 24, 32, 40, 64] {
        let site =
            Site::new().ipmi("kvm01", bmc.address).command("list", &["sh", "-c", many], "backup/list.txt");
        let Some(output) = isolated::run(&site, &script(kib, "4m")) else { return };
        let ran = Ran::of(&output).ended_with(0);
        let (full, with_room) = ran.out.split_once("and now with room\n").unwrap();
        assert!(full.contains("No space left on device"), "{kib} KiB: {full}");
        assert!(full.contains("ended with 3") || full.contains("ended with 4"), "{kib} KiB: {full}");
        assert!(!with_room.contains("ended with"), "{kib} KiB: {with_room}");
        account::lines(&site.path("full"));
        account::check(&site.path("with-room"));
        let files = account::files(&site.path("with-room"));
        assert_eq!(files["hosts/kvm01/ipmi/sel.raw"].len(), 44 * 16, "{kib} KiB");
        assert!(files.keys().any(|path| path.starts_with("site/backup/list.")), "{kib} KiB");
        let records: std::collections::BTreeSet<&[u8]> =
            files["hosts/kvm01/ipmi/sel.raw"].chunks(16).collect();
        assert_eq!(records.len(), 44, "{kib} KiB: none twice");
    }
}

#[test]
fn a_disk_that_cannot_be_written_to_is_told() {
    let Some(bmc) = fake_bmc("") else { return };
    let site = Site::new().ipmi("kvm01", bmc.address);
    site.collect().ended_with(0);
    let before = account::files(&site.collected());
    let script = "mount --bind collected collected
         mount -o remount,bind,ro collected
         $coroner collect --into collected";
    let Some(output) = isolated::run(&site, script) else { return };
    let ran = Ran::of(&output).ended_with(3);
    ran.says(&["cannot use `collected`", "Read-only file system"]);
    assert_eq!(account::files(&site.collected()), before);
    assert!(fs::read_dir(site.path(".")).unwrap().flatten().all(|entry| entry.file_name() != "core"));
}
