//! Places on the disk: read, replaced behind links, and not replaced.

use std::fs;

use super::super::made_tests::keys;
use super::*;

fn secret(key: &str) -> Secret {
    Secret::new(key.as_bytes())
}

/// Each kind of place, with the text of its file.
fn places(folder: &std::path::Path, key: &str) -> Vec<(Place, String)> {
    let path = |name: &str| folder.join(name);
    vec![
        (
            Place::Trussrc { path: path("trussrc"), remote: "a".to_owned() },
            format!("# mine\r\n[a]\r\napi_key = {key}\r\n"),
        ),
        (
            Place::AuthJson { path: path("auth.json"), profile: "a".to_owned() },
            format!(r#"{{"profiles":{{"a":{{"api_key":"{key}"}}}}}}"#),
        ),
        (Place::Dotenv { path: path(".env"), variable: "KEY".to_owned() }, format!("KEY=\"{key}\" # mine\n")),
    ]
}

#[test]
fn each_place_is_read_and_replaced() {
    let [old, new] = keys(1);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let expect = places(folder.path(), &new);
    for ((place, text), (_, expect)) in places(folder.path(), &old).into_iter().zip(expect) {
        let (Place::Trussrc { path, .. } | Place::AuthJson { path, .. } | Place::Dotenv { path, .. }) =
            &place;
        assert!(place.read().is_err_and(|error| matches!(error.problem, Problem::NoFile)));
        fs::write(path, &text).expect("it can be written");
        assert!(place.read().is_ok_and(|key| key == secret(&old)), "{place}");
        let replaced = place.replaced(&secret(&old), &secret(&new)).expect("it can be replaced");
        assert!(replaced.bytes == expect.as_bytes(), "{place}");
        assert!(!format!("{replaced:?}").contains(&new));
        let error = place.replaced(&secret(&new), &secret(&old)).expect_err("it is not there");
        assert!(matches!(error.problem, Problem::OtherValue));
        let message = format!("{error} {} {error:?}", error.problem);
        assert!(message.starts_with("no key can be replaced in "), "{place}");
        assert!(!message.contains(&new) && !message.contains(&old));
        assert!(fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes()), "nothing is written");
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed() {
    let [old, new] = keys(2);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let dotfiles = folder.path().join("dotfiles");
    fs::create_dir(&dotfiles).expect("it can be made");
    fs::write(dotfiles.join("trussrc"), format!("[a]\napi_key = {old}\n")).expect("it can be written");
    std::os::unix::fs::symlink("dotfiles/trussrc", folder.path().join("link")).expect("it can be made");
    let place = Place::Trussrc { path: folder.path().join("link"), remote: "a".to_owned() };
    let replaced = place.replaced(&secret(&old), &secret(&new)).expect("it can be replaced");
    let real = fs::canonicalize(dotfiles.join("trussrc")).expect("it is there");
    assert_eq!(replaced.path, real);
    let place = Place::Dotenv { path: dotfiles, variable: "A".to_owned() };
    let error = place.replaced(&secret(&old), &secret(&new)).expect_err("it is a folder");
    assert!(matches!(error.problem, Problem::NotAFile));
}

#[test]
fn others_with_the_same_key_are_told() {
    let [old, other] = keys(3);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("file");
    let remote = |name: &str| Place::Trussrc { path: path.clone(), remote: name.to_owned() };
    let profile = |name: &str| Place::AuthJson { path: path.clone(), profile: name.to_owned() };
    let ini = format!("[DEFAULT]\napi_key = {old}\n[a]\n[b]\napi_key = {other}\n[c]\n[d]\napi_key = x y\n");
    fs::write(&path, ini).expect("it can be written");
    assert_eq!(remote("a").others(&secret(&old)).expect("it is sound"), [remote("c")]);
    let json = format!(r#"{{"profiles":{{"a":{{"api_key":"{old}"}},"b":{{"api_key":"{old}"}},"c":{{}}}}}}"#);
    fs::write(&path, json).expect("it can be written");
    assert_eq!(profile("a").others(&secret(&old)).expect("it is sound"), [profile("b")]);
    assert!(remote("a").others(&secret(&old)).is_err());
}
