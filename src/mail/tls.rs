//! TLS towards a relay.

use std::io;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
    StreamOwned,
};

use super::session::Wire;
use super::url::Tls;

/// Whose certificates are believed.
#[derive(Debug, Clone)]
pub enum Trust {
    /// The authorities that this machine trusts.
    System,
    /// These authorities only.
    Only(Arc<RootCertStore>),
}

impl Trust {
    /// Protects a fresh connection. With [`Tls::Opportunistic`] the certificate is not checked, as
    /// Postfix's `may` does not: the relay would get the mail in clear text too, and an unverified
    /// protection is better than none (RFC 7435). A password never goes that way: see
    /// [`super::MailUrl::parse`].
    pub(super) fn protect(
        &self,
        wire: Wire,
        host: &str,
        tls: Tls,
    ) -> io::Result<StreamOwned<ClientConnection, Wire>> {
        let config = match tls {
            Tls::Opportunistic => unverified()?,
            Tls::Required | Tls::Implicit => self.verified()?,
        };
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connection = ClientConnection::new(config, name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, wire);
        // Now, so that a bad certificate is told apart from a bad reply.
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(stream)
    }

    /// What checks certificates; for every protocol, not only for mail.
    pub(crate) fn verified(&self) -> io::Result<Arc<ClientConfig>> {
        static SYSTEM: OnceLock<Arc<ClientConfig>> = OnceLock::new();
        let with = |roots: Arc<RootCertStore>| -> io::Result<Arc<ClientConfig>> {
            let config = builder()?.with_root_certificates(roots).with_no_client_auth();
            Ok(Arc::new(config))
        };
        match self {
            Self::Only(roots) => with(roots.clone()),
            Self::System => {
                if let Some(config) = SYSTEM.get() {
                    return Ok(config.clone());
                }
                let mut roots = RootCertStore::empty();
                let found = rustls_native_certs::load_native_certs();
                roots.add_parsable_certificates(found.certs);
                if roots.is_empty() {
                    return Err(io::Error::other(
                        "this machine trusts no certificate authority; install ca-certificates",
                    ));
                }
                let config = with(Arc::new(roots))?;
                Ok(SYSTEM.get_or_init(|| config).clone())
            }
        }
    }
}

fn builder() -> io::Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)
}

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(aws_lc_rs::default_provider())).clone()
}

fn unverified() -> io::Result<Arc<ClientConfig>> {
    let config = builder()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider())))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Takes any certificate, but still wants the handshake signed with it.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
