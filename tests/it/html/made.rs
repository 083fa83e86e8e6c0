//! Reports made for the page, without a scan: of a size, of every kind, and with one text in
//! every place that takes one.

use std::sync::LazyLock;

use baseleak::Scan;
use baseleak::model::{
    Attribution, CommitSummary, Confidence, Death, Encoding, EntryNote, EntryState, Exposure, Finding,
    Fingerprint, Gate, Holder, InlineComment, Location, Note, NoteKind, ObjectKind, Origin, PathName, Place,
    Position, Proof, Reach, ReachedModel, Reason, Report, RuleSummary, Seen, SkipReason, Skipped, Snippet,
    Suppressed, Suppression, SuppressionKind, Validity, Verdict,
};

/// A report of `keys` keys with `places` places each, half of them in a history.
pub(super) fn key_report(keys: usize, places: usize) -> Report {
    let findings: Vec<Finding> =
        (0..keys).flat_map(|key| (0..places).map(move |place| finding(key, place))).collect();
    let exposures = (0..keys).step_by(2).map(exposure).collect();
    let rules = ["first-rule", "second-rule"];
    let rules = rules.map(|id| RuleSummary { id: id.into(), description: format!("what {id} finds") });
    let mut report = Report::default();
    report.version = "0.0.0";
    report.findings = findings;
    report.gate = Gate { failing: (keys * places) as u64, ..Gate::default() };
    report.exposures = exposures;
    (report.coverage.files, report.coverage.bytes) = (12, 3456);
    report.rules = rules.to_vec();
    report
}

/// Twelve keys of all kinds: the first is live and has 40 places, of which 20 are in the index.
pub(super) fn mixed() -> Report {
    let mut report = key_report(12, 1);
    for place in 1..40 {
        let mut more = finding(0, place);
        more.origin.as_mut().expect("it is in the history").commit = Some(commit(place % 4));
        if place < 21 {
            more.seen = vec![Seen::Tree, Seen::Index];
        }
        report.findings.push(more);
    }
    for (index, finding) in report.findings.iter_mut().enumerate() {
        if index % 3 == 1 {
            finding.confidence = Confidence::Medium;
        }
    }
    report.findings[5].rule = "second-rule".into();
    report.findings[5].attribution = Attribution::Unknown;
    report.findings[6].attribution = Attribution::Other;
    let validities = [
        Validity::Active(Reach { category: Some("PERSONAL".to_owned()), ..Reach::of(Proof::Inventory) }),
        Validity::Inactive(Death::Rejected),
        Validity::Unknown("not in this workspace's inventory".to_owned()),
    ];
    let verdict = |(finding, validity): (&Finding, Validity)| verdict(finding, validity);
    report.verdicts = report.findings.iter().zip(validities).map(verdict).collect();
    report.suppressed = vec![suppressed("settled")];
    report.coverage.skipped =
        vec![Skipped { path: path("private"), reason: SkipReason::Unreadable("no permission".to_owned()) }];
    report
}

/// A report with `evil` in every text that somebody else may choose.
pub(super) fn hostile(evil: &str) -> Report {
    let mut report = key_report(4, 1);
    let commit = CommitSummary { id: evil.to_owned(), author: evil.to_owned(), seconds: i64::MIN };
    for finding in &mut report.findings {
        finding.rule = evil.into();
        finding.reasons = vec![Reason::ContextOnLine(evil.into()), Reason::KnownPlace(evil.into())];
        evil.clone_into(&mut finding.key);
        finding.location.path = path(evil).in_cell(path(evil));
        finding.snippet = Snippet { before: evil.to_owned(), mask: evil.to_owned(), after: evil.to_owned() };
        finding.encodings = vec![Encoding::Html];
        finding.origin = Some(Origin {
            object: evil.to_owned(),
            kind: ObjectKind::Blob,
            commit: Some(commit.clone()),
            other_paths: vec![path(evil)],
            versions: u64::MAX,
            in_head: true,
            holder: Holder::Ref,
            refs: vec![path(evil)],
            commits: vec![commit.clone()],
        });
    }
    for exposure in &mut report.exposures {
        evil.clone_into(&mut exposure.key);
        (exposure.first, exposure.removed) = (Some(commit.clone()), Some(commit.clone()));
    }
    let reach = Reach {
        category: Some(evil.to_owned()),
        name: Some(evil.to_owned()),
        owner: Some(evil.to_owned()),
        team: Some(evil.to_owned()),
        models: vec![ReachedModel { id: evil.to_owned(), name: Some(evil.to_owned()) }],
        ..Reach::of(Proof::Inference)
    };
    let validities = [
        Validity::Active(reach),
        Validity::Inactive(Death::Deleted { when: evil.to_owned(), by: Some(evil.to_owned()) }),
        Validity::Unknown(evil.to_owned()),
    ];
    let verdict = |(finding, validity): (&Finding, Validity)| verdict(finding, validity);
    report.verdicts = report.findings.iter().zip(validities).map(verdict).collect();
    report.suppressed = vec![suppressed(evil)];
    report.entries = vec![EntryNote {
        place: evil.to_owned(),
        entry: evil.to_owned(),
        state: EntryState::Expired(evil.to_owned()),
    }];
    report.rules = vec![RuleSummary { id: evil.into(), description: evil.to_owned() }];
    report.disabled = vec![evil.to_owned()];
    report.config = Some(path(evil));
    report.coverage.skipped =
        vec![Skipped { path: path(evil), reason: SkipReason::Unreadable(evil.to_owned()) }];
    report.coverage.notes = vec![Note { path: path(evil), kind: NoteKind::Member(evil.to_owned()) }];
    report
}

