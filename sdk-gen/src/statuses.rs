//! The page on stack statuses: what every operation does in each of them. Printed from the table that the engine
//! decides by; knows Markdown.

use starburst_core::stack::table::{Decision, rows};

use crate::artifact::Artifact;

const HEAD: &str = "<!-- Generated from provider/core/src/stack/table.rs by `cargo run -p sdk-gen -- reference`. -->\n";

const INTRODUCTION: &str = "# What happens in which stack status

A cluster is one CloudFormation stack, and a stack has one of 23 statuses. For each of them, and for any that AWS may add,
it is decided what creating, updating and deleting the resource does. A refresh reports whatever is there; a preview of an
update says what the apply will do about a status that is not ready. The engine decides by this very table.

*Join*: the operation that is under way carries the token of this very request (same stack, same template, same parameters),
because an earlier run was killed or stopped watching. It is watched to its end; nothing is called twice.
*As configured*: `stack.onConflict` is `fail` or `wait`.
";

const LEADING_ON: &str = "
## What leads on from a stack that is stuck

| the stack is in | what you do |
| --- | --- |
| `UPDATE_ROLLBACK_FAILED` | cure what the error names (make the missing object again, renew the credentials), then apply: the rollback is continued first. A resource that cannot be cured is skipped by naming it in `stack.recovery.skipResources`; only resources that failed in the rollback are taken. By hand: `aws cloudformation continue-update-rollback --stack-name ARN --resources-to-skip ID` |
| `UPDATE_FAILED` | apply: the stack is rolled back to its last good state first, or goes on from here where `stack.onFailure` is `keep`. By hand: `aws cloudformation rollback-stack --stack-name ARN` |
| `CREATE_FAILED` | apply with `stack.onFailure = keep` to go on from here, or destroy |
| `ROLLBACK_COMPLETE`, `ROLLBACK_FAILED`, `REVIEW_IN_PROGRESS` | apply: the next create removes what is left and begins anew |
| `DELETE_FAILED` | destroy again after curing what the error names, or leave resources behind by naming them in `stack.recovery.retainResources`; only resources whose deletion failed are taken. By hand: `aws cloudformation delete-stack --stack-name ARN --retain-resources ID` |
| `IMPORT_ROLLBACK_FAILED` | nothing is safe to do for you; look at the events: `aws cloudformation describe-stack-events --stack-name ARN` |
";

/// The page.
pub fn page() -> Artifact {
    let mut page = format!(
        "{HEAD}{INTRODUCTION}\n| status | that is | create | update | delete |\n| --- | --- | --- | --- | --- |\n"
    );
    for row in rows() {
        let [create, update, delete, _] = row.decisions.map(Decision::text);
        let status = if row.status.starts_with('(') { row.status } else { format!("`{}`", row.status) };
        page.push_str(&format!("| {status} | {} | {create} | {update} | {delete} |\n", row.of.meaning()));
    }
    page.push_str(LEADING_ON);
    Artifact::new("docs/stack-statuses.md", page)
}

#[cfg(test)]
mod tests {
    use super::{LEADING_ON, page};
    use starburst_core::stack::status::KNOWN;

    #[test]
    fn every_status_has_its_line_once() {
        let page = page();
        let page = page.content().split(LEADING_ON).next().unwrap_or_default();
        for (_, text) in KNOWN {
            assert_eq!(page.matches(&format!("\n| `{text}` |")).count(), 1, "{text}");
        }
    }
}
