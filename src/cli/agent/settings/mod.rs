//! `hook agent install`, `uninstall` and `status`: the hook in the settings of an agent.
//!
//! **Invariant:** a file that cannot be edited without loss is left alone, and one that is
//! edited changes in one step, with its mode and owner kept.

mod change;
mod form;
mod json;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use baseleak::source;
use baseleak::verify::rotate::Edit;

use form::{Before, Entry, Kin};

use crate::cli::args::{AgentTool, EditArgs, Scope, SettleArgs, StandingArgs};
use crate::cli::complaint::{Advised, shown, warn};
use crate::cli::exit::Exit;
use crate::cli::in_place;
use crate::cli::output::{Output, write_file};

/// Bytes of the largest file of settings.
const LARGEST: u64 = 16 << 20;

/// A file of settings.
struct Settings {
    tool: AgentTool,
    path: PathBuf,
    /// What it holds; nothing where it is not there.
    text: Option<String>,
}

/// Writes the hook into the settings of an agent.
///
/// # Errors
/// Where they cannot be edited; they are as they were then.
pub(crate) fn install(args: &SettleArgs) -> Result<Exit> {
    let settings = Settings::of(&args.edit.standing)?;
    let tool = settings.tool;
    let entry = Entry::new(tool, args, Before::default()).value();
    let group = form::has_groups(tool).then(|| serde_json::json!({}));
    if !matches!(form::kin(tool, &entry, group.as_ref()), Kin::Ours(_)) {
        // It would not be known again by `uninstall`.
        return Err(Advised::new("--program names something else", "give the path of a `baseleak`").into());
    }
    let before = settings.text.as_deref().filter(|text| !text.trim().is_empty()).unwrap_or("{}\n");
    let cannot = |error: anyhow::Error| {
        let hint = format!("write this into it by hand: {}", change::by_hand(tool, args));
        error.context(Advised::new(settings.cannot("edit"), hint))
    };
    let standing = change::standing(before, tool).map_err(cannot)?;
    let is_kept = standing.no_config && !args.no_config;
    let args = &SettleArgs { no_config: args.no_config || standing.no_config, ..args.clone() };
    let after = change::put(before, tool, args, settings.text.is_none()).map_err(cannot)?;
    tell_of(&standing.changed);
    if is_kept {
        warn("--no-config stays in the hook; to be without it, uninstall the hook first");
    }
    if settings.text.as_deref() == Some(&*after) {
        return say(&format!("{} calls baseleak already: {}", tool.name(), settings.name()));
    }
    if args.edit.dry_run {
        return settings.show(&after);
    }
    settings.write(&after)?;
    if args.program == "baseleak" && !is_in_search_path() {
        warn("no `baseleak` is in the search path: put it there, or name it with --program PATH");
    }
    if args.fail_closed && matches!(tool, AgentTool::Codex | AgentTool::Copilot) {
        warn(&format!("--fail-closed changes nothing: {} has no such setting", tool.name()));
    }
    say(&format!("{} calls baseleak: {}", tool.name(), settings.name()))?;
    match tool {
        AgentTool::Codex => say("Codex runs a new hook only after you trusted it: open `/hooks` in Codex"),
        AgentTool::Copilot => say(
            "Copilot refuses every tool where `baseleak` is not installed: see docs/agents.md on its cloud",
        ),
        AgentTool::ClaudeCode | AgentTool::Cursor => Ok(Exit::Clean),
    }
}

/// Takes the hook out of the settings of an agent.
///
/// # Errors
/// As [`install`].
pub(crate) fn uninstall(args: &EditArgs) -> Result<Exit> {
    let settings = Settings::of(&args.standing)?;
    let tool = settings.tool;
    let Some(text) = settings.text.as_deref().filter(|text| !text.trim().is_empty()) else {
        return say(&format!("{} does not call baseleak: there is no {}", tool.name(), settings.name()));
    };
    let cannot = |error: anyhow::Error| {
        let hint = "mend the file, or take what calls `baseleak hook agent` out by hand";
        error.context(Advised::new(settings.cannot("edit"), hint))
    };
    let standing = change::standing(text, tool).map_err(cannot)?;
    let change::Taken { text: after, may_go } = change::take(text, tool).map_err(cannot)?;
    tell_of(&standing.changed);
    if after == text {
        return say(&format!("{} does not call baseleak: {}", tool.name(), settings.name()));
    }
    if args.dry_run {
        return settings.show(&after);
    }
    if may_go {
        fs::remove_file(&settings.path).with_context(|| settings.cannot("remove"))?;
        settings.remove_folders();
        return say(&format!("{} does not call baseleak any more: removed {}", tool.name(), settings.name()));
    }
    settings.write(&after)?;
    say(&format!("{} does not call baseleak any more: {}", tool.name(), settings.name()))
}

/// Warns of entries that have to do with the hook and are left as they are.
fn tell_of(changed: &[String]) {
    for changed in changed {
        warn(&format!("left alone what somebody wrote for {changed}"));
    }
}

