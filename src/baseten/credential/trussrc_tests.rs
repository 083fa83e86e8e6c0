//! Files as Truss writes and people edit them, files that Python refuses, and mutations of all.

use super::super::made_tests::{Random, held, keys, secret};
use super::*;

/// Files with a remote and its key, which stands at `<KEY>`; `<SAME>` is the same
/// key in another place, and `<LOCK>` another key.
const FILES: &[(&str, &str)] = &[
    (
        "baseten",
        "[baseten]\nremote_provider = baseten\nremote_url = https://app.baseten.co\nauth_type = api_key\napi_key = <KEY>\n\n",
    ),
    (
        "work",
        "# mine\n[baseten]\nremote_provider = baseten\napi_key = <LOCK>\nremote_url = https://app.baseten.co\n\n; theirs\n[work]\nremote_provider=baseten\napi_key=<KEY>\nremote_url=https://app.staging.baseten.co\n[third]\napi_key: <SAME>\n",
    ),
    (
        "baseten",
        "[baseten]\r\n# a comment with <SAME>\r\nremote_provider = baseten\r\napi_key = <KEY>\r\nremote_url = https://app.baseten.co\r\n",
    ),
    ("baseten", "\u{feff}[baseten]\napi_key = <KEY>"),
    (
        "baseten",
        "[DEFAULT]\nremote_provider = baseten\napi_key = <KEY>\n[baseten]\nremote_url = https://app.baseten.co\n",
    ),
    ("baseten", "[DEFAULT]\napi_key = <LOCK>\n\n[baseten]\napi_key = <KEY>\n"),
    ("baseten", "[DEFAULT]\nx = 1\n[baseten]\nx = 2\n[DEFAULT]\napi_key=<KEY>\n"),
    (
        "baseten",
        "[baseten]\nauth_type = oauth\noauth_access_token = <KEY>\noauth_refresh_token = x%%y\noauth_expires_at = 1\napi_key = <LOCK>\n",
    ),
    ("baseten", "[baseten]\nAPI_KEY\t:\t <KEY> \t\n\n\n# the end\n"),
    ("baseten", "[baseten]\napi_key = <KEY>\n\n   # indented comment\n\n\n[other]\n"),
    ("baseten", "  [baseten]  and more\n  api_key = <KEY>\n  team = a = b: c\n"),
    ("baseten", "[baseten]\rapi_key = <KEY>\rteam = x"),
    ("a ] b", "[a ] b]\nteam = several\n  lines api_key = <SAME>\napi_key = <KEY>\n"),
    ("baseten", "[baseten]\nteam = \u{e9}\u{a0}\napi_key = <KEY>\u{a0}\n"),
    ("Baseten", "[baseten]\napi_key = <LOCK>\n[Baseten]\napi_key = <KEY>\n"),
];

fn made(template: &str, key: &str, [old, other]: &[String; 2]) -> String {
    template.replace("<KEY>", key).replace("<SAME>", old).replace("<LOCK>", other)
}

/// The key of a remote, or what is wrong.
fn read(text: &[u8], remote: &str) -> Result<Secret, String> {
    held(Trussrc::parse(text).and_then(|file| file.remote(remote)))
}

#[test]
fn the_key_is_read_and_nothing_else_is_replaced() {
    let [new, _] = keys(2);
    for (seed, (remote, template)) in (10..).zip(FILES) {
        let keys = keys(seed);
        let text = made(template, &keys[0], &keys);
        assert_eq!(read(text.as_bytes(), remote), Ok(secret(&keys[0])), "{template}");
        let replaced = replace(text.as_bytes(), remote, &secret(&keys[0]), &secret(&new));
        let replaced = String::from_utf8(replaced.expect("it can be replaced")).expect("it is text");
        assert!(replaced == made(template, &new, &keys), "{template}");
    }
}

#[test]
fn bytes_that_are_no_text_stay() {
    let [old, new] = keys(3);
    let text = |key: &str| {
        [b"[baseten]\n# caf\xe9\nteam = \xff \napi_key = ", key.as_bytes(), b"\n\xfe = 1"].concat()
    };
    let replaced = replace(&text(&old), "baseten", &secret(&old), &secret(&new));
    assert!(replaced.expect("it can be replaced") == text(&new));
}

/// `<KEY>` stands for a key, which no message may show.
fn check(template: &str, expect: &str) {
    let keys = keys(4);
    let text = made(template, &keys[0], &keys);
    let got = read(text.as_bytes(), "baseten").map_or_else(|error| error, |_| "read".to_owned());
    assert_eq!(got, expect, "{template}");
}

