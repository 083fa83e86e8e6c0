//! Findings and reports for the tests of this room, made of the little that matters here.

use crate::model::{
    Attribution, Confidence, Finding, Fingerprint, Location, PathName, Place, Position, Reason, Report,
    RuleSummary, Secret, Snippet,
};

/// A finding of the key with this name at a path and a line.
pub(super) fn finding(key: &str, path: &str, line: u64) -> Finding {
    let mut bytes = [0_u8; 32];
    let name = format!("{key}{path}");
    for (at, byte) in name.bytes().enumerate() {
        bytes[at % 16] = bytes[at % 16].rotate_left(1) ^ byte;
    }
    let name = PathName::masked(path.as_bytes(), &[]);
    Finding {
        rule: "baseten-api-key".into(),
        confidence: Confidence::High,
        reasons: vec![Reason::Shape],
        attribution: Attribution::Baseten,
        key: key.to_owned(),
        digest: format!("{:0<16}", crate::model::hex(&key.as_bytes()[..key.len().min(8)])),
        fingerprint: Fingerprint::from_digest(&bytes),
        encodings: Vec::new(),
        location: Location {
            path: name.clone(),
            place: Place::Content,
            start: Position { line, column: 1 },
            end: Position { line, column: 10 },
        },
        relative: name,
        origin: None,
        sight: None,
        deployed: None,
        snippet: Snippet { before: String::new(), mask: "****".to_owned(), after: String::new() },
        inline: None,
        seen: Vec::new(),
        secret: Secret::new(b""),
    }
}

/// A report of these findings, with one rule in force.
pub(super) fn report(findings: Vec<Finding>) -> Report {
    let rule = RuleSummary { id: "baseten-api-key".into(), description: String::new() };
    Report { version: "1", findings, rules: vec![rule], ..Report::default() }
}
