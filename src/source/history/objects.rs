//! Shows every object once to visitors, in parallel: in bulk by our own pack
//! reader, and by git2 what that does not understand.

use std::collections::HashSet;
use std::io::{self, Read as _};
use std::sync::atomic::{AtomicUsize, Ordering};

use git2::{ErrorCode, ObjectType, Odb, Oid};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::model::{Blob, ObjectKind, Provenance, hex};
use crate::pack::{Decoder, Forest, Lack, Object, ObjectFault, ObjectId, Pack, PackError, Visitor};
use crate::source::Reader;

use super::{Engine, History, HistoryError};

/// Objects that git2 reads as one task: enough to hide opening the database anew.
const BATCH: usize = 2048;
/// Trees of deltas that a thread takes at a time.
const TREES: usize = 4;
/// Objects that are read one by one, for finding out what else is in the packs takes longer.
const FEW: usize = 512;

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
    /// Which part of the database.
    pub part: Part,
}

/// A part of an object database. All packs and what is loose are the whole of it,
/// each object in one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The whole.
    All,
    /// The pack with this number, without what those before it hold.
    Pack(usize),
    /// What is loose and in none of the packs.
    Loose,
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
        let Request { engine, threads, kinds, only, part } = request;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(io::Error::other)?;
        let mut all = Objects { visitors: Vec::new(), large: Vec::new(), unreadable: Vec::new() };
        let left = if self.is_sound(engine) {
            match only {
                Some(only) if only.len() <= FEW => self.one_by_one(only, kinds, hire(), &mut all),
                _ => self.in_bulk(request, &pool, &hire, &mut all),
            }
        } else {
            debug_assert!(part == Part::All, "git2 knows no parts");
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

    /// Whether our own reader reads all that it understands. An index without
    /// checksums may hide what is damaged, so that git2 reads such a repository,
    /// unless it is damaged in a way that git2 must not meet.
    pub fn is_sound(&self, engine: Engine) -> bool {
        let is_guarded = || self.store.packs().iter().all(|pack| pack.index().has_checksums());
        engine == Engine::Pack && is_guarded() || !self.is_safe_for_git2()
    }

    /// All parts of the object database.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        (0..self.store.packs().len()).map(Part::Pack).chain([Part::Loose])
    }

    /// What tells a pack, without what those before it hold, from all others: their
    /// checksums. Nothing does for the other parts, which change.
    pub fn name_of(&self, part: Part) -> Option<String> {
        let Part::Pack(number) = part else { return None };
        let mut sums: Vec<&[u8]> = self.store.packs()[..number].iter().map(Pack::checksum).collect();
        sums.sort_unstable();
        sums.push(self.store.packs()[number].checksum());
        Some(hex(&sums.concat()))
    }

    /// Reads a few objects, each by itself and checked against its name, and returns
    /// those that our own reader does not understand.
    fn one_by_one<V: Visitor>(
        &self,
        only: &HashSet<ObjectId>,
        kinds: &[ObjectKind],
        mut visitor: V,
        all: &mut Objects<V>,
    ) -> Vec<ObjectId> {
        let mut ids: Vec<ObjectId> = only.iter().copied().collect();
        ids.sort_unstable();
        let mut decoder = Decoder::new(Decoder::LIMIT);
        ids.retain(|id| match self.store.read(id, &mut decoder) {
            Ok(Some((kind, _))) if !kinds.contains(&kind) => false,
            Ok(Some((kind, bytes))) if is_named(*id, kind, &bytes) => {
                visitor.whole(&Object::new(*id, kind), &bytes);
                false
            }
            _ => true,
        });
        all.visitors.push(visitor);
        ids
    }

    /// Reads all that our own reader understands, and returns the others.
    fn in_bulk<V: Visitor + Send>(
        &self,
        Request { kinds, only, part, .. }: Request<'_>,
        pool: &ThreadPool,
        hire: &(impl Fn() -> V + Sync),
        all: &mut Objects<V>,
    ) -> Vec<ObjectId> {
        let store = &self.store;
        // Each name and offset is checked before use; whether they are those that git
        // wrote, the checksums of the indexes alone can tell.
        if !self.is_safe_for_git2() && store.faults().is_empty() {
            let reason = "the index of a pack is damaged: what it names may not be all there is";
            all.unreadable.push(("the object database".to_owned(), reason.to_owned()));
        }
        let packs = match part {
            Part::All => 0..store.packs().len(),
            Part::Pack(number) => number..number + 1,
            Part::Loose => 0..0,
        };
        let loose = if let Part::Pack(_) = part { &[] } else { store.loose() };
        let forests: Vec<Forest<'_>> =
            pool.install(|| packs.into_par_iter().map(|pack| store.forest(pack, kinds, only)).collect());
        let trees: Vec<_> = forests
            .iter()
            .flat_map(|forest| forest.trees().iter().map(move |tree| (forest, *tree)))
            .collect();
        // Neighbours in a pack are neighbours in memory.
        let groves: Vec<_> = trees.chunks(TREES).collect();
        let (next_grove, next_loose) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let shares = pool.broadcast(|_| {
            let mut share = Share { visitor: hire(), large: Vec::new(), left: Vec::new() };
            let mut decoder = Decoder::new(Decoder::LIMIT);
            while let Some(grove) = groves.get(next_grove.fetch_add(1, Ordering::Relaxed)) {
                for (forest, tree) in *grove {
                    forest.decode(*tree, &mut decoder, &mut share);
                }
            }
            while let Some(loose) = loose.get(next_loose.fetch_add(1, Ordering::Relaxed)) {
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
                    match self.shown(&database, *id, kinds, &mut visitor) {
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

    /// Shows an object that git2 reads; `false` if it is too large. The sizes are our
    /// own: where a header is damaged, git2 panics if it is asked for that alone.
    fn shown(
        &self,
        database: &Odb<'_>,
        id: ObjectId,
        kinds: &[ObjectKind],
        visitor: &mut impl Visitor,
    ) -> Result<bool, git2::Error> {
        if let Some((kind, size)) = self.store.declared(&id)
            && size > Decoder::LIMIT
        {
            return Ok(!kinds.contains(&kind));
        }
        // It never ends with a loose object that is cut short.
        self.store.check_loose(&id).map_err(|fault| git2::Error::from_str(&fault.to_string()))?;
        let object = database.read(oid(id))?;
        if let Some(kind) = kind(object.kind()) {
            if !is_named(id, kind, object.data()) {
                return Err(git2::Error::from_str("not the object that its name says"));
            }
            if kinds.contains(&kind) {
                visitor.whole(&Object::new(id, kind), object.data());
            }
        }
        Ok(true)
    }

    /// Those of `ids` that are not here.
    pub fn missing(&self, mut ids: Vec<ObjectId>) -> Vec<ObjectId> {
        ids.retain(|id| !self.store.has(id));
        // They may have been packed meanwhile. Opening the database takes longer than asking it.
        if !ids.is_empty()
            && let Ok(database) = self.odb()
        {
            ids.retain(|id| !database.exists(oid(*id)));
        }
        ids
    }

    /// What a large object says of itself: its kind and its size in bytes.
    pub fn declared(&self, id: &ObjectId) -> Option<(ObjectKind, u64)> {
        self.store.declared(id)
    }

    /// The kind and the bytes of one object; `None` where it is not here.
    ///
    /// # Errors
    /// When nobody can read it, or it is too large to be held in memory.
    pub fn fetch(
        &self,
        id: &ObjectId,
        decoder: &mut Decoder,
    ) -> Result<Option<(ObjectKind, Vec<u8>)>, HistoryError> {
        match self.store.read(id, decoder) {
            Ok(Some(found)) => return Ok(Some(found)),
            // git2 would read all of it into memory.
            Err(PackError::Object { fault: ObjectFault::Large(_), .. }) => {
                return Err(HistoryError::Large(id.to_string()));
            }
            _ => {}
        }
        // It may be packed otherwise by now, or in a way that only git2 understands.
        self.store.check_loose(id)?;
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
    /// overlap, and returns its kind and its size in bytes. `None` where it is not here.
    ///
    /// # Errors
    /// When nobody can read it to its end.
    pub fn windows(
        &self,
        id: &ObjectId,
        provenance: Provenance<'_>,
        mut visit: impl FnMut(&Blob<'_>),
    ) -> Result<Option<(ObjectKind, u64)>, HistoryError> {
        if let Ok(Some(mut stream)) = self.store.stream(id) {
            let (kind, declared) = (stream.kind, stream.size);
            let read = Reader::default().read(stream.by_ref(), provenance, &mut visit);
            return match read {
                Ok(read) if read == declared => Ok(Some((kind, read))),
                _ => Err(HistoryError::Damaged(id.to_string())),
            };
        }
        let Some((kind, bytes)) = self.fetch(id, &mut Decoder::new(Decoder::LIMIT))? else { return Ok(None) };
        visit(&Blob::whole(&bytes, provenance));
        Ok(Some((kind, bytes.len() as u64)))
    }
}

impl History {
    /// One object of any size from its beginning; `None` where it is not here.
    ///
    /// # Errors
    /// When nobody can read it.
    pub fn stream(&self, id: &ObjectId) -> Result<Option<Box<dyn io::Read + '_>>, HistoryError> {
        if let Ok(Some(stream)) = self.store.stream(id) {
            return Ok(Some(Box::new(stream)));
        }
        let fetched = self.fetch(id, &mut Decoder::new(Decoder::LIMIT))?;
        Ok(fetched.map(|(_, bytes)| Box::new(io::Cursor::new(bytes)) as Box<dyn io::Read>))
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

/// Whether the bytes are those that the name stands for.
fn is_named(id: ObjectId, kind: ObjectKind, bytes: &[u8]) -> bool {
    let kind = match kind {
        ObjectKind::Blob => ObjectType::Blob,
        ObjectKind::Tree => ObjectType::Tree,
        ObjectKind::Commit => ObjectType::Commit,
        ObjectKind::Tag => ObjectType::Tag,
    };
    Oid::hash_object(kind, bytes).is_ok_and(|name| object_id(name) == id)
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
