//! Whether git may use a bare repository that it only comes across: its setting
//! `safe.bareRepository`, by git-config(1).
//!
//! As in git, what is asked is the protected configuration: that of the system, of the user and
//! of the command (`git -c`, `GIT_CONFIG_COUNT`), the last of which wins.
//!
//! **Invariant:** the configuration of a repository is not asked: it may be what is to be kept out.

use std::env;
use std::path::{Path, PathBuf};

use git2::{Config, ConfigLevel};

/// The setting as git compares it.
const NAME: &str = "safe.barerepository";

/// Whether only a bare repository that `GIT_DIR` names may be used.
pub(super) fn is_explicit() -> bool {
    let value = by_count().or_else(by_parameters).or_else(by_files);
    value.is_some_and(|value| value == "explicit")
}

/// What `GIT_CONFIG_KEY_0` and those after it say.
fn by_count() -> Option<String> {
    let count: usize = env::var("GIT_CONFIG_COUNT").ok()?.trim().parse().ok()?;
    // More than git's own programs ever set; a number out of bounds is not counted to.
    let is_it = |number: &usize| {
        env::var(format!("GIT_CONFIG_KEY_{number}")).is_ok_and(|key| key.eq_ignore_ascii_case(NAME))
    };
    let number = (0..count.min(4096)).rev().find(is_it)?;
    env::var(format!("GIT_CONFIG_VALUE_{number}")).ok()
}

/// What `git -c` handed down.
fn by_parameters() -> Option<String> {
    parameter(&env::var("GIT_CONFIG_PARAMETERS").ok()?)
}

/// The value in a list of `'name'='value'`, or of `'name=value'` as older versions write it.
fn parameter(list: &str) -> Option<String> {
    // A value that holds a quote or a blank is none of this setting.
    let pairs = list.split_ascii_whitespace().map(|word| word.replace('\'', ""));
    let mut values = pairs.rev().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.eq_ignore_ascii_case(NAME).then(|| value.to_owned())
    });
    values.next()
}

/// What the files of the user and of the system say.
fn by_files() -> Option<String> {
    let named = |name: &str| env::var_os(name).map(PathBuf::from);
    let of_user = match named("GIT_CONFIG_GLOBAL") {
        Some(file) => value(&file),
        None => Config::find_global()
            .ok()
            .and_then(|file| value(&file))
            .or_else(|| value(&Config::find_xdg().ok()?)),
    };
    of_user.or_else(|| {
        if env::var("GIT_CONFIG_NOSYSTEM").is_ok_and(|value| matches!(&*value, "1" | "true" | "yes" | "on")) {
            return None;
        }
        value(&named("GIT_CONFIG_SYSTEM").or_else(|| Config::find_system().ok())?)
    })
}

fn value(file: &Path) -> Option<String> {
    let mut config = Config::new().ok()?;
    config.add_file(file, ConfigLevel::App, false).ok()?;
    config.get_string(NAME).ok()
}

#[cfg(test)]
mod tests {
    use super::parameter;

    #[test]
    fn parameters_are_taken_apart() {
        let check =
            |list: &str, expect: Option<&str>| assert_eq!(parameter(list).as_deref(), expect, "{list}");
        check("", None);
        check("'core.bare'='true'", None);
        check("'safe.bareRepository'='explicit'", Some("explicit"));
        check("'a.b'='c d' 'safe.barerepository=all'", Some("all"));
        check("'safe.bareRepository'='explicit' 'safe.bareRepository'='all'", Some("all"));
    }
}
