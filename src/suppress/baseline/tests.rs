//! What a baseline makes of places, with moves that are made up.

use super::*;
use crate::model::PathName;

const DIGEST: &str = "0123456789abcdef";

/// Files that are there, those that held the key before, and how many that held it went.
struct Made<'m> {
    now: &'m [&'m str],
    before: &'m [&'m str],
    taken: usize,
    view: View,
}

impl Presence for Made<'_> {
    fn is_there(&self, path: &PathName) -> bool {
        self.now.contains(&path.as_str())
    }

    fn held_before(&self, path: &PathName, _: &str) -> bool {
        self.before.contains(&path.as_str())
    }

    fn taken_away(&self, _: &str) -> usize {
        self.taken
    }

    fn view(&self) -> View {
        self.view
    }
}

/// Panics when it is asked.
struct Silent;

impl Presence for Silent {
    fn is_there(&self, _: &PathName) -> bool {
        panic!("nobody need ask")
    }

    fn held_before(&self, _: &PathName, _: &str) -> bool {
        panic!("nobody need ask")
    }

    fn taken_away(&self, _: &str) -> usize {
        panic!("nobody need ask")
    }
}

fn baseline(places: &[&str]) -> Baseline {
    let lines: Vec<_> = places.iter().map(|place| format!("b10_abcd1234 {DIGEST} {place}")).collect();
    Baseline::parse("B", lines.join("\n").as_bytes()).expect("the lines are sound")
}

fn sightings<'s>(digest: &'s str, places: &[&str]) -> Vec<Sighting<'s>> {
    let spot = |place: &&str| Spot::read(place).expect("it is a place");
    let sighting = |place| Sighting { key: "b10_abcd1234", digest, spot: spot(place), blob: None };
    places.iter().map(sighting).collect()
}

/// What becomes of `found`, in order: `-` where it is reported, `=` where its line has it,
/// and where it moved the old path.
#[track_caller]
fn check(lines: &[&str], made: &Made<'_>, found: &[&str], expect: &[&str]) {
    let known = settle::known(&baseline(lines), &sightings(DIGEST, found), made);
    let word = |known: Option<Known>| match known {
        None => "-".to_owned(),
        Some(Known { moved_from, .. }) => moved_from.map_or_else(|| "=".to_owned(), |path| path.to_string()),
    };
    let known: Vec<String> = known.into_iter().map(word).collect();
    assert_eq!(known, expect, "{lines:?} {found:?}");
}

#[test]
fn nobody_is_asked_where_the_lines_say_it_all() {
    let baseline = baseline(&["a", "//commit"]);
    let known = settle::known(&baseline, &sightings(DIGEST, &["a", "//commit", "a"]), &Silent);
    assert!(known.iter().all(Option::is_some));
    let known = settle::known(&baseline, &sightings("ffffffffffffffff", &["a", "b"]), &Silent);
    assert!(known.iter().all(Option::is_none));
    assert!(baseline.knows_key(DIGEST) && !baseline.knows_key("ffffffffffffffff"));
}

#[test]
fn a_line_without_its_file_serves_one() {
    let whole = |now, before, taken| Made { now, before, taken, view: View::Whole };
    // Moved before the change, moved by it, copied, and both.
    check(&["a"], &whole(&["b"], &["b"], 0), &["b"], &["a"]);
    check(&["a"], &whole(&["b"], &[], 1), &["b"], &["a"]);
    check(&["a"], &whole(&["a", "b"], &[], 0), &["a", "b"], &["=", "-"]);
    check(&["a"], &whole(&["b"], &[], 0), &["b"], &["-"]);
    check(&["a"], &whole(&["b", "c"], &[], 1), &["b", "c"], &["a", "-"]);
    check(&["a"], &whole(&["b", "c"], &["c"], 1), &["b", "c"], &["-", "a"]);
    // A file of the same name comes first.
    check(&["x/a"], &whole(&["b", "y/a"], &["b", "y/a"], 0), &["b", "y/a"], &["-", "x/a"]);
    check(&["x/a", "x/b"], &whole(&["b", "y/a"], &["b", "y/a"], 0), &["b", "y/a"], &["x/b", "x/a"]);
    // What is no file neither moves nor lets move.
    check(&["//git"], &whole(&["b"], &["b"], 1), &["b", "//commit", "//history"], &["-", "-", "="]);
}

#[test]
fn of_a_part_nobody_knows_who_else_took_a_place() {
    let part = |before, taken| Made { now: &["b", "c"], before, taken, view: View::Changes };
    check(&["a"], &part(&["b", "c"], 0), &["b", "c"], &["a", "a"]);
    check(&["a"], &part(&["b"], 0), &["b", "c"], &["a", "-"]);
    check(&["a"], &part(&["b"], 1), &["b", "c"], &["a", "a"]);
    check(&["a"], &part(&[], 1), &["b", "c"], &["a", "-"]);
}

