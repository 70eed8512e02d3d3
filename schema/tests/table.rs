//! What is true of every row of the table. A new row is covered by being there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use starburst_schema::fields::{self, FIELDS, SECTIONS};
use starburst_schema::naming::{pascal_case, snake_case};
use starburst_schema::{
    Clients, Constraint, DERIVED, Effect, Exposure, Field, Kind, OUTPUTS, PROVIDER_CONFIG, ParameterEncoding,
    ParameterType, check,
};

/// Most parameters of a template, and the longest value of one. Source: CloudFormation, quotas.
const MOST_PARAMETERS: usize = 200;
const LONGEST_VALUE: usize = 4096;

/// Names that Pulumi keeps for itself, and Terraform's meta-arguments.
const RESERVED: &[&str] = &[
    "id",
    "urn",
    "pulumi",
    "version",
    "count",
    "forEach",
    "dependsOn",
    "provider",
    "providers",
    "lifecycle",
    "connection",
    "provisioner",
    "timeouts",
];

/// A casing's name, and how a camelCase path is written in it.
type Casing = (&'static str, fn(&str) -> String);

fn parse(json: &str, path: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{path}: {json} is no JSON: {error}"))
}

/// Rows and the leaves of lists of objects.
fn all_rows() -> Vec<&'static Field> {
    let leaves = FIELDS.iter().flat_map(|field| match field.kind {
        Kind::Objects(leaves) => leaves.iter().collect(),
        _ => Vec::new(),
    });
    FIELDS.iter().copied().chain(leaves).collect()
}

#[test]
fn the_joint_list_is_the_sections_lists_in_order() {
    let sections: [&[&Field]; 10] = [
        fields::network::FIELDS,
        fields::ec2::FIELDS,
        fields::presto::FIELDS,
        fields::alluxio::FIELDS,
        fields::hive_metastore::FIELDS,
        fields::s3::FIELDS,
        fields::monitoring::FIELDS,
        fields::superset::FIELDS,
        fields::packages::FIELDS,
        fields::stack::FIELDS,
    ];
    let mut apart: Vec<&str> = sections.iter().flat_map(|section| section.iter()).map(|field| field.path).collect();
    apart.push(fields::REGION.path);
    let joint: Vec<&str> = FIELDS.iter().map(|field| field.path).collect();
    assert_eq!(joint, apart);
}

#[test]
fn names_are_unique_in_every_casing() {
    let casings: [Casing; 4] = [
        ("camelCase", str::to_owned),
        ("snake_case", snake_case),
        ("PascalCase", pascal_case),
        ("lower case without dots", |path| path.replace('.', "").to_lowercase()),
    ];
    for (casing, derive) in casings {
        let mut seen = BTreeMap::new();
        let sections = SECTIONS.iter().map(|section| section.path);
        for path in sections.chain(FIELDS.iter().map(|field| field.path)) {
            if let Some(other) = seen.insert(derive(path), path) {
                panic!("{path} and {other} are the same in {casing}");
            }
        }
    }
}

#[test]
fn names_are_words_that_both_clients_take() {
    let settings = PROVIDER_CONFIG.iter().map(|setting| setting.name);
    let outputs = OUTPUTS.iter().map(|output| output.name);
    for path in FIELDS.iter().map(|field| field.path).chain(settings).chain(outputs) {
        for word in path.split('.') {
            assert!(word.starts_with(|c: char| c.is_ascii_lowercase()), "{path}");
            assert!(word.chars().all(|c| c.is_ascii_alphanumeric()), "{path}");
            let snake = snake_case(word);
            assert!(!snake.contains("__") && !snake.ends_with('_'), "{path} becomes {snake}");
            assert_eq!(snake, snake.to_lowercase(), "{path}");
        }
        let first = path.split('.').next().unwrap_or_default();
        assert!(!RESERVED.contains(&first), "{path} begins with a reserved name");
    }
}

