//! The pass over all commits and trees that the graph is put together from.

use super::graph::{Gathering, Graph, Wanted};
use super::{Engine, History, HistoryError, Part, Request};
use crate::model::ObjectKind;
use crate::pack::{Lack, Object, ObjectId, Visitor};

impl History {
    /// Puts together which commits carry the wanted objects, by a look at all commits and trees.
    ///
    /// # Errors
    /// When the objects cannot be read at all. Commits and trees that cannot be carry nothing.
    pub fn graph(&self, engine: Engine, threads: usize, wanted: &Wanted) -> Result<Graph, HistoryError> {
        let kinds = &[ObjectKind::Commit, ObjectKind::Tree];
        let request = Request { engine, threads, kinds, only: None, part: Part::All };
        let read = self.read_all(request, || Gatherer(Gathering::new(wanted)))?;
        let shares = read.visitors.into_iter().map(|gatherer| gatherer.0).collect();
        Ok(Graph::new(wanted, shares))
    }
}

/// A visitor that gathers for the graph.
struct Gatherer<'w>(Gathering<'w>);

impl Visitor for Gatherer<'_> {
    fn reach(&self) -> Option<usize> {
        None
    }

    fn whole(&mut self, object: &Object<'_>, bytes: &[u8]) -> bool {
        // What is malformed leads nowhere; its bytes were looked at as those of any other.
        let _ = match object.kind() {
            ObjectKind::Commit => self.0.commit(object.id(), bytes),
            ObjectKind::Tree => self.0.tree(object.id(), bytes),
            ObjectKind::Blob | ObjectKind::Tag => Ok(()),
        };
        true
    }

    fn edited(&mut self, _: &Object<'_>, _: u64, _: &[u8]) -> bool {
        true
    }

    fn lack(&mut self, _: ObjectId, _: Lack) {}
}
