//! Verdicts in JSON: in the report of a scan, and as a document of their own.

use std::io::{self, Write};

use serde::Serialize;

use super::{Each, SCHEMA, Shown, Tool, Visible};
use crate::model::{Death, LeakPlace, Proof, ReachedModel, Validity, Verdict};
use crate::render::verdicts::{VerdictTally, told};

/// Writes `verdicts` as an indented document with a final newline; `version` is that of
/// the program. Fails only where `out` does.
pub fn write_verdicts(verdicts: &[Verdict], version: &str, out: &mut dyn Write) -> io::Result<()> {
    let VerdictTally { active, inactive, unknown } = VerdictTally::of(verdicts);
    let document = Document {
        schema: SCHEMA,
        tool: Tool { name: "baseleak", version },
        verdicts: Each(verdicts, WireVerdict::with_places),
        summary: Summary { keys: verdicts.len(), active, inactive, unknown },
    };
    write_value(&document, out)
}

/// Writes any document as reports are written: indented, with nothing in it that does
/// not show, and a final newline. Fails only where `out` does.
pub fn write_value(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Visible::default());
    document.serialize(&mut serializer)?;
    writeln!(out)
}

/// The word for what a verdict rests on; none where nothing is proven.
pub(in crate::render) fn proof(validity: &Validity) -> Option<&'static str> {
    match validity {
        Validity::Active(reach) => Some(match reach.proof {
            Proof::Inventory => "inventory",
            Proof::Management => "probe-management",
            Proof::Inference => "probe-inference",
        }),
        Validity::Inactive(Death::Rejected) => Some("probe"),
        Validity::Inactive(Death::Deleted { .. }) => Some("audit-log"),
        Validity::Unknown(_) => None,
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    tool: Tool<'a>,
    verdicts: Each<'a, Verdict, WireVerdict<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    keys: usize,
    active: usize,
    inactive: usize,
    unknown: usize,
}

/// What was found out about a key.
#[derive(Serialize)]
pub(super) struct WireVerdict<'a> {
    key: &'a str,
    digest: &'a str,
    rule: &'a str,
    validity: Shown<&'a Validity>,
    proof: Option<&'static str>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<WireReach<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<WireDeleted<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    places: Option<Each<'a, LeakPlace, WirePlace<'a>>>,
}

#[derive(Serialize)]
struct WireReach<'a> {
    category: Option<&'a str>,
    name: Option<&'a str>,
    owner: Option<&'a str>,
    team: Option<&'a str>,
    models: Each<'a, ReachedModel, WireModel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_as: Option<&'a str>,
}

#[derive(Serialize)]
struct WireModel<'a> {
    id: &'a str,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct WireDeleted<'a> {
    when: &'a str,
    by: Option<&'a str>,
}

#[derive(Serialize)]
struct WirePlace<'a> {
    path: &'a str,
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<&'a str>,
    commit: Option<&'a str>,
}

impl<'a> WireVerdict<'a> {
    /// Without the places, which stand in the findings.
    pub(super) fn of(verdict: &'a Verdict) -> Self {
        let Verdict { key, digest, rule, validity, places: _ } = verdict;
        let (mut reach, mut deleted) = (None, None);
        match validity {
            Validity::Active(known) => {
                reach = Some(WireReach {
                    category: known.category.as_deref(),
                    name: known.name.as_deref(),
                    owner: known.owner.as_deref(),
                    team: known.team.as_deref(),
                    models: Each(&known.models, WireModel::of),
                    read_as: known.read_as.as_deref(),
                });
            }
            Validity::Inactive(Death::Deleted { when, by }) => {
                deleted = Some(WireDeleted { when, by: by.as_deref() });
            }
            _ => {}
        }
        Self {
            key,
            digest,
            rule,
            validity: Shown(validity),
            proof: proof(validity),
            text: told(validity),
            reach,
            deleted,
            places: None,
        }
    }

    fn with_places(verdict: &'a Verdict) -> Self {
        Self { places: Some(Each(&verdict.places, WirePlace::of)), ..Self::of(verdict) }
    }
}

impl<'a> WireModel<'a> {
    fn of(model: &'a ReachedModel) -> Self {
        Self { id: &model.id, name: model.name.as_deref() }
    }
}

impl<'a> WirePlace<'a> {
    fn of(place: &'a LeakPlace) -> Self {
        let (within, commit) = (place.within.as_deref(), place.commit.as_deref());
        Self { path: &place.path, line: place.line, within, commit }
    }
}
