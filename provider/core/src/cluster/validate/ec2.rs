//! Rules of the nodes: coordinators, images, profiles.

use starburst_schema::Field;
use starburst_schema::codes::input::{
    ARN_OF_ANOTHER_THING, BOUNDARY_WITH_PROFILE, EVEN_COORDINATORS, MIXED_ARCHITECTURES, PROFILE_NEEDS_SESSIONS,
    REFRESH_UNUSED, ROUTE_TABLES_UNUSED,
};
use starburst_schema::fields::{ec2, network, stack};

use super::{Found, Rule, View};
use crate::cluster::instance_types::architecture_of;
use crate::failure::Message;

/// The rules.
pub static RULES: &[Rule] =
    &[even_coordinators, boundary, profile_sessions, refresh, architectures, arns, route_tables];

/// Source: Alluxio, embedded journal: a quorum of 2n survives no more losses than one of 2n - 1.
fn even_coordinators(view: &View<'_>, found: &mut Found) {
    if let Some(count) = view.integer(&ec2::HA_COORDINATOR_COUNT).filter(|count| count % 2 == 0) {
        let message = format!("{count} Alluxio masters survive no more losses than {}", count - 1);
        let instead = Message::new(format!("write {} or {}", count - 1, count + 1));
        found.warn(&EVEN_COORDINATORS, &ec2::HA_COORDINATOR_COUNT, Message::new(message), instead);
    }
}

fn boundary(view: &View<'_>, found: &mut Found) {
    if view.known(&ec2::PERMISSIONS_BOUNDARY_ARN) && view.known(&ec2::INSTANCE_PROFILE) {
        let message = Message::new("with ").field(&ec2::INSTANCE_PROFILE).text(" the stack makes no role to put it on");
        let instead = Message::new("remove one of the two");
        found.error(&BOUNDARY_WITH_PROFILE, &ec2::PERMISSIONS_BOUNDARY_ARN, message, instead);
    }
}

fn profile_sessions(view: &View<'_>, found: &mut Found) {
    if view.flag(&ec2::SESSION_MANAGER) == Some(true) && view.known(&ec2::INSTANCE_PROFILE) {
        let message = Message::new("sessions work only if the role behind ")
            .field(&ec2::INSTANCE_PROFILE)
            .text(" has the policy AmazonSSMManagedInstanceCore");
        found.warn(&PROFILE_NEEDS_SESSIONS, &ec2::SESSION_MANAGER, message, Message::default());
    }
}

fn refresh(view: &View<'_>, found: &mut Found) {
    if view.known(&ec2::IMAGE_REFRESH) && view.known(&ec2::IMAGE_ID) {
        let message = Message::new("the image stands in ").field(&ec2::IMAGE_ID).text(" and is not resolved again");
        found.warn(&REFRESH_UNUSED, &ec2::IMAGE_REFRESH, message, Message::new("remove one of the two"));
    }
}

/// One image serves both roles only where both have its architecture; the names of the types tell it.
fn architectures(view: &View<'_>, found: &mut Found) {
    if !view.known(&ec2::IMAGE_ID) || !view.absent(&ec2::WORKER_IMAGE_ID) {
        return;
    }
    let (Some(worker), Some(coordinator)) =
        (view.text(&ec2::WORKER_INSTANCE_TYPE), view.text(&ec2::COORDINATOR_INSTANCE_TYPE))
    else {
        return;
    };
    let (workers, coordinators) = (architecture_of(&worker), architecture_of(&coordinator));
    if workers != coordinators {
        let message =
            Message::new(format!("coordinators are {coordinators} ({coordinator}) and workers {workers} ({worker})"));
        let instead = Message::new("write the image of the workers in ").field(&ec2::WORKER_IMAGE_ID);
        found.error(&MIXED_ARCHITECTURES, &ec2::IMAGE_ID, message, instead);
    }
}

/// IAM ARNs say what they are: a role is not a policy.
fn arns(view: &View<'_>, found: &mut Found) {
    let rows: [(&Field, &str); 3] = [
        (&ec2::PERMISSIONS_BOUNDARY_ARN, "policy/"),
        (&ec2::INSTANCE_PROFILE, "instance-profile/"),
        (&stack::ROLE_ARN, "role/"),
    ];
    for (field, kind) in rows {
        let Some(arn) = view.text(field).filter(|text| text.starts_with("arn:")) else { continue };
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        if !resource.starts_with(kind) {
            let message =
                Message::new(format!("the ARN must name something that begins with `{kind}`, and names `{resource}`"));
            found.error(&ARN_OF_ANOTHER_THING, field, message, Message::default());
        }
    }
}

fn route_tables(view: &View<'_>, found: &mut Found) {
    if view.known(&network::ROUTE_TABLE_IDS) && view.text(&network::VPC_ENDPOINTS).as_deref() == Some("none") {
        let message = Message::new("no endpoint is made while ").field(&network::VPC_ENDPOINTS).text(" is `none`");
        found.warn(&ROUTE_TABLES_UNUSED, &network::ROUTE_TABLE_IDS, message, Message::new("remove one of the two"));
    }
}
