//! A key at a place, as a baseline sees it: in words that outlive a rebase.

use std::fmt;

use crate::model::{Finding, ObjectKind, PathName, Seen};

use super::escape::{escape, unescape};

/// Digits of the names that objects without a path have in a bundle, and of whole ones.
const DIGITS: [usize; 2] = [12, 40];

/// Where a key is known to stand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// In a file, or its name; without a cell.
    File(PathName),
    /// In the text of a commit, whichever.
    Commit,
    /// In the text of a tag, whichever.
    Tag,
    /// In the name of a branch, a tag or another ref, whichever.
    Ref,
    /// In what else git keeps beside its objects.
    Git,
    /// In the history, and in no file any more; or where git repeats what is in it.
    History,
}

/// A key that was seen at a place.
#[derive(Debug, Clone)]
pub struct Sighting<'f> {
    /// The public name of the key.
    pub key: &'f str,
    /// What tells its secret from others.
    pub digest: &'f str,
    /// Where.
    pub spot: Spot,
    /// The id of the blob, of what a history tells of.
    pub blob: Option<&'f str>,
}

impl<'f> Sighting<'f> {
    /// The sighting of a finding.
    pub fn of(finding: &'f Finding) -> Self {
        let origin = finding.origin.as_ref();
        let is_apart = finding.seen == [Seen::Metadata];
        let object = origin.map(|origin| (origin.kind, origin.object.as_str()));
        // What is a file is one wherever else its content stands.
        let is_file = |seen: &Seen| matches!(seen, Seen::Tree | Seen::Ignored | Seen::Index);
        let is_file = finding.seen.iter().any(is_file);
        let spot = Spot::seen(&finding.relative, object.filter(|_| !is_file), is_apart);
        Self { key: &finding.key, digest: &finding.digest, spot, blob: blob(object) }
    }
}

/// The id of an object, if it is a blob.
pub(super) fn blob(object: Option<(ObjectKind, &str)>) -> Option<&str> {
    object.filter(|(kind, _)| *kind == ObjectKind::Blob).map(|(_, id)| id)
}

impl Spot {
    /// The same, of what `is_apart` where only a git folder has it, whatever its name: the
    /// sources do not name it in the same way.
    pub(super) fn seen(path: &PathName, object: Option<(ObjectKind, &str)>, is_apart: bool) -> Self {
        if !is_apart {
            return Self::of(path, object);
        }
        let text = path.as_str();
        let inside = text.split_once(".git/").map_or(text, |(_, inside)| inside);
        Self::beside(inside)
    }

    /// The spot of what is called this in a git folder.
    fn beside(inside: &str) -> Self {
        let name = inside.rsplit('/').next().unwrap_or_default();
        let is_in = |folder: &str| inside.starts_with(folder) || inside.contains(&format!("/{folder}"));
        let is_text = ["index", "FETCH_HEAD", "MERGE_MSG", "SQUASH_MSG"].contains(&name);
        if is_in("logs/") || is_text || name.ends_with("_EDITMSG") {
            // There git repeats what commits say, or what files and refs are called.
            Self::History
        } else if is_in("refs/") || ["packed-refs", "HEAD"].contains(&name) || inside == "info/refs" {
            Self::Ref
        } else {
            Self::Git
        }
    }

    /// The spot at `path`, in an object of this kind and id where a history tells of it.
    pub(super) fn of(path: &PathName, object: Option<(ObjectKind, &str)>) -> Self {
        let text = path.as_str();
        let is_named = |(kind, id): (ObjectKind, &str)| text.starts_with(&format!("{kind} {id}"));
        match object {
            Some((ObjectKind::Commit, _)) => Self::Commit,
            Some((ObjectKind::Tag, _)) => Self::Tag,
            Some(object) if is_named(object) => Self::History,
            None if text == ".git" => Self::Git,
            None if text.starts_with(".git/") => Self::beside(&text[".git/".len()..]),
            _ => Self::File(nameless(path)),
        }
    }

    /// The spot that `text` stands for in a baseline; none where it is a word of another version.
    pub(super) fn read(text: &str) -> Option<Self> {
        Some(match text {
            "//commit" => Self::Commit,
            "//tag" => Self::Tag,
            "//ref" => Self::Ref,
            "//git" => Self::Git,
            "//history" => Self::History,
            _ if text.starts_with("//") => return None,
            _ => Self::File(PathName::of_shown(&unescape(text))),
        })
    }

    /// The path, of a file.
    pub fn path(&self) -> Option<&PathName> {
        match self {
            Self::File(path) => Some(path),
            Self::Commit | Self::Tag | Self::Ref | Self::Git | Self::History => None,
        }
    }

    /// As it stands in a baseline.
    pub fn text(&self) -> String {
        match self {
            Self::File(path) => escape(path.as_str()),
            Self::Commit => "//commit".to_owned(),
            Self::Tag => "//tag".to_owned(),
            Self::Ref => "//ref".to_owned(),
            Self::Git => "//git".to_owned(),
            Self::History => "//history".to_owned(),
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "at {}", escape(path.as_str())),
            Self::Commit => f.write_str("in the text of a commit"),
            Self::Tag => f.write_str("in the text of a tag"),
            Self::Ref => f.write_str("in the name of a branch or a tag"),
            Self::Git => f.write_str("in git's own files"),
            Self::History => f.write_str("in the history"),
        }
    }
}

/// `path` without its cell, and without the id of an object in a bundle, for a bundle
/// that is made again has other commits.
fn nameless(path: &PathName) -> PathName {
    let text = path.as_str();
    let member = text.rfind('!').map(|at| (at, &text[at + 1..]));
    let is_id = |word: &str| {
        DIGITS.contains(&word.len()) && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    if let Some((at, member)) = member {
        let (kind, id) = member.split_once(' ').unwrap_or(("object", member));
        if is_id(id) && matches!(kind, "object" | "blob" | "tree" | "commit" | "tag") {
            return PathName::of_shown(&format!("{}!//{kind}", &text[..at]));
        }
    }
    PathName::of_shown(text)
}
