//! Holds `src/` to the house that `docs/architecture.md` describes.
//!
//! Modules may name only the floors below them, heavy crates have one home
//! each, and a few habits are checked where no lint does it. It reads the source
//! as tokens: comments and literals do not count, macros are not expanded, and
//! types are not resolved.
//!
//! **Invariant:** [`HOUSE`] and [`HOMES`] are the only places that say who may
//! name whom; every checker here has a table of made-up sources it must refuse.

mod tokens;
mod tree;

use std::fs;
use std::path::Path;

use tokens::{Reference, Token, declared, lex, references, test_modules, without_tests};

/// The rooms of the library from the ground up, each with the rooms it may name.
/// A room that is not built yet is not checked; one that is not listed may not be built.
const HOUSE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("rules", &["model"]),
    ("decode", &["model"]),
    ("select", &["model"]),
    ("unpack", &["model"]),
    ("suppress", &["model"]),
    ("render", &["model"]),
    ("pack", &["model"]),
    ("baseten", &["model"]),
    ("ocr", &["model"]),
    ("web", &["model"]),
    ("detect", &["rules", "decode", "suppress", "model"]),
    ("source", &["select", "pack", "model"]),
    ("verify", &["baseten", "model"]),
    (
        "scan",
        &[
            "detect", "source", "verify", "rules", "decode", "select", "unpack", "suppress", "render",
            "pack", "baseten", "ocr", "web", "model",
        ],
    ),
];

/// Heavy crates, each with the rooms that may name it outside tests.
const HOMES: &[(&[&str], &[&str])] = &[
    (&["clap", "clap_complete", "clap_mangen", "anyhow"], &["cli"]),
    (&["tempfile"], &["cli", "web"]),
    (&["signal_hook", "xattr"], &["cli"]),
    (&["git2", "ignore"], &["source"]),
    (&["globset"], &["select"]),
    (&["rayon"], &["source", "scan"]),
    (&["regex", "regex_syntax"], &["rules", "detect"]),
    (&["memmap2", "libdeflater"], &["pack"]),
    (&["bzip2", "lzma_rust2", "ruzstd", "lz4_flex", "deflate64"], &["unpack"]),
    (&["flate2"], &["unpack", "pack", "decode", "web"]),
    (&["colored", "indicatif"], &["cli", "render"]),
    (&["ureq", "rustls"], &["baseten", "web"]),
    (&["reqwest", "minreq", "attohttpc", "log", "fastrand"], &["baseten"]),
    (&["image"], &["ocr"]),
    (&["url", "html5gum", "base64"], &["web"]),
    (&["zeroize"], &["model"]),
];

/// What may not stand in code outside tests, as a run of tokens.
const BANNED: &[&[&str]] = &[
    &[".", "unwrap", "(", ")"],
    &["todo", "!"],
    &["process", "::", "exit"],
    &["#", "[", "allow", "("],
    &["#", "!", "[", "allow", "("],
];

/// Most lines of a file, of `main.rs` and of a file in `cli/commands`.
const FILE_LINES: usize = 500;
const MAIN_LINES: usize = 30;
const COMMAND_LINES: usize = 120;

/// A checker: the path of a file below `src` (with `/`) and its text in, what is wrong out.
type Checker = fn(&str, &str) -> Vec<String>;

