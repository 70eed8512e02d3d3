//! Error codes: contract, never reused. A failure or violation is made from one of these rows; the documentation and
//! the command `explain` print them.

pub mod bug;
pub mod input;
pub mod observe;
pub mod refused;
pub mod stack;

/// One error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Its number: 1000s input, 2000s denied, 3000s refused or conflict, 4000s failed operations, 5000s observing,
    /// 6000s nodes, 9000s the plugin's own mistakes.
    pub number: u16,
    /// The problem in a few words.
    pub title: &'static str,
    /// What brings it about.
    pub cause: &'static str,
    /// What to write or run instead.
    pub cure: &'static str,
}

impl Code {
    /// A row.
    #[must_use]
    pub const fn new(number: u16, title: &'static str, cause: &'static str, cure: &'static str) -> Self {
        Self { number, title, cause, cure }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SB{}", self.number)
    }
}

/// Every code, ascending.
pub static CODES: &[&[&Code]] = &[input::CODES, refused::CODES, stack::CODES, observe::CODES, bug::CODES];

/// The row with this number.
#[must_use]
pub fn find(number: u16) -> Option<&'static Code> {
    CODES.iter().flat_map(|codes| codes.iter()).copied().find(|code| code.number == number)
}
