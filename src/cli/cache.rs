//! What is remembered of packs between runs: a small file for each, in a folder
//! that the user names.
//!
//! A file holds counts and the names of objects that may hold something, never a
//! secret or a path. It is believed only if it is whole, of this version of the
//! program, and closes with the digest of what it says; one that is not is named
//! and read again from the pack. Who may write into the folder can make the program
//! pass over a pack: it is made for its owner alone.
//!
//! **Invariant:** a file is there whole or not at all.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use baseleak::model::{ObjectKind, hex};
use baseleak::pack::ObjectId;
use baseleak::scan::{Memory, Sifted};
use sha2::{Digest as _, Sha256};

use super::complaint::warn;

/// The first line of every file; it changes with what follows.
const HEAD: &str = "baseleak cache 4";

/// A folder of what is remembered.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The folder, made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made, or is no folder.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        make(folder).with_context(|| format!("cannot use {} as the cache", folder.display()))?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn write(&self, key: &str, text: &str) -> io::Result<()> {
        let mut file =
            tempfile::Builder::new().prefix(".baseleak-").suffix(".tmp").tempfile_in(&self.folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(self.folder.join(key)).map_err(|failed| failed.error)?;
        Ok(())
    }
}

impl Memory for Cache {
    fn recall(&self, key: &str) -> Option<Sifted> {
        let file = self.folder.join(key);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                warn(&format!(
                    "a file of the cache {} cannot be read, and the pack is: {error}",
                    self.folder.display()
                ));
                return None;
            }
        };
        let sifted = parse(key, &text);
        if sifted.is_none() {
            warn(&format!(
                "a file of the cache {} is damaged, and the pack is read again",
                self.folder.display()
            ));
        }
        sifted
    }

    fn keep(&self, key: &str, sifted: &Sifted) {
        if let Err(error) = self.write(key, &text(key, sifted)) {
            warn(&format!("nothing can be remembered in {}: {error}", self.folder.display()));
        }
    }
}

/// Makes a folder that its owner alone may enter.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.recursive(true).create(folder) {
        Err(error) if !folder.is_dir() => Err(error),
        _ => Ok(()),
    }
}

fn text(key: &str, sifted: &Sifted) -> String {
    let Sifted { objects, bytes, members, images, plain_images, oversized, .. } = sifted;
    let mut text = format!(
        "{HEAD}\nobjects {objects}\nbytes {bytes}\nmembers {members}\nimages {images}\nplain {plain_images}\noversized {oversized}\n"
    );
    for (id, kind) in &sifted.marked {
        writeln!(text, "{kind} {id}").expect("writing to a string cannot fail");
    }
    let sum = sum(key, &text);
    text + "sum " + &sum + "\n"
}

/// The digest of what a file says, and of its own name.
fn sum(key: &str, text: &str) -> String {
    hex(&Sha256::digest([key, "\n", text].concat()))
}

fn parse(key: &str, text: &str) -> Option<Sifted> {
    let (said, last) = text.split_at(text.strip_suffix('\n')?.rfind('\n')? + 1);
    if last.strip_prefix("sum ")?.trim_end() != sum(key, said) {
        return None;
    }
    let mut lines = said.lines();
    if lines.next()? != HEAD {
        return None;
    }
    let mut number = |name: &str| lines.next()?.strip_prefix(name)?.trim_start().parse().ok();
    let (objects, bytes) = (number("objects")?, number("bytes")?);
    let (members, images, plain_images) = (number("members")?, number("images")?, number("plain")?);
    let oversized = number("oversized")?;
    let marked = lines.map(|line| {
        let (kind, id) = line.split_once(' ')?;
        let kinds = [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag];
        let kind = kinds.into_iter().find(|one| one.to_string() == kind)?;
        Some((ObjectId::from_hex(id.as_bytes())?, kind))
    });
    let marked = marked.collect::<Option<_>>()?;
    Some(Sifted { objects, bytes, members, images, plain_images, unseen: 0, oversized, marked })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sifted() -> Sifted {
        let id = |byte| ObjectId::from_bytes(&[byte; 20]).expect("there are 20 bytes");
        let marked = vec![(id(1), ObjectKind::Blob), (id(0xAB), ObjectKind::Tag)];
        let (images, plain_images) = (3, 4);
        Sifted { objects: 12, bytes: 3456, members: 7, images, plain_images, unseen: 0, oversized: 5, marked }
    }

    #[test]
    fn what_is_kept_is_recalled() {
        for sifted in [sifted(), Sifted::default()] {
            assert_eq!(parse("key", &text("key", &sifted)), Some(sifted));
        }
    }

    #[test]
    fn what_was_touched_is_not_believed() {
        let whole = text("key", &sifted());
        assert_eq!(parse("other", &whole), None);
        for end in 0..whole.len() {
            assert_eq!(parse("key", &whole[..end]), None, "{end}");
        }
        for at in 0..whole.len() - 1 {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] ^= 1;
            let touched = String::from_utf8(bytes).expect("it is ASCII");
            assert_eq!(parse("key", &touched), None, "{touched}");
        }
    }
}
