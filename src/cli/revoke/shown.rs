//! Texts of the API and of reports made fit to be shown.
//!
//! **Invariant:** what could be a key is masked, and nothing in it moves the cursor.

use baseleak::detect::Detector;
use baseleak::render::terminal::sanitise;
use baseleak::rules::RuleSet;
use baseleak::verify::LeakPlace;
use baseleak::verify::revoke::is_prefix;

/// Makes texts fit.
pub(super) struct Shown(Detector);

impl Shown {
    pub(super) fn new() -> Self {
        Self(Detector::new(RuleSet::builtin()))
    }

    /// A name, a word, a message.
    pub(super) fn text(&self, text: &str) -> String {
        sanitise(&self.0.masked(text)).into_owned()
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
        let line = first.line.map(|line| format!(":{line}")).unwrap_or_default();
        let more = places.len() - 1;
        let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
        format!("{path}{line}{more}")
    }
}
