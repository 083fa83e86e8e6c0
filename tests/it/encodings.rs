//! Keys that stand encoded are found by every command, told of with their chain,
//! and never shown; and a history is judged by its edits as by its whole texts.

use std::path::Path;

use serde_json::{Value, json};

use crate::contexts::Rng;
use crate::sandbox::{Sandbox, assert_hidden, key};

pub(crate) fn base64(text: impl AsRef<[u8]>) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut code = String::new();
    for group in text.as_ref().chunks(3) {
        let byte = |at: usize| usize::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let sign = char::from(alphabet[bits >> (18 - 6 * at) & 63]);
            code.push(if at <= group.len() { sign } else { '=' });
        }
    }
    code
}

/// A secret of Kubernetes with the key of this number, and its code.
fn secret(number: usize) -> (String, String) {
    let code = base64(key(number));
    (format!("kind: Secret\ndata:\n  BASETEN_API_KEY: {code}\n"), code)
}

fn commit(sandbox: &Sandbox) {
    sandbox.git(["add", "--all"]);
    sandbox.git(["commit", "--quiet", "--message", "one"]);
}

#[test]
fn every_command_finds_them() {
    let sandbox = Sandbox::repository();
    let (text, code) = secret(1);
    sandbox.write("secret.yaml", &text);
    sandbox.git(["add", "--all"]);
    for (command, after) in [("scan", 0), ("staged", 0), ("history", 1)] {
        if after == 1 {
            commit(&sandbox);
        }
        let run = sandbox.run([command, "--format", "json"]).exits(1);
        let finding = &run.json()["findings"][0];
        assert_eq!(finding["encodings"], json!(["base64"]), "{command}");
        assert_eq!((&finding["line"], &finding["column"]), (&json!(3), &json!(20)), "{command}");
        assert_eq!(finding["end_column"], json!(20 + 60), "{command}");
        assert_hidden(&key(1), &run.stdout);
        assert!(!run.stdout.contains(&code[16..26]), "{command} shows the code");
        let human = sandbox.run([command]).exits(1).prints(&["  = decoded from base64\n"]);
        assert!(!human.stdout.contains(&code[16..26]), "{command} shows the code");
        sandbox.run([command, "--no-decode"]).exits(0);
    }
    sandbox.write(".baseleak.toml", "[scan]\ndecode = false\n");
    sandbox.run(["scan"]).exits(0);
}

/// In a file of several windows as well, in each of them.
#[test]
fn large_files_are_no_cover() {
    let sandbox = Sandbox::new();
    let mut text = String::new();
    for number in 0..20 {
        text += &secret(number).0;
        text += &"some words that fill a line of the file\n".repeat(15_000);
    }
    sandbox.write("large.txt", text);
    assert_eq!(sandbox.scan(["."])["summary"]["findings"], 20);
}

/// A text in which keys are encoded, edited again and again, near them and in them.
fn versions(rng: &mut Rng, sandbox: &Sandbox, name: &str) {
    let mut below = |bound: usize| rng.below(bound);
    let mut lines: Vec<String> =
        (0..200).map(|line| format!("line {line} of {name}, with some words in it")).collect();
    for version in 0..30 {
        let (from, to) = (below(lines.len()), below(lines.len()));
        let full = key(below(1000));
        let (id, tail) = full.split_once('.').expect("it has a dot");
        lines[from] = match below(7) {
            0 => format!("k: {}", base64(&full)),
            1 => format!("k: {id}\\u002e{tail}"),
            2 => full.bytes().fold("h: ".to_owned(), |hex, byte| hex + &format!("{byte:02x}")),
            3 => format!("x = \"{}\" \"{}\"", &full[..20], &full[20..]),
            4 => format!("https://x.example/?k={}", full.replace('.', "%2E")),
            _ => format!("version {version} has another line"),
        };
        // Something is taken out of a line, and put back in a later version.
        let cut = below(lines[to].len().max(1)).min(lines[to].len());
        if below(2) == 0 && cut < lines[to].len() {
            lines[to].remove(cut);
        } else {
            lines[to].insert(cut, '-');
        }
        sandbox.write(Path::new(name).join(format!("{version:02}.txt")), lines.join("\n"));
    }
}

#[test]
fn edits_are_judged_as_whole_texts_are() {
    let sandbox = Sandbox::repository();
    let mut rng = Rng::of_part(0xED17, 1);
    for name in ["a", "b", "c"] {
        versions(&mut rng, &sandbox, name);
    }
    commit(&sandbox);
    sandbox.git(["repack", "-adfq", "--depth=40"]);
    let report =
        |engine: &str| -> Value { sandbox.run(["history", "--format", "json", "--engine", engine]).json() };
    let (by_edits, by_whole) = (report("pack"), report("git2"));
    assert_eq!(by_edits, by_whole);
    let findings = by_whole["findings"].as_array().expect("there are findings");
    let encoded = findings.iter().filter(|finding| finding["encodings"].is_array()).count();
    assert!(encoded > 50, "{encoded} of {}", findings.len());
}
