//! Where a result stands: the file, the place in it, and in words what no file tells.
//!
//! A service that shows code needs a file for every result. A member of an archive is shown
//! at the archive, without a region, for its lines are none of the archive's. An object of a
//! repository that has no path is shown where git keeps loose objects.

use serde::Serialize;

use super::{ROOT, Text, uri};
use crate::model::{ExchangePart, Finding, Origin, Original, PathName, Place};
use crate::render::{deployed, sight};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireLocation {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<&'static str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: String,
}

impl WireLocation {
    /// The place of a finding.
    pub(super) fn of(finding: &Finding) -> Self {
        let (file, member) = deployed::file_and_member(finding);
        let object = finding.origin.as_ref().filter(|origin| is_named(origin, file));
        let artifact = match (object, &finding.deployed) {
            (Some(origin), _) => {
                Artifact::below_root(&format!(".git/objects/{}/{}", &origin.object[..2], &origin.object[2..]))
            }
            (None, Some(_)) => Artifact { uri: uri::absolute(file), uri_base_id: None },
            (None, None) => Artifact::below_root(&uri::relative(file)),
        };
        let has_lines =
            finding.location.place == Place::Content && member.is_none() && deployed::part(finding).is_none();
        let (region, context_region) = match has_lines {
            // A service that shows code wants a line, and an image has none.
            true if sight::is_file(finding) => (Some(whole(finding)), None),
            true => (Some(spot(finding)), Some(around(finding))),
            false => (None, None),
        };
        Self {
            id: None,
            physical_location: Physical { artifact_location: artifact, region, context_region },
            logical_locations: logical(finding, object),
            message: None,
        }
    }

    /// Another path of the same object; `id` tells it from the others.
    pub(super) fn other(id: usize, path: &PathName) -> Self {
        Self {
            id: Some(id),
            message: Some(Text { text: "The same object has this path, too." }),
            ..Self::of_file(uri::relative(path.as_str()), true)
        }
    }

    /// An address that leads to the document, in the order of the way.
    pub(super) fn on_the_way(id: usize, address: &PathName) -> Self {
        let text = if id == 0 { "The page that leads there." } else { "On the way there." };
        let location = Self::of_file(uri::absolute(address.as_str()), false);
        Self { id: Some(id), message: Some(Text { text }), ..location }
    }

    /// The file that a bundle was made from.
    pub(super) fn original(id: usize, original: &Original) -> Self {
        let file = original.file.as_str();
        let is_address = file.contains("://");
        let uri = if is_address { uri::absolute(file) } else { uri::relative(file) };
        let mut location = Self::of_file(uri, false);
        location.physical_location.region = Some(Region {
            start_line: original.line,
            start_column: Some(original.column),
            end_line: None,
            end_column: None,
            snippet: None,
        });
        let text = "The source that this was made from, by its source map.";
        Self { id: Some(id), message: Some(Text { text }), ..location }
    }

    /// What was not read, named as the user would reach it: from the root or from elsewhere.
    /// Of a member of an archive, which is no file, the archive; a document of a front end has
    /// its address.
    pub(super) fn of_shown(path: &PathName) -> Self {
        let (file, member) = path.file_and_member();
        // No path of a system has two slashes there.
        let is_address = file.starts_with("http://") || file.starts_with("https://");
        let uri = if is_address { uri::absolute(file) } else { uri::relative(file) };
        let mut location = Self::of_file(uri, false);
        location.logical_locations.extend(member.map(|member| of_member(file, member)));
        location
    }

    fn of_file(uri: String, below_root: bool) -> Self {
        let artifact_location = Artifact { uri, uri_base_id: below_root.then_some(ROOT) };
        let physical_location = Physical { artifact_location, region: None, context_region: None };
        Self { id: None, physical_location, logical_locations: Vec::new(), message: None }
    }
}

impl Artifact {
    fn below_root(uri: &str) -> Self {
        Self { uri: uri.to_owned(), uri_base_id: Some(ROOT) }
    }
}

/// Whether this is what an object without a path is called.
fn is_named(Origin { object, kind, .. }: &Origin, file: &str) -> bool {
    let is_id = object.len() > 2 && object.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id && file.strip_suffix(object.as_str()).is_some_and(|word| word.trim_end() == kind.to_string())
}

/// The secret itself, from its first character to one past its last.
pub(super) fn spot(finding: &Finding) -> Region {
    let (start, end) = (finding.location.start, finding.location.end);
    Region {
        start_line: start.line,
        start_column: Some(start.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
        snippet: Some(Text { text: finding.snippet.mask.clone() }),
    }
}

/// What stands for an image as a whole: its only line.
fn whole(finding: &Finding) -> Region {
    let line = finding.location.start.line;
    Region { start_column: None, end_column: None, end_line: Some(line), ..spot(finding) }
}

/// Its lines.
fn around(finding: &Finding) -> Region {
    let (start, end) = (finding.location.start, finding.location.end);
    let snippet = &finding.snippet;
    Region {
        start_line: start.line,
        start_column: None,
        end_line: Some(end.line),
        end_column: None,
        snippet: Some(Text { text: format!("{}{}{}", snippet.before, snippet.mask, snippet.after) }),
    }
}

fn of_member(file: &str, member: &str) -> Logical {
    Logical {
        name: member.to_owned(),
        fully_qualified_name: format!("{file}!{member}"),
        kind: "member".to_owned(),
    }
}

/// What no file tells: the object, the member of an archive, the cell of a notebook.
fn logical(finding: &Finding, object: Option<&Origin>) -> Vec<Logical> {
    let mut logical = Vec::new();
    if let Some(Origin { object, kind, .. }) = object {
        logical.push(Logical {
            name: object.clone(),
            fully_qualified_name: format!("{kind} {object}"),
            kind: kind.to_string(),
        });
    }
    let (file, member) = deployed::file_and_member(finding);
    if let Some(member) = member {
        logical.push(of_member(file, member));
    }
    if let Some(cell) = finding.location.cell() {
        logical.push(Logical {
            name: cell.to_owned(),
            fully_qualified_name: format!("{}: {cell}", deployed::path(finding)),
            kind: "cell".to_owned(),
        });
    }
    if let Some(deployed) = finding.deployed.as_ref().filter(|deployed| deployed.part != ExchangePart::Body) {
        let part = deployed.part.to_string();
        logical.push(Logical {
            fully_qualified_name: format!("{}: {part}", deployed::path(finding)),
            name: part,
            kind: "part".to_owned(),
        });
    }
    logical
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_a_member_points_at_its_archive() {
        let name = |path: &[u8]| PathName::masked(path, &[]);
        let check = |path: &PathName, uri: &str, member: Option<&str>| {
            let location = WireLocation::of_shown(path);
            assert_eq!(location.physical_location.artifact_location.uri, uri);
            let names: Vec<_> = location.logical_locations.iter().map(|logical| &*logical.name).collect();
            assert_eq!(names, member.into_iter().collect::<Vec<_>>());
        };
        check(&name(b"a.zip!b"), "a.zip%21b", None);
        check(&name(b"https://h:1/a?b=c"), "https://h:1/a?b=c", None);
        check(&name(b"a.zip!b").in_archive(&name(b"a.zip")), "a.zip", Some("b"));
    }
}
