//! `--cache`: what was learned of a pack is believed, and nothing else is.
//!
//! That a pack is not read again is shown by damage to it that nobody notices.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use baseleak::model::hex;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::contexts::Rng;
use crate::sandbox::{Run, Sandbox, assert_hidden, key};

const SEED: u64 = 0x0CAC_4E00;

/// A repository that is one pack with a key and a blob that cannot be compressed.
struct Packed {
    sandbox: Sandbox,
    key: String,
    noise: String,
}

impl Packed {
    fn new() -> Self {
        let sandbox = Sandbox::repository();
        let key = sandbox.write_key("secret/a.env");
        let mut rng = Rng::of_part(SEED, 0);
        let noise: Vec<u8> = (0..500).flat_map(|_| rng.next().to_le_bytes()).collect();
        sandbox.write("noise.bin", noise);
        let noise = sandbox.git(["hash-object", "noise.bin"]).trim().to_owned();
        let packed = Self { sandbox, key, noise };
        packed.commit("first");
        packed.sandbox.git(["repack", "-adq"]);
        packed
    }

    fn commit(&self, message: &str) {
        self.sandbox.git(["add", "--all"]);
        self.sandbox.git(["commit", "--quiet", "--message", message]);
    }

    fn cache(&self) -> PathBuf {
        self.sandbox.home().join("cache/below")
    }

    #[track_caller]
    fn run(&self, args: &[&str]) -> Run {
        let cache = self.cache().into_os_string().into_string().expect("it is UTF-8");
        self.sandbox.run(["history", "--format", "json", "--cache", &cache].iter().chain(args))
    }

    /// What is in the folder of the cache, in order.
    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.cache()).expect("the folder is there");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
        files.sort();
        files
    }

    /// Damages the blob that cannot be compressed within the only pack, whose
    /// checksum and time stay.
    fn damage(&self) {
        let packs = fs::read_dir(self.sandbox.path(".git/objects/pack")).expect("it is there");
        let mut paths = packs.map(|entry| entry.expect("it can be listed").path());
        let pack =
            paths.find(|path| path.extension().is_some_and(|end| end == "pack")).expect("there is one");
        let index = pack.with_extension("idx");
        let list = self.sandbox.git(["verify-pack", "-v", index.to_str().expect("it is UTF-8")]);
        let line = list.lines().find(|line| line.starts_with(&self.noise)).expect("it is packed");
        let start: usize = line.split_whitespace().nth(4).expect("the offset").parse().expect("a number");
        let modified = fs::metadata(&pack).and_then(|file| file.modified()).expect("it has a time");
        let mut bytes = fs::read(&pack).expect("it can be read");
        bytes[start + 2000] ^= 0xFF;
        fs::remove_file(&pack).expect("it can be removed");
        fs::write(&pack, bytes).expect("it can be written");
        let file = File::options().write(true).open(&pack).expect("it can be opened");
        file.set_modified(modified).expect("its time can be set");
    }
}

/// The report as it was, but for nothing.
fn is_silent(run: &Run) -> bool {
    run.stderr.is_empty()
}

#[test]
fn a_pack_is_not_read_again() {
    let packed = Packed::new();
    let plain = packed.sandbox.run(["history", "--format", "json"]).exits(1);
    let first = packed.run(&[]).exits(1);
    assert_eq!(packed.files().len(), 1);
    packed.damage();
    packed.sandbox.run(["history"]).exits(2);
    let second = packed.run(&[]).exits(1);
    assert_eq!(first.stdout, plain.stdout);
    assert_eq!(second.stdout, plain.stdout);
    assert!(is_silent(&first) && is_silent(&second), "{first:?}, {second:?}");
    assert_eq!(packed.files().len(), 1);
    fs::remove_file(&packed.files()[0]).expect("it is there");
    packed.run(&[]).exits(2);
    assert_eq!(packed.files(), [] as [PathBuf; 0], "what could not be read is remembered");
}

