//! Blobs that are too large to be held in memory, loose and packed: what stands near
//! their end is found.
//!
//! `BASELEAK_LARGE=N` makes them N megabytes large, such as 200.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use crate::sandbox::{Sandbox, key, paths};

/// Bytes of a blob, unless the environment says how many: just more than is held in memory.
const LENGTH: usize = 34_000_000;
/// Where the key begins, counted from the end.
const NEAR_END: usize = 1000;

/// As many bytes as the environment says.
fn length_of_each() -> usize {
    let said = std::env::var("BASELEAK_LARGE").ok();
    said.map_or(LENGTH, |text| text.parse::<usize>().expect("BASELEAK_LARGE is a number") * 1_000_000)
}

/// Writes bytes of which `piece` makes some at a time, with a key near their end.
fn large(sandbox: &Sandbox, path: &str, number: usize, mut piece: impl FnMut() -> Vec<u8>) {
    let file = File::create(sandbox.path(path)).expect("it can be made");
    let mut file = BufWriter::new(file);
    let (mut length, all) = (0, length_of_each());
    while length < all - NEAR_END {
        let mut bytes = piece();
        bytes.truncate(all - NEAR_END - length);
        length += bytes.len();
        file.write_all(&bytes).expect("it can be written");
    }
    write!(file, "\nKEY = {}\n{}", key(number), "the rest\n".repeat(100)).expect("it can be written");
    file.flush().expect("it can be written");
}

#[test]
fn keys_at_the_end_of_large_blobs_are_found() {
    let sandbox = Sandbox::repository();
    for (name, value) in [("core.bigFileThreshold", "1m"), ("core.compression", "1"), ("gc.auto", "0")] {
        sandbox.git(["config", name, value]);
    }
    let pattern = "a line of text that is there again and again\n".repeat(1000).into_bytes();
    large(&sandbox, "pattern.txt", 0, || pattern.clone());
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 32).to_le_bytes()[..4].to_vec()
    };
    large(&sandbox, "noise.bin", 1, || (0..10_000).flat_map(|_| next()).collect());
    // Git writes a large file into a pack at once, unless it comes through a pipe.
    for name in ["pattern.txt", "noise.bin"] {
        let mut git = sandbox.confined("git");
        git.args(["-c", "core.bigFileThreshold=1g", "add", name]);
        assert!(git.status().expect("git can be run").success());
    }
    sandbox.git(["commit", "--quiet", "--message", "large ones"]);
    let check = |is_packed: bool| {
        let count = sandbox.git(["count-objects", "-v"]);
        assert_eq!(count.contains("\ncount: 0\n") || count.starts_with("count: 0\n"), is_packed, "{count}");
        let report = sandbox.run(["history", "--format", "json"]).exits(1).json();
        assert_eq!(paths(&report), ["noise.bin", "pattern.txt"]);
        assert_eq!(report["summary"]["keys"], 2);
    };
    check(false);
    sandbox.git(["repack", "-adq"]);
    check(true);
}
