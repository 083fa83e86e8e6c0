//! Looks over every file of the repository: no key of any shape stands in it,
//! and no path of the machine somebody wrote it on.
//!
//! It reads what git would track (ignored files are passed over) as raw bytes,
//! so that encoded keys are none of its business.
//!
//! **Invariant:** this file is looked over as well, so keys and paths are put
//! together at run time.

use std::fs;
use std::path::Path;

use regex::bytes::Regex;

/// Lengths of the two parts of a key.
const PREFIX: usize = 8;
const SECRET: usize = 32;

/// Names in a home folder that belong to nobody.
const NOBODY: [&[u8]; 5] = [b"user", b"you", b"me", b"alice", b"name"];

/// The offsets of the dots of key-shaped strings.
fn keys(bytes: &[u8]) -> Vec<usize> {
    let dots = bytes.iter().enumerate().filter(|&(_, &byte)| byte == b'.').map(|(at, _)| at);
    dots.filter(|&dot| is_key(&bytes[..dot], &bytes[dot + 1..])).collect()
}

/// Whether what stands before and behind a dot makes a key of the new shape, or
/// one of the old shape that is too mixed to be program text.
fn is_key(before: &[u8], behind: &[u8]) -> bool {
    let left = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let right = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if left < PREFIX || right < SECRET {
        return false;
    }
    let is_new = left == PREFIX && before[..before.len() - left].ends_with(b"b10_");
    is_new || (right == SECRET && is_mixed(&behind[..SECRET]))
}

/// Whether a secret holds upper case, lower case and digits that alternate as
/// random characters do and names do not.
fn is_mixed(secret: &[u8]) -> bool {
    let class = |byte: &u8| (byte.is_ascii_digit(), byte.is_ascii_uppercase());
    let classes = [(true, false), (false, true), (false, false)];
    let changes = secret.windows(2).filter(|pair| class(&pair[0]) != class(&pair[1])).count();
    classes.iter().all(|wanted| secret.iter().any(|byte| class(byte) == *wanted)) && changes >= 12
}

/// The paths in `bytes` that lead into somebody's home folder or into `checkout`.
fn machine_paths(bytes: &[u8], checkout: &str) -> Vec<String> {
    let home = format!(
        r"(?-u)(?:^|[^A-Za-z0-9._~*}}\]-])(?:/(?:{0}|{1})/([A-Za-z0-9][A-Za-z0-9._-]*)/|/{2}/|[A-Z]:[\\/]+{1}[\\/]+([A-Za-z0-9]+))",
        "home", "Users", "root"
    );
    let home = Regex::new(&home).expect("the expression is sound");
    let whose = |found: &regex::bytes::Captures<'_>| {
        let name = found.get(1).or(found.get(2)).map_or(&b""[..], |name| name.as_bytes());
        !NOBODY.contains(&name.to_ascii_lowercase().as_slice())
    };
    let mut paths: Vec<String> = home
        .captures_iter(bytes)
        .filter(whose)
        .map(|found| String::from_utf8_lossy(&found[0]).trim().to_owned())
        .collect();
    // A checkout at `/src` would make every such word a path of the machine.
    if checkout.matches(['/', '\\']).count() > 1 {
        let edge = format!("(?-u){}(?:[^A-Za-z0-9._-]|$)", regex::escape(checkout));
        let edge = Regex::new(&edge).expect("an escaped path is sound");
        paths.extend(edge.find_iter(bytes).map(|_| checkout.to_owned()));
    }
    paths
}

#[test]
fn no_key_and_no_path_of_a_machine_stands_in_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut walk = ignore::WalkBuilder::new(root);
    walk.hidden(false).parents(false).require_git(false);
    walk.filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | "target")));
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in walk.build() {
        let entry = entry.expect("the repository can be listed");
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let name = entry.path().strip_prefix(root).expect("the walk stays below the root").display();
        let bytes = fs::read(entry.path()).expect("a file of the repository is readable");
        let line = |at: usize| memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1;
        wrong
            .extend(keys(&bytes).into_iter().map(|dot| format!("{name}:{}: a key-shaped string", line(dot))));
        let paths = machine_paths(&bytes, env!("CARGO_MANIFEST_DIR"));
        wrong.extend(paths.iter().map(|path| format!("{name}: {path}: a path of somebody's machine")));
        seen += 1;
    }
    assert!(seen > 10, "only {seen} files in {}", root.display());
    assert!(wrong.is_empty(), "defang the keys (`[.]`) and drop the paths:\n{}", wrong.join("\n"));
}

#[test]
fn the_key_checker_can_fail() {
    let mixed = "a1B".repeat(11)[..32].to_owned();
    let flat = "deadbeef".repeat(4);
    let table: &[(String, usize)] = &[
        (format!("b10_abcd1234.{mixed}"), 1),
        (format!("b10_abcd1234.{flat}"), 1),
        (format!("x = \"b10_abcd1234.{mixed}.\""), 1),
        (format!("b10_abcd1234.{flat}0"), 1),
        (format!("abcd1234.{mixed}"), 1),
        (format!("\\nabcd1234.{mixed}\nabcd1234.{mixed}"), 2),
        (format!("abcd1234.{flat}"), 0),
        (format!("abcd1234.{mixed}0"), 0),
        (format!("abcd123.{mixed}"), 0),
        (format!("abcd1234[.]{mixed}"), 0),
        (format!("abcd1234.{}", "abstractConfigurationProviderV12"), 0),
        ("b10_abcd1234.****".to_owned(), 0),
    ];
    for (text, expect) in table {
        assert_eq!(keys(text.as_bytes()).len(), *expect, "{text}");
    }
}

#[test]
fn the_path_checker_can_fail() {
    let at = |folder: &str, rest: &str| format!("see /{folder}/{rest}");
    let table: &[(String, usize)] = &[
        (at("home", "kim/src"), 1),
        (at("Users", "kim/src"), 1),
        (at("root", ".cargo"), 1),
        (format!("C:\\{}\\kim", "Users"), 1),
        (at("home", "user/.trussrc"), 0),
        (at("home", "[^/]+/.trussrc"), 0),
        (format!("docs{}", at("home", "").replace("see ", "")), 0),
        ("built in /opt/some/where today".to_owned(), 1),
        ("built in /opt/some/where-else".to_owned(), 0),
    ];
    for (text, expect) in table {
        assert_eq!(machine_paths(text.as_bytes(), "/opt/some/where").len(), *expect, "{text}");
    }
}