/// The room a file belongs to: `model` of `model/blob.rs`, `scan` of `scan.rs`.
fn room(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or(path);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// Whether a file is compiled into the binary and not into the library.
fn is_binary(path: &str) -> bool {
    matches!(room(path), "main" | "cli")
}

/// Each room names only the rooms its floor permits, in tests as well.
fn floors(path: &str, text: &str) -> Vec<String> {
    let room = room(path);
    if is_binary(path) {
        return Vec::new();
    }
    let tokens = lex(text);
    if room == "lib" {
        let built = declared(&tokens);
        let strange = built.iter().filter(|name| !HOUSE.iter().any(|(room, _)| room == *name));
        return strange.map(|name| format!("src/{path}: the library may not hold `{name}`")).collect();
    }
    let Some((_, may)) = HOUSE.iter().find(|(name, _)| *name == room) else {
        return vec![format!("src/{path}: the house has no room `{room}`; add it to HOUSE or move the file")];
    };
    let wrong = |named: &str, line: usize| match HOUSE.iter().any(|(name, _)| *name == named) {
        true if named == room || may.contains(&named) => None,
        true => Some(format!("src/{path}:{line}: `{room}` may not name `{named}`, only {may:?}")),
        false => Some(format!("src/{path}:{line}: `{room}` names `{named}` at the root; name its room")),
    };
    let found = references(path, &tokens);
    found
        .iter()
        .filter_map(|reference| match reference {
            Reference::Room { name, line } => wrong(name, *line),
            Reference::Crate { name, line } if name == "baseleak" => wrong("baseleak", *line),
            Reference::Crate { .. } => None,
        })
        .collect()
}

/// Heavy crates are named in their homes only.
fn homes(path: &str, text: &str) -> Vec<String> {
    let room = room(path);
    let tokens = without_tests(&lex(text));
    let mut wrong = Vec::new();
    for reference in references(path, &tokens) {
        let Reference::Crate { name, line } = reference else { continue };
        for (crates, rooms) in HOMES {
            if crates.contains(&name.as_str()) && !rooms.contains(&room) {
                wrong.push(format!("src/{path}:{line}: `{name}` lives in {rooms:?}, not in `{room}`"));
            }
        }
    }
    wrong
}

/// No file outgrows its limit.
fn size(path: &str, text: &str) -> Vec<String> {
    let most = match path {
        "main.rs" => MAIN_LINES,
        _ if path.starts_with("cli/commands/") => COMMAND_LINES,
        _ => FILE_LINES,
    };
    let lines = text.lines().count();
    if lines > most { vec![format!("src/{path}: {lines} lines, at most {most} may be")] } else { Vec::new() }
}

/// Every file says first what it is.
fn opening(path: &str, text: &str) -> Vec<String> {
    let says = text.lines().next().and_then(|line| line.strip_prefix("//! "));
    match says {
        Some(what) if !what.trim().is_empty() => Vec::new(),
        _ => vec![format!("src/{path}:1: does not open with `//!` and a sentence")],
    }
}

/// `unsafe` stands in two places only, and each says why it is sound.
fn unsafety(path: &str, text: &str) -> Vec<String> {
    let at_home = path.starts_with("pack/") || path == "pack.rs" || path.starts_with("detect/shape");
    let lines: Vec<&str> = text.lines().collect();
    let mut wrong = Vec::new();
    for Token { line, .. } in lex(text).iter().filter(|token| token.text == "unsafe") {
        if !at_home {
            wrong.push(format!("src/{path}:{line}: `unsafe` may stand in pack and detect/shape only"));
        } else if !explained(&lines[..*line]) {
            wrong.push(format!("src/{path}:{line}: `unsafe` without a `SAFETY:` comment above it"));
        }
    }
    wrong
}

/// Whether the last of `lines`, or the comments and the beginning of the
/// statement right above it, hold a reason for soundness.
fn explained(lines: &[&str]) -> bool {
    let (last, above) = lines.split_last().expect("a token stands on some line");
    let is_reason = |line: &str| line.contains("SAFETY:") || line.contains("# Safety");
    let belongs = |line: &&&str| {
        let line = line.trim();
        line.starts_with("//")
            || line.starts_with("#[")
            || !(line.is_empty() || line.ends_with([';', '{', '}']))
    };
    is_reason(last) || above.iter().rev().take_while(belongs).any(|line| is_reason(line))
}

/// Nothing of [`BANNED`] stands outside tests.
fn banned(path: &str, text: &str) -> Vec<String> {
    let tokens = without_tests(&lex(text));
    let mut wrong = Vec::new();
    for run in BANNED {
        let matches =
            |window: &&[Token]| window.iter().map(|token| token.text.as_str()).eq(run.iter().copied());
        for window in tokens.windows(run.len()).filter(matches) {
            wrong.push(format!("src/{path}:{}: `{}` outside tests", window[0].line, run.concat()));
        }
    }
    wrong
}

/// Whether a file is there for tests only: by its name, or because one of
/// `modules` is or holds it.
fn is_test_file(path: &str, modules: &[String]) -> bool {
    let module = path.strip_suffix(".rs").unwrap_or(path);
    let within = |held: &String| {
        module.strip_prefix(held).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    module.ends_with("/tests") || module.ends_with("_tests") || modules.iter().any(within)
}

/// The files of `src`: path below it with `/`, and text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(&root).standard_filters(false).build() {
        let entry = entry.expect("src can be listed");
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let path = entry.path().strip_prefix(&root).expect("the walk stays below src");
        let path = path.to_str().expect("names in src are UTF-8").replace('\\', "/");
        files.push((path, fs::read_to_string(entry.path()).expect("a source file is readable UTF-8")));
    }
    assert!(!files.is_empty(), "no source files below {}", root.display());
    files
}

/// Runs a checker over the files of `src`, those for tests only when `in_tests`.
fn hold(checker: Checker, in_tests: bool) {
    let files = sources();
    let modules: Vec<String> = files.iter().flat_map(|(path, text)| test_modules(path, &lex(text))).collect();
    let asked = files.iter().filter(|(path, _)| in_tests || !is_test_file(path, &modules));
    let mut wrong: Vec<String> = asked.flat_map(|(path, text)| checker(path, text)).collect();
    wrong.sort();
    assert!(wrong.is_empty(), "the house does not hold:\n{}", wrong.join("\n"));
}

