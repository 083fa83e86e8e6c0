//! What is known here of a remote: the refs that say what it had when it was last asked.
//!
//! The remote is not asked: git has done so, and hands on what it said of the refs that are
//! pushed. What was known is believed as long as that does not speak against it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use anyhow::Result;
use baseleak::pack::ObjectId;

use super::address;
use super::lines::Change;
use crate::cli::hook::git::{Git, text};

/// Where refs of other repositories are kept. A mirror keeps them where the branches of this one
/// are: these say nothing of what was sent.
const TRACKING: &[u8] = b"refs/remotes/";

/// What is known of the other side.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// The refs that tell what it has, each with a `/` at its end if it stands for all below it.
    pub(super) refs: Vec<Vec<u8>>,
    /// Why refs that seem to tell it are not believed.
    pub(super) doubt: Option<Doubt>,
}

/// Why what was fetched does not tell what the other side has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It was fetched from another address than is pushed to.
    Address,
    /// Git was told something else of a ref just now.
    Contradicted,
}

impl Doubt {
    /// What becomes of it, for the user.
    pub(super) const fn warning(self) -> &'static str {
        match self {
            Self::Address => {
                "this remote is pushed to at another address than it is fetched from, so this push is held \
                 only against what that address has of the pushed refs"
            }
            Self::Contradicted => {
                "the remote has other refs than were last fetched from it, so this push is held only against \
                 what it has of the pushed refs; `git fetch --prune` brings what is known of it up to date"
            }
        }
    }
}

/// The refs that follow the remote that is pushed to, by its name or its address, as far as
/// what git says of the `changes` does not speak against them.
///
/// # Errors
/// When git cannot be run.
pub(super) fn tracking(remote: &OsStr, url: &OsStr, changes: &[Change]) -> Result<Known> {
    let git = Git::of(None);
    let output = git.run(["config", "-z", "--get-regexp", r"^remote\..*\.(url|fetch)$"])?;
    let (remote, url) = (remote.as_encoded_bytes(), url.as_encoded_bytes());
    let mut refs = BTreeSet::new();
    let mut doubt = None;
    for (name, one) in remotes(&output.stdout).iter().filter(|(name, one)| one.may_be(name, remote, url)) {
        let kept = one.kept(name);
        let values = values(&git, &kept)?;
        // What is configured may stand for another address yet.
        let name_of = text(name.to_vec());
        let address = git.line([OsStr::new("remote"), OsStr::new("get-url"), &name_of])?;
        if address.is_none_or(|address| !address::is_same(address.as_encoded_bytes(), url)) {
            doubt = doubt.or((!values.is_empty()).then_some(Doubt::Address));
        } else if is_contradicted(&git, (name, one), &values, changes)? {
            doubt = Some(Doubt::Contradicted);
        } else {
            refs.extend(kept);
        }
    }
    // Several names of one place: what one tells of it is enough.
    Ok(Known { doubt: doubt.filter(|_| refs.is_empty()), refs: refs.into_iter().collect() })
}

/// A remote, as the configuration has it.
#[derive(Debug, Default)]
struct Remote<'c> {
    /// Where it is fetched from.
    url: Option<&'c [u8]>,
    fetch: Vec<&'c [u8]>,
}

/// The remotes by their names, in what git says of its configuration.
fn remotes(config: &[u8]) -> BTreeMap<&[u8], Remote<'_>> {
    let mut remotes = BTreeMap::<&[u8], Remote<'_>>::new();
    for entry in config.split(|&byte| byte == 0) {
        let Some(end) = memchr::memchr(b'\n', entry) else { continue };
        let (key, value) = (&entry[..end], &entry[end + 1..]);
        let Some(dot) = memchr::memrchr(b'.', key) else { continue };
        let Some(name) = key[..dot].strip_prefix(b"remote.").filter(|name| !name.is_empty()) else {
            continue;
        };
        let remote = remotes.entry(name).or_default();
        if &key[dot + 1..] == b"fetch" {
            remote.fetch.push(value);
        } else {
            // Git fetches from the first, and pushes to all.
            remote.url.get_or_insert(value);
        }
    }
    remotes
}

