//! A TLS server that answers each request with whatever bytes the test wants.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use coroner::collect::redfish::{Fingerprint, Target, Trust};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::stand_in::{make_certificate, target};

pub enum Reply {
    /// These bytes, then the connection stays open.
    Bytes(Vec<u8>),
    /// These bytes, then the end.
    Last(Vec<u8>),
    /// One of these bytes every so often.
    Drip(Vec<u8>, Duration),
    /// Nothing, for ever.
    Silence,
}

pub struct RawServer {
    host: &'static str,
    port: u16,
    fingerprint: Fingerprint,
    stopped: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
    /// First lines of all requests.
    pub requests: Arc<Mutex<Vec<String>>>,
}

impl RawServer {
    /// `answer` gets the head of a request.
    pub fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1", answer)
    }

    /// The same at that address.
    pub fn start_at(host: &'static str, answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fingerprint = make_certificate(folder.path(), false);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let certificate = CertificateDer::from_pem_file(folder.path().join("cert.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(folder.path().join("key.pem")).unwrap();
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
        let listener = TcpListener::bind((host, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stopped, requests) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (stop, noted, answer) = (stopped.clone(), requests.clone(), Arc::new(answer));
        let acceptor = thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (config, noted, answer, stop) =
                    (config.clone(), noted.clone(), answer.clone(), stop.clone());
                thread::spawn(move || serve(stream.unwrap(), config, &noted, answer.as_ref(), &stop));
            }
        });
        Self { host, port, fingerprint, stopped, acceptor: Some(acceptor), requests }
    }

    pub fn target(&self) -> Target {
        Target { host: self.host.to_owned(), ..target(self.port, Trust::Pin(self.fingerprint)) }
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the acceptor.
        let _ = TcpStream::connect((self.host, self.port));
        let _ = self.acceptor.take().map(JoinHandle::join);
    }
}

fn serve(
    tcp: TcpStream,
    config: Arc<ServerConfig>,
    noted: &Mutex<Vec<String>>,
    answer: &(impl Fn(&str) -> Reply + ?Sized),
    stopped: &AtomicBool,
) {
    let mut stream = BufReader::new(StreamOwned::new(ServerConnection::new(config).unwrap(), tcp));
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            // The client hung up.
            if !matches!(stream.read_line(&mut head), Ok(read) if read > 0) {
                return;
            }
        }
        let length =
            head.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        if std::io::Read::read_exact(&mut stream, &mut body).is_err() {
            return;
        }
        noted.lock().unwrap().push(head.lines().next().unwrap_or_default().to_owned());
        head.push_str(&String::from_utf8_lossy(&body));
        let mut send = |bytes: &[u8]| {
            let sent = stream.get_mut().write_all(bytes);
            sent.and_then(|()| stream.get_mut().flush()).is_ok()
        };
        let goes_on = match answer(&head) {
            Reply::Bytes(bytes) => send(&bytes),
            Reply::Last(bytes) => {
                send(&bytes);
                false
            }
            Reply::Drip(bytes, every) => bytes.iter().all(|byte| {
                thread::sleep(every);
                !stopped.load(Ordering::SeqCst) && send(&[*byte])
            }),
            Reply::Silence => {
                while !stopped.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(20));
                }
                false
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// An answer with that status, these header lines and that body.
pub fn http(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}
