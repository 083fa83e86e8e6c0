//! Walks folders in parallel and hands out the content of their files.
//!
//! A folder is a task; large folders are shared out file by file. Links are not
//! followed, `.git` is not entered, and what git ignores is counted.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use rayon::Scope;

use crate::model::{Blob, Coverage, Provenance};
use crate::select::Policy;

use super::folder::Folder;
use super::listing::OpenFolder;
use super::root::{self, Root};
use super::{Content, Packed, Reader, Worker, skip};

/// Files of one folder that are read as one task.
const BATCH: usize = 64;
/// Bytes of a stream that are kept because the worker wants them again.
const KEPT: usize = 64 << 20;

/// A walk over what the user named.
#[derive(Debug)]
pub struct Walk<'p> {
    /// Which files are read.
    pub policy: &'p Policy,
    /// Whether files that git ignores are read too.
    pub ignored: bool,
    /// How many threads read; 0 means as many as there are cores.
    pub threads: usize,
}

/// A worker and the buffer it reads into.
struct Desk<W> {
    worker: W,
    reader: Reader,
}

/// One walk under way.
struct Run<'r, W> {
    walk: &'r Walk<'r>,
    desks: Vec<Mutex<Desk<W>>>,
}

impl Walk<'_> {
    /// Hands what lies at `paths` to workers made by `hire`, and returns the workers.
    /// Named files are always read, whatever the policy; what is named twice is read once.
    ///
    /// # Errors
    /// When the system gives no threads.
    ///
    /// # Panics
    /// Where a worker does.
    pub fn run<W: Worker>(&self, paths: &[PathBuf], hire: impl Fn() -> W) -> io::Result<Vec<W>> {
        let single = matches!(paths, [path] if !path.is_dir());
        let (pool, run) = self.hire(single, hire)?;
        let mut seen = HashSet::new();
        let distinct =
            paths.iter().filter(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| (*path).clone())));
        pool.scope(|scope| distinct.for_each(|path| run.start(path, scope)));
        Ok(run.finish())
    }

    /// As [`run`](Self::run), for files that a tool lists and no person named: the policy
    /// holds for them, and links are not followed. A folder in the list is a submodule.
    ///
    /// # Errors
    /// When the system gives no threads.
    ///
    /// # Panics
    /// Where a worker does.
    pub fn run_listed<W: Worker>(&self, paths: &[PathBuf], hire: impl Fn() -> W) -> io::Result<Vec<W>> {
        let (pool, run) = self.hire(paths.len() < 2, hire)?;
        pool.scope(|scope| {
            for batch in paths.chunks(BATCH) {
                let run = &run;
                scope.spawn(move |_| batch.iter().for_each(|path| run.listed(path)));
            }
        });
        Ok(run.finish())
    }

    /// The threads, and a worker for each.
    fn hire<W: Worker>(
        &self,
        single: bool,
        hire: impl Fn() -> W,
    ) -> io::Result<(rayon::ThreadPool, Run<'_, W>)> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(if single { 1 } else { self.threads });
        let pool = pool.build().map_err(io::Error::other)?;
        let desk = |_| Mutex::new(Desk { worker: hire(), reader: Reader::default() });
        let run = Run { walk: self, desks: (0..pool.current_num_threads()).map(desk).collect() };
        Ok((pool, run))
    }
}

/// Hands standard input to `worker` under the path `name`.
pub fn scan_stdin<W: Worker>(name: &str, worker: &mut W) {
    scan_stream(name, io::stdin().lock(), worker);
}

/// Hands what `stream` holds to `worker` under the path `name`; where reading it fails, says why.
pub fn scan_stream<W: Worker>(name: &str, stream: impl Read, worker: &mut W) {
    let provenance = Provenance { shown: name.as_bytes(), relative: name.as_bytes() };
    read_stream(&mut Reader::default(), worker, stream, provenance);
}

