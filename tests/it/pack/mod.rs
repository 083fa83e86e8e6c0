//! The pack reader against git: every object that git lists, once, with the bytes
//! that its name stands for, however the repository keeps it.
//!
//! Names are checked by hashing what was read, with git2.

mod damage;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use baseleak::model::ObjectKind;
use baseleak::pack::{Decoder, Lack, Object, ObjectId, Store, Visitor};
use git2::{ObjectType, Oid};

use crate::sandbox::Sandbox;

/// What a store handed out.
#[derive(Debug, Default)]
struct Read {
    /// Objects by name, with how many times each came.
    texts: BTreeMap<String, usize>,
    /// Objects whose bytes are not those that the name stands for.
    wrong: Vec<String>,
    huge: Vec<String>,
    /// Names of objects that could not be read.
    faults: Vec<String>,
    /// Files that could not be used.
    files: Vec<String>,
}

impl Read {
    /// Everything below a folder of objects.
    fn store(objects: &Path, limit: u64) -> Self {
        let store = Store::open(objects).expect("the folder can be listed");
        let mut decoder = Decoder::new(limit);
        let mut read =
            Self { files: store.faults().iter().map(ToString::to_string).collect(), ..Self::default() };
        for pack in 0..store.packs().len() {
            let forest = store.forest(pack, &KINDS, None);
            read.faults.extend(forest.faults().iter().map(|(id, _)| id.to_string()));
            for tree in forest.trees() {
                forest.decode(*tree, &mut decoder, &mut read);
            }
        }
        for loose in store.loose() {
            loose.decode(&mut decoder, &KINDS, &mut read).expect("nobody takes the file away");
        }
        read
    }
}

const KINDS: [ObjectKind; 4] = [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag];

/// Whether the bytes are those that the name stands for.
fn is_right(id: ObjectId, kind: ObjectKind, bytes: &[u8]) -> bool {
    let kind = match kind {
        ObjectKind::Blob => ObjectType::Blob,
        ObjectKind::Tree => ObjectType::Tree,
        ObjectKind::Commit => ObjectType::Commit,
        ObjectKind::Tag => ObjectType::Tag,
    };
    Oid::hash_object(kind, bytes).expect("git2 can hash").to_string() == id.to_string()
}

impl Visitor for Read {
    fn reach(&self) -> Option<usize> {
        None
    }

    fn whole(&mut self, object: &Object<'_>, bytes: &[u8]) -> bool {
        let id = object.id();
        if is_right(id, object.kind(), bytes) {
            *self.texts.entry(id.to_string()).or_default() += 1;
        } else {
            self.wrong.push(id.to_string());
        }
        true
    }

    fn edited(&mut self, _: &Object<'_>, _: u64, _: &[u8]) -> bool {
        true
    }

    fn lack(&mut self, id: ObjectId, lack: Lack) {
        match lack {
            Lack::Huge(_) => self.huge.push(id.to_string()),
            Lack::Fault(_) => self.faults.push(id.to_string()),
        }
    }
}

/// A repository with what deltas are made of: versions of a file that differ in
/// some lines, and an empty, a large and a binary file.
fn repository() -> Sandbox {
    let sandbox = Sandbox::repository();
    versions(&sandbox, "a", 60);
    sandbox.write("empty", "");
    sandbox.write("large", noise(5_000_000));
    sandbox.write("small", noise(3000));
    commit(&sandbox);
    sandbox
}

fn versions(sandbox: &Sandbox, folder: &str, count: usize) {
    versions_of(300, sandbox, folder, count);
}

/// Versions of a file that has so many lines at first.
fn versions_of(len: usize, sandbox: &Sandbox, folder: &str, count: usize) {
    let mut lines: Vec<String> =
        (0..len).map(|line| format!("{folder}: line {line} of the file\n")).collect();
    for version in 0..count {
        lines[version * 7 % len] = format!("version {version} put this line into {folder}\n");
        lines.push(format!("and appended {version}\n"));
        sandbox.write(format!("{folder}/{version:03}.txt"), lines.concat());
    }
}

