//! Keys behind encodings, in texts that say whose they are, through the whole detector.

use std::fmt::Write as _;

use crate::detect::Detector;
use crate::model::{Blob, Encoding, Finding, Provenance};
use crate::rules::RuleSet;

/// A linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 40).expect("24 bits fit") % bound
    }

    fn word(&mut self, length: usize) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|_| char::from(alphabet[self.below(62)])).collect()
    }

    fn key(&mut self, prefix: &str) -> String {
        format!("{prefix}{}.{}", self.word(8), self.word(32))
    }
}

fn base64(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut code = String::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| usize::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let sign = char::from(alphabet[bits >> (18 - 6 * at) & 63]);
            code.push(if at <= group.len() { sign } else { '=' });
        }
    }
    code
}

fn each(text: &str, escape: impl Fn(u8) -> String) -> String {
    text.bytes().map(escape).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn scan(text: &[u8]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let provenance = Provenance { shown: b"a.txt", relative: b"a.txt" };
    Detector::new(RuleSet::builtin()).scan(&Blob::whole(text, provenance), &mut findings);
    findings
}

/// One finding of `key` in `text`, by these encodings, where `code` stands, and nothing of it shown.
#[track_caller]
fn check(text: &str, key: &str, code: &str, encodings: &[Encoding]) -> Finding {
    let findings = scan(text.as_bytes());
    let [finding] = &findings[..] else { panic!("{} findings in {text}: {findings:?}", findings.len()) };
    assert_eq!(finding.secret.expose(), key.as_bytes(), "{text}");
    assert_eq!(finding.encodings, encodings, "{text}");
    let at = text.find(code).expect("it stands there");
    let line = text[..at].matches('\n').count() as u64 + 1;
    assert_eq!(finding.location.start.line, line, "{text}");
    let column = text[..at].rsplit('\n').next().map_or(0, |line| line.chars().count()) as u64 + 1;
    assert_eq!(finding.location.start.column, column, "{text}");
    let shown = format!("{}{}{}", finding.snippet.before, finding.snippet.mask, finding.snippet.after);
    for piece in code.as_bytes().windows(10) {
        let piece = String::from_utf8_lossy(piece);
        assert!(finding.snippet.mask.contains(&*piece) || !shown.contains(&*piece), "{shown}");
    }
    let detector = Detector::new(RuleSet::builtin());
    assert!(detector.glance(text.as_bytes()).may_hold, "{text}");
    assert!(detector.stirs(code.as_bytes()) || code.len() < 30, "{code}");
    assert!(!detector.decoding(false).glance(text.as_bytes()).may_hold, "{text}");
    finding.clone()
}

#[test]
fn every_encoding_is_found_once_and_hidden() {
    let mut random = Random(1);
    for prefix in ["b10_", ""] {
        let key = random.key(prefix);
        let dot = key.find('.').expect("it has one");
        let (before, behind) = (&key[..dot], &key[dot + 1..]);
        let hex = each(&key, |byte| format!("{byte:02x}"));
        for (code, encoding) in [
            (base64(key.as_bytes()), Encoding::Base64),
            (hex, Encoding::Hex),
            (each(&key, |byte| format!("%{byte:02X}")), Encoding::Percent),
            (format!("{before}%2E{behind}"), Encoding::Percent),
            (format!("{before}\\u002e{behind}"), Encoding::Escapes),
            (format!("{before}\\x2e{behind}"), Encoding::Escapes),
            (each(&key, |byte| format!("\\x{byte:02x}")), Encoding::Escapes),
            (format!("{before}&#46;{behind}"), Encoding::Html),
            (format!("{before}&#x2e;{behind}"), Encoding::Html),
            (format!("{before}&period;{behind}"), Encoding::Html),
            (format!("{before}=2E{behind}"), Encoding::QuotedPrintable),
            (format!("{before}.{}=\n{}", &behind[..9], &behind[9..]), Encoding::QuotedPrintable),
            (format!("{before}.\" \"{behind}"), Encoding::Concatenation),
            (format!("{before}.\" + \\\n    \"{behind}"), Encoding::Concatenation),
            (format!("{before}.{}' +\n  '{}", &behind[..16], &behind[16..]), Encoding::Concatenation),
        ] {
            check(&format!("x\nBASETEN_API_KEY = \"{code}\" # end\ny"), &key, &code, &[encoding]);
        }
    }
}

#[test]
fn one_in_another_is_found() {
    let mut random = Random(2);
    let key = random.key("b10_");
    let twice = base64(base64(key.as_bytes()).as_bytes());
    check(&format!("a: {twice}\n"), &key, &twice, &[Encoding::Base64, Encoding::Base64]);
    let text = format!("{{\"some\": \"words\", \"words\": \"some\", \"api_key\": \"{key}\"}}").repeat(3);
    let packed = base64(&gzip(&text));
    let findings = scan(format!("release: {}", base64(packed.as_bytes())).as_bytes());
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].encodings, [Encoding::Base64, Encoding::Base64, Encoding::Gzip]);
    let inner = format!("{}%2E{}", &key[..12], &key[13..]);
    let code = base64(format!("k={inner}").as_bytes());
    let findings = scan(format!("x {code} y").as_bytes());
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].encodings, [Encoding::Base64, Encoding::Percent]);
}

