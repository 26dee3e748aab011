//! One spelling of what a host is made of, whoever wrote it: firmware tables, BMCs, inventories and the
//! kernel name the same machine in different ways, and the ranking compares names.

/// The value of a factor as people wrote it in a table: their words stay, but for the names of maker and
/// model; `None` if it says nothing (`To Be Filled By O.E.M.`).
#[must_use]
pub fn of_table(factor: &str, value: &str) -> Option<String> {
    let value = one_line(value);
    if says_nothing(&value) {
        return None;
    }
    let spelled = match factor {
        "vendor" => vendor(&value),
        "model" => model(&value),
        _ => value,
    };
    (!spelled.is_empty()).then_some(spelled)
}

/// The value of a factor as a tool told it, in the spelling that the tools can share.
#[must_use]
pub fn of_tool(factor: &str, value: &str) -> Option<String> {
    let value = of_table(factor, value)?;
    let spelled = match factor {
        "bmc_version" => bmc_version(&value),
        "cpu_model" => cpu_model(&value),
        "microcode" => microcode(&value),
        "os" => operating_system(&value),
        _ => value,
    };
    (!spelled.is_empty()).then_some(spelled)
}

/// Blanks and control characters in a row are one blank.
fn one_line(value: &str) -> String {
    value
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What makers and tools write where nobody filled in anything.
const PLACEHOLDERS: &[&str] = &[
    "not specified",
    "not available",
    "not applicable",
    "not present",
    "not provided",
    "notprovided",
    "not settable",
    "not set",
    "default string",
    "default",
    "system product name",
    "system manufacturer",
    "system version",
    "system name",
    "product name",
    "empty",
    "<bad index>",
    "undefined",
    "unspecified",
    "unknown",
    "none",
    "null",
    "n/a",
    "na",
    "nil",
    "no enclosure",
    "to be filled",
    "invalid",
    "oem",
    "o.e.m.",
    "sku",
    "123456789",
    "0123456789",
    "1234567890",
    "00000000",
    "xxxxxxxxxx",
    "................................",
    "-",
    "?",
];

/// Whether a value was never filled in.
#[must_use]
pub fn says_nothing(value: &str) -> bool {
    let lower = value.trim().to_ascii_lowercase();
    lower.is_empty()
        || PLACEHOLDERS.contains(&lower.as_str())
        || lower.contains("filled by o.e.m")
        || lower.contains("filled by oem")
        || lower.starts_with("<out of spec")
        || !lower.chars().any(char::is_alphanumeric)
        || (lower.len() >= 4 && lower.chars().all(|c| matches!(c, '0' | '.' | '-' | ' ' | 'x')))
        || lower.chars().all(|c| matches!(c, 'x'))
}

/// Makers by the words that their names begin with, lower case; longer ones first where one begins
/// with another.
const MAKERS: &[(&str, &str)] = &[
    ("dell emc", "Dell"),
    ("dell", "Dell"),
    ("hewlett packard enterprise", "HPE"),
    ("hewlett-packard enterprise", "HPE"),
    ("hewlett-packard", "HPE"),
    ("hewlett packard", "HPE"),
    ("hpe", "HPE"),
    ("hp", "HPE"),
    ("super micro computer", "Supermicro"),
    ("supermicro", "Supermicro"),
    ("lenovo", "Lenovo"),
    ("ibm", "IBM"),
    ("international business machines", "IBM"),
    ("fujitsu technology solutions", "Fujitsu"),
    ("fujitsu", "Fujitsu"),
    ("cisco systems", "Cisco"),
    ("cisco", "Cisco"),
    ("giga-byte technology", "Gigabyte"),
    ("giga computing", "Gigabyte"),
    ("gigabyte", "Gigabyte"),
    ("asustek computer", "ASUS"),
    ("asustek", "ASUS"),
    ("asus", "ASUS"),
    ("quanta cloud technology", "Quanta"),
    ("quanta computer", "Quanta"),
    ("quanta", "Quanta"),
    ("huawei technologies", "Huawei"),
    ("huawei", "Huawei"),
    ("inspur", "Inspur"),
    ("intel", "Intel"),
    ("oracle", "Oracle"),
    ("sun microsystems", "Sun"),
    ("wiwynn", "Wiwynn"),
    ("zte", "ZTE"),
    ("h3c", "H3C"),
    ("new h3c", "H3C"),
    ("asrockrack", "ASRock Rack"),
    ("asrock rack", "ASRock Rack"),
    ("tyan", "Tyan"),
    ("mitac", "MiTAC"),
    ("nec", "NEC"),
    ("hitachi", "Hitachi"),
    ("vmware", "VMware"),
    ("microsoft", "Microsoft"),
    ("apple", "Apple"),
    ("xfusion", "xFusion"),
    ("ampere", "Ampere"),
    ("foxconn", "Foxconn"),
];

/// Words that end a company's name and tell nothing.
const COMPANY_WORDS: &[&str] = &[
    "inc",
    "inc.",
    "corporation",
    "corp",
    "corp.",
    "company",
    "co.",
    "co.,",
    "ltd",
    "ltd.",
    "co.,ltd.",
    "gmbh",
    "ag",
    "llc",
    "limited",
];

/// The maker: `Dell Inc.` is `Dell`, `HP` and `Hewlett-Packard` are what they became.
#[must_use]
pub fn vendor(value: &str) -> String {
    if let Some((maker, _)) = maker_before(value) {
        return maker.to_owned();
    }
    let mut words: Vec<&str> = value.split_whitespace().collect();
    while words.len() > 1
        && words.last().is_some_and(|word| COMPANY_WORDS.contains(&word.to_ascii_lowercase().as_str()))
    {
        words.pop();
    }
    words.join(" ").trim_end_matches([',', ' ']).to_owned()
}

/// A maker that a text begins with, and what follows its name.
fn maker_before(text: &str) -> Option<(&'static str, &str)> {
    MAKERS.iter().find_map(|(name, maker)| {
        let start = text.get(..name.len())?;
        let rest = &text[name.len()..];
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric());
        (start.eq_ignore_ascii_case(name) && ends).then_some((*maker, rest))
    })
}