#[test]
fn rooms_name_only_the_floors_below() {
    hold(floors, true);
}

#[test]
fn heavy_crates_live_in_one_place() {
    hold(homes, false);
}

#[test]
fn files_stay_small() {
    hold(size, true);
}

#[test]
fn files_open_with_what_they_are() {
    hold(opening, true);
}

#[test]
fn unsafe_code_is_rare_and_explained() {
    hold(unsafety, true);
}

#[test]
fn banned_words_stay_in_tests() {
    hold(banned, false);
}

/// `expect` is a piece of each violation, in order.
fn check(checker: Checker, path: &str, text: &str, expect: &[&str]) {
    let wrong = checker(path, text);
    let same =
        wrong.len() == expect.len() && wrong.iter().zip(expect).all(|(got, piece)| got.contains(piece));
    assert!(same, "{path}: {text}\nexpected {expect:?}\n     got {wrong:?}");
}

#[test]
fn the_floor_checker_can_fail() {
    let table: &[(&str, &str, &[&str])] = &[
        ("model/blob.rs", "use super::Position; use std::fmt;", &[]),
        ("model/blob.rs", "use crate::rules::Rule;", &["blob.rs:1: `model` may not name `rules`"]),
        (
            "select/mod.rs",
            "fn f() {\n crate::source::walk() }",
            &["mod.rs:2: `select` may not name `source`"],
        ),
        ("select/glob.rs", "use super::super::source::Walk;", &["may not name `source`"]),
        ("select/mod.rs", "use super::source;", &["may not name `source`"]),
        ("select/mod.rs", "use super::glob;", &["names `glob` at the root"]),
        ("select/mod.rs", "use self::glob::Glob;", &[]),
        ("detect/mod.rs", "use crate::{model::{Blob, Secret}, rules, scan as s};", &["may not name `scan`"]),
        (
            "detect/a/b.rs",
            "use super::super::super::{model, render::{self, human}};",
            &["`render`", "`render`"],
        ),
        ("scan.rs", "use crate::{detect, model, source};", &[]),
        ("scan.rs", "use crate::cli::Plan;", &["names `cli` at the root"]),
        ("scan.rs", "use crate::*;", &["names `*` at the root"]),
        ("scan.rs", "use baseleak::model;", &["names `baseleak` at the root"]),
        (
            "decode/hex.rs",
            "// crate::scan\n/* crate::scan /* */ crate::scan */ const A: &str = \"crate::scan\";",
            &[],
        ),
        (
            "decode/hex.rs",
            "const A: &str = r#\"a\" crate::scan\"#; const B: char = '\"'; crate::scan!();",
            &["`scan`"],
        ),
        ("decode/hex.rs", "fn f<'a>(x: &'a str) -> char { '\\'' } use crate::pack;", &["`pack`"]),
        ("decode/hex.rs", "mod tests { use super::*; use super::super::super::scan; }", &["`scan`"]),
        ("decode/hex.rs", "mod tests { use super::super::*; }", &[]),
        ("decode/hex.rs", "macro_rules! m { () => { $crate::detect::f() } }", &["`detect`"]),
        ("decode/hex.rs", "pub(in crate::decode) fn f() -> impl Sized + use<> {}", &[]),
        ("utils/mod.rs", "", &["the house has no room `utils`"]),
        ("helpers.rs", "", &["the house has no room `helpers`"]),
        ("lib.rs", "pub mod model; mod scan;", &[]),
        ("lib.rs", "pub mod cli;", &["may not hold `cli`"]),
        ("cli/mod.rs", "use baseleak::scan; use crate::cli::args;", &[]),
    ];
    for (path, text, expect) in table {
        check(floors, path, text, expect);
    }
}

#[test]
fn the_home_checker_can_fail() {
    let table: &[(&str, &str, &[&str])] = &[
        ("cli/args.rs", "use clap::Parser;", &[]),
        ("scan.rs", "use clap::Parser;", &["`clap` lives in [\"cli\"], not in `scan`"]),
        ("lib.rs", "pub use clap;", &["`clap`"]),
        ("main.rs", "fn main() -> anyhow::Result<()> {}", &["`anyhow`"]),
        ("render/human.rs", "use {regex::{self, bytes::Regex}, std::fmt};", &["`regex`", "`regex`"]),
        ("render/human.rs", "fn f(r: ::regex::Regex) {}", &["`regex`"]),
        ("render/human.rs", "fn f() { Vec::<regex::Regex>::new() }", &["`regex`"]),
        ("render/human.rs", "extern crate regex;", &["`regex`"]),
        ("render/human.rs", "use colored::Colorize;", &[]),
        ("suppress/mod.rs", "mod ignore; pub use ignore::Entry;", &[]),
        ("suppress/list.rs", "use super::ignore; fn f() { ignore::read() }", &[]),
        ("select/mod.rs", "use ignore::WalkBuilder; use globset::Glob;", &["`ignore` lives in [\"source\"]"]),
        ("unpack/archive/zip.rs", "use flate2::read::DeflateDecoder; use deflate64::Deflate64Decoder;", &[]),
        ("scan/unpacked/mod.rs", "use ruzstd::decoding::StreamingDecoder;", &["`ruzstd`"]),
        ("pack/mod.rs", "#[cfg(test)]\nmod tests { use git2::Oid; }", &[]),
        ("pack/mod.rs", "#[cfg(not(test))]\nmod real { use git2::Oid; }", &["`git2`"]),
    ];
    for (path, text, expect) in table {
        check(homes, path, text, expect);
    }
}

