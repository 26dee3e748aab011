//! What the kernel's own messages look like where no time stands before them: reports of a crash,
//! and the first messages of a boot.

use std::sync::LazyLock;

/// Which part of such text a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// The line that says what happened.
    Headline,
    /// `Modules linked in:` and the words of its further lines.
    Modules,
    /// Process, machine, kernel.
    Context,
    Registers,
    /// Stack and code in hexadecimal.
    Memory,
    Backtrace,
    /// The kernel introduces itself.
    Boot,
}

/// Beginnings of lines (after blanks), from the kernel's sources: `arch/*/kernel/{traps,dumpstack,process}*.c`,
/// `arch/*/mm/fault.c`, `kernel/{panic,watchdog,hung_task}.c`, `lib/dump_stack.c`, `init/main.c`.
const BEGINNINGS: &[(Shape, &[&str])] = &[
    (
        Shape::Headline,
        &[
            "BUG: ",
            "WARNING: at ",
            "WARNING: CPU: ",
            "WARNING: possible ",
            "Oops: ",
            "Oops - ",
            "kernel BUG at ",
            "Kernel BUG at ",
            "general protection fault",
            "Kernel panic - not syncing",
            "Kernel panic: ",
            "NMI watchdog: ",
            "watchdog: BUG: ",
            "INFO: task ",
            "INFO: rcu",
            "rcu: INFO: ",
            "------------[ cut here ]",
            "---[ end ",
            "Unable to handle kernel ",
            "unable to handle kernel ",
            "divide error: ",
            "invalid opcode: ",
            "double fault: ",
            "stack segment: ",
            "Internal error: ",
            "Fatal exception",
            "mce: [Hardware Error]",
            "[Hardware Error]",
            "HARDWARE ERROR",
            "Unhandled fault: ",
            "SysRq : ",
            "sysrq: ",
            "Rebooting in ",
            "traps: ",
            "int3: ",
            "invalid op: ",
            "alignment check: ",
            "kernel tried to execute ",
            "Kernel stack overflow",
            "bad page state",
            "Bad page state",
            "BUG kmalloc",
            "Disabling lock debugging",
            "Uhhuh. NMI received",
            "Dazed and confused",
            "Data access exception",
            "specification exception",
            "addressing exception",
            "illegal operation: ",
            "list_add corruption",
            "list_del corruption",
            "irq ",
            "DMAR: ",
            "scheduling while atomic",
            "sleeping function called",
            "refcount_t: ",
            "usercopy: ",
        ],
    ),
    (Shape::Modules, &["Modules linked in:", "Last unloaded", "last unloaded"]),
    (
        Shape::Context,
        &[
            "CPU: ",
            "CPU ",
            "Pid: ",
            "PID: ",
            "Process ",
            "Hardware name: ",
            "Workqueue: ",
            "task: ",
            "task.ti: ",
            "ti: ",
            "Tainted: ",
            "Comm: ",
            "irq event stamp: ",
            "hardirqs last ",
            "softirqs last ",
            "last sysfs file: ",
            "User process fault",
            "Failing address: ",
            "Fault in ",
            "pgd = ",
            "Mem abort info:",
            "Data abort info:",
            "ESR = ",
            "user pgtable: ",
            "swapper pgtable: ",
            "PGD ",
            "*pde = ",
            "*pdpt = ",
            "EXT4-fs",
            "handlers:",
            "locks held by",
            "Stopper: ",
            "kernel tainted",
        ],
    ),
    (
        Shape::Registers,
        &[
            "RIP: ",
            "RIP  ",
            "RIP [",
            "RSP: ",
            "RSP <",
            "RAX: ",
            "RDX: ",
            "RBP: ",
            "R10: ",
            "R13: ",
            "FS: ",
            "CS: ",
            "CR2: ",
            "CR0: ",
            "DR0: ",
            "DR3: ",
            "DR6: ",
            "EIP: ",
            "EIP is at",
            "EAX: ",
            "ESI: ",
            "DS: ",
            "PKRU: ",
            "SS:ESP ",
            "Krnl PSW",
            "Krnl GPRS",
            "R:0 T:",
            "PC is at ",
            "LR is at ",
            "PC: [",
            "pc : ",
            "lr : ",
            "sp : ",
            "ip : ",
            "r10: ",
            "r7 : ",
            "r3 : ",
            "x29: ",
            "x27: ",
            "x26: ",
            "x24: ",
            "x23: ",
            "x21: ",
            "x20: ",
            "x18: ",
            "x17: ",
            "x15: ",
            "x14: ",
            "x12: ",
            "x11: ",
            "x9 : ",
            "x8 : ",
            "x6 : ",
            "x5 : ",
            "x3 : ",
            "x2 : ",
            "x0 : ",
            "pstate: ",
            "NIP: ",
            "NIP [",
            "LR [",
            "REGS: ",
            "MSR: ",
            "CFAR: ",
            "GPR",
            "Flags: ",
            "Control: ",
            "epc : ",
            "ra : ",
            "gp : ",
            "Last Breaking-Event-Address",
            "(detected by ",
        ],
    ),
    (
        Shape::Memory,
        &[
            "Code: ",
            "Stack:",
            "Krnl Code: ",
            "Instruction dump:",
            "Exception stack(",
            "Stack: (",
            "Code: Bad ",
        ],
    ),
    (
        Shape::Backtrace,
        &[
            "Call Trace:",
            "Call trace:",
            "Backtrace:",
            "<IRQ>",
            "</IRQ>",
            "<TASK>",
            "</TASK>",
            "<NMI>",
            "</NMI>",
            "<EOI>",
            "<<EOE>>",
            "[<",
            "([<",
        ],
    ),
    (
        Shape::Boot,
        &[
            "Linux version ",
            "Booting Linux on ",
            "Command line: ",
            "Kernel command line: ",
            "BIOS-e820: ",
            "BIOS-provided physical RAM map:",
            "KERNEL supported cpus:",
            "Calibrating delay loop",
            "Memory: ",
            "Zone ranges:",
            "ACPI: ",
            "DMI: ",
            "SMBIOS ",
            "PCI: ",
            "Freeing unused kernel",
            "Bootdata ok ",
            "Built 1 zonelists",
            "Dentry cache hash table",
            "Inode-cache hash table",
            "Mount-cache hash table",
            "x86/fpu: ",
            "NX (Execute Disable)",
            "e820: ",
            "efi: ",
            "OF: fdt: ",
            "PID hash table entries",
            "Console: colour",
        ],
    ),
];