#[test]
fn what_is_past_is_known_with_its_key() {
    let made = |view, taken| Made { now: &["b"], before: &[], taken, view };
    check(&["b"], &made(View::History, 0), &["a", "b"], &["=", "="]);
    check(&["//history"], &made(View::History, 0), &["a", "b"], &["=", "-"]);
    check(&["//history"], &made(View::Range, 0), &["a", "b"], &["=", "-"]);
    check(&["b"], &made(View::Range, 0), &["a", "b"], &["-", "="]);
    check(&["b"], &made(View::Range, 1), &["a", "b"], &["=", "="]);
    check(&["a"], &made(View::Range, 1), &["a", "b", "c"], &["=", "a", "="]);
}

/// The lines after an update, and how many entries were added, moved and dropped.
#[track_caller]
fn check_update(lines: &[&str], made: &Made<'_>, found: &[&str], drop: bool, expect: (&[&str], [usize; 3])) {
    let mut baseline = baseline(lines);
    let changes = baseline.bring_up(&sightings(DIGEST, found), made, drop);
    let counts = [changes.added.len(), changes.moved.len(), changes.dropped.len()];
    let places: Vec<String> = baseline.entries().iter().map(|entry| entry.spot.text()).collect();
    assert_eq!((places, counts), (expect.0.iter().map(ToString::to_string).collect(), expect.1), "{found:?}");
    let again = Baseline::parse("B", baseline.text().as_bytes()).expect("it was just written");
    assert_eq!(again.text(), baseline.text());
}

#[test]
fn an_update_adds_moves_and_drops() {
    let made = |view| Made { now: &["b", "c"], before: &["b"], taken: 0, view };
    let (whole, history) = (made(View::Whole), made(View::History));
    check_update(&[], &whole, &["b", "c"], false, (&["b", "c"], [2, 0, 0]));
    check_update(&["a"], &whole, &["b", "c"], false, (&["b", "c"], [1, 1, 0]));
    check_update(&["a", "d"], &whole, &["b"], false, (&["b", "d"], [0, 1, 0]));
    check_update(&["//commit", "b", "c"], &whole, &["b"], true, (&["//commit", "b"], [0, 0, 1]));
    check_update(&["//commit", "b", "c"], &history, &["b"], true, (&["b"], [0, 0, 2]));
    // What is past has a line only where its key has no other.
    check_update(&[], &history, &["a", "b"], false, (&["b"], [1, 0, 0]));
    check_update(&[], &history, &["a"], false, (&["//history"], [1, 0, 0]));
    check_update(&["//history"], &history, &["a"], true, (&["//history"], [0, 0, 0]));
    let changes = baseline(&["b", "d"]).drop_unseen(&sightings(DIGEST, &["b", "c"]), &whole);
    assert_eq!((changes.added.len(), changes.dropped.len()), (0, 1));
}

#[test]
fn lines_that_nothing_needed_are_told() {
    let baseline = baseline(&["a", "b"]);
    let known = settle::known(&baseline, &sightings(DIGEST, &["b"]), &Silent);
    let unused = baseline.unused(known.iter().flatten(), View::History);
    let told: Vec<_> = unused.iter().map(|note| (note.place.as_str(), note.entry.as_str())).collect();
    assert_eq!(told, [("B:1", "key b10_abcd1234 at a")]);
}

#[test]
fn what_git_repeats_is_no_place_of_its_own() {
    let spot = |path: &str| Spot::of(&PathName::of_shown(path), None).text();
    for path in [
        ".git/index",
        ".git/logs/HEAD",
        ".git/worktrees/w/logs/HEAD",
        ".git/COMMIT_EDITMSG",
        ".git/NOTES_EDITMSG",
    ] {
        assert_eq!(spot(path), "//history", "{path}");
    }
    for path in [".git/config", ".git/hooks/pre-push", ".git/description"] {
        assert_eq!(spot(path), "//git", "{path}");
    }
    for path in [".git/refs/heads/x", ".git/packed-refs", ".git/HEAD", ".git/modules/m/refs/tags/x"] {
        assert_eq!(spot(path), "//ref", "{path}");
    }
    let apart = |path: &str| Spot::seen(&PathName::of_shown(path), None, true).text();
    for (path, expect) in
        [("bare.git/logs/HEAD", "//history"), ("refs/heads/x", "//ref"), ("sub/.git/config", "//git")]
    {
        assert_eq!(apart(path), expect, "{path}");
    }
    for path in [".github/index", "a/.git/config", "logs/refs/a"] {
        assert_eq!(spot(path), path);
    }
    assert_eq!(spot("x.bundle!commit 0123456789ab"), "x.bundle!//commit");
    assert_eq!(spot("x.zip!a/b"), "x.zip!a/b");
}
