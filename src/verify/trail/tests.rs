//! Trails that are whole, torn, and none.

use super::*;

/// Writes a run's lines: a plan of `keys`, then an attempt, an outcome and a proof for the
/// first `proven`, and an attempt for the next `tried`.
fn run(trail: &mut Trail, keys: &[&str], proven: usize, tried: usize) {
    let line =
        |prefix: &&str| PlanLine { prefix: (*prefix).to_owned(), group: None, listed: true, is_self: false };
    let lines: Vec<_> = keys.iter().map(line).collect();
    let mut note = |event| trail.note(event).expect("it can be written");
    note(Event::Plan { operator: Some("me"), resumes: None, keys: &lines });
    for (at, prefix) in keys.iter().enumerate().take(proven + tried) {
        note(Event::Attempt { prefix });
        if at < proven {
            note(Event::Outcome { prefix, what: "deleted", why: None });
            note(Event::Proof { prefix, what: "dead", why: "gone" });
        }
    }
}

fn made(write: impl FnOnce(&mut Trail)) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("trail.jsonl");
    write(&mut Trail::open(&path, "https://api.example").expect("a trail can be made"));
    (folder, path)
}

/// The keys that are left, those that were tried with a mark.
fn left(bytes: &[u8]) -> Vec<String> {
    let unfinished = read::parse(bytes).expect("it is a trail");
    let mark = |pending: &Pending| if pending.attempted { "+" } else { "" };
    unfinished.keys.iter().map(|pending| format!("{}{}", pending.key.prefix, mark(pending))).collect()
}

#[test]
fn what_is_not_proven_is_left() {
    let (_folder, path) = made(|trail| run(trail, &["a", "b", "c", "d"], 2, 1));
    let bytes = fs::read(&path).expect("it is there");
    assert_eq!(left(&bytes), ["c+", "d"]);
    let unfinished = unfinished(&path).expect("it is a trail");
    assert_eq!((unfinished.planned, unfinished.others), (4, 0));
    assert_eq!(unfinished.remote, "https://api.example");
}

/// Wherever a crash tears a trail: the keys of a plan that stands are all known, and
/// no key is done that has no proof.
#[test]
fn a_trail_may_be_torn_anywhere() {
    let (_folder, path) = made(|trail| run(trail, &["a", "b", "c"], 3, 0));
    let bytes = fs::read(&path).expect("it is there");
    let plan = bytes.iter().position(|&byte| byte == b'\n').expect("it has lines") + 1;
    let mut least = 3;
    for end in 0..bytes.len() {
        let text = &bytes[..end];
        match read::parse(text) {
            Ok(_) => {
                assert!(end >= plan);
                let left = left(text).len();
                assert!(left <= least, "at {end}");
                least = left;
            }
            Err(error) => assert!(end < plan && matches!(error, TrailError::Finished), "at {end}: {error}"),
        }
    }
    assert_eq!(left(&bytes), [""; 0]);
}

#[test]
fn a_torn_line_is_closed_and_told() {
    let (_folder, path) = made(|trail| run(trail, &["a", "b"], 1, 1));
    let whole = fs::read(&path).expect("it is there");
    fs::write(&path, &whole[..whole.len() - 5]).expect("it can be written");
    assert_eq!(unfinished(&path).expect("it is a trail").torn, [5]);
    drop(Trail::open(&path, "r").expect("it can be opened"));
    let closed = fs::read(&path).expect("it is there");
    assert_eq!(closed, [&whole[..whole.len() - 5], b"\n"].concat());
    assert_eq!(unfinished(&path).expect("it is a trail").torn, [5]);
    assert_eq!(left(&closed), ["b"]);
}

#[test]
fn runs_end_and_are_resumed() {
    let (_folder, path) = made(|trail| {
        run(trail, &["a"], 1, 0);
        trail.note(Event::End { what: "done" }).expect("it can be written");
    });
    assert!(matches!(unfinished(&path), Err(TrailError::Finished)));
    let first = {
        let mut trail = Trail::open(&path, "r").expect("it can be opened");
        run(&mut trail, &["b"], 0, 1);
        trail.run().to_owned()
    };
    let mut trail = Trail::open(&path, "r").expect("it can be opened");
    assert_ne!(trail.run(), first);
    let broken = unfinished(&path).expect("one is open");
    assert_eq!((broken.run.as_str(), broken.others), (first.as_str(), 0));
    let keys: Vec<_> = broken.keys.into_iter().map(|pending| pending.key).collect();
    trail
        .note(Event::Plan { operator: None, resumes: Some(&first), keys: &keys })
        .expect("it can be written");
    assert_eq!(unfinished(&path).expect("one is open").run, trail.run());
    trail.note(Event::End { what: "interrupted" }).expect("it can be written");
    assert_eq!(unfinished(&path).expect("one is open").run, trail.run());
    trail.note(Event::End { what: "incomplete" }).expect("it can be written");
    assert!(matches!(unfinished(&path), Err(TrailError::Finished)));
}

#[test]
fn what_is_no_trail_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("notes.txt");
    for text in ["my notes\n", "{\"schema\":2,\"run\":\"x\"}\n", "{}", "\n"] {
        fs::write(&path, text).expect("it can be written");
        assert!(matches!(Trail::open(&path, "r"), Err(TrailError::NotATrail)), "{text:?}");
        assert!(matches!(unfinished(&path), Err(TrailError::NotATrail)), "{text:?}");
        assert_eq!(fs::read(&path).expect("it is there"), text.as_bytes());
    }
    assert!(Trail::open(folder.path(), "r").is_err());
    assert!(matches!(unfinished(folder.path()), Err(TrailError::NotAFile | TrailError::Io { .. })));
}

#[test]
fn two_runs_do_not_share_a_trail() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("trail.jsonl");
    let first = Trail::open(&path, "r").expect("a trail can be made");
    let second = Trail::open(&path, "r");
    assert!(matches!(second, Err(TrailError::Locked | TrailError::Io { .. })), "{second:?}");
    drop(first);
    drop(Trail::open(&path, "r").expect("it is free again"));
}

#[cfg(unix)]
#[test]
fn it_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("state").join("baseleak").join("trail.jsonl");
    make_folder(&path).expect("it can be made");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().expect("it has one")), 0o700);
    drop(Trail::open(&path, "r").expect("a trail can be made"));
    assert_eq!(mode(&path), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it can be changed");
    drop(Trail::open(&path, "r").expect("it can be opened"));
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn the_default_is_in_the_folder_for_state() {
    let of = |variable: Option<&str>, home: Option<&str>| {
        let env = |name: &str| {
            let is_it = name == if cfg!(windows) { "LOCALAPPDATA" } else { "XDG_STATE_HOME" };
            variable.filter(|_| is_it).map(OsString::from)
        };
        default_path(&env, home.map(Path::new))
    };
    let root = if cfg!(windows) { "C:\\state" } else { "/state" };
    assert_eq!(of(Some(root), None), Some(Path::new(root).join("baseleak").join("trail.jsonl")));
    // One that is not absolute counts as none.
    assert_eq!(of(Some("state"), None), None);
    let path = of(Some("state"), Some(root)).expect("there is a home");
    assert!(path.starts_with(root) && path.ends_with("baseleak/trail.jsonl"), "{path:?}");
}
