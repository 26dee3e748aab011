//! Looks at a running program and at all that it starts: arguments and environment.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// What others on the machine could see.
#[derive(Default)]
pub struct Seen {
    /// Arguments of the program and of its children.
    pub arguments: BTreeSet<Vec<u8>>,
    /// Environments of its children.
    pub environments: BTreeSet<Vec<u8>>,
    /// Limits of the program for core dumps, once it has begun to ask.
    pub core_limits: BTreeSet<String>,
}

/// Runs a program to its end and looks on.
pub fn run(program: &mut Command) -> (Output, Seen) {
    let child = program.spawn().unwrap();
    let (pid, has_ended) = (child.id(), AtomicBool::new(false));
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut seen = Seen::default();
            while !has_ended.load(Ordering::Relaxed) {
                seen.look(pid);
                thread::sleep(Duration::from_millis(2));
            }
            seen
        });
        let output = child.wait_with_output();
        has_ended.store(true, Ordering::Relaxed);
        (output.unwrap(), watcher.join().unwrap())
    })
}

impl Seen {
    fn look(&mut self, pid: u32) {
        let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(|pid| Some((pid, parent(pid)?)))
            .collect();
        let mut family = BTreeSet::from([pid]);
        // Grandchildren may come before their parents in the list.
        while let Some((child, _)) =
            parents.iter().find(|(child, parent)| family.contains(parent) && !family.contains(child))
        {
            family.insert(*child);
        }
        let own = read(pid, "cmdline");
        family.remove(&pid);
        for child in family {
            let (arguments, environment) = (read(child, "cmdline"), read(child, "environ"));
            // Between fork and exec a child still has the memory of its parent.
            if arguments.is_empty() || arguments == own || arguments != read(child, "cmdline") {
                continue;
            }
            self.arguments.insert(arguments);
            self.environments.insert(environment);
        }
        self.arguments.insert(own);
        self.core_limits.extend(core_limit(pid));
    }
}

fn read(pid: u32, name: &str) -> Vec<u8> {
    fs::read(Path::new("/proc").join(pid.to_string()).join(name)).unwrap_or_default()
}

/// proc_pid_stat(5): the parent stands behind the name in brackets, which may hold anything.
fn parent(pid: u32) -> Option<u32> {
    let stat = String::from_utf8_lossy(&read(pid, "stat")).into_owned();
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Soft limit of the size of a core dump.
pub fn core_limit(pid: u32) -> Option<String> {
    let limits = String::from_utf8(read(pid, "limits")).ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max core file size"))?;
    line.split_whitespace().nth(4).map(str::to_owned)
}

/// Ends it as a panic that aborts does. (A signal for a bad access that comes from outside is survived: Rust's own
/// handler lets the program try again.)
pub fn crash(child: &Child) {
    let status = Command::new("kill").args(["-ABRT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}
