//! Reads blobs from the object database, large ones as a stream where they can be.

use git2::{ErrorCode, ObjectType, Odb, Oid};

use crate::model::{Blob, Coverage, Provenance, SkipReason};
use crate::select::Policy;

use super::super::{Content, Packed, Reader, Worker};
use super::index::Id;

/// Larger blobs are streamed.
const LARGE: usize = 4 << 20;

/// The objects of a repository.
pub(super) struct Objects {
    odb: Odb<'static>,
    /// Whether objects may have been left at a remote.
    is_partial: bool,
    reader: Option<Reader>,
}

impl Objects {
    pub(super) fn new(odb: Odb<'static>, is_partial: bool) -> Self {
        Self { odb, is_partial, reader: None }
    }

    /// Hands the blob `id` to `worker`; where it cannot be read, says why.
    pub(super) fn read<W: Worker>(
        &mut self,
        id: Id,
        provenance: Provenance<'_>,
        policy: &Policy,
        worker: &mut W,
    ) {
        match self.try_read(id, provenance, policy, worker) {
            Ok(coverage) => worker.covered(coverage),
            Err(reason) => worker.skipped(provenance.shown, SkipReason::Unreadable(reason)),
        }
    }

    fn try_read<W: Worker>(
        &mut self,
        id: Id,
        provenance: Provenance<'_>,
        policy: &Policy,
        worker: &mut W,
    ) -> Result<Coverage, String> {
        let id = Oid::from_bytes(&id).map_err(|error| self.reason(&error))?;
        let (size, kind) = self.odb.read_header(id).map_err(|error| self.reason(&error))?;
        if kind != ObjectType::Blob {
            return Err("the staged object is no blob".to_owned());
        }
        if policy.max_file_size.is_some_and(|limit| size as u64 > limit) {
            return Ok(Coverage { oversized: 1, ..Coverage::default() });
        }
        let bytes = if size > LARGE
            && let Ok((stream, ..)) = self.odb.reader(id)
        {
            let reader = self.reader.get_or_insert_default();
            let mut is_wanted = false;
            let read = reader.read(stream, provenance, |blob| {
                worker.blob(blob);
                is_wanted |= blob.is_first() && worker.wants(&provenance, blob.bytes);
            });
            let read = read.map_err(|_| "the staged object is damaged".to_owned())?;
            if read != size as u64 {
                return Err("the staged object is cut off".to_owned());
            }
            if is_wanted {
                let (mut stream, ..) = self.odb.reader(id).map_err(|error| self.reason(&error))?;
                let content = Content::Stream(&mut stream);
                worker.packed(Packed { provenance, content, is_named: false });
            }
            read
        } else {
            let object = self.odb.read(id).map_err(|error| self.reason(&error))?;
            worker.blob(&Blob::whole(object.data(), provenance));
            if worker.wants(&provenance, object.data()) {
                let content = Content::Bytes(object.data());
                worker.packed(Packed { provenance, content, is_named: false });
            }
            object.len() as u64
        };
        Ok(Coverage { files: 1, bytes, ..Coverage::default() })
    }

    fn reason(&self, error: &git2::Error) -> String {
        match error.code() {
            ErrorCode::NotFound if self.is_partial => {
                "the object is not here; the repository is a partial clone".to_owned()
            }
            ErrorCode::NotFound => "the object is missing from the repository".to_owned(),
            _ => error.message().to_lowercase(),
        }
    }
}
