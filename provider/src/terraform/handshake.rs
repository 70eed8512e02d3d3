//! What client and plugin say to each other before the first call: the client in environment variables, the plugin in
//! one line. Reads no environment and opens nothing itself.

use std::ops::RangeInclusive;
use std::path::PathBuf;

/// The one version of the plugin protocol that is served: 6, with every minor version.
pub const PROTOCOL: u32 = 6;
/// The variable by which a client shows that it is one.
const COOKIE: &str = "TF_PLUGIN_MAGIC_COOKIE";
/// Its value, the same under Terraform and OpenTofu.
const COOKIE_VALUE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/// The version of the handshake line itself.
const CORE_PROTOCOL: u32 = 1;
/// Ports that a client allows when it names none.
const PORTS: RangeInclusive<u16> = 10_000..=25_000;
/// Registries under which clients look the provider up, each with its own default.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];
/// The provider's address in a registry.
const SOURCE: &str = "presto-alluxio/starburst";

/// Whether a Terraform or OpenTofu process started this one: it shows the cookie.
pub fn is_client(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    variable(COOKIE).is_some_and(|shown| shown == COOKIE_VALUE)
}

/// What the client wants of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Versions of the plugin protocol as the client wrote them; absent from clients that offer one alone.
    pub versions: Option<String>,
    /// The client's certificate in PEM; absent means a connection without TLS.
    pub certificate: Option<String>,
    /// The folder that the socket must be in; absent means any.
    pub socket_folder: Option<PathBuf>,
    /// The group, by name or number, that may use the socket; absent means the owner alone.
    pub socket_group: Option<String>,
    /// Ports for systems without unix sockets.
    pub ports: RangeInclusive<u16>,
    /// Whether the client asks if the plugin multiplexes connections, which it does not.
    pub asks_to_multiplex: bool,
}

impl Offer {
    /// Reads the client's variables; an empty one counts as absent.
    pub fn read(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let port = |name: &str| given(name).and_then(|port| port.trim().parse().ok());
        let without_tls = given("TF_DISABLE_PLUGIN_TLS").is_some();
        Self {
            versions: given("PLUGIN_PROTOCOL_VERSIONS"),
            certificate: given("PLUGIN_CLIENT_CERT").filter(|_| !without_tls),
            socket_folder: given("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: given("PLUGIN_UNIX_SOCKET_GROUP"),
            ports: port("PLUGIN_MIN_PORT").unwrap_or(*PORTS.start())..=port("PLUGIN_MAX_PORT").unwrap_or(*PORTS.end()),
            asks_to_multiplex: given("PLUGIN_MULTIPLEX_GRPC").is_some(),
        }
    }

    /// Whether the client speaks [`PROTOCOL`]. The line names it in any case, so that a client that does not can say
    /// which one it would need.
    pub fn has_our_version(&self) -> bool {
        let ours = |version: &str| version.trim().parse() == Ok(PROTOCOL);
        self.versions.as_deref().is_none_or(|versions| versions.split(',').any(ours))
    }

    /// The handshake line, without its end. `certificate` is the plugin's own, DER in base64 without padding, and empty
    /// without TLS.
    pub fn line(&self, network: &str, address: &str, certificate: &str) -> String {
        let multiplexes = if self.asks_to_multiplex { "|false" } else { "" };
        format!("{CORE_PROTOCOL}|{PROTOCOL}|{network}|{address}|grpc|{certificate}{multiplexes}")
    }
}

/// The line that attaches clients to a running plugin when it stands in their environment, under both registries, in
/// the syntax of a shell.
pub fn reattach_line(network: &str, address: &str, process: u32) -> String {
    let plugin = serde_json::json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": process,
        "Test": true,
        "Addr": { "Network": network, "String": address },
    });
    let plugins = REGISTRIES.map(|registry| (format!("{registry}/{SOURCE}"), plugin.clone()));
    let plugins = serde_json::Value::Object(plugins.into_iter().collect());
    format!("TF_REATTACH_PROVIDERS='{}'", plugins.to_string().replace('\'', r"'\''"))
}

