//! What names a repository wherever it is cloned: the address of its remote, and where HEAD is.
//!
//! It asks git2, which refuses partial clones and repositories of others: of those nothing is
//! said. Whether the remote exists is not asked.
//!
//! **Invariant:** no user, password or token of an address is handed out, and no path of this
//! machine.

use std::path::Path;

use git2::{ErrorCode, RepositoryOpenFlags};

use super::git_dir::discover;
use crate::model::{PathName, Repository};

/// Schemes of addresses that others can reach.
const SCHEMES: [&str; 4] = ["https", "http", "ssh", "git"];

/// The repository that `place` lies in; `name` masks what could be a secret. `None` where
/// there is none, or git2 does not open it.
pub fn repository_of(place: &Path, name: impl Fn(&[u8]) -> PathName) -> Option<Repository> {
    let found = discover(place).ok()?;
    let git = git2::Repository::open_ext(found, RepositoryOpenFlags::NO_SEARCH, &[] as &[&str]).ok()?;
    let head = git.head();
    let reference = head.as_ref().ok();
    // No object is read: libgit2 does not survive every damaged index of a pack.
    let commit = reference.and_then(git2::Reference::target).map(|id| id.to_string());
    let is_unborn = head.as_ref().is_err_and(|error| error.code() == ErrorCode::UnbornBranch);
    let branch = match reference {
        Some(head) => Some(head.shorthand_bytes().to_vec()).filter(|_| head.is_branch()),
        None if is_unborn => unborn(&git),
        None => None,
    };
    let remote = remote(&git, branch.as_deref()).and_then(|address| public(&address));
    let name = |text: &[u8]| name(text);
    Some(Repository {
        remote: remote.map(|remote| name(remote.as_bytes())),
        commit,
        branch: branch.map(|branch| name(&branch)),
    })
}

/// The branch that HEAD names before its first commit.
fn unborn(git: &git2::Repository) -> Option<Vec<u8>> {
    let head = git.find_reference("HEAD").ok()?;
    let target = head.symbolic_target_bytes()?;
    Some(target.strip_prefix(b"refs/heads/").unwrap_or(target).to_vec())
}

/// The address of the remote that the branch follows, else of `origin`, else of the only one.
fn remote(git: &git2::Repository, branch: Option<&[u8]>) -> Option<String> {
    let followed = branch.and_then(|branch| {
        let branch = std::str::from_utf8(branch).ok()?;
        git.config().ok()?.get_string(&format!("branch.{branch}.remote")).ok()
    });
    let names = git.remotes().ok()?;
    let only = if names.len() == 1 { names.get(0).ok().flatten() } else { None };
    let candidates = [followed.as_deref(), Some("origin"), only];
    candidates.into_iter().flatten().find_map(|name| {
        let remote = git.find_remote(name).ok()?;
        remote.url().ok().map(str::to_owned)
    })
}

/// What of an address others may know: the scheme, the host with its port, and the path.
/// `None` for a folder, and where it is no address that others can reach.
fn public(address: &str) -> Option<String> {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (SCHEMES.into_iter().find(|known| scheme.eq_ignore_ascii_case(known))?, rest),
        None => ("ssh", &*scp(address)?),
    };
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    // A password may hold an `@` that was not encoded.
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    // What follows a user and a password with a `/` in it is no path.
    let is_clean = !host.is_empty() && host.bytes().all(is_host) && !path.contains('@');
    is_clean.then(|| format!("{scheme}://{host}{path}"))
}

/// The form `user@host:path` as one of the others; a drive of Windows is none, and neither is
/// `helper::address`, which git gives to a program.
fn scp(address: &str) -> Option<String> {
    let (host, path) = address.split_once(':')?;
    let is_scp = host.len() > 1 && !host.contains(['/', '\\']) && !path.starts_with(':');
    is_scp.then(|| format!("{host}/{}", path.trim_start_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expect: Option<&str>) {
        assert_eq!(public(address).as_deref(), expect, "{address}");
    }

    #[test]
    fn addresses_lose_who_uses_them() {
        check("https://example.com/team/app.git", Some("https://example.com/team/app.git"));
        check("HTTPS://ann:pass@example.com:8443/a", Some("https://example.com:8443/a"));
        check("https://token@example.com/a?private_token=x#y", Some("https://example.com/a"));
        check("https://x-access-token:p@ss@example.com/a", Some("https://example.com/a"));
        check("git@example.com:team/app.git", Some("ssh://example.com/team/app.git"));
        check("example.com:/srv/app.git", Some("ssh://example.com/srv/app.git"));
        check("ssh://git@example.com:2222/a", Some("ssh://example.com:2222/a"));
        check("https://[::1]:8080/a", Some("https://[::1]:8080/a"));
    }

    #[test]
    fn what_only_this_machine_knows_is_not_told() {
        for address in [
            "/srv/git/app.git",
            "../app",
            "file:///srv/app",
            r"C:\repos\app",
            r"\\server\app",
            "ext::sh -c x",
            "https://ann:pa/ss@example.com/a",
            "https:///a",
            "https://ex ample/a",
            "",
        ] {
            check(address, None);
        }
    }
}
