//! The order of places, what each gives, and that no message shows a key.

use std::fs;

use super::super::made_tests::keys;
#[cfg(unix)]
use super::super::made_tests::script;
use super::*;
use crate::model::Secret;

/// Places that hold keys, numbered: `<1>` and so on stand for keys in files and variables.
#[derive(Default)]
struct Machine<'a> {
    set: &'a [(&'a str, &'a str)],
    files: &'a [(&'a str, &'a str)],
    /// What the keyring prints for an account.
    keyring: &'a [(&'a str, &'a str)],
}

fn key(number: usize) -> String {
    let [key, _] = keys(u64::try_from(number).expect("it is small"));
    key
}

fn filled(text: &str) -> String {
    (1..10).fold(text.to_owned(), |text, number| text.replace(&format!("<{number}>"), &key(number)))
}

#[cfg(unix)]
fn keyring(folder: &Path, entries: &[(&str, &str)]) -> Keyring {
    let case = |(account, entry): &(&str, &str)| format!("{account}) echo '{}';;\n", filled(entry));
    let cases = entries.iter().map(case).collect::<Vec<_>>().concat();
    let tool = folder.join("secret-tool");
    script(&tool, &format!("case $5 in\n{cases}*) exit 1;;\nesac"));
    Keyring::with_secret_tool(tool)
}

#[cfg(not(unix))]
fn keyring(_: &Path, _: &[(&str, &str)]) -> Keyring {
    Keyring::with_secret_tool("no such tool".into())
}

fn machine<'a>(
    set: &'a [(&'a str, &'a str)],
    files: &'a [(&'a str, &'a str)],
    keyring: &'a [(&'a str, &'a str)],
) -> Machine<'a> {
    Machine { set, files, keyring }
}

/// What is found, as `number source url`, or the error with its cause.
fn found(machine: &Machine<'_>, wanted: &Wanted<'_>) -> String {
    let home = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in machine.files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().expect("it is below the home")).expect("it can be made");
        fs::write(path, filled(text)).expect("it can be written");
    }
    let env = |name: &str| {
        let value = machine.set.iter().find(|(set, _)| *set == name);
        value.map(|(_, value)| OsString::from(filled(value)))
    };
    let key_file = wanted.key_file.map(|path| home.path().join(path));
    let wanted = Wanted { key_file: key_file.as_deref(), ..*wanted };
    let keyring = keyring(home.path(), machine.keyring);
    let finder = Finder { env: &env, home: Some(home.path()), system: System::Other, keyring };
    let text = match finder.find(&wanted) {
        Ok(None) => "none".to_owned(),
        Ok(Some(found)) => {
            let number = (1..10).find(|&number| found.key == Secret::new(key(number).as_bytes()));
            let url = found.remote_url.as_deref().unwrap_or("-");
            let shown = format!("{found:?}");
            assert!((1..10).all(|number| !shown.contains(&key(number))), "a key is shown");
            let trust = if found.is_url_from_file { " (file)" } else { "" };
            let oauth = if found.is_oauth { " oauth" } else { "" };
            format!("{} {} {url}{trust}{oauth}", number.unwrap_or(0), found.source)
        }
        Err(error) => format!("{error}: {}", error.problem),
    };
    assert!((1..10).all(|number| !text.contains(&key(number))), "a key is shown");
    text
}

fn check(machine: &Machine<'_>, wanted: &Wanted<'_>, expect: &str) {
    assert_eq!(found(machine, wanted), expect);
}

const TRUSSRC: (&str, &str) = (
    ".trussrc",
    "[baseten]\nremote_url = https://app.baseten.co\napi_key = <1>\n[work]\napi_key = <2>\n[old]\nauth_type = api_key\n",
);
const AUTH: (&str, &str) = (
    ".config/baseten/auth.json",
    r#"{"current":"me","profiles":{"me":{"remote_url":"https://u","api_key":"<3>"},"k":{"auth_type":"api_key"}}}"#,
);
const TOKEN: (&str, &str) = (
    ".trussrc",
    "[b]\nauth_type = oauth\noauth_access_token = <4>\noauth_refresh_token = x\noauth_expires_at = 1\n",
);

#[test]
fn the_first_place_that_holds_a_key_is_taken() {
    let all = Machine { files: &[TRUSSRC, AUTH, ("k", "<5>\n")], ..Machine::default() };
    let unnamed = Wanted::default();
    check(&Machine::default(), &unnamed, "none");
    check(&all, &unnamed, "1 ~/.trussrc [baseten] https://app.baseten.co (file)");
    let set = Machine { set: &[("BASETEN_API_KEY", "<6>"), ("BASETEN_REMOTE_URL", "https://v")], ..all };
    check(&set, &unnamed, "6 BASETEN_API_KEY https://v");
    check(&set, &Wanted { key_file: Some(Path::new("k")), ..unnamed }, "5 ~/k https://v");
    check(&set, &Wanted { remote: Some("work"), ..unnamed }, "2 ~/.trussrc [work] -");
    check(
        &set,
        &Wanted { profile: Some("me"), ..unnamed },
        "3 ~/.config/baseten/auth.json (profile me) https://u (file)",
    );
    let truss = [
        ("BASETEN_API_KEY", ""),
        ("BASETEN_TRUSS_AUTH_API_KEY", "<7>"),
        ("BASETEN_TRUSS_AUTH_REMOTE_URL", "https://w"),
    ];
    check(&Machine { set: &truss, ..all }, &unnamed, "7 BASETEN_TRUSS_AUTH_API_KEY https://w");
    check(
        &Machine { set: &[("BASETEN_PROFILE", "me")], ..all },
        &unnamed,
        "3 ~/.config/baseten/auth.json (profile me) https://u (file)",
    );
    check(
        &Machine { files: &[AUTH], ..all },
        &unnamed,
        "3 ~/.config/baseten/auth.json (profile me) https://u (file)",
    );
    check(&Machine { files: &[TOKEN], ..all }, &unnamed, "4 ~/.trussrc [b] - oauth");
    let moved =
        Machine { set: &[("USER_TRUSSRC_PATH", "~/t")], files: &[("t", "[x]\napi_key=<8>"), TRUSSRC], ..all };
    check(&moved, &unnamed, "8 ~/t [x] -");
}

