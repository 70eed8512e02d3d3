//! Fields of section `packages`: where nodes get their software.

use crate::field::{ALL_NODES, Constraint, Effect, Field, Kind, Parameter};
use crate::format::Format;

/// `packages.mirrorUri`.
pub static MIRROR_URI: Field = Field::new("packages.mirrorUri", Kind::Text)
    .constraints(&[Constraint::Form(Format::S3Uri)])
    .effect(Effect::Roll(ALL_NODES))
    .parameter(Parameter::text("PackageMirror"))
    .doc(
        "`s3://` prefix of a mirror of all software, with a manifest and the SHA-256 of every artefact; \
         needed where the nodes cannot reach the internet. Absent: the public sources.",
    )
    .example("\"s3://my-bucket/mirror\"");

/// All fields of this section, in order.
pub static FIELDS: &[&Field] = &[&MIRROR_URI];
