//! Reads every object that holds text once, in parallel: in bulk by our own pack
//! reader, and by git2 what that does not understand.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use git2::{ObjectType, Odb, Oid};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::pack::{Decoded, Decoder, Forest, ObjectId, Store};

use super::{Engine, History, HistoryError, Objects};

/// Objects that git2 reads as one task: enough to hide opening the repository anew.
const BATCH: usize = 2048;

/// What one thread came to.
#[derive(Default)]
struct Share {
    objects: Objects,
    /// Objects to be read in another way.
    left: Vec<Oid>,
}

impl History {
    /// Shows every blob, commit and tag to `visit`, which says whether to mark it. As many threads
    /// as `threads` read; 0 stands for one for each core.
    ///
    /// # Errors
    /// When the repository cannot be read at all; single objects that cannot be are in the result.
    pub fn objects(
        &self,
        engine: Engine,
        threads: usize,
        visit: impl Fn(&[u8]) -> bool + Sync,
    ) -> Result<Objects, HistoryError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(io::Error::other)?;
        let store = Store::open(&self.folder.join("objects"))?;
        // What cannot be opened leaves a doubt about what else there is, and an index
        // without checksums may hide what is damaged; git2 then reads all.
        let is_sound =
            store.faults().is_empty() && store.packs().iter().all(|pack| pack.index().has_checksums());
        let mut all = if engine == Engine::Pack && is_sound {
            let share = in_bulk(&store, &pool, &visit);
            let mut objects = share.objects;
            objects.merge(self.by_git2(&share.left, &pool, &visit));
            objects
        } else {
            self.by_git2(&self.ids()?, &pool, &visit)
        };
        let faults = store.faults().iter().map(|fault| ("the object database".to_owned(), fault.to_string()));
        all.unreadable.extend(faults);
        all.marked.sort_unstable();
        all.unreadable.sort_unstable();
        Ok(all)
    }

    /// All ids of the object database.
    fn ids(&self) -> Result<Vec<Oid>, HistoryError> {
        let mut ids = Vec::new();
        self.repository()?.odb()?.foreach(|id| {
            ids.push(*id);
            true
        })?;
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    fn by_git2(&self, ids: &[Oid], pool: &ThreadPool, visit: &(impl Fn(&[u8]) -> bool + Sync)) -> Objects {
        let batches: Vec<Objects> =
            pool.install(|| ids.par_chunks(BATCH).map(|batch| self.batch(batch, visit)).collect());
        let mut all = Objects::default();
        for batch in batches {
            all.merge(batch);
        }
        all
    }

    fn batch(&self, ids: &[Oid], visit: &impl Fn(&[u8]) -> bool) -> Objects {
        let mut objects = Objects::default();
        let repository = self.repository();
        let database = repository
            .as_ref()
            .map_err(git2::Error::message)
            .and_then(|repository| repository.odb().map_err(|_| "the object database cannot be opened"));
        match database {
            Ok(database) => ids.iter().for_each(|&id| {
                if let Err(error) = objects.read(&database, id, visit) {
                    objects.unreadable.push((format!("object {id}"), error.message().to_owned()));
                }
            }),
            Err(why) => {
                objects.unreadable = ids.iter().map(|id| (format!("object {id}"), why.to_owned())).collect();
            }
        }
        objects
    }
}

/// Reads all that our own reader understands, the heaviest trees of deltas first.
fn in_bulk(store: &Store, pool: &ThreadPool, visit: &(impl Fn(&[u8]) -> bool + Sync)) -> Share {
    let forests: Vec<Forest<'_>> =
        (0..store.packs().len()).map(|pack| store.forest(pack, |_| false)).collect();
    let mut trees: Vec<_> =
        forests.iter().flat_map(|forest| forest.trees().iter().map(move |tree| (forest, *tree))).collect();
    trees.sort_by_key(|(_, tree)| std::cmp::Reverse(tree.weight()));
    let (next_tree, next_loose) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let shares = pool.broadcast(|_| {
        let (mut decoder, mut share) = (Decoder::new(Decoder::LIMIT), Share::default());
        while let Some((forest, tree)) = trees.get(next_tree.fetch_add(1, Ordering::Relaxed)) {
            forest.decode(*tree, &mut decoder, |id, what| share.take(id, &what, visit));
        }
        while let Some(loose) = store.loose().get(next_loose.fetch_add(1, Ordering::Relaxed)) {
            let read = loose.decode(&mut decoder, |id, what| share.take(id, &what, visit));
            if read.is_err() {
                // It may have been packed meanwhile.
                share.left.push(oid(loose.id()));
            }
        }
        share
    });
    let mut all = Share::default();
    for share in shares {
        all.objects.merge(share.objects);
        all.left.extend(share.left);
    }
    all.left.extend(forests.iter().flat_map(Forest::faults).map(|(id, _)| oid(*id)));
    all
}

impl Share {
    fn take(&mut self, id: ObjectId, what: &Decoded<'_>, visit: &impl Fn(&[u8]) -> bool) {
        match what {
            Decoded::Text(bytes) => self.objects.note(oid(id), bytes, visit),
            Decoded::Huge(_) | Decoded::Fault(_) => self.left.push(oid(id)),
        }
    }
}

impl Objects {
    fn read(
        &mut self,
        database: &Odb<'_>,
        id: Oid,
        visit: &impl Fn(&[u8]) -> bool,
    ) -> Result<(), git2::Error> {
        if database.read_header(id)?.1 != ObjectType::Tree {
            self.note(id, database.read(id)?.data(), visit);
        }
        Ok(())
    }

    fn note(&mut self, id: Oid, bytes: &[u8], visit: &impl Fn(&[u8]) -> bool) {
        self.count += 1;
        self.bytes += bytes.len() as u64;
        if visit(bytes) {
            self.marked.push(id);
        }
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.bytes += other.bytes;
        self.marked.extend(other.marked);
        self.unreadable.extend(other.unreadable);
    }
}

fn oid(id: ObjectId) -> Oid {
    Oid::from_bytes(id.as_bytes()).expect("both are 20 bytes long")
}
