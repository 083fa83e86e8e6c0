//! Files as the CLI writes them and as they could be, and mutations of all.

use super::super::made_tests::{Random, held, keys, secret};
use super::*;

/// Files with the key of the profile `me` at `<KEY>`; `<SAME>` is the same key in another place.
const FILES: &[&str] = &[
    "{\n  \"version\": 1,\n  \"current\": \"me\",\n  \"profiles\": {\n    \"me\": {\n      \"remote_url\": \"https://app.baseten.co\",\n      \"auth_type\": \"api_key\",\n      \"api_key\": \"<KEY>\"\n    }\n  }\n}\n",
    r#"{"profiles":{"a":{"api_key":"<SAME>"},"me":{"auth_type":"api_key","api_key":"<KEY>"},"z":{"api_key":"<SAME>"}}}"#,
    r#"{"api_key":"<SAME>","x":[{"api_key":"}],["},1e5,true,"\\\""],"profiles" : { "me" :{"y":{"api_key":"<SAME>"}, "api_key" :"<KEY>" , "n":null}}}"#,
    r#"{"profiles":{"\u006de":{"api\u005fkey":"<KEY>"}}}"#,
    r#"{"profiles":{"me":{"auth_type":"oauth","api_key":"<SAME>","oauth_credential":{"refresh_token":"<SAME>","access_token":"<KEY>","expiry":"2026-01-02T03:04:05.678Z"}}}}"#,
];

fn made(template: &str, key: &str, old: &str) -> String {
    template.replace("<KEY>", key).replace("<SAME>", old)
}

fn read(text: &[u8], profile: &str) -> Result<Secret, String> {
    held(AuthJson::parse(text).and_then(|file| file.profile(profile)))
}

#[test]
fn the_key_is_read_and_nothing_else_is_replaced() {
    for (seed, template) in (1..).zip(FILES) {
        let [old, new] = keys(seed);
        let text = made(template, &old, &old);
        assert_eq!(read(text.as_bytes(), "me"), Ok(secret(&old)), "{template}");
        let replaced = replace(text.as_bytes(), "me", &secret(&old), &secret(&new));
        let replaced = String::from_utf8(replaced.expect("it can be replaced")).expect("it is text");
        assert!(replaced == made(template, &new, &old), "{template}");
    }
}

