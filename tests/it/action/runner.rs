//! A runner of GitHub Actions, as small as it can be: it takes the steps of `action.yml` one after the
//! other, gives each its environment, and runs the shell as the real one does (`bash --noprofile
//! --norc -eo pipefail FILE`).
//!
//! Steps that use other actions are only written down with their inputs. Workflow commands stay in the
//! output, but for what hides a text; the three files are read after each step.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::sandbox::{Run, Sandbox};

use super::{expression, yaml};

const MASK: &[u8] = b"::add-mask::";

/// What a job gives the action, and the event that started it.
pub(super) struct Job {
    action: Value,
    /// Inputs that are not left as they are.
    pub(super) inputs: BTreeMap<&'static str, String>,
    /// `github.event`, as GitHub documents it.
    pub(super) event: Value,
    pub(super) event_name: &'static str,
    /// `github.ref`
    pub(super) name: String,
    /// More variables of the environment.
    pub(super) variables: BTreeMap<&'static str, String>,
    /// A folder with programs that come before all others.
    pub(super) shims: Option<PathBuf>,
}

/// What became of it.
pub(super) struct Outcome {
    /// All that was printed, and the code of the first step that failed, or 0.
    pub(super) run: Run,
    pub(super) outputs: BTreeMap<String, String>,
    pub(super) summary: String,
    /// `uses` of the steps that were reached, with their inputs.
    pub(super) used: Vec<(String, BTreeMap<String, String>)>,
    /// What the log was told to hide.
    pub(super) masks: Vec<String>,
    /// What was added to the path.
    pub(super) path: Vec<PathBuf>,
}

impl Job {
    /// One with the program of the tests; none where YAML cannot be read.
    #[track_caller]
    pub(super) fn new(event_name: &'static str, event: Value) -> Option<Self> {
        let action = yaml::file("action.yml")?.remove(0);
        let variables = [("BASELEAK_BINARY", env!("CARGO_BIN_EXE_baseleak").to_owned())].into();
        let name = event["ref"].as_str().unwrap_or("refs/heads/main").to_owned();
        Some(Self { action, inputs: BTreeMap::new(), event, event_name, name, variables, shims: None })
    }

