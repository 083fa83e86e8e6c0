//! Damaged and changing repositories: the program never panics, never says that
//! nothing was found, and says that it found all only if it did.
//!
//! `BASELEAK_MUTATIONS=N` makes it try so many mutations of each file.

#[cfg(unix)]
mod restless;

use std::fs;
use std::path::{Path, PathBuf};

use crate::contexts::Rng;
use crate::sandbox::{Run, Sandbox, key};

/// Mutations of each file, unless the environment says how many.
const MUTATIONS: usize = 80;
const SEED: u64 = 0xDA3A_6E01;
/// Keys of the repository.
const KEYS: usize = 4;

/// A repository with keys in a pack and in a loose object.
struct Victim {
    sandbox: Sandbox,
    pack: PathBuf,
    index: PathBuf,
    loose: PathBuf,
}

impl Victim {
    fn new(repack: &[&str]) -> Self {
        let sandbox = Sandbox::repository();
        let mut lines: Vec<String> = (0..40).map(|line| format!("line {line} of a file\n")).collect();
        for version in 0..6 {
            lines[version * 7] = format!("version {version}\n");
            sandbox.write("folder/versions.txt", lines.concat());
            if version < 2 {
                sandbox.write(format!("{version}.env"), format!("KEY = {}\n", key(version)));
            }
            sandbox.git(["add", "--all"]);
            sandbox.git(["commit", "--quiet", "--message", "a version"]);
        }
        // Within what will be a delta of another version.
        lines[39] = format!("KEY = {}\n", key(2));
        sandbox.write("folder/versions.txt", lines.concat());
        sandbox.git(["commit", "--quiet", "--all", "--message", "a key"]);
        sandbox.git(repack);
        sandbox.write("staged.env", format!("# {}\nKEY = {}\n", "text ".repeat(20), key(3)));
        sandbox.git(["add", "--all"]);
        let id = sandbox.git(["rev-parse", ":staged.env"]);
        let loose = sandbox.path(format!(".git/objects/{}/{}", &id[..2], id[2..].trim()));
        let packs = fs::read_dir(sandbox.path(".git/objects/pack")).expect("it is there").flatten();
        let pack =
            packs.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "pack"));
        let pack = pack.expect("there is a pack");
        let victim = Self { sandbox, index: pack.with_extension("idx"), pack, loose };
        assert_eq!(Self::keys(&victim.run(&[]).exits(1)), KEYS);
        victim
    }

    fn run(&self, args: &[&str]) -> Run {
        self.sandbox.run(["history", "--format", "json", "--threads", "1"].iter().chain(args))
    }

    fn keys(run: &Run) -> usize {
        let keys = run.json()["summary"]["keys"].as_u64();
        usize::try_from(keys.expect("it is a number")).expect("it is small")
    }

    /// A damaged repository gives no verdict, or a whole one.
    #[track_caller]
    fn judge(&self, args: &[&str], what: &str) {
        let run = self.run(args);
        assert!(!run.stderr.contains("panicked"), "{what}: {run:?}");
        match run.code {
            Some(1) => {
                assert_eq!(Self::keys(&run), KEYS, "{what}: {run:?}");
                assert_eq!(run.json()["coverage"]["skipped"], serde_json::json!([]), "{what}");
            }
            code => assert_eq!(code, Some(2), "{what}: {run:?}"),
        }
    }

    /// Puts other bytes, or nothing, in place of a file for a while.
    #[track_caller]
    fn with(&self, file: &Path, bytes: Option<&[u8]>, args: &[&str], what: &str) {
        let sound = fs::read(file).expect("it can be read");
        replace(file, bytes);
        self.judge(args, what);
        replace(file, Some(&sound));
    }

    fn files(&self) -> [(&str, &Path); 3] {
        [("pack", &self.pack), ("index", &self.index), ("loose", &self.loose)]
    }
}

/// A new file each time: a mapped one must not change.
fn replace(file: &Path, bytes: Option<&[u8]>) {
    drop(fs::remove_file(file));
    if let Some(bytes) = bytes {
        fs::write(file, bytes).expect("it can be written");
    }
}

/// Overwrites, inserts, removes or repeats some bytes.
fn damaged(sound: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    let at = rng.below(bytes.len());
    let length = rng.within(1..=40).min(bytes.len() - at);
    match rng.below(6) {
        0 => drop(bytes.drain(at..at + length)),
        1 => bytes[at..at + length].fill(0),
        2 => bytes[at..at + length].fill(0xFF),
        3 => {
            let copy = bytes[at..at + length].to_vec();
            bytes.splice(at..at, copy);
        }
        _ => bytes[at] ^= u8::try_from(1 + rng.below(255)).expect("below 256"),
    }
    bytes
}

