//! The one report that goes through every renderer: each kind of finding,
//! reason and skipped entry, and names that mean harm.
//!
//! Its secrets come from a fixed sequence at run time, so that the tests can
//! look for them and no file of this repository holds one.

use std::sync::Arc;

use crate::model::{
    Attribution, CommitSummary, Confidence, Coverage, Finding, Fingerprint, Location, Origin, PathName,
    Place, Position, Reason, Report, RuleSummary, Secret, SkipReason, Skipped, Snippet,
};

/// A report of seven findings of six keys in six files, with incomplete coverage.
pub(crate) fn canonical() -> Report {
    let mut made = Made { state: 0x00ba_5e1e_a400_2026 };
    let (first, second, third, fourth, fifth) =
        (made.new_key(), made.new_key(), made.old_key(), made.old_key(), made.new_key());
    let webhook = made.webhook();

    let mut findings = vec![
        made.finding(&first, Confidence::High, "config/.env", (3, 24), ("export BASETEN_API_KEY=\"", "\"")),
        made.finding(&first, Confidence::High, HOSTILE_PATH, (12, 5), HOSTILE_LINE),
        made.finding(&second, Confidence::High, "home/.trussrc", (4, 11), ("api_key = ", "")),
        made.finding(&third, Confidence::Low, "", (1, 15), ("{\"id\": \"a\", \"k\": \"", "\"}")),
        made.finding(&fourth, Confidence::Low, "", (9, 120), ("…_KEY=", " # rotate me, some day, …")),
        made.finding(&fifth, Confidence::Medium, "", (1, 8), ("notes/", ".txt")),
        made.finding(&webhook, Confidence::Medium, "src/hooks.py", (7, 3), ("", "")),
    ];
    findings[0].reasons = vec![Reason::Shape, Reason::ContextOnLine("baseten".into())];
    findings[2].reasons = vec![Reason::KnownPlace("an api_key of ~/.trussrc".into())];
    findings[3].reasons = vec![Reason::NoContext];
    findings[3].attribution = Attribution::Unknown;
    findings[4].reasons = vec![Reason::RivalNearer("acme".into()), Reason::ContextNearby("truss".into())];
    findings[4].attribution = Attribution::Other;
    for old in &mut findings[3..5] {
        old.location.path = PathName::masked(b"data/caf\xE9.json", &[]);
        old.rule = "baseten-api-key-old".into();
    }
    let name = format!("notes/{}.txt", fifth.text);
    let secret = "notes/".len()..name.len() - ".txt".len();
    findings[5].location.path = PathName::masked(name.as_bytes(), std::slice::from_ref(&secret));
    findings[5].location.place = Place::FileName;
    findings[6].reasons = vec![Reason::Pattern, Reason::ContextInFile("baseten".into())];
    findings[6].rule = "baseten-webhook-secret".into();
    findings[6].location.end = Position { line: 9, column: 2 };
    let commit = CommitSummary {
        id: "0123456789abcdef0123456789abcdef01234567".into(),
        author: "Eve\u{202e} <eve\x1b[1m@example.com>".into(),
        seconds: 1_700_000_000,
    };
    let other_paths = vec![PathName::masked(b"copy\xFF/.trussrc", &[])];
    let object = "89abcdef0123456789abcdef0123456789abcdef".to_owned();
    findings[2].origin = Some(Origin {
        object: object.clone(),
        commit: Some(commit),
        other_paths,
        versions: 3,
        in_head: true,
    });
    findings[3].origin =
        Some(Origin { object, commit: None, other_paths: Vec::new(), versions: 1, in_head: false });
    findings.sort_by(|a, b| (&a.location, &a.rule).cmp(&(&b.location, &b.rule)));

    Report {
        version: "1.2.3",
        findings,
        coverage: coverage(),
        rules: vec![
            rule("baseten-api-key", "a Baseten API key"),
            rule("baseten-api-key-old", "a Baseten API key made before October 2026"),
            rule("baseten-webhook-secret", "a secret that signs Baseten's webhooks"),
        ],
        disabled: vec!["baseten-gateway-key".into()],
        config: Some(PathName::masked(b"ci/baseleak\x1b[8m.toml", &[])),
    }
}

