//! The BMC of this machine, through the kernel's driver (`/dev/ipmi0`).

use std::io::{self, ErrorKind};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ipmi_rs::File;
use ipmi_rs::connection::{IpmiConnection, Request, Response};

use super::link::{Link, copied};

/// Node busy and "timed out inside the BMC": ask again later (spec table 5-2).
const NOT_NOW: [u8; 2] = [0xc0, 0xc3];
const BUSY_ATTEMPTS: u32 = 6;
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// The driver's device, with a time at which everything must be over.
pub struct Local {
    file: File,
    deadline: Option<Instant>,
}

impl Local {
    /// Opens the device. `timeout` is for each answer; the driver repeats what gets lost.
    ///
    /// # Errors
    /// If it is not there or not ours to open.
    pub fn open(path: &Path, timeout: Duration, deadline: Option<Instant>) -> io::Result<Self> {
        Ok(Self { file: File::new(path, timeout)?, deadline })
    }
}

impl IpmiConnection for Local {
    type SendError = io::Error;
    type RecvError = io::Error;
    type Error = io::Error;

    fn send(&mut self, request: &mut Request) -> io::Result<()> {
        if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(io::Error::new(ErrorKind::TimedOut, "no time left for the BMC"));
        }
        self.file.send(request)
    }

    fn recv(&mut self) -> io::Result<Response> {
        self.file.recv()
    }

    fn send_recv(&mut self, request: &mut Request) -> io::Result<Response> {
        let mut pause = BUSY_PAUSE;
        for _ in 0..BUSY_ATTEMPTS {
            self.send(&mut copied(request))?;
            let response = self.recv()?;
            if !NOT_NOW.contains(&response.cc()) {
                return Ok(response);
            }
            thread::sleep(pause);
            pause *= 2;
        }
        self.send(request)?;
        self.recv()
    }
}

impl Link for Local {}
