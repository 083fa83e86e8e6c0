//! Reads one ref: its file, and what a symbolic one leads to.
//!
//! It lists nothing, so that asking for HEAD costs a few files, and knows no short names.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::pack::ObjectId;

use super::super::git_dir::{GitDir, path_of};
use super::packed;

/// How many symbolic refs git follows.
const DEPTH: usize = 5;
/// Prefixes of refs that every work tree has for itself.
pub(super) const OWN: [&[u8]; 3] = [b"refs/bisect/", b"refs/worktree/", b"refs/rewritten/"];
/// Names beside HEAD that do not end like it.
const ODD: [&[u8]; 5] =
    [b"AUTO_MERGE", b"BISECT_EXPECTED_REV", b"MERGE_AUTOSTASH", b"NOTES_MERGE_PARTIAL", b"NOTES_MERGE_REF"];
/// What stands before the names that the first work tree has for itself, and before
/// those of the linked ones.
pub(super) const MAIN: &[u8] = b"main-worktree/";
pub(super) const LINKED: &[u8] = b"worktrees/";
/// Bytes that are read of a ref; none is nearly as long.
const MOST: u64 = 1 << 16;
/// Digits of an object's name.
const DIGITS: usize = 2 * ObjectId::LEN;

/// Why a ref cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RefError {
    /// The file cannot be read.
    #[error("cannot read {}", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// The file holds something else, or leads nowhere: which.
    #[error("cannot read what {} points to: {reason}", .0.display(), reason = .1)]
    Malformed(PathBuf, &'static str),
}

impl RefError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(..) => "check the permissions, and that GIT_DIR is right",
            Self::Malformed(..) => "`git fsck` says what is missing or damaged",
        }
    }

    /// The reason alone, without the file.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Unreadable(_, error) => error.to_string(),
            Self::Malformed(_, reason) => (*reason).to_owned(),
        }
    }

    pub(super) fn file(&self) -> &Path {
        match self {
            Self::Unreadable(file, _) | Self::Malformed(file, _) => file,
        }
    }
}

/// What a ref holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Id(ObjectId),
    /// The full name of another ref.
    Symbolic(Vec<u8>),
}

impl Value {
    pub(super) fn symbolic(&self) -> Option<&[u8]> {
        match self {
            Self::Id(_) => None,
            Self::Symbolic(name) => Some(name),
        }
    }

    fn parse(text: &[u8]) -> Result<Self, &'static str> {
        let Some(name) = text.strip_prefix(b"ref:") else {
            return id(text).map(Self::Id).ok_or("it holds neither an object's name nor that of a ref");
        };
        let name = name.trim_ascii();
        let leads_out = !name.starts_with(b"refs/") || !is_name(name);
        if leads_out { Err("a symbolic ref leads out of refs/") } else { Ok(Self::Symbolic(name.to_vec())) }
    }
}

/// What the ref with this full name stands for in the end; `None` where there is no
/// such ref, or it leads to a branch without a commit. `packed-refs` is read only if
/// the ref has no file.
///
/// # Errors
/// When a file on the way cannot be read or understood, and when there is no HEAD,
/// which every repository has.
pub(in crate::source) fn resolve(git: &GitDir, name: &[u8]) -> Result<Option<ObjectId>, RefError> {
    follow(git, name, |name| packed::find(&git.common, name))
}

/// As [`resolve`], with another way to ask for what is packed.
pub(super) fn follow(
    git: &GitDir,
    name: &[u8],
    packed: impl Fn(&[u8]) -> Result<Option<ObjectId>, RefError>,
) -> Result<Option<ObjectId>, RefError> {
    let first = file(git, name);
    let mut name = name.to_vec();
    for _ in 0..=DEPTH {
        let file = file(git, &name);
        match value(&file)? {
            Some(Value::Id(id)) => return Ok(Some(id)),
            Some(Value::Symbolic(target)) => name = beside(&name, target),
            None if name == b"HEAD" => {
                return Err(RefError::Unreadable(file, io::ErrorKind::NotFound.into()));
            }
            None => return packed(&name),
        }
    }
    Err(RefError::Malformed(first, "symbolic refs lead in a circle"))
}

/// The file that a ref has if it is not packed.
pub(super) fn file(git: &GitDir, name: &[u8]) -> PathBuf {
    if let Some(rest) = name.strip_prefix(MAIN) {
        return git.common.join(path_of(rest));
    }
    let is_shared = name.starts_with(LINKED) || name.starts_with(b"refs/") && !is_own(name);
    let folder = if is_shared { &git.common } else { &git.path };
    folder.join(path_of(name))
}

