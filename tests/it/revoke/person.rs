//! A person at a terminal, who is asked.
//!
//! The terminal is made by Python, where that is installed.

use std::process::{Command, Stdio};

use super::{Bench, REPORT, TRAIL};
use crate::sandbox::Run;

/// Runs a program on a terminal of its own, types an answer when it is asked, and prints
/// what the terminal showed.
const TERMINAL: &str = r#"
import os, pty, sys
answer, program = sys.argv[1].encode().decode("unicode_escape").encode(), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(program[0], program)
shown, answered = b"", False
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if not answered and b" keys: " in shown:
        os.write(terminal, answer)
        answered = True
sys.stdout.buffer.write(shown)
sys.stdout.flush()
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
"#;

/// Revokes at a terminal; none where there is no Python to make one.
#[track_caller]
fn typed(bench: &Bench, answer: &str) -> Option<Run> {
    let is_there = Command::new("python3").args(["-c", "import pty"]).stderr(Stdio::null()).status();
    if !is_there.is_ok_and(|status| status.success()) {
        let is_needed = std::env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
        assert!(!is_needed, "python3 is not installed, and BASELEAK_TEST_ALL is set");
        return None;
    }
    let mut command = bench.sandbox.confined("python3");
    command.args(["-c", TERMINAL, answer, env!("CARGO_BIN_EXE_baseleak")]);
    command.args(["revoke", REPORT, "--trail", TRAIL]).envs(bench.variables()).stdin(Stdio::null());
    let output = command.output().expect("python can be started");
    let run = Run::ended(output);
    bench.see(&run);
    Some(run)
}

#[test]
fn the_number_of_keys_is_the_word() {
    let bench = Bench::new();
    bench.leak(&["invoke", "member"]);
    for answer in ["y\\n", "yes\\n", "1\\n", "\\n", "3\\n", "\\x04"] {
        let Some(run) = typed(&bench, answer) else { return };
        run.exits(1).prints(&["Type the number of keys, 2, to revoke 2 keys: ", "nothing is revoked"]);
    }
    // Ctrl-C, with the program's default of ending by it.
    typed(&bench, "\\x03").expect("python was there").exits(130);
    assert_eq!(bench.deleted(), [""; 0]);
    assert!(!bench.sandbox.path(TRAIL).exists());
    let run = typed(&bench, "2\\n").expect("python was there").exits(0);
    run.prints(&["breaks: calls of the models", "2 of 2 keys proven dead"]);
    assert_eq!(bench.deleted(), ["invoke", "member"]);
}