const HOSTILE_PATH: &str = "app/\x1b[2J\u{202e}yp.\u{200b}evil\n\u{9b}31m.py";
const HOSTILE_LINE: (&str, &str) = ("\t\tkey\u{2066} = '", "' # \x1b]0;owned\x07 \u{7f}\u{e0041}\"\\");

fn coverage() -> Coverage {
    let skipped = |path: &[u8], reason| Skipped { path: PathName::masked(path, &[]), reason };
    Coverage {
        files: 1234,
        objects: 0,
        bytes: 5_678_901,
        ignored: 3,
        excluded: 2,
        oversized: 1,
        symlinks: 4,
        submodules: 0,
        intent_to_add: 0,
        skipped: vec![
            skipped(b"private\x1b[1A/id", SkipReason::Unreadable("permission denied".into())),
            skipped(b"run/queue", SkipReason::Special("a FIFO")),
            skipped(b"tmp/\xFFgone", SkipReason::Vanished),
        ],
    }
}

fn rule(id: &str, description: &str) -> RuleSummary {
    RuleSummary { id: id.into(), description: description.into() }
}

/// A made-up secret and the names it goes by.
struct Key {
    text: String,
    name: String,
    mask: String,
    digest: String,
}

/// The fixed sequence that secrets and digests are taken from.
struct Made {
    state: u64,
}

impl Made {
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn letters(&mut self, length: usize) -> String {
        const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..length)
            .map(|_| {
                let index = usize::try_from(self.next() >> 33).expect("31 bits fit") % BASE62.len();
                char::from(BASE62[index])
            })
            .collect()
    }

    fn key(&mut self, name: String) -> Key {
        let text = format!("{name}.{}", self.letters(32));
        Key { text, mask: format!("{name}.****"), name, digest: format!("{:016x}", self.next()) }
    }

    fn new_key(&mut self) -> Key {
        let name = format!("b10_{}", self.letters(8));
        self.key(name)
    }

    fn old_key(&mut self) -> Key {
        let name = self.letters(8);
        self.key(name)
    }

    fn webhook(&mut self) -> Key {
        let text = format!("whsec_{}", self.letters(40));
        let digest = format!("{:016x}", self.next());
        Key { text, name: format!("sha256:{}", &digest[..12]), mask: "****".into(), digest }
    }

    fn finding(
        &mut self,
        key: &Key,
        confidence: Confidence,
        path: &str,
        (line, column): (u64, u64),
        (before, after): (&str, &str),
    ) -> Finding {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&self.next().to_be_bytes());
        digest[8..16].copy_from_slice(&self.next().to_be_bytes());
        let start = Position { line, column };
        Finding {
            rule: Arc::from("baseten-api-key"),
            confidence,
            reasons: vec![Reason::Shape],
            attribution: Attribution::Baseten,
            key: key.name.clone(),
            digest: key.digest.clone(),
            fingerprint: Fingerprint::from_digest(&digest),
            origin: None,
            location: Location {
                path: PathName::masked(path.as_bytes(), &[]),
                place: Place::Content,
                start,
                end: start.after(key.text.as_bytes()),
            },
            snippet: Snippet { before: before.into(), mask: key.mask.clone(), after: after.into() },
            secret: Secret::new(key.text.as_bytes()),
        }
    }
}

/// Fails if any six bytes of the secret part of a key of `report` stand in `output`.
pub(super) fn assert_no_secret(report: &Report, output: &str) {
    for finding in &report.findings {
        let secret = finding.secret.expose();
        let public = if finding.key.starts_with("sha256:") { 0 } else { finding.key.len() + 1 };
        for piece in secret[public..].windows(6) {
            let shown = output.as_bytes().windows(6).any(|window| window == piece);
            assert!(!shown, "a piece of {} is shown", finding.key);
        }
    }
}
