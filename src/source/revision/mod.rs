//! Finds the commit that a user means: `HEAD`, `main`, `v1.2~3^2`, `1a2b3c4`, and ranges of them.
//!
//! The rules are those of gitrevisions(7), without reflog entries, searches and
//! paths, and without a choice among refs that share a short name: that is an error. Objects are the caller's to read. Grafts and replacements are not heeded:
//! the commits are asked about that are really there.

mod error;
mod range;
mod step;
#[cfg(test)]
mod tests;

use crate::model::ObjectKind;
use crate::pack::ObjectId;

use super::git_dir::GitDir;
use super::refs;

pub use error::RevisionError;
pub(super) use range::Range;
use step::Step;

/// Fewest and most digits of an object's name that may be given.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=2 * ObjectId::LEN;
/// How many tags may point to one another.
const DEPTH: usize = 16;
/// Where a short name is looked for: what stands before and behind it, in git's order.
const RULES: [(&[u8], &[u8]); 6] = [
    (b"", b""),
    (b"refs/", b""),
    (b"refs/tags/", b""),
    (b"refs/heads/", b""),
    (b"refs/remotes/", b""),
    (b"refs/remotes/", b"/HEAD"),
];

/// The objects of a repository.
pub(super) trait Objects {
    /// The objects whose names begin with these digits, 4 to 39 in lower case. One
    /// that is there twice may be in the list twice.
    fn by_prefix(&self, digits: &str) -> Vec<ObjectId>;
    /// What an object is and holds; `None` where it cannot be read.
    fn read(&self, id: &ObjectId) -> Option<(ObjectKind, Vec<u8>)>;
}

/// The commit that `text` stands for, and before it the tags that lead to it.
///
/// # Errors
/// When it stands for nothing, for more than one thing, or for something that is no
/// commit, and when it cannot be told because a ref or an object cannot be read.
pub(super) fn way(text: &[u8], git: &GitDir, objects: &impl Objects) -> Result<Vec<ObjectId>, RevisionError> {
    if let Some(instead) = unsupported(text) {
        return Err(RevisionError::Unsupported(shown(text), instead));
    }
    // Neither may stand in a name.
    let end = text.iter().position(|byte| b"~^".contains(byte)).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let mut id = named(name, git, objects)?.ok_or_else(|| RevisionError::NotFound(shown(text)))?;
    while !rest.is_empty() {
        let step = Step::take(&mut rest).ok_or_else(|| RevisionError::NotFound(shown(text)))?;
        id = step.from(id, objects)?;
    }
    commit(id, objects)?;
    Ok(peel(id, objects))
}

/// The object `id` and, if it is a tag, those that it leads to, the last being no tag
/// or one that cannot be read. At most 16 tags are followed.
pub(super) fn peel(id: ObjectId, objects: &impl Objects) -> Vec<ObjectId> {
    peel_to(id, None, objects)
}

/// As [`peel`]; where the `end` is known already, it is not read. The tags before it
/// are, for a tag may lead to another.
pub(super) fn peel_to(id: ObjectId, end: Option<ObjectId>, objects: &impl Objects) -> Vec<ObjectId> {
    let mut way = vec![id];
    while way.len() <= DEPTH
        && let Some(last) = way.last().filter(|last| Some(**last) != end)
        && let Some((ObjectKind::Tag, text)) = objects.read(last)
        && let Some(target) = header(&text, b"object ").next()
    {
        way.push(target);
    }
    // What is written down of the end counts also where the tag cannot be read.
    way.extend(end.filter(|end| !way.contains(end)));
    way
}

/// The object with a name and no suffix.
fn named(name: &[u8], git: &GitDir, objects: &impl Objects) -> Result<Option<ObjectId>, RevisionError> {
    let name = if name == b"@" { b"HEAD" } else { name };
    let digits = std::str::from_utf8(name).ok().filter(|digits| is_digits(digits));
    let digits = digits.map(str::to_ascii_lowercase);
    // As in git, a whole id is never the name of a ref; a part of one may be.
    if let Some(id) = digits.as_ref().and_then(|digits| ObjectId::from_hex(digits.as_bytes())) {
        return Ok(Some(id));
    }
    if let Some(id) = by_rules(name, git)? {
        return Ok(Some(id));
    }
    digits.map_or(Ok(None), |digits| abbreviated(&digits, objects))
}