#[test]
fn every_parent_is_a_section_and_every_section_has_fields() {
    let sections: BTreeSet<&str> = SECTIONS.iter().map(|section| section.path).collect();
    let mut parents = BTreeSet::new();
    for field in FIELDS {
        let mut path = field.path;
        while let Some((parent, _)) = path.rsplit_once('.') {
            parents.insert(parent);
            path = parent;
        }
        assert!(!sections.contains(field.path), "{} is a field and a section", field.path);
    }
    assert_eq!(parents, sections);
}

#[test]
fn examples_and_defaults_obey_their_own_rules() {
    for field in all_rows() {
        assert!(!field.example.is_empty(), "{} has no example", field.path);
        let example = parse(field.example, field.path);
        assert!(!example.is_null(), "{} has null as its example", field.path);
        assert_eq!(check::json(field, &example), Vec::<String>::new(), "the example of {}", field.path);
        if let Some(default) = field.default {
            let default = parse(default, field.path);
            assert!(!default.is_null(), "{} has null as its default", field.path);
            assert_eq!(check::json(field, &default), Vec::<String>::new(), "the default of {}", field.path);
        }
    }
}

#[test]
fn required_computed_and_default_exclude_each_other() {
    for field in all_rows() {
        let ways = [field.required, field.computed, field.default.is_some()].iter().filter(|way| **way).count();
        assert!(ways <= 1, "{} says more than one thing of an absent value", field.path);
        if field.is_secret() {
            assert_eq!(field.default, None, "{} is a secret with a default", field.path);
        }
    }
}

#[test]
fn docs_say_what_absent_means_and_end_in_a_full_stop() {
    let docs = all_rows()
        .into_iter()
        .map(|field| (field.path, field.doc))
        .chain(SECTIONS.iter().map(|section| (section.path, section.doc)))
        .chain(OUTPUTS.iter().map(|output| (output.name, output.doc)))
        .chain(PROVIDER_CONFIG.iter().map(|setting| (setting.name, setting.doc)))
        .chain(DERIVED.iter().map(|derived| (derived.name, derived.doc)));
    for (name, doc) in docs {
        assert!(doc.ends_with('.'), "the doc of {name} does not end in a full stop: {doc}");
        assert!((15..=420).contains(&doc.len()), "the doc of {name} has {} characters", doc.len());
        assert!(!doc.contains("  ") && !doc.contains('\n'), "the doc of {name} has stray blanks: {doc}");
        assert_eq!(doc.matches('`').count() % 2, 0, "the doc of {name} has an open quotation: {doc}");
    }
    for field in FIELDS.iter().filter(|field| !field.required && field.default.is_none()) {
        let conditions = ["Absent", "Give this or", "Give one of", "required for", "not allowed for"];
        let owner = field.clients == Clients::TerraformOnly;
        assert!(owner || conditions.iter().any(|word| field.doc.contains(word)), "{}: {}", field.path, field.doc);
    }
}

#[test]
fn docs_refer_to_fields_that_exist() {
    for field in FIELDS {
        for quoted in field.doc.split('`').skip(1).step_by(2) {
            let section = quoted.split('.').next().unwrap_or_default();
            let names_a_field = quoted.contains('.') && SECTIONS.iter().any(|known| known.path == section);
            if names_a_field {
                let known = fields::find(quoted).is_some() || SECTIONS.iter().any(|known| known.path == quoted);
                assert!(known, "the doc of {} names {quoted}", field.path);
            }
        }
    }
}

#[test]
fn docs_name_every_choice() {
    for field in FIELDS {
        let Kind::Choice(choices) = field.kind else { continue };
        for choice in choices {
            assert!(field.doc.contains(&format!("`{choice}`")), "the doc of {} leaves out {choice}", field.path);
        }
    }
}

#[test]
fn parameters_are_unique_among_fields_aliases_and_derived_ones() {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let names = FIELDS.iter().filter_map(|field| field.parameter.map(|parameter| (field.path, parameter)));
    let named = names.flat_map(|(path, parameter)| {
        parameter.aliases.iter().chain([&parameter.name]).map(move |name| (*name, path)).collect::<Vec<_>>()
    });
    for (name, owner) in named.chain(DERIVED.iter().map(|derived| (derived.name, derived.name))) {
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name} is no parameter's name");
        if let Some(other) = seen.insert(name.to_lowercase(), owner) {
            panic!("the parameter {name} belongs to {owner} and to {other}");
        }
    }
    let own = FIELDS.iter().filter(|field| field.parameter.is_some()).count() + DERIVED.len();
    assert!(own <= MOST_PARAMETERS, "{own} parameters");
}

