//! What git ignores: `.gitignore` files from the root of the repository down,
//! `.git/info/exclude` and the user's global file, the nearest one first.
//!
//! The rules are tried here, at the speed of the walk; what they ignore is passed
//! over only if git itself says so and does not track it all the same.

use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::repository::Repository;

/// The ignore rules in force in a folder: its own, and those above it.
#[derive(Debug, Clone)]
pub(super) struct Ignores {
    rules: Gitignore,
    above: Option<Arc<Ignores>>,
    repository: Arc<Repository>,
}

impl Ignores {
    /// The rules at `root`, the absolute path of a repository, its `.gitignore`
    /// not yet among them; `None` where git knows of no repository.
    pub(super) fn of_repository(root: &Path) -> Option<Arc<Self>> {
        let repository = Repository::open(root)?;
        let exclude = repository.exclude_file();
        let (global, _) = Gitignore::global();
        Some(Arc::new(Self { rules: global, above: None, repository }).with_file(root, &exclude))
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
            Ok(rules) if !rules.is_empty() => {
                Arc::new(Self { rules, above: Some(self.clone()), repository: self.repository.clone() })
            }
            _ => self.clone(),
        }
    }

    /// Whether git ignores what lies at the absolute `path` in the folder of these rules.
    pub(super) fn ignore(&self, path: &Path, is_folder: bool) -> bool {
        self.matches(path, is_folder) && self.repository.ignores(path, is_folder)
    }

    /// Whether git tracks the file at `path`, or anything in the folder.
    pub(super) fn track(&self, path: &Path, is_folder: bool) -> bool {
        self.repository.tracks(path, is_folder)
    }

    fn matches(&self, path: &Path, is_folder: bool) -> bool {
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
