//! Python as a reader of reports that others wrote: which one, and running a script.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A Python that has some modules.
pub(crate) struct Python(PathBuf);

impl Python {
    /// One with `modules`; none, with a message, where there is no such, which is a failure
    /// where `BASELEAK_TEST_ALL` says that every test is to run.
    #[track_caller]
    pub(crate) fn with(modules: &[&str]) -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let places = ["bin/python", "Scripts/python.exe"].map(|name| root.join("target/ci-tools").join(name));
        let names = ["python3", "python"].map(PathBuf::from);
        let import = format!("import {}", modules.join(", "));
        let has_them = |program: &PathBuf| {
            let mut command = Command::new(program);
            let command = command.args(["-c", &import]).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        let found = places.into_iter().chain(names).find(has_them).map(Self);
        if found.is_none() {
            let is_needed = env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
            assert!(!is_needed, "there is no Python with {modules:?}; .ci/run installs it");
            tell(&format!("there is no Python with {modules:?}: this test is passed over"));
        }
        found
    }

    /// What `script` prints as JSON when it is run with `args`.
    #[track_caller]
    pub(crate) fn json<A: AsRef<OsStr>>(&self, script: &str, args: impl IntoIterator<Item = A>) -> Value {
        let output = Command::new(&self.0).args(["-X", "utf8", "-c", script]).args(args).output();
        let output = output.expect("Python can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("the script prints JSON")
    }
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was passed over")]
fn tell(text: &str) {
    eprintln!("{text}");
}
