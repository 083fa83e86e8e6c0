//! Entries as the two programs file them, and tools that behave and misbehave.
//! The tools are scripts, so the greater part is for systems with a shell.

#[cfg(unix)]
use super::super::made_tests::keys;
use super::*;

#[test]
fn encoded_entries_are_decoded() {
    let check = |entry: &str, expect: Option<&str>| {
        let got = decoded(entry.as_bytes().to_vec()).ok();
        assert_eq!(got, expect.map(|text| text.as_bytes().to_vec()), "{entry}");
    };
    check("plain", Some("plain"));
    check("go-keyring-base64:", Some(""));
    check("go-keyring-base64:Zg==", Some("f"));
    check("go-keyring-base64:Zm9vYmE=", Some("fooba"));
    check("go-keyring-base64:Zm9vYmFy", Some("foobar"));
    check("go-keyring-base64:Zm9v YmFy", None);
    check("go-keyring-encoded:666f6F", Some("foo"));
    check("go-keyring-encoded:666", None);
    check("go-keyring-encoded:6x", None);
}

#[test]
fn a_tool_that_is_not_there_has_no_entry_and_a_closed_keyring_says_so() {
    let keyring = |tool| Keyring { tool, without_truss: false, limit: LIMIT };
    assert!(matches!(keyring(Tool::Absent).truss("baseten", false), Ok(None)));
    assert!(matches!(keyring(Tool::Libsecret("/no/such/tool".into())).cli("me", false), Ok(None)));
    assert!(matches!(keyring(Tool::Closed).cli("me", false), Err(Problem::KeyringClosed)));
    let disabled = Keyring { without_truss: true, ..keyring(Tool::Closed) };
    assert!(matches!(disabled.truss("baseten", false), Ok(None)));
}

#[test]
fn the_environment_can_turn_truss_away() {
    for (value, expect) in
        [("1", true), ("TRUE", true), ("yes", true), ("0", false), ("", false), ("on", false)]
    {
        let env = |name: &str| (name == "BASETEN_TRUSS_AUTH_KEYRING_DISABLED").then(|| OsString::from(value));
        assert_eq!(Keyring::of(&env).without_truss, expect, "{value}");
    }
}

#[cfg(unix)]
mod with_a_script {
    use super::super::super::made_tests;
    use super::*;

    /// A folder with a `secret-tool` in it, which does what `script` says.
    fn tool(script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder can be made");
        made_tests::script(&folder.path().join("secret-tool"), script);
        folder
    }

    fn keyring(folder: &tempfile::TempDir) -> Keyring {
        let tool = Tool::Libsecret(folder.path().join("secret-tool"));
        Keyring { tool, without_truss: false, limit: Duration::from_secs(60) }
    }

    /// The answers to a script: of Truss's API key and token, and of the CLI's.
    fn check(script: &str, expect: [&str; 4]) {
        let folder = tool(script);
        let keyring = keyring(&folder);
        let got = [
            keyring.truss("baseten", false),
            keyring.truss("baseten", true),
            keyring.cli("me", false),
            keyring.cli("me", true),
        ];
        let [key, token] = keys(1);
        let got = got.map(|answer| match answer {
            Ok(Some(found)) if found.expose() == key.as_bytes() => "key".to_owned(),
            Ok(Some(found)) if found.expose() == token.as_bytes() => "token".to_owned(),
            Ok(Some(_)) => "something".to_owned(),
            Ok(None) => "none".to_owned(),
            Err(problem) => problem.to_string(),
        });
        assert_eq!(got, expect, "{script}");
    }

    #[test]
    fn entries_are_read() {
        let [key, token] = keys(1);
        let strange = "the entry in the keyring is not one that Truss or the Baseten CLI writes";
        let api = format!(r#"{{"auth_type": "api_key", "api_key": "{key}"}}"#);
        let oauth =
            format!(r#"{{"auth_type": "oauth", "oauth_access_token": "{token}", "oauth_expires_at": 1}}"#);
        let cli = format!(r#"{{"access_token":"{token}","refresh_token":"x"}}"#);
        check("exit 1", ["none"; 4]);
        check("echo it; exit 1", ["none"; 4]);
        check("exit 0", ["none"; 4]);
        check("echo", ["none"; 4]);
        let holds_space = "the key holds white space or a control character";
        check(&format!("echo '{api}'"), ["key", strange, holds_space, strange]);
        check(&format!("printf %s '{oauth}'"), [strange, "token", holds_space, strange]);
        check(&format!("printf %s '{cli}'"), [strange, strange, "the key holds a quotation mark", "token"]);
        check(&format!("echo '{key}'"), [strange, strange, "key", strange]);
        check("head -c 200000 /dev/zero", [strange; 4]);
        check("head -c 65537 /dev/zero; exit 0", [strange; 4]);
        let names = r#"[ "$*" = "lookup service baseten-profile username me" ] || exit 1"#;
        check(&format!("{names}\necho {key}"), ["none", "none", "key", strange]);
    }

    #[test]
    fn a_name_is_never_an_option() {
        let folder = tool("echo x");
        for name in ["", "-x", "--help", "a\0b"] {
            assert!(matches!(keyring(&folder).cli(name, false), Ok(None)), "{name:?}");
        }
    }

    #[test]
    fn a_tool_that_hangs_is_ended() {
        for script in ["sleep 30", "exec >&-; sleep 30", "sleep 30 &"] {
            let folder = tool(script);
            let keyring = Keyring { limit: Duration::from_millis(300), ..keyring(&folder) };
            let start = Instant::now();
            assert!(matches!(keyring.cli("me", false), Err(Problem::KeyringSilent(0))), "{script}");
            assert!(start.elapsed() < Duration::from_secs(20), "{script}");
        }
    }

    #[test]
    fn the_tool_is_looked_for_in_absolute_folders() {
        let folder = tool("echo x");
        let path = |folders: &[&Path]| std::env::join_paths(folders).expect("no colon in them");
        let expect = folder.path().join("secret-tool");
        assert_eq!(installed(&path(&[Path::new("/no/such"), folder.path()])), Some(expect));
        assert_eq!(installed(&path(&[Path::new("."), Path::new("")])), None);
    }
}