impl Remote<'_> {
    /// Whether it may be the one that is pushed to.
    fn may_be(&self, name: &[u8], remote: &[u8], url: &[u8]) -> bool {
        name == remote || self.url.is_some_and(|own| own == remote || address::is_same(own, url))
    }

    /// The refs in which is kept what it has.
    fn kept(&self, name: &[u8]) -> BTreeSet<Vec<u8>> {
        let specs = self.fetch.iter().filter_map(|spec| {
            let kept = &spec[memchr::memchr(b':', spec)? + 1..];
            kept.starts_with(TRACKING).then(|| kept.strip_suffix(b"*").unwrap_or(kept).to_vec())
        });
        let own = [TRACKING, name, b"/"].concat();
        // An address is no name of a folder.
        specs.chain((!name.contains(&b':')).then_some(own)).collect()
    }

    /// Where is kept what its ref `theirs` stands for.
    fn kept_of(&self, name: &[u8], theirs: &[u8]) -> BTreeSet<Vec<u8>> {
        let specs = self.fetch.iter().filter_map(|spec| {
            let spec = spec.strip_prefix(b"+").unwrap_or(spec);
            let colon = memchr::memchr(b':', spec)?;
            let (from, to) = (&spec[..colon], &spec[colon + 1..]);
            match (memchr::memchr(b'*', from), memchr::memchr(b'*', to)) {
                (Some(from_star), Some(to_star)) => {
                    let rest = theirs.strip_prefix(&from[..from_star])?;
                    let middle = rest.strip_suffix(&from[from_star + 1..])?;
                    Some([&to[..to_star], middle, &to[to_star + 1..]].concat())
                }
                _ => (from == theirs).then(|| to.to_vec()),
            }
        });
        let branch = theirs.strip_prefix(b"refs/heads/");
        specs.chain(branch.map(|branch| [TRACKING, name, b"/", branch].concat())).collect()
    }
}

/// What the refs stand for that `kept` names.
fn values(git: &Git, kept: &BTreeSet<Vec<u8>>) -> Result<BTreeMap<Vec<u8>, ObjectId>> {
    if kept.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut args = vec![text(b"for-each-ref".to_vec()), text(b"--format=%(objectname) %(refname)".to_vec())];
    args.extend(kept.iter().map(|name| text(name.clone())));
    let listed = git.run(args)?.stdout;
    let each = listed.split(|&byte| byte == b'\n').filter_map(|line| {
        let (id, name) = line.split_at_checked(ObjectId::LEN * 2)?;
        Some((name.strip_prefix(b" ")?.to_vec(), ObjectId::from_hex(id)?))
    });
    Ok(each.collect())
}

/// Whether a ref that is pushed is there in another way than was known. It may have gone on
/// since, as others push, and where its end is not here nobody can tell.
fn is_contradicted(
    git: &Git,
    (name, remote): (&[u8], &Remote<'_>),
    values: &BTreeMap<Vec<u8>, ObjectId>,
    changes: &[Change],
) -> Result<bool> {
    for change in changes {
        for known in remote.kept_of(name, &change.name).iter().filter_map(|kept| values.get(kept)) {
            let Some(told) = change.old else { return Ok(true) };
            if told == *known {
                continue;
            }
            let (known, told) = (known.to_string(), told.to_string());
            let asked = git.run(["merge-base", "--is-ancestor", &known, &told])?;
            if asked.status.code() == Some(1) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "remote.origin.url\nhttps://example.com/a\0remote.origin.fetch\n\
        +refs/heads/*:refs/remotes/origin/*\0remote.up.url\n/srv/up.git\0remote.up.url\n/srv/second\0\
        remote.up.fetch\n+refs/heads/main:refs/remotes/upstream/main\0remote.up.fetch\nrefs/tags/*:refs/tags/*\0\
        remote.all.url\n/srv/all\0remote.all.fetch\n+refs/*:refs/*\0";

    /// The refs that follow what may be pushed to, and where a branch `main` of it is kept.
    fn check(remote: &str, url: &str, refs: &[&str], main: &[&str]) {
        let remotes = remotes(CONFIG.as_bytes());
        let chosen = remotes.iter().filter(|(name, one)| one.may_be(name, remote.as_bytes(), url.as_bytes()));
        let (mut kept, mut kept_main) = (BTreeSet::new(), BTreeSet::new());
        for (name, one) in chosen {
            kept.extend(one.kept(name));
            kept_main.extend(one.kept_of(name, b"refs/heads/main"));
        }
        let texts = |names: BTreeSet<Vec<u8>>| -> Vec<String> {
            names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
        };
        assert_eq!(texts(kept), refs, "{remote} {url}");
        assert_eq!(texts(kept_main), main, "{remote} {url}");
    }

    #[test]
    fn remotes_by_name_and_address() {
        let origin = (&["refs/remotes/origin/"], &["refs/remotes/origin/main"]);
        check("origin", "https://example.com/a", origin.0, origin.1);
        check("https://example.com/a", "https://example.com/a", origin.0, origin.1);
        check("git@example.com:a.git", "git@example.com:a.git", origin.0, origin.1);
        let up = &["refs/remotes/up/", "refs/remotes/upstream/main"];
        check("up", "/srv/up.git", up, &["refs/remotes/up/main", "refs/remotes/upstream/main"]);
        check("/srv/second", "/srv/second", &[], &[]);
        check("all", "/srv/all", &["refs/remotes/all/"], &["refs/heads/main", "refs/remotes/all/main"]);
        check("https://example.com/b", "https://example.com/b", &[], &[]);
    }
}