#[test]
fn what_gives_no_key_is_told() {
    check("[baseten]\n", "nowhere");
    check("[baseten]\nauth_type = api_key\n", "keyring");
    check("[baseten]\nauth_type = oauth\napi_key = <KEY>\n", "keyring");
    check("[baseten]\nauth_type = other\napi_key = <KEY>\n", "read");
    check("[baseten]\napi_key =\n", "nowhere");
    check("[other]\napi_key = <KEY>\n", "there is no such remote in the file");
    check("", "there is no such remote in the file");
    check("api_key = <KEY>\n", "line 1 stands above the first [section]");
    check("[baseten]\n<KEY>\n", "line 2 is no section, no comment and no `name = value`");
    check("[baseten]\n= <KEY>\n", "line 2 has no name before its `=`");
    check("[baseten]\n[x]\n[baseten]\napi_key = <KEY>\n", "the section of line 3 was given before");
    check("[baseten]\napi_key = <KEY>\nApi_Key = <KEY>\n", "the option of line 3 was given before");
    check("[baseten]\napi_key = <KEY>  # mine\n", "the key holds white space or a control character");
    check("[baseten]\napi_key = \"<KEY>\"\n", "the key holds a quotation mark");
    check("[baseten]\napi_key =\n  <KEY>\n", "the value goes on over several lines");
    check("[baseten]\napi_key = <KEY>\n  team = x\n", "the value goes on over several lines");
    check("[baseten]\napi_key = <KEY>\u{200b}\n", "the key holds a character that is not ASCII");
    check("[baseten]\nremote_provider = other\napi_key = <KEY>\n", "its remote_provider is not baseten");
    check("[baseten]\napi_key = %<KEY>\n", "the value refers to others with %, and these cannot be followed");
    check("[baseten]\napi_key = %(x)s\n", "the value refers to others with %, and these cannot be followed");
    check(
        "[baseten]\napi_key = %(api_key)s\n",
        "the value refers to others with %, and these cannot be followed",
    );
    check("[DEFAULT]\nmine = <KEY>\n[baseten]\napi_key = %(Mine)s\n", "read");
    let doubling =
        (0..60).map(|at| format!("v{at} = %(v{0})s%(v{0})s\n", at + 1)).collect::<Vec<_>>().concat();
    check(
        &format!("[baseten]\napi_key = %(v0)s\n{doubling}"),
        "the value refers to others with %, and these cannot be followed",
    );
}

#[test]
fn what_cannot_be_replaced_is_told() {
    let keys = keys(5);
    let [old, new] = [secret(&keys[0]), secret(&keys[1])];
    let check = |template: &str, new: &Secret, expect: &str| {
        let text = made(template, &keys[0], &keys);
        let got = replace(text.as_bytes(), "baseten", &old, new).map_err(|error| error.to_string());
        assert_eq!(got.map(|_| ()), Err(expect.to_owned()), "{template}");
    };
    check("[baseten]\napi_key = <LOCK>\n", &new, "the value there is not the key that is to be replaced");
    check("[baseten]\nauth_type = api_key\n", &new, "neither it nor the keyring holds a key");
    check("[x]\nk = <KEY>\n", &new, "there is no such remote in the file");
    check(
        "[DEFAULT]\nx = <KEY>\n[baseten]\napi_key = %(x)s\n",
        &new,
        "the value there refers to another one with %",
    );
    let odd = "the new key holds characters that cannot be written into the file";
    for bytes in ["", "a\nb", "a b", "100%", "a#b", "a\"b"] {
        check("[baseten]\napi_key = <KEY>\n", &secret(bytes), odd);
    }
}

#[test]
fn the_rest_of_a_section_is_read() {
    let text = b"[DEFAULT]\nhost = app.baseten.co\n[a]\nremote_url = https://%(host)s\nauth_type = oauth\noauth_expires_at = 86400.5\n[b]\n";
    let file = Trussrc::parse(text).expect("it is sound");
    assert_eq!(file.remotes(), ["a", "b"]);
    let profile = file.remote("a").expect("it is there");
    assert_eq!(profile.remote_url.as_deref(), Some("https://app.baseten.co"));
    assert_eq!(profile.expiry.map(time::OffsetDateTime::unix_timestamp), Some(86400));
    assert!(profile.is_oauth);
    assert!(file.remote("DEFAULT").is_err());
}

/// Whatever the file looks like: nothing panics, and where a key is replaced,
/// taking it back gives the file as it was, and the reader sees it.
#[test]
fn mutations_lose_nothing() {
    let [new, other] = keys(6);
    let mut random = Random::new(7);
    let mut replaced_ones = 0;
    for round in 0..6000 {
        let (remote, template) = FILES[round % FILES.len()];
        let old = random.key();
        let keys = [old.clone(), other.clone()];
        let text = random.mutated(made(template, &old, &keys).as_bytes());
        let before = read(&text, remote);
        let Ok(replaced) = replace(&text, remote, &secret(&old), &secret(&new)) else { continue };
        replaced_ones += 1;
        assert_eq!(before, Ok(secret(&old)));
        assert_eq!(read(&replaced, remote), Ok(secret(&new)));
        let back = replace(&replaced, remote, &secret(&new), &secret(&old)).expect("it can be taken back");
        assert!(back == text, "{template}");
        assert_eq!(replaced.len(), text.len() + new.len() - old.len());
        let same = replaced.iter().zip(&text).take_while(|(a, b)| a == b).count();
        let behind = replaced.iter().rev().zip(text.iter().rev()).take_while(|(a, b)| a == b).count();
        assert!(same + behind + new.len() >= replaced.len(), "{template}");
    }
    assert!(replaced_ones > 500, "{replaced_ones}");
}
