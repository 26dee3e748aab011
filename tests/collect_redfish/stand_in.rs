//! The stand-in service as a child process: started on a free port with a certificate of its own, killed when
//! it goes out of scope.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use coroner::collect::redfish::{Fingerprint, Limits, Target, Trust, Wanted};
use coroner::collect::secret::Secret;
use coroner::collect::wall_clock::WallClock;
use tempfile::TempDir;

pub const USER: &str = "admin";
pub const PASSWORD: &str = "s3cret-\"and\\öther";

/// Runs a script so that its server sends small pieces at once. It writes head and body of an answer apart, and
/// the body would wait for the acknowledgement of the head: 40 ms with each answer.
const WITHOUT_DELAY: &str = "import runpy, socketserver, sys\n\
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True\n\
    sys.argv.pop(0)\n\
    runpy.run_path(sys.argv[0], run_name='__main__')";

/// Whether all of these programs are here. Says so if not; fails if tests may not be skipped.
pub fn has(programs: &[&str]) -> bool {
    let missing: Vec<_> = programs.iter().filter(|program| !is_installed(program)).collect();
    if missing.is_empty() {
        return true;
    }
    assert!(std::env::var_os("CORONER_TESTS_REQUIRE_ALL").is_none(), "needs {missing:?}");
    println!("skipped: needs {missing:?}");
    false
}

fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

pub fn stand_ins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_ins")
}

/// The interpreter itself: what is found by the name may be a script that takes its time to find it.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let path = run(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]));
        path.trim().to_owned()
    })
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Certificates in a folder: `cert.pem` with `key.pem`, self-signed as BMCs come; with `signed`, one from an
/// authority in `ca.pem` instead.
pub fn make_certificate(folder: &Path, signed: bool) -> Fingerprint {
    let openssl = |arguments: &str| {
        run(Command::new("openssl").current_dir(folder).args(arguments.split(' ').collect::<Vec<_>>()))
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30";
    let name = "subjectAltName=IP:127.0.0.1";
    if signed {
        openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=authority"));
        openssl(&format!(
            "req -x509 {key} -keyout key.pem -out cert.pem -subj /CN=bmc -addext {name} -CA ca.pem -CAkey ca.key \
             -addext basicConstraints=critical,CA:FALSE"
        ));
    } else {
        openssl(&format!("req -x509 {key} -keyout key.pem -out cert.pem -subj /CN=bmc -addext {name}"));
    }
    openssl("x509 -in cert.pem -noout -fingerprint -sha256").parse().unwrap()
}

pub struct StandIn {
    child: Child,
    folder: TempDir,
    pub port: u16,
    pub fingerprint: Fingerprint,
}

impl StandIn {
    /// Serves the tree that `make-tree.py` makes with these options.
    pub fn with_made_tree(tree_options: &[&str], options: &[&str]) -> Self {
        Self::start(options, false, |folder| {
            let mut make = Command::new(python());
            make.arg(stand_ins().join("redfish/make-tree.py")).arg(stand_ins().join("ipmi/sel-events.txt"));
            run(make.arg(folder.join("tree")).args(tree_options));
        })
    }

    /// Serves the tree that the function makes in the folder `tree` of the folder given.
    pub fn start(options: &[&str], signed: bool, make_tree: impl FnOnce(&Path)) -> Self {
        let folder = TempDir::new().unwrap();
        make_tree(folder.path());
        let tree = folder.path().join("tree");
        Self::serve(folder, &tree, options, signed)
    }

    /// Serves the tree of another one.
    pub fn with_tree_of(other: &Self, options: &[&str]) -> Self {
        Self::serve(TempDir::new().unwrap(), &other.folder().join("tree"), options, false)
    }

    fn serve(folder: TempDir, tree: &Path, options: &[&str], signed: bool) -> Self {
        let fingerprint = make_certificate(folder.path(), signed);
        let port = free_port();
        let child = Command::new(python())
            .args(["-c", WITHOUT_DELAY])
            .arg(stand_ins().join("redfish/redfish-serve.py"))
            .arg(format!("127.0.0.1:{port}"))
            .arg(tree)
            .args(["--cert".as_ref(), folder.path().join("cert.pem").as_os_str()])
            .args(["--key".as_ref(), folder.path().join("key.pem").as_os_str()])
            .arg(format!("--user={USER}:{PASSWORD}"))
            .args(options)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut served = Self { child, folder, port, fingerprint };
        let patience = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < patience, "the stand-in does not listen");
            assert!(served.child.try_wait().unwrap().is_none(), "the stand-in ended");
            sleep(Duration::from_millis(20));
        }
        served
    }

    pub fn target(&self) -> Target {
        target(self.port, Trust::Pin(self.fingerprint))
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of a resource in the tree that is served.
    pub fn place(&self, path: &str) -> PathBuf {
        self.folder().join("tree").join(path.trim_start_matches('/')).join("index.json")
    }

    /// Changes a resource while it is served.
    pub fn edit(&self, path: &str, change: impl FnOnce(&mut serde_json::Value)) {
        let file = self.place(path);
        let mut resource = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        change(&mut resource);
        fs::write(file, resource.to_string()).unwrap();
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn target(port: u16, trust: Trust) -> Target {
    Target {
        host: "127.0.0.1".to_owned(),
        port,
        user: USER.to_owned(),
        password: Secret::new(PASSWORD.as_bytes().to_vec()),
        trust,
    }
}

/// Everything is wanted, within two minutes, with short pauses.
pub fn wanted() -> Wanted {
    let now = Instant::now();
    let mut limits = Limits::until(now + Duration::from_secs(120));
    limits.pause = Duration::from_millis(20);
    limits.pause_max = Duration::from_millis(100);
    Wanted {
        logs: true,
        power: true,
        thermal: true,
        firmware: true,
        started: WallClock { utc: "2026-03-14T09:11:00Z".parse().unwrap(), instant: now },
        limits,
    }
}
