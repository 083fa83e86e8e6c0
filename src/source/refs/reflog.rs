//! Reads reflogs: what a ref stood for before and after each change.
//!
//! Who changed it, when and why is passed over.

use std::path::PathBuf;

use crate::pack::ObjectId;

use super::resolve;
use super::{Problems, Reflog, note};

/// Bytes of an id and the space behind it.
const COLUMN: usize = 2 * ObjectId::LEN + 1;

/// The reflog in `file`; `None` where it cannot be read, or has gone meanwhile. Lines
/// that are malformed are a problem together, and the others count.
pub(super) fn read(name: Vec<u8>, file: PathBuf, problems: &mut Problems) -> Option<Reflog> {
    let text = match resolve::read(&file, u64::MAX) {
        Ok(text) => text?,
        Err(error) => {
            problems.push((file, error.reason()));
            return None;
        }
    };
    let (mut ids, mut malformed) = (Vec::new(), 0_usize);
    for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let columns = [line.get(..), line.get(COLUMN..)].map(|column| column.and_then(resolve::id));
        malformed += usize::from(columns.contains(&None));
        ids.extend(columns.into_iter().flatten());
    }
    note(file, malformed, problems);
    // All zeros say that there was nothing before, or is nothing any more.
    ids.retain(|id| id.as_bytes() != &[0; ObjectId::LEN]);
    ids.sort_unstable();
    ids.dedup();
    Some(Reflog { name, ids })
}
