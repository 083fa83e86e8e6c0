//! `baseleak completions` and `baseleak man`.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::cli::args::{CompletionsArgs, ManArgs};
use crate::cli::exit::Exit;
use crate::cli::generate;
use crate::cli::output::write_file;

/// Prints the completions for a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit> {
    let script = generate::completions(args.shell);
    print("the completions", &script)?;
    Ok(Exit::Clean)
}

/// Prints the first manual page, or writes all of them into a folder.
pub(crate) fn man(args: &ManArgs) -> Result<Exit> {
    let pages = generate::pages().context("cannot make the manual pages")?;
    match &args.dir {
        Some(folder) => write_pages(folder, &pages)?,
        None => print("the manual page", pages.first().map_or(&[][..], |page| &page.text))?,
    }
    Ok(Exit::Clean)
}

/// Prints what was made to standard output; a reader that goes away before the end is no error.
fn print(what: &str, bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).with_context(|| format!("cannot write {what} to standard output"))
        }
        _ => Ok(()),
    }
}

/// Writes each page whole or not at all; pages of other programs in the folder stay as they are.
fn write_pages(folder: &Path, pages: &[generate::Page]) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    pages.iter().try_for_each(|page| write_file(&folder.join(&page.name), &page.text))
}
