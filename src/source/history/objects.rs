//! Shows every object once to visitors, in parallel: in bulk by our own pack
//! reader, and by git2 what that does not understand.

use std::collections::HashSet;
use std::io::{self, Read as _};
use std::sync::atomic::{AtomicUsize, Ordering};

use git2::{ErrorCode, ObjectType, Odb, Oid};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::model::{Blob, ObjectKind, Provenance};
use crate::pack::{Decoder, Forest, Lack, Object, ObjectId, Visitor};
use crate::source::Reader;

use super::{Engine, History, HistoryError};

/// Objects that git2 reads as one task: enough to hide opening the database anew.
const BATCH: usize = 2048;

/// What to read, and how.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// Who reads.
    pub engine: Engine,
    /// How many threads; 0 stands for one for each core.
    pub threads: usize,
    /// Objects of these kinds.
    pub kinds: &'r [ObjectKind],
    /// These objects alone, where it is given.
    pub only: Option<&'r HashSet<ObjectId>>,
}

/// What reading came to.
#[derive(Debug)]
pub struct Objects<V> {
    /// The visitors, who have seen all other objects.
    pub visitors: Vec<V>,
    /// Objects too large to be held in memory, which nobody has seen, in order.
    pub large: Vec<ObjectId>,
    /// Objects that could not be read, with the reason, in order.
    pub unreadable: Vec<(String, String)>,
}

/// A visitor at work, and what it could not be shown.
struct Share<V> {
    visitor: V,
    large: Vec<ObjectId>,
    left: Vec<ObjectId>,
}

impl History {
    /// Shows objects to visitors made by `hire`, one for each thread.
    ///
    /// # Errors
    /// When nothing can be read at all; single objects that cannot be are in the result.
    pub fn read_all<V: Visitor + Send>(
        &self,
        request: Request<'_>,
        hire: impl Fn() -> V + Sync,
    ) -> Result<Objects<V>, HistoryError> {
        let Request { engine, threads, kinds, only } = request;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(io::Error::other)?;
        // What cannot be opened leaves a doubt about what else there is, and an index
        // without checksums may hide what is damaged; git2 then reads all.
        let is_sound = self.store.faults().is_empty()
            && self.store.packs().iter().all(|pack| pack.index().has_checksums());
        let mut all = Objects { visitors: Vec::new(), large: Vec::new(), unreadable: Vec::new() };
        let left = if engine == Engine::Pack && is_sound {
            self.in_bulk(kinds, only, &pool, &hire, &mut all)
        } else {
            let mut ids = self.ids()?;
            ids.retain(|id| only.is_none_or(|only| only.contains(id)));
            ids
        };
        self.by_git2(&left, kinds, &pool, &hire, &mut all);
        let faults = self.store.faults().iter();
        all.unreadable.extend(faults.map(|fault| ("the object database".to_owned(), fault.to_string())));
        all.large.sort_unstable();
        all.unreadable.sort_unstable();
        Ok(all)
    }

    /// Reads all that our own reader understands, the heaviest trees of deltas
    /// first, and returns the others.
    fn in_bulk<V: Visitor + Send>(
        &self,
        kinds: &[ObjectKind],
        only: Option<&HashSet<ObjectId>>,
        pool: &ThreadPool,
        hire: &(impl Fn() -> V + Sync),
        all: &mut Objects<V>,
    ) -> Vec<ObjectId> {
        let store = &self.store;
        let packs = 0..store.packs().len();
        let forests: Vec<Forest<'_>> =
            pool.install(|| packs.into_par_iter().map(|pack| store.forest(pack, kinds, only)).collect());
        let mut trees: Vec<_> = forests
            .iter()
            .flat_map(|forest| forest.trees().iter().map(move |tree| (forest, *tree)))
            .collect();
        trees.sort_by_key(|(_, tree)| std::cmp::Reverse(tree.weight()));
        let (next_tree, next_loose) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let shares = pool.broadcast(|_| {
            let mut share = Share { visitor: hire(), large: Vec::new(), left: Vec::new() };
            let mut decoder = Decoder::new(Decoder::LIMIT);
            while let Some((forest, tree)) = trees.get(next_tree.fetch_add(1, Ordering::Relaxed)) {
                forest.decode(*tree, &mut decoder, &mut share);
            }
            while let Some(loose) = store.loose().get(next_loose.fetch_add(1, Ordering::Relaxed)) {
                let is_wanted = only.is_none_or(|only| only.contains(&loose.id()));
                if is_wanted && loose.decode(&mut decoder, kinds, &mut share).is_err() {
                    // It may have been packed meanwhile.
                    share.left.push(loose.id());
                }
            }
            share
        });
        let faults = forests.iter().flat_map(Forest::faults).map(|(id, _)| *id);
        let mut left: Vec<ObjectId> = faults.collect();
        for share in shares {
            all.visitors.push(share.visitor);
            all.large.extend(share.large);
            left.extend(share.left);
        }
        left
    }

