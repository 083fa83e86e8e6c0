//! What all formats say of a key that was read in an image: where, how surely, and what else
//! it may be.
//!
//! What is written here is not cleaned: names of keys that come out of it are for the format
//! to clean, as the name of the key itself is.

use crate::model::{Finding, Reason, Sight};

/// How many other readings are named before the rest is only counted.
const NAMED: usize = 3;

/// The other names that the key of `finding` may have, the likeliest first.
pub(super) fn others<'f>(finding: &'f Finding, sight: &'f Sight) -> impl Iterator<Item = &'f str> {
    sight.variants.iter().map(String::as_str).filter(|variant| *variant != finding.key)
}

/// How surely it was read, and what else it may be: `read in an image, 87 % sure to the letter;
/// it may also be …`, a few of the others named.
pub(super) fn reading(finding: &Finding, sight: &Sight) -> String {
    let all: Vec<&str> = others(finding, sight).collect();
    let mut said = format!("read in an image, {} % sure to the letter", sight.certainty);
    if let Some((first, rest)) = all.split_first() {
        said.push_str("; it may also be ");
        said.push_str(first);
        for other in rest.iter().take(NAMED - 1) {
            said.push_str(", ");
            said.push_str(other);
        }
        match all.len().saturating_sub(NAMED) {
            0 => {}
            more => said.extend([" and ", &more.to_string(), " more"]),
        }
    }
    said
}

/// Whether the name of its key is only the likeliest of several, so that no command may be
/// made of it.
pub(super) fn is_guess(finding: &Finding) -> bool {
    finding.sight.as_ref().is_some_and(|sight| sight.variants.len() > 1)
}

/// Whether the image is a file of its own, or a frame of one: line and column then say nothing.
/// What carries an image has a text in its place, which is never empty.
pub(super) fn is_file(finding: &Finding) -> bool {
    finding.sight.is_some() && finding.location.start == finding.location.end
}

/// The reasons, but that it was read in an image where [`reading`] says so at more length.
pub(super) fn reasons(finding: &Finding) -> impl Iterator<Item = &Reason> {
    let is_told = finding.sight.is_some();
    finding.reasons.iter().filter(move |reason| !(is_told && **reason == Reason::ReadInImage))
}

#[cfg(test)]
mod tests {
    use super::super::canonical::canonical;
    use super::*;

    #[test]
    fn a_few_other_readings_are_named() {
        let seen = canonical().findings.into_iter().find(|finding| finding.sight.is_some());
        let mut finding = seen.expect("the report has an image");
        let check = |finding: &Finding, variants: &[&str], expect: &str| {
            let mut sight = *finding.sight.clone().expect("it was read in an image");
            (sight.certainty, sight.variants) = (61, variants.iter().map(ToString::to_string).collect());
            assert_eq!(
                reading(finding, &sight),
                format!("read in an image, 61 % sure to the letter{expect}")
            );
        };
        finding.key = "k".to_owned();
        check(&finding, &[], "");
        check(&finding, &["k"], "");
        check(&finding, &["k", "a"], "; it may also be a");
        check(&finding, &["k", "a", "b", "c"], "; it may also be a, b, c");
        check(&finding, &["k", "a", "b", "c", "d", "e"], "; it may also be a, b, c and 2 more");
    }
}
