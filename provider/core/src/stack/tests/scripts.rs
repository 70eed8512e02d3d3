//! What accepted calls play: operations that end well and otherwise.

/// Events to come: seconds after the call, logical id (`@` for the stack itself), status, reason.
pub type Script = Vec<(u64, &'static str, &'static str, &'static str)>;

pub fn created() -> Script {
    vec![
        (0, "@", "CREATE_IN_PROGRESS", "User Initiated"),
        (1, "A", "CREATE_IN_PROGRESS", ""),
        (2, "A", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        (100, "A", "CREATE_COMPLETE", ""),
        (101, "B", "CREATE_IN_PROGRESS", ""),
        (400, "B", "CREATE_COMPLETE", ""),
        (403, "@", "CREATE_COMPLETE", ""),
    ]
}

pub fn create_failed() -> Script {
    vec![
        (0, "@", "CREATE_IN_PROGRESS", "User Initiated"),
        (1, "A", "CREATE_IN_PROGRESS", ""),
        (1, "B", "CREATE_IN_PROGRESS", ""),
        (50, "B", "CREATE_FAILED", "The image id '[ami-1]' does not exist"),
        (51, "A", "CREATE_FAILED", "Resource creation cancelled"),
        (
            52,
            "@",
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [A, B]. Rollback requested by user.",
        ),
        (90, "@", "ROLLBACK_COMPLETE", ""),
    ]
}

pub fn updated() -> Script {
    vec![
        (0, "@", "UPDATE_IN_PROGRESS", "User Initiated"),
        (1, "A", "UPDATE_IN_PROGRESS", ""),
        (60, "A", "UPDATE_COMPLETE", ""),
        (61, "@", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        (66, "@", "UPDATE_COMPLETE", ""),
    ]
}

pub fn update_rolled_back() -> Script {
    vec![
        (0, "@", "UPDATE_IN_PROGRESS", "User Initiated"),
        (1, "A", "UPDATE_IN_PROGRESS", ""),
        (60, "A", "UPDATE_FAILED", "The key pair 'X' does not exist. Launching EC2 instance failed."),
        (61, "@", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update: [A]."),
        (90, "A", "UPDATE_COMPLETE", ""),
        (91, "@", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        (95, "@", "UPDATE_ROLLBACK_COMPLETE", ""),
    ]
}

pub fn deleted() -> Script {
    vec![
        (0, "@", "DELETE_IN_PROGRESS", "User Initiated"),
        (1, "A", "DELETE_IN_PROGRESS", ""),
        (30, "A", "DELETE_COMPLETE", ""),
        (31, "@", "DELETE_COMPLETE", ""),
    ]
}
