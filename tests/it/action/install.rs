//! How the action comes by the program: from a release whose archive is what it should be, and from
//! nothing else. The release is a folder; `gh` and `tar` are stood in for where it matters.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::sandbox::Sandbox;

use super::runner::{Job, Outcome};

const ARCHIVE: &str = "baseleak-9.8.7-x86_64-unknown-linux-musl.tar.gz";

/// A folder with one release, whose program says what it is and writes down that it was run.
struct Release {
    sandbox: Sandbox,
    checksum: String,
}

impl Release {
    fn new(is_in_folder: bool) -> Self {
        let sandbox = Sandbox::repository();
        let folder = if is_in_folder { "made/baseleak-9.8.7" } else { "made" };
        let runs = sandbox.home().join("runs");
        // It writes a report, if an empty one; without one there is no verdict.
        let script = format!(
            "#!/bin/sh\necho \"$@\" >>'{}'\necho baseleak 9.8.7\n\
             for given; do case \"$given\" in --format=*=*) : >\"${{given#--format=*=}}\" ;; esac; done\n",
            runs.display()
        );
        executable(&sandbox, &format!("../home/{folder}/baseleak"), &script);
        fs::create_dir_all(sandbox.home().join("releases/v9.8.7")).expect("a folder can be made");
        let archive = sandbox.home().join("releases/v9.8.7").join(ARCHIVE);
        let mut tar = sandbox.confined("tar");
        let tar = tar.arg("-czf").arg(&archive).arg("-C").arg(sandbox.home().join("made")).arg(".");
        assert!(tar.status().expect("tar can be run").success());
        let sum = Command::new("sha256sum").arg(&archive).output().expect("sha256sum can be run");
        let checksum = String::from_utf8(sum.stdout).expect("it is text")[..64].to_owned();
        Self { sandbox, checksum }
    }

    /// Nothing but a job that takes version 9.8.7 from the folder.
    fn job(&self) -> Option<Job> {
        let mut job = Job::new("workflow_dispatch", json!({}))?.with("version", "9.8.7").with("mode", "tree");
        job.variables.remove("BASELEAK_BINARY");
        let releases = format!("file://{}", self.sandbox.home().join("releases").display());
        job.variables.insert("BASELEAK_RELEASES", releases);
        let cache = self.sandbox.home().join("cache").display().to_string();
        job.variables.insert("RUNNER_TOOL_CACHE", cache);
        Some(job)
    }

    fn run(&self, job: &Job) -> Outcome {
        job.run(&self.sandbox, ".")
    }

    /// How often the program of the release was run since the last time this was asked.
    fn runs(&self) -> usize {
        let path = self.sandbox.home().join("runs");
        let text = fs::read_to_string(&path).unwrap_or_default();
        drop(fs::remove_file(path));
        text.lines().count()
    }

    /// A `gh` that answers with this code, and writes its arguments down.
    fn gh(&self, code: i32) -> PathBuf {
        let said = self.sandbox.home().join("gh-was-asked");
        let script = format!("#!/bin/sh\necho \"$GH_TOKEN $@\" >'{}'\nexit {code}\n", said.display());
        executable(&self.sandbox, "../home/shims/gh", &script);
        self.sandbox.home().join("shims")
    }
}

fn executable(sandbox: &Sandbox, path: &str, text: &str) {
    sandbox.write(path, text);
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(sandbox.path(path), mode).expect("it was just written");
}

/// Holds an outcome to a refusal: nothing was installed, and nothing of the release was run.
#[track_caller]
fn check_refused(release: &Release, outcome: &Outcome, piece: &str) {
    assert_eq!(outcome.run.code, Some(2), "{}", outcome.run.stderr);
    assert!(outcome.run.stderr.contains(piece), "{piece:?} is missing: {}", outcome.run.stderr);
    assert!(outcome.run.stderr.contains("::error title=baseleak::"), "{}", outcome.run.stderr);
    assert_eq!((release.runs(), outcome.path.len()), (0, 0));
    assert!(!release.sandbox.home().join("cache/baseleak").exists());
}

#[test]
fn a_release_with_its_checksum() {
    for is_in_folder in [false, true] {
        let release = Release::new(is_in_folder);
        let Some(job) = release.job() else { return };
        let job = job.with("checksum", &release.checksum.to_uppercase());
        let outcome = release.run(&job);
        assert_eq!(outcome.run.code, Some(0), "{}", outcome.run.stderr);
        let program = outcome.path[0].join("baseleak");
        assert!(program.is_file(), "{program:?}");
        assert!(program.starts_with(release.sandbox.home().join("runner")), "{program:?}");
        assert_eq!(release.runs(), 2, "it was asked for its version, and ran");
        // From now on it is there, also without the release.
        fs::remove_dir_all(release.sandbox.home().join("releases")).expect("it is there");
        let outcome = release.run(&job);
        assert_eq!((outcome.run.code, release.runs()), (Some(0), 2), "{}", outcome.run.stderr);
        // With another checksum it is none that was checked.
        let outcome = release.run(&job.with("checksum", &"0".repeat(64)));
        assert!(outcome.run.stderr.contains("cannot download"), "{}", outcome.run.stderr);
    }
}

