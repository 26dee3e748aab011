//! Where secrets come from, and that they show nowhere.

use std::error::Error;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use coroner::collect::credentials::{
    CredentialError, Credentials, IpmiLoginError, IpmiVersion, Login, keep_out_of_core_dumps,
};
use coroner::collect::secret::Secret;
use tempfile::TempDir;

use crate::configuration::collect;

const PASSWORD: &str = "horse battery staple";

/// Credentials `bmc` with these keys, in a folder of their own.
fn credentials(folder: &Path, keys: &str) -> Result<Credentials, CredentialError> {
    let rules = collect(&format!("[collect.credentials.bmc]\nuser = \"monitor\"\n{keys}\n"));
    Credentials::new(&rules.credentials, folder)
}

fn secret_file(text: &str, mode: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    folder
}

/// The password, or all that is said about why there is none.
fn fetch(folder: &Path, keys: &str) -> Result<Vec<u8>, String> {
    let chain = |error: &dyn Error| {
        let text = format!("{error} {:?} {:?}", error.source().map(ToString::to_string), error);
        assert!(!text.contains(PASSWORD), "{text}");
        text
    };
    let credentials = credentials(folder, keys).map_err(|error| chain(&error))?;
    match credentials.get("bmc") {
        Ok(login) => {
            assert_eq!(login.user, "monitor");
            let shown = format!("{login:?} {credentials:?}");
            assert!(!shown.contains(PASSWORD), "{shown}");
            Ok(login.password.expose().to_vec())
        }
        Err(error) => Err(chain(&*error)),
    }
}

const FILE: &str = "password_file = \"password\"";

#[test]
fn the_first_line_of_a_private_file_is_a_password() {
    for text in ["horse battery staple", "horse battery staple\n", "horse battery staple\r\nsecond line\n"] {
        for mode in [0o600, 0o400] {
            let folder = secret_file(text, mode);
            assert_eq!(fetch(folder.path(), FILE).unwrap(), PASSWORD.as_bytes());
        }
    }
}

#[test]
fn a_file_that_others_can_read_or_write_is_refused() {
    for mode in [0o640, 0o604, 0o620, 0o602, 0o644, 0o601] {
        let folder = secret_file(PASSWORD, mode);
        let message = fetch(folder.path(), FILE).unwrap_err();
        assert!(message.contains("chmod 600"), "{message}");
    }
}

#[test]
fn a_link_is_judged_by_where_it_leads() {
    let open = secret_file(PASSWORD, 0o644);
    let closed = secret_file(PASSWORD, 0o600);
    let folder = tempfile::tempdir().unwrap();
    symlink(open.path().join("password"), folder.path().join("open")).unwrap();
    symlink(closed.path().join("password"), folder.path().join("closed")).unwrap();
    assert!(fetch(folder.path(), "password_file = \"open\"").unwrap_err().contains("chmod 600"));
    assert!(fetch(folder.path(), "password_file = \"closed\"").is_ok());
}

#[test]
fn a_file_of_another_user_is_refused() {
    let folder = secret_file(PASSWORD, 0o600);
    if chown(folder.path().join("password"), Some(65534), None).is_err() {
        println!("skipped: needs root to give a file away");
        return;
    }
    let message = fetch(folder.path(), FILE).unwrap_err();
    assert!(message.contains("belongs to another user"), "{message}");
}

#[test]
fn what_is_no_file_or_no_secret_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    assert!(fetch(folder.path(), FILE).unwrap_err().contains("failed to read"));
    assert!(
        fetch(folder.path(), &format!("password_file = \"{path}\""))
            .unwrap_err()
            .contains("not a regular file")
    );
    let status =
        std::process::Command::new("mkfifo").args(["-m", "600"]).arg(folder.path().join("password")).status();
    if status.is_ok_and(|status| status.success()) {
        assert!(fetch(folder.path(), FILE).unwrap_err().contains("not a regular file"));
    }
    let empty = secret_file("\nsecond\n", 0o600);
    assert!(fetch(empty.path(), FILE).unwrap_err().contains("is empty"));
    let long = secret_file(&"x".repeat(9000), 0o600);
    assert!(fetch(long.path(), FILE).unwrap_err().contains("longer than"));
}

#[test]
fn the_environment_and_commands_give_secrets() {
    let here = Path::new("/");
    assert_eq!(fetch(here, "password_env = \"CARGO_PKG_NAME\"").unwrap(), b"coroner");
    assert!(
        fetch(here, "password_env = \"CORONER_NOT_SET\"")
            .unwrap_err()
            .contains("`CORONER_NOT_SET` is not set")
    );
    let printed = format!("password_command = [\"printf\", \"%s\\\\nmore\", \"{PASSWORD}\"]");
    let credentials = credentials(here, &printed).unwrap();
    assert_eq!(credentials.get("bmc").unwrap().password.expose(), PASSWORD.as_bytes());
}

