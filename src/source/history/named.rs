//! The names under which objects stand in any tree of a repository.
//!
//! A tree is not parsed: where the bytes of an id stand behind a NUL, what stands
//! before that and may be a name is shown. That may be more than the names that
//! git would read, where bytes of another id look like a mode, or a name stands
//! before what is left out between edits.
//!
//! **Invariant:** no name is missed, though most trees are seen as edits of another
//! only. An entry is at most [`AROUND`] bytes and a name. One that is copied from the
//! base as it is was shown with that. All others touch an edit, and stand among
//! the edits in one piece, unless they are longer than what is shown around each; then
//! a long run without a NUL stands there, and the tree is asked for whole.

use std::collections::HashSet;

use super::graph::Wanted;
use super::{Engine, History, HistoryError, Part, Request};
use crate::model::ObjectKind;
use crate::pack::{Lack, Object, ObjectId, Visitor};

/// How many bytes around an edit are asked for.
const REACH: usize = 300;
/// How far into a run without a NUL a name may begin: behind the id of the entry
/// before it, its own mode of at most 12 digits, and a space.
const BEFORE: usize = ObjectId::LEN + 13;
/// Bytes of an entry beside its name: the NUL before it, what may follow that, the
/// NUL behind the name, and the id.
const AROUND: usize = 1 + BEFORE + 1 + ObjectId::LEN;
/// What of an entry that touches an edit and does not fit is at least seen in a row
/// without a NUL.
const LONG: usize = REACH - (1 + 1 + ObjectId::LEN);

const _: () = assert!(AROUND < LONG, "an ordinary name fits");

impl History {
    /// Calls `visit` with each name that one of `ids` has in any tree, reachable or
    /// not, as often as it is met, and now and then with what is none. Names may be as long as
    /// a stranger made them, so they are not kept here.
    ///
    /// # Errors
    /// When the objects cannot be read at all. Trees that cannot be have no names.
    pub fn names_of(
        &self,
        engine: Engine,
        threads: usize,
        ids: &HashSet<ObjectId>,
        visit: impl Fn(&ObjectId, &[u8]) + Sync,
    ) -> Result<(), HistoryError> {
        let wanted = Wanted::new(&ids.iter().copied().collect::<Vec<_>>());
        let request = Request { engine, threads, kinds: &[ObjectKind::Tree], only: None, part: Part::All };
        self.read_all(request, || Reader { wanted: &wanted, visit: &visit })?;
        Ok(())
    }
}

/// A look at trees for the names of objects.
struct Reader<'r, F> {
    wanted: &'r Wanted,
    visit: &'r F,
}

impl<F: Fn(&ObjectId, &[u8])> Visitor for Reader<'_, F> {
    fn reach(&self) -> Option<usize> {
        Some(REACH)
    }

    fn whole(&mut self, _: &Object<'_>, bytes: &[u8]) -> bool {
        each(bytes, self.wanted, self.visit);
        // Also where an id is in it: a delta of it either has the entry as it was, or shows it.
        false
    }

    fn edited(&mut self, _: &Object<'_>, _: u64, edits: &[u8]) -> bool {
        let must_see = has_long(edits);
        if !must_see {
            each(edits, self.wanted, self.visit);
        }
        must_see
    }

    fn lack(&mut self, _: ObjectId, _: Lack) {}
}

/// Calls `visit` with whatever in `bytes` may be the name of a wanted object.
fn each(bytes: &[u8], wanted: &Wanted, visit: impl Fn(&ObjectId, &[u8])) {
    for zero in memchr::memchr_iter(0, bytes) {
        let Some(id) = bytes[zero + 1..].first_chunk() else { break };
        let Some(id) = wanted.find(id) else { continue };
        let start = memchr::memrchr(0, &bytes[..zero]).map_or(0, |before| before + 1);
        let run = &bytes[start..zero];
        // The id before the entry may have a digit and a space in it, or even a NUL.
        for at in 1..run.len().min(BEFORE) {
            if run[at] == b' ' && matches!(run[at - 1], b'0'..=b'7') && at + 1 < run.len() {
                visit(&id, &run[at + 1..]);
            }
        }
    }
}

/// Whether `bytes` have [`LONG`] bytes in a row without a NUL.
fn has_long(mut bytes: &[u8]) -> bool {
    while let Some(run) = bytes.get(..LONG) {
        let Some(zero) = memchr::memrchr(0, run) else { return true };
        bytes = &bytes[zero + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{BEFORE, LONG, each, has_long};
    use crate::pack::ObjectId;
    use crate::source::history::Wanted;

    /// What in `bytes`, where `@` stands for the id, may be its name.
    fn check(bytes: &str, expect: &[&str]) {
        let id = ObjectId::from_bytes(b"an id that has words").expect("they are 20");
        let bytes = bytes.replace('@', "an id that has words");
        let mut found = Vec::new();
        let found_in = std::cell::RefCell::new(&mut found);
        each(bytes.as_bytes(), &Wanted::new(&[id]), |_, name| {
            found_in.borrow_mut().push(String::from_utf8_lossy(name).into_owned());
        });
        assert_eq!(found, expect, "{}", bytes.escape_debug());
    }

    #[test]
    fn a_name_stands_before_its_id() {
        check("", &[]);
        check("100644 a\0@", &["a"]);
        check("100644 a\0@100755 b c\0@40000 d\0an id of other bytes", &["a", "b c"]);
        check("100644 a\0an id of 19 bytes !", &[]);
        check("100644 a@", &[]);
        check("100644 \0@", &[]);
        check("\0@", &[]);
        check("100644 a\0@100644 b", &["a"]);
        // What may be a name, too.
        check("100644 part 3 of it\0@", &["part 3 of it", "of it"]);
        check("100644 x\0an id with a 7 in it!100644 a\0@", &["in it!100644 a", "a"]);
        check("100644 x\0an id with a \0 in it!100644 a\0@", &["a"]);
        let far = "x".repeat(BEFORE - 2);
        check(&format!("{far}7 a\0@"), &["a"]);
        check(&format!("{far}x7 a\0@"), &[]);
    }

    fn check_long(lengths: &[usize], expect: bool) {
        let runs: Vec<_> = lengths.iter().map(|&length| vec![b'x'; length]).collect();
        assert_eq!(has_long(&runs.join(&0)), expect, "{lengths:?}");
    }

    #[test]
    fn a_long_run_is_seen_wherever_it_stands() {
        check_long(&[], false);
        check_long(&[LONG - 1], false);
        check_long(&[LONG], true);
        check_long(&[LONG - 1, LONG - 1, 0, 5], false);
        check_long(&[5, LONG], true);
        check_long(&[3, 0, 40, LONG, 7], true);
        check_long(&[LONG - 2, LONG + 9, 7], true);
        check_long(&[30; 50], false);
    }
}
