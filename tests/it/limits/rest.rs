//! `--branch`, `--since`, `--max-depth`, and limits together.

use std::time::{SystemTime, UNIX_EPOCH};

use super::made::{DAY, Made};
use crate::sandbox::key;

/// Five commits on main, and two on a topic that parts from it after the second.
fn forked() -> Made {
    let made = Made::new();
    made.commit_key(0);
    made.commit_key(1);
    made.switch(&["--create", "topic"]);
    made.switch(&["main"]);
    made.commit_key(2);
    made.commit_key(3);
    made.commit_key(4);
    made.switch(&["topic"]);
    made.commit_key(5);
    made.commit_key(6);
    made.switch(&["main"]);
    made
}

#[test]
fn a_branch_and_what_leads_to_it() {
    let made = forked();
    made.sandbox.git(["tag", "topic", "main~3"]);
    made.sandbox.git(["tag", "--annotate", "v1", "--message", &format!("tag {}", key(7)), "main~4"]);
    made.sandbox.git(["update-ref", "refs/remotes/origin/far", "main~2"]);
    for (branch, expect) in [
        ("main", &[0, 1, 2, 3, 4][..]),
        ("topic", &[0, 1, 5, 6]),
        ("refs/heads/topic", &[0, 1, 5, 6]),
        ("refs/tags/topic", &[0, 1]),
        ("v1", &[0, 7]),
        ("origin/far", &[0, 1, 2]),
        ("HEAD", &[0, 1, 2, 3, 4]),
        ("topic~1", &[0, 1, 5]),
    ] {
        made.check(&["--branch", branch], expect);
        made.check(&["--branch", branch, "--engine", "git2"], expect);
    }
    made.sandbox.git(["pack-refs", "--all"]);
    made.check(&["--branch", "topic"], &[0, 1, 5, 6]);
    for (branch, piece) in [("nowhere", "`nowhere`"), ("main..topic", "no range"), ("", "")] {
        let run = made.sandbox.run(["history", "--branch", branch]).exits(2);
        run.says(&["error: cannot read the history", piece, "hint: "]);
    }
}

#[test]
fn a_depth_from_the_nearest_tip() {
    let made = forked();
    made.check(&["--max-depth", "1"], &[4, 6]);
    made.check(&["--max-depth", "2"], &[3, 4, 5, 6]);
    // The second commit lies three from the end of the topic.
    made.check(&["--max-depth", "3"], &[1, 2, 3, 4, 5, 6]);
    made.check(&["--max-depth", "4000000000"], &[0, 1, 2, 3, 4, 5, 6]);
    made.check(&["--max-depth", "2", "--branch", "main"], &[3, 4]);
    made.check(&["--max-depth", "1", "--range", "main..topic"], &[6]);
    made.check(&["--max-depth", "9", "--range", "main..topic"], &[5, 6]);
    made.check(&["--max-depth", "9", "--range", "topic..topic"], &[]);
}

/// A merge has a short and a long way to the same commit.
#[test]
fn a_depth_by_the_shortest_way() {
    let made = Made::new();
    made.commit_key(0);
    made.switch(&["--create", "topic"]);
    for number in 1..4 {
        made.commit_key(number);
    }
    made.switch(&["main"]);
    made.sandbox.write("other.txt", "other\n");
    made.commit("on main");
    made.merge("topic");
    made.commit("merge");
    made.sandbox.git(["branch", "--delete", "--force", "topic"]);
    made.check(&["--max-depth", "1"], &[]);
    made.check(&["--max-depth", "2"], &[3]);
    made.check(&["--max-depth", "3", "--range", "HEAD^..HEAD"], &[2, 3]);
    made.check(&["--max-depth", "4"], &[0, 1, 2, 3]);
}

#[test]
fn a_date_of_the_committer() {
    let made = forked();
    let seconds = |name: &str| -> i64 {
        let text = made.sandbox.git(["log", "-1", "--format=%ct", name]);
        text.trim().parse().expect("it is a number")
    };
    let third = seconds("main~2");
    made.check(&["--since", &format!("@{third}")], &[2, 3, 4, 5, 6]);
    made.check(&["--since", &format!("@{}", third + 1)], &[3, 4, 5, 6]);
    made.check(&["--since", "2026-01-01"], &[0, 1, 2, 3, 4, 5, 6]);
    made.check(&["--since", "2026-01-05"], &[3, 4, 5, 6]);
    made.check(&["--since", "2026-01-05T00:00:01Z"], &[4, 5, 6]);
    made.check(&["--since", "2026-01-05T01:00:00+01:00"], &[3, 4, 5, 6]);
    made.check(&["--since", "2099-01-01"], &[]);
    made.check(&["--since", "2026-01-05", "--branch", "main"], &[3, 4]);
    made.check(&["--since", "2026-01-05", "--branch", "main", "--max-depth", "1"], &[4]);
    made.check(&["--since", "2026-01-08", "--range", "main..topic"], &[6]);
}

#[test]
fn a_span_from_now() {
    let made = Made::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs();
    let now = i64::try_from(now).expect("it is not that late");
    for (number, days) in [(0, 40), (1, 20), (2, 2)] {
        made.plant(&format!("{number}.env"), number);
        made.commit_at(now - days * DAY, "a commit");
    }
    made.check(&["--since", "30d"], &[1, 2]);
    made.check(&["--since", "1w"], &[2]);
    made.check(&["--since", "24h"], &[]);
    made.check(&["--since", "1000d"], &[0, 1, 2]);
    made.plant("3.env", 3);
    made.commit_at(now + DAY, "ahead of its time");
    made.check(&["--since", "1w"], &[2, 3]);
}