    /// All ids of the object database.
    fn ids(&self) -> Result<Vec<ObjectId>, HistoryError> {
        let mut ids = Vec::new();
        self.odb()?.foreach(|id| {
            ids.push(object_id(*id));
            true
        })?;
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    fn by_git2<V: Visitor + Send>(
        &self,
        ids: &[ObjectId],
        kinds: &[ObjectKind],
        pool: &ThreadPool,
        hire: &(impl Fn() -> V + Sync),
        all: &mut Objects<V>,
    ) {
        let batches: Vec<Objects<V>> =
            pool.install(|| ids.par_chunks(BATCH).map(|batch| self.batch(batch, kinds, hire())).collect());
        for batch in batches {
            all.visitors.extend(batch.visitors);
            all.large.extend(batch.large);
            all.unreadable.extend(batch.unreadable);
        }
    }

    fn batch<V: Visitor>(&self, ids: &[ObjectId], kinds: &[ObjectKind], mut visitor: V) -> Objects<V> {
        let (mut large, mut unreadable) = (Vec::new(), Vec::new());
        let name = |id: &ObjectId| format!("object {id}");
        match self.odb() {
            Ok(database) => {
                for id in ids {
                    match read(&database, *id, kinds, &mut visitor) {
                        Ok(true) => {}
                        Ok(false) => large.push(*id),
                        Err(error) => unreadable.push((name(id), error.message().to_owned())),
                    }
                }
            }
            Err(error) => unreadable = ids.iter().map(|id| (name(id), error.to_string())).collect(),
        }
        Objects { visitors: vec![visitor], large, unreadable }
    }

    /// The kind and the bytes of one object; `None` where it is not here.
    ///
    /// # Errors
    /// When nobody can read it, or it is too large to be held in memory.
    pub fn read(&self, id: &ObjectId) -> Result<Option<(ObjectKind, Vec<u8>)>, HistoryError> {
        let ours = self.store.read(id, &mut Decoder::new(Decoder::LIMIT));
        if let Ok(Some(found)) = ours {
            return Ok(Some(found));
        }
        // It may be packed otherwise by now, or in a way that only git2 understands.
        match self.odb()?.read(oid(*id)) {
            Ok(object) => {
                let Some(kind) = kind(object.kind()) else { return Ok(None) };
                Ok(Some((kind, object.data().to_owned())))
            }
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Hands one object of any size to `visit`, in one blob or in windows that
    /// overlap, and returns its size in bytes. `None` where it is not here.
    ///
    /// # Errors
    /// When nobody can read it to its end.
    pub fn windows(
        &self,
        id: &ObjectId,
        provenance: Provenance<'_>,
        mut visit: impl FnMut(&Blob<'_>),
    ) -> Result<Option<u64>, HistoryError> {
        if let Ok(Some(mut stream)) = self.store.stream(id) {
            let declared = stream.size;
            let read = Reader::default().read(stream.by_ref(), provenance, &mut visit);
            return match read {
                Ok(read) if read == declared => Ok(Some(read)),
                _ => Err(HistoryError::Damaged(id.to_string())),
            };
        }
        let Some((_, bytes)) = self.read(id)? else { return Ok(None) };
        visit(&Blob::whole(&bytes, provenance));
        Ok(Some(bytes.len() as u64))
    }
}

impl<V: Visitor> Visitor for Share<V> {
    fn reach(&self) -> Option<usize> {
        self.visitor.reach()
    }

    fn whole(&mut self, object: &Object<'_>, bytes: &[u8]) -> bool {
        self.visitor.whole(object, bytes)
    }

    fn edited(&mut self, object: &Object<'_>, size: u64, edits: &[u8]) -> bool {
        self.visitor.edited(object, size, edits)
    }

    fn lack(&mut self, id: ObjectId, lack: Lack) {
        match lack {
            Lack::Huge(_) => self.large.push(id),
            Lack::Fault(_) => self.left.push(id),
        }
    }
}

/// Shows an object; `false` if it is too large.
fn read(
    database: &Odb<'_>,
    id: ObjectId,
    kinds: &[ObjectKind],
    visitor: &mut impl Visitor,
) -> Result<bool, git2::Error> {
    let (size, kind) = database.read_header(oid(id))?;
    let Some(kind) = self::kind(kind).filter(|kind| kinds.contains(kind)) else { return Ok(true) };
    if size as u64 > Decoder::LIMIT {
        return Ok(false);
    }
    visitor.whole(&Object::new(id, kind), database.read(oid(id))?.data());
    Ok(true)
}

fn kind(kind: ObjectType) -> Option<ObjectKind> {
    match kind {
        ObjectType::Blob => Some(ObjectKind::Blob),
        ObjectType::Tree => Some(ObjectKind::Tree),
        ObjectType::Commit => Some(ObjectKind::Commit),
        ObjectType::Tag => Some(ObjectKind::Tag),
        ObjectType::Any => None,
    }
}

fn oid(id: ObjectId) -> Oid {
    Oid::from_bytes(id.as_bytes()).expect("both are 20 bytes long")
}

fn object_id(id: Oid) -> ObjectId {
    ObjectId::from_bytes(id.as_bytes()).expect("both are 20 bytes long")
}
