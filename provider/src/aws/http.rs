//! The HTTP client that all services share: TLS with aws-lc, an optional proxy, an optional bundle of certificates.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::config::AwsConfig;

/// Hosts that are never reached through a proxy: this machine and the metadata services.
const NEVER_PROXIED: &str = "localhost,127.0.0.1,::1,169.254.169.254,169.254.170.2,169.254.170.23";

/// Environment variable that names a file of certificate authorities.
const BUNDLE: &str = "AWS_CA_BUNDLE";
/// Environment variable that the SDK takes the URL of all services from.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";
/// Environment variables that name hosts without proxy, first set wins.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The client of all services. Opens nothing before the first call.
///
/// # Errors
/// One sentence that names the setting which cannot be used.
pub fn client(config: &AwsConfig) -> Result<SharedHttpClient, String> {
    let tls = tls(config)?;
    let proxy = proxy(config)?;
    let http = Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector =
            ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(tls.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_proxy_config(Some(proxy.clone()));
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    });
    Ok(http)
}

fn proxy(config: &AwsConfig) -> Result<ProxyConfig, String> {
    let endpoint = config.endpoint_url.clone().or_else(|| std::env::var(ENDPOINT).ok());
    if endpoint.as_deref().is_some_and(is_loopback) {
        return Ok(ProxyConfig::disabled());
    }
    let Some(url) = &config.http_proxy else { return Ok(ProxyConfig::from_env()) };
    let environment = || NO_PROXY.iter().find_map(|name| std::env::var(name).ok());
    let rules = match config.no_proxy.clone().or_else(environment) {
        Some(rules) => format!("{NEVER_PROXIED},{rules}"),
        None => NEVER_PROXIED.to_owned(),
    };
    // The URL may hold a password, so the message does not repeat it.
    ProxyConfig::all(url.as_str())
        .map(|proxy| proxy.no_proxy(rules))
        .map_err(|_| "httpProxy is not a URL of the form http://HOST:PORT".to_owned())
}

/// The password in a URL such as `http://user:password@host`.
#[must_use]
pub fn password(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (user, _) = rest.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

/// Whether a URL names this machine.
#[must_use]
pub fn is_loopback(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn tls(config: &AwsConfig) -> Result<TlsContext, String> {
    let mut store = TrustStore::default();
    let environment = || std::env::var_os(BUNDLE).filter(|path| !path.is_empty()).map(PathBuf::from);
    let bundle = config.ca_bundle.clone().or_else(environment);
    let bundle = bundle.as_deref();
    if let Some(path) = bundle {
        store.add_pem_certificate(read_bundle(path)?);
    }
    let context = TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(|error| format!("the TLS settings cannot be used: {error}"))?;
    if let Some(path) = bundle {
        // The HTTP client panics on a certificate that it cannot parse, and only when the first call is made.
        let probe = context.clone();
        catch_unwind(AssertUnwindSafe(|| {
            drop(
                ConnectorBuilder::default()
                    .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                    .tls_context(probe)
                    .build(),
            );
        }))
        .map_err(|_| {
            format!("customCaBundle (AWS_CA_BUNDLE) {} holds a certificate that cannot be parsed", path.display())
        })?;
    }
    Ok(context)
}

fn read_bundle(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let pem = std::fs::read(path)
        .map_err(|error| format!("customCaBundle (AWS_CA_BUNDLE) {shown} cannot be read: {error}"))?;
    let text = String::from_utf8_lossy(&pem);
    let begins = text.matches("-----BEGIN CERTIFICATE-----").count();
    if begins == 0 || begins != text.matches("-----END CERTIFICATE-----").count() {
        return Err(format!("customCaBundle (AWS_CA_BUNDLE) {shown} holds no complete certificate in PEM form"));
    }
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_recognised_in_every_spelling() {
        for url in ["http://127.0.0.1:4566", "http://localhost:4566/", "https://[::1]:80", "http://127.9.9.9"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://cloudformation.us-east-1.amazonaws.com", "http://10.0.0.1", "nonsense", ""] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn the_password_of_a_proxy_is_found() {
        assert_eq!(password("http://user:p@ss:word@proxy:3128"), Some("p@ss:word"));
        assert_eq!(password("http://proxy:3128"), None);
        assert_eq!(password("http://user@proxy:3128"), None);
    }

    #[test]
    fn a_proxy_that_is_no_url_is_refused_without_being_shown() {
        let config = AwsConfig { http_proxy: Some("::pass word::".into()), ..AwsConfig::default() };
        let error = client(&config).expect_err("refused");
        assert!(error.contains("httpProxy") && !error.contains("pass"), "{error}");
    }

    #[test]
    fn a_bundle_without_certificates_is_refused() {
        let path = std::env::temp_dir().join(format!("starburst-bundle-{}.pem", std::process::id()));
        std::fs::write(&path, "not a certificate").expect("written");
        let config = AwsConfig { ca_bundle: Some(path.clone()), ..AwsConfig::default() };
        let error = client(&config).expect_err("refused");
        std::fs::remove_file(path).expect("removed");
        assert!(error.contains("customCaBundle") && error.contains("PEM"), "{error}");
    }
}
