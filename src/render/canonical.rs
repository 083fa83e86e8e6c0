//! The one report that goes through every renderer: each kind of finding,
//! reason, origin, exposure and skipped entry, and names that mean harm.
//!
//! Its secrets come from a fixed sequence at run time, so that the tests can
//! look for them and no file of this repository holds one.

mod seen;

use std::sync::Arc;

use crate::model::{
    Attribution, CommitSummary, Confidence, Coverage, Death, Encoding, EntryNote, EntryState, Exposure,
    FailOn, Finding, Fingerprint, Gate, Holder, InlineComment, Location, Note, NoteKind, ObjectKind, Origin,
    PathName, Place, Position, Proof, Reach, ReachedModel, Reason, Report, Repository, RuleSummary, Secret,
    Seen, SkipReason, Skipped, Snippet, Suppressed, Suppression, SuppressionKind, Validity, Verdict,
};

/// A report of a scan that found and read nothing, of the same program as [`canonical`].
pub(crate) fn empty() -> Report {
    Report { version: canonical().version, ..Report::default() }
}

/// A report of a scan that found nothing and read this, by the rules and in the repository of
/// [`canonical`].
pub(crate) fn clean(coverage: Coverage) -> Report {
    let Report { rules, repository, .. } = canonical();
    Report { coverage, rules, repository, ..empty() }
}

/// A report of fifteen findings of nine keys in fourteen files and four suppressed ones, with
/// incomplete coverage and a gate that is not passed.
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
        made.finding(&webhook, Confidence::Medium, "dist/hooks.tar.gz!src/hooks.py", (7, 3), ("", "")),
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
    let cell = PathName::masked("cell 2, output 0 (text/\u{202e}html\x07), line 3".as_bytes(), &[]);
    findings[2].location.path = findings[2].location.path.clone().in_cell(cell);
    findings[6].reasons = vec![Reason::Pattern, Reason::ContextInFile("baseten".into())];
    findings[6].rule = "baseten-webhook-secret".into();
    findings[6].location.end = Position { line: 9, column: 2 };
    findings[6].encodings = vec![Encoding::Base64, Encoding::Gzip];
    findings.extend(made.in_objects([&second, &fourth, &fourth, &fifth]));
    let exposures = history(&mut findings);
    relatives(&mut findings);
    findings[0].seen = vec![Seen::Tree, Seen::History];
    findings[9].seen = vec![Seen::History];
    findings.sort_by(|a, b| (&a.location, &a.rule).cmp(&(&b.location, &b.rule)));

    let mut verdicts = verdicts(&findings);
    let suppressed = suppressed(&mut made, &first);
    seen::add(&mut made, &mut findings, &mut verdicts);
    Report {
        version: "1.2.3",
        findings,
        suppressed,
        entries: entries(),
        gate: Gate { fail_on: FailOn::High, max_findings: 1, failing: 7, undecided: 0 },
        exposures,
        verdicts,
        coverage: coverage(),
        rules: vec![
            rule("baseten-api-key", "a Baseten API key"),
            rule("baseten-api-key-old", "a Baseten API key made before October 2026"),
            rule("baseten-webhook-secret", "a secret that signs Baseten's webhooks"),
        ],
        disabled: vec!["baseten-gateway-key".into()],
        config: Some(PathName::masked(b"ci/baseleak\x1b[8m.toml", &[])),
        repository: Some(repository()),
    }
}

/// The paths from the root, which are those that are shown; of a member, it is told.
fn relatives(findings: &mut [Finding]) {
    for finding in &mut *findings {
        finding.relative = finding.location.path.clone();
    }
    let archive = PathName::masked(b"dist/hooks.tar.gz", &[]);
    findings[6].relative = findings[6].relative.clone().in_archive(&archive);
}

/// One whose branch means harm.
fn repository() -> Repository {
    Repository {
        remote: Some(PathName::masked(b"https://example.com/team/app.git", &[])),
        commit: Some("fedc".repeat(10)),
        branch: Some(PathName::masked("ma\u{202e}in\x1b[8m".as_bytes(), &[])),
    }
}

/// A verdict of each kind, with a name that means harm, on the first keys that are found.
fn verdicts(findings: &[Finding]) -> Vec<Verdict> {
    let reach = Reach {
        category: Some("WORKSPACE_INVOKE".to_owned()),
        may: Some("calls models"),
        name: Some("ci-\u{202e}\x1b[8m".to_owned()),
        team: Some("Research".to_owned()),
        models: vec![
            ReachedModel { id: "m1".to_owned(), name: Some("whisper".to_owned()) },
            ReachedModel { id: "m2".to_owned(), name: None },
        ],
        ..Reach::of(Proof::Inventory)
    };
    let death =
        Death::Deleted { when: "2026-11-01T00:00:00Z".to_owned(), by: Some("a@example.org".to_owned()) };
    let validities = [
        Validity::Active(reach),
        Validity::Inactive(death),
        Validity::Inactive(Death::Rejected),
        Validity::Unknown("the inventory cannot be read: no answer in time".to_owned()),
    ];
    let mut distinct: Vec<&Finding> = Vec::new();
    for finding in findings {
        if distinct.iter().all(|other| other.digest != finding.digest) {
            distinct.push(finding);
        }
    }
    let verdict = |(finding, validity): (&Finding, Validity)| Verdict {
        key: finding.key.clone(),
        digest: finding.digest.clone(),
        rule: finding.rule.to_string(),
        places: Vec::new(),
        validity,
    };
    distinct.into_iter().zip(validities).map(verdict).collect()
}

