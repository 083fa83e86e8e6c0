//! What was marked for what it holds, and holds it under no name that matters.
//!
//! Some rules look at files of a certain name only, and what they look for stands in
//! other files by the dozen. To find out under which names those stood takes a look
//! at what changes in the trees, which costs far less than the whole graph.
//! **Invariant:** no finding is lost: at a name that matters, or where the least
//! doubt is left, all is judged as if this step were not there.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Scan;
use crate::model::ObjectKind;
use crate::pack::{Decoder, ObjectId};
use crate::scan::unpacked;
use crate::source::history::{History, HistoryError, Indexed};

/// Objects beyond which looking at each once more takes its time.
const MOST: usize = 20_000;

impl Scan<'_> {
    /// Whether nothing that was marked holds anything at any of its paths, so that
    /// the graph need not be put together.
    ///
    /// # Errors
    /// When the trees cannot be read at all.
    pub(super) fn are_strays(
        &self,
        history: &History,
        indexed: &Indexed,
        marked: &[(ObjectId, ObjectKind)],
    ) -> Result<bool, HistoryError> {
        // What lies at excluded paths is counted, and only the graph knows the paths.
        let is_open = !marked.is_empty() && marked.len() <= MOST && self.policy.admits_all();
        if !is_open || !self.are_by_name(history, marked) {
            return Ok(false);
        }
        let ids: HashSet<ObjectId> = marked.iter().map(|(id, _)| *id).collect();
        let is_indexed = |id: &Option<ObjectId>| id.is_some_and(|id| ids.contains(&id));
        let mut names = indexed.entries.iter().filter(|(_, id)| is_indexed(id)).map(|(path, _)| &**path);
        if names.any(|path| self.detector.looks_at(path)) {
            return Ok(false);
        }
        let is_looked_at = AtomicBool::new(false);
        history.names_of(self.reading.engine, self.reading.threads, &ids, |_, name| {
            if !is_looked_at.load(Ordering::Relaxed) && self.detector.looks_at(name) {
                is_looked_at.store(true, Ordering::Relaxed);
            }
        })?;
        Ok(!is_looked_at.into_inner())
    }

    /// Whether only rules for files of certain names can find anything in what was
    /// marked, and nothing where an object has no path. If one object asks for the
    /// graph, the others come with it.
    fn are_by_name(&self, history: &History, marked: &[(ObjectId, ObjectKind)]) -> bool {
        let mut decoder = Decoder::new(Decoder::LIMIT);
        marked.iter().all(|(id, kind)| {
            // The names in a tree are judged at the paths that they have in it.
            *kind != ObjectKind::Tree
                && history.fetch(id, &mut decoder).ok().flatten().is_some_and(|(_, bytes)| {
                    // What is in an archive or in a notebook has names of its own.
                    let is_plain = !self.reading.unpack || unpacked::form(b"", &bytes).is_none();
                    is_plain
                        && self.detector.glance(&bytes).by_name
                        && !self.detector.looks_at(format!("{kind} {id}").as_bytes())
                        // A blob that a commit names as its tree stands at no name at all.
                        && !self.detector.looks_at(b"")
                })
        })
    }
}
