//! Texts of the API and of reports made fit to be shown.
//!
//! **Invariant:** what could be a key is masked, and nothing in a line moves the cursor.

use baseleak::render::terminal::sanitise;
use baseleak::verify::LeakPlace;
use baseleak::verify::revoke::is_prefix;

use crate::cli::conceal::concealed;

/// Makes texts fit.
pub(super) struct Shown {
    /// Whether what does not show is written out; a document for programs has its own
    /// way, and the text must be what it was there.
    is_line: bool,
}

impl Shown {
    /// For lines that a person reads.
    pub(super) fn lines() -> Self {
        Self { is_line: true }
    }

    /// For programs.
    pub(super) fn values() -> Self {
        Self { is_line: false }
    }

    /// A name, a word, a message.
    pub(super) fn text(&self, text: &str) -> String {
        let text = concealed(text);
        if self.is_line { sanitise(&text).into_owned() } else { text }
    }

    /// The public name of a key, which may look like more than it is.
    pub(super) fn key(&self, key: &str) -> String {
        if is_prefix(key) { key.to_owned() } else { self.text(key) }
    }

    /// A text where there is one.
    pub(super) fn maybe(&self, text: Option<&String>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    /// Where a key leaked, in short: the first place, and how many more there are.
    pub(super) fn places(&self, places: &[LeakPlace]) -> String {
        let Some(first) = places.first() else { return "-".to_owned() };
        let path = self.text(&first.path);
        let line = match (&first.within, first.line) {
            (Some(within), _) => format!(" ({})", self.text(within)),
            (None, line) => line.map(|line| format!(":{line}")).unwrap_or_default(),
        };
        let more = places.len() - 1;
        let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
        format!("{path}{line}{more}")
    }
}
