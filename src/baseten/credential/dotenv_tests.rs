//! Lines of `.env` and start-up files, and mutations of them.

use super::super::made_tests::{Random, keys};
use super::*;

const NAME: &str = "BASETEN_API_KEY";

/// Files with the key in force at each `<KEY>`; `<SAME>` is the same key where it
/// is not replaced, and `<LOCK>` another key.
const FILES: &[&str] = &[
    "BASETEN_API_KEY=<KEY>",
    "A=1\nBASETEN_API_KEY=<KEY>\nB=2\n",
    "\u{feff}BASETEN_API_KEY=<KEY>\n",
    "export BASETEN_API_KEY=\"<KEY>\"\n",
    "  export\tBASETEN_API_KEY='<KEY>'  # mine, was <SAME>\r\n",
    "BASETEN_API_KEY = <KEY> # it's mine\r\nX=\"open\r\n",
    "BASETEN_API_KEY=<KEY>; export BASETEN_API_KEY\n",
    "export BASETEN_API_KEY=\"<KEY>\" && echo\n",
    "declare -x BASETEN_API_KEY=\"<KEY>\"\n",
    "# BASETEN_API_KEY=<SAME>\nMY_BASETEN_API_KEY=<SAME>\nBASETEN_API_KEY_OLD=<SAME>\nBASETEN_API_KEY=<KEY>\n",
    "BASETEN_API_KEY=<KEY>\nBASETEN_API_KEY=<LOCK>\nBASETEN_API_KEY='<KEY>'\nexport BASETEN_API_KEY\n",
    "BASETEN_API_KEY=$(op read x)\nBASETEN_API_KEY=<KEY>\n",
    "if true; then\n    export BASETEN_API_KEY=\"<KEY>\"\nfi\n",
];

fn secret(key: &str) -> Secret {
    Secret::new(key.as_bytes())
}

fn made(template: &str, key: &str, old: &str, other: &str) -> String {
    template.replace("<KEY>", key).replace("<SAME>", old).replace("<LOCK>", other)
}

#[test]
fn the_key_is_read_and_nothing_else_is_replaced() {
    let [other, _] = keys(1);
    for (seed, template) in (2..).zip(FILES) {
        let [old, new] = keys(seed);
        let text = made(template, &old, &old, &other);
        assert!(read(text.as_bytes(), NAME).is_ok_and(|key| key == secret(&old)), "{template}");
        let replaced = replace(text.as_bytes(), NAME, &secret(&old), &secret(&new));
        let replaced = String::from_utf8(replaced.expect("it can be replaced")).expect("it is text");
        assert!(replaced == made(template, &new, &old, &other), "{template}");
    }
}

fn check(template: &str, expect: &str) {
    let [key, other] = keys(20);
    let text = made(template, &key, &key, &other);
    let got = replace(text.as_bytes(), NAME, &secret(&key), &secret(&other));
    assert_eq!(got.map_or_else(|error| error.to_string(), |_| "done".to_owned()), expect, "{template}");
}

#[test]
fn what_cannot_be_replaced_is_told() {
    let computed =
        "the value is not written out there: it holds $, a backtick, a backslash or an open quotation mark";
    check("", "the file does not set this variable");
    check("export BASETEN_API_KEY\n", "the file does not set this variable");
    check("exportBASETEN_API_KEY=<KEY>\n", "the file does not set this variable");
    check("#BASETEN_API_KEY=<KEY>\n", "the file does not set this variable");
    check("BASETEN_API_KEY=\n", "it is empty");
    check("BASETEN_API_KEY= # <KEY>\n", "it is empty");
    check("BASETEN_API_KEY=<LOCK>\n", "the value there is not the key that is to be replaced");
    check(
        "BASETEN_API_KEY=<KEY>\nBASETEN_API_KEY=<LOCK>\n",
        "the value there is not the key that is to be replaced",
    );
    check("BASETEN_API_KEY=\"$(cat ~/.key)\"\n", computed);
    check("BASETEN_API_KEY=${OTHER:-<KEY>}\n", computed);
    check("BASETEN_API_KEY=`cat key`\n", computed);
    check("BASETEN_API_KEY=\"<KEY>\\n\"\n", computed);
    check("BASETEN_API_KEY=\"<KEY>\n", computed);
    check("BASETEN_API_KEY=\"<KEY>\"'x'\n", computed);
    check("BASETEN_API_KEY=a\"<KEY>\"\n", computed);
    check("BASETEN_API_KEY=<KEY> more\n", computed);
    check("BASETEN_API_KEY=\" <KEY>\"\n", "the key holds white space or a control character");
}

/// As for `.trussrc`: nothing panics, and a replaced key can be taken back.
#[test]
fn mutations_lose_nothing() {
    let [new, other] = keys(30);
    let mut random = Random::new(31);
    let mut replaced_ones = 0;
    for round in 0..6000 {
        let old = random.key();
        let text = random.mutated(made(FILES[round % FILES.len()], &old, &old, &other).as_bytes());
        let Ok(replaced) = replace(&text, NAME, &secret(&old), &secret(&new)) else { continue };
        replaced_ones += 1;
        assert!(read(&replaced, NAME).is_ok_and(|key| key == secret(&new)));
        let back = replace(&replaced, NAME, &secret(&new), &secret(&old)).expect("it can be taken back");
        assert!(back == text);
    }
    assert!(replaced_ones > 500, "{replaced_ones}");
}
