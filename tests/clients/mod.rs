//! The real clients.