fn suppressed(words: &str) -> Suppressed {
    let mut finding = finding(2, 0);
    finding.inline =
        Some(InlineComment { marker: "baseleak:allow", line: 1, reason: Some(words.to_owned()) });
    let by = Suppression {
        kind: SuppressionKind::Moved(path(words)),
        place: words.to_owned(),
        reason: Some(words.to_owned()),
        owner: Some(words.to_owned()),
        expires: Some(words.to_owned()),
    };
    Suppressed { finding, by }
}

fn verdict(finding: &Finding, validity: Validity) -> Verdict {
    Verdict {
        key: finding.key.clone(),
        digest: finding.digest.clone(),
        rule: finding.rule.to_string(),
        places: Vec::new(),
        validity,
    }
}

fn path(name: &str) -> PathName {
    PathName::masked(name.as_bytes(), &[])
}

fn commit(number: usize) -> CommitSummary {
    CommitSummary {
        id: format!("{number:040x}"),
        author: format!("Eve {number} <eve@example.org>"),
        seconds: 1_700_000_000 + i64::try_from(number % 5_000).expect("it is small") * 10_000,
    }
}

fn exposure(key: usize) -> Exposure {
    let one = finding(key, 0);
    Exposure {
        key: one.key,
        digest: one.digest,
        findings: vec![one.fingerprint],
        first: Some(commit(key)),
        removed: key.is_multiple_of(4).then(|| commit(key + 10)),
        in_head: key % 4 == 2,
    }
}

fn finding(key: usize, place: usize) -> Finding {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&(key as u64).to_be_bytes());
    digest[8..16].copy_from_slice(&(place as u64).to_be_bytes());
    let (name, file) = (format!("b10_{key:08}"), path(&format!("src/keys/{key}/file-{place}.env")));
    let start = Position { line: 3, column: 7 };
    let origin = Origin {
        object: format!("{place:040x}"),
        kind: ObjectKind::Blob,
        commit: Some(commit(key)),
        other_paths: Vec::new(),
        versions: 2,
        in_head: false,
        holder: Holder::Ref,
        refs: vec![path("refs/heads/main")],
        commits: Vec::new(),
    };
    let mut finding = FOUND.clone();
    finding.key.clone_from(&name);
    finding.digest = format!("{key:016x}");
    finding.fingerprint = Fingerprint::from_digest(&digest);
    finding.location = Location { path: file.clone(), place: Place::Content, start, end: start };
    finding.relative = file;
    finding.origin = key.is_multiple_of(2).then_some(origin);
    finding.snippet = Snippet {
        before: "export BASETEN_API_KEY=\"".to_owned(),
        mask: format!("{name}.****"),
        after: "\"  # of the team".to_owned(),
    };
    finding
}

/// What every finding here is made from: only a scan makes one.
static FOUND: LazyLock<Finding> = LazyLock::new(|| {
    let rule = "[[rules]]\nid = \"first-rule\"\nregex = 'n[o]ne'\n";
    let scan = Scan::without_rules().add_rules("made.toml", rule).expect("the rule is sound");
    let mut finding = scan.bytes("made.txt", b"none").findings.pop().expect("the rule finds it");
    finding.confidence = Confidence::High;
    finding.reasons = vec![Reason::Shape, Reason::ContextOnLine("baseten".into())];
    finding.attribution = Attribution::Baseten;
    finding
});