/// Bytes that cannot be compressed.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(len).collect()
}

fn commit(sandbox: &Sandbox) {
    sandbox.git(["add", "."]);
    sandbox.git(["commit", "--quiet", "--message", "a commit"]);
}

fn objects(sandbox: &Sandbox) -> PathBuf {
    sandbox.path(".git/objects")
}

/// The only file of the pack folder with this extension.
fn packed(sandbox: &Sandbox, extension: &str) -> PathBuf {
    let entries = fs::read_dir(objects(sandbox).join("pack")).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let mut found: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// All objects that git knows of.
fn texts(sandbox: &Sandbox) -> Vec<String> {
    texts_in(sandbox, ".")
}

fn texts_in(sandbox: &Sandbox, repository: &str) -> Vec<String> {
    let all = sandbox.git(["-C", repository, "cat-file", "--batch-all-objects", "--batch-check"]);
    all.lines().filter_map(|line| line.split_once(' ')).map(|(name, _)| name.to_owned()).collect()
}

/// The store hands out all that git lists, each once, and has nothing to complain of.
#[track_caller]
fn check(sandbox: &Sandbox) {
    let read = Read::store(&objects(sandbox), Decoder::LIMIT);
    assert!(read.files.is_empty() && read.faults.is_empty() && read.huge.is_empty(), "{read:?}");
    assert!(read.wrong.is_empty(), "{read:?}");
    assert!(read.texts.values().all(|times| *times == 1), "{read:?}");
    let names: Vec<String> = read.texts.into_keys().collect();
    assert_eq!(names, texts(sandbox));
}

#[test]
fn loose_and_packed_in_every_way() {
    let sandbox = repository();
    check(&sandbox);
    let ways: &[&[&str]] = &[
        &["repack", "-adfq", "--depth=50", "--window=60"],
        &["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=50", "--window=60"],
        &["-c", "pack.indexVersion=1", "repack", "-adfq"],
        &["-c", "pack.packSizeLimit=1m", "repack", "-adfq"],
        &["repack", "-adfq", "--depth=4000", "--window=100"],
    ];
    for way in ways {
        sandbox.git(*way);
        sandbox.git(["prune-packed", "-q"]);
        assert!(!sandbox.git(["verify-pack", "-v", &first_index(&sandbox)]).is_empty());
        check(&sandbox);
    }
}

/// Any of the indexes.
fn first_index(sandbox: &Sandbox) -> String {
    let entries = fs::read_dir(objects(sandbox).join("pack")).expect("the folder is there");
    let mut paths = entries.map(|entry| entry.expect("it can be listed").path());
    let path = paths.find(|path| path.extension().is_some_and(|found| found == "idx"));
    path.expect("there is a pack").to_str().expect("its name is UTF-8").to_owned()
}

#[test]
fn offsets_of_64_bits() {
    let sandbox = repository();
    sandbox.git(["repack", "-adfq"]);
    let (pack, index) = (packed(&sandbox, "pack"), packed(&sandbox, "idx"));
    let before = fs::metadata(&index).expect("it is there").len();
    fs::remove_file(&index).expect("it can be removed");
    let index = index.to_str().expect("its name is UTF-8");
    sandbox.git(["index-pack", "--index-version=2,0x100", "-o", index, pack.to_str().expect("as the index")]);
    assert!(fs::metadata(index).expect("it is there").len() > before, "no offset has 64 bits");
    check(&sandbox);
}

#[test]
fn the_same_object_in_many_places() {
    let sandbox = repository();
    sandbox.git(["repack", "-adq"]);
    fs::write(packed(&sandbox, "pack").with_extension("keep"), "").expect("it can be written");
    versions(&sandbox, "b", 20);
    commit(&sandbox);
    sandbox.git(["repack", "-dq"]);
    check(&sandbox);
    versions(&sandbox, "c", 20);
    commit(&sandbox);
    // Everything once more in one pack, beside the others and what is loose.
    sandbox.git(["repack", "-aq", "--pack-kept-objects"]);
    check(&sandbox);
    sandbox.git(["multi-pack-index", "write"]);
    check(&sandbox);
}

#[test]
fn a_thin_pack_that_was_completed() {
    let sandbox = repository();
    sandbox.git(["repack", "-adq"]);
    sandbox.git(["clone", "--quiet", "--no-local", ".", "other"]);
    versions(&sandbox, "a", 70);
    sandbox.git(["add", "a"]);
    sandbox.git(["commit", "--quiet", "--message", "more"]);
    sandbox.git(["-C", "other", "-c", "fetch.unpackLimit=1", "fetch", "--quiet"]);
    let expect = texts_in(&sandbox, "other");
    let read = Read::store(&sandbox.path("other/.git/objects"), Decoder::LIMIT);
    assert!(read.files.is_empty() && read.faults.is_empty() && read.wrong.is_empty(), "{read:?}");
    assert!(read.texts.keys().eq(&expect), "{read:?}");
}

#[test]
fn alternates_of_alternates() {
    let sandbox = repository();
    sandbox.git(["clone", "--quiet", "--shared", ".", "second"]);
    sandbox.git(["clone", "--quiet", "--shared", "second", "third"]);
    let third = sandbox.path("third/.git/objects");
    let all = texts(&sandbox);
    let table = [
        fs::read_to_string(third.join("info/alternates")).expect("the clone shares objects"),
        "# a comment\n\n../../../second/.git/objects\n".to_owned(),
        // Twice, and in a circle.
        "../../../.git/objects\n../../../second/.git/objects\n../objects\n".to_owned(),
    ];
    for text in table {
        fs::write(third.join("info/alternates"), &text).expect("it can be written");
        let read = Read::store(&third, Decoder::LIMIT);
        assert!(read.files.is_empty() && read.faults.is_empty() && read.wrong.is_empty(), "{text}: {read:?}");
        assert!(read.texts.keys().eq(&all), "{text}: {read:?}");
        assert!(read.texts.values().all(|times| *times == 1), "{text}: {read:?}");
    }
    fs::write(third.join("info/alternates"), "/nowhere/objects\n\"quoted\"\n").expect("it can be written");
    assert_eq!(Read::store(&third, Decoder::LIMIT).files.len(), 2);
}

/// Git takes packs away when it has put their objects elsewhere.
#[cfg(unix)]
#[test]
fn a_pack_that_goes_while_it_is_read() {
    let sandbox = repository();
    sandbox.git(["repack", "-adfq"]);
    let store = Store::open(&objects(&sandbox)).expect("the folder can be listed");
    for extension in ["pack", "idx"] {
        fs::remove_file(packed(&sandbox, extension)).expect("it can be removed");
    }
    let (mut decoder, mut read) = (Decoder::new(Decoder::LIMIT), Read::default());
    let forest = store.forest(0, &KINDS, None);
    for tree in forest.trees() {
        forest.decode(*tree, &mut decoder, &mut read);
    }
    assert!(read.faults.is_empty() && read.wrong.is_empty(), "{read:?}");
    // The commit, its 63 files and their two folders.
    assert_eq!(read.texts.len(), 66, "{read:?}");
}

#[test]
fn nothing_at_all() {
    let sandbox = Sandbox::repository();
    check(&sandbox);
    assert!(Store::open(&sandbox.path("nowhere")).is_err());
}

#[test]
fn too_large_is_named() {
    let sandbox = repository();
    let large = sandbox.git(["hash-object", "large"]);
    for packed in [false, true] {
        if packed {
            sandbox.git(["repack", "-adq"]);
        }
        let read = Read::store(&objects(&sandbox), 1 << 20);
        assert_eq!(read.huge, [large.trim()]);
        assert_eq!(read.texts.len() + 1, texts(&sandbox).len());
    }
    // What is a delta of something too large is too large as well.
    let read = Read::store(&objects(&sandbox), 1000);
    assert_eq!(read.texts.len() + read.huge.len(), texts(&sandbox).len());
    assert!(read.faults.is_empty() && read.texts.len() == 3, "{read:?}");
}