#[test]
fn a_command_that_fails_shows_its_code_and_not_its_words() {
    let keys = |script: &str| format!("password_command = [\"sh\", \"-c\", \"{script}\"]");
    let here = tempfile::tempdir().unwrap();
    fs::write(here.path().join("s"), PASSWORD).unwrap();
    let file = here.path().join("s").display().to_string();
    let message = fetch(here.path(), &keys(&format!("cat {file}; cat {file} >&2; exit 3"))).unwrap_err();
    assert!(message.contains("exit status: 3"), "{message}");
    assert!(fetch(here.path(), &keys("cat /dev/zero")).unwrap_err().contains("longer than"));
    assert!(
        fetch(here.path(), "password_command = [\"/no/such/program\"]")
            .unwrap_err()
            .contains("/no/such/program")
    );
    assert!(fetch(here.path(), "password_command = []").unwrap_err().contains("no program"));
}

#[test]
fn a_secret_in_the_configuration_is_refused_and_not_repeated() {
    let here = Path::new("/");
    let message = fetch(here, &format!("password = \"{PASSWORD}\"")).unwrap_err();
    assert!(message.contains("password_file"), "{message}");
    let message = fetch(here, &format!("password_env = \"X\"\nkg = \"{PASSWORD}\"")).unwrap_err();
    assert!(message.contains("kg_file"), "{message}");
    assert!(fetch(here, "").unwrap_err().contains("exactly one"));
    assert!(fetch(here, "password_env = \"X\"\npassword_file = \"x\"").unwrap_err().contains("exactly one"));
    assert!(
        fetch(here, "password_env = \"X\"\nkg_env = \"X\"\nkg_file = \"x\"")
            .unwrap_err()
            .contains("at most one")
    );
}

#[test]
fn a_secret_is_asked_for_once() {
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count");
    let keys =
        format!("password_command = [\"sh\", \"-c\", \"echo x >> {}; sleep 0.2; echo pw\"]", count.display());
    let credentials = credentials(folder.path(), &keys).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(credentials.get("bmc").unwrap().password.expose(), b"pw"));
        }
    });
    assert_eq!(fs::read_to_string(count).unwrap(), "x\n");
    assert!(matches!(&*credentials.get("other").unwrap_err(), CredentialError::Unknown { .. }));
}

#[test]
fn programs_do_not_inherit_the_secrets_of_others() {
    let text = "[collect.credentials.a]\nuser = \"a\"\npassword_env = \"CARGO_PKG_NAME\"\n\
                [collect.credentials.b]\nuser = \"b\"\npassword_command = [\"sh\", \"-c\", \"echo ${CARGO_PKG_NAME-gone}\"]\n";
    let credentials = Credentials::new(&collect(text).credentials, Path::new("/")).unwrap();
    assert_eq!(credentials.variables(), ["CARGO_PKG_NAME"]);
    assert_eq!(credentials.get("b").unwrap().password.expose(), b"gone");
}

#[test]
fn a_bmc_key_may_be_hexadecimal() {
    let folder = secret_file("0x00ff10\n", 0o600);
    let kg = |keys: &str| credentials(folder.path(), keys).unwrap().get("bmc");
    let login = kg("password_env = \"CARGO_PKG_NAME\"\nkg_file = \"password\"").unwrap();
    assert_eq!(login.kg.as_ref().unwrap().expose(), [0, 255, 16]);
    fs::write(folder.path().join("password"), "0xzz").unwrap();
    let error = kg("password_env = \"CARGO_PKG_NAME\"\nkg_file = \"password\"").unwrap_err();
    assert!(error.to_string().contains("hexadecimal"));
}

#[test]
fn what_ipmi_cannot_carry_is_told() {
    let login = |length: usize| Login {
        user: "monitor".to_owned(),
        password: Secret::new(vec![b'x'; length]),
        kg: None,
    };
    assert!(login(20).check_for_ipmi(IpmiVersion::V2_0).is_ok());
    let error = login(21).check_for_ipmi(IpmiVersion::V2_0).unwrap_err();
    assert!(matches!(error, IpmiLoginError::Password { bytes: 21, max: 20, .. }));
    assert!(login(17).check_for_ipmi(IpmiVersion::V1_5).is_err());
    let long = Login { user: "a name of 17 byte".to_owned(), ..login(3) };
    assert!(matches!(long.check_for_ipmi(IpmiVersion::V2_0), Err(IpmiLoginError::User { .. })));
    let keyed = Login { kg: Some(Secret::new(vec![1; 21])), ..login(3) };
    assert!(matches!(keyed.check_for_ipmi(IpmiVersion::V2_0), Err(IpmiLoginError::Key { .. })));
}

#[test]
fn a_hardened_process_leaves_no_core_dump() {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};
    keep_out_of_core_dumps().unwrap();
    assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
    // Once more does no harm.
    keep_out_of_core_dumps().unwrap();
}
