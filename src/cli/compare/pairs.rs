//! Which of two lists belong together: first those that are alike, then the others in
//! their order.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// What belongs together, and what is left of both lists, in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pairs {
    /// From the one list and from the other, sorted by the other; those that are alike and
    /// those that are not.
    pub(super) made: Vec<(usize, usize)>,
    pub(super) old: Vec<usize>,
    pub(super) new: Vec<usize>,
}

/// Pairs what is in `old` with what is in `new`, at most `most` of them. Takes time in
/// proportion to both.
pub(super) fn pairs<K: Eq + Hash>(
    old: &[usize],
    new: &[usize],
    most: usize,
    old_like: impl Fn(usize) -> K,
    new_like: impl Fn(usize) -> K,
) -> Pairs {
    let mut alike: HashMap<K, VecDeque<usize>> = HashMap::new();
    for &one in old {
        alike.entry(old_like(one)).or_default().push_back(one);
    }
    let mut all = Pairs::default();
    for &other in new {
        let one = alike.get_mut(&new_like(other)).filter(|_| all.made.len() < most);
        match one.and_then(VecDeque::pop_front) {
            Some(one) => all.made.push((one, other)),
            None => all.new.push(other),
        }
    }
    all.old = alike.into_values().flatten().collect();
    all.old.sort_unstable();
    let more = all.old.len().min(all.new.len()).min(most - all.made.len());
    all.made.extend(all.old.drain(..more).zip(all.new.drain(..more)));
    all.made.sort_unstable_by_key(|(_, other)| *other);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs letters, of which capital ones are like small ones.
    fn check(old: &str, new: &str, most: usize, expect: (&[(usize, usize)], &[usize], &[usize])) {
        let all = |text: &str| (0..text.len()).collect::<Vec<_>>();
        let like = |text: &str, at: usize| text.as_bytes()[at].to_ascii_lowercase();
        let made = pairs(&all(old), &all(new), most, |at| like(old, at), |at| like(new, at));
        let (pairs, old_left, new_left) = expect;
        let expect = Pairs { made: pairs.to_vec(), old: old_left.to_vec(), new: new_left.to_vec() };
        assert_eq!(made, expect, "{old} {new}");
    }

    #[test]
    fn those_that_are_alike_come_first() {
        check("", "", 9, (&[], &[], &[]));
        check("ab", "BA", 9, (&[(1, 0), (0, 1)], &[], &[]));
        check("abc", "xB", 9, (&[(0, 0), (1, 1)], &[2], &[]));
        check("aa", "AAA", 9, (&[(0, 0), (1, 1)], &[], &[2]));
        check("a", "bA", 9, (&[(0, 1)], &[], &[0]));
        check("abc", "ABC", 1, (&[(0, 0)], &[1, 2], &[1, 2]));
        check("abc", "xyz", 2, (&[(0, 0), (1, 1)], &[2], &[2]));
        check("a", "A", 0, (&[], &[0], &[0]));
    }
}
