//! The names of hooks: ours, and the others that git knows.

use crate::cli::args::HookName;

/// What is written behind the name of a hook that was there before ours.
pub(crate) const BEFORE: &str = "baseleak-before";

/// Hooks that a folder for all repositories hands on to the repository's own, for
/// `core.hooksPath` hides these. Left out are `push-to-checkout` and `proc-receive`, whose being
/// there changes what git does, and `reference-transaction` and `post-index-change`, which
/// are run so often that handing them on would be felt. From githooks(5).
pub(crate) const HANDED_ON: [&str; 18] = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-merge-commit",
    "prepare-commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "post-receive",
    "post-update",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "p4-changelist",
    "p4-prepare-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
];

impl HookName {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::PreCommit, Self::CommitMsg, Self::PrePush, Self::PreReceive, Self::Update];

    /// The name of its file.
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
            Self::PreReceive => "pre-receive",
            Self::Update => "update",
        }
    }

    /// Whether git runs it where something is pushed to, and not where one works.
    pub(crate) fn is_of_server(self) -> bool {
        matches!(self, Self::PreReceive | Self::Update)
    }

    /// Whether git writes lines to its standard input.
    pub(crate) fn reads_lines(self) -> bool {
        matches!(self, Self::PrePush | Self::PreReceive)
    }

    /// The call of the program with what a shell has of the hook's arguments.
    pub(crate) fn call(self) -> String {
        let arguments = match self {
            Self::PreCommit | Self::PreReceive => "",
            Self::CommitMsg => " \"$1\"",
            Self::PrePush | Self::Update => " \"$@\"",
        };
        format!("baseleak hook run {}{arguments}", self.file())
    }
}
