//! The arguments of every command that speaks with Baseten's API: where it is, and
//! where the operator's own key comes from.
//!
//! **Invariant:** no argument takes a key: it would stand in the list of processes and
//! in the history of the shell.

use std::path::PathBuf;

// A comment for the documentation would become that of the command.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Baseten")]
pub(crate) struct BasetenArgs {
    /// Where Baseten is, if not at `https://app.baseten.co`
    #[arg(long, value_name = "URL")]
    pub(crate) remote_url: Option<String>,
    /// Take the operator's key from this remote of `~/.trussrc`
    #[arg(long, value_name = "NAME", conflicts_with_all = ["profile", "key_file"])]
    pub(crate) remote: Option<String>,
    /// Take the operator's key from this profile of the Baseten CLI
    #[arg(long, value_name = "NAME", conflicts_with = "key_file")]
    pub(crate) profile: Option<String>,
    /// Take the operator's key from a file that holds nothing else
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

impl BasetenArgs {
    /// The first option that was given, as it is written.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let given = [
            (self.remote_url.is_some(), "--remote-url"),
            (self.remote.is_some(), "--remote"),
            (self.profile.is_some(), "--profile"),
            (self.key_file.is_some(), "--key-file"),
        ];
        given.into_iter().find_map(|(is_given, option)| is_given.then_some(option))
    }
}