#[test]
fn a_new_pack_is_read_and_the_old_is_not() {
    let packed = Packed::new();
    packed.run(&[]).exits(1);
    packed.sandbox.write("b.env", format!("KEY = {}\n", key(1)));
    packed.commit("second");
    // As long as it is loose, it is read each time.
    for _ in 0..2 {
        let report = packed.run(&[]).exits(1).json();
        assert_eq!(report["summary"]["keys"], 2, "{report}");
        assert_eq!(packed.files().len(), 1);
    }
    packed.damage();
    packed.sandbox.git(["repack", "-dq"]);
    for _ in 0..2 {
        let run = packed.run(&[]).exits(1);
        assert_eq!(run.json()["summary"]["keys"], 2, "{run:?}");
        assert_eq!(packed.files().len(), 2);
    }
    packed.sandbox.run(["history"]).exits(2);
}

/// Repacked, everything stands in one pack that nobody knows.
#[test]
fn what_is_packed_anew_is_read() {
    let packed = Packed::new();
    packed.run(&[]).exits(1);
    packed.sandbox.write("b.env", format!("KEY = {}\n", key(1)));
    packed.commit("second");
    packed.sandbox.git(["repack", "-adq"]);
    let plain = packed.sandbox.run(["history", "--format", "json"]).exits(1);
    for _ in 0..2 {
        assert_eq!(packed.run(&[]).exits(1).stdout, plain.stdout);
    }
    assert_eq!(packed.files().len(), 2);
}

#[test]
fn other_rules_know_nothing() {
    let packed = Packed::new();
    packed.run(&["--disable", "baseten-api-key"]).exits(0);
    packed.run(&["--disable", "baseten-api-key"]).exits(0);
    assert_eq!(packed.files().len(), 1);
    packed.run(&[]).exits(1);
    assert_eq!(packed.files().len(), 2);
    packed.run(&["--disable", "baseten-api-key"]).exits(0);
    packed.sandbox.write(
        "../home/rules.toml",
        "[[rules]]\nid = \"noise\"\ndescription = \"d\"\nregex = '''KEY = b1'''\nkeywords = [\"KEY\"]\n",
    );
    packed.run(&["--rules", "../home/rules.toml", "--disable", "baseten-api-key"]).exits(1);
    assert_eq!(packed.files().len(), 3);
}

/// What a policy leaves out is read all the same, and remembered for those who want it.
#[test]
fn other_paths_and_limits_do_not_matter() {
    let packed = Packed::new();
    packed.run(&["--exclude", "secret"]).exits(0);
    packed.damage();
    packed.run(&[]).exits(1);
    packed.run(&["--branch", "main"]).exits(1);
    packed.run(&["--exclude", "secret"]).exits(0);
    assert_eq!(packed.files().len(), 1);
}

#[test]
fn what_was_not_read_as_a_whole_is_not_remembered() {
    let packed = Packed::new();
    packed.sandbox.write("b.env", format!("KEY = {}\n", key(1)));
    packed.commit("second");
    packed.run(&["--range", "HEAD^..HEAD"]).exits(1);
    packed.run(&["--engine", "git2"]).exits(1);
    assert_eq!(packed.files(), [] as [PathBuf; 0]);
}

/// A file with what it says under a digest that is right.
fn with_sum(file: &Path, said: &str) -> String {
    let key = file.file_name().and_then(|name| name.to_str()).expect("it is UTF-8");
    let digest = Sha256::digest(format!("{key}\n{said}"));
    let hex = hex(&digest);
    format!("{said}sum {hex}\n")
}

