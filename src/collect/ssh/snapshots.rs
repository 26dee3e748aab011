//! What is read anew each time: boots, machine and system.

use std::io::Write;

use super::failure::{SshError, StepProblem, shown};
use super::steps::{NOT_FOUND, Steps, problem_of};
use super::{Mode, Piece};

/// DMI data by `dmidecode` for root; for others the fields that the kernel shows to everybody, in the form of
/// `dmidecode`'s listing and said to be that (kernel documentation, ABI/testing/sysfs-class-dmi).
const DMI: &str = r##"if [ "$(id -u)" = 0 ] && command -v dmidecode >/dev/null 2>&1; then dmidecode; else
cd /sys/class/dmi/id 2>/dev/null || exit 0
field() { [ -r "$2" ] && printf '\t%s: %s\n' "$1" "$(cat "$2")"; }
echo "# dmidecode's form of /sys/class/dmi/id"
printf '\nBIOS Information\n'
field Vendor bios_vendor; field Version bios_version; field "Release Date" bios_date
printf '\nSystem Information\n'
field Manufacturer sys_vendor; field "Product Name" product_name; field Version product_version
field "Serial Number" product_serial; field UUID product_uuid; field "SKU Number" product_sku; field Family product_family
printf '\nBase Board Information\n'
field Manufacturer board_vendor; field "Product Name" board_name; field Version board_version
field "Serial Number" board_serial
printf '\nChassis Information\n'
field Manufacturer chassis_vendor; field Version chassis_version; field "Serial Number" chassis_serial
:; fi"##;

/// The journal's list of boots, where there is a journal; `wtmp` is read besides.
pub(super) const BOOTS: [Part; 1] =
    [("boots.txt", "command -v journalctl >/dev/null || exit 0; journalctl --list-boots --no-pager")];

/// What machine and system it is.
pub(super) const MACHINE: [Part; 3] = [
    ("uname.txt", "uname -a"),
    ("os-release", "cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release"),
    ("dmidecode.txt", DMI),
];

/// The name that an answer is kept under, and the script that gives it.
pub(super) type Part = (&'static str, &'static str);

/// Ends each part's answer, with its exit code behind it.
const END: &str = "\n--8<-- coroner read a part, which ended with ";
/// All of these answers together are small.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Runs several short scripts in one go and keeps each answer by itself: every command costs a round trip, and a
/// session on the host.
pub(super) fn read(steps: &mut Steps<'_>, parts: &[Part]) -> Result<(), SshError> {
    if parts.is_empty() {
        return Ok(());
    }
    let end = END.escape_default();
    let scripts = parts.iter().map(|(_, script)| format!("( {script}\n)\nprintf '{end}%s\\n' $?\n"));
    let mut answer = Vec::new();
    let ended = steps.client.ask(&scripts.collect::<String>(), MAX_BYTES, &mut answer)?;
    let mut reply = steps.heard(ended);
    let mut rest = answer.as_slice();
    let mut parts = parts.iter();
    for (name, _) in &mut parts {
        let Some((content, status, after)) = next_part(rest) else {
            let problem = problem_of(&mut reply, MAX_BYTES).unwrap_or_else(|| StepProblem::Foreign {
                lines: rest.split(|byte| *byte == b'\n').count(),
                sample: shown(rest),
            });
            return steps.trouble(name, problem);
        };
        rest = after;
        if !content.is_empty() {
            keep(steps, name, content, status == 0)?;
        }
        match (status, reply.said()) {
            (0, _) => {}
            (NOT_FOUND, said) => steps.trouble(name, StepProblem::Missing { said })?,
            (status, said) => steps.trouble(name, StepProblem::Failed { status, said })?,
        }
    }
    Ok(())
}

/// The next part's answer, its exit code, and what follows.
fn next_part(bytes: &[u8]) -> Option<(&[u8], i32, &[u8])> {
    let at = bytes.windows(END.len()).position(|window| window == END.as_bytes())?;
    let (content, rest) = bytes.split_at(at);
    let rest = rest.get(END.len()..)?;
    let line = rest.iter().position(|byte| *byte == b'\n')?;
    let status = std::str::from_utf8(rest.get(..line)?).ok()?.parse().ok()?;
    Some((content, status, rest.get(line + 1..)?))
}

fn keep(steps: &mut Steps<'_>, name: &str, content: &[u8], complete: bool) -> Result<(), SshError> {
    let mut sink = steps.output.open(name, Mode::Snapshot).map_err(SshError::Keep)?;
    sink.write_all(content).map_err(SshError::Keep)?;
    sink.keep().map_err(SshError::Keep)?;
    let bytes = content.len() as u64;
    steps.reading.pieces.push(Piece { name: name.to_owned(), mode: Mode::Snapshot, bytes, complete });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{END, next_part};

    #[test]
    fn parts_are_told_apart_and_a_cut_one_is_none() {
        let bytes = format!("one\n{END}0\n{END}127\nthree{END}0");
        let (content, status, rest) = next_part(bytes.as_bytes()).expect("a part");
        assert_eq!((content, status), (&b"one\n"[..], 0));
        let (content, status, rest) = next_part(rest).expect("a part");
        assert_eq!((content, status), (&b""[..], 127));
        assert!(next_part(rest).is_none(), "its exit code may not be whole");
    }
}