/// A finding that each way to settle one hides, with words that mean harm to every format.
fn suppressed(made: &mut Made, known: &Key) -> Vec<Suppressed> {
    let settled = |finding, kind, place: &str| {
        let by = Suppression { kind, place: place.to_owned(), reason: None, owner: None, expires: None };
        Suppressed { finding, by }
    };
    let (fifth, sixth) = (made.new_key(), made.old_key());
    let allowed = made.finding(&fifth, Confidence::High, "a/one.py", (2, 9), ("K = ", ""));
    let moved = made.finding(known, Confidence::High, "b/.env", (1, 5), ("KEY=", ""));
    let ignored = made.finding(&sixth, Confidence::Low, "c.txt", (3, 1), ("", ""));
    let mut inline = made.finding(&fifth, Confidence::High, HOSTILE_PATH, (5, 9), HOSTILE_LINE);
    let reason = "=1+1,\"]]></script><script>alert(1)</script>\n::error::owned".to_owned();
    inline.inline = Some(InlineComment { marker: "baseleak:allow", line: 4, reason: Some(reason.clone()) });
    inline.seen = vec![Seen::Tree, Seen::Index];
    let mut allowed = settled(allowed, SuppressionKind::Allow, ".baseleak.toml:12");
    allowed.by.reason = Some("revoked on 2026-11-01".to_owned());
    allowed.by.owner = Some("ann@example.com".to_owned());
    allowed.by.expires = Some("2027-01-31".to_owned());
    let was = PathName::masked(b"a/\x1b[2J.env", &[]);
    let moved = settled(moved, SuppressionKind::Moved(was), ".baseleak-baseline:7");
    let ignored = settled(ignored, SuppressionKind::IgnoreFile, ".gitleaksignore:1");
    let mut inline = settled(inline, SuppressionKind::Inline("baseleak:allow"), "line 4");
    inline.by.reason = Some(reason);
    vec![allowed, inline, moved, ignored]
}

fn entries() -> Vec<EntryNote> {
    let note = |place: &str, entry: &str, state| EntryNote {
        place: place.to_owned(),
        entry: entry.to_owned(),
        state,
    };
    vec![
        note(".baseleak.toml:20", "key b10_old\x1b[8m", EntryState::Expired("2026-10-31".to_owned())),
        note(".baseleak.toml:25", "path tests/**", EntryState::Unused),
        note("src/app.py:7", "`gitleaks:allow`", EntryState::NoReason),
    ]
}

/// Gives the findings of a history their origins, every kind of object and every
/// holder among them, and tells the story of each key: one that is still in HEAD,
/// one that was removed, one that never was on the way there and one that no
/// commit carries. The webhook's secret is in none of them.
fn history(findings: &mut [Finding]) -> Vec<Exposure> {
    let (eve, bob) = (
        commit("0123", "Eve\u{202e} <eve\x1b[1m@example.com>", 1_700_000_000),
        commit("fedc", "Bob <bob@example.com>", 1_710_000_000),
    );
    let origin = |kind, carrier: Option<&CommitSummary>, holder| Origin {
        object: "89abcdef".repeat(5),
        kind,
        commit: carrier.cloned(),
        other_paths: Vec::new(),
        versions: 1,
        in_head: false,
        holder,
        refs: Vec::new(),
        commits: Vec::new(),
    };
    let refs = |names: &[&[u8]]| names.iter().map(|name| PathName::masked(name, &[])).collect();
    let own = CommitSummary { id: "89abcdef".repeat(5), ..bob.clone() };
    let main: &[u8] = b"refs/heads/main";
    let branches: &[&[u8]] =
        &[b"refs/heads/\xFF", main, "refs/heads/\u{202e}niam".as_bytes(), b"refs/tags/v1", b"refs/tags/v2"];

    findings[0].origin = Some(Origin {
        versions: 2,
        refs: refs(&[main]),
        ..origin(ObjectKind::Blob, Some(&eve), Holder::Ref)
    });
    findings[2].origin = Some(Origin {
        other_paths: vec![PathName::masked(b"copy\xFF/.trussrc", &[])],
        versions: 3,
        in_head: true,
        refs: refs(branches),
        commits: vec![eve.clone(), bob.clone()],
        ..origin(ObjectKind::Blob, Some(&eve), Holder::Ref)
    });
    findings[3].origin = Some(origin(ObjectKind::Blob, None, Holder::Nothing));
    findings[4].origin = Some(origin(ObjectKind::Blob, Some(&bob), Holder::Stash));
    findings[5].origin = Some(Origin { versions: 4, ..origin(ObjectKind::Tree, Some(&eve), Holder::Reflog) });
    findings[7].origin =
        Some(Origin { refs: refs(&[main]), ..origin(ObjectKind::Commit, Some(&own), Holder::Ref) });
    findings[8].origin =
        Some(Origin { refs: refs(&[b"refs/tags/v1"]), ..origin(ObjectKind::Tag, None, Holder::Ref) });
    findings[9].origin = Some(origin(ObjectKind::Blob, None, Holder::Index));
    findings[10].origin = Some(origin(ObjectKind::Tree, None, Holder::Nothing));

    let exposure = |places: &[usize], first: Option<&CommitSummary>, removed: Option<&CommitSummary>| {
        let mut fingerprints: Vec<_> = places.iter().map(|&place| findings[place].fingerprint).collect();
        fingerprints.sort_unstable();
        let Finding { key, digest, .. } = findings[places[0]].clone();
        let (first, removed) = (first.cloned(), removed.cloned());
        Exposure { key, digest, findings: fingerprints, first, removed, in_head: false }
    };
    let mut exposures = vec![
        exposure(&[0, 1], Some(&eve), Some(&bob)),
        Exposure { in_head: true, ..exposure(&[2, 7], Some(&eve), None) },
        exposure(&[3], None, None),
        exposure(&[4, 8, 9], Some(&bob), None),
        exposure(&[5, 10], Some(&eve), None),
    ];
    exposures.sort_by(|a, b| (&a.key, &a.digest).cmp(&(&b.key, &b.digest)));
    exposures
}

