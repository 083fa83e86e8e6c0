//! Lists a folder and opens its files: on Unix relative to the open folder, so
//! that the system does not walk the whole path for every file.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::Path;

use crate::model::SkipReason;

pub(super) use system::OpenFolder;

/// The entries of a folder by what is to be done with them.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) folders: Vec<OsString>,
    pub(super) files: Vec<OsString>,
    /// How many symbolic links there are.
    pub(super) links: u64,
    /// What is neither a file, a folder nor a link.
    pub(super) special: Vec<(OsString, SkipReason)>,
    /// Whether there is a `.gitignore`.
    pub(super) has_gitignore: bool,
    /// Whether there is a `.git`: a folder, which is not entered, or a file that points to one.
    pub(super) is_repository: bool,
}

/// What an entry is.
enum Kind {
    Folder,
    File,
    Link,
    Special(SkipReason),
}

impl Entries {
    fn add(&mut self, name: &OsStr, kind: Kind) {
        let is_git = name == ".git";
        self.is_repository |= is_git;
        match kind {
            Kind::Folder if is_git => {}
            Kind::Folder => self.folders.push(name.to_owned()),
            Kind::File => {
                self.has_gitignore |= name == ".gitignore";
                self.files.push(name.to_owned());
            }
            Kind::Link => self.links += 1,
            Kind::Special(reason) => self.special.push((name.to_owned(), reason)),
        }
    }
}

#[cfg(unix)]
mod system {
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};

    use super::{Entries, File, Kind, OsStr, Path, SkipReason, io};

    /// A folder that is open for reading.
    #[derive(Debug)]
    pub(in crate::source) struct OpenFolder(OwnedFd);

    impl OpenFolder {
        pub(in crate::source) fn open(path: &Path) -> io::Result<Self> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(Self(openat(CWD, path, flags, Mode::empty())?))
        }

        pub(in crate::source) fn entries(&self) -> io::Result<Entries> {
            let mut entries = Entries::default();
            for entry in Dir::read_from(&self.0)? {
                let entry = entry?;
                let name = OsStr::from_bytes(entry.file_name().to_bytes());
                if name != "." && name != ".." {
                    entries.add(name, kind(self.file_type(entry.file_type(), name)?));
                }
            }
            Ok(entries)
        }

        /// Some file systems do not say in the list what an entry is.
        fn file_type(&self, listed: FileType, name: &OsStr) -> io::Result<FileType> {
            if listed != FileType::Unknown {
                return Ok(listed);
            }
            let status = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?;
            Ok(FileType::from_raw_mode(status.st_mode))
        }

        /// Opens a file that the folder lists. Should a link or a FIFO have taken
        /// its place meanwhile, it is not followed and not waited for.
        pub(in crate::source) fn file(&self, name: &OsStr) -> io::Result<File> {
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            Ok(openat(&self.0, name, flags, Mode::empty())?.into())
        }
    }

    fn kind(kind: FileType) -> Kind {
        match kind {
            FileType::Directory => Kind::Folder,
            FileType::RegularFile => Kind::File,
            FileType::Symlink => Kind::Link,
            FileType::Fifo => Kind::Special(SkipReason::Special("a FIFO")),
            FileType::Socket => Kind::Special(SkipReason::Special("a socket")),
            FileType::CharacterDevice | FileType::BlockDevice => {
                Kind::Special(SkipReason::Special("a device"))
            }
            FileType::Unknown => Kind::Special(SkipReason::Special("of an unknown kind")),
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::path::PathBuf;

    use super::{Entries, File, Kind, OsStr, Path, SkipReason, io};

    /// A folder that is read by its path.
    #[derive(Debug)]
    pub(in crate::source) struct OpenFolder(PathBuf);

    impl OpenFolder {
        pub(in crate::source) fn open(path: &Path) -> io::Result<Self> {
            Ok(Self(path.to_owned()))
        }

        pub(in crate::source) fn entries(&self) -> io::Result<Entries> {
            let mut entries = Entries::default();
            for entry in std::fs::read_dir(&self.0)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                let kind = if kind.is_symlink() {
                    Kind::Link
                } else if kind.is_dir() {
                    Kind::Folder
                } else if kind.is_file() {
                    Kind::File
                } else {
                    Kind::Special(SkipReason::Special("of an unknown kind"))
                };
                entries.add(&entry.file_name(), kind);
            }
            Ok(entries)
        }

        /// Opens a file that the folder lists.
        pub(in crate::source) fn file(&self, name: &OsStr) -> io::Result<File> {
            File::open(self.0.join(name))
        }
    }
}
