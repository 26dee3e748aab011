//! What can be bought and installed: server models with their firmware history, operating systems with their
//! kernels. Version strings have the shape the vendors use.

/// Whose management controller it is; this decides what a boot leaves in the SEL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Brand {
    Dell,
    Hpe,
    Supermicro,
    Intel,
    Lenovo,
    /// A virtual machine: no controller at all.
    Virtual,
}

/// The storage path, for the wording of its faults.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disks {
    Megaraid,
    Mpt3sas,
    Smartarray,
    Nvme,
    Virtio,
}

/// One server model.
#[derive(Debug)]
pub struct Model {
    /// As in the inventory.
    pub name: &'static str,
    /// The text after `DMI: `, up to the BIOS.
    pub dmi: &'static str,
    /// BIOS releases, oldest first: version and release date as the kernel prints them.
    pub bios: &'static [(&'static str, &'static str)],
    pub brand: Brand,
    pub cpu: &'static str,
    /// Microcode revision and date.
    pub microcode: (&'static str, &'static str),
    pub disks: Disks,
    /// Watts when idle.
    pub idle_watts: f64,
    /// Seconds from power-on to the first line of the kernel.
    pub post_s: i64,
}

/// Physical models. The first is the one with a BIOS release that resets silently in the story of the reboots.
pub const MODELS: &[Model] = &[
    Model {
        name: "PowerEdge R710",
        dmi: "Dell Inc. PowerEdge R710/0YDJK3",
        bios: &[
            ("3.0.0", "01/31/2011"),
            ("6.0.7", "08/18/2011"),
            ("6.4.0", "07/23/2013"),
            ("6.6.0", "05/22/2018"),
        ],
        brand: Brand::Dell,
        cpu: "Intel(R) Xeon(R) CPU X5650 @ 2.67GHz",
        microcode: ("0x1f", "2018-05-08"),
        disks: Disks::Megaraid,
        idle_watts: 190.0,
        post_s: 150,
    },
    Model {
        name: "PowerEdge R630",
        dmi: "Dell Inc. PowerEdge R630/0CNCJW",
        bios: &[
            ("2.3.4", "11/08/2016"),
            ("2.4.3", "03/02/2017"),
            ("2.11.0", "12/23/2019"),
            ("2.13.0", "05/14/2021"),
        ],
        brand: Brand::Dell,
        cpu: "Intel(R) Xeon(R) CPU E5-2640 v4 @ 2.40GHz",
        microcode: ("0xb000040", "2021-05-19"),
        disks: Disks::Megaraid,
        idle_watts: 135.0,
        post_s: 110,
    },
    Model {
        name: "PowerEdge R740",
        dmi: "Dell Inc. PowerEdge R740/0YWR7D",
        bios: &[
            ("2.8.2", "08/27/2020"),
            ("2.12.2", "07/09/2021"),
            ("2.15.1", "06/16/2022"),
            ("2.19.1", "06/04/2023"),
        ],
        brand: Brand::Dell,
        cpu: "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz",
        microcode: ("0x5003604", "2023-03-17"),
        disks: Disks::Nvme,
        idle_watts: 175.0,
        post_s: 130,
    },
    Model {
        name: "ProLiant DL360 Gen9",
        dmi: "HP ProLiant DL360 Gen9/ProLiant DL360 Gen9",
        bios: &[("P89", "01/22/2018"), ("P89", "10/21/2019")],
        brand: Brand::Hpe,
        cpu: "Intel(R) Xeon(R) CPU E5-2650 v3 @ 2.30GHz",
        microcode: ("0x46", "2021-01-27"),
        disks: Disks::Smartarray,
        idle_watts: 120.0,
        post_s: 140,
    },
    Model {
        name: "X10DRi",
        dmi: "Supermicro Super Server/X10DRi",
        bios: &[("2.0b", "04/13/2017"), ("3.1", "06/08/2018"), ("3.2", "11/20/2019"), ("3.4", "05/21/2021")],
        brand: Brand::Supermicro,
        cpu: "Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz",
        microcode: ("0xb00003a", "2020-10-19"),
        disks: Disks::Mpt3sas,
        idle_watts: 125.0,
        post_s: 90,
    },
    Model {
        name: "H11DSi-NT",
        dmi: "Supermicro AS -2023US-TR4/H11DSi-NT",
        bios: &[("1.3", "07/09/2019"), ("2.1", "02/21/2020"), ("2.4", "12/27/2021")],
        brand: Brand::Supermicro,
        cpu: "AMD EPYC 7302 16-Core Processor",
        microcode: ("0x8301055", "2021-11-11"),
        disks: Disks::Nvme,
        idle_watts: 165.0,
        post_s: 100,
    },
    Model {
        name: "S2600WTTR",
        dmi: "Intel Corporation S2600WTTR/S2600WTTR",
        bios: &[
            ("SE5C610.86B.01.01.0022.062820171903", "06/28/2017"),
            ("SE5C610.86B.01.01.0028.121720182203", "12/17/2018"),
            ("SE5C610.86B.01.01.1029.090220201031", "09/02/2020"),
        ],
        brand: Brand::Intel,
        cpu: "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz",
        microcode: ("0xb000038", "2019-06-18"),
        disks: Disks::Megaraid,
        idle_watts: 150.0,
        post_s: 120,
    },
    Model {
        name: "ThinkSystem SR650",
        dmi: "Lenovo ThinkSystem SR650 -[7X06CTO1WW]-/-[7X06CTO1WW]-",
        bios: &[
            ("-[IVE156L-2.61]-", "11/27/2019"),
            ("-[IVE164L-2.80]-", "10/23/2020"),
            ("-[IVE180Q-3.41]-", "09/21/2022"),
        ],
        brand: Brand::Lenovo,
        cpu: "Intel(R) Xeon(R) Silver 4214 CPU @ 2.20GHz",
        microcode: ("0x5003303", "2022-02-22"),
        disks: Disks::Megaraid,
        idle_watts: 145.0,
        post_s: 160,
    },
];