#[test]
fn what_is_not_the_release_is_refused() {
    let release = Release::new(false);
    let shims = release.gh(1);
    for (inputs, piece) in [
        (
            &[("checksum", "0000000000000000000000000000000000000000000000000000000000000000")][..],
            "the archive is not the one that was meant",
        ),
        (&[("checksum", "not a checksum")], "it is not 64 hexadecimal digits"),
        (&[("version", "9.8.6")], "cannot download baseleak"),
        (&[("version", "../../evil")], "the version is none"),
        (&[("version", "latest")], "the version is none"),
        (&[("version", "path")], "baseleak is not there"),
        // Without a checksum the attestation decides.
        (&[], "the archive is not attested"),
    ] {
        let Some(mut job) = release.job() else { return };
        job.shims = Some(shims.clone());
        let job = inputs.iter().fold(job, |job, (name, value)| job.with(name, value));
        check_refused(&release, &release.run(&job), piece);
    }
    for (system, architecture) in [("Linux", "S390X"), ("Plan9", "X64")] {
        let Some(mut job) = release.job() else { return };
        job.variables.insert("RUNNER_OS", system.to_owned());
        job.variables.insert("RUNNER_ARCH", architecture.to_owned());
        check_refused(&release, &release.run(&job), "no release for this runner");
    }
}

#[test]
fn a_release_that_is_attested() {
    let release = Release::new(true);
    let Some(mut job) = release.job() else { return };
    job.shims = Some(release.gh(0));
    let outcome = release.run(&job);
    assert_eq!((outcome.run.code, release.runs()), (Some(0), 2), "{}", outcome.run.stderr);
    let asked = fs::read_to_string(release.sandbox.home().join("gh-was-asked")).expect("it was asked");
    for piece in [
        "the-token-of-the-job attestation verify ",
        ARCHIVE,
        "--repo baseleak/baseleak",
        "--source-ref refs/tags/v9.8.7",
        "--signer-workflow baseleak/baseleak/.github/workflows/release.yml",
    ] {
        assert!(asked.contains(piece), "{piece:?} is missing: {asked}");
    }
    assert!(!release.sandbox.home().join("cache").exists(), "nobody knows its checksum the next time");
}

/// Others may write into the tool cache, or nobody may.
#[test]
fn what_is_kept_is_checked_each_time() {
    let release = Release::new(false);
    let Some(job) = release.job() else { return };
    let job = job.with("checksum", &format!("{}  {ARCHIVE}", release.checksum));
    let folder = release.sandbox.home().join("cache/baseleak/9.8.7");
    for text in ["", "not the archive"] {
        let outcome = release.run(&job);
        assert_eq!((outcome.run.code, release.runs()), (Some(0), 2), "{}", outcome.run.stderr);
        let kept: Vec<_> = fs::read_dir(&folder).expect("it is kept").flatten().collect();
        assert_eq!(kept.len(), 1, "{kept:?}");
        fs::write(kept[0].path(), text).expect("it can be written");
    }
    let outcome = release.run(&job);
    assert_eq!((outcome.run.code, release.runs()), (Some(0), 2), "{}", outcome.run.stderr);
    fs::remove_dir_all(release.sandbox.home().join("cache")).expect("it is there");
    release.sandbox.write("../home/cache", "no folder");
    let outcome = release.run(&job);
    assert_eq!((outcome.run.code, release.runs()), (Some(0), 2), "{}", outcome.run.stderr);
    assert!(outcome.run.stdout.contains("the tool cache cannot be written"), "{}", outcome.run.stdout);
}

/// What is installed already is used as it is.
#[test]
fn a_program_that_is_there() {
    let release = Release::new(false);
    let shims = release.sandbox.home().join("made");
    let Some(mut job) = release.job() else { return };
    job.shims = Some(shims);
    let outcome = release.run(&job.with("version", "path"));
    assert_eq!((outcome.run.code, release.runs()), (Some(0), 2), "{}", outcome.run.stderr);
    let Some(mut job) = release.job() else { return };
    let there = release.sandbox.home().join("made/baseleak").display().to_string();
    job.variables.insert("BASELEAK_BINARY", there);
    let outcome = release.run(&job);
    assert_eq!((outcome.run.code, release.runs()), (Some(0), 2), "{}", outcome.run.stderr);
    // What lies in the checkout is not what the workflow means.
    let Some(mut job) = release.job() else { return };
    job.variables.insert("BASELEAK_BINARY", "./baseleak".to_owned());
    check_refused(&release, &release.run(&job), "the program is not named in full");
    // One that does not run is no program.
    let Some(mut job) = release.job() else { return };
    job.variables.insert("BASELEAK_BINARY", "/dev/null".to_owned());
    let outcome = release.run(&job);
    assert!(outcome.run.stderr.contains("cannot run baseleak"), "{}", outcome.run.stderr);
}