/// The model without its maker, and without the order numbers that makers append:
/// `Dell Inc. PowerEdge R740`, `System x3650 M4: -[7915AC1]-`.
#[must_use]
pub fn model(value: &str) -> String {
    let mut model = value.trim();
    if let Some((at, _)) = model.match_indices("-[").next()
        && model.ends_with("]-")
        && at > 0
    {
        model = model[..at].trim_end_matches([':', ' ']);
    }
    if let Some((before, inner)) = model.split_once(" (")
        && (inner.contains("SKU") || inner.contains("ModelName"))
    {
        model = before.trim();
    }
    if let Some((_, rest)) = maker_before(model) {
        let mut rest = rest.trim_start_matches([' ', ',', '.']);
        while let Some((word, behind)) = rest.split_once(' ')
            && COMPANY_WORDS.contains(&word.to_ascii_lowercase().as_str())
        {
            rest = behind.trim_start();
        }
        // `VMware Virtual Platform` and `IBM 7915` keep what they are called by.
        let is_name = rest.starts_with(char::is_alphanumeric)
            && rest.chars().any(char::is_alphabetic)
            && !rest.to_ascii_lowercase().starts_with("virtual");
        if is_name {
            return rest.to_owned();
        }
    }
    model.to_owned()
}

/// The version of the BIOS as the kernel names it, and the date of those whose version does not tell releases
/// apart. HPE's firmware table says the family (`U30`), its BMC all of it (`U30 v2.52 (10/29/2021)`). `date` is
/// the release date as month/day/year, where it is given apart; the one returned is year-month-day.
#[must_use]
pub fn bios(value: &str, date: Option<&str>) -> (String, Option<String>) {
    let words: Vec<&str> = value.split_whitespace().collect();
    let Some(family) = words.first().filter(|word| is_hpe_family(word)) else {
        return (value.trim().to_owned(), None);
    };
    let written = words.iter().map(|word| word.trim_matches(['(', ')'])).find(|word| word.contains('/'));
    ((*family).to_owned(), written.or(date).and_then(year_first))
}

/// `10/29/2021` as `2021-10-29`.
fn year_first(date: &str) -> Option<String> {
    let mut parts = date.trim().split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, len: usize| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(month, 2) && digits(day, 2) && digits(year, 4)).then(|| format!("{year}-{month}-{day}"))
}

/// The version of the BMC's firmware: `iLO 5 v2.46` and `2.46 May 11 2021` are `2.46`.
#[must_use]
pub fn bmc_version(value: &str) -> String {
    let mut words = value.split_whitespace();
    let first = words.next().unwrap_or_default();
    let number = if first.eq_ignore_ascii_case("ilo") { words.next_back() } else { Some(first) };
    let number = number.unwrap_or_default();
    let bare = number.strip_prefix(['v', 'V']).unwrap_or(number);
    // Others are kept as they are: their words may be part of the version.
    let is_number = bare.starts_with(|c: char| c.is_ascii_digit()) && bare.contains('.');
    if is_number { bare.to_owned() } else { value.trim().to_owned() }
}

/// A letter and two digits, as HPE names the families of its BIOS (`P89`, `U30`, `A43`).
fn is_hpe_family(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() == 3 && b"AIJPU".contains(&bytes[0]) && bytes[1..].iter().all(u8::is_ascii_digit)
}

/// The processor without trade marks.
#[must_use]
pub fn cpu_model(value: &str) -> String {
    let plain = value
        .replace("(R)", "")
        .replace("(TM)", "")
        .replace("(r)", "")
        .replace("(tm)", "")
        .replace(['®', '™'], "");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The revision of the microcode in hexadecimal without leading zeros, as `0x5003303`.
#[must_use]
pub fn microcode(value: &str) -> String {
    let value = value.trim();
    let Some(digits) = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) else {
        return value.to_owned();
    };
    let trimmed = digits.trim_start_matches('0').to_ascii_lowercase();
    format!("0x{}", if trimmed.is_empty() { "0" } else { &trimmed })
}