/// As many as the environment says.
fn mutations() -> usize {
    let said = std::env::var("BASELEAK_MUTATIONS").ok();
    said.map_or(MUTATIONS, |text| text.parse().expect("BASELEAK_MUTATIONS is a number"))
}

#[test]
fn mutations_of_every_file() {
    let ways: [&[&str]; 2] =
        [&["repack", "-adfq"], &["-c", "pack.compression=0", "-c", "core.compression=0", "repack", "-adfq"]];
    for (part, way) in ways.into_iter().enumerate() {
        let victim = Victim::new(way);
        let mut rng = Rng::of_part(SEED, part);
        for (name, file) in victim.files() {
            let sound = fs::read(file).expect("it can be read");
            for round in 0..mutations().div_ceil(2) {
                let args: &[&str] = if round % 5 == 0 { &["--engine", "git2"] } else { &[] };
                let bytes = damaged(&sound, &mut rng);
                victim.with(
                    file,
                    Some(&bytes),
                    args,
                    &format!("{name}, way {part}, round {round}, {args:?}"),
                );
            }
        }
    }
}

/// An index of the first version has no checksums of objects.
#[test]
fn mutations_of_a_pack_with_an_old_index() {
    let victim = Victim::new(&["-c", "pack.indexVersion=1", "repack", "-adfq"]);
    let mut rng = Rng::of_part(SEED, 10);
    for (name, file) in victim.files() {
        let sound = fs::read(file).expect("it can be read");
        for round in 0..mutations().div_ceil(4) {
            let bytes = damaged(&sound, &mut rng);
            victim.with(file, Some(&bytes), &[], &format!("{name}, round {round}"));
        }
    }
}

#[test]
fn files_cut_short() {
    let victim = Victim::new(&["repack", "-adfq"]);
    let index = victim.index.to_str().expect("it is UTF-8");
    let list = victim.sandbox.git(["verify-pack", "-v", index]);
    let offsets = list.lines().filter_map(|line| line.split_whitespace().nth(4)?.parse::<usize>().ok());
    let objects: Vec<usize> = offsets.collect();
    let count = objects.len();
    let size = |file: &Path| fs::read(file).expect("it can be read").len();
    let mut packs =
        vec![0, 3, 4, 8, 11, 12, size(&victim.pack) - 21, size(&victim.pack) - 20, size(&victim.pack) - 1];
    packs.extend(objects.iter().flat_map(|start| [*start, start + 1]));
    let tables = [0, 4, 8, 8 + 1024, 8 + 1024 + 20 * count, 8 + 1024 + 24 * count, 8 + 1024 + 28 * count];
    let mut indexes = tables.to_vec();
    indexes.extend([7, 500, size(&victim.index) - 20, size(&victim.index) - 1]);
    let loose =
        (0..8).chain([size(&victim.loose) / 2, size(&victim.loose) - 4, size(&victim.loose) - 1]).collect();
    for ((name, file), lengths) in victim.files().into_iter().zip([packs, indexes, loose]) {
        let sound = fs::read(file).expect("it can be read");
        for length in lengths {
            let length = length.min(sound.len() - 1);
            victim.with(file, Some(&sound[..length]), &[], &format!("{name} of {length} bytes"));
        }
        let longer = [&sound[..], &[0; 30]].concat();
        victim.with(file, Some(&longer), &[], &format!("{name} with more behind it"));
    }
}

#[test]
fn files_that_are_gone() {
    let victim = Victim::new(&["repack", "-adfq"]);
    for engine in ["pack", "git2"] {
        for (name, file) in &victim.files()[..2] {
            victim.with(file, None, &["--engine", engine], &format!("no {name}, {engine}"));
        }
        // The index of the work tree still names it.
        let pack = fs::read(&victim.pack).expect("it can be read");
        replace(&victim.pack, Some(b""));
        victim.judge(&["--engine", engine], "an empty pack");
        replace(&victim.pack, Some(&pack));
    }
}

/// Limits read less, and damage to what they read leaves no verdict all the same.
#[test]
fn mutations_within_a_range() {
    let victim = Victim::new(&["repack", "-adfq"]);
    let mut rng = Rng::of_part(SEED, 20);
    let sound = fs::read(&victim.pack).expect("it can be read");
    for round in 0..mutations().div_ceil(2) {
        replace(&victim.pack, Some(&damaged(&sound, &mut rng)));
        for (args, keys) in
            [(["--range", "HEAD^..HEAD"], 1), (["--branch", "main"], 3), (["--max-depth", "2"], 1)]
        {
            let run = victim.run(&args);
            assert!(!run.stderr.contains("panicked"), "round {round}: {run:?}");
            match run.code {
                Some(2) => {}
                Some(1) => assert!(Victim::keys(&run) >= keys, "round {round}, {args:?}: {run:?}"),
                _ => panic!("round {round}, {args:?}: {run:?}"),
            }
        }
    }
}
