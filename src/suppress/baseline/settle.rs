//! What a baseline makes of what a scan saw: known, moved, past, or new.
//!
//! A place that has no line may be that of a file that moved. That is so only where a
//! line of the key has lost its file, and where the place held the key before the change
//! that is looked at, or the change took away a file that held it: a copy is new.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::PathName;

use super::{Baseline, Known, Presence, Sighting, Spot, View};

/// What a spot of a key is to a baseline. Lines are numbers of its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This line has it.
    Exact(usize),
    /// This line has it where the file was.
    Moved(usize),
    /// It is no more, and this line has the key.
    Past(usize),
    /// No line has it.
    New,
    /// No line has it, and it is no more.
    NewPast,
}

/// The spots of each key, by digest, and what each is.
pub(super) type Verdicts<'s> = BTreeMap<&'s str, BTreeMap<Spot, Verdict>>;

/// For each sighting the line that has it.
pub(super) fn known(
    baseline: &Baseline,
    sightings: &[Sighting<'_>],
    presence: &dyn Presence,
) -> Vec<Option<Known>> {
    let is_known = |sighting: &&Sighting<'_>| baseline.knows_key(sighting.digest);
    let some: Vec<&Sighting<'_>> = sightings.iter().filter(is_known).collect();
    let mut copies = Copies { presence, known: HashMap::new() };
    let verdicts = verdicts(baseline, &some, &mut copies);
    let mut settle = |sighting: &Sighting<'_>| {
        let of_key = verdicts.get(sighting.digest)?;
        let own = of_key.get(&sighting.spot)?;
        // Content that stands in several files is known where all of them are.
        let others = copies.of(sighting).iter().filter_map(|spot| of_key.get(spot));
        let worst = others.fold(own, |worst, other| if is_new(*other) { other } else { worst });
        let (number, is_moved) = match *worst {
            Verdict::Exact(number) | Verdict::Past(number) => (number, false),
            Verdict::Moved(number) => (number, true),
            Verdict::New | Verdict::NewPast => return None,
        };
        let entry = &baseline.entries[number];
        let moved_from = entry.spot.path().filter(|_| is_moved).cloned();
        Some(Known { place: baseline.place(entry), moved_from })
    };
    sightings.iter().map(&mut settle).collect()
}

fn is_new(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::New | Verdict::NewPast)
}

/// What each spot of each key is, those of copies included.
pub(super) fn verdicts<'s>(
    baseline: &Baseline,
    sightings: &[&'s Sighting<'s>],
    copies: &mut Copies<'_>,
) -> Verdicts<'s> {
    let mut spots: BTreeMap<&str, BTreeSet<Spot>> = BTreeMap::new();
    for sighting in sightings {
        let of_key = spots.entry(sighting.digest).or_default();
        of_key.extend(copies.of(sighting).iter().cloned());
        of_key.insert(sighting.spot.clone());
    }
    let presence = copies.presence;
    let judged = spots.into_iter().map(|(digest, spots)| {
        (digest, Key { baseline, digest, presence, lines: baseline.of_key(digest) }.judge(spots))
    });
    judged.collect()
}

/// Where else the content of a sighting stands, asked once.
pub(super) struct Copies<'p> {
    pub(super) presence: &'p dyn Presence,
    pub(super) known: HashMap<(String, PathName, String), Vec<Spot>>,
}

impl Copies<'_> {
    fn of(&mut self, sighting: &Sighting<'_>) -> &[Spot] {
        let (Some(path), Some(blob)) = (sighting.spot.path(), sighting.blob) else { return &[] };
        // With the files themselves a scan tells of all copies.
        if self.presence.view() != View::History {
            return &[];
        }
        let asked = (blob.to_owned(), path.clone(), sighting.digest.to_owned());
        self.known.entry(asked).or_insert_with(|| {
            let paths = self.presence.copies(path, blob, sighting.digest);
            paths.into_iter().map(Spot::File).collect()
        })
    }
}

/// The spots of one key.
struct Key<'k> {
    baseline: &'k Baseline,
    digest: &'k str,
    presence: &'k dyn Presence,
    /// Its lines.
    lines: &'k [usize],
}

