//! The bytes of commits and of trees.
//!
//! A tree is read entry by entry without a copy; of a commit, what places it in
//! the history, and who wrote it when that is asked. Messages, signatures and
//! other headers are passed over. What git itself tolerates is tolerated: modes
//! with leading zeros, commits without an author, dates that are none.

use crate::pack::ObjectId;

/// An object that is not what its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A tree ends inside an entry, or has a mode or a name that cannot be.
    #[error("the tree is malformed")]
    Tree,
    /// A commit names no tree, or ends inside a header.
    #[error("the commit is malformed")]
    Commit,
}

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source::history) enum Entry {
    /// A file, a link to a path, or whatever else has content of its own.
    Blob,
    Tree,
    /// A commit of another repository.
    Submodule,
}

/// The modes that git writes, with the space after them, as little-endian words.
const PLAIN: u64 = u64::from_le_bytes(*b"100644 \0");
const PROGRAM: u64 = u64::from_le_bytes(*b"100755 \0");
const FOLDER: u64 = u64::from_le_bytes(*b"40000 \0\0");

/// Calls `visit` for each entry of a tree: what it is, its name, its id.
///
/// # Errors
/// When the tree is malformed; some of its entries were visited then.
#[inline]
pub(in crate::source::history) fn entries(
    tree: &[u8],
    mut visit: impl FnMut(Entry, &[u8], &[u8; ObjectId::LEN]),
) -> Result<(), Malformed> {
    let mut at = 0;
    while at < tree.len() {
        let (entry, name) = mode(tree, at)?;
        let end = zero(tree, name).filter(|&end| end > name).ok_or(Malformed::Tree)?;
        let id = tree.get(end + 1..).and_then(<[u8]>::first_chunk).ok_or(Malformed::Tree)?;
        visit(entry, &tree[name..end], id);
        at = end + 1 + ObjectId::LEN;
    }
    Ok(())
}

/// What the mode at `at` says, and where the name begins.
#[inline]
fn mode(tree: &[u8], at: usize) -> Result<(Entry, usize), Malformed> {
    let word = u64::from_le_bytes(*tree[at..].first_chunk().ok_or(Malformed::Tree)?);
    let seven = word & 0x00ff_ffff_ffff_ffff;
    if seven == PLAIN || seven == PROGRAM {
        Ok((Entry::Blob, at + 7))
    } else if word & 0x0000_ffff_ffff_ffff == FOLDER {
        Ok((Entry::Tree, at + 6))
    } else {
        odd_mode(&tree[at..]).map(|(entry, length)| (entry, at + length))
    }
}

/// Any other mode, and its length with the space.
#[cold]
fn odd_mode(bytes: &[u8]) -> Result<(Entry, usize), Malformed> {
    let digits = bytes.iter().take(12).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    if digits == 0 || bytes.get(digits) != Some(&b' ') {
        return Err(Malformed::Tree);
    }
    let mode = bytes[..digits].iter().fold(0_u64, |mode, digit| mode << 3 | u64::from(digit - b'0'));
    let entry = match mode & 0o170_000 {
        0o040_000 => Entry::Tree,
        0o160_000 => Entry::Submodule,
        _ => Entry::Blob,
    };
    Ok((entry, digits + 1))
}

/// Where the next zero lies. Names are short, so words beat a call of memchr; an
/// id follows, so a name that ends in the last seven bytes is cut off anyway.
#[inline]
fn zero(bytes: &[u8], mut from: usize) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    loop {
        let word = u64::from_le_bytes(*bytes.get(from..)?.first_chunk()?);
        let found = word.wrapping_sub(LOW) & !word & HIGH;
        if found != 0 {
            return Some(from + (found.trailing_zeros() / 8) as usize);
        }
        from += 8;
    }
}

/// What places a commit in the history.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::source::history) struct Header {
    pub(in crate::source::history) tree: ObjectId,
    /// When it was committed, in seconds since 1970; when it was authored, where no
    /// committer is named, and 0 where nobody is or the date is none.
    pub(in crate::source::history) seconds: i64,
}

