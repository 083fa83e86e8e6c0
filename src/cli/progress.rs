//! A line on the terminal that says how far a scan has come, for work that takes a while.

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use baseleak::scan::Progress;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

/// How long work may take before it is spoken of.
const PATIENCE: Duration = Duration::from_millis(500);
const REFRESH: Duration = Duration::from_millis(100);

/// Does `work` and shows its progress on standard error, if that is a terminal.
pub(crate) fn watch<T>(progress: &Progress, work: impl FnOnce() -> T) -> T {
    watch_things("files", progress, work)
}

/// The same where what is counted as files are documents of a front end.
pub(crate) fn watch_documents<T>(progress: &Progress, work: impl FnOnce() -> T) -> T {
    watch_things("documents", progress, work)
}

fn watch_things<T>(things: &'static str, progress: &Progress, work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    thread::scope(|scope| {
        let (done, waiting) = mpsc::channel::<()>();
        scope.spawn(move || show(things, progress, &waiting));
        let result = work();
        drop(done);
        result
    })
}

/// Shows the progress until the sender is gone.
fn show(things: &str, progress: &Progress, done: &mpsc::Receiver<()>) {
    if done.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let style =
        ProgressStyle::with_template("{spinner} scanned {msg} in {elapsed}").expect("the template is sound");
    let bar = ProgressBar::new_spinner().with_style(style);
    while done.recv_timeout(REFRESH) == Err(RecvTimeoutError::Timeout) {
        let done = format!("{} {things}, {}", HumanCount(progress.files()), HumanBytes(progress.bytes()));
        bar.set_message(match progress.images() {
            0 => done,
            images => format!("{done}, {} images", HumanCount(images)),
        });
        bar.tick();
    }
    bar.finish_and_clear();
}
