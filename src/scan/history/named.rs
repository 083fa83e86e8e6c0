//! What was marked and comes to nothing: for what it holds, under no name that matters;
//! or for what cannot be unpacked, where nothing was found in it.
//!
//! Some rules look at files of a certain name only, and what they look for stands in
//! other files by the dozen. To find out under which names those stood takes a look
//! at what changes in the trees, which costs far less than the whole graph.
//! **Invariant:** no finding is lost: at a name that matters, or where the least
//! doubt is left, all is judged as if this step were not there.

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Scan;
use crate::model::{Note, ObjectKind, Provenance};
use crate::pack::{Decoder, ObjectId};
use crate::scan::unpacked::{self, Form, Opener};
use crate::source::history::{History, HistoryError, Indexed};
use crate::source::{Content, Packed, Reader};
use crate::unpack::archive::Input;

/// Objects beyond which looking at each once more takes its time.
const MOST: usize = 20_000;

impl Scan<'_> {
    /// If nothing that was marked holds anything at any of its paths, so that the graph
    /// need not be put together, what of it could not be unpacked to its end.
    ///
    /// # Errors
    /// When the trees cannot be read at all.
    pub(super) fn strays(
        &self,
        history: &History,
        indexed: &Indexed,
        marked: &[(ObjectId, ObjectKind)],
    ) -> Result<Option<Vec<ObjectId>>, HistoryError> {
        // What lies at excluded paths is counted, and only the graph knows the paths.
        // What was seen in an image asks for the graph, and so does one that was not looked at.
        let sees = self.reading.opening.ocr.is_some();
        let is_open = !marked.is_empty() && marked.len() <= MOST && self.policy.admits_all() && !sees;
        if !is_open {
            return Ok(None);
        }
        let Some((by_name, broken)) = self.sorted(history, marked) else { return Ok(None) };
        let is_at_no_name = by_name.is_empty() || self.is_at_no_name(history, indexed, &by_name)?;
        Ok(is_at_no_name.then_some(broken))
    }

    /// What can hold something only at certain names, and what cannot be unpacked and
    /// holds nothing; `None` if there is anything else: if one object asks for the graph,
    /// the others come with it.
    fn sorted(
        &self,
        history: &History,
        marked: &[(ObjectId, ObjectKind)],
    ) -> Option<(HashSet<ObjectId>, Vec<ObjectId>)> {
        let (mut by_name, mut broken) = (HashSet::new(), Vec::new());
        let mut decoder = Decoder::new(Decoder::LIMIT);
        for (id, kind) in marked {
            // The names in a tree are judged at the paths that they have in it.
            if *kind == ObjectKind::Tree {
                return None;
            }
            let (_, bytes) = history.fetch(id, &mut decoder).ok().flatten()?;
            let form = self.reading.opening.unpack.then(|| unpacked::form_of(b"", &bytes)).flatten();
            let glance = self.detector.glance(&bytes);
            match form {
                None if glance.by_name => {
                    // A blob that a commit names as its tree stands at no name at all.
                    let names = [format!("{kind} {id}"), String::new()];
                    if names.iter().any(|name| self.detector.looks_at(name.as_bytes())) {
                        return None;
                    }
                    by_name.insert(*id);
                }
                Some(Form::Archive(kind)) if !glance.may_hold => {
                    let input = Input::Seek(&mut Cursor::new(&bytes));
                    let inside = unpacked::glance(
                        self.detector,
                        &mut Reader::default(),
                        self.reading.opening,
                        (kind, input),
                    );
                    // What is in an archive has names of its own.
                    if inside.may_hold {
                        return None;
                    }
                    broken.push(*id);
                }
                _ => return None,
            }
        }
        Some((by_name, broken))
    }

    /// Whether none of `ids` ever stood at a name that a rule looks at.
    fn is_at_no_name(
        &self,
        history: &History,
        indexed: &Indexed,
        ids: &HashSet<ObjectId>,
    ) -> Result<bool, HistoryError> {
        let is_indexed = |id: &Option<ObjectId>| id.is_some_and(|id| ids.contains(&id));
        let mut names = indexed.entries.iter().filter(|(_, id)| is_indexed(id)).map(|(path, _)| &**path);
        if names.any(|path| self.detector.looks_at(path)) {
            return Ok(false);
        }
        let is_looked_at = AtomicBool::new(false);
        history.names_of(self.reading.engine, self.reading.threads, ids, |_, name| {
            if !is_looked_at.load(Ordering::Relaxed) && self.detector.looks_at(name) {
                is_looked_at.store(true, Ordering::Relaxed);
            }
        })?;
        Ok(!is_looked_at.into_inner())
    }

    /// Why objects without a finding could not be unpacked to their end. They are named by
    /// their ids: to find their paths would cost as much as all the rest.
    pub(super) fn notes(&self, history: &History, broken: &[ObjectId]) -> Vec<Note> {
        let (mut opener, mut decoder) =
            (Opener::new(self.detector, self.reading.opening), Decoder::new(Decoder::LIMIT));
        let mut notes = Vec::new();
        for id in broken {
            let Some((_, bytes)) = history.fetch(id, &mut decoder).ok().flatten() else { continue };
            let Some(form) = unpacked::form_of(b"", &bytes) else { continue };
            let name = format!("{} {id}", ObjectKind::Blob);
            let provenance = Provenance { shown: name.as_bytes(), relative: name.as_bytes() };
            let packed = Packed { provenance, content: Content::Bytes(&bytes), is_named: false };
            notes.extend(opener.open(form, packed, &mut Vec::new()).notes);
        }
        notes
    }
}
