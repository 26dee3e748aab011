//! Prompts that people copy together with a tool's output.

/// The host in a prompt with a command behind it: `[root@kvm07 ~]# dmidecode`, `root@kvm07:~# lscpu`,
/// `admin@kvm07> …`. `None` if the line is no prompt.
#[must_use]
pub fn host_of(line: &str) -> Option<&str> {
    let line = line.trim_start().trim_start_matches('[');
    let (user, rest) = line.split_once('@')?;
    let is_word = |text: &str| {
        !text.is_empty()
            && text.len() <= 64
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let end = rest.find([' ', ':', ']', '#', '$', '>'])?;
    let host = &rest[..end];
    let place = rest[end..].split(['#', '$', '>']).next()?;
    let ends = rest[end + place.len()..].starts_with(['#', '$', '>']);
    (is_word(user) && is_word(host) && ends && place.len() <= 80).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_host_and_takes_no_address_for_a_prompt() {
        for line in [
            "[root@kvm07 ~]# dmidecode -t 1",
            "root@kvm07:~# lscpu",
            "ops@kvm07:/var/log$ cat x",
            "root@kvm07> show",
        ] {
            assert_eq!(host_of(line), Some("kvm07"), "{line}");
        }
        for line in ["Contact: ops@example.org for help", "BOGUS@", "\tVendor: Example", "a b@c #"] {
            assert_eq!(host_of(line), None, "{line}");
        }
    }
}
