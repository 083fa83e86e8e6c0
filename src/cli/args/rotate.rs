//! The arguments of `rotate`.

use std::path::PathBuf;

use super::{BasetenArgs, Format};

/// Replace a key where it lives: make a new one, write it, revoke the old one.
///
/// The new key has the category, the name, the models and the team of the old one. It is written only when the API has accepted it, and the old one is revoked only when the new one was read back. Every other byte of the file stays. A failure at any step leaves a key that works, and is told. Exit codes: 0 the new key is in place and the old one proven dead; 1 a key lives that should not; 2 nothing was changed.
#[derive(Debug, clap::Args)]
pub(crate) struct RotateArgs {
    /// The remote of `~/.trussrc` whose key is to be replaced; without one, the key that Baseten's tools would use
    #[arg(long, value_name = "NAME", conflicts_with_all = ["profile", "env_file"])]
    pub(crate) remote: Option<String>,
    /// The profile of the Baseten CLI whose key is to be replaced
    #[arg(long, value_name = "NAME", conflicts_with_all = ["env_file", "trussrc"])]
    pub(crate) profile: Option<String>,
    /// A `.env` or a shell's start-up file that sets a variable to the key
    #[arg(long, value_name = "FILE", conflicts_with = "trussrc")]
    pub(crate) env_file: Option<PathBuf>,
    /// The variable in that file
    #[arg(long, value_name = "NAME", default_value = "BASETEN_API_KEY", requires = "env_file")]
    pub(crate) variable: String,
    /// Read this file for `~/.trussrc`
    #[arg(long, value_name = "PATH")]
    pub(crate) trussrc: Option<PathBuf>,
    /// The name of the new key: lower-case letters, digits, hyphens
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) name: Option<String>,
    /// Keep the file as it was, old key included, as FILE.bak
    #[arg(long)]
    pub(crate) backup: bool,
    /// Show what would be done, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// Write what is deleted into this trail; without it, into the one that `revoke` writes
    #[arg(long, value_name = "FILE")]
    pub(crate) trail: Option<PathBuf>,
    /// The form of what is shown
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Where Baseten is, if not in its own cloud, `https://app.baseten.co`
    #[arg(long, value_name = "URL", help_heading = "Baseten")]
    pub(crate) remote_url: Option<String>,
    /// A key that may make and delete keys, for where the old one may not; a file that holds nothing else
    #[arg(long, value_name = "FILE", help_heading = "Baseten")]
    pub(crate) key_file: Option<PathBuf>,
}

impl RotateArgs {
    /// Where Baseten is, and the operator's other key.
    pub(crate) fn baseten(&self) -> BasetenArgs {
        BasetenArgs {
            remote_url: self.remote_url.clone(),
            key_file: self.key_file.clone(),
            ..BasetenArgs::default()
        }
    }
}

/// A name that a key may have.
fn name(text: &str) -> Result<String, &'static str> {
    let is_good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || text.len() > 100 || !text.bytes().all(is_good) {
        return Err("a name has lower-case letters, digits and hyphens");
    }
    Ok(text.to_owned())
}
