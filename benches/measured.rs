//! What the benches of this folder measure with, and on: the time of one thread, and
//! the files of a folder.

use std::path::Path;
use std::time::Duration;

/// What this thread has spent on a core, as far as the system tells.
pub(crate) fn cpu_time() -> Option<Duration> {
    // Giving up the core makes the kernel bring its account up to date.
    std::thread::yield_now();
    let account = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let spent = account.split_ascii_whitespace().next()?.parse().ok()?;
    // Systems without this account write zero.
    (spent > 0).then(|| Duration::from_nanos(spent))
}

/// Contents of all files below `folder`, up to `limit` bytes.
pub(crate) fn files(folder: &Path, limit: usize) -> Vec<Vec<u8>> {
    let mut size = 0;
    ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter_map(|entry| std::fs::read(entry.path()).ok())
        .take_while(|text| {
            size += text.len();
            size <= limit
        })
        .collect()
}
