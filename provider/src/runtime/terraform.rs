//! A process under Terraform or OpenTofu: its first line is the handshake, its client ends it, and interrupts of the
//! terminal that both share are the client's to judge. Or one that a person started, for clients to attach to.

use std::process::ExitCode;
use std::sync::Arc;

use super::orphan::orphaned;
use super::signals;
use crate::terraform::handshake::{self, Offer};
use crate::terraform::serve::{Lives, serve};
use crate::terraform::server::Provider;
use crate::terraform::socket::Socket;
use crate::terraform::tls;
use crate::world::World;

/// Speaks to the client that started the process, until that client ends it, a signal does, or the client is gone.
#[must_use]
pub fn run_terraform(world: Arc<dyn World>) -> ExitCode {
    super::run(answer_client(world))
}

/// Speaks to whatever client attaches, until a signal. What a client needs to attach is printed; nothing is encrypted,
/// and the socket is the user's alone.
#[must_use]
pub fn run_terraform_attachable(world: Arc<dyn World>) -> ExitCode {
    super::run(answer_clients(world))
}

async fn answer_client(world: Arc<dyn World>) -> Result<(), String> {
    let asked = signals::ended_only()?;
    let orphaned = orphaned();
    let offer = Offer::read(&variable);
    if !offer.has_our_version() {
        let offered = offer.versions.as_deref().unwrap_or_default();
        tracing::error!(
            "the client speaks plugin protocol {offered} and the provider {}; use Terraform 1.0 or OpenTofu, or newer",
            handshake::PROTOCOL
        );
    }
    let tls = offer.certificate.as_deref().map(tls::with_client).transpose()?;
    let socket = Socket::open(&offer)?;
    let (acceptor, certificate) = tls.map(|tls| (tls.acceptor, tls.certificate)).unzip();
    super::print_first_line(offer.line(socket.network(), &socket.address(), &certificate.unwrap_or_default()))?;
    let ends = async move {
        tokio::select! {
            () = asked => {}
            () = orphaned => {}
        }
    };
    serve(Provider::new(world), &socket, acceptor, Lives::WithItsClient, ends).await.map_err(lost)
}

async fn answer_clients(world: Arc<dyn World>) -> Result<(), String> {
    let asked = signals::interrupted_or_ended()?;
    // Variables of a client that this process may have inherited are not meant for it.
    let socket = Socket::open(&Offer::read(&|_| None))?;
    eprintln!("Set this in the environment of terraform or tofu; Ctrl-C here ends the provider:");
    super::print_first_line(handshake::reattach_line(socket.network(), &socket.address(), std::process::id()))?;
    serve(Provider::new(world), &socket, None, Lives::ByItself, asked).await.map_err(lost)
}

/// A variable of the process environment.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn lost(error: tonic::transport::Error) -> String {
    format!("the plugin cannot serve any longer: {error}")
}
