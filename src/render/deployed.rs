//! What all formats say of a key that stands in a deployed front end: the way that leads there,
//! what of the exchange holds it, and where it comes from; and by which name a report calls the
//! file or document of a finding.
//!
//! What is written here is not cleaned: addresses and files are names, for the format to clean.

use crate::model::{Deployed, ExchangePart, Finding, Original, PathName};

/// That the leak is no supposition.
pub(super) const SENT: &str = "sent to Baseten by a browser: whoever opens the page can use it";

/// The name by which reports for services call what holds a finding: the path from the root,
/// and of a document of a front end its address, for the name that outlives a build leads nowhere.
pub(super) fn path(finding: &Finding) -> &str {
    if finding.deployed.is_some() { finding.location.path.as_str() } else { finding.relative.as_str() }
}

/// The same, parted as [`PathName::file_and_member`] does.
pub(super) fn file_and_member(finding: &Finding) -> (&str, Option<&str>) {
    let (file, member) = finding.relative.file_and_member();
    if finding.deployed.is_none() {
        return (file, member);
    }
    // Only the path from the root is marked where an archive ends.
    let (address, behind) = (path(finding), member.unwrap_or_default());
    let file = address.strip_suffix(behind).and_then(|address| address.strip_suffix('!'));
    match (member, file) {
        (Some(_), Some(file)) => (file, member),
        _ => (address, member),
    }
}

/// What of the exchange holds it, in words; none for the content, where lines say it.
pub(super) fn part(finding: &Finding) -> Option<String> {
    finding.deployed.as_ref()?.part.place()
}

/// A way as a line: `A → B → C`, the page first and the document last; none for the page itself.
pub(super) fn way(finding: &Finding, deployed: &Deployed) -> Option<String> {
    let last = [finding.location.path.as_str()];
    let all: Vec<&str> = deployed.via.iter().map(PathName::as_str).chain(last).collect();
    (!deployed.via.is_empty()).then(|| all.join(" \u{2192} "))
}

/// The file that a bundle was made from: `src/api.ts:12:7`.
pub(super) fn original(original: &Original) -> String {
    format!("{}:{}:{}", original.file, original.line, original.column)
}

/// The word for a part of an exchange.
pub(super) fn word(part: &ExchangePart) -> &'static str {
    match part {
        ExchangePart::Body => "body",
        ExchangePart::Address => "address",
        ExchangePart::RequestHeader(_) => "request-header",
        ExchangePart::RequestBody => "request-body",
        ExchangePart::ResponseHeader(_) => "response-header",
        ExchangePart::Storage(_) => "storage",
    }
}

/// The name of the header, of a part that is one.
pub(super) fn header(part: &ExchangePart) -> Option<&str> {
    match part {
        ExchangePart::RequestHeader(name) | ExchangePart::ResponseHeader(name) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::canonical::canonical;
    use super::*;

    #[test]
    fn an_archive_of_a_front_end_has_its_address() {
        let bundled = canonical().findings.into_iter().find(|finding| finding.deployed.is_some());
        let mut finding = bundled.expect("the report has one");
        let name = |text: &str| PathName::masked(text.as_bytes(), &[]);
        let mut check = |address: &str, relative: PathName, expect: (&str, Option<&str>)| {
            (finding.location.path, finding.relative) = (name(address), relative);
            assert_eq!(file_and_member(&finding), expect);
        };
        let member = name("h/a-*.zip!b/c").in_archive(&name("h/a-*.zip"));
        check("https://h/a-0.zip!b/c", member, ("https://h/a-0.zip", Some("b/c")));
        check("https://h/a!b", name("h/a!b"), ("https://h/a!b", None));
    }
}