/// A commit whose id is four digits over and over.
fn commit(digits: &str, author: &str, seconds: i64) -> CommitSummary {
    CommitSummary { id: digits.repeat(10), author: author.into(), seconds }
}

const HOSTILE_PATH: &str = "app/\x1b[2J\u{202e}yp.\u{200b}evil\n\u{9b}31m.py";
const HOSTILE_LINE: (&str, &str) = ("\t\tkey\u{2066} = '", "' # \x1b]0;owned\x07 \u{7f}\u{e0041}\"\\");

fn coverage() -> Coverage {
    let skipped = |path: &[u8], reason| Skipped { path: PathName::masked(path, &[]), reason };
    let note = |path: &[u8], kind| Note { path: PathName::masked(path, &[]), kind };
    Coverage {
        files: 1234,
        objects: 0,
        members: 56,
        bytes: 5_678_901,
        ignored: 3,
        excluded: 2,
        oversized: 1,
        symlinks: 4,
        submodules: 0,
        intent_to_add: 0,
        images: 7,
        plain_images: 5,
        documents: 9,
        foreign: 4,
        disallowed: 1,
        skipped: vec![
            skipped(b"private\x1b[1A/id", SkipReason::Unreadable("permission denied".into())),
            skipped(b"run/queue", SkipReason::Special("a FIFO")),
            skipped(b"tmp/\xFFgone", SkipReason::Vanished),
        ],
        notes: vec![
            note(b"dist/a.zip!evil\x1b[1A", NoteKind::Member("encrypted".into())),
            note(b"nb/\xFF.ipynb", NoteKind::Notebook("line 3: not JSON".into())),
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

    /// Findings in a commit, a tag, a blob without a path and the name of a file
    /// in a tree without one.
    fn in_objects(&mut self, [message, tag, staged, name]: [&Key; 4]) -> [Finding; 4] {
        let path = |kind: &str| format!("{kind} {}", "89abcdef".repeat(5));
        let mut findings = [
            self.finding(message, Confidence::High, &path("commit"), (6, 1), ("", " was in the file")),
            self.finding(tag, Confidence::Low, &path("tag"), (5, 9), ("release ", "")),
            self.finding(staged, Confidence::Low, &path("blob"), (1, 1), ("", "")),
            self.finding(name, Confidence::Medium, &path("tree"), (1, 1), ("", ".txt")),
        ];
        findings[3].location.place = Place::FileName;
        findings
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
            encodings: Vec::new(),
            origin: None,
            sight: None,
            deployed: None,
            location: Location {
                path: PathName::masked(path.as_bytes(), &[]),
                place: Place::Content,
                start,
                end: start.after(key.text.as_bytes()),
            },
            relative: PathName::masked(path.as_bytes(), &[]),
            snippet: Snippet { before: before.into(), mask: key.mask.clone(), after: after.into() },
            inline: None,
            seen: Vec::new(),
            secret: Secret::new(key.text.as_bytes()),
        }
    }
}

/// Fails if any six bytes of the secret part of a key of `report` stand in `output`.
pub(super) fn assert_no_secret(report: &Report, output: &str) {
    let suppressed = report.suppressed.iter().map(|suppressed| &suppressed.finding);
    for finding in report.findings.iter().chain(suppressed) {
        let secret = finding.secret.expose();
        let public = if finding.key.starts_with("sha256:") { 0 } else { finding.key.len() + 1 };
        for piece in secret[public..].windows(6) {
            let shown = output.as_bytes().windows(6).any(|window| window == piece);
            assert!(!shown, "a piece of {} is shown", finding.key);
        }
    }
}