#[test]
fn several_remotes_matter_only_where_nothing_else_is_found() {
    let two = (".trussrc", "[a]\napi_key = <1>\n[b]\napi_key = <2>\n");
    check(
        &machine(&[], &[two, AUTH], &[]),
        &Wanted::default(),
        "3 ~/.config/baseten/auth.json (profile me) https://u (file)",
    );
    check(
        &machine(&[], &[two], &[]),
        &Wanted::default(),
        "no key can be taken from ~/.trussrc: it has 2 remotes, and none of them is called baseten",
    );
}

#[test]
fn what_was_named_must_be_there() {
    let all =
        Machine { files: &[TRUSSRC, AUTH, ("two", "<1>\n<2>\n"), ("empty", " \n")], ..Machine::default() };
    let remote = |name| Wanted { remote: Some(name), ..Wanted::default() };
    let profile = |name| Wanted { profile: Some(name), ..Wanted::default() };
    let file = |name| Wanted { key_file: Some(Path::new(name)), ..Wanted::default() };
    check(
        &all,
        &remote("x\n"),
        r"no key can be taken from ~/.trussrc [x\n]: there is no such remote in the file",
    );
    check(
        &all,
        &remote("old"),
        "no key can be taken from ~/.trussrc [old]: neither it nor the keyring holds a key",
    );
    check(&Machine::default(), &remote("x"), "no key can be taken from ~/.trussrc: there is no such file");
    let auth = "no key can be taken from ~/.config/baseten/auth.json";
    check(&all, &profile("x"), &format!("{auth} (profile x): there is no such profile in the file"));
    check(&Machine::default(), &profile("x"), &format!("{auth}: there is no such file"));
    check(&all, &file("no"), "no key can be taken from ~/no: there is no such file");
    check(&all, &file("two"), "no key can be taken from ~/two: the value goes on over several lines");
    check(&all, &file("empty"), "no key can be taken from ~/empty: it is empty");
}

#[test]
fn what_is_there_must_be_sound() {
    let unnamed = Wanted::default();
    check(
        &machine(&[("BASETEN_API_KEY", "<1>\n")], &[], &[]),
        &unnamed,
        "no key can be taken from BASETEN_API_KEY: the value goes on over several lines",
    );
    check(
        &machine(&[], &[(".trussrc", "<1>\n"), AUTH], &[]),
        &unnamed,
        "no key can be taken from ~/.trussrc: line 1 stands above the first [section]",
    );
    check(
        &machine(&[], &[(".config/baseten/auth.json", "{\"a\": \"<1>\"")], &[]),
        &unnamed,
        "no key can be taken from ~/.config/baseten/auth.json: it is not JSON: line 1, column 53",
    );
}

#[cfg(unix)]
#[test]
fn the_keyring_comes_last() {
    let trussrc = (".trussrc", "[baseten]\nauth_type = api_key\n");
    let auth = (AUTH.0, r#"{"current":"k","profiles":{"k":{"auth_type":"api_key"}}}"#);
    let entries = [("baseten", r#"{"auth_type":"api_key","api_key":"<8>"}"#), ("k", "<9>")];
    let unnamed = Wanted::default();
    check(
        &machine(&[], &[trussrc, AUTH], &entries),
        &unnamed,
        "3 ~/.config/baseten/auth.json (profile me) https://u (file)",
    );
    check(&machine(&[], &[trussrc, auth], &entries), &unnamed, "8 the keyring, for ~/.trussrc [baseten] -");
    let of_cli = "9 the keyring, for ~/.config/baseten/auth.json (profile k) -";
    check(&machine(&[], &[trussrc, auth], &entries[1..]), &unnamed, of_cli);
    check(&machine(&[], &[trussrc, auth], &[]), &unnamed, "none");
    check(&machine(&[], &[auth], &entries), &Wanted { profile: Some("k"), ..unnamed }, of_cli);
}

#[test]
fn an_expired_token_is_told() {
    let place = ("the place", time::OffsetDateTime::UNIX_EPOCH);
    assert!(expired(place.0, Some(place.1)).is_some_and(|warning| warning.contains(place.0)));
    assert_eq!(expired(place.0, None), None);
}