/// The operating system: short names of distributions, no code names.
#[must_use]
pub fn operating_system(value: &str) -> String {
    let mut name = value.trim().to_owned();
    if name.ends_with(')')
        && let Some(at) = name.rfind(" (")
    {
        name.truncate(at);
    }
    let name = name.strip_suffix(" LTS").unwrap_or(&name);
    if name.starts_with("Rocky Linux") {
        return name.to_owned();
    }
    for (long, short) in [
        ("Debian GNU/Linux", "Debian"),
        ("CentOS Linux release", "CentOS"),
        ("CentOS Linux", "CentOS"),
        ("Red Hat Enterprise Linux Server release", "Red Hat Enterprise Linux"),
        ("Red Hat Enterprise Linux release", "Red Hat Enterprise Linux"),
        ("Red Hat Enterprise Linux Server", "Red Hat Enterprise Linux"),
        ("RedHat", "Red Hat Enterprise Linux"),
        ("Rocky", "Rocky Linux"),
    ] {
        if let Some(rest) = name.strip_prefix(long)
            && (rest.is_empty() || rest.starts_with(' '))
        {
            return format!("{short}{rest}");
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_has_one_model_whoever_names_it() {
        for text in [
            "PowerEdge R740",
            "Dell PowerEdge R740",
            "Dell Inc. PowerEdge  R740 ",
            "DELL EMC PowerEdge R740",
            "PowerEdge R740 (SKU=NotProvided;ModelName=PowerEdge R740)",
        ] {
            assert_eq!(of_tool("model", text).as_deref(), Some("PowerEdge R740"), "{text}");
        }
        assert_eq!(model("System x3650 M4: -[7915AC1]-"), "System x3650 M4");
        assert_eq!(model("HP ProLiant DL380 Gen9"), "ProLiant DL380 Gen9");
        assert_eq!(model("VMware Virtual Platform"), "VMware Virtual Platform");
        assert_eq!(model("HPC-Node 3"), "HPC-Node 3");
    }

    #[test]
    fn makers_have_one_name() {
        for (text, maker) in [
            ("Dell Inc.", "Dell"),
            ("DELL", "Dell"),
            ("HP", "HPE"),
            ("Hewlett-Packard Company", "HPE"),
            ("HPE", "HPE"),
            ("Supermicro", "Supermicro"),
            ("Super Micro Computer, Inc.", "Supermicro"),
            ("Example Works Co., Ltd.", "Example Works"),
            ("HPC Systems", "HPC Systems"),
        ] {
            assert_eq!(vendor(text), maker, "{text}");
        }
    }

    #[test]
    fn what_nobody_filled_in_is_no_value() {
        for text in [
            "To Be Filled By O.E.M.",
            "Not Specified",
            "Default string",
            "0123456789",
            " ",
            "................",
            "System Product Name",
            "N/A",
        ] {
            assert_eq!(of_tool("model", text), None, "{text}");
        }
        assert_eq!(of_tool("model", "X10").as_deref(), Some("X10"));
    }

    #[test]
    fn a_bios_has_the_name_that_the_kernel_gives_it() {
        let dated = |version: &str| (version.to_owned(), Some("2021-10-29".to_owned()));
        assert_eq!(bios("U30 v2.52 (10/29/2021)", None), dated("U30"));
        assert_eq!(bios("U30", Some("10/29/2021")), dated("U30"));
        for version in ["-[IVE142E-2.30]-", "2.3.10", "Hyper-V UEFI Release v4.1"] {
            assert_eq!(bios(version, Some("07/02/2019")), (version.to_owned(), None));
        }
    }

    #[test]
    fn a_bmc_has_one_version() {
        assert_eq!(bmc_version("iLO 5 v2.46"), bmc_version("2.46 May 11 2021"));
        assert_eq!(bmc_version("CDI3A4A build 7"), "CDI3A4A build 7");
    }

    #[test]
    fn words_in_a_table_stay_as_they_are() {
        for (factor, value) in [
            ("os", "Rocky Linux 8"),
            ("bios_version", "U30 v2.52 (10/29/2021)"),
            ("bios_version", "-[IVE142E-2.30]-"),
        ] {
            assert_eq!(of_table(factor, value).as_deref(), Some(value));
        }
    }

    #[test]
    fn systems_and_processors_lose_what_only_some_sources_write() {
        assert_eq!(operating_system("Debian GNU/Linux 12 (bookworm)"), "Debian 12");
        assert_eq!(operating_system("RedHat 8.6"), operating_system("Red Hat Enterprise Linux 8.6 (Ootpa)"));
        assert_eq!(operating_system("Rocky 8.9"), operating_system("Rocky Linux 8.9 (Green Obsidian)"));
        assert_eq!(operating_system("Ubuntu 22.04, HWE"), "Ubuntu 22.04, HWE");
        assert_eq!(
            cpu_model("Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz"),
            "Intel Xeon Gold 6130 CPU @ 2.10GHz"
        );
        assert_eq!(microcode("0x05003303"), "0x5003303");
    }
}