    /// With an input that is not left as it is.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        assert!(self.action["inputs"].get(name).is_some(), "there is no input {name}");
        self.inputs.insert(name, value.to_owned());
        self
    }

    /// Runs the action in a checkout.
    #[track_caller]
    pub(super) fn run(&self, sandbox: &Sandbox, checkout: &str) -> Outcome {
        let temp = sandbox.home().join("runner");
        fs::create_dir_all(&temp).expect("a folder can be made");
        let declared = self.action["inputs"].as_object().expect("there are inputs");
        let mut contexts = json!({
            "github": {"event": self.event, "ref": self.name, "token": "the-token-of-the-job"},
            "inputs": {}, "steps": {}, "failed": false,
        });
        let inputs: Map<String, Value> = declared
            .iter()
            .map(|(name, input)| {
                let default = input["default"].as_str().expect("every input has a default");
                let value = self.inputs.get(name.as_str()).cloned();
                let value = value.unwrap_or_else(|| expression::expand(default, &contexts));
                (name.clone(), Value::String(value))
            })
            .collect();
        contexts["inputs"] = Value::Object(inputs);
        let summary = temp.join("summary.md");
        fs::write(&summary, "").expect("it can be written");
        let mut outcome = Outcome {
            run: Run { code: Some(0), stdout: String::new(), stderr: String::new() },
            outputs: BTreeMap::new(),
            summary: String::new(),
            used: Vec::new(),
            masks: Vec::new(),
            path: Vec::new(),
        };
        for step in self.action["runs"]["steps"].as_array().expect("there are steps") {
            let condition = step["if"].as_str().unwrap_or("success()");
            // A condition that asks for nothing else holds only as long as all went well.
            let asks = ["always()", "cancelled()", "success()", "failure()"];
            let is_open = asks.iter().any(|word| condition.contains(word)) || contexts["failed"] == false;
            if is_open && expression::holds(condition, &contexts) {
                self.step(step, sandbox, checkout, &temp, &mut contexts, &mut outcome);
            }
        }
        for (name, output) in self.action["outputs"].as_object().expect("there are outputs") {
            let value = expression::expand(output["value"].as_str().expect("it is text"), &contexts);
            outcome.outputs.insert(name.clone(), value);
        }
        outcome.summary = fs::read_to_string(summary).expect("it was written");
        outcome
    }

    #[track_caller]
    fn step(
        &self,
        step: &Value,
        sandbox: &Sandbox,
        checkout: &str,
        temp: &Path,
        contexts: &mut Value,
        outcome: &mut Outcome,
    ) {
        let texts = |value: &Value| -> BTreeMap<String, String> {
            let pairs = value.as_object().into_iter().flatten();
            let text = |value: &Value| value.as_str().expect("it is text").to_owned();
            pairs.map(|(name, value)| (name.clone(), expression::expand(&text(value), contexts))).collect()
        };
        if let Some(uses) = step["uses"].as_str() {
            outcome.used.push((uses.to_owned(), texts(&step["with"])));
            return;
        }
        assert_eq!(step["shell"], "bash");
        let run = step["run"].as_str().expect("a step uses or runs something");
        assert!(!run.contains("${{"), "an expression in a script: {run}");
        let files = ["output", "path"].map(|name| temp.join(name));
        for file in &files {
            fs::write(file, "").expect("it can be written");
        }
        let script = temp.join("script.sh");
        fs::write(&script, run).expect("it can be written");
        let folder = step["working-directory"].as_str().map(|text| expression::expand(text, contexts));
        let folder = sandbox.path(checkout).join(folder.unwrap_or_default());
        let mut command = self.shell(sandbox, &script, temp);
        command.current_dir(folder).envs(texts(&step["env"]));
        let mut output = command.output().expect("bash can be run");
        // The real one keeps these lines to itself, too.
        let (masks, rest): (Vec<_>, Vec<_>) =
            output.stdout.split_inclusive(|&byte| byte == b'\n').partition(|line| line.starts_with(MASK));
        let mask = |line: &&[u8]| String::from_utf8_lossy(&line[MASK.len()..]).trim().to_owned();
        outcome.masks.extend(masks.iter().map(mask));
        output.stdout = rest.concat();
        let run = Run::ended(output);
        outcome.run.stdout += &run.stdout;
        outcome.run.stderr += &run.stderr;
        if run.code != Some(0) {
            contexts["failed"] = Value::Bool(true);
            if outcome.run.code == Some(0) {
                outcome.run.code = run.code;
            }
        }
        let [output, path] = files.map(|file| fs::read_to_string(file).expect("it was written"));
        outcome.path.extend(path.lines().map(PathBuf::from));
        let pairs = output.lines().map(|line| line.split_once('=').expect("it is a name and a value"));
        let outputs: Map<_, _> =
            pairs.map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))).collect();
        if let Some(id) = step["id"].as_str() {
            contexts["steps"][id] = json!({ "outputs": outputs });
        }
    }

    /// The shell with what the runner gives every step.
    fn shell(&self, sandbox: &Sandbox, script: &Path, temp: &Path) -> Command {
        let mut command = sandbox.confined("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(script);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        command.env("GITHUB_ACTIONS", "true").env("CI", "true").env("GITHUB_ACTION_PATH", root);
        command.env("GITHUB_EVENT_NAME", self.event_name).env("GITHUB_REF", &self.name);
        command.env("GITHUB_SERVER_URL", "https://github.com").env("GITHUB_REPOSITORY", "octo/repo");
        command.env("GITHUB_STEP_SUMMARY", temp.join("summary.md")).env("RUNNER_TEMP", temp);
        command.env("GITHUB_OUTPUT", temp.join("output")).env("GITHUB_PATH", temp.join("path"));
        command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64");
        if let Some(shims) = &self.shims {
            let path = std::env::var("PATH").expect("there is a path");
            command.env("PATH", format!("{}:{path}", shims.display()));
        }
        command.envs(&self.variables);
        command
    }
}
