//! Reads blobs from the object database, large ones as a stream where they can be.

use std::io::Read;
use std::path::PathBuf;

use git2::{ErrorCode, ObjectType, Odb, Oid};

use crate::model::{Blob, Coverage, ObjectKind, Provenance, SkipReason};
use crate::pack::{Decoder, Loose, ObjectFault, ObjectId, PackError};
use crate::select::Policy;

use super::super::git_dir::GitDir;
use super::super::{Content, Packed, Reader, Worker};
use super::index::Id;

/// Larger blobs are streamed.
const LARGE: usize = 4 << 20;

/// The objects of a repository.
pub(super) struct Objects {
    odb: Odb<'static>,
    /// Whether objects may have been left at a remote.
    is_partial: bool,
    /// The folders of the objects.
    folders: Vec<PathBuf>,
    decoder: Decoder,
    reader: Option<Reader>,
}

const NO_BLOB: &str = "the staged object is no blob";
const DAMAGED: &str = "the staged object is damaged";

impl Objects {
    pub(super) fn new(odb: Odb<'static>, place: &GitDir) -> Self {
        Self {
            odb,
            is_partial: place.is_partial,
            folders: place.object_folders(),
            decoder: Decoder::new(LARGE as u64),
            reader: None,
        }
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
        // libgit2 does not come back from every damaged loose object.
        if let Some(loose) = self.loose(id) {
            return self.read_loose(&loose, provenance, policy, worker);
        }
        let id = Oid::from_bytes(&id).map_err(|error| self.reason(&error))?;
        let (size, kind) = self.odb.read_header(id).map_err(|error| self.reason(&error))?;
        if kind != ObjectType::Blob {
            return Err(NO_BLOB.to_owned());
        }
        if policy.max_file_size.is_some_and(|limit| size as u64 > limit) {
            return Ok(Coverage { oversized: 1, ..Coverage::default() });
        }
        if size > LARGE
            && let Ok((stream, ..)) = self.odb.reader(id)
        {
            let reader = self.reader.get_or_insert_default();
            if streamed(reader, stream, size as u64, provenance, worker)? {
                let (mut again, ..) = self.odb.reader(id).map_err(|error| self.reason(&error))?;
                packed(Content::Stream(&mut again), provenance, worker);
            }
        } else {
            let object = self.odb.read(id).map_err(|error| self.reason(&error))?;
            whole(object.data(), provenance, worker);
        }
        let bytes = size as u64;
        Ok(Coverage { files: 1, bytes, ..Coverage::default() })
    }

    fn loose(&self, id: Id) -> Option<Loose> {
        let id = ObjectId::from_bytes(&id)?;
        self.folders.iter().find_map(|folder| Loose::in_folder(folder, id))
    }

    fn read_loose<W: Worker>(
        &mut self,
        loose: &Loose,
        provenance: Provenance<'_>,
        policy: &Policy,
        worker: &mut W,
    ) -> Result<Coverage, String> {
        let is_over = |size: u64| policy.max_file_size.is_some_and(|limit| size > limit);
        let oversized = Coverage { oversized: 1, ..Coverage::default() };
        let bytes = match loose.read(&mut self.decoder) {
            Ok((kind, _)) if kind != ObjectKind::Blob => return Err(NO_BLOB.to_owned()),
            Ok((_, bytes)) if is_over(bytes.len() as u64) => return Ok(oversized),
            Ok((_, bytes)) => {
                whole(&bytes, provenance, worker);
                bytes.len() as u64
            }
            Err(PackError::Object { fault: ObjectFault::Large(_), .. }) => {
                let stream = loose.stream().map_err(|error| error.to_string())?;
                let (kind, size) = (stream.kind, stream.size);
                if kind != ObjectKind::Blob {
                    return Err(NO_BLOB.to_owned());
                }
                if is_over(size) {
                    return Ok(oversized);
                }
                let reader = self.reader.get_or_insert_default();
                if streamed(reader, stream, size, provenance, worker)? {
                    let mut again = loose.stream().map_err(|error| error.to_string())?;
                    packed(Content::Stream(&mut again), provenance, worker);
                }
                size
            }
            Err(error) => return Err(error.to_string()),
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

/// Hands a blob that is here whole to `worker`, and what is packed in it.
fn whole<W: Worker>(bytes: &[u8], provenance: Provenance<'_>, worker: &mut W) {
    worker.blob(&Blob::whole(bytes, provenance));
    if worker.wants(&provenance, bytes) {
        packed(Content::Bytes(bytes), provenance, worker);
    }
}

/// Hands a blob of `size` bytes to `worker` as it comes; whether something is packed in it,
/// which takes a second reading.
fn streamed<W: Worker>(
    reader: &mut Reader,
    stream: impl Read,
    size: u64,
    provenance: Provenance<'_>,
    worker: &mut W,
) -> Result<bool, String> {
    let mut is_wanted = false;
    let read = reader.read(stream, provenance, |blob| {
        worker.blob(blob);
        is_wanted |= blob.is_first() && worker.wants(&provenance, blob.bytes);
    });
    if read.map_err(|_| DAMAGED.to_owned())? != size {
        return Err("the staged object is cut off".to_owned());
    }
    Ok(is_wanted)
}

fn packed<'a, W: Worker>(content: Content<'a>, provenance: Provenance<'a>, worker: &mut W) {
    worker.packed(Packed { provenance, content, is_named: false });
}
