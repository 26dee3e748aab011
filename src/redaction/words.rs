//! Words that are no secret: what systems call their own users, what logs are made of, what everybody's domains are.

use std::collections::HashSet;
use std::sync::OnceLock;

/// Users that operating systems, hypervisors, BMCs and common services have by themselves, and words that stand for
/// nobody. Small letters.
const SYSTEM_USERS: &str = "
    root daemon bin sys sync adm lp mail news uucp proxy www-data backup list irc gnats nobody nfsnobody
    halt shutdown operator games ftp man dbus messagebus polkitd sshd ntp chrony _chrony tss rpc rpcuser
    tcpdump postfix exim dovecot named bind avahi syslog uuidd landscape pollinate lxd libvirt libvirt-qemu
    libvirt-dnsmasq qemu kvm dnsmasq mysql mariadb postgres redis mongodb nginx apache httpd tomcat squid
    haproxy ceph gluster zabbix nagios icinga prometheus node_exporter grafana telegraf snmp debian-snmp
    debian-exim munin puppet chef ansible salt admin administrator guest user users test tester ubuntu
    debian centos fedora rocky almalinux ec2-user cloud-user cloud-init core pi vagrant vpxuser dcui vcsa
    vdsm system localsystem localservice networkservice service unknown invalid illegal none null nil
    anonymous everyone public default reboot runlevel boot wtmp btmp login lightdm gdm sddm xymon bacula
    bareos veeam git gitlab jenkins oracle sa dba rtkit colord saned usbmux geoclue setroubleshoot
    cockpit-ws sssd cron crond crontab statd hacluster gdm-greeter whoopsie kernoops speech-dispatcher
    shared all the is by from for on to with in and or not of has was a an space mode land process program
    input request session sessions slice manager id uid name authentication authenticating password
    wheel dialout cdrom floppy tape audio video plugdev staff input render lpadmin netdev scanner sudo docker
    utmp shadow disk kmem nogroup tty ssh administrators authority
";

/// Whether a user is there on systems of other people, too, or the word stands for nobody. Takes any case.
#[must_use]
pub fn is_system_user(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.is_empty()
        || is_in(&USERS, SYSTEM_USERS, &lower)
        || lower.starts_with("systemd-")
        || lower.starts_with("_apt")
        || lower.bytes().all(|byte| byte.is_ascii_digit())
}

