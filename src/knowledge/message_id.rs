//! Ids that vendors give to their messages, as they stand in records and in lines of text.

/// The id without the registry and its version: `IDRAC.2.8.PSU0003` → `PSU0003`. Dell's own version
/// of a registry may hold dots and numbers, but an id is always the last part.
#[must_use]
pub fn bare(id: &str) -> &str {
    let id = id.trim();
    id.rsplit('.').find(|part| !part.is_empty()).unwrap_or(id)
}

/// Whether an id as written is one of `wanted` (exact, or a beginning with `*`), without regard to
/// case. `OpenBMC.0.1.PowerSupplyPowerGoodFailed.Critical` is read with its severity and without.
#[must_use]
pub fn is_one_of(written: &str, wanted: &[String]) -> bool {
    let mut parts = written.trim().rsplit('.').filter(|part| !part.is_empty());
    let last = parts.next().unwrap_or_default();
    let before = SEVERITIES.contains(&last).then(|| parts.next()).flatten();
    [Some(last), before].into_iter().flatten().any(|id| wanted.iter().any(|want| fits(id, want)))
}

const SEVERITIES: [&str; 3] = ["OK", "Warning", "Critical"];

fn fits(id: &str, want: &str) -> bool {
    match want.strip_suffix('*') {
        Some(start) => id.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
        None => id.eq_ignore_ascii_case(want),
    }
}

/// The id that stands at `start..end` of a text as an id, and not as a word that somebody wrote: at the
/// front, behind `MessageID:` or its like, in brackets, or with its registry and version before it.
#[must_use]
pub fn in_text(text: &str, start: usize, end: usize) -> Option<&str> {
    let part_of_id = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_');
    let (head, tail) = (text.get(..start)?, text.get(end..)?);
    let from = head
        .rfind(|sign| !part_of_id(sign))
        .map_or(0, |at| at + head[at..].chars().next().map_or(1, char::len_utf8));
    let to = end + tail.find(|sign| !part_of_id(sign)).unwrap_or(tail.len());
    let written = text.get(from..to)?.trim_end_matches('.');
    let before = text[..from].trim_end_matches([' ', '"', '\'', ':', '=', '\t']);
    let is_id = from == 0
        || before.ends_with(['[', '(', '<', '|', '{'])
        || NAMES.iter().any(|name| ends_with(before, name))
        || has_registry(written);
    is_id.then_some(written)
}

/// What stands before an id that a program prints, in lower case.
const NAMES: [&str; 8] =
    ["messageid", "message id", "message_id", "msgid", "msg id", "msg_id", "eventid", "event id"];

fn ends_with(text: &str, name: &str) -> bool {
    let from = text.len().checked_sub(name.len());
    from.and_then(|from| text.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(name))
}

/// `Registry.1.0.Name`: a word, then numbers, then the name.
fn has_registry(written: &str) -> bool {
    let parts: Vec<&str> = written.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() >= 4
        && parts[1..3].iter().all(is_number)
        && parts[0].bytes().all(|b| b.is_ascii_alphanumeric())
}

/// What an event id of IBM's and Lenovo's controllers says in the codes of IPMI: asserted or not, event
/// type, offset, sensor type. `0x806f010c2003ffff` is an asserted event of type 6Fh, offset 1, of a
/// sensor of type 0Ch (memory). The next two bytes name the entity; the rest is filler.
#[must_use]
pub fn ipmi_codes(id: &str) -> Option<IpmiCodes> {
    let digits: String = bare(id)
        .strip_prefix("0x")
        .or_else(|| bare(id).strip_prefix("0X"))
        .unwrap_or(bare(id))
        .replace('-', "");
    if digits.len() != 16 || !digits.is_ascii() {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let asserted = match byte(0)? {
        0x80 => true,
        0x81 => false,
        _ => return None,
    };
    Some(IpmiCodes { asserted, event_type: byte(2)?, offset: byte(4)?, sensor_type: byte(6)? })
}

/// See [`ipmi_codes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpmiCodes {
    pub asserted: bool,
    pub event_type: u8,
    pub offset: u8,
    pub sensor_type: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_no_part_of_the_id() {
        assert_eq!(bare("IDRAC.2.8.PSU0003"), "PSU0003");
        assert_eq!(bare("ResourceEvent.1.0.ResourceErrorsDetected"), "ResourceErrorsDetected");
        assert_eq!(bare("PSU0003"), "PSU0003");
        assert_eq!(bare(""), "");
        let wanted = ["PSU0003".to_owned(), "PCIeFatal*".to_owned()];
        assert!(is_one_of("iDRAC.2.8.psu0003", &wanted));
        assert!(is_one_of("OpenBMC.0.1.PCIeFatalMalformedTLP", &wanted));
        assert!(is_one_of("OpenBMC.0.1.PCIeFatalMalformedTLP.Critical", &wanted));
        assert!(!is_one_of("PSU00031", &wanted) && !is_one_of("PSU000", &wanted) && !is_one_of("", &wanted));
    }

    #[test]
    fn a_word_in_a_sentence_is_no_id() {
        let at = |text: &'static str| {
            let start = text.find("PSU0003").unwrap();
            in_text(text, start, start + 7)
        };
        assert_eq!(at("PSU0003: The power input for power supply 1 is lost."), Some("PSU0003"));
        assert_eq!(at("Severity: Critical, MessageID: PSU0003, Message: lost"), Some("PSU0003"));
        assert_eq!(at("[PSU0003] lost"), Some("PSU0003"));
        assert_eq!(at("REDFISH_MESSAGE_ID=IDRAC.2.8.PSU0003 x"), Some("IDRAC.2.8.PSU0003"));
        assert_eq!(at("alert IDRAC.2.8.PSU0003. Next"), Some("IDRAC.2.8.PSU0003"));
        assert_eq!(at("COMMAND=/usr/bin/grep PSU0003 /var/log/syslog"), None);
        assert_eq!(at("see ticket about PSU0003"), None);
        assert_eq!(at("MessageID: XPSU0003"), Some("XPSU0003"));
    }

    #[test]
    fn event_ids_of_ibm_and_lenovo_carry_the_codes_of_ipmi() {
        let codes = |id| ipmi_codes(id).map(|c| (c.asserted, c.event_type, c.offset, c.sensor_type));
        assert_eq!(codes("0x806f010c2003ffff"), Some((true, 0x6f, 1, 0x0c)));
        assert_eq!(codes("806F0823-210104FF"), Some((true, 0x6f, 8, 0x23)));
        assert_eq!(codes("LenovoEventRegistry.2.1.0x816f081325 81ffff"), None);
        assert_eq!(codes("0x816f08132581ffff"), Some((false, 0x6f, 8, 0x13)));
        assert_eq!(codes("0x4000000e00000000"), None);
        assert_eq!(codes("PSU0003"), None);
    }
}
