//! The lines that git writes to hooks of a push, as githooks(5) describes them.

use anyhow::Result;
use baseleak::pack::ObjectId;

use crate::cli::complaint::Advised;

/// What becomes of one ref of the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// The name of the ref there, any bytes.
    pub(super) name: Vec<u8>,
    /// What it stands for now; none where it is made.
    pub(super) old: Option<ObjectId>,
    /// What it shall stand for; none where it is deleted.
    pub(super) new: Option<ObjectId>,
}

/// Lines of `pre-push`: the local ref and its id, the remote ref and its id. The local one is what
/// the user typed, and may have blanks.
pub(super) fn pushed(text: &[u8]) -> Result<Vec<Change>> {
    each(text, |line| {
        let mut fields = line.rsplitn(4, |&byte| byte == b' ');
        let (old, name, new) = (fields.next()?, fields.next()?, fields.next()?);
        fields.next()?;
        Some((name, old, new))
    })
}

/// Lines of `pre-receive`: the old id, the new one, the ref.
pub(super) fn received(text: &[u8]) -> Result<Vec<Change>> {
    each(text, |line| {
        let mut fields = line.splitn(3, |&byte| byte == b' ');
        let (old, new, name) = (fields.next()?, fields.next()?, fields.next()?);
        Some((name, old, new))
    })
}

/// A line that is not understood could be one that is not looked at, so it is an error.
fn each<'t>(
    text: &'t [u8],
    split: impl Fn(&'t [u8]) -> Option<(&'t [u8], &'t [u8], &'t [u8])>,
) -> Result<Vec<Change>> {
    let lines = text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let change = |line| {
        let (name, old, new) = split(line)?;
        Some(Change { name: name.to_vec(), old: id(old)?, new: id(new)? })
    };
    let lines = lines.filter(|line| !line.is_empty()).map(|line| {
        change(line).ok_or_else(|| {
            let what = "a line on standard input does not say which commit goes where";
            Advised::new(what, "git writes these lines to the hook; a script must hand them on as they are")
                .into()
        })
    });
    lines.collect()
}

/// An id; forty zeros stand for none.
#[expect(
    clippy::option_option,
    reason = "one says whether it is an id, the other whether it stands for anything"
)]
fn id(digits: &[u8]) -> Option<Option<ObjectId>> {
    let id = ObjectId::from_hex(digits)?;
    Some(Some(id).filter(|id| id.as_bytes().iter().any(|&byte| byte != 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";
    const NONE: &str = "0000000000000000000000000000000000000000";

    /// What a line of both kinds comes to: the name, and the first digits of both ids.
    fn check(pre_push: &str, pre_receive: &str, expect: Option<(&str, &str, &str)>) {
        let digit = |id: Option<ObjectId>| id.map_or("0".to_owned(), |id| id.to_string()[..1].to_owned());
        for changes in [pushed(pre_push.as_bytes()), received(pre_receive.as_bytes())] {
            let found = changes.ok().map(|changes| {
                let change = changes.first().expect("there is a line");
                (String::from_utf8_lossy(&change.name).into_owned(), digit(change.old), digit(change.new))
            });
            let expect = expect.map(|(name, old, new)| (name.to_owned(), old.to_owned(), new.to_owned()));
            assert_eq!(found, expect, "{pre_push}");
        }
    }

    #[test]
    fn lines_of_git() {
        let main = "refs/heads/main";
        check(
            &format!("{main} {ONE} {main} {TWO}\n"),
            &format!("{TWO} {ONE} {main}\n"),
            Some((main, "2", "1")),
        );
        check(
            &format!("(delete) {NONE} {main} {TWO}"),
            &format!("{TWO} {NONE} {main}"),
            Some((main, "2", "0")),
        );
        check(
            &format!(":/a bug {ONE} {main} {NONE}\r\n"),
            &format!("{NONE} {ONE} {main}\r\n"),
            Some((main, "0", "1")),
        );
        check(&format!("{ONE} {main} {TWO}"), &format!("{ONE} {main}"), None);
        check(&format!("{main} {ONE} {main} {TWO}00"), &format!("{TWO}00 {ONE} {main}"), None);
        assert!(pushed(b"").expect("nothing is no error").is_empty());
    }
}
