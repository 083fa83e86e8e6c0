//! Why something was not read, in words for the report.

use std::fs::FileType;
use std::io;

use crate::model::SkipReason;

/// What a thing is that is neither a file, a folder nor a link.
pub(super) fn special(kind: FileType) -> SkipReason {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return SkipReason::Special("a FIFO");
        }
        if kind.is_socket() {
            return SkipReason::Special("a socket");
        }
        if kind.is_block_device() || kind.is_char_device() {
            return SkipReason::Special("a device");
        }
    }
    #[cfg(not(unix))]
    let _ = kind;
    SkipReason::Special("of an unknown kind")
}

/// Why something that a folder lists could not be read.
pub(super) fn reason(error: &io::Error) -> SkipReason {
    if error.kind() == io::ErrorKind::NotFound { SkipReason::Vanished } else { unreadable(error) }
}

/// The system's refusal in its own words, without the number.
pub(super) fn unreadable(error: &io::Error) -> SkipReason {
    let message = error.to_string();
    let words = message.split(" (os error").next().unwrap_or(&message);
    SkipReason::Unreadable(words.to_lowercase())
}