/// What a ref's file holds; `None` where there is none. As git does, a link that
/// reads like the name of a ref is taken for a symbolic one.
pub(super) fn value(file: &Path) -> Result<Option<Value>, RefError> {
    if let Ok(target) = fs::read_link(file) {
        let target = target.as_os_str().as_encoded_bytes();
        if target.starts_with(b"refs/") && is_name(target) {
            return Ok(Some(Value::Symbolic(target.to_vec())));
        }
    }
    let Some(text) = read(file, MOST)? else { return Ok(None) };
    Value::parse(&text).map(Some).map_err(|reason| RefError::Malformed(file.to_owned(), reason))
}

/// The ids at the beginning of all lines of a file, and how many lines have none.
pub(super) fn many(file: &Path) -> Result<(Vec<ObjectId>, usize), RefError> {
    let text = read(file, u64::MAX)?.unwrap_or_default();
    let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let (mut ids, mut malformed) = (Vec::new(), 0);
    for line in lines {
        let id = id(line);
        malformed += usize::from(id.is_none());
        ids.extend(id);
    }
    Ok((ids, malformed))
}

/// The bytes of a file, at most so many; `None` where there is none.
pub(super) fn read(file: &Path, most: u64) -> Result<Option<Vec<u8>>, RefError> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(None),
        _ => Err(RefError::Unreadable(file.to_owned(), error)),
    };
    match fs::metadata(file) {
        // A folder stands where a branch has others below its name.
        Ok(metadata) if metadata.is_dir() => return Ok(None),
        // A pipe would keep its reader waiting.
        Ok(metadata) if !metadata.is_file() => return unreadable(io::Error::other("it is no regular file")),
        Ok(_) => {}
        Err(error) => return unreadable(error),
    }
    let mut bytes = Vec::new();
    match File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(bytes)),
        Err(error) => unreadable(error),
    }
}

/// The id that a text begins with, and nothing but white space right behind it. In
/// either case, as git reads them.
pub(super) fn id(text: &[u8]) -> Option<ObjectId> {
    let (digits, rest) = text.split_at_checked(DIGITS)?;
    let ends = rest.first().is_none_or(u8::is_ascii_whitespace);
    ends.then(|| ObjectId::from_hex(&digits.to_ascii_lowercase()))?
}

/// Whether every work tree has a ref of this name for itself.
pub(super) fn is_own(name: &[u8]) -> bool {
    OWN.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a file of this name beside HEAD is a ref.
pub(super) fn is_root(name: &[u8]) -> bool {
    let is_upper = name.iter().all(|&byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'));
    is_upper && (name.ends_with(b"HEAD") || ODD.contains(&name))
}

/// Whether a name says all of where its ref lies, and is not one of git's other files.
pub(in crate::source) fn is_whole(name: &[u8]) -> bool {
    let linked = || {
        let rest = name.strip_prefix(LINKED)?;
        let end = memchr::memchr(b'/', rest)?;
        Some(&rest[end + 1..])
    };
    let inner = name.strip_prefix(MAIN).or_else(linked).unwrap_or(name);
    inner.starts_with(b"refs/") || is_root(inner)
}

/// Whether git would give a ref this name, which therefore leads to no other folder.
pub(in crate::source) fn is_name(name: &[u8]) -> bool {
    let is_bad = |byte: &u8| byte.is_ascii_control() || b" ~^:?*[\\".contains(byte);
    let is_part = |part: &[u8]| !part.is_empty() && !part.starts_with(b".") && !part.ends_with(b".lock");
    let has = |pair: &[u8; 2]| name.windows(2).any(|window| window == pair);
    !name.iter().any(is_bad)
        && name.split(|&byte| byte == b'/').all(is_part)
        && !has(b"..")
        && !has(b"@{")
        && !name.ends_with(b".")
        && name != b"@"
}

/// The name of what the symbolic ref `from` leads to: a ref that every work tree has
/// for itself is that of the same one.
fn beside(from: &[u8], target: Vec<u8>) -> Vec<u8> {
    let tree = if from.starts_with(MAIN) {
        MAIN
    } else if let Some(rest) = from.strip_prefix(LINKED) {
        let end = memchr::memchr(b'/', rest).map_or(LINKED.len(), |end| LINKED.len() + end + 1);
        &from[..end]
    } else {
        b""
    };
    if is_own(&target) { [tree, &target].concat() } else { target }
}
