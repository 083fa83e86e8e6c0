//! Tables for the translation of Go's expressions; each row is checked on text, not on spelling.

use super::*;
use regex::bytes::Regex;

fn compile(go: &str) -> Regex {
    let rust = translate(go).unwrap_or_else(|e| unreachable!("{go}: {e}"));
    Regex::new(&rust).unwrap_or_else(|e| unreachable!("{go} became {rust}: {e}"))
}

/// `yes` must match `go` from end to end, `no` nowhere.
fn check(go: &str, yes: &[&str], no: &[&str]) {
    let regex = compile(go);
    for text in yes {
        let found = regex.find(text.as_bytes()).map(|m| m.as_bytes());
        assert_eq!(found, Some(text.as_bytes()), "{go} on {text:?}");
    }
    for text in no {
        assert!(!regex.is_match(text.as_bytes()), "{go} must not match {text:?}");
    }
}

#[test]
fn literals_and_quoting() {
    check(r"\Qa.b*[\E+", &["a.b*[", "a.b*[[["], &["axb*["]);
    check(r"x\Q(?i", &["x(?i"], &["x"]);
    check(r"a\Q\Eb", &["ab"], &[]);
    check(r"\<a\>\_\-\/\ \#\%\'\,", &["<a>_-/ #%',"], &["a"]);
    check("a#b &&~~-- c", &["a#b &&~~-- c"], &[]);
    check("}]", &["}]"], &[]);
    check(r"\.\+\*\?\(\)\|\[\]\{\}\^\$\\", &[r".+*?()|[]{}^$\"], &[]);
}

#[test]
fn braces() {
    check("{,5}", &["{,5}"], &["a"]);
    check("a{,5}", &["a{,5}"], &["aaa"]);
    check("a{", &["a{"], &["a"]);
    check("a{}", &["a{}"], &[]);
    check("a{x}", &["a{x}"], &[]);
    check("a{ 2 }", &["a{ 2 }"], &["aa"]);
    check("a{02}", &["a{02}"], &["aa"]);
    check("a{2", &["a{2"], &["aa"]);
    check("${[a-z]+}", &[], &["{a}"]);
    check(r"\${[a-z]+}", &["${abc}"], &["abc"]);
    check("a{2}", &["aa"], &["a"]);
    check("^a{2,}$", &["aaaa"], &["a"]);
    check("^a{0,2}$", &["", "aa"], &["aaa"]);
    check("^a{1,3}?$", &["aaa"], &[""]);
}

#[test]
fn classes() {
    check("^[[a]$", &["[", "a"], &["]"]);
    check("^[]a]$", &["]", "a"], &["["]);
    check("^[^]a]$", &["b", "["], &["]", "a"]);
    check("^[a&&b]$", &["a", "&", "b"], &["c"]);
    check("^[+--]$", &["+", ",", "-"], &["."]);
    check("^[a~~b]$", &["a", "~", "b"], &["c"]);
    check("^[a-]$", &["a", "-"], &["b"]);
    check("^[-a]$", &["a", "-"], &["b"]);
    check(r"^[\w.-]$", &["a", ".", "-", "_"], &["+", "é"]);
    check(r"^[\w-x]$", &["-", "x", "_"], &["+"]);
    check(r"^[\]\[\^\-\\]$", &["]", "[", "^", "-", r"\"], &["a"]);
    check(r"^[\<\>]$", &["<", ">"], &["a"]);
    check(r"^[\d\s]$", &["1", " ", "\t"], &["\u{b}", "٣"]);
    check(r"^[^\W]$", &["a"], &["-", "é"]);
    check(r"^[\D]$", &["a", "٣"], &["1"]);
    check(r"^[\x60'\x{22}\s=]$", &["`", "'", "\"", "="], &["a"]);
    check(r"^[!-~]$", &["!", "a", "~"], &[" "]);
    check("^[a #]$", &["a", " ", "#"], &["b"]);
}

#[test]
fn posix_and_unicode_classes() {
    check("^[[:alnum:]_]$", &["a", "1", "_"], &["-", "é"]);
    check("^[[:^alpha:]]$", &["1"], &["a"]);
    check("^[[:word:]]$", &["_"], &["-"]);
    check("^[[:space:]]$", &["\u{b}", " "], &["a"]);
    check("^[[:a]$", &["[", ":", "a"], &["b"]);
    check(r"^\pL$", &["é"], &["1"]);
    check(r"^\p{Greek}$", &["α"], &["a"]);
    check(r"^\p{^Greek}$", &["a"], &["α"]);
    check(r"^\P{^Greek}$", &["α"], &["a"]);
    check(r"^[\p{Lu}\PL]$", &["A", "1"], &["a"]);
}

#[test]
fn perl_classes_and_boundaries_are_ascii() {
    check(r"^\w$", &["a", "_", "0"], &["é", "ß"]);
    check(r"^\W$", &["é", "-"], &["a"]);
    check(r"^\d$", &["7"], &["٣"]);
    check(r"^\D$", &["٣"], &["7"]);
    check(r"^\s$", &[" ", "\t", "\n", "\r", "\u{c}"], &["\u{b}", "\u{a0}"]);
    check(r"^\S$", &["\u{b}", "\u{a0}"], &[" "]);
    assert!(compile(r"é\bx").is_match("éx".as_bytes()), "a letter beyond ASCII is no word character");
    assert!(!compile(r"é\Bx").is_match("éx".as_bytes()));
    assert!(compile(r"a\Bx").is_match(b"ax"));
}

#[test]
fn numbers_as_escapes() {
    check(r"^\0$", &["\0"], &[]);
    check(r"^\101\60$", &["A0"], &[]);
    check(r"^\0601$", &["01"], &[]);
    check(r"^\x41\x{1F600}$", &["A😀"], &[]);
    check(r"^\xe9$", &["é"], &[]);
    check(r"^\a\f\t\n\r\v$", &["\u{7}\u{c}\t\n\r\u{b}"], &[]);
    check(r"^[\101-\103]$", &["A", "C"], &["D"]);
}

#[test]
fn anchors_and_flags() {
    check(r"\Aab\z", &["ab"], &["ab\n"]);
    check("ab$", &["ab"], &["ab\n"]);
    check("(?m)^b$", &["b"], &["ab"]);
    assert!(compile("(?m)a$").is_match(b"a\nb"));
    check("(?i)key", &["key", "KEY", "\u{212a}ey"], &[]);
    check("(?i)s", &["ſ"], &[]);
    check(r"(?i)^\w$", &["ſ", "k"], &["é"]);
    check(r"(?i)^\W$", &["é"], &["ſ"]);
    check("a.b", &["axb", "aéb"], &["a\nb"]);
    check("(?s)a.b", &["a\nb"], &[]);
    check("(?s:a.)b", &["a\nb"], &[]);
    check("(?i)a(?-i:b)c", &["AbC"], &["ABC"]);
    check("a(?i)b|c", &["aB", "C"], &["Ab"]);
    check("(?ii-ss:A)", &["a"], &[]);
    check("(?i-i)A", &["A"], &["a"]);
    check("(?)a(?:b)", &["ab"], &[]);
    assert_eq!(compile("(?U)a+").find(b"aaa").map(|m| m.len()), Some(1));
    assert_eq!(compile("(?U)a+?").find(b"aaa").map(|m| m.len()), Some(3));
}

#[test]
fn groups_keep_their_numbers() {
    let check = |go: &str, groups: usize| assert_eq!(compile(go).captures_len() - 1, groups, "{go}");
    check("a", 0);
    check("(a)(?:b)(?i:c)(?i)d", 1);
    check("(?P<one>a)(?<two>b)", 2);
    check("(?P<2nd>a)", 1);
    check("((a)|(b))*()", 4);
    check(r"\(a\)[(](a|)", 1);
    check(r"\Q(\E(a)", 1);
}

#[test]
fn what_go_does_not_have_is_named_with_its_offset() {
    let check = |go: &str, offset: usize, word: &str| {
        let error = translate(go).expect_err(go);
        assert_eq!(error.offset, offset, "{go}: {error}");
        assert!(error.what.contains(word), "{go}: {error}");
    };
    check("a(?=b)", 1, "look-ahead `(?=`");
    check("a(?!b)", 1, "negative look-ahead");
    check("(?<=a)b", 0, "look-behind `(?<=`");
    check("(?<!a)b", 0, "negative look-behind");
    check("(?>a)", 0, "atomic");
    check("(?#a)", 0, "comment");
    check(r"(a)\1", 3, r"backreference `\1`");
    check(r"(a)\8", 3, r"backreference `\8`");
    check(r"\C", 0, r"`\C`");
    check(r"a\Z", 1, r"`\Z`");
    check(r"\h\K", 0, r"`\h`");
    check(r"a\E", 1, r"`\E`");
    check(r"[\b]", 1, r"`\b`");
    check(r"\é", 0, r"`\é`");
    check("(?x)a", 2, "flag `x`");
    check("(?i-)a", 4, "flag `)`");
    check("(?P<a-b>x)", 0, "group name");
    check("(?P<>x)", 0, "group name");
    check("a{1001}", 1, "{1001}");
    check("a{3,2}", 1, "{3,2}");
    check("a**", 2, "upon a repetition");
    check("a*+", 2, "upon a repetition");
    check("a{2}{3}", 4, "upon a repetition");
    check("*a", 0, "nothing to repeat");
    check("a|*", 2, "nothing to repeat");
    check("(?i)*", 4, "nothing to repeat");
    check("(a", 0, "without its `)`");
    check("a)", 1, "without its `(`");
    check("(?i", 0, "without its `)`");
    check("[a", 0, "without its `]`");
    check("[]", 0, "without its `]`");
    check(r"[a\", 2, "at the end");
    check("[z-a]", 1, "`z-a`");
    check("[a--c]", 1, "`a--`");
    check(r"[a-\d]", 3, r"`\d`");
    check("[[:foo:]]", 1, "[:foo:]");
    check(r"\x4", 0, "hexadecimal");
    check(r"\x{}", 0, "hexadecimal");
    check(r"\x{D800}", 0, "U+D800");
    check(r"\x{110000}", 0, "U+110000");
    check(r"\p{sc=Greek}", 0, "name");
    check(r"\p{L", 0, "without its `}`");
    check(r"\p", 0, "without a name");
    check("a\\", 1, "at the end");
}
