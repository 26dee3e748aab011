//! The settings of one host's sources, checked.

use std::path::Path;

use super::group::Member;
use super::names::{HostName, check_address, check_user};
use super::problem::Problem;
use super::{IpmiLink, IpmiTarget, RedfishTarget, SshSource, Target, Trust, seconds, secret_variables};
use crate::collect::ssh::{SshTarget, Wanted};
use crate::config::collect::{Collect, Group, IpmiRule, RedfishRule, SshRule};

/// Cipher suites that are spoken: HMAC-SHA256 and HMAC-SHA1 with AES-CBC-128 (IPMI v2.0, table 22-20).
const SUITES: [u8; 2] = [17, 3];
const MIB: u64 = 1024 * 1024;

/// What the settings of a host depend on.
pub(super) struct Context<'a> {
    pub(super) collect: &'a Collect,
    pub(super) rule: &'a Group,
    pub(super) folder: &'a Path,
    /// Hosts in the group.
    pub(super) hosts: usize,
}

type Wrong = (&'static str, Problem);

/// What is asked of one host of a group.
pub(super) fn target(context: &Context<'_>, member: &Member) -> Result<Target, Wrong> {
    let rule = context.rule;
    let ipmi = rule.ipmi.on().map(|settings| ipmi(context, settings, member)).transpose()?;
    let redfish = rule.redfish.on().map(|settings| redfish(context, settings, member)).transpose()?;
    let ssh = rule.ssh.on().map(|settings| ssh(context, settings, &member.host)).transpose()?;
    if ipmi.is_none() && redfish.is_none() && ssh.is_none() {
        return Err(("ipmi", Problem::NoSource));
    }
    Ok(Target { host: member.host.clone(), ipmi, redfish, ssh })
}

/// Pins of hosts that the group does not have are typing mistakes.
pub(super) fn check_pins(rule: &Group, members: &[Member]) -> Result<(), Wrong> {
    let pins = rule.redfish.on().map(|settings| &settings.pins);
    let is_member = |host: &str| members.iter().any(|member| member.host.as_str() == host);
    match pins.and_then(|pins| pins.keys().find(|host| !is_member(host))) {
        Some(host) => Err(("redfish.pins", Problem::PinOfStranger { host: host.clone() })),
        None => Ok(()),
    }
}

fn ipmi(context: &Context<'_>, settings: &IpmiRule, member: &Member) -> Result<IpmiTarget, Wrong> {
    for suite in &settings.suites {
        match suite {
            0 => return Err(("ipmi.suites", Problem::SuiteZero)),
            known if SUITES.contains(known) => {}
            _ => return Err(("ipmi.suites", Problem::Suite { suite: *suite })),
        }
    }
    if settings.suites.is_empty() {
        return Err(("ipmi.suites", Problem::Count { value: 0, max: 3 }));
    }
    let (link, credentials) = if settings.local {
        if context.hosts != 1 {
            return Err(("ipmi.local", Problem::LocalOfMany { hosts: context.hosts }));
        }
        (IpmiLink::Local, None)
    } else {
        let name = settings.credentials.as_ref().or(context.rule.credentials.as_ref());
        if name.is_none() && !settings.allow_anonymous {
            return Err(("ipmi", Problem::NoCredentials));
        }
        if let Some(name) = name {
            check_credentials(context, name, settings.allow_anonymous)?;
        }
        (IpmiLink::Lan { address: bmc(member)?, port: settings.port }, name.cloned())
    };
    Ok(IpmiTarget {
        link,
        suites: settings.suites.clone(),
        privilege: settings.privilege,
        allow_anonymous: settings.allow_anonymous,
        credentials,
    })
}

fn redfish(context: &Context<'_>, settings: &RedfishRule, member: &Member) -> Result<RedfishTarget, Wrong> {
    let pinned = settings.pin.is_some() || !settings.pins.is_empty();
    let kinds = [settings.ca_file.is_some(), pinned, settings.insecure];
    if kinds.into_iter().filter(|kind| *kind).count() > 1 {
        return Err(("redfish", Problem::Trusts));
    }
    let pin = settings.pins.get(member.host.as_str()).or(settings.pin.as_ref());
    let trust = match (&settings.ca_file, pin) {
        (Some(path), _) => Trust::Authorities(context.folder.join(path)),
        (None, Some(pin)) => Trust::Pin(digest(pin).map_err(|problem| ("redfish.pin", problem))?),
        (None, None) if settings.insecure => Trust::Insecure,
        (None, None) => Trust::System,
    };
    let name = settings.credentials.as_ref().or(context.rule.credentials.as_ref());
    let name = name.ok_or(("redfish", Problem::NoCredentials))?;
    check_credentials(context, name, false)?;
    Ok(RedfishTarget { address: bmc(member)?, port: settings.port, trust, credentials: name.clone() })
}

fn ssh(context: &Context<'_>, settings: &SshRule, host: &HostName) -> Result<SshSource, Wrong> {
    let address = host.fill(&settings.address);
    check_address(&address).map_err(|error| ("ssh.address", error.into()))?;
    if let Some(user) = &settings.user {
        check_user(user).map_err(|error| ("ssh.user", error.into()))?;
    }
    for path in &settings.files {
        if !path.starts_with('/') || path.chars().any(char::is_control) {
            return Err(("ssh.files", Problem::RemotePath { path: path.clone() }));
        }
    }
    for text in &settings.journal {
        let field = text.split_once('=').map_or("", |(field, _)| field);
        if field.is_empty()
            || !field.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        {
            return Err(("ssh.journal", Problem::JournalMatch { text: text.clone() }));
        }
    }
    for text in &settings.options {
        let wrong =
            !text.starts_with(|c: char| c.is_ascii_alphabetic()) || text.chars().any(char::is_control);
        if wrong {
            return Err(("ssh.options", Problem::SshOption { text: text.clone() }));
        }
    }
    for name in settings.commands.keys() {
        HostName::new(name).map_err(|error| ("ssh.commands", error.into()))?;
    }
    let timeout = seconds(context.collect.timeout_s).map_err(|problem| ("timeout_s", problem))?;
    Ok(SshSource {
        target: SshTarget {
            address,
            user: settings.user.clone(),
            port: settings.port,
            config: settings.config.as_ref().map(|path| context.folder.join(path)),
            options: settings.options.clone(),
            connect_timeout: timeout.saturating_mul(context.collect.attempts),
            hidden: secret_variables(context.collect),
        },
        wanted: Wanted {
            kernel: settings.kernel,
            journal: settings.journal.clone(),
            since_days: settings.since_days,
            boots: settings.boots,
            dmi: settings.dmi,
            files: settings.files.clone(),
            commands: settings.commands.clone(),
            max_bytes: settings.max_mib.saturating_mul(MIB),
        },
    })
}

fn bmc(member: &Member) -> Result<String, Wrong> {
    member.bmc.clone().ok_or_else(|| ("bmc", Problem::NoBmc { host: member.host.to_string() }))
}

fn check_credentials(context: &Context<'_>, name: &str, allow_anonymous: bool) -> Result<(), Wrong> {
    match context.collect.credentials.get(name) {
        None => Err(("credentials", Problem::UnknownCredentials { name: name.to_owned() })),
        Some(rule) if rule.user.is_empty() && !allow_anonymous => {
            Err(("credentials", Problem::NoUser { name: name.to_owned() }))
        }
        Some(_) => Ok(()),
    }
}

/// A SHA-256 as it is written: `sha256:` and hexadecimal digits, with colons between the bytes or without, as
/// `openssl x509 -fingerprint -sha256` prints them.
fn digest(pin: &str) -> Result<[u8; 32], Problem> {
    let wrong = || Problem::Pin { pin: pin.to_owned() };
    let text = pin.strip_prefix("sha256:").ok_or_else(wrong)?;
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()
        .ok_or_else(wrong)?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    let bytes: Vec<u8> = pairs.collect::<Option<_>>().ok_or_else(wrong)?;
    bytes.try_into().map_err(|_| wrong())
}