/// For a person who started the plugin by hand under Terraform's name for it.
pub fn not_for_people() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let registry = REGISTRIES[0];
    format!(
        "This program is the provider {SOURCE} of Terraform and OpenTofu, which start it themselves.\n\
         To install it, put it at\n  \
         ~/.terraform.d/plugins/{registry}/{SOURCE}/{version}/{}/terraform-provider-starburst_v{version}\n\
         (for OpenTofu with {} instead), name \"{SOURCE}\" in required_providers and run `terraform init`.\n\
         `--help` lists what it does for people; `--debug` keeps it running for clients to attach to.",
        platform(),
        REGISTRIES[1],
    )
}

/// The machine's platform as clients write it.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        system => system,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        processor => processor,
    };
    format!("{system}_{processor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(variables: &[(&str, &str)]) -> Offer {
        Offer::read(&|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn only_the_right_cookie_is_a_client() {
        assert!(is_client(&|name| (name == COOKIE).then(|| COOKIE_VALUE.to_owned())));
        assert!(!is_client(&|name| (name == COOKIE).then(|| "d602".to_owned())));
        assert!(!is_client(&|_| None));
    }

    #[test]
    fn offered_versions_are_a_set() {
        for (versions, ours) in
            [("5,6", true), ("6,5", true), ("6", true), (" 6 ", true), ("5", false), ("16,60", false), ("six", false)]
        {
            assert_eq!(offer(&[("PLUGIN_PROTOCOL_VERSIONS", versions)]).has_our_version(), ours, "{versions}");
        }
        assert!(offer(&[]).has_our_version());
    }

    #[test]
    fn the_line_keeps_its_sixth_place_without_tls() {
        assert_eq!(offer(&[]).line("unix", "/tmp/s", ""), "1|6|unix|/tmp/s|grpc|");
        assert_eq!(offer(&[]).line("tcp", "127.0.0.1:7", "MII"), "1|6|tcp|127.0.0.1:7|grpc|MII");
    }

    #[test]
    fn multiplexing_is_declined_where_it_is_asked_for() {
        let asks = offer(&[("PLUGIN_MULTIPLEX_GRPC", "true")]);
        assert_eq!(asks.line("unix", "/tmp/s", ""), "1|6|unix|/tmp/s|grpc||false");
    }

    #[test]
    fn empty_variables_count_as_absent() {
        let empty = offer(&[("PLUGIN_CLIENT_CERT", ""), ("PLUGIN_UNIX_SOCKET_DIR", ""), ("PLUGIN_MULTIPLEX_GRPC", "")]);
        assert_eq!(empty, offer(&[]));
        assert_eq!(empty.ports, PORTS);
    }

    #[test]
    fn tls_is_left_out_where_the_client_disables_it() {
        assert_eq!(offer(&[("PLUGIN_CLIENT_CERT", "PEM")]).certificate.as_deref(), Some("PEM"));
        assert_eq!(offer(&[("PLUGIN_CLIENT_CERT", "PEM"), ("TF_DISABLE_PLUGIN_TLS", "1")]).certificate, None);
    }

    #[test]
    fn clients_attach_under_both_registries() {
        let line = reattach_line("unix", "/tmp/it's", 42);
        let json = line.strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|rest| rest.strip_suffix('\''));
        let json = json.expect("quoted").replace(r"'\''", "'");
        let plugins: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        for registry in REGISTRIES {
            let plugin = &plugins[format!("{registry}/{SOURCE}")];
            assert_eq!(plugin["ProtocolVersion"], 6, "{registry}");
            assert_eq!(plugin["Test"], true, "{registry}");
            assert_eq!(plugin["Addr"], serde_json::json!({"Network": "unix", "String": "/tmp/it's"}), "{registry}");
        }
    }

    #[test]
    fn people_are_told_where_it_belongs() {
        let text = not_for_people();
        for part in ["presto-alluxio/starburst", "terraform-provider-starburst_v", "--help", "--debug"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