/// Words that logs, kernels, BMCs and coroner's own patterns are made of. Small letters, sorted by nothing but sense.
const VOCABULARY: &str = "
    a an and are as at be by can do for from has have if in into is it its no not of off on or out over set
    so the this to too up use used was were will with jan feb mar apr may jun jul aug sep oct nov dec mon
    tue wed thu fri sat sun january february march april june july august september october november
    december monday tuesday wednesday thursday friday saturday sunday am pm utc gmt cet cest est edt pst pdt
    time date day days hour hours min sec second seconds minutes year week power powered supply psu fan fans
    cpu cpus core cores processor memory mem dimm disk disks drive drives raid array battery voltage
    temperature temp sensor chassis slot board bus pci pcie usb sata sas scsi nvme ata network net link port
    nic eth bond bridge lan wan wlan vlan bios uefi efi firmware bmc ipmi idrac ilo drac sel acpi dmi smbios
    serial console tty host hosts hostname node nodes server servers machine system systems device devices
    cluster rack unit module hardware software controller backplane enclosure bank channel rank page intel
    amd dell hpe hp ibm lenovo supermicro cisco fujitsu huawei inspur broadcom mellanox nvidia samsung
    micron hynix seagate toshiba hitachi oracle vmware microsoft redhat debian ubuntu centos rocky fedora
    suse linux windows poweredge proliant thinksystem american megatrends insyde apc eaton google amazon
    qemu kvm xen hyper hyperv proxmox esxi docker kubernetes ceph veeam bacula bareos restic borg alert
    critical crit error errors err warning warn notice debug emerg fatal fault failed failure fail ok normal
    asserted deasserted assert deassert present absent lost loss redundancy degraded detected event events
    log logs message messages panic oops bug hung hang task tasks blocked killed kill oom watchdog timeout
    timed reset restart reboot rebooted shutdown halt boot booted booting start started starting stop
    stopped stopping exit exited crash crashed dump kdump trace call stack lockup soft hard nmi mce mcelog
    ecc edac rasdaemon correctable uncorrectable corrected uncorrected parity machine-check thermal
    throttled overheat upper lower going high low unknown unspecified generic oem limit exceeded threshold
    reading state status changed change update updated upgrade install version input output io read write
    sector buffer filesystem ext4 xfs btrfs zfs nfs journal mount remount root swap sync cache file files
    directory path data index kernel systemd init cron crond sshd ssh sudo su login logind rsyslogd syslog
    syslogd dbus udev udevd auditd audit ntpd ntp chronyd chrony dhcp dhclient dnsmasq dns networkmanager
    networkd resolved smartd smart mdadm md lvm multipathd libvirtd libvirt pve vzdump pacemaker corosync
    stonith fence snmpd snmp zabbix nagios postfix smtp smtpd imap pop http https www ftp ldap kerberos sssd
    pam mysql mysqld postgres postgresql redis nginx apache httpd apt dpkg yum dnf rpm upsmon upsd apcupsd
    nut ups pdu ipmievd ipmitool racadm freeipmi agent daemon service session user users uid gid pid tid
    process thread command job jobs backup backups snapshot restore storage repository vm guest virtual mail
    proxy client password accepted publickey connection closed disconnected opened invalid authentication
    account name id key value type number count total none null true false yes default test info information
    local localhost localdomain remote address mac ip ipv4 ipv6 inet tcp udp icmp home var usr etc tmp opt
    dev proc run bin sbin lib srv mnt media admin operator maintenance window planned production csv json
    xml txt gz zip tar conf config src dst source target end begin first last new old all any other main
    master slave active inactive enabled disabled online offline logical physical model role os vendor feed
    severity cause incident incidents still logged gone pre initiated requested record domain zone keyword
";

/// Names of devices with a number behind them, which no host takes from the kernel.
const NUMBERED: &str = "
    sd eth eno ens cpu dimm nvme md dm usb tty ttys pts bond br vmbr tap veth vlan ib psu fan vda vdb hd sr
    loop ram mc csrow ata scsi
";

/// Whether a name is a word that logs are made of, so that replacing it everywhere would take away their meaning.
/// Takes any case.
#[must_use]
pub fn is_vocabulary(name: &str) -> bool {
    let lower = name.to_lowercase();
    let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    // Two hexadecimal digits are a byte, and a number is a number.
    lower.len() <= 1
        || lower.len() == 2 && lower.bytes().all(|byte| byte.is_ascii_hexdigit())
        || bare.is_empty()
        || is_in(&OF_LOGS, VOCABULARY, &lower)
        || bare.len() < lower.len() && is_in(&DEVICES, NUMBERED, bare)
}

/// What stands in the field for a serial number or asset tag where there is none, small.
const NO_SERIALS: &[&str] = &[
    "default",
    "default string",
    "none",
    "null",
    "n/a",
    "unknown",
    "undefined",
    "empty",
    "invalid",
    "not specified",
    "not applicable",
    "not available",
    "not present",
    "not provided",
    "no asset tag",
    "no asset information",
    "asset tag",
    "asset-1234567890",
    "to be filled by o.e.m.",
    "to be filled by o.e.m",
    "to be filled by oem",
    "o.e.m.",
    "serial number",
    "system serial number",
    "chassis serial number",
    "base board serial number",
    "board serial number",
    "sernum",
    "empty slot",
];

/// Whether a serial number in small letters is none: a sentence of the maker, digits in a row, one sign repeated.
#[must_use]
pub fn is_no_serial(value: &str) -> bool {
    let first = value.chars().next();
    NO_SERIALS.contains(&value)
        || value.chars().all(|c| Some(c) == first || matches!(c, '.' | '-' | ' '))
        || "01234567890123456789".contains(value)
}