#[test]
fn encodings_fit_the_kinds() {
    for field in FIELDS {
        let Some(parameter) = field.parameter else { continue };
        let fits = match (parameter.encoding, field.kind) {
            (ParameterEncoding::NameOfArn, Kind::Text) => true,
            (ParameterEncoding::Text, Kind::Text | Kind::Integer | Kind::Choice(_)) => true,
            (ParameterEncoding::YesNo, Kind::Bool) => true,
            (ParameterEncoding::CommaList, Kind::List | Kind::Set) => true,
            (ParameterEncoding::KeyValues, Kind::Map) => true,
            (ParameterEncoding::UploadedUri, Kind::File | Kind::Folder) => true,
            (ParameterEncoding::Literal(literals), Kind::Choice(choices)) => {
                choices.iter().copied().eq(literals.iter().map(|(ours, _)| *ours))
            }
            _ => false,
        };
        assert!(fits, "{}: {:?} cannot carry {:?}", field.path, parameter.encoding, field.kind);
        // CloudFormation takes no empty text for a Number, so a number that may be absent travels as a String.
        let always = field.required || field.default.is_some();
        let number = matches!(parameter.kind, ParameterType::Number);
        assert_eq!(number, matches!(field.kind, Kind::Integer) && always, "{}: type of {}", field.path, parameter.name);
    }
}

#[test]
fn default_texts_of_parameters_are_short_enough() {
    for field in FIELDS.iter().filter(|field| field.parameter.is_some()) {
        assert!(field.default.is_none_or(|default| default.len() <= LONGEST_VALUE), "{}", field.path);
        for constraint in field.constraints {
            if let Constraint::Length(_, most) = constraint {
                assert!(*most <= LONGEST_VALUE, "{} allows {most} characters", field.path);
            }
        }
    }
    for derived in DERIVED {
        assert!(derived.default.len() <= LONGEST_VALUE, "{}", derived.name);
    }
}

#[test]
fn every_secret_can_be_given_as_a_secret_of_secrets_manager() {
    let secrets: Vec<&Field> = FIELDS.iter().copied().filter(|field| field.is_secret()).collect();
    assert!(secrets.len() >= 5);
    for field in secrets.into_iter().filter(|field| !field.path.starts_with(fields::stack::TEMPLATE_PREFIX)) {
        let other = fields::find(&format!("{}SecretArn", field.path))
            .unwrap_or_else(|| panic!("{} has no alternative", field.path));
        assert!(!other.is_secret(), "{} is the name of a secret, not a secret", other.path);
        assert_eq!(other.effect, field.effect, "{} and {}", other.path, field.path);
        let kind = field.parameter.map(|parameter| parameter.kind);
        assert_eq!(kind, Some(ParameterType::String), "{}: only a String parameter can be NoEcho", field.path);
    }
}

#[test]
fn operational_fields_have_no_parameter() {
    for field in FIELDS.iter().filter(|field| field.effect == Effect::Operational) {
        assert_eq!(field.parameter, None, "{} would change the stack", field.path);
    }
}

#[test]
fn the_contracts_effects_stand() {
    use starburst_schema::field::{ALL_NODES, COORDINATORS, METASTORE, SUPERSET, WORKERS};
    for (path, effect) in [
        ("network.vpcId", Effect::Replace),
        ("network.securityGroupIds", Effect::Roll(ALL_NODES)),
        ("ec2.workerCount", Effect::InPlace),
        ("ec2.workerScaling", Effect::Operational),
        ("ec2.workerInstanceType", Effect::Roll(WORKERS)),
        ("ec2.coordinatorInstanceType", Effect::Roll(COORDINATORS)),
        ("ec2.haCoordinatorCount", Effect::Roll(ALL_NODES)),
        ("ec2.permissionsBoundaryArn", Effect::InPlace),
        ("presto.httpPort", Effect::Restart),
        ("presto.packageUri", Effect::Restart),
        ("alluxio.s3RootMount", Effect::Restart),
        ("hiveMetastore.type", Effect::Restart),
        ("hiveMetastore.password", Effect::Roll(METASTORE)),
        ("superset.enabled", Effect::InPlace),
        ("superset.instanceType", Effect::Roll(SUPERSET)),
        ("stack.name", Effect::Replace),
        ("stack.tags", Effect::InPlace),
        ("stack.templateVersion", Effect::AsPreviewed),
        ("stack.terminationProtection", Effect::InPlace),
        ("stack.rollback.triggers", Effect::Operational),
        ("stack.onFailure", Effect::Operational),
    ] {
        assert_eq!(fields::find(path).map(|field| field.effect), Some(effect), "{path}");
    }
}

