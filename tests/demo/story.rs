//! The steps of the demo, and what is checked after each.

use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use super::screen::Screen;
use super::stand_in::{REGION, StandIn};
use super::{Arguments, Aws, Language};
use crate::clients::{Options, Program, PulumiProject, Run, place, plugin};

/// Everything that a step needs.
struct Story {
    screen: Screen,
    stand_in: StandIn,
    project: PulumiProject,
    stack_name: String,
}

/// Tells the whole story.
pub fn tell(arguments: &Arguments) -> Result<()> {
    let mut screen = Screen::new();
    screen.step("Get what it takes: the plugin, the pulumi CLI, its language host, the SDK", "");
    let begun = Instant::now();
    let folder = plugin::folder()?;
    let program = program(arguments.language)?;
    screen.found("tools", "plugin and client are there", begun.elapsed());

    screen.step(&format!("Start a stand-in for AWS: {}", world(arguments.aws)), "");
    let begun = Instant::now();
    let stand_in = StandIn::start(arguments.aws, arguments.speed)?;
    let env = stand_in.env();
    let project = PulumiProject::with(Options { plugin: Some(folder.to_path_buf()), env, ..Options::new(program) })?;
    let ids: Vec<_> = stand_in.ids.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    project.config_set_all(&ids)?;
    screen.found("stand-in", &format!("{} answers in {REGION}", world(arguments.aws)), begun.elapsed());
    for (what, why) in stand_in.cannot.clone() {
        screen.left_out(what, why);
    }

    let mut story = Story { screen, stand_in, project, stack_name: String::new() };
    story.create()?;
    story.scale()?;
    story.roll()?;
    story.drift()?;
    story.nothing_left_to_do()?;
    if arguments.keep {
        story.keep()?;
    } else {
        story.destroy()?;
    }
    story.screen.summary("What was done");
    Ok(())
}

fn world(aws: Aws) -> &'static str {
    match aws {
        Aws::Model => "the project's model of AWS",
        Aws::Ministack => "MiniStack",
    }
}

fn program(language: Language) -> Result<Program> {
    let schema = place::workspace().join("schema/generated/pulumi-schema.json");
    match language {
        Language::Typescript => Program::typescript_example(&schema),
        Language::Python => Program::python_example(&schema),
        Language::Yaml => Ok(Program::yaml_example()),
    }
}

impl Story {
    fn create(&mut self) -> Result<()> {
        self.project.config_set("workerCount", "3")?;
        self.screen.step("Preview, then create: one coordinator, three workers", "pulumi up");
        self.pulumi(&["preview", "--non-interactive", "--diff"])?;
        let begun = Instant::now();
        self.pulumi(crate::clients::pulumi::UP)?;
        let outputs = self.project.outputs()?;
        self.stack_name = outputs["stackName"].as_str().context("the program has no output stackName")?.to_owned();
        let workers = self.desired()?;
        ensure!(workers == 3, "the worker group has {workers} nodes instead of 3");
        let url = outputs["coordinatorUrl"].as_str().unwrap_or("none").to_owned();
        self.screen.found(
            "up",
            &format!("stack {}, 3 workers, coordinator at {url}", self.stack_name),
            begun.elapsed(),
        );
        Ok(())
    }

    fn scale(&mut self) -> Result<()> {
        self.project.config_set("workerCount", "5")?;
        self.screen.step(
            "Scale: three workers become five, no node is replaced",
            "pulumi config set workerCount 5 && pulumi up",
        );
        let preview = self.pulumi(&["preview", "--non-interactive", "--diff"])?;
        ensure!(!preview.text().contains("replace"), "scaling must not replace anything");
        let begun = Instant::now();
        self.pulumi(crate::clients::pulumi::UP)?;
        let workers = self.desired()?;
        ensure!(workers == 5, "the worker group has {workers} nodes instead of 5");
        self.screen.found("scale 3 → 5", "5 workers", begun.elapsed());
        Ok(())
    }