impl<W: Worker> Run<'_, W> {
    /// The desk of the thread that asks. No other thread takes it, so it is never waited for.
    fn desk(&self) -> MutexGuard<'_, Desk<W>> {
        let index = rayon::current_thread_index().expect("called on a thread of the pool");
        self.desks[index].lock().expect("a worker that panicked ended the scope")
    }

    /// The workers, when all is read.
    fn finish(self) -> Vec<W> {
        let finished =
            |desk: Mutex<Desk<W>>| desk.into_inner().expect("a worker that panicked ended the scope").worker;
        self.desks.into_iter().map(finished).collect()
    }

    /// Reads a file that a tool lists.
    fn listed(&self, path: &Path) {
        let Desk { worker, reader } = &mut *self.desk();
        let kind = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) => {
                return worker.skipped(&root::slashed(path.as_os_str()), skip::unreadable(&error));
            }
        };
        let counted = |coverage: Coverage, worker: &mut W| worker.covered(coverage);
        if kind.is_symlink() {
            return counted(Coverage { symlinks: 1, ..Coverage::default() }, worker);
        }
        if kind.is_dir() {
            return counted(Coverage { submodules: 1, ..Coverage::default() }, worker);
        }
        let root = Root::new(path, false);
        if !self.walk.policy.admits_all() && !self.walk.policy.admits_file(&root.relative) {
            return counted(Coverage { excluded: 1, ..Coverage::default() }, worker);
        }
        if !kind.is_file() {
            return worker.skipped(&root.shown, skip::special(kind));
        }
        let provenance = Provenance { shown: &root.shown, relative: &root.relative };
        match fs::File::open(path) {
            Ok(file) if self.is_oversized(&file) => {
                counted(Coverage { oversized: 1, ..Coverage::default() }, worker);
            }
            Ok(file) => read_file(reader, worker, file, provenance, false),
            Err(error) => worker.skipped(&root.shown, skip::unreadable(&error)),
        }
    }

    /// Begins with something that the user named.
    fn start<'s>(&'s self, path: &Path, scope: &Scope<'s>) {
        let kind = match fs::metadata(path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) => {
                let shown = root::slashed(path.as_os_str());
                return self.desk().worker.skipped(&shown, skip::unreadable(&error));
            }
        };
        let root = Root::new(path, kind.is_dir());
        if kind.is_dir() {
            let folder = Folder::named(root, !self.walk.ignored);
            let provenance = Provenance { shown: &folder.shown, relative: &folder.relative };
            self.desk().worker.name(&provenance);
            scope.spawn(move |scope| self.folder(folder, scope));
        } else if kind.is_file() || is_stream(path) {
            let path = path.to_owned();
            scope.spawn(move |_| {
                let provenance = Provenance { shown: &root.shown, relative: &root.relative };
                let Desk { worker, reader } = &mut *self.desk();
                match fs::File::open(&path) {
                    Ok(file) if kind.is_file() => read_file(reader, worker, file, provenance, true),
                    Ok(stream) => read_stream(reader, worker, stream, provenance),
                    Err(error) => worker.skipped(&root.shown, skip::unreadable(&error)),
                }
            });
        } else {
            self.desk().worker.skipped(&root.shown, skip::special(kind));
        }
    }

    fn folder<'s>(&'s self, mut folder: Folder, scope: &Scope<'s>) {
        let opened = OpenFolder::open(&folder.path);
        let (opened, entries) =
            match opened.and_then(|opened| opened.entries().map(|entries| (opened, entries))) {
                Ok(listed) => listed,
                Err(error) => {
                    return self.desk().worker.skipped(shown_or_dot(&folder.shown), skip::reason(&error));
                }
            };
        folder.enter(&entries, !self.walk.ignored);
        let (folder, opened) = (Arc::new(folder), Arc::new(opened));
        let mut coverage = Coverage { symlinks: entries.links, ..Coverage::default() };
        for (name, reason) in entries.special {
            let relative = root::joined(&folder.relative, &name);
            if !folder.passes_over(&name) && self.walk.policy.admits_file(&relative) {
                self.desk().worker.skipped(&root::joined(&folder.shown, &name), reason);
            }
        }
        for name in entries.folders {
            self.descend(&folder, &name, &mut coverage, scope);
        }
        let files = self.select(&folder, entries.files, &mut coverage);
        self.desk().worker.covered(coverage);
        let mut batches = files.chunks(BATCH);
        let first = batches.next();
        for batch in batches {
            let (batch, folder, opened) = (batch.to_vec(), folder.clone(), opened.clone());
            scope.spawn(move |_| self.files(&folder, &opened, &batch));
        }
        if let Some(batch) = first {
            self.files(&folder, &opened, batch);
        }
    }

    /// Goes on with the folder `name`, or counts what it holds where it is passed over.
    fn descend<'s>(&'s self, above: &Folder, name: &OsStr, coverage: &mut Coverage, scope: &Scope<'s>) {
        let Some(below) = above.below(name) else {
            coverage.ignored += count_files(&above.path.join(name));
            return;
        };
        if self.walk.policy.admits_folder(&below.relative) {
            self.desk().worker.name(&Provenance { shown: &below.shown, relative: &below.relative });
            scope.spawn(move |scope| self.folder(below, scope));
        } else {
            coverage.excluded += count_files(&below.path);
        }
    }

    /// The files of a folder that are to be read; the others are counted.
    fn select(&self, folder: &Folder, mut names: Vec<OsString>, coverage: &mut Coverage) -> Vec<OsString> {
        let policy = self.walk.policy;
        names.retain(|name| {
            if folder.passes_over(name) {
                coverage.ignored += 1;
                false
            } else if policy.admits_all() || policy.admits_file(&root::joined(&folder.relative, name)) {
                true
            } else {
                coverage.excluded += 1;
                false
            }
        });
        names
    }

    /// Reads files of one folder.
    fn files(&self, folder: &Folder, opened: &OpenFolder, names: &[OsString]) {
        let Desk { worker, reader } = &mut *self.desk();
        let (mut shown, mut relative) = (folder.shown.clone(), folder.relative.clone());
        for name in names {
            root::push(&mut shown, name);
            root::push(&mut relative, name);
            let provenance = Provenance { shown: &shown, relative: &relative };
            match opened.file(name) {
                Ok(file) if self.is_oversized(&file) => {
                    worker.covered(Coverage { oversized: 1, ..Coverage::default() });
                }
                Ok(file) => read_file(reader, worker, file, provenance, false),
                Err(error) => worker.skipped(&shown, skip::reason(&error)),
            }
            shown.truncate(folder.shown.len());
            relative.truncate(folder.relative.len());
        }
    }

    fn is_oversized(&self, file: &fs::File) -> bool {
        let limit = self.walk.policy.max_file_size;
        limit.is_some_and(|limit| file.metadata().is_ok_and(|metadata| metadata.len() > limit))
    }
}

