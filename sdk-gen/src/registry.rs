//! The folder that a registry of Terraform providers reads: one page a resource, data source, function and guide, and
//! the examples that stand in them. Knows Markdown and the attributes; the texts of guides and examples are files
//! beside this one.

mod attributes;
mod effects;
#[cfg(test)]
mod tests;

use starburst_schema::naming::snake_case;
use starburst_schema::terraform::others::{self, FUNCTIONS, Function};
use starburst_schema::terraform::{
    Attribute, CLUSTER, IDENTITY, JOINT_TEMPLATE, Mode, Part, SUPERSET_ADMIN_PASSWORD, resource, spelled,
};

use crate::artifact::Artifact;

/// The page on which the registry begins.
const INDEX: &str = "index.md";

/// A file whose text is written by hand and goes into the folder as it is.
struct Example {
    /// Path in the folder of examples.
    path: &'static str,
    text: &'static str,
}

/// A file of the folder of examples.
macro_rules! example {
    ($path:literal, $file:literal) => {
        Example {
            path: concat!("schema/generated/registry/examples/", $path),
            text: include_str!(concat!("registry/examples/", $file)),
        }
    };
}

const PROVIDER: Example = example!("provider/provider.tf", "provider.tf");
const RESOURCE: Example = example!("resources/starburst_presto_alluxio_cluster/resource.tf", "resource.tf");
const IMPORT: Example = example!("resources/starburst_presto_alluxio_cluster/import.sh", "import.sh");
const IMPORT_BY_ID: Example =
    example!("resources/starburst_presto_alluxio_cluster/import-by-string-id.tf", "import-by-string-id.tf");
const IMPORT_BY_IDENTITY: Example =
    example!("resources/starburst_presto_alluxio_cluster/import-by-identity.tf", "import-by-identity.tf");
const CLUSTER_DATA: Example =
    example!("data-sources/starburst_presto_alluxio_cluster/data-source.tf", "cluster-data-source.tf");
const TEMPLATE_DATA: Example =
    example!("data-sources/starburst_joint_template/data-source.tf", "joint-template-data-source.tf");
const PASSWORD: Example =
    example!("ephemeral-resources/starburst_superset_admin_password/ephemeral-resource.tf", "ephemeral-resource.tf");
const LIST: Example =
    example!("list-resources/starburst_presto_alluxio_cluster/list-resource.tfquery.hcl", "list-resource.tfquery.hcl");

/// All examples whose text is written by hand.
const EXAMPLES: [Example; 9] =
    [PROVIDER, RESOURCE, IMPORT, IMPORT_BY_ID, IMPORT_BY_IDENTITY, CLUSTER_DATA, TEMPLATE_DATA, PASSWORD, LIST];

/// A guide: a page written by hand, whose first line is its title.
struct Guide {
    path: &'static str,
    about: &'static str,
    text: &'static str,
}

/// A guide of this file name.
macro_rules! guide {
    ($name:literal, $about:literal) => {
        Guide {
            path: concat!("schema/generated/registry/docs/guides/", $name, ".md"),
            about: $about,
            text: include_str!(concat!("registry/guides/", $name, ".md")),
        }
    };
}

const GUIDES: [Guide; 6] = [
    guide!("secrets", "The forms in which a secret can be given, and where each is kept."),
    guide!("timeouts-and-interrupts", "How long operations may take, and how to go on after one was stopped."),
    guide!("importing", "Taking a cluster over that exists, and finding those that do."),
    guide!("upgrading-from-aws-cloudformation-stack", "Turning an aws_cloudformation_stack into a cluster in place."),
    guide!("watching-progress", "Seeing how far an apply is."),
    guide!("rolling-updates", "Which changes replace nodes, how that is done, and what it costs."),
];

/// Everything in the folder: pages, guides, examples.
pub fn files() -> Vec<Artifact> {
    let mut files = vec![index(), cluster(), cluster_data_source(), joint_template(), list_resource(), password()];
    files.extend(FUNCTIONS.iter().flat_map(|function| [function_page(function), function_example(function)]));
    files.extend(GUIDES.iter().map(guide_page));
    files.extend(EXAMPLES.iter().map(|example| Artifact::new(example.path, example.text.to_owned())));
    files
}

