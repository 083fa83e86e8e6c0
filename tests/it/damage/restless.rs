//! A repository that git packs anew, over and over, while it is read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::sandbox::{Sandbox, key};

const ROUNDS: usize = 20;

#[test]
fn a_repository_that_is_packed_anew_meanwhile() {
    let sandbox = Sandbox::repository();
    for number in 0..30 {
        sandbox.write(format!("{number}.txt"), format!("text {number}\n").repeat(200));
    }
    sandbox.write("a.env", format!("KEY = {}\n", key(0)));
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "first"]);
    let is_over = AtomicBool::new(false);
    let codes = thread::scope(|scope| {
        let packing = scope.spawn(|| {
            let mut count = 0;
            while !is_over.load(Ordering::Relaxed) {
                // A pack with something new has a new name, and the old one goes.
                sandbox.git(["commit", "--quiet", "--allow-empty", "--message", &format!("round {count}")]);
                sandbox.git(["repack", "-adq"]);
                count += 1;
            }
            count
        });
        let runs: Vec<_> = (0..ROUNDS).map(|_| sandbox.run(["history", "--format", "json"])).collect();
        is_over.store(true, Ordering::Relaxed);
        let count = packing.join().expect("packing does not panic");
        assert!(count > 0, "nothing was packed meanwhile");
        runs
    });
    for run in &codes {
        assert!(!run.stderr.contains("panicked"), "{run:?}");
        assert!(matches!(run.code, Some(1 | 2)), "{run:?}");
        if run.code == Some(1) {
            assert_eq!(run.json()["summary"]["keys"], 1, "{run:?}");
        }
    }
    sandbox.run(["history"]).exits(1);
}