#[test]
fn words_around_the_code_speak_for_it() {
    let mut random = Random(3);
    let key = random.key("");
    let code = base64(key.as_bytes());
    for (text, reason) in [
        (format!("data:\n  BASETEN_API_KEY: {code}\n"), "\"baseten\" on the same line"),
        (format!("baseten\n\ndata:\n  value: {code}\n"), "\"baseten\" within five lines"),
        (format!("data:\n  value: {code}\n"), "nothing near it names an owner"),
    ] {
        let finding = check(&text, &key, &code, &[Encoding::Base64]);
        assert!(finding.reasons[0].to_string().contains(reason), "{:?}", finding.reasons);
    }
    let inner = base64(format!("baseten_key={key}").as_bytes());
    let findings = scan(format!("value: {inner}").as_bytes());
    assert!(findings[0].reasons[0].to_string().contains("\"baseten\" on the same line"));
}

#[test]
fn what_is_plain_is_told_of_once() {
    let mut random = Random(4);
    for prefix in ["b10_", ""] {
        let key = random.key(prefix);
        for text in [
            format!("https://x.example/a%20b?baseten_key={key}&c=%2E"),
            format!("{{\"baseten\": \"\\u0020{key}\\u0020\"}}"),
            format!("baseten = \"{key}\" \"\" # \\x2e"),
        ] {
            let findings = scan(text.as_bytes());
            assert_eq!(findings.len(), 1, "{text}: {findings:?}");
            assert!(findings[0].encodings.is_empty(), "{text}");
        }
        // The same key twice is two findings, in two places.
        let text = format!("baseten {key}\nbaseten {}\n", base64(key.as_bytes()));
        assert_eq!(scan(text.as_bytes()).len(), 2);
    }
}

#[test]
fn what_is_fresh_elsewhere_is_found_there() {
    let mut random = Random(5);
    let key = random.key("b10_");
    let text = format!("a: {}\n", base64(key.as_bytes()));
    let mut findings = Vec::new();
    let mut blob = Blob::whole(text.as_bytes(), Provenance { shown: b"a", relative: b"a" });
    blob.fresh = 4..text.len();
    Detector::new(RuleSet::builtin()).scan(&blob, &mut findings);
    assert!(findings.is_empty());
}

#[test]
fn encoded_keys_in_paths_are_masked() {
    let key = Random(6).key("b10_");
    let code = base64(key.as_bytes());
    let detector = Detector::new(RuleSet::builtin());
    let shown = detector.path_name(format!("notes/{code}.txt").as_bytes()).to_string();
    assert!(!shown.contains(&code[4..20]), "{shown}");
}

/// Texts with encoded keys, and edits near them and in them: who sees the edits
/// with what is around them is told of every key that they complete.
#[test]
fn edits_tell_of_all_that_they_complete() {
    let detector = Detector::new(RuleSet::builtin());
    let reach = detector.reach().expect("the built-in rules are judged by edits");
    let mut random = Random(7);
    let mut completed = 0;
    for _ in 0..1500 {
        let text = filler(&mut random).into_bytes();
        let prefix = ["b10_", ""][random.below(2)];
        let key = random.key(prefix);
        let code = encoded(&mut random, &key).into_bytes();
        let place = random.below(text.len());
        let new = [&text[..place], b" \"", &code, b"\" ", &text[place..]].concat();
        // The base lacks some of it: a part of the code, or one character.
        let cut = place + 2 + random.below(code.len());
        let len = [1, 1, 2, 7, 30, 200][random.below(6)].min(new.len() - cut);
        let base = [&new[..cut], &b"~~"[..random.below(3)], &new[cut + len..]].concat();
        let glance = detector.glance(&base);
        if !detector.glance(&new).may_hold || glance.may_hold || glance.has_keyword {
            continue;
        }
        completed += 1;
        let from = cut.saturating_sub(reach);
        let edits = &new[from..new.len().min(cut + len + reach)];
        assert!(detector.stirs(edits), "{}", String::from_utf8_lossy(edits));
    }
    assert!(completed > 300, "{completed}");
}

fn filler(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(60) {
        let length = 1 + random.below(12);
        let sign = [" ", "\n", " = ", "; ", "(", "\", \"", "%d\\n"][random.below(7)];
        write!(text, "{}{sign}", random.word(length).to_lowercase()).expect("a string takes it");
    }
    text
}

fn encoded(random: &mut Random, key: &str) -> String {
    let at = 1 + random.below(key.len() - 1);
    let (before, behind) = key.split_at(at);
    let lines = |code: &str, joint: &str| {
        let lines = code.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned());
        lines.collect::<Vec<_>>().join(joint)
    };
    let long =
        format!("{}{key} {}", "words in a text, ".repeat(random.below(20)), "more ".repeat(random.below(40)));
    match random.below(10) {
        0 => base64(key.as_bytes()),
        1 => lines(&base64(long.as_bytes()), "\n    "),
        2 => lines(&base64(long.as_bytes()), "\\n"),
        3 => base64(&gzip(&format!("{}{key}", random.word(300)))),
        4 => base64(base64(key.as_bytes()).as_bytes()),
        5 => each(key, |byte| format!("{byte:02x}")),
        6 => each(key, |byte| format!("\\u{byte:04x}")),
        7 => each(key, |byte| format!("&#{byte};")),
        8 => format!("{before}\" + \"{behind}"),
        _ => format!("{before}%{:02X}{}", behind.as_bytes()[0], &behind[1..]),
    }
}