/// Reads one file to its end, and once more if the worker wants it; where that fails, says why.
fn read_file<W: Worker>(
    reader: &mut Reader,
    worker: &mut W,
    mut file: fs::File,
    provenance: Provenance<'_>,
    is_named: bool,
) {
    if !read(reader, worker, &file, provenance, is_named, |_, _| {}) {
        return;
    }
    match file.rewind() {
        Ok(()) => worker.packed(Packed { provenance, content: Content::File(&mut file), is_named }),
        Err(error) => worker.skipped(provenance.shown, skip::unreadable(&error)),
    }
}

/// As [`read_file`], for what comes only once: it is kept in memory, up to a limit.
fn read_stream<W: Worker>(
    reader: &mut Reader,
    worker: &mut W,
    stream: impl Read,
    provenance: Provenance<'_>,
) {
    let (mut kept, mut is_whole) = (Vec::new(), true);
    let keep = |blob: &Blob<'_>, is_wanted: bool| {
        let fresh = &blob.bytes[blob.fresh.clone()];
        is_whole &= kept.len() + fresh.len() <= KEPT;
        if is_wanted && is_whole {
            kept.extend_from_slice(fresh);
        }
    };
    if read(reader, worker, stream, provenance, true, keep) {
        let content = if is_whole { Content::Bytes(&kept) } else { Content::Gone };
        worker.packed(Packed { provenance, content, is_named: true });
    }
}

/// Reads one file to its end; where that fails, says why. Whether the worker wants it once
/// more and has not got it yet, as it does where the file is in memory anyway. `visit` sees
/// every blob, and whether that is so.
fn read<W: Worker>(
    reader: &mut Reader,
    worker: &mut W,
    stream: impl Read,
    provenance: Provenance<'_>,
    is_named: bool,
    mut visit: impl FnMut(&Blob<'_>, bool),
) -> bool {
    worker.name(&provenance);
    let mut is_wanted = false;
    let result = reader.read(stream, provenance, |blob| {
        worker.blob(blob);
        if blob.is_first() && worker.wants(&provenance, blob.bytes) {
            is_wanted = blob.fresh.end < blob.bytes.len();
            if !is_wanted {
                worker.packed(Packed { provenance, content: Content::Bytes(blob.bytes), is_named });
            }
        }
        visit(blob, is_wanted);
    });
    match result {
        Ok(bytes) => {
            worker.covered(Coverage { files: 1, bytes, ..Coverage::default() });
            is_wanted
        }
        Err(error) => {
            worker.skipped(provenance.shown, skip::unreadable(&error));
            false
        }
    }
}

/// The files at and below `folder`, for folders that are passed over; those that
/// cannot be listed count as empty.
fn count_files(folder: &Path) -> u64 {
    let Ok(entries) = OpenFolder::open(folder).and_then(|folder| folder.entries()) else { return 0 };
    let below: u64 = entries.folders.iter().map(|name| count_files(&folder.join(name))).sum();
    below + entries.files.len() as u64
}

/// Whether `path` names a descriptor that the caller opened, as a shell's `<(…)` does.
fn is_stream(path: &Path) -> bool {
    cfg!(unix) && ["/dev/fd", "/dev/stdin", "/proc/self/fd"].iter().any(|prefix| path.starts_with(prefix))
}

/// The current folder has no name of its own.
fn shown_or_dot(shown: &[u8]) -> &[u8] {
    if shown.is_empty() { b"." } else { shown }
}