fn is_digits(text: &str) -> bool {
    DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What the ref with this full or short name stands for.
///
/// Git takes the first of several, and warns. Somebody who may push a tag or a branch could then
/// say what `origin/main` is; so several that stand for different objects are an error here.
fn by_rules(name: &[u8], git: &GitDir) -> Result<Option<ObjectId>, RevisionError> {
    let mut found: Vec<(Vec<u8>, ObjectId)> = Vec::new();
    for (before, behind) in RULES {
        let full = [before, name, behind].concat();
        // A full name is what it says, and the branch that a remote has as its HEAD is asked for last.
        if found.first().is_some_and(|(first, _)| first == name || !behind.is_empty()) {
            break;
        }
        if refs::is_name(&full)
            && refs::is_whole(&full)
            && let Some(id) = refs::resolve(git, &full)?
        {
            found.push((full, id));
        }
    }
    let Some((_, id)) = found.first() else { return Ok(None) };
    if found.iter().any(|(_, other)| other != id) {
        let names = found.iter().map(|(full, _)| shown(full)).collect();
        return Err(RevisionError::SeveralRefs(shown(name), names));
    }
    Ok(Some(*id))
}

/// The object whose name begins with these digits. Of several, the one that is or
/// leads to a commit is meant.
fn abbreviated(digits: &str, objects: &impl Objects) -> Result<Option<ObjectId>, RevisionError> {
    let mut ids = objects.by_prefix(digits);
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > 1 {
        let meant: Vec<_> = ids.iter().copied().filter(|id| commit(*id, objects).is_ok()).collect();
        match *meant {
            [id] => return Ok(Some(id)),
            [] => {}
            _ => ids = meant,
        }
        return Err(RevisionError::Ambiguous(digits.to_owned(), ids));
    }
    Ok(ids.first().copied())
}

/// The commit that `id` is or leads to, and its text.
fn commit(id: ObjectId, objects: &impl Objects) -> Result<(ObjectId, Vec<u8>), RevisionError> {
    let last = *peel(id, objects).last().expect("it begins with the object itself");
    match objects.read(&last) {
        Some((ObjectKind::Commit, text)) => Ok((last, text)),
        // A tag is the last of too many, or names nothing.
        Some((ObjectKind::Tag, _)) | None => Err(RevisionError::Unreadable(last)),
        Some(_) => Err(RevisionError::NoCommit(last)),
    }
}

/// The ids in the headers of a commit or tag that begin with `name`.
fn header<'t>(text: &'t [u8], name: &'t [u8]) -> impl Iterator<Item = ObjectId> + 't {
    let lines = text.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty());
    lines.filter_map(move |line| line.strip_prefix(name).and_then(ObjectId::from_hex))
}

/// What to give instead of something that gitrevisions(7) has and this has not.
fn unsupported(text: &[u8]) -> Option<&'static str> {
    let has = |part: &[u8]| memchr::memmem::find(text, part).is_some();
    if has(b"@{") {
        Some("`git rev-parse` prints the id of a reflog entry or an upstream branch; give that")
    } else if text.starts_with(b":/") || has(b"^{/") {
        Some("`git rev-parse` prints the id of the commit with such a message; give that")
    } else if has(b":") {
        Some("give a commit without a path")
    } else if has(b"..") {
        Some("give one commit here, no range")
    } else if text.starts_with(b"^") {
        Some("give a range, as in `main..topic`, to leave out what is on `main`")
    } else if [&b"^@"[..], b"^!", b"^-"].into_iter().any(has) {
        Some("give a range, as in `topic^..topic`, for what one commit brings")
    } else {
        None
    }
}

/// What the user gave, to be shown.
fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
