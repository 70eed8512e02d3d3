//! What a panic leaves behind, in either protocol: the place for the log, an answer for the client. What the panic said
//! stays here, because it may quote a value.

use std::any::Any;
use std::io::Write as _;

use tonic::Status;

/// The answer of a call that panicked, as a gRPC error.
pub fn answer(_panic: Box<dyn Any + Send>) -> http::Response<tonic::body::Body> {
    let bug = &starburst_schema::codes::bug::BUG;
    Status::internal(format!("{bug}: {}. {}", bug.title, bug.cure)).into_http()
}

/// Makes every panic from now on tell where it happened, on standard error, and nothing else.
pub fn tell_the_place_alone() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let _ = writeln!(std::io::stderr(), "the plugin made a mistake at {place}");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_learns_that_it_is_our_mistake_and_nothing_of_what_the_panic_said() {
        let answer = answer(Box::new("hunter2"));
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!(header("grpc-status"), "13");
        assert!(header("grpc-message").contains("SB9"), "{answer:?}");
        assert!(!format!("{answer:?}").contains("hunter2"), "{answer:?}");
    }
}
