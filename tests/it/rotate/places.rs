//! Files as people have them: every byte but the key's stays, and so do mode and links.

use std::fs;

use super::Bench;
#[cfg(unix)]
use super::{mode, mode_of};

/// Rotates the key in a file, and holds it to the one change.
#[track_caller]
fn check(path: &str, text: &str, args: &[&str]) {
    let bench = Bench::with(path, text);
    #[cfg(unix)]
    mode(&bench.path, 0o640);
    let before = bench.bytes();
    let file = bench.path.to_str().expect("the path is UTF-8").to_owned();
    let args: Vec<&str> = args.iter().map(|arg| if *arg == "FILE" { file.as_str() } else { arg }).collect();
    bench.rotate(&args).exits(0).prints(&["is in place of", "dead: the inventory lists it no more"]);
    let new = bench.new_key();
    let after = bench.bytes();
    // Not `assert_eq`, which would show the keys.
    assert!(after == before.replace(&bench.old, &new), "another byte of {path} was changed: {text}");
    assert!(bench.is_live(&new) && !bench.is_live(&bench.old));
    #[cfg(unix)]
    assert_eq!(mode_of(&bench.path), 0o640);
    let folder = bench.path.parent().expect("it lies in a folder");
    let left: Vec<_> = fs::read_dir(folder)
        .expect("the folder is there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.contains(".baseleak-") || name.contains(".bak"))
        .collect();
    assert_eq!(left, [""; 0], "nothing is left beside it");
}

const USUAL: &str = "remote_provider = baseten\nremote_url = https://app.baseten.co\n";

#[test]
fn remotes_of_truss() {
    let check = |text: &str, args: &[&str]| check(".trussrc", text, args);
    check(&format!("[baseten]\n{USUAL}api_key = @KEY@\n"), &[]);
    check(&format!("[baseten]\n{USUAL}api_key = @KEY@"), &[]);
    check(&format!("[baseten]\n{USUAL}api_key = @KEY@\n").replace('\n', "\r\n"), &[]);
    check(&format!("\u{feff}[baseten]\n{USUAL}api_key=@KEY@\n"), &[]);
    let several = format!(
        "# mine\n[staging]\n{USUAL}api_key = other\n\n; theirs\n[baseten]\n{USUAL}auth_type = api_key\n\
         API_KEY   :   @KEY@   \nteam = caf\u{e9}\n\n[sso]\n{USUAL}auth_type = oauth\noauth_access_token = t\n\
         oauth_refresh_token = r\noauth_expires_at = 1\n"
    );
    check(&several, &[]);
    check(&several, &["--remote", "baseten"]);
    check(&format!("[DEFAULT]\napi_key = @KEY@\n[one]\n{USUAL}[two]\n{USUAL}"), &["--remote", "two"]);
    // The same key in two remotes: both would cease to work.
    check(&format!("[one]\n{USUAL}api_key = @KEY@\n[two]\n{USUAL}api_key = @KEY@\n"), &["--remote", "two"]);
    // What a comment says stays, a key in it too.
    check(&format!("[baseten]\n{USUAL}api_key = @KEY@\n# was: rotated\n"), &["--remote", "baseten"]);
    elsewhere(&format!("[baseten]\n{USUAL}api_key = @KEY@\n"));
}

/// A file that `--trussrc` names.
#[track_caller]
fn elsewhere(text: &str) {
    check("conf/truss", text, &["--trussrc", "FILE"]);
}

#[test]
fn variables() {
    for text in [
        "BASETEN_API_KEY=@KEY@\n",
        "A=1\r\nexport BASETEN_API_KEY=\"@KEY@\" # mine\r\nB=2",
        "\u{feff}BASETEN_API_KEY='@KEY@'\n",
        "# BASETEN_API_KEY=none\nBASETEN_API_KEY=old\nBASETEN_API_KEY=@KEY@\n",
    ] {
        check(".env", text, &["--env-file", "FILE"]);
    }
    let zshrc =
        "export PATH=\"$HOME/bin:$PATH\"\nalias ll='ls -l'\nexport TOKEN=@KEY@; echo hi\nsource ~/.env\n";
    check(".zshrc", zshrc, &["--env-file", "FILE", "--variable", "TOKEN"]);
}

#[test]
fn profiles_of_the_cli() {
    let path = if cfg!(target_os = "macos") {
        "Library/Application Support/baseten/auth.json"
    } else if cfg!(windows) {
        return;
    } else {
        ".config/baseten/auth.json"
    };
    let text = "{\n\t\"version\": 1, \"current\": \"me@example.com\",\n  \"profiles\": {\"other\": {\"remote_url\":\
                \"https://app.baseten.co\",\"auth_type\":\"api_key\",\"api_key\":\"x\"},\n    \"me@example.com\": \
                {\"auth_type\": \"api_key\", \"api_key\" : \"@KEY@\", \"remote_url\": \"https://app.baseten.co\"}}\n}";
    check(path, text, &[]);
    check(path, text, &["--profile", "me@example.com"]);
}

#[cfg(unix)]
#[test]
fn a_link_into_a_repository_stays() {
    use std::os::unix::fs::symlink;

    let bench =
        Bench::with("dotfiles/truss/trussrc", "[baseten]\nremote_provider = baseten\napi_key = @KEY@\n");
    mode(&bench.path, 0o600);
    let link = bench.sandbox.home().join(".trussrc");
    symlink("dotfiles/truss/trussrc", &link).expect("the link can be made");
    bench.rotate(&["--backup"]).exits(0);
    assert!(link.is_symlink() && !bench.path.is_symlink());
    assert!(bench.bytes().contains(&bench.new_key()) && !bench.bytes().contains(&bench.old));
    assert_eq!(mode_of(&bench.path), 0o600);
    // The backup stands beside the link: the other folder may be pushed somewhere.
    let backup = bench.sandbox.home().join(".trussrc.bak");
    let kept = fs::read_to_string(&backup).expect("there is a backup");
    assert!(kept.contains(&bench.old));
    assert_eq!(mode_of(&backup), 0o600);
    // The second time it would take the place of the first.
    bench.rotate(&["--backup"]).exits(2).says(&[".trussrc.bak is there already"]);
}

#[test]
fn what_is_not_to_be_rotated_is_refused() {
    let check = |text: &str, args: &[&str], says: &[&str]| {
        let bench = Bench::with(".trussrc", text);
        let before = bench.bytes();
        bench.rotate(args).exits(2).says(says);
        assert!(bench.bytes() == before && bench.made().is_empty());
        assert!(bench.is_live(&bench.old));
    };
    let oauth = "[baseten]\nremote_provider = baseten\nauth_type = oauth\noauth_access_token = token\n";
    check(oauth, &[], &["is an OAuth login and holds no API key", "hint: log in again with `truss login`"]);
    check(
        "[baseten]\nremote_provider = baseten\napi_key = @KEY@\n",
        &["--remote", "none"],
        &["no such remote"],
    );
    check("", &[], &["no key to rotate was found"]);
    check("[baseten]\napi_key = hunter.two\n", &[], &["not of the shape of an API key"]);
    let unknown = format!("[baseten]\napi_key = b10_{}.{}\n", "a1b2c3d4", "Zz9".repeat(10) + "aa");
    check(&unknown, &[], &["no inventory at hand lists b10_a1b2c3d4", "401"]);
    // Another host than Baseten's is taken from the operator only.
    let bench = Bench::with(".trussrc", "[baseten]\nremote_url = https://example.org\napi_key = @KEY@\n");
    bench.sandbox.run(["rotate", "--yes"]).exits(2).hides(&bench.old).says(&["cannot tell from"]);
}
