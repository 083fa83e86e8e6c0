//! Damaged packs, indexes and loose objects: no panic, no hang, and no blob lost
//! without a word.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use baseleak::pack::Decoder;

use super::{Read, commit, objects, packed, texts, versions_of};
use crate::contexts::Rng;
use crate::sandbox::Sandbox;

/// So many places are damaged in each file of each kind of pack.
const MUTATIONS: usize = 800;
const SEED: u64 = 0xDA3A_6E00;

/// A pack and its index, to be damaged over and over in a folder of their own.
struct Victim {
    _sandbox: Sandbox,
    folder: PathBuf,
    pack: Vec<u8>,
    index: Vec<u8>,
    texts: BTreeSet<String>,
}

impl Victim {
    fn new(repack: &[&str]) -> Self {
        let sandbox = Sandbox::repository();
        versions_of(40, &sandbox, "a", 12);
        sandbox.write("empty", "");
        commit(&sandbox);
        sandbox.git(repack);
        let read = |extension| fs::read(packed(&sandbox, extension)).expect("it can be read");
        let (pack, index) = (read("pack"), read("idx"));
        let texts = texts(&sandbox).into_iter().collect();
        let folder = sandbox.path("damaged");
        fs::create_dir_all(folder.join("pack")).expect("it can be made");
        Self { _sandbox: sandbox, folder, pack, index, texts }
    }

    fn read(&self, pack: &[u8], index: &[u8]) -> Read {
        // A new file each time: a mapped file must not change.
        for (name, bytes) in [("pack/p.pack", pack), ("pack/p.idx", index)] {
            let path = self.folder.join(name);
            let _ = fs::remove_file(&path);
            fs::write(path, bytes).expect("it can be written");
        }
        Read::store(&self.folder, Decoder::LIMIT)
    }

    /// Every blob was read or is named. An index may name it wrongly: then as
    /// many strangers are named as texts are missing.
    #[track_caller]
    fn check(&self, pack: &[u8], index: &[u8], what: &str) {
        let read = self.read(pack, index);
        if !read.files.is_empty() {
            return;
        }
        let got: BTreeSet<String> =
            read.texts.keys().chain(&read.faults).chain(&read.huge).cloned().collect();
        let missing = self.texts.difference(&got).count();
        let strange = got.difference(&self.texts).count() + read.wrong.len();
        assert!(
            missing == 0 || index != self.index && missing <= strange,
            "{what}: {missing} missing, {read:?}"
        );
        assert!(read.wrong.is_empty() || index != self.index, "{what}: {read:?}");
    }
}

/// Overwrites some bytes with others.
fn damage(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=rng.below(2) {
        let at = rng.below(bytes.len());
        bytes[at] ^= u8::try_from(1 + rng.below(255)).expect("below 256");
    }
    bytes
}

#[test]
fn flipped_bytes() {
    let mut rng = Rng::of_part(SEED, 0);
    for repack in [
        &["repack", "-adfq", "--depth=50", "--window=60"][..],
        &["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=50", "--window=60"],
    ] {
        let victim = Victim::new(repack);
        let sound = victim.read(&victim.pack, &victim.index);
        assert!(sound.texts.keys().eq(&victim.texts) && sound.files.is_empty(), "{sound:?}");
        for round in 0..MUTATIONS {
            let damaged = damage(&victim.pack, &mut rng);
            victim.check(&damaged, &victim.index, &format!("pack, round {round}"));
            let damaged = damage(&victim.index, &mut rng);
            victim.check(&victim.pack, &damaged, &format!("index, round {round}"));
        }
    }
}

/// Without checksums in the index the damage reaches the decoder itself.
#[test]
fn flipped_bytes_that_no_checksum_guards() {
    let mut rng = Rng::of_part(SEED, 1);
    let victim = Victim::new(&["-c", "pack.indexVersion=1", "repack", "-adfq", "--depth=50", "--window=60"]);
    for _ in 0..MUTATIONS {
        let damaged = damage(&victim.pack, &mut rng);
        let read = victim.read(&damaged, &victim.index);
        assert!(read.texts.len() + read.faults.len() + read.huge.len() + read.files.len() > 0, "{read:?}");
    }
}

#[test]
fn files_cut_short() {
    let victim = Victim::new(&["repack", "-adfq"]);
    let cuts = |len: usize| (0..len).step_by(1 + len / 300).chain(len.saturating_sub(60)..len);
    for len in cuts(victim.pack.len()) {
        victim.check(&victim.pack[..len], &victim.index, &format!("pack of {len} bytes"));
    }
    for len in cuts(victim.index.len()) {
        let read = victim.read(&victim.pack, &victim.index[..len]);
        assert_eq!(read.files.len(), 1, "index of {len} bytes: {read:?}");
    }
}

#[test]
fn half_a_pack() {
    let victim = Victim::new(&["repack", "-adfq"]);
    for lone in ["pack/p.pack", "pack/p.idx"] {
        victim.read(&victim.pack, &victim.index);
        fs::remove_file(victim.folder.join(lone)).expect("it was written");
        let read = Read::store(&victim.folder, Decoder::LIMIT);
        assert!(read.texts.is_empty() && read.files.len() == 1, "{lone}: {read:?}");
    }
}

#[test]
fn damaged_loose_objects() {
    let sandbox = Sandbox::repository();
    let text = "a line of text that compresses\n".repeat(3000);
    sandbox.write("file", &text);
    let name = sandbox.git(["hash-object", "-w", "file"]);
    let (first, rest) = name.trim().split_at(2);
    let path = objects(&sandbox).join(first).join(rest);
    let sound = fs::read(&path).expect("it is there");
    let mut rng = Rng::of_part(SEED, 2);
    let check = |bytes: &[u8], path: &Path| {
        fs::remove_file(path).expect("it is there");
        fs::write(path, bytes).expect("it can be written");
        Read::store(&objects(&sandbox), Decoder::LIMIT)
    };
    for len in 0..sound.len() {
        let read = check(&sound[..len], &path);
        assert!(read.texts.is_empty() && read.faults.len() + read.huge.len() == 1, "{len} bytes: {read:?}");
    }
    for round in 0..MUTATIONS {
        let read = check(&damage(&sound, &mut rng), &path);
        let named = read.texts.len() + read.faults.len() + read.huge.len();
        assert!(named == 1 && read.wrong.is_empty(), "round {round}: {read:?}");
    }
}
