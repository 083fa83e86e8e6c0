//! `baseleak completions` and `baseleak man`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::cli::args::{CompletionsArgs, ManArgs};
use crate::cli::exit::Exit;
use crate::cli::generate;
use crate::cli::output::{Output, write_file};

/// Prints the completions for a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit> {
    let script = generate::completions(args.shell);
    Output::stdout().deliver(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}

/// Prints the first manual page, or writes all of them into a folder.
pub(crate) fn man(args: &ManArgs) -> Result<Exit> {
    let pages = generate::pages().context("cannot make the manual pages")?;
    match &args.dir {
        Some(folder) => write_pages(folder, &pages)?,
        None => drop(
            Output::stdout()
                .deliver(|out| pages.iter().take(1).try_for_each(|page| out.write_all(&page.text)))?,
        ),
    }
    Ok(Exit::Clean)
}

/// Writes each page whole or not at all; pages of other programs in the folder stay as they are.
fn write_pages(folder: &Path, pages: &[generate::Page]) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    pages.iter().try_for_each(|page| write_file(&folder.join(&page.name), &page.text))
}