#[test]
fn outputs_neither_collide_with_each_other_nor_with_sections() {
    let mut seen: BTreeSet<String> = SECTIONS.iter().map(|section| snake_case(section.path)).collect();
    for output in OUTPUTS {
        assert!(seen.insert(snake_case(output.name)), "{} is there already", output.name);
    }
    let mut keys = BTreeSet::new();
    for key in OUTPUTS.iter().flat_map(|output| output.stack_outputs) {
        assert!(keys.insert(key.to_lowercase()), "two outputs read {key}");
        assert!(key.chars().all(|c| c.is_ascii_alphanumeric()), "{key} is no output's key");
    }
}

#[test]
fn outputs_are_reached_by_fields_that_exist() {
    for output in OUTPUTS {
        let starburst_schema::outputs::Reach::Fields(paths) = output.reach else { continue };
        for path in paths {
            let known = fields::find(path).is_some() || SECTIONS.iter().any(|section| section.path == *path);
            assert!(known, "{} is reached by {path}", output.name);
        }
    }
}

#[test]
fn derived_parameters_come_from_fields_that_exist() {
    for path in DERIVED.iter().flat_map(|derived| derived.from) {
        let known = fields::find(path).is_some() || SECTIONS.iter().any(|section| section.path == *path);
        assert!(known, "{path}");
    }
}

#[test]
fn settings_of_the_provider_are_unique_and_keys_are_secret() {
    let mut seen = BTreeSet::new();
    let mut variables = BTreeSet::new();
    for setting in PROVIDER_CONFIG {
        assert!(seen.insert(snake_case(setting.name)), "{} is there already", setting.name);
        // The URL of a proxy can hold a password.
        let secret = ["accessKey", "secretKey", "token", "httpProxy"].contains(&setting.name);
        assert_eq!(setting.exposure == Exposure::Secret, secret, "{}", setting.name);
        for variable in setting.environment {
            assert!(variables.insert(*variable), "two settings read {variable}");
        }
    }
}

#[test]
fn rules_fit_the_kinds() {
    let fields = all_rows().into_iter().map(|field| (field.path, field.kind, field.constraints));
    let settings = PROVIDER_CONFIG.iter().map(|setting| (setting.name, setting.kind, setting.constraints));
    for (name, kind, constraints) in fields.chain(settings) {
        for constraint in constraints {
            let text = matches!(kind, Kind::Text | Kind::File | Kind::Folder);
            let many = matches!(kind, Kind::List | Kind::Set);
            let fits = match constraint {
                Constraint::Range(least, most) => matches!(kind, Kind::Integer) && least < most,
                Constraint::OneOf(numbers) => matches!(kind, Kind::Integer) && numbers.is_sorted(),
                Constraint::Items(least, most) => {
                    (many || matches!(kind, Kind::Map | Kind::Objects(_))) && least < most
                }
                Constraint::Length(least, most) => text && least < most,
                Constraint::Form(_) => text || many,
                Constraint::Keys(_) | Constraint::Values(_) => matches!(kind, Kind::Map),
            };
            assert!(fits, "{name}: {constraint:?} says nothing of {kind:?}");
        }
    }
}

#[test]
fn codes_are_unique_and_stand_in_order() {
    let numbers: Vec<u16> =
        starburst_schema::codes::CODES.iter().flat_map(|codes| codes.iter()).map(|code| code.number).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
}
