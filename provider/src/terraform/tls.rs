//! The mutual TLS that a client and its plugin agree on in their handshake: each side shows a certificate that it made
//! for this one process, and takes no other than the one that the handshake named. Knows no call.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use tokio_rustls::TlsAcceptor;

/// The name that clients verify.
const NAME: &str = "localhost";
/// What gRPC clients insist on negotiating.
const HTTP2: &[u8] = b"h2";

/// The plugin's side of the connection.
pub struct Tls {
    /// Turns connections into encrypted ones, of this client alone.
    pub acceptor: TlsAcceptor,
    /// The plugin's certificate as the handshake line carries it: DER in base64 without padding.
    pub certificate: String,
}

/// A fresh key and certificate, for the client whose certificate this is, in PEM.
///
/// # Errors
/// A sentence when the client's certificate cannot be read or no key can be made.
pub fn with_client(certificate: &str) -> Result<Tls, String> {
    let client = CertificateDer::from_pem_slice(certificate.as_bytes())
        .map_err(|error| format!("the client's certificate in PLUGIN_CLIENT_CERT cannot be read: {error}"))?;
    let (ours, key) = own_certificate().map_err(|error| format!("no certificate can be made: {error}"))?;
    let encoded = STANDARD_NO_PAD.encode(&ours);
    let config = config(client, ours, key).map_err(|error| format!("TLS cannot be set up: {error}"))?;
    Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), certificate: encoded })
}

/// The certificate lives as long as the process, so that its dates do not matter.
fn own_certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut parameters = CertificateParams::new(vec![NAME.to_owned()])?;
    parameters.distinguished_name.push(DnType::CommonName, NAME);
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = parameters.self_signed(&key)?;
    Ok((certificate.der().clone(), PrivatePkcs8KeyDer::from(key.serialize_der()).into()))
}

fn config(
    client: CertificateDer<'static>,
    ours: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    // Terraform's keys are on curve P-521, which aws-lc-rs verifies.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = ThisClientAlone::new(client, &provider);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(vec![ours], key)?;
    config.alpn_protocols = vec![HTTP2.to_vec()];
    Ok(config)
}

/// Takes exactly one certificate, whose owner must prove that it holds the key. The usual verifiers refuse it, because
/// it calls itself an authority and is shown as a leaf.
#[derive(Debug)]
struct ThisClientAlone {
    certificate: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ThisClientAlone {
    fn new(certificate: CertificateDer<'static>, provider: &CryptoProvider) -> Self {
        Self { certificate, algorithms: provider.signature_verification_algorithms }
    }
}

impl ClientCertVerifier for ThisClientAlone {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        shown: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if shown.as_ref() == self.certificate.as_ref() {
            return Ok(ClientCertVerified::assertion());
        }
        Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_cannot_be_read_is_named() {
        let why = with_client("not a certificate").err().unwrap_or_default();
        assert!(why.contains("PLUGIN_CLIENT_CERT"), "{why}");
    }

    #[test]
    fn the_certificate_goes_without_padding_and_is_made_anew_each_time() {
        let (certificate, _) = own_certificate().expect("certificate");
        let client = format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            base64::engine::general_purpose::STANDARD.encode(&certificate)
        );
        let first = with_client(&client).expect("TLS").certificate;
        assert!(!first.contains('=') && first.len() > 50, "{first}");
        assert!(STANDARD_NO_PAD.decode(&first).is_ok());
        assert_ne!(first, with_client(&client).expect("TLS").certificate);
    }
}
