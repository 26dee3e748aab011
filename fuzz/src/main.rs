//! `cargo run --release -- TARGET [OPTION of libFuzzer]...`; see README.md.

use std::ffi::{CString, c_char, c_int};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;
use std::{env, fs, io};

use libfuzzer_sys::fuzz_target;

mod targets;

use targets::Target;

static TARGET: OnceLock<Target> = OnceLock::new();

fuzz_target!(|input: &[u8]| {
    if let Some(target) = TARGET.get() {
        (target.check)(input);
    }
});

unsafe extern "C" {
    fn LLVMFuzzerTestOneInput(bytes: *const u8, len: usize) -> c_int;
    fn LLVMFuzzerRunDriver(
        count: *mut c_int,
        arguments: *mut *mut *mut c_char,
        test: unsafe extern "C" fn(*const u8, usize) -> c_int,
    ) -> c_int;
}

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let wanted = arguments.next().unwrap_or_default();
    let options: Vec<String> = arguments.collect();
    if wanted == "all" {
        return run_each(&options);
    }
    let Some(target) = targets::all().into_iter().find(|target| target.name == wanted) else {
        let names: Vec<&str> = targets::all().iter().map(|target| target.name).collect();
        eprintln!("cargo run --release -- TARGET [OPTION of libFuzzer]...");
        eprintln!("TARGET is `all` or one of: {}", names.join(", "));
        return ExitCode::from(2);
    };
    match run(target, options) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// The targets one after another, each in a process of its own, for libFuzzer ends the process.
fn run_each(options: &[String]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for target in targets::all() {
        eprintln!("== {}", target.name);
        let program = env::current_exe().unwrap_or_else(|_| "fuzz".into());
        let ended = Command::new(program).arg(target.name).args(options).status();
        if !ended.is_ok_and(|status| status.success()) {
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn run(target: Target, options: Vec<String>) -> io::Result<ExitCode> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = here.join("seeds").join(target.name);
    let corpus = here.join("corpus").join(target.name);
    let crashes = here.join("crashes").join(target.name);
    // Fixtures may have gone since the last run.
    if seeds.is_dir() {
        fs::remove_dir_all(&seeds)?;
    }
    for folder in [&seeds, &corpus, &crashes] {
        fs::create_dir_all(folder)?;
    }
    let given =
        options.iter().filter_map(|option| option.strip_prefix("-max_len=")?.parse().ok()).next_back();
    let bytes_max: usize = given.unwrap_or(target.bytes_usual);
    for (number, seed) in target.seeds_within(bytes_max).iter().enumerate() {
        fs::write(seeds.join(format!("{number:04}")), seed)?;
    }
    let mut arguments = vec![
        format!("fuzz-{}", target.name),
        format!("-max_len={bytes_max}"),
        "-timeout=5".to_owned(),
        "-rss_limit_mb=2048".to_owned(),
        // To weigh the inputs by how rare what they reach is halves the rate, or worse.
        "-entropic=0".to_owned(),
        format!("-artifact_prefix={}/", crashes.display()),
    ];
    // An option given twice counts as it is given last. A file is tried alone.
    let files = options.iter().any(|option| !option.starts_with('-'));
    arguments.extend(options);
    if !files {
        // New inputs go into the first folder.
        arguments.extend([corpus, seeds].map(|folder: PathBuf| folder.display().to_string()));
    }
    let _ = TARGET.set(target);
    Ok(drive(arguments))
}

#[expect(unsafe_code, reason = "libFuzzer is a library of C++")]
fn drive(arguments: Vec<String>) -> ExitCode {
    let arguments: Vec<CString> = arguments.into_iter().filter_map(|word| CString::new(word).ok()).collect();
    let mut pointers: Vec<*mut c_char> = arguments.iter().map(|word| word.as_ptr().cast_mut()).collect();
    let mut count = c_int::try_from(pointers.len()).unwrap_or(c_int::MAX);
    pointers.push(std::ptr::null_mut());
    let mut list = pointers.as_mut_ptr();
    // SAFETY: the strings and the list, which ends with a null pointer, outlive the call; libFuzzer
    // copies the strings and does not write to them.
    let code = unsafe { LLVMFuzzerRunDriver(&raw mut count, &raw mut list, LLVMFuzzerTestOneInput) };
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