/// A page of the registry: what stands before the text, and the text. The first page alone has no category.
fn page(path: &str, title: &str, about: &str, text: &str) -> Artifact {
    let category = if path == INDEX { "" } else { "subcategory: \"\"\n" };
    let head = format!("---\npage_title: \"{title}\"\n{category}description: |-\n  {about}\n---\n");
    Artifact::new(format!("schema/generated/registry/docs/{path}"), format!("{head}\n{}\n", text.trim_end()))
}

/// The name of a type without the provider's.
fn short(type_name: &str) -> &str {
    type_name.strip_prefix("starburst_").unwrap_or(type_name)
}

/// An example as a block of a page.
fn block(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

fn index() -> Artifact {
    let about = "Presto and Alluxio clusters on AWS, each as one resource.";
    let text = format!(
        "# starburst Provider\n\n\
         A cluster of Presto (or Trino, or Starburst) with Alluxio as its cache, on AWS, as one resource: \
         `{CLUSTER}`. Behind it stands one CloudFormation stack, which the provider makes from a template that it \
         carries.\n\n\
         What it does beyond a stack of your own: arguments are checked before anything is called; a plan says which \
         nodes are replaced and what goes out of service; workers are drained before they leave; errors name the \
         argument to change; drift is shown argument by argument; a run that was stopped goes on with the next one.\n\n\
         Works with Terraform from 1.0 and every OpenTofu. Write-only secrets need 1.11, `moved` across types needs \
         Terraform 1.8 or OpenTofu, `terraform query` needs Terraform 1.14.\n\n\
         ## Example Usage\n\n{}\n\
         Credentials that are not given come from the chain of the AWS SDK: environment, shared files, web identity, \
         containers, instance metadata. They need no more than the calls that an operation makes; nothing is called \
         before a cluster is planned.\n\n\
         ## Schema\n\n\
         No argument is required. Where a line names environment variables, the first that is set counts when the \
         argument is absent; without a region no cluster can be planned.\n\n{}",
        block("terraform", PROVIDER.text),
        attributes::schema(&others::provider()),
    );
    page(INDEX, "Provider: starburst", about, &text)
}

fn cluster() -> Artifact {
    let about = "A Presto and Alluxio cluster on AWS, in one CloudFormation stack.";
    let tree = resource::cluster();
    let text = format!(
        "# {CLUSTER} (Resource)\n\n{about}\n\n\
         `network`, `ec2`, `alluxio` and `stack` are required; the other sections have defaults. An argument that is \
         absent and has a default goes back to it; one that the provider filled in keeps its value.\n\n\
         ## Example Usage\n\n{}\n{}\n\
         ## Schema\n\n{}\n\
         ## Timeouts\n\n\
         {}\nA create that was interrupted is a warning, and the next apply joins it; after a create that took too \
         long run `terraform untaint ADDRESS` before the next apply. The guide *Timeouts and interrupts* says \
         more.\n\n\
         ## Import\n\n\
         A cluster is imported by the name or the ARN of its stack, or by its identity `{IDENTITY}`, the ARN. An \
         `import` block:\n\n{}\n\
         With Terraform and OpenTofu from 1.12, by identity:\n\n{}\n\
         Or the command:\n\n{}\n\
         A `moved` block turns an `aws_cloudformation_stack` into a cluster; a guide of its own tells how.\n",
        block("terraform", RESOURCE.text),
        effects::table(&tree),
        attributes::schema(&tree),
        attributes::timeouts(&tree),
        block("terraform", IMPORT_BY_ID.text),
        block("terraform", IMPORT_BY_IDENTITY.text),
        block("shell", IMPORT.text),
    );
    page(&format!("resources/{}.md", short(CLUSTER)), &format!("{CLUSTER} Resource - starburst"), about, &text)
}

fn cluster_data_source() -> Artifact {
    let about = "What a cluster is now: its status, the nodes in service, its outputs.";
    let tail = "It only reads, also a cluster that another state, another tool or a person made.";
    data_source(CLUSTER, about, tail, &CLUSTER_DATA, &others::cluster_data_source())
}

fn joint_template() -> Artifact {
    let about = "The CloudFormation template that the provider carries.";
    let tail = "For a review, or for a product of Service Catalog. Calls nothing.";
    data_source(JOINT_TEMPLATE, about, tail, &TEMPLATE_DATA, &others::joint_template_data_source())
}

fn data_source(name: &str, about: &str, tail: &str, example: &Example, tree: &[Attribute]) -> Artifact {
    let text = format!(
        "# {name} (Data Source)\n\n{about} {tail}\n\n## Example Usage\n\n{}\n## Schema\n\n{}",
        block("terraform", example.text),
        attributes::schema(tree)
    );
    page(&format!("data-sources/{}.md", short(name)), &format!("{name} Data Source - starburst"), about, &text)
}

fn list_resource() -> Artifact {
    let about = "Clusters of an account and region that can be imported.";
    let text = format!(
        "# {CLUSTER} (List Resource)\n\n\
         {about} Those are listed that the provider made, under Terraform or Pulumi; they carry its tag. \
         Needs Terraform from 1.14: `terraform query` lists them, and with `-generate-config-out=FILE` writes a \
         program that imports them.\n\n\
         ## Example Usage\n\n{}\n## Schema\n\nArguments of the block `config`.\n\n{}",
        block("terraform", LIST.text),
        attributes::schema(&others::list_resource())
    );
    page(
        &format!("list-resources/{}.md", short(CLUSTER)),
        &format!("{CLUSTER} List Resource - starburst"),
        about,
        &text,
    )
}

fn password() -> Artifact {
    let name = SUPERSET_ADMIN_PASSWORD;
    let about = "The password of Superset's administrator, for the length of one run.";
    let text = format!(
        "# {name} (Ephemeral Resource)\n\n\
         {about} It is read from Secrets Manager and is kept in no plan and in no state.\n\n\
         ## Example Usage\n\n{}\n## Schema\n\n{}",
        block("terraform", PASSWORD.text),
        attributes::schema(&others::superset_admin_password())
    );
    let path = format!("ephemeral-resources/{}.md", short(name));
    page(&path, &format!("{name} Ephemeral Resource - starburst"), about, &text)
}

fn function_page(function: &Function) -> Artifact {
    let Function { name, parameter, parameter_doc, summary, doc, .. } = *function;
    let answer = if function.answers_map { "map of string" } else { "string" };
    let text = format!(
        "# function: {name}\n\n{}\n\nNeeds Terraform from 1.8 or OpenTofu from 1.7. Calls nothing, and works without \
         a configuration of the provider.\n\n\
         ## Example Usage\n\n{}\n\
         ## Signature\n\n{}\n\
         ## Arguments\n\n1. `{parameter}` (String) {parameter_doc}\n",
        spelled(doc),
        block("terraform", &function_call(function)),
        block("text", &format!("{name}({parameter} string) {answer}")),
    );
    page(&format!("functions/{name}.md"), &format!("{name} function - starburst"), summary, &text)
}

fn function_call(function: &Function) -> String {
    format!("output \"{}\" {{\n  value = {}\n}}\n", function.name, function.example)
}

fn function_example(function: &Function) -> Artifact {
    let path = format!("schema/generated/registry/examples/functions/{}/function.tf", function.name);
    Artifact::new(path, function_call(function))
}

fn guide_page(guide: &Guide) -> Artifact {
    let title = guide.text.lines().next().unwrap_or_default().trim_start_matches("# ").replace('`', "");
    let path = guide.path.trim_start_matches("schema/generated/registry/docs/");
    page(path, &title, guide.about, guide.text)
}

/// Whether the user may give a value.
fn is_argument(attribute: &Attribute) -> bool {
    attribute.mode != Mode::Computed
}

/// The dotted name of a row of the table as Terraform spells it, where the attribute is one.
fn path_of(attribute: &Attribute) -> Option<String> {
    match attribute.role {
        Part::Input(field) | Part::Region(field) => Some(snake_case(field.path)),
        _ => None,
    }
}
