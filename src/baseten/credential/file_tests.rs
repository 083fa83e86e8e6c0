//! Files that hold nothing but a key.

use super::super::made_tests::keys;
use super::*;

/// `<KEY>` stands for a key.
fn check(text: &[u8], expect: &str) {
    let [key, _] = keys(1);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("key");
    let text = match std::str::from_utf8(text) {
        Ok(text) => text.replace("<KEY>", &key).into_bytes(),
        Err(_) => text.to_vec(),
    };
    fs::write(&path, text).expect("it can be written");
    let got = match key_file(&path, "key") {
        Ok(found) if found.key.expose() == key.as_bytes() => "key".to_owned(),
        Ok(_) => "something else".to_owned(),
        Err(problem) => problem.to_string(),
    };
    assert_eq!(got, expect);
}

#[test]
fn one_line_is_a_key() {
    check(b"<KEY>", "key");
    check(b"\xEF\xBB\xBF <KEY>\t\r\n", "key");
    check(b"", "it is empty");
    check(b" \n\n", "it is empty");
    check(b"<KEY>\n<KEY>\n", "the value goes on over several lines");
    check(b"# mine\n<KEY>\n", "the value goes on over several lines");
    check(b"\xff\xfeb\x001\x00", "it is not UTF-8 text");
    check(b"a b", "the key holds white space or a control character");
    check(&vec![b'a'; 5 << 20], "the file is larger than 4 MiB");
}

#[cfg(unix)]
#[test]
fn a_file_open_to_others_is_told() {
    use std::os::unix::fs::PermissionsExt as _;

    let [key, _] = keys(2);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("key");
    fs::write(&path, key).expect("it can be written");
    for (mode, expect) in [(0o600, 0), (0o400, 0), (0o640, 1), (0o604, 1), (0o666, 1)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it can be set");
        let found = key_file(&path, "~/key").expect("it holds a key");
        assert_eq!(found.warnings.len(), expect, "{mode:o}");
        assert!(found.warnings.iter().all(|warning| warning.contains(&format!("{mode:04o}"))));
    }
}