/// The beginnings by their first byte, for every line of every source is asked for them.
static BY_FIRST_BYTE: LazyLock<Vec<Vec<(Shape, &str)>>> = LazyLock::new(|| {
    let mut by_first = vec![Vec::new(); 256];
    for (shape, beginnings) in BEGINNINGS {
        for beginning in *beginnings {
            by_first[usize::from(beginning.as_bytes()[0])].push((*shape, *beginning));
        }
    }
    by_first
});

/// The shape of a line, or `None` where nothing says that it is the kernel's.
#[must_use]
pub fn shape(line: &str) -> Option<Shape> {
    let text = line.trim_start();
    let first = text.bytes().next().unwrap_or_default();
    let found = BY_FIRST_BYTE[usize::from(first)].iter().find(|(_, beginning)| text.starts_with(beginning));
    if let Some((shape, _)) = found {
        return Some(*shape);
    }
    if is_frame(text) {
        return Some(Shape::Backtrace);
    }
    is_memory(text).then_some(Shape::Memory)
}

/// `function+0x10/0x20`, with an address, a `?` or a module around it.
fn is_frame(text: &str) -> bool {
    text.contains("+0x")
        && text.split(' ').take(4).any(|word| {
            let Some((name, offsets)) = word.split_once("+0x") else { return false };
            let Some((offset, size)) = offsets.split_once("/0x") else { return false };
            let hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            !name.is_empty() && hex(offset) && hex(size.trim_end_matches([',', ')', ']', '(']))
        })
}

/// A line of nothing but words of 8 or 16 hexadecimal digits, or of disassembled code.
fn is_memory(text: &str) -> bool {
    let hex = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = text.trim_start_matches(['>', '#', '*']);
    if let Some((address, rest)) = code.split_once(": ") {
        let word = rest.split_whitespace().next().unwrap_or("");
        return matches!(address.len(), 8 | 16) && hex(address) && word.len() >= 4 && hex(word);
    }
    let mut words = text.split_whitespace().peekable();
    words.peek().is_some() && words.all(|word| matches!(word.len(), 8 | 16) && hex(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_parts_of_a_report() {
        for (line, expected) in [
            ("BUG: unable to handle page fault for address: 0000000000001000", Some(Shape::Headline)),
            (" [<ffffffff811407ac>] dump_stack+0x19/0x1b", Some(Shape::Backtrace)),
            (" ? kthread+0xc0/0xd0 [mod]", Some(Shape::Backtrace)),
            ("RAX: 0000000000000001 RBX: ffff88022259da58", Some(Shape::Registers)),
            (" 0000000000000009 ffff88022259da58", Some(Shape::Memory)),
            (" >000003ff8086d03a: a7290000           lghi    %r2,0", Some(Shape::Memory)),
            ("a plain sentence of somebody", None),
            ("deadbeef and more", None),
            ("", None),
        ] {
            assert_eq!(shape(line), expected, "{line}");
        }
    }
}
