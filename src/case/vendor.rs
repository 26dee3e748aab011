//! The vendors that a case can go to: how each names a machine, what each asks for.
//!
//! Only documents and functions that the vendors' own manuals describe are named, and no commands, because these
//! differ between generations. Sources: Dell, "Integrated Dell Remote Access Controller 9 User's Guide" (SupportAssist
//! collection, before that Tech Support Report; Lifecycle log); HPE, "iLO 5 User Guide" and "Log services" of the iLO
//! RESTful API (Active Health System log, Integrated Management Log); Lenovo, "XClarity Controller User's Guide"
//! (service data, first failure data capture); Supermicro, "Supermicro Update Manager User's Guide" (BIOS and BMC
//! configuration, event logs).

use crate::model::Report;

/// Whom the case is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vendor {
    Dell,
    Hpe,
    Supermicro,
    Lenovo,
    /// Any other, or not known.
    Generic,
}

impl Vendor {
    pub const ALL: [Self; 5] = [Self::Dell, Self::Hpe, Self::Supermicro, Self::Lenovo, Self::Generic];

    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Dell => "dell",
            Self::Hpe => "hpe",
            Self::Supermicro => "supermicro",
            Self::Lenovo => "lenovo",
            Self::Generic => "generic",
        }
    }

    /// The inverse of [`Vendor::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|vendor| vendor.word() == word)
    }

    /// As it stands on the cover page.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dell => "Dell",
            Self::Hpe => "HPE",
            Self::Supermicro => "Supermicro",
            Self::Lenovo => "Lenovo",
            Self::Generic => "the hardware vendor",
        }
    }

    /// What the vendor calls the number that it knows a machine by.
    #[must_use]
    pub fn serial_word(self) -> &'static str {
        match self {
            Self::Dell => "Service Tag",
            Self::Hpe => "Serial number",
            Self::Supermicro => "System or board serial",
            Self::Lenovo => "Machine type-model and serial",
            Self::Generic => "Serial number",
        }
    }

    /// Whom a machine is from, by the words of its maker and its model; `None` where they do not tell.
    #[must_use]
    pub fn of_machine(maker: Option<&str>, model: Option<&str>) -> Option<Self> {
        let maker = maker.unwrap_or_default().to_lowercase();
        let model = model.unwrap_or_default().to_lowercase();
        let by_maker = [
            ("dell", Self::Dell),
            ("hewlett", Self::Hpe),
            ("hpe", Self::Hpe),
            ("super micro", Self::Supermicro),
            ("supermicro", Self::Supermicro),
            ("lenovo", Self::Lenovo),
        ];
        if let Some((_, vendor)) = by_maker.into_iter().find(|(word, _)| maker.contains(word)) {
            return Some(vendor);
        }
        if maker == "hp" {
            return Some(Self::Hpe);
        }
        // Names of product lines, and the prefixes of Supermicro's system numbers.
        let by_model = [
            ("poweredge", Self::Dell),
            ("proliant", Self::Hpe),
            ("synergy", Self::Hpe),
            ("apollo", Self::Hpe),
            ("thinksystem", Self::Lenovo),
            ("thinkagile", Self::Lenovo),
            ("thinkserver", Self::Lenovo),
            ("supermicro", Self::Supermicro),
        ];
        if let Some((_, vendor)) = by_model.into_iter().find(|(word, _)| model.contains(word)) {
            return Some(vendor);
        }
        let supermicro =
            ["sys-", "ssg-", "as -", "as-1", "as-2", "as-4", "x9d", "x10d", "x11d", "x12d", "x13d"];
        let told = supermicro.iter().any(|prefix| model.starts_with(prefix));
        if told {
            return Some(Self::Supermicro);
        }
        // Another maker stands there: the machine is not from one of these four.
        (!maker.is_empty() || is_virtual(&model)).then_some(Self::Generic)
    }

    /// Whom a host of the report is from.
    #[must_use]
    pub fn of_host(report: &Report, host: &str) -> Option<Self> {
        let factors = report.host_factors.get(host)?;
        let of = |name: &str| factors.get(name).map(String::as_str);
        Self::of_machine(of("vendor").or_else(|| of("manufacturer")), of("model"))
    }

    /// The one vendor that all these hosts are from, as far as they tell; else the generic one.
    #[must_use]
    pub fn of_hosts(report: &Report, hosts: &[String]) -> Self {
        let mut known = hosts.iter().filter_map(|host| Self::of_host(report, host));
        match known.next() {
            Some(first) if known.all(|other| other == first) => first,
            _ => Self::Generic,
        }
    }

    /// What the vendor's support asks for next as a rule, and is collected on the machine itself.
    #[must_use]
    pub fn collections(self) -> &'static [&'static str] {
        match self {
            Self::Dell => &[
                "SupportAssist collection (earlier: Tech Support Report) of each machine, from its iDRAC, with hardware and \
                 Lifecycle log",
                "Lifecycle log for the days named here, if the SupportAssist collection is no longer possible",
            ],
            Self::Hpe => &[
                "Active Health System (AHS) log of each machine, from its iLO, for the days named here",
                "Integrated Management Log (IML) and iLO event log",
            ],
            Self::Lenovo => &[
                "Service data (FFDC) of each machine, from its XClarity Controller",
                "Event log and audit log of the XClarity Controller, for the days named here",
            ],
            Self::Supermicro => &[
                "Event log and maintenance log of each BMC, as far as the board has both",
                "Present BIOS and BMC configuration and their versions",
            ],
            Self::Generic => &[
                "The BMC's own diagnostic archive of each machine, if it has one",
                "Present BIOS and BMC configuration and their versions",
            ],
        }
    }
}

fn is_virtual(model: &str) -> bool {
    ["virtual machine", "hyper-v", "kvm guest", "vmware", "qemu", "virtualbox", "guest"]
        .iter()
        .any(|word| model.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_and_product_lines_tell_whom_a_machine_is_from() {
        assert_eq!(Vendor::of_machine(Some("Dell Inc."), None), Some(Vendor::Dell));
        assert_eq!(Vendor::of_machine(Some("HP"), Some("ProLiant DL360 Gen9")), Some(Vendor::Hpe));
        assert_eq!(Vendor::of_machine(None, Some("SYS-2029U-TR4")), Some(Vendor::Supermicro));
        assert_eq!(Vendor::of_machine(None, Some("ThinkSystem SR650")), Some(Vendor::Lenovo));
        assert_eq!(Vendor::of_machine(None, Some("Hyper-V guest")), Some(Vendor::Generic));
        assert_eq!(Vendor::of_machine(None, Some("Box 3000")), None);
        assert_eq!(Vendor::of_machine(None, None), None);
    }

    #[test]
    fn words_lead_back_to_their_vendor() {
        for vendor in Vendor::ALL {
            assert_eq!(Vendor::from_word(vendor.word()), Some(vendor));
        }
        assert_eq!(Vendor::from_word("acme"), None);
    }
}