/// Tells which agents call this program.
///
/// # Errors
/// Where settings that are there cannot be read; the others are told of.
pub(crate) fn status(args: &StandingArgs) -> Result<Exit> {
    let tools = args.tool.map_or_else(|| AgentTool::ALL.to_vec(), |tool| vec![tool]);
    let scopes = match (args.project, args.user) {
        (true, _) => vec![Scope::Project],
        (_, true) => vec![Scope::User],
        _ => vec![Scope::Project, Scope::User],
    };
    let mut exit = Exit::Clean;
    for tool in tools {
        for scope in &scopes {
            let told = Settings::at(tool, *scope).and_then(|settings| Ok((settings.standing()?, settings)));
            let line = match told {
                Ok((standing, settings)) => format!("{standing}: {}", settings.name()),
                Err(error) => {
                    exit = Exit::NoVerdict;
                    shown(&format!("{error:#}"))
                }
            };
            say(&format!("{:14} {line}", tool.name()))?;
        }
    }
    Ok(exit)
}

impl Settings {
    /// Those that the arguments name.
    fn of(args: &StandingArgs) -> Result<Self> {
        let names: Vec<&str> = AgentTool::ALL.iter().map(|tool| tool.word()).collect();
        let tool = args.tool.ok_or_else(|| {
            Advised::new("no coding agent is named", format!("give --tool, one of {}", names.join(", ")))
        })?;
        Self::at(tool, args.scope())
    }

    fn at(tool: AgentTool, scope: Scope) -> Result<Self> {
        let root = source::root_of(Path::new("."));
        let home = std::env::home_dir();
        let path = form::file(tool, scope, &root, &|name| std::env::var_os(name), home.as_deref())?;
        let mut settings = Self { tool, path, text: None };
        settings.text = settings.read().with_context(|| settings.cannot("read"))?;
        Ok(settings)
    }

    fn read(&mut self) -> Result<Option<String>> {
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.path.symlink_metadata().is_ok() {
                    return Err(anyhow!("it is a link that leads nowhere"));
                }
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
            Ok(metadata) if !metadata.is_file() => return Err(anyhow!("it is no file")),
            Ok(metadata) if metadata.len() > LARGEST => return Err(anyhow!("it is too large")),
            Ok(_) => {}
        }
        // The file behind links is the one that is edited.
        self.path = self.path.canonicalize()?;
        let text = String::from_utf8(fs::read(&self.path)?).map_err(|_| anyhow!("it is not UTF-8"))?;
        Ok(Some(text))
    }

    /// Removes the folders of the settings where nothing is left in them.
    fn remove_folders(&self) {
        let own = [".claude", ".codex", ".cursor", ".copilot", ".github"];
        for folder in self.path.ancestors().skip(1).take(2) {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // One that is not empty stays.
            if !(own.contains(&name) || name == "hooks") || fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }

    fn write(&self, after: &str) -> Result<()> {
        let Some(before) = &self.text else {
            let folder = self.path.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
            return write_file(&self.path, after.as_bytes());
        };
        let (before, after) = (before.clone().into_bytes(), after.as_bytes().to_vec());
        in_place::replace(&Edit { path: self.path.clone(), before, after, uses: None }, None)
    }

    /// What the hook is to the agent, in words.
    fn standing(&self) -> Result<String> {
        let Some(text) = self.text.as_deref().filter(|text| !text.trim().is_empty()) else {
            return Ok("not installed".to_owned());
        };
        let standing = change::standing(text, self.tool).with_context(|| self.cannot("judge"))?;
        let wanted = form::events(self.tool, false);
        let missing: Vec<&str> =
            wanted.into_iter().filter(|event| !standing.events.iter().any(|other| other == event)).collect();
        if standing.is_disabled && !standing.events.is_empty() {
            return Ok("changed (\"disableAllHooks\" is set)".to_owned());
        }
        if !missing.is_empty() && !standing.changed.is_empty() {
            return Ok(format!("changed ({})", standing.changed.join("; ")));
        }
        Ok(match (standing.events.is_empty(), missing.is_empty()) {
            (true, _) => "not installed".to_owned(),
            (false, true) => format!("installed ({})", standing.events.join(", ")),
            (false, false) => format!("installed in part, without {}", missing.join(", ")),
        })
    }

    fn show(&self, after: &str) -> Result<Exit> {
        say(&format!("{} would read:", self.name()))?;
        Output::stdout().deliver(|out| {
            // Settings may hold a key in the environment of an agent.
            after.lines().try_for_each(|line| writeln!(out, "{}", shown(line)))
        })?;
        Ok(Exit::Clean)
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn cannot(&self, verb: &str) -> String {
        format!("cannot {verb} {}", self.path.display())
    }
}

fn say(line: &str) -> Result<Exit> {
    Output::stdout().deliver(|out| writeln!(out, "{}", shown(line)))?;
    Ok(Exit::Clean)
}

/// Whether a shell would find this program by its name.
fn is_in_search_path() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("baseleak{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
}