/// Reads the headers of a commit and calls `parent` for each parent.
///
/// # Errors
/// When the commit is malformed; some of its parents were visited then.
pub(in crate::source::history) fn commit(
    bytes: &[u8],
    mut parent: impl FnMut(ObjectId),
) -> Result<Header, Malformed> {
    let mut lines = headers(bytes);
    let (key, tree) = lines.next().ok_or(Malformed::Commit)??;
    let tree = ObjectId::from_hex(tree).filter(|_| key == b"tree").ok_or(Malformed::Commit)?;
    let (mut seconds, mut authored, mut first) = (None, None, true);
    for line in lines {
        let (key, value) = line?;
        match key {
            // Only parents that follow the tree are any.
            b"parent" if first => parent(ObjectId::from_hex(value).ok_or(Malformed::Commit)?),
            b"author" => authored = authored.or(date(value)),
            b"committer" => seconds = seconds.or(date(value)),
            _ => {}
        }
        first &= key == b"parent";
    }
    Ok(Header { tree, seconds: seconds.or(authored).unwrap_or(0) })
}

/// Who wrote a commit, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The author as `NAME <ADDRESS>`, raw bytes; empty where none is named.
    pub author: Vec<u8>,
    /// When it was authored, in seconds since 1970 in UTC; when it was committed
    /// where that is not said, and 0 where nothing is.
    pub seconds: i64,
}

/// Who wrote the commit that these bytes are, and when. Of a malformed one, what its whole headers say.
pub fn describe(commit: &[u8]) -> Description {
    let (mut author, mut committer): (Option<&[u8]>, Option<&[u8]>) = (None, None);
    for (key, value) in headers(commit).map_while(Result::ok) {
        match key {
            b"author" => author = author.or(Some(value)),
            b"committer" => committer = committer.or(Some(value)),
            _ => {}
        }
    }
    let seconds = author.and_then(date).or(committer.and_then(date)).unwrap_or(0);
    let author = author.unwrap_or_default();
    let end = memchr::memrchr(b'>', author).map_or(author.len(), |end| end + 1);
    Description { author: author[..end].trim_ascii().to_vec(), seconds }
}

/// The headers of a commit, key and value; the lines that continue one are no
/// headers. A line that does not end is an error.
fn headers(mut bytes: &[u8]) -> impl Iterator<Item = Result<(&[u8], &[u8]), Malformed>> {
    std::iter::from_fn(move || {
        loop {
            if bytes.is_empty() {
                return None;
            }
            let Some(end) = memchr::memchr(b'\n', bytes) else {
                bytes = &[];
                return Some(Err(Malformed::Commit));
            };
            let line = &bytes[..end];
            bytes = if line.is_empty() { &[] } else { &bytes[end + 1..] };
            match memchr::memchr(b' ', line) {
                _ if line.is_empty() => return None,
                Some(0) => {}
                Some(space) => return Some(Ok((&line[..space], &line[space + 1..]))),
                None => return Some(Ok((line, &[]))),
            }
        }
    })
}

