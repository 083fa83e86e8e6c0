//! The arguments of `hook framework`.

use std::path::PathBuf;

use super::ScanOptions;

/// What the pre-commit framework calls: judge the files, or the range, that it was started for.
///
/// Of files that are staged the index is read, and what is staged all where no file is named; in a hook of git nothing else, otherwise the files themselves as well. Where `PRE_COMMIT_FROM_REF` and `PRE_COMMIT_TO_REF` name a range, or a branch is about to be pushed, the commits are read instead. Globs and the size limit hold for files that are named, too.
#[derive(Debug, clap::Args)]
pub(crate) struct FrameworkArgs {
    /// The files; one that is there is no option, though its name begins like one
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Let the verdict on a range stand although the clone is shallow or partial
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    #[command(flatten)]
    pub(crate) options: ScanOptions,
}
