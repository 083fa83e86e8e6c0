//! Tests of the archives, on archives that are made at test time.

mod build;
mod damage;
mod formats;
mod hostile;

use std::io::{Cursor, Read};

use super::{Budget, HEAD, Input, Reason, Unpacked, Visitor, kind, unpack};

/// What a visitor was told.
#[derive(Default)]
struct Seen {
    /// Paths and contents, the latter cut at 4 KiB.
    members: Vec<(String, Vec<u8>)>,
    skipped: Vec<(String, Reason)>,
    bytes: u64,
}

fn text(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

impl Visitor for Seen {
    fn member(&mut self, path: &[u8], _: Option<u64>, content: &mut dyn Read) {
        let mut start = Vec::new();
        content.take(4096).read_to_end(&mut start).expect("a content never fails");
        let mut room = vec![0; 1 << 16];
        self.bytes += start.len() as u64;
        loop {
            match content.read(&mut room).expect("a content never fails") {
                0 => break,
                read => self.bytes += read as u64,
            }
        }
        self.members.push((text(path), start));
    }

    fn skipped(&mut self, path: &[u8], reason: Reason) {
        self.skipped.push((text(path), reason));
    }
}

/// What becomes of `archive` within `budget`, when it can be sought in or not.
fn visit(archive: &[u8], name: &str, budget: Budget, sought: bool) -> (Seen, Unpacked) {
    let kind = kind(&archive[..archive.len().min(HEAD)], name.as_bytes()).expect("it is an archive");
    let (mut seen, mut input) = (Seen::default(), Cursor::new(archive));
    let input = if sought { Input::Seek(&mut input) } else { Input::Stream(&mut input) };
    let unpacked = unpack(input, kind, budget, &mut seen);
    assert_eq!(unpacked.skipped, seen.skipped.len() as u64);
    (seen, unpacked)
}

/// Members as `path=content` and what is skipped as `path: reason`, in their order.
#[track_caller]
fn check_named(name: &str, archive: &[u8], members: &[&str], skipped: &[&str]) {
    for sought in [true, false] {
        let (seen, _) = visit(archive, name, Budget::default(), sought);
        let found: Vec<_> =
            seen.members.iter().map(|(path, content)| format!("{path}={}", text(content))).collect();
        assert_eq!(found, members, "{name}, sought: {sought}");
        let found: Vec<_> = seen.skipped.iter().map(|(path, reason)| format!("{path}: {reason:?}")).collect();
        assert_eq!(found, skipped, "{name}, sought: {sought}");
    }
}

#[track_caller]
fn check(archive: &[u8], members: &[&str], skipped: &[&str]) {
    check_named("", archive, members, skipped);
}