    fn roll(&mut self) -> Result<()> {
        self.project.config_set("workerInstanceType", "r5.4xlarge")?;
        self.screen.step(
            "Another instance type: the preview says how workers are rolled",
            "pulumi config set workerInstanceType r5.4xlarge && pulumi up",
        );
        let preview = self.pulumi(&["preview", "--non-interactive", "--diff"])?;
        ensure!(preview.text().contains("batch"), "the preview says nothing of batches");
        let before = self.instances()?;
        let begun = Instant::now();
        self.pulumi(crate::clients::pulumi::UP)?;
        let after = self.instances()?;
        let kept = after.iter().filter(|id| before.contains(id)).count();
        ensure!(kept == 0, "{kept} of the old workers are still there");
        let fact = if after.is_empty() {
            "launch template and group updated".to_owned()
        } else {
            format!("{} workers replaced, batch by batch", after.len())
        };
        self.screen.found("roll to r5.4xlarge", &fact, begun.elapsed());
        Ok(())
    }

    fn drift(&mut self) -> Result<()> {
        self.screen.step("Somebody sets the worker group to 7 in the console; refresh shows it", "pulumi refresh");
        let group = self.group()?;
        self.stand_in.set_desired(&group, 7)?;
        let begun = Instant::now();
        let refresh = self.pulumi(&["refresh", "--yes", "--non-interactive", "--diff"])?;
        ensure!(refresh.text().contains("workerCount"), "the refresh does not show workerCount");
        self.screen.found("drift", "refresh shows ec2.workerCount: 5 → 7", begun.elapsed());

        self.screen.step("The program still says 5: the next up reverts it", "pulumi up");
        let begun = Instant::now();
        self.pulumi(crate::clients::pulumi::UP)?;
        let workers = self.desired()?;
        ensure!(workers == 5, "the worker group has {workers} nodes instead of 5");
        self.screen.found("revert", "5 workers again", begun.elapsed());
        Ok(())
    }

    fn nothing_left_to_do(&mut self) -> Result<()> {
        self.screen.step("Nothing is left to do", "pulumi preview --expect-no-changes");
        let begun = Instant::now();
        self.pulumi(&["preview", "--non-interactive", "--expect-no-changes"])?;
        self.screen.found("preview", "no changes", begun.elapsed());
        Ok(())
    }

    fn destroy(&mut self) -> Result<()> {
        self.screen.step("Destroy", "pulumi destroy");
        let begun = Instant::now();
        self.pulumi(crate::clients::pulumi::DESTROY)?;
        let left = self.stand_in.stack(&self.stack_name)?;
        ensure!(left.is_none(), "the stack is still there: {}", left.map(|stack| stack.status).unwrap_or_default());
        self.screen.found("destroy", "no stack is left", begun.elapsed());
        Ok(())
    }

    fn keep(&mut self) -> Result<()> {
        self.screen.step("Kept for you to look at; press Enter to end the stand-in", "");
        for (name, value) in self.stand_in.env() {
            self.screen.line(&format!("export {name}={value}"));
        }
        self.screen.line(&format!("cd {}", self.project.folder().display()));
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        Ok(())
    }

    /// Runs the client and shows what it prints.
    fn pulumi(&mut self, args: &[&str]) -> Result<Run> {
        let screen = &self.screen;
        let run = self.project.stream(args, &mut |line| screen.line(&line.text))?;
        if !run.status.success() {
            bail!("`{}` ended with {}", run.command, run.status);
        }
        Ok(run)
    }

    fn group(&self) -> Result<starburst_core::ports::Group> {
        let stack = self.stand_in.stack(&self.stack_name)?.context("the stack is not there")?;
        self.stand_in.workers(&stack)
    }

    fn desired(&self) -> Result<u32> {
        Ok(self.group()?.desired)
    }

    fn instances(&self) -> Result<Vec<String>> {
        Ok(self.group()?.instances.into_iter().map(|instance| instance.id).collect())
    }
}
