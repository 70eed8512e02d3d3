//! A client of go-plugin's kind for the tests: the certificate that Terraform makes for a run, connections with it and
//! with others, and the calls beside the provider's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use hyper_util::rt::TokioIo;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P521_SHA512,
};
use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs::{default_provider, sign::any_supported_type};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::Streaming;
use tonic::transport::{Channel, Endpoint, Uri};

/// A client's key with its certificate, as Terraform makes one for each provider that it starts: on curve P-521, an
/// authority and a leaf in one.
pub struct Identity {
    /// The certificate in PEM, for the environment of the plugin.
    pub pem: String,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    pub fn of_terraforms_kind() -> Result<Self> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()])?;
        parameters.distinguished_name.push(DnType::CommonName, "localhost");
        parameters.distinguished_name.push(DnType::OrganizationName, "HashiCorp");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyAgreement,
            KeyUsagePurpose::KeyCertSign,
        ];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = parameters.self_signed(&key)?;
        Ok(Self {
            pem: certificate.pem(),
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }

    /// This identity's certificate with the key of another.
    pub fn stolen_by(&self, thief: &Self) -> Self {
        Self { pem: self.pem.clone(), certificate: self.certificate.clone(), key: thief.key.clone_key() }
    }
}

/// Shows a certificate whether or not the key belongs to it.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
    fn has_certs(&self) -> bool {
        true
    }
}

/// Connects without TLS.
pub async fn plain(socket: &Path) -> Result<Channel> {
    let socket = socket.to_path_buf();
    let connector = tower::service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    Ok(Endpoint::from_static("http://localhost").connect_with_connector(connector).await?)
}

/// Connects as `identity`, or as nobody, to a plugin that has this certificate and no other.
pub async fn encrypted(
    socket: &Path,
    plugin: &[u8],
    identity: Option<&Identity>,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<Channel> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(plugin.to_vec())).context("the plugin's certificate as a root")?;
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)?
        .with_root_certificates(roots);
    let mut config = match identity {
        None => config.with_no_client_auth(),
        Some(identity) => {
            let key = any_supported_type(&identity.key)?;
            let shown = CertifiedKey::new(vec![identity.certificate.clone()], key);
            config.with_client_cert_resolver(Arc::new(Shown(Arc::new(shown))))
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let connector = TlsConnector::from(Arc::new(config));
    let socket: PathBuf = socket.to_path_buf();
    let connector = tower::service_fn(move |_: Uri| {
        let (socket, connector) = (socket.clone(), connector.clone());
        async move {
            let stream = UnixStream::connect(socket).await?;
            let stream = connector.connect(ServerName::try_from("localhost").map_err(std::io::Error::other)?, stream);
            let stream = stream.await?;
            // Clients in Go refuse a server that negotiates nothing.
            if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
                return Err(std::io::Error::other("the plugin did not negotiate HTTP/2"));
            }
            Ok(TokioIo::new(stream))
        }
    });
    Ok(Endpoint::from_static("http://localhost").connect_with_connector(connector).await?)
}

#[derive(Clone, PartialEq, prost::Message)]
struct HealthRequest {
    #[prost(string, tag = "1")]
    service: String,
}

/// One answer of the health service.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HealthAnswer {
    #[prost(int32, tag = "1")]
    pub status: i32,
}

/// The health of a service by name, now and at every change; 1 is well.
pub async fn health(channel: &Channel, service: &str) -> Result<Streaming<HealthAnswer>> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await?;
    let path = tonic::codegen::http::uri::PathAndQuery::from_static("/grpc.health.v1.Health/Watch");
    let request = tonic::Request::new(HealthRequest { service: service.to_owned() });
    let codec = tonic_prost::ProstCodec::<HealthRequest, HealthAnswer>::default();
    Ok(client.server_streaming(request, path, codec).await?.into_inner())
}