#[test]
fn the_size_checker_can_fail() {
    for (path, most) in
        [("main.rs", 30), ("cli/commands/scan.rs", 120), ("cli/args.rs", 500), ("lib.rs", 500)]
    {
        check(size, path, &"//\n".repeat(most), &[]);
        check(size, path, &"//\n".repeat(most + 1), &["lines, at most"]);
    }
}

#[test]
fn the_opening_checker_can_fail() {
    check(opening, "a.rs", "//! What it is.\n", &[]);
    for text in ["", "\n//! Late.", "// Plain.", "/// An item.", "//!", "//! \n", "use std::fmt;"] {
        check(opening, "a.rs", text, &["does not open"]);
    }
}

#[test]
fn the_unsafe_checker_can_fail() {
    let bare = "fn f() {\n    unsafe { g() }\n}";
    let said = "fn f() {\n    // SAFETY: g has no conditions.\n    let x =\n        unsafe { g() };\n}";
    let table: &[(&str, &str, &[&str])] = &[
        ("pack/map.rs", bare, &["map.rs:2: `unsafe` without"]),
        ("detect/shape/avx2.rs", bare, &["without a `SAFETY:`"]),
        ("pack/map.rs", said, &[]),
        ("detect/shape.rs", said, &[]),
        ("pack/map.rs", "/// # Safety\n/// Needs AVX2.\n#[inline]\nunsafe fn f() {}", &[]),
        ("pack/map.rs", "// SAFETY: not this one.\nlet y = 1;\nunsafe { g() }", &["without"]),
        ("pack/map.rs", "fn f() {} // unsafe\n const A: &str = \"unsafe\";", &[]),
        ("source/mod.rs", said, &["may stand in pack and detect/shape only"]),
        ("detect/matcher.rs", said, &["may stand in"]),
    ];
    for (path, text, expect) in table {
        check(unsafety, path, text, expect);
    }
}

#[test]
fn the_word_checker_can_fail() {
    let table: &[(&str, &[&str])] = &[
        ("fn f() {\n x.unwrap() }", &["scan.rs:2: `.unwrap()`"]),
        ("fn f() { x\n  .unwrap( ) }", &["`.unwrap()`"]),
        ("fn f() { x.unwrap_or(1) }", &[]),
        ("fn f() { todo!() }", &["`todo!`"]),
        ("fn f() { std::process::exit(1) }", &["`process::exit`"]),
        ("#[allow(dead_code)]\nfn f() {}", &["`#[allow(`"]),
        ("#![allow(dead_code)]", &["`#![allow(`"]),
        ("#[expect(dead_code)]\nfn f() { \"x.unwrap()\" } // .unwrap()", &[]),
        ("#[cfg(test)]\n#[expect(x)]\nmod tests { fn f() { { x.unwrap() } } }", &[]),
        ("#[cfg(all(test, unix))] mod tests; fn f() { x.unwrap() }", &["`.unwrap()`"]),
        ("#[cfg(test)] mod tests { } fn f() { x.unwrap() }", &["`.unwrap()`"]),
    ];
    for (text, expect) in table {
        check(banned, "scan.rs", text, expect);
    }
}

#[test]
fn files_for_tests_are_told_from_others() {
    let text =
        "#[cfg(test)] mod canonical; #[cfg(test)] mod tests { mod a; } #[cfg(test)] use x::{y}; mod human;";
    let modules = test_modules("render/mod.rs", &lex(text));
    assert_eq!(modules, ["render/canonical"]);
    let table = [
        ("render/canonical.rs", true),
        ("render/canonical/more.rs", true),
        ("render/canonical_form.rs", false),
        ("render/human.rs", false),
        ("render/human/tests.rs", true),
        ("render/human_tests.rs", true),
        ("render/contests.rs", false),
    ];
    for (path, expect) in table {
        assert_eq!(is_test_file(path, &modules), expect, "{path}");
    }
}
