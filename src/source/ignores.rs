//! What git ignores: `.gitignore` files from the root of the repository down,
//! `.git/info/exclude` and the user's global file, the nearest one first.
//!
//! Only git's own files count, and only inside a repository, as for git.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The ignore rules in force in a folder: its own, and those above it.
#[derive(Debug, Clone)]
pub(super) struct Ignores {
    rules: Gitignore,
    above: Option<Arc<Ignores>>,
}

impl Ignores {
    /// The rules at the root of a repository, its `.gitignore` not yet among them.
    pub(super) fn of_repository(root: &Path) -> Arc<Self> {
        let (global, _) = Gitignore::global();
        let global = Arc::new(Self { rules: global, above: None });
        match exclude_file(root) {
            Some(file) => global.with_file(root, &file),
            None => global,
        }
    }

    /// The rules in `folder`, which lies in one that has these, given that it holds a `.gitignore`.
    pub(super) fn with_gitignore(self: &Arc<Self>, folder: &Path) -> Arc<Self> {
        self.with_file(folder, &folder.join(".gitignore"))
    }

    fn with_file(self: &Arc<Self>, folder: &Path, file: &Path) -> Arc<Self> {
        let mut builder = GitignoreBuilder::new(folder);
        // A line that git would not understand either is passed over, as git does;
        // ignoring less is the safe side.
        let _ = builder.add(file);
        match builder.build() {
            Ok(rules) if !rules.is_empty() => Arc::new(Self { rules, above: Some(self.clone()) }),
            _ => self.clone(),
        }
    }

    /// Whether git ignores `path`, which lies in the folder of these rules.
    pub(super) fn ignore(&self, path: &Path, is_folder: bool) -> bool {
        let mut level = Some(self);
        while let Some(ignores) = level {
            match ignores.rules.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => level = ignores.above.as_deref(),
            }
        }
        false
    }
}

/// `info/exclude` of the repository at `root`, also where `.git` is a file that
/// points elsewhere, as in a linked work tree or a submodule.
fn exclude_file(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    let folder = if git.is_dir() {
        git
    } else {
        let pointer = std::fs::read_to_string(&git).ok()?;
        let own = root.join(pointer.strip_prefix("gitdir:")?.trim());
        match std::fs::read_to_string(own.join("commondir")) {
            Ok(common) => own.join(common.trim()),
            Err(_) => own,
        }
    };
    Some(folder.join("info").join("exclude"))
}
