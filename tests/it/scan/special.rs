//! What only Unix has: links, pipes, sockets, refused files, names that are not text.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use crate::sandbox::{Sandbox, key, paths, skipped};

#[test]
fn links_are_not_followed_and_are_counted() {
    let sandbox = Sandbox::new();
    sandbox.write_key("real/a.txt");
    for (target, link) in [
        ("real/a.txt", "file"),
        ("real", "folder"),
        ("nowhere", "broken"),
        ("loop", "loop"),
        ("..", "real/up"),
        ("real/a.txt", ".gitignore"),
    ] {
        symlink(target, sandbox.path(link)).expect("a link can be made");
    }
    let report = sandbox.scan(["."]);
    assert_eq!(paths(&report), ["real/a.txt"]);
    assert_eq!(report["coverage"]["symlinks"], 6);
    assert_eq!(report["coverage"]["complete"], true);
    sandbox.run(["scan"]).exits(1).prints(&["\npassed over 6 symbolic links not followed\n"]);
}

/// Whoever names a link means what is behind it.
#[test]
fn a_named_link_is_followed() {
    let sandbox = Sandbox::new();
    sandbox.write_key("real/a.txt");
    for (target, link) in
        [("real/a.txt", "file"), ("real", "folder"), ("loop", "loop"), ("nowhere", "broken")]
    {
        symlink(target, sandbox.path(link)).expect("a link can be made");
    }
    assert_eq!(paths(&sandbox.scan(["file"])), ["file"]);
    assert_eq!(paths(&sandbox.scan(["folder"])), ["folder/a.txt"]);
    for broken in ["loop", "broken"] {
        let report = sandbox.scan([broken]);
        let [(path, reason, _)] = skipped(&report)[..] else { panic!("{report}") };
        assert_eq!((path, reason), (broken, "unreadable"));
    }
}

fn fifo(sandbox: &Sandbox, path: &str) {
    let made = Command::new("mkfifo").arg(sandbox.path(path)).status().expect("mkfifo can be run");
    assert!(made.success());
}

#[test]
fn pipes_and_sockets_are_skipped_and_not_waited_for() {
    let sandbox = Sandbox::new();
    sandbox.write_key("dir/a.txt");
    fifo(&sandbox, "dir/pipe");
    let _socket = UnixListener::bind(sandbox.path("dir/socket")).expect("a socket can be made");
    let expect = [("dir/pipe", "special", Some("a FIFO")), ("dir/socket", "special", Some("a socket"))];
    for args in [&["dir"][..], &["dir/pipe", "dir/socket", "dir/a.txt"]] {
        let report = sandbox.scan(args);
        assert_eq!(skipped(&report), expect, "{args:?}");
        assert_eq!(paths(&report), ["dir/a.txt"], "{args:?}");
    }
    let report = sandbox.scan(["/dev/null"]);
    assert_eq!(skipped(&report), [("/dev/null", "special", Some("a device"))]);
    sandbox
        .run(["scan", "dir"])
        .exits(2)
        .prints(&["2 paths skipped:\n  dir/pipe: not a regular file: a FIFO\n"]);
    // What is left out on purpose is not missed.
    sandbox.run(["scan", "dir", "--exclude", "pipe", "--exclude", "socket"]).exits(1);
}

#[test]
fn a_descriptor_that_the_shell_opened_is_read() {
    let sandbox = Sandbox::new();
    let text = format!("KEY={}\n", key(1));
    let run = sandbox.pipe(text.as_bytes(), ["scan", "/dev/stdin", "--format", "json"]).exits(1);
    assert_eq!(paths(&run.json()), ["/dev/stdin"]);
}

#[test]
fn names_that_are_not_utf_8_are_written_byte_by_byte() {
    let sandbox = Sandbox::new();
    let name = OsStr::from_bytes(b"odd\xff\xe9/n\xc3\xa9\x80.txt");
    let folder = sandbox.path(OsStr::from_bytes(b"odd\xff\xe9"));
    if fs::create_dir(&folder).is_err() {
        // The file systems of macOS refuse such names; Linux knows no such limit.
        return assert_ne!(std::env::consts::OS, "linux");
    }
    sandbox.write_key(name);
    let expect = r"odd\xFF\xE9/né\x80.txt";
    assert_eq!(paths(&sandbox.scan(["."])), [expect]);
    assert_eq!(paths(&sandbox.scan([name])), [expect]);
    sandbox.run(["scan"]).exits(1).prints(&[&format!("{expect}:1:7: high")]);
    let report = sandbox.scan([OsStr::from_bytes(b"missing\xff")]);
    assert_eq!(skipped(&report)[0].0, r"missing\xFF");
}

/// A file and a folder that the system refuses. The superuser is refused
/// nothing; what it cannot read either is tried in the test below.
#[test]
fn what_is_refused_is_skipped_with_the_reason() {
    let sandbox = Sandbox::new();
    sandbox.write_key("dir/open.txt");
    sandbox.write_key("dir/closed.txt");
    sandbox.write_key("dir/sealed/a.txt");
    for closed in ["dir/closed.txt", "dir/sealed"] {
        fs::set_permissions(sandbox.path(closed), Permissions::from_mode(0o000))
            .expect("the mode can be set");
    }
    let is_superuser = File::open(sandbox.path("dir/closed.txt")).is_ok();
    let report = sandbox.scan(["dir"]);
    let named = sandbox.scan(["dir/closed.txt"]);
    // So that the folder can be removed.
    fs::set_permissions(sandbox.path("dir/sealed"), Permissions::from_mode(0o700))
        .expect("the mode can be set");
    if is_superuser {
        return assert_eq!(paths(&report).len(), 3);
    }
    let detail = Some("permission denied");
    assert_eq!(
        skipped(&report),
        [("dir/closed.txt", "unreadable", detail), ("dir/sealed", "unreadable", detail)]
    );
    assert_eq!(paths(&report), ["dir/open.txt"]);
    assert_eq!(report["coverage"]["files"], 1);
    assert_eq!(skipped(&named), [("dir/closed.txt", "unreadable", detail)]);
}

/// A file whose reading fails in the middle, for anyone: its first page is not mapped.
#[cfg(target_os = "linux")]
#[test]
fn what_fails_while_it_is_read_is_skipped_with_the_reason() {
    let sandbox = Sandbox::new();
    sandbox.write_key("a.txt");
    let report = sandbox.scan(["/proc/self/mem", "a.txt"]);
    assert_eq!(skipped(&report), [("/proc/self/mem", "unreadable", Some("input/output error"))]);
    assert_eq!(paths(&report), ["a.txt"]);
    assert_eq!(report["coverage"]["files"], 1);
    sandbox.run(["scan", "/proc/self/mem"]).exits(2).prints(&[
        "  /proc/self/mem: unreadable: input/output error\n",
        "\nincomplete: 1 path skipped, so there is no verdict\n",
    ]);
}

/// A standard input that cannot be read: a folder.
#[test]
fn a_broken_standard_input_is_skipped() {
    let sandbox = Sandbox::new();
    let folder = File::open(sandbox.path(".")).expect("the folder is there");
    let output = sandbox.command(["scan", "-"]).stdin(folder).output().expect("the program can be started");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("  <stdin>: unreadable: is a directory\n"), "{text}");
}
