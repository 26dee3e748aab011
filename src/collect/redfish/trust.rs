//! Whom to take for the BMC: the certificate is checked against authorities or against a pin.
//!
//! BMCs ship with self-signed certificates that call themselves an authority (`CA:TRUE`). rustls refuses such
//! a certificate as a server's even where it is a trusted root (RFC 5280, basic constraints), so that a pin is
//! the way to trust it. TLS 1.2 and 1.3 are spoken; there is no older version in rustls.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::fingerprint::Fingerprint;

/// How the certificate of a BMC is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// By the authorities that the system trusts.
    System,
    /// By the authorities in this PEM file, and by no other.
    CaFile(PathBuf),
    /// The certificate has this fingerprint. Neither names nor dates in it count.
    Pin(Fingerprint),
    /// Not at all: whoever answers gets the password.
    Insecure,
}

/// Why nothing can be trusted at all.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("{path} cannot be read as certificates", path = .path.display())]
    CaFile { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("there is no certificate of an authority in {from}")]
    NoAuthority { from: String },
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
    #[error("the authorities cannot be used")]
    Verifier(#[source] rustls::server::VerifierBuilderError),
}

/// A TLS configuration, and what it saw of the server's certificate.
#[derive(Clone)]
pub(super) struct Tls {
    pub config: Arc<ClientConfig>,
    witness: Arc<Witness>,
}

impl Tls {
    pub fn new(trust: &Trust) -> Result<Self, TrustError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let judge = match trust {
            Trust::System => Judge::Authorities(authorities(system_roots()?, &provider)?),
            Trust::CaFile(path) => Judge::Authorities(authorities(roots_in(path)?, &provider)?),
            Trust::Pin(pin) => Judge::Pin(*pin),
            Trust::Insecure => Judge::Anyone,
        };
        let witness = Arc::new(Witness { judge, provider: provider.clone(), seen: Mutex::new(None) });
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TrustError::Setup)?
            .dangerous()
            .with_custom_certificate_verifier(witness.clone())
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config), witness })
    }

    /// The fingerprint of the certificate that the server showed last, trusted or not.
    pub fn seen(&self) -> Option<Fingerprint> {
        *self.witness.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn system_roots() -> Result<RootCertStore, TrustError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Systems carry certificates that rustls cannot parse; the others count.
    roots.add_parsable_certificates(found.certs);
    not_empty(roots, "the system's store")
}

fn roots_in(path: &std::path::Path) -> Result<RootCertStore, TrustError> {
    let broken = |source| TrustError::CaFile { path: path.to_owned(), source };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(broken)? {
        roots.add_parsable_certificates([certificate.map_err(broken)?]);
    }
    not_empty(roots, &path.display().to_string())
}

fn not_empty(roots: RootCertStore, from: &str) -> Result<RootCertStore, TrustError> {
    if roots.is_empty() { Err(TrustError::NoAuthority { from: from.to_owned() }) } else { Ok(roots) }
}

fn authorities(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, TrustError> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(TrustError::Verifier)
}

#[derive(Debug)]
enum Judge {
    Authorities(Arc<WebPkiServerVerifier>),
    Pin(Fingerprint),
    Anyone,
}

/// Judges a certificate, and remembers it so that a refusal can tell what would have to be pinned.
#[derive(Debug)]
struct Witness {
    judge: Judge,
    provider: Arc<CryptoProvider>,
    seen: Mutex<Option<Fingerprint>>,
}

impl Witness {
    fn judge_signature(
        &self,
        verify: impl FnOnce(&WebPkiSupportedAlgorithms) -> Result<HandshakeSignatureValid, rustls::Error>,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if matches!(self.judge, Judge::Anyone) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        verify(&self.provider.signature_verification_algorithms)
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let fingerprint = Fingerprint::of(end_entity);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(fingerprint);
        match &self.judge {
            Judge::Authorities(verifier) => {
                verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            Judge::Pin(pin) if *pin != fingerprint => {
                Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
            }
            Judge::Pin(_) | Judge::Anyone => Ok(ServerCertVerified::assertion()),
        }
    }

    // A pinned certificate is public: only the signature proves that the server holds its key.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge_signature(|known| verify_tls12_signature(message, cert, dss, known))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge_signature(|known| verify_tls13_signature(message, cert, dss, known))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
