//! Lists the files of refs and reflogs, of all work trees.
//!
//! It opens no file. Links are not followed: they may lead anywhere, in a circle even.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::git_dir::{GitDir, absolute};
use super::Problems;
use super::resolve::{LINKED, MAIN, OWN, is_own, is_root};

/// The names of refs, and their files.
type Files = Vec<(Vec<u8>, PathBuf)>;

/// The git folders of the work trees of a repository.
#[derive(Debug)]
pub(super) struct Places {
    common: PathBuf,
    /// What stands before the names that the first work tree has for itself.
    main: &'static [u8],
    /// The same of each linked work tree, and its folder.
    linked: Files,
}

impl Places {
    pub(super) fn of(git: &GitDir, problems: &mut Problems) -> Self {
        let is_main = git.path == git.common;
        let mut places =
            Self { common: git.common.clone(), main: if is_main { b"" } else { MAIN }, linked: Vec::new() };
        let mut is_listed = is_main;
        for (name, path, kind) in entries(&git.common.join("worktrees"), problems) {
            match kind {
                Kind::Folder => {
                    let is_this = absolute(&path) == git.path;
                    is_listed |= is_this;
                    let prefix = if is_this { Vec::new() } else { [LINKED, &name, b"/"].concat() };
                    places.linked.push((prefix, path));
                }
                Kind::File => {}
                Kind::Other(reason) => problems.push((path, reason.to_owned())),
            }
        }
        // A folder that shares another's objects need not be known there.
        if !is_listed {
            places.linked.push((Vec::new(), git.path.clone()));
        }
        places
    }

    /// All files of refs.
    pub(super) fn refs(&self, problems: &mut Problems) -> Files {
        let mut files = below(&self.common.join("refs"), b"refs/", problems);
        self.mark(&mut files);
        files.extend(roots(&self.common, self.main, problems));
        for (prefix, folder) in &self.linked {
            files.extend(roots(folder, prefix, problems));
            for own in OWN {
                let path = own.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
                let path =
                    path.fold(folder.clone(), |path, part| path.join(String::from_utf8_lossy(part).as_ref()));
                files.extend(below(&path, &[prefix, own].concat(), problems));
            }
        }
        files
    }

    /// All files of reflogs.
    pub(super) fn logs(&self, problems: &mut Problems) -> Files {
        let mut files = below(&self.common.join("logs"), b"", problems);
        self.mark(&mut files);
        for (prefix, folder) in &self.linked {
            files.extend(below(&folder.join("logs"), prefix, problems));
        }
        files
    }

    /// Puts the first work tree before the names that it has for itself.
    fn mark(&self, files: &mut Files) {
        for (name, _) in files {
            if is_own(name) || !name.starts_with(b"refs/") {
                name.splice(0..0, self.main.iter().copied());
            }
        }
    }
}

/// What something in a folder is.
enum Kind {
    Folder,
    File,
    /// Neither: what it is.
    Other(&'static str),
}

/// HEAD and its like in a git folder.
fn roots(folder: &Path, prefix: &[u8], problems: &mut Problems) -> Files {
    let mut files = Vec::new();
    for (name, path, kind) in entries(folder, problems) {
        match kind {
            _ if !is_root(&name) => {}
            Kind::File => files.push(([prefix, &name].concat(), path)),
            // HEAD may be a link that reads like the name of a branch.
            Kind::Other(_) if leads_to_ref(&path) => files.push(([prefix, &name].concat(), path)),
            Kind::Other(reason) => problems.push((path, reason.to_owned())),
            Kind::Folder => {}
        }
    }
    files
}

fn leads_to_ref(path: &Path) -> bool {
    fs::read_link(path).is_ok_and(|target| target.as_os_str().as_encoded_bytes().starts_with(b"refs/"))
}

/// All files below a folder, under `prefix` and their path from there.
fn below(folder: &Path, prefix: &[u8], problems: &mut Problems) -> Files {
    let mut files = Vec::new();
    let mut open = vec![(prefix.to_vec(), folder.to_owned())];
    while let Some((prefix, folder)) = open.pop() {
        for (name, path, kind) in entries(&folder, problems) {
            let name = [&*prefix, &name].concat();
            match kind {
                Kind::File => files.push((name, path)),
                Kind::Folder => open.push(([&*name, b"/"].concat(), path)),
                Kind::Other(reason) => problems.push((path, reason.to_owned())),
            }
        }
    }
    files
}

/// What lies in a folder, except what git takes for no ref either: names that begin
/// with a dot, and locks.
fn entries(folder: &Path, problems: &mut Problems) -> Vec<(Vec<u8>, PathBuf, Kind)> {
    let listed = fs::read_dir(folder).and_then(|entries| {
        let one = |entry: fs::DirEntry| Ok((entry.file_type()?, entry));
        entries.map(|entry| entry.and_then(one)).collect::<io::Result<Vec<_>>>()
    });
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            problems.push((folder.to_owned(), error.to_string()));
            return Vec::new();
        }
    };
    let one = |(kind, entry): (fs::FileType, fs::DirEntry)| {
        let name = entry.file_name().as_encoded_bytes().to_vec();
        let kind = if kind.is_symlink() {
            Kind::Other("it is a symbolic link, which is not followed")
        } else if kind.is_dir() {
            Kind::Folder
        } else if kind.is_file() {
            Kind::File
        } else {
            Kind::Other("it is no regular file")
        };
        (!name.starts_with(b".") && !name.ends_with(b".lock")).then(|| (name, entry.path(), kind))
    };
    listed.into_iter().filter_map(one).collect()
}