/// The seconds in `NAME <ADDRESS> SECONDS ZONE`; one that no number of 64 bits holds is none.
fn date(line: &[u8]) -> Option<i64> {
    let after = line[memchr::memrchr(b'>', line)? + 1..].trim_ascii_start();
    let word = after.split(|&byte| byte == b' ').next()?;
    std::str::from_utf8(word).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Description, Entry, Malformed, commit, describe, entries};
    use crate::pack::ObjectId;

    const ID: &[u8; 20] = b"12345678\0\0\0\0\0\0\0\0\0\0\0\0";

    fn check_tree(tree: &[u8], expect: Option<&[(Entry, &str)]>) {
        let mut found = Vec::new();
        let read = entries(tree, |entry, name, id| {
            assert_eq!(id, ID);
            found.push((entry, String::from_utf8_lossy(name).into_owned()));
        });
        let found: Vec<_> = found.iter().map(|(entry, name)| (*entry, name.as_str())).collect();
        assert_eq!(read.ok().map(|()| &*found), expect, "{}", tree.escape_ascii());
    }

    fn tree(entries: &[&str]) -> Vec<u8> {
        entries.iter().flat_map(|entry| [entry.as_bytes(), b"\0", ID].concat()).collect()
    }

    #[test]
    fn a_tree_is_read_entry_by_entry() {
        use Entry::{Blob, Submodule, Tree};
        check_tree(b"", Some(&[]));
        check_tree(
            &tree(&["100644 a", "40000 a longer name"]),
            Some(&[(Blob, "a"), (Tree, "a longer name")]),
        );
        check_tree(&tree(&["100755 b", "120000 to"]), Some(&[(Blob, "b"), (Blob, "to")]));
        check_tree(
            &tree(&["160000 sub", "040000 d", "100664 e"]),
            Some(&[(Submodule, "sub"), (Tree, "d"), (Blob, "e")]),
        );
        for odd in ["100644 ", "100844 a", " a", "a", "1006441006441006441 a", "100644a"] {
            check_tree(&tree(&[odd]), None);
        }
        let whole = tree(&["100644 a", "40000 bb", "160000 c"]);
        let ends = [0, 29, 58];
        for cut in (0..whole.len()).filter(|cut| !ends.contains(cut)) {
            check_tree(&whole[..cut], None);
        }
    }

    const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    const PARENT: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

    fn check_commit(text: &str, expect: Option<(usize, i64)>) {
        let mut parents = Vec::new();
        let header = commit(text.as_bytes(), |parent| parents.push(parent));
        assert_eq!(header.ok().map(|header| (parents.len(), header.seconds)), expect, "{text}");
    }

    #[test]
    fn a_commit_is_placed_by_its_headers() {
        let (author, committer) = ("author A <a@b> 5 +0100\n", "committer C <c@d> 7 -0200\n");
        check_commit(&format!("tree {TREE}\n{author}{committer}\nparent {PARENT}\n"), Some((0, 7)));
        let two = format!("tree {TREE}\nparent {PARENT}\nparent {PARENT}\n");
        check_commit(&format!("{two}{author}{committer}encoding x\ngpgsig -\n tree\n\n"), Some((2, 7)));
        check_commit(&format!("{two}{author}\n"), Some((2, 5)));
        check_commit(&format!("{two}x y\nparent {PARENT}\n\n"), Some((2, 0)));
        check_commit(&two, Some((2, 0)));
        for (date, seconds) in [("-9", -9), ("99999999999999999999", 0), ("x", 0), ("", 0)] {
            check_commit(&format!("tree {TREE}\ncommitter C <c@d> {date} +0000\n\n"), Some((0, seconds)));
        }
        let whole = format!("{two}{author}{committer}\n");
        for cut in 0..whole.len() - 1 {
            if !whole[..cut].ends_with('\n') {
                check_commit(&whole[..cut], None);
            }
        }
        for odd in [format!("tree {}\n", &TREE[1..]), format!("parent {PARENT}\n"), "\n".to_owned()] {
            check_commit(&odd, None);
        }
        let mut id = None;
        commit(two.as_bytes(), |parent| id = Some(parent)).expect("it is whole");
        assert_eq!(id, ObjectId::from_hex(PARENT.as_bytes()));
        assert_eq!(commit(b"", |_| ()), Err(Malformed::Commit));
    }

    fn check_author(lines: &str, author: &str, seconds: i64) {
        let found = describe(format!("tree {TREE}\n{lines}\n\nauthor of the message").as_bytes());
        assert_eq!(found, Description { author: author.into(), seconds }, "{lines}");
    }

    #[test]
    fn a_commit_tells_its_author() {
        check_author("author A B <a@b> 5 +0100", "A B <a@b>", 5);
        check_author("author A <a> <b> 6 +0000\ncommitter C <c> 7 +0000", "A <a> <b>", 6);
        check_author("author A <a>\ncommitter C <c> 7 +0000", "A <a>", 7);
        check_author("author A", "A", 0);
        check_author("author  <> 1 +0000", "<>", 1);
        check_author("committer C <c> 7 +0000", "", 7);
        check_author("x", "", 0);
    }
}
