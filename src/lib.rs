//! Finds leaked [Baseten](https://www.baseten.co) API keys in files, git repositories, notebooks
//! and archives. This is the library behind the `baseleak` program; it scans and reports, and
//! sends nothing anywhere.
//!
//! ```
//! # fn made_up_key() -> String {
//! #     let letters = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect::<Vec<_>>();
//! #     let text = |count: usize, step: usize| (1..=count).map(|at| letters[at * step % 62]).collect::<String>();
//! #     format!("b10_{}.{}", text(8, 17), text(32, 23))
//! # }
//! use baseleak::Scan;
//!
//! let notes = format!("to log in:\nBASETEN_API_KEY={}\n", made_up_key());
//!
//! let report = Scan::new().bytes("notes.txt", notes.as_bytes());
//! for finding in &report {
//!     let (path, start) = (&finding.location.path, finding.location.start);
//!     // notes.txt:2: high baseten-api-key b10_…
//!     println!("{path}:{}: {} {} {}",
//!         start.line, finding.confidence, finding.rule, finding.key);
//! }
//! # assert_eq!(report.findings.len(), 1);
//! # assert_eq!(&*report.findings[0].rule, "baseten-api-key");
//! assert!(!report.is_clean());
//! ```
//!
//! # What can be scanned
//!
//! A [`Scan`] is set up once and used as often as you like:
//!
//! | method | what it scans |
//! |---|---|
//! | [`Scan::bytes`] | a text that you have |
//! | [`Scan::reader`] | what a stream holds |
//! | [`Scan::paths`] | files and folders |
//! | [`Scan::staged`] | what would be committed: the content of the index |
//! | [`Scan::history`] | every object of a repository, or a [range](HistoryScan::range) as for a pull request |
//! | [`Scan::audit`] | all of a repository in one report by key |
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use baseleak::{Scan, select::Policy};
//!
//! # let folder = tempfile::tempdir()?;
//! # std::fs::write(folder.path().join("main.py"), "print('nothing to see')\n")?;
//! # std::fs::write(folder.path().join("model.bin"), "0101")?;
//! let policy = Policy::new(&[], &["*.bin".to_owned()], Some(100 << 20))?;
//! let report = Scan::new().policy(policy).paths([folder.path()])?;
//!
//! assert!(report.is_clean());
//! assert_eq!((report.coverage.files, report.coverage.excluded), (1, 1));
//! # Ok(())
//! # }
//! ```
//!
//! The program git is not needed, and nothing is written into a repository:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use baseleak::Scan;
//!
//! # let folder = tempfile::tempdir()?;
//! # let git = git2::Repository::init(folder.path())?;
//! # let who = git2::Signature::new("Ann", "ann@example.org", &git2::Time::new(1_700_000_000, 0))?;
//! # let tree = git.find_tree(git.treebuilder(None)?.write()?)?;
//! # let first = git.commit(None, &who, &who, "begin", &tree, &[])?;
//! # let blob = git.blob(b"password = old-horse-battery\n")?;
//! # let mut files = git.treebuilder(None)?;
//! # files.insert("login.txt", blob, 0o100_644)?;
//! # let with_key = git.find_tree(files.write()?)?;
//! # let parent = git.find_commit(first)?;
//! # let topic = git.commit(None, &who, &who, "log in", &with_key, &[&parent])?;
//! # git.branch("main", &parent, true)?;
//! # git.branch("topic", &git.find_commit(topic)?, true)?;
//! # git.set_head("refs/heads/topic")?;
//! # git.index()?.read_tree(&with_key)?;
//! # git.index()?.write()?;
//! # let repository = folder.path();
//! # let rules = "[[rules]]\nid = \"password\"\nregex = '''password = (\\S+)'''\n";
//! # let scan = Scan::new().add_rules("mine.toml", rules)?;
//! # let _ = "
//! let scan = Scan::new();
//! # ";
//! let staged = scan.staged(repository)?;
//! let pull_request = scan.history(repository).range("main..topic").run()?;
//! for finding in &pull_request {
//!     let origin = finding.origin.as_ref();
//!     if let Some(commit) = origin.and_then(|origin| origin.commit.as_ref()) {
//!         println!("{} since {} by {}", finding.key, commit.id, commit.author);
//!     }
//! }
//! # assert!(staged.is_clean());
//! # assert_eq!(pull_request.findings.len(), 1);
//! # let commit = pull_request.findings[0].origin.as_ref().and_then(|origin| origin.commit.as_ref());
//! # assert_eq!(commit.map(|commit| commit.id.clone()), Some(topic.to_string()));
//! # assert_eq!(scan.audit(repository)?.exposures.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Rules of your own
//!
//! Rules are written in the format of gitleaks, and stand behind the built-in ones or
//! [alone](Scan::without_rules):
//!
//! ```
//! # fn main() -> Result<(), baseleak::ScanError> {
//! let rules = r#"
//!     [[rules]]
//!     id = "acme-token"
//!     description = "a token of Acme's"
//!     regex = '''\bacme-([0-9]{12})\b'''
//!     keywords = ["acme-"]
//! "#;
//! let scan = baseleak::Scan::new().add_rules("acme.toml", rules)?;
//! assert!(scan.warnings().is_empty());
//!
//! let report = scan.bytes("deploy.sh", b"TOKEN=acme-493028175566");
//! assert_eq!(&*report.findings[0].rule, "acme-token");
//! # Ok(())
//! # }
//! ```
//!
//! # What a report says
//!
//! A [`Report`] holds the findings that count, what [somebody settled](suppress::Suppressions),
//! and the [coverage](model::Coverage): what was read, what was passed over because that was
//! asked for, and what could not be read. It is the same for the same input, whatever the number
//! of threads. The forms that the program writes are functions of it:
//!
//! ```
//! let report = baseleak::Scan::new().bytes("empty.txt", b"");
//! let mut sarif = Vec::new();
//! baseleak::render::sarif::write(&report, &mut sarif)?;
//! # assert!(sarif.starts_with(b"{"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! **Ask [`Report::is_clean`], not whether there are findings:** it is false also where
//! something was not read, and nobody knows what that holds.
//!
//! # What it never says
//!
//! The bytes of a secret stand in one place, [`Finding::secret`]. Its type has no `Display` and no
//! `Serialize`, says its length when debugged, and wipes its copy when it is dropped; whoever needs
//! the bytes writes [`expose`](model::Secret::expose) and can be found by searching for it.
//! All else in a report (the snippet, paths, commit authors, messages) has had keys and whatever
//! looks like one masked, and is fit to be stored and sent; before it goes to a terminal, pass
//! text through [`render::terminal::sanitise`]. A key is called by its public prefix,
//! [`Finding::key`].
//!
//! # Errors
//!
//! A [`ScanError`] says why there is no report: rules that cannot be used, no repository, an
//! unknown revision. A file that cannot be read is none; it is among
//! [`Coverage::skipped`](model::Coverage::skipped), with the reason. The library prints nothing,
//! does not end the process, and does not panic on bad input.
//!
//! ```
//! use baseleak::{Scan, ScanErrorKind};
//!
//! let rules = "
//! [[rules]]
//! id = 'broken'
//! regex = '('
//! ";
//! let error = Scan::new().add_rules("mine.toml", rules).unwrap_err();
//! assert_eq!(error.kind(), ScanErrorKind::Rules);
//! // mine.toml:4: rule "broken": regex does not compile: …
//! assert!(error.to_string().starts_with("mine.toml:4: rule \"broken\": "));
//! ```
//!
//! # Time and memory
//!
//! Compiling the rules takes some milliseconds, which is far longer than it takes to look through
//! a page of text: keep a [`Scan`] rather than making one for each. It is `Send` and `Sync`, and
//! threads can share it. Files are read through a window of 4 MiB for each thread; archives
//! are taken apart as they come, with limits to depth and size. Findings are kept, so a report
//! grows with them.
//!
//! # Features
//!
//! - `archives` (on by default): decompressing gzip, bzip2, xz, Zstandard and LZ4. Without it
//!   such files are read as they are, with a note in the coverage.
//!
//! Built without default features the crate still holds the program's dependencies, for both are
//! one package.
//!
//! # What stays as it is
//!
//! What this documentation shows is the public interface, and follows semantic versioning: before
//! 1.0 a change that breaks it raises the second number and stands in `CHANGELOG.md`; what is
//! only added raises the third. Items that are public and not shown are there for the program
//! alone, and may change in any version. Enums and structs that are `non_exhaustive` may grow in
//! any version: match with a `_`, and begin with a `default()`. So may the built-in rules: a new
//! version can find more. Rust 1.88 is needed; a later one is needed only from a version on that
//! raises the second number. For programs in other languages, JSON with `"schema": 1` is the
//! interface that holds longest; `docs/output.md` describes it.
//!
//! # How it is built
//!
//! ```text
//! source -> unpack -> detect (prefilter -> match -> filter) -> suppress -> render
//! ```
//!
//! [`scan`] is the pipeline, [`rules`] says what to look for, [`detect`] looks, [`ocr`] reads the
//! text in images, [`select`] chooses files, [`suppress`] sets apart what is settled, [`render`]
//! writes it down, and [`model`] has the words that all of them speak.
//!
//! **Invariant:** every module names only those below it, [`model`] none and [`scan`] all;
//! `docs/architecture.md` has the table, and a test holds the code to it.

pub mod detect;
pub mod model;
pub mod ocr;
pub mod render;
pub mod rules;
pub mod scan;
pub mod select;
pub mod suppress;

// What the program needs and nobody else should build on.
#[doc(hidden)]
pub mod baseten;
#[doc(hidden)]
pub mod decode;
#[doc(hidden)]
pub mod pack;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod unpack;
#[doc(hidden)]
pub mod verify;
#[doc(hidden)]
pub mod web;

#[doc(inline)]
pub use model::{Finding, Report};
#[doc(inline)]
pub use scan::{HistoryScan, Scan, ScanError, ScanErrorKind};
