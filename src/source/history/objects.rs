//! Reads every object that holds text once, in parallel, through git2.

use std::io;

use git2::{ObjectType, Odb, Oid};
use rayon::prelude::*;

use super::{History, HistoryError, Kind, Objects};

/// Objects that one task reads: enough to hide opening the repository anew.
const BATCH: usize = 2048;

impl History {
    /// Shows every blob, commit and tag to `visit`, which says whether to mark it. As many threads
    /// as `threads` read; 0 stands for one for each core.
    ///
    /// # Errors
    /// When the repository cannot be read at all; single objects that cannot be are in the result.
    pub fn objects(
        &self,
        threads: usize,
        visit: impl Fn(&[u8]) -> bool + Sync,
    ) -> Result<Objects, HistoryError> {
        let mut ids = Vec::new();
        self.repository()?.odb()?.foreach(|id| {
            ids.push(*id);
            true
        })?;
        ids.sort_unstable();
        ids.dedup();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(io::Error::other)?;
        let batches: Vec<Objects> =
            pool.install(|| ids.par_chunks(BATCH).map(|batch| self.batch(batch, &visit)).collect());
        let mut all = Objects::default();
        batches.into_iter().for_each(|batch| all.merge(batch));
        Ok(all)
    }

    fn batch(&self, ids: &[Oid], visit: &impl Fn(&[u8]) -> bool) -> Objects {
        let mut objects = Objects::default();
        let repository = self.repository();
        let database = match repository
            .as_ref()
            .map_err(|error| error.message().to_owned())
            .and_then(|repository| repository.odb().map_err(|error| error.message().to_owned()))
        {
            Ok(database) => database,
            Err(error) => {
                let unreadable = |id: &Oid| (id.to_string(), error.clone());
                objects.unreadable = ids.iter().map(unreadable).collect();
                return objects;
            }
        };
        for &id in ids {
            if let Err(error) = objects.read(&database, id, visit) {
                objects.unreadable.push((id.to_string(), error.message().to_owned()));
            }
        }
        objects
    }
}

impl Objects {
    fn read(
        &mut self,
        database: &Odb<'_>,
        id: Oid,
        visit: &impl Fn(&[u8]) -> bool,
    ) -> Result<(), git2::Error> {
        let kind = match database.read_header(id)?.1 {
            ObjectType::Blob => Kind::Blob,
            ObjectType::Commit => Kind::Commit,
            ObjectType::Tag => Kind::Tag,
            _ => return Ok(()),
        };
        let object = database.read(id)?;
        self.blobs += u64::from(kind == Kind::Blob);
        self.bytes += object.len() as u64;
        if visit(object.data()) {
            self.marked.push((id, kind));
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) {
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.marked.extend(other.marked);
        self.unreadable.extend(other.unreadable);
    }
}