/// Virtual machines, by hypervisor.
pub const GUESTS: &[Model] = &[
    Model {
        name: "KVM guest",
        dmi: "QEMU Standard PC (i440FX + PIIX, 1996)/Standard PC",
        bios: &[("rel-1.14.0-0-g155821a1990b-prebuilt.qemu.org", "04/01/2014")],
        brand: Brand::Virtual,
        cpu: "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz",
        microcode: ("0x1", "2017-01-01"),
        disks: Disks::Virtio,
        idle_watts: 0.0,
        post_s: 8,
    },
    Model {
        name: "Hyper-V guest",
        dmi: "Microsoft Corporation Virtual Machine/Virtual Machine",
        bios: &[("Hyper-V UEFI Release v4.1", "04/06/2022")],
        brand: Brand::Virtual,
        cpu: "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz",
        microcode: ("0xffffffff", "2017-01-01"),
        disks: Disks::Virtio,
        idle_watts: 0.0,
        post_s: 10,
    },
];

/// An operating system and its kernels, oldest first.
#[derive(Debug)]
pub struct Os {
    pub name: &'static str,
    pub kernels: &'static [&'static str],
    /// The rest of the `Linux version` line after the release.
    pub built: &'static str,
    pub systemd: bool,
    pub xfs: bool,
    /// The file name of its main log.
    pub main_log: &'static str,
}

/// Operating systems. The last one has the kernel that stops after 208.5 days.
pub const SYSTEMS: &[Os] = &[
    Os {
        name: "Debian 11",
        kernels: &[
            "5.10.0-19-amd64",
            "5.10.0-21-amd64",
            "5.10.0-23-amd64",
            "5.10.0-26-amd64",
            "5.10.0-28-amd64",
        ],
        built: "(debian-kernel@lists.debian.org) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110, GNU ld (GNU Binutils for Debian) 2.35.2) #1 SMP Debian",
        systemd: true,
        xfs: false,
        main_log: "kern.log",
    },
    Os {
        name: "Ubuntu 20.04",
        kernels: &["5.4.0-135-generic", "5.4.0-144-generic", "5.4.0-150-generic", "5.4.0-166-generic"],
        built: "(buildd@lcy02-amd64-046) (gcc version 9.4.0 (Ubuntu 9.4.0-1ubuntu1~20.04.1)) #152-Ubuntu SMP",
        systemd: true,
        xfs: false,
        main_log: "syslog",
    },
    Os {
        name: "Ubuntu 22.04",
        kernels: &["5.15.0-60-generic", "5.15.0-72-generic", "5.15.0-84-generic", "5.15.0-91-generic"],
        built: "(buildd@lcy02-amd64-080) (gcc (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0, GNU ld (GNU Binutils for Ubuntu) 2.38) #101-Ubuntu SMP",
        systemd: true,
        xfs: false,
        main_log: "syslog",
    },
    Os {
        name: "Rocky Linux 8",
        kernels: &[
            "4.18.0-425.3.1.el8.x86_64",
            "4.18.0-477.10.1.el8_8.x86_64",
            "4.18.0-513.5.1.el8_9.x86_64",
        ],
        built: "(mockbuild@dal1-prod-builder001.example.org) (gcc version 8.5.0 20210514 (Red Hat 8.5.0-18) (GCC)) #1 SMP",
        systemd: true,
        xfs: true,
        main_log: "messages",
    },
    Os {
        name: "CentOS 6",
        kernels: &["2.6.32-131.0.15.el6.x86_64"],
        built: "(mockbuild@c6b6.example.org) (gcc version 4.4.4 20100726 (Red Hat 4.4.4-13) (GCC) ) #1 SMP",
        systemd: false,
        xfs: false,
        main_log: "messages",
    },
];