/// Labels of domains that are nobody's own: sites, networks, kinds of hosts.
const COMMON_LABELS: &str = "
    corp corporate company intern internal int intra intranet extern external prod prd stage staging dev
    devel qa lab labs mgmt management oob office site sites dc datacenter cloud example domain localdomain
    localhost private priv infra ops com co net org gov edu ac gmbh group global world it ad dmz east west
    north south region zone hosting hosted web online tech systems services
";

/// Whether a label of a domain tells nothing where it stands alone.
#[must_use]
pub fn is_common_label(label: &str) -> bool {
    label.len() < 4 || is_in(&LABELS, COMMON_LABELS, label) || is_vocabulary(label)
}

/// Domains that every network has.
pub(super) const LOCAL_DOMAINS: &[&str] = &[
    "localdomain",
    "local",
    "lan",
    "localhost",
    "internal",
    "home.arpa",
    "in-addr.arpa",
    "ip6.arpa",
    "invalid",
];

/// Domains of makers, distributions and standards, whose names say nothing about a site.
const PUBLIC_DOMAINS: &str = "
    dell.com emc.com hpe.com hp.com ibm.com lenovo.com supermicro.com cisco.com intel.com amd.com nvidia.com
    mellanox.com broadcom.com vmware.com microsoft.com windows.com windowsupdate.com redhat.com debian.org
    ubuntu.com canonical.com launchpad.net centos.org fedoraproject.org rockylinux.org almalinux.org
    suse.com opensuse.org kernel.org proxmox.com freedesktop.org gnu.org apache.org github.com gitlab.com
    google.com ntp.org ietf.org w3.org dmtf.org openssh.com libssh.org samba.org isc.org netfilter.org
    sourceforge.net busybox.net redfish.org schema.org openbmc.org openbmc-project.net xmlsoap.org
    oracle.com example.invalid openssl.org lysator.liu.se
";

/// No domain of those lists is longer.
const LISTED_BYTES_MAX: usize = 40;

/// Top-level domains that no kind of file is called by. Names below them are names of hosts, whoever's.
const TOP_LEVEL: &str = "
    com net org edu gov mil eu biz de ch fr nl lu uk ie es pt dk se fi cz sk hu ro bg gr hr si lt lv ee ru
    ua tr il ca mx br cl jp cn kr tw hk sg au nz za ae vn ph cloud corp intern intranet example test berlin
    hamburg wien tirol koeln bayern london
";

/// Top-level domains that are words or endings as well: below them, names have three labels at least.
const TOP_LEVEL_AND_WORD: &[&str] = &["at", "be", "it", "no", "by", "us", "io", "my", "is", "in", "int"];

/// Whether the last label of a name with so many labels is a top-level domain (and not the ending of a file).
#[must_use]
pub fn is_top_level(label: &str, labels: usize) -> bool {
    is_in(&TOPS, TOP_LEVEL, label) || labels >= 3 && TOP_LEVEL_AND_WORD.contains(&label)
}

/// Whether a domain, or one above it, says nothing about whose it is.
#[must_use]
pub fn is_public_domain(domain: &str) -> bool {
    let ends = domain.match_indices('.').map(|(at, _)| at + 1);
    let short = |from: &usize| domain.len() - from <= LISTED_BYTES_MAX;
    std::iter::once(0).chain(ends).filter(short).any(|from| {
        let above = &domain[from..];
        is_in(&DOMAINS, PUBLIC_DOMAINS, above) || LOCAL_DOMAINS.contains(&above)
    })
}

type Words = OnceLock<HashSet<&'static str>>;

static USERS: Words = OnceLock::new();
static OF_LOGS: Words = OnceLock::new();
static DEVICES: Words = OnceLock::new();
static LABELS: Words = OnceLock::new();
static DOMAINS: Words = OnceLock::new();
static TOPS: Words = OnceLock::new();

/// Whether a word stands in a list of words between blanks.
fn is_in(set: &'static Words, list: &'static str, word: &str) -> bool {
    set.get_or_init(|| list.split_ascii_whitespace().collect()).contains(word)
}
