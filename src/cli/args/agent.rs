//! The arguments of `hook agent`.

use clap::{Subcommand, ValueEnum};

/// What a coding agent calls: judge a prompt or a tool use before it happens, as JSON on standard input.
///
/// The answer is in the form of the agent's own hooks. Exit codes: 0 answered, whatever the answer is; 2 the event could not be judged, or the form has no other way to stop it.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_precedence_over_arg = true)]
pub(crate) struct AgentArgs {
    #[command(subcommand)]
    pub(crate) command: Option<AgentCommand>,
    /// Whose hook this is; without it, the event tells
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) tool: Option<AgentTool>,
    /// Stop an agent's own tools from reading a file that holds a key, too; a command that reads one is not seen
    #[arg(long)]
    pub(crate) reads: bool,
    /// Read no configuration, ignore file or baseline of the repository
    #[arg(long)]
    pub(crate) no_config: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    Install(SettleArgs),
    Uninstall(EditArgs),
    Status(StandingArgs),
}

/// Write the hook into the settings of a coding agent.
///
/// All that stands there stays: other settings, other hooks, their order and their layout.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SettleArgs {
    #[command(flatten)]
    pub(crate) edit: EditArgs,
    /// What the hook calls; to be given where `baseleak` is not in the search path of the agent
    #[arg(long, value_name = "PATH", default_value = "baseleak")]
    pub(crate) program: String,
    /// Stop the agent's own tools from reading a file that holds a key, too; a command that reads one is not seen
    #[arg(long)]
    pub(crate) reads: bool,
    /// Have the hook read no configuration, ignore file or baseline of the repository; one that has this keeps it
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Have the agent stop what it does where the hook fails or is not there (Claude Code, Cursor)
    #[arg(long)]
    pub(crate) fail_closed: bool,
}

/// Take the hook out of the settings of a coding agent.
///
/// What was only there for the hook goes with it, the file included.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    pub(crate) standing: StandingArgs,
    /// Show what would stand in the file, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Tell which coding agents call the hook.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct StandingArgs {
    /// The coding agent; `status` tells of all without it
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) tool: Option<AgentTool>,
    /// The settings of the repository that the current folder lies in; the default
    #[arg(long, conflicts_with = "user")]
    pub(crate) project: bool,
    /// The settings of the user, for all repositories
    #[arg(long)]
    pub(crate) user: bool,
}

/// Whose settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of the repository at this root.
    Project,
    /// Those of the user.
    User,
}

impl StandingArgs {
    /// Whose settings are meant.
    pub(crate) fn scope(&self) -> Scope {
        if self.user { Scope::User } else { Scope::Project }
    }
}

/// A coding agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AgentTool {
    /// Claude Code
    ClaudeCode,
    /// Codex
    Codex,
    /// Cursor
    Cursor,
    /// GitHub Copilot: its command line, its coding agent, and VS Code
    Copilot,
}

impl AgentTool {
    /// All of them, in the order of the documentation.
    pub(crate) const ALL: [Self; 4] = [Self::ClaudeCode, Self::Codex, Self::Cursor, Self::Copilot];

    /// Its word on the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Cursor => "cursor",
            Self::Copilot => "copilot",
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code",
            Self::Codex => "Codex",
            Self::Cursor => "Cursor",
            Self::Copilot => "GitHub Copilot",
        }
    }
}