#[test]
fn a_file_that_was_touched_is_not_believed() {
    let packed = Packed::new();
    let plain = packed.run(&[]).exits(1).stdout;
    let file = packed.files().remove(0);
    let whole = fs::read_to_string(&file).expect("it can be read");
    let said = &whole[..whole.find("sum ").expect("it ends with a digest")];
    assert_eq!(with_sum(&file, said), whole);
    let first = said.lines().next().expect("it has a first line");
    let table: &[(&str, Vec<u8>)] = &[
        ("empty", Vec::new()),
        ("half", whole.as_bytes()[..whole.len() / 2].to_vec()),
        ("without its end", whole.as_bytes()[..whole.len() - 1].to_vec()),
        ("without its digest", said.as_bytes().to_vec()),
        ("twice", whole.repeat(2).into_bytes()),
        ("another digit", whole.replacen("objects ", "objects 1", 1).into_bytes()),
        ("nothing marked", said.replace("blob ", "tree ").into_bytes()),
        ("no text", vec![0xFF; 300]),
        ("another version", with_sum(&file, &said.replacen(first, "baseleak cache 1", 1)).into_bytes()),
        ("an unknown kind", with_sum(&file, &said.replace("blob ", "blub ")).into_bytes()),
        ("a bad id", with_sum(&file, &said.replace("blob ", "blob x")).into_bytes()),
        ("of another pack", with_sum(Path::new("other"), said).into_bytes()),
    ];
    for (what, bytes) in table {
        assert_ne!(bytes, whole.as_bytes(), "{what}");
        fs::write(&file, bytes).expect("it can be written");
        let run = packed.run(&[]).exits(1);
        assert_eq!(run.stdout, plain, "{what}");
        run.says(&["warning: ", "of the cache"]).hides(&packed.key);
        // It was written anew.
        assert_eq!(fs::read_to_string(&file).expect("it can be read"), whole, "{what}");
        assert!(is_silent(&packed.run(&[]).exits(1)), "{what}");
    }
    // What says something else is not put right by a damaged pack.
    fs::write(&file, "").expect("it can be written");
    packed.damage();
    packed.run(&[]).exits(2);
}

#[test]
fn a_folder_in_place_of_a_file_is_named() {
    let packed = Packed::new();
    let plain = packed.run(&[]).exits(1).stdout;
    let file = packed.files().remove(0);
    fs::remove_file(&file).expect("it is there");
    fs::create_dir(&file).expect("it can be made");
    let run =
        packed.run(&[]).exits(1).says(&["warning: ", "a file of the cache", "nothing can be remembered"]);
    assert_eq!(run.stdout, plain);
    assert_eq!(packed.files(), [file], "something was left behind");
}

/// Nothing can be made there, not even by the administrator.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let packed = Packed::new();
    let plain = packed.sandbox.run(["history", "--format", "json"]).exits(1);
    let run = packed.sandbox.run(["history", "--format", "json", "--cache", "/proc/self"]).exits(1);
    assert_eq!(run.stdout, plain.stdout);
    run.says(&["warning: nothing can be remembered in /proc/self"]);
}

#[test]
fn what_can_be_no_folder_is_refused() {
    let packed = Packed::new();
    packed.sandbox.write("../home/file", "");
    for place in ["../home/file", "../home/file/below"] {
        let run = packed.sandbox.run(["history", "--cache", place]).exits(2);
        assert!(run.stdout.is_empty(), "{run:?}");
        run.says(&["error: cannot use", "as the cache", "cause: "]);
    }
}

#[test]
fn nothing_telling_is_written() {
    let packed = Packed::new();
    packed.sandbox.write(format!("{}.txt", key(1)), "nothing\n");
    packed.commit(&format!("message {}", key(2)));
    packed.sandbox.git(["tag", "--annotate", "v1", "--message", &key(3)]);
    packed.sandbox.git(["repack", "-adq"]);
    let report: Value = packed.run(&[]).exits(1).json();
    assert_eq!(report["summary"]["keys"], 4, "{report}");
    for file in packed.files() {
        let text = fs::read_to_string(&file).expect("it can be read") + &file.display().to_string();
        for key in [&packed.key, &key(1), &key(2), &key(3)] {
            assert_hidden(key, &text);
            assert!(!text.contains(key.split('.').next().expect("it has a public part")), "{text}");
        }
        assert!(!text.contains("a.env") && !text.contains("main"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_made_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o7777;
    let packed = Packed::new();
    packed.run(&[]).exits(1);
    assert_eq!(mode(&packed.cache()), 0o700);
    assert_eq!(mode(&packed.files()[0]) & 0o077, 0);
    // One that is there is left as it is.
    let other = packed.sandbox.home().join("other");
    fs::create_dir(&other).expect("it can be made");
    fs::set_permissions(&other, fs::Permissions::from_mode(0o750)).expect("it can be changed");
    packed.sandbox.run(["history", "--cache", other.to_str().expect("it is UTF-8")]).exits(1);
    assert_eq!(mode(&other), 0o750);
}