#[test]
fn escapes_in_the_value_are_understood() {
    let [old, new] = keys(8);
    let escaped = old.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<Vec<_>>().concat();
    let text = |key: &str| format!(r#"{{"profiles":{{"me":{{"api_key":"{key}"}}}}}}"#);
    assert_eq!(read(text(&escaped).as_bytes(), "me"), Ok(secret(&old)));
    let replaced = replace(text(&escaped).as_bytes(), "me", &secret(&old), &secret(&new));
    assert!(replaced.expect("it can be replaced") == text(&new).as_bytes());
}

fn check(text: &str, expect: &str) {
    let [key, _] = keys(9);
    let got =
        read(text.replace("<KEY>", &key).as_bytes(), "me").map_or_else(|error| error, |_| "read".to_owned());
    assert_eq!(got, expect, "{text}");
}

#[test]
fn what_gives_no_key_is_told() {
    check(r#"{"profiles":{"me":{}}}"#, "keyring");
    check(r#"{"profiles":{"me":null}}"#, "keyring");
    check(r#"{"profiles":{"me":{"api_key":""}}}"#, "keyring");
    check(r#"{"profiles":{"me":{"api_key":null}}}"#, "keyring");
    check(r#"{"profiles":{"me":{"auth_type":"oauth","api_key":"<KEY>"}}}"#, "keyring");
    check(r#"{"profiles":{"you":{"api_key":"<KEY>"}}}"#, "there is no such profile in the file");
    check(r#"{"profiles":null}"#, "there is no such profile in the file");
    check("{}", "there is no such profile in the file");
    check("[]", "a value that should be an object is none");
    check(r#"{"profiles":{"me":{"api_key":["<KEY>"]}}}"#, "a value that should be a string is none");
    check(r#"{"profiles":{"me":{"api_key":"<KEY>","api_key":"<KEY>"}}}"#, "a name stands twice in an object");
    check("{\n \"profiles\": <KEY>}", "it is not JSON: line 2, column 14");
    check("", "it is not JSON: line 1, column 0");
    check(r#"{"profiles":{"me":{"api_key":"<KEY>\n"}}}"#, "the value goes on over several lines");
}

#[test]
fn what_cannot_be_replaced_is_told() {
    let [old, new] = keys(10);
    let check = |text: &str, new: &str, expect: &str| {
        let got =
            replace(text.as_bytes(), "me", &secret(&old), &secret(new)).map_err(|error| error.to_string());
        assert_eq!(got.map(|_| ()), Err(expect.to_owned()), "{text}");
    };
    check(r#"{"profiles":{"me":{}}}"#, &new, "neither it nor the keyring holds a key");
    check(
        r#"{"profiles":{"me":{"api_key":"x"}}}"#,
        &new,
        "the value there is not the key that is to be replaced",
    );
    check(r#"{"profiles":{}}"#, "\"", "the new key holds characters that cannot be written into the file");
}

#[test]
fn the_rest_of_the_file_is_read() {
    let file = AuthJson::parse(FILES[0].as_bytes()).expect("it is JSON");
    assert_eq!(file.current().expect("it is a string").as_deref(), Some("me"));
    let profile = file.profile("me").expect("it is there");
    assert_eq!(profile.remote_url.as_deref(), Some("https://app.baseten.co"));
    let profile =
        AuthJson::parse(FILES[4].as_bytes()).and_then(|file| file.profile("me")).expect("it is there");
    assert_eq!(profile.expiry.map(OffsetDateTime::year), Some(2026));
}

#[test]
fn the_file_stands_where_the_cli_puts_it() {
    let check = |system, set: &[(&str, &str)], home: Option<&str>, expect: Option<&str>| {
        let env =
            |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
        let got = path(system, &env, home.map(Path::new));
        assert_eq!(got, expect.map(PathBuf::from), "{system:?} {set:?}");
    };
    let own = ("BASETEN_CONFIG_DIR", "/c");
    check(System::Other, &[own, ("XDG_CONFIG_HOME", "/x")], Some("/h"), Some("/c/auth.json"));
    check(System::MacOs, &[own], None, Some("/c/auth.json"));
    check(System::Other, &[("XDG_CONFIG_HOME", "/x")], Some("/h"), Some("/x/baseten/auth.json"));
    check(System::Other, &[("XDG_CONFIG_HOME", "x")], Some("/h"), None);
    check(System::Other, &[("XDG_CONFIG_HOME", "")], Some("/h"), Some("/h/.config/baseten/auth.json"));
    check(System::Other, &[], None, None);
    check(System::MacOs, &[], Some("/h"), Some("/h/Library/Application Support/baseten/auth.json"));
    check(System::Windows, &[("APPDATA", "/a")], None, Some("/a/baseten/auth.json"));
    check(System::Windows, &[], Some("/h"), None);
}

/// As for `.trussrc`: nothing panics, and a replaced key can be taken back.
#[test]
fn mutations_lose_nothing() {
    let mut random = Random::new(11);
    let mut replaced_ones = 0;
    for round in 0..6000 {
        let [old, new] = [random.key(), random.key()];
        let text = random.mutated(made(FILES[round % FILES.len()], &old, &old).as_bytes());
        let before = read(&text, "me");
        let Ok(replaced) = replace(&text, "me", &secret(&old), &secret(&new)) else { continue };
        replaced_ones += 1;
        assert_eq!(before, Ok(secret(&old)));
        assert_eq!(read(&replaced, "me"), Ok(secret(&new)));
        let back = replace(&replaced, "me", &secret(&new), &secret(&old)).expect("it can be taken back");
        assert!(back == text);
    }
    assert!(replaced_ones > 300, "{replaced_ones}");
}
