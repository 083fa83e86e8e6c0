//! What is known here of a remote: the refs that say what it had when it was last asked.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use anyhow::Result;

use crate::cli::hook::git::Git;

/// Where refs of other repositories are kept. A mirror keeps them where the branches of this one
/// are: these say nothing of what was sent.
const TRACKING: &[u8] = b"refs/remotes/";

/// The refs that follow the remote that is pushed to, by its name or its address, each with a
/// `/` at its end if it stands for all below it.
///
/// # Errors
/// When git cannot be run.
pub(super) fn tracking(remote: &OsStr, url: &OsStr) -> Result<Vec<Vec<u8>>> {
    let output = Git::of(None).run(["config", "-z", "--get-regexp", r"^remote\..*\.(url|pushurl|fetch)$"])?;
    Ok(of(&output.stdout, remote.as_encoded_bytes(), url.as_encoded_bytes()))
}

/// The same from what git says of all remotes.
fn of(config: &[u8], remote: &[u8], url: &[u8]) -> Vec<Vec<u8>> {
    let (mut names, mut fetched) = (BTreeSet::from([remote]), BTreeMap::<&[u8], Vec<&[u8]>>::new());
    for entry in config.split(|&byte| byte == 0) {
        let Some(end) = memchr::memchr(b'\n', entry) else { continue };
        let (key, value) = (&entry[..end], &entry[end + 1..]);
        let Some(dot) = memchr::memrchr(b'.', key) else { continue };
        let name = key[..dot].strip_prefix(b"remote.").unwrap_or_default();
        if &key[dot + 1..] == b"fetch" {
            fetched.entry(name).or_default().push(value);
        } else if value == remote || value == url {
            names.insert(name);
        }
    }
    let mut refs = BTreeSet::new();
    for name in names {
        let specs = fetched.get(name).map(Vec::as_slice).unwrap_or_default();
        let kept = specs.iter().filter_map(|spec| {
            let colon = memchr::memchr(b':', spec)?;
            let kept = &spec[colon + 1..];
            kept.starts_with(TRACKING).then(|| kept.strip_suffix(b"*").unwrap_or(kept).to_vec())
        });
        refs.extend(kept);
        // An address is no name of a folder.
        if !name.is_empty() && !name.contains(&b':') {
            refs.insert([TRACKING, name, b"/"].concat());
        }
    }
    refs.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "remote.origin.url\nhttps://example.com/a\0remote.origin.fetch\n\
        +refs/heads/*:refs/remotes/origin/*\0remote.up.url\n/srv/up.git\0remote.up.pushurl\nssh://example.com/up\0\
        remote.up.fetch\n+refs/heads/main:refs/remotes/upstream/main\0remote.up.fetch\nrefs/tags/*:refs/tags/*\0\
        remote.all.url\n/srv/all\0remote.all.fetch\n+refs/*:refs/*\0";

    fn check(remote: &str, url: &str, expect: &[&str]) {
        let refs = of(CONFIG.as_bytes(), remote.as_bytes(), url.as_bytes());
        let refs: Vec<_> = refs.iter().map(|name| String::from_utf8_lossy(name)).collect();
        assert_eq!(refs, expect, "{remote} {url}");
    }

    #[test]
    fn remotes_by_name_and_address() {
        check("origin", "https://example.com/a", &["refs/remotes/origin/"]);
        check("https://example.com/a", "https://example.com/a", &["refs/remotes/origin/"]);
        let up = &["refs/remotes/up/", "refs/remotes/upstream/main"];
        check("up", "ssh://example.com/up", up);
        check("ssh://example.com/up", "ssh://example.com/up", up);
        check("all", "/srv/all", &["refs/remotes/all/"]);
        check("https://example.com/b", "https://example.com/b", &[]);
    }
}