impl Key<'_> {
    fn judge(&self, spots: BTreeSet<Spot>) -> BTreeMap<Spot, Verdict> {
        let (mut verdicts, mut open) = (BTreeMap::new(), Vec::new());
        for spot in spots {
            let line = self.lines.iter().find(|&&line| self.baseline.entries[line].spot == spot);
            match (line, &spot) {
                (Some(&line), _) => drop(verdicts.insert(spot, Verdict::Exact(line))),
                (None, Spot::File(path)) => open.push(path.clone()),
                (None, Spot::History) => {
                    let past = self.lines.first().map_or(Verdict::NewPast, |&line| Verdict::Past(line));
                    verdicts.insert(spot, past);
                }
                (None, Spot::Commit | Spot::Tag | Spot::Ref | Spot::Git) => {
                    verdicts.insert(spot, Verdict::New);
                }
            }
        }
        if !open.is_empty() {
            let judged = self.unlisted(open);
            verdicts.extend(judged.into_iter().map(|(path, verdict)| (Spot::File(path), verdict)));
        }
        verdicts
    }

    /// What files are that have no line, sorted.
    fn unlisted(&self, paths: Vec<PathName>) -> Vec<(PathName, Verdict)> {
        let view = self.presence.view();
        let may_be_past = matches!(view, View::Range | View::History | View::All);
        let (now, past): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| !may_be_past || self.presence.is_there(path));
        let mut vacated = self.vacated(|path| self.presence.is_current(path));
        let mut judged = Vec::new();
        let now = if view == View::All { self.left_behind(now, &mut judged) } else { now };
        for path in past {
            let line = match view {
                // The key is known to be in the history: that it was in more of its files
                // changes nothing of what is to be done.
                View::History | View::All => vacated.like(&path).or(self.lines.first().copied()),
                // The file may have been on its way to another, and what a range takes out again
                // is history when it is over.
                _ => vacated.like(&path).or_else(|| self.history()).or_else(|| {
                    let is_taken = !self.lines.is_empty() && self.presence.taken_away(self.digest) > 0;
                    self.lines.first().copied().filter(|_| is_taken)
                }),
            };
            judged.push((path, line.map_or(Verdict::NewPast, Verdict::Past)));
        }
        if vacated.lines.is_empty() {
            judged.extend(now.into_iter().map(|path| (path, Verdict::New)));
            return judged;
        }
        // Of a part of the files nobody knows whether another took the place of a line.
        let is_all = matches!(view, View::Whole | View::History | View::All);
        let (old, new): (Vec<_>, Vec<_>) = now
            .into_iter()
            .partition(|path| view == View::History || self.presence.held_before(path, self.digest));
        judged.extend(vacated.serve(old, usize::MAX, is_all));
        let taken = if new.is_empty() { 0 } else { self.presence.taken_away(self.digest) };
        judged.extend(vacated.serve(new, taken, is_all));
        judged
    }

    /// The line that knows the key to be in the history.
    fn history(&self) -> Option<usize> {
        self.lines.iter().copied().find(|&line| self.baseline.entries[line].spot == Spot::History)
    }

    /// Judges those of `paths` that only HEAD has still, because the file moved and its line
    /// did with it: each is known where a line has a file that HEAD has not. Returns the
    /// others, those first that are there now.
    fn left_behind(&self, paths: Vec<PathName>, judged: &mut Vec<(PathName, Verdict)>) -> Vec<PathName> {
        let (mut current, left): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| self.presence.is_current(path));
        let (left, staged): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|path| self.presence.held_before(path, self.digest));
        if !left.is_empty() {
            let mut ahead = self.vacated(|path| self.presence.was_there(path));
            for (path, verdict) in ahead.serve(left, usize::MAX, true) {
                let verdict = if let Verdict::Moved(line) = verdict { Verdict::Past(line) } else { verdict };
                judged.push((path, verdict));
            }
        }
        current.extend(staged);
        current
    }

    /// The lines of files that are not there, as `is_there` says.
    fn vacated(&self, is_there: impl Fn(&PathName) -> bool) -> Vacated {
        let path = |line: usize| Some((line, self.baseline.entries[line].spot.path()?.clone()));
        let lines = self.lines.iter().filter_map(|&line| path(line));
        Vacated { lines: lines.filter(|(_, path)| !is_there(path)).collect() }
    }
}

/// Lines whose files are not there any more.
struct Vacated {
    lines: Vec<(usize, PathName)>,
}

impl Vacated {
    /// A line for `path`: one of a file of the same name, or else the first.
    fn like(&self, path: &PathName) -> Option<usize> {
        let same = self.lines.iter().find(|(_, old)| file_name(old) == file_name(path));
        same.or(self.lines.first()).map(|(line, _)| *line)
    }

    /// Gives lines to `paths`, to at most so many: those of files of the same name first.
    /// A line that `is_used_up` serves one.
    fn serve(&mut self, paths: Vec<PathName>, most: usize, is_used_up: bool) -> Vec<(PathName, Verdict)> {
        let has_name = |lines: &[(usize, PathName)], path: &PathName| {
            lines.iter().any(|(_, old)| file_name(old) == file_name(path))
        };
        let mut left = most;
        let mut given: Vec<Option<usize>> = vec![None; paths.len()];
        for by_name in [true, false] {
            for (path, line) in paths.iter().zip(&mut given).filter(|(_, line)| line.is_none()) {
                if left == 0 || by_name && !has_name(&self.lines, path) {
                    continue;
                }
                *line = self.like(path);
                left -= usize::from(line.is_some());
                if is_used_up {
                    self.lines.retain(|(number, _)| Some(*number) != *line);
                }
            }
        }
        let verdict = |line: Option<usize>| line.map_or(Verdict::New, Verdict::Moved);
        paths.into_iter().zip(given).map(|(path, line)| (path, verdict(line))).collect()
    }
}

/// What stands behind the last slash.
fn file_name(path: &PathName) -> &str {
    path.as_str().rsplit('/').next().unwrap_or_default()
}
