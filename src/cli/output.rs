//! Where a report goes: standard output, or a file that is there whole or not at all.
//!
//! What is written is the renderer's business, and the exit code is the command's.
//!
//! **Invariant:** a file that stood at the path of a report is whole at every
//! moment: the new report is written beside it and takes its place in one step.

mod place;

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use baseleak::render::github::Muted;
use tempfile::NamedTempFile;

pub(crate) use place::Place;

/// What standard output is called as a file, where the system has names for it.
#[cfg(unix)]
const STDOUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
/// How many symbolic links are followed to the file behind them: as many as Linux does.
const LINKS_FOLLOWED: usize = 40;

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output(Target);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Stdout,
    File(PathBuf),
}

/// What became of a report that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// All of it was written.
    Whole,
    /// The reader went away before the end, which is its right: the exit code
    /// that the scan earned stands.
    BrokenPipe,
}

impl Output {
    /// Standard output.
    pub(crate) fn stdout() -> Self {
        Self(Target::Stdout)
    }

    /// A file, which need not exist; its folder must. One that is standard output is that.
    pub(crate) fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        if is_stdout(&path) { Self::stdout() } else { Self(Target::File(path)) }
    }

    /// Calls `render` with a buffered writer to this place. Where a runner of a CI reads standard
    /// output, nothing that is written there is a command to it.
    ///
    /// # Errors
    /// When `render` or the system fails; a file that was there is then as it was.
    pub(crate) fn deliver(&self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Delivered> {
        if self.0 != Target::Stdout || !is_obeyed() {
            return self.deliver_commands(render);
        }
        self.deliver_commands(|out| {
            let mut muted = Muted::new(out);
            render(&mut muted).and_then(|()| muted.flush())
        })
    }

    /// As [`deliver`](Self::deliver), for what is commands to a runner and is meant to be.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn deliver_commands(
        &self,
        render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Delivered> {
        match &self.0 {
            Target::Stdout => {
                stream(io::stdout().lock(), render).context("cannot write the report to standard output")
            }
            Target::File(path) => deliver_to_file(path, render)
                .with_context(|| format!("cannot write the report to {}", path.display())),
        }
    }
}

/// Whether a runner reads what is printed, and obeys commands that stand in it: that of GitHub
/// Actions, or the agent of Azure Pipelines.
pub(crate) fn is_obeyed() -> bool {
    is_set("GITHUB_ACTIONS") || is_azure()
}

/// Whether it is the agent of Azure Pipelines, to which commands of GitHub are none, and what may
/// stand in them is.
pub(crate) fn is_azure() -> bool {
    is_set("TF_BUILD")
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Puts `bytes` in the place of the file `path`, whose permissions stay.
///
/// # Errors
/// When the system fails; the file is then as it was.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = deliver_to_file(path, |out| out.write_all(bytes));
    written.map(drop).with_context(|| format!("cannot write {}", path.display()))
}

fn stream(out: impl Write, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Delivered> {
    let mut out = BufWriter::new(out);
    match render(&mut out).and_then(|()| out.flush()) {
        Ok(()) => Ok(Delivered::Whole),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Delivered::BrokenPipe),
        Err(error) => Err(error.into()),
    }
}

fn deliver_to_file(path: &Path, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Delivered> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => bail!("it is a folder"),
        // A pipe or a device, such as `/dev/stdout`, cannot be replaced and is written as it is.
        Ok(metadata) if !metadata.is_file() => stream(OpenOptions::new().write(true).open(path)?, render),
        Ok(metadata) => {
            // A file that may not be written must not be replaced either.
            OpenOptions::new().write(true).open(path)?;
            replace(path, Some(metadata.permissions()), render)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => replace(path, None, render),
        Err(error) => Err(error.into()),
    }
}

/// Writes a new file beside the one that `path` leads to and puts it in its place.
fn replace(
    path: &Path,
    permissions: Option<fs::Permissions>,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Delivered> {
    let target = behind_links(path)?;
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let fresh = create_in(folder, permissions.is_none())
        .with_context(|| format!("cannot create a file in the folder {}", folder.display()))?;
    let mut out = BufWriter::new(fresh.as_file());
    render(&mut out).and_then(|()| out.flush())?;
    drop(out);
    finish(fresh.as_file(), permissions)?;
    fresh.persist(&target).map_err(|failed| failed.error)?;
    Ok(Delivered::Whole)
}

/// A file that goes when it is dropped. `ordinary` gives it the mode that any
/// new file has here; without it nobody else may read it.
fn create_in(folder: &Path, ordinary: bool) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".baseleak-").suffix(".tmp");
    #[cfg(unix)]
    if ordinary {
        use std::os::unix::fs::PermissionsExt as _;
        // The system takes away what the umask forbids.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = ordinary;
    // The error names the file that was to be made, which is nobody's business.
    builder.tempfile_in(folder).map_err(|error| error.kind().into())
}

fn finish(file: &File, permissions: Option<fs::Permissions>) -> io::Result<()> {
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    // Without this a crash of the system could leave an empty file under the new name.
    file.sync_all()
}

/// The path that `path` names once no symbolic link is left at its end; the
/// file itself need not exist.
fn behind_links(path: &Path) -> Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..LINKS_FOLLOWED {
        match fs::read_link(&target) {
            Ok(next) => target = target.parent().unwrap_or(Path::new("")).join(next),
            // Not a link, or nothing there.
            Err(_) => return Ok(target),
        }
    }
    bail!("too many symbolic links")
}

/// Whether a path, or a link on the way from it, is a name of standard output.
fn is_stdout(path: &Path) -> bool {
    #[cfg(unix)]
    {
        let mut target = path.to_owned();
        for _ in 0..LINKS_FOLLOWED {
            let folder = target.parent().and_then(|folder| fs::canonicalize(folder).ok());
            let whole = folder.zip(target.file_name()).map(|(folder, name)| folder.join(name));
            // `/proc/self` is a link to the number of the process.
            let own = format!("/proc/{}/fd/1", std::process::id());
            let is_name = |path: &Path| STDOUT.iter().any(|name| path == Path::new(name));
            if is_name(&target) || whole.is_some_and(|whole| is_name(&whole) || whole == Path::new(&own)) {
                return true;
            }
            match fs::read_link(&target) {
                Ok(next) => target = target.parent().unwrap_or(Path::new("")).join(next),
                Err(_) => return false,
            }
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder can be made")
    }

    fn deliver(path: &Path, text: &str) -> Result<Delivered> {
        Output::file(path).deliver(|out| out.write_all(text.as_bytes()))
    }

    /// Delivers a report that fails half-way.
    fn fail(path: &Path) -> anyhow::Error {
        Output::file(path)
            .deliver(|out| {
                out.write_all(&vec![b'x'; 100_000])?;
                Err(io::Error::other("the renderer fails"))
            })
            .expect_err("the renderer failed")
    }

    fn check(path: &Path, expect: &str) {
        assert_eq!(fs::read_to_string(path).expect("the report is there"), expect);
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is there");
        let name = |entry: io::Result<fs::DirEntry>| {
            entry.expect("the entry is there").file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<_> = entries.map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_made_and_replaced() {
        let folder = folder();
        let path = folder.path().join("report");
        for text in ["a long first report", "second", ""] {
            assert_eq!(deliver(&path, text).expect("it is written"), Delivered::Whole);
            check(&path, text);
            assert_eq!(names(folder.path()), ["report"]);
        }
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        let folder = folder();
        let path = folder.path().join("report");
        fail(&path);
        assert!(names(folder.path()).is_empty());
        deliver(&path, "old").expect("it is written");
        let error = fail(&path);
        check(&path, "old");
        assert_eq!(names(folder.path()), ["report"]);
        let chain = format!("{error:#}");
        assert_eq!(chain, format!("cannot write the report to {}: the renderer fails", path.display()));
    }

    #[test]
    fn errors_say_what_and_why() {
        let folder = folder();
        let check = |path: &Path, expect: &str| {
            let error = format!("{:#}", deliver(path, "text").expect_err("there is no such place"));
            assert!(
                error.starts_with(&format!("cannot write the report to {}: ", path.display())),
                "{error}"
            );
            assert!(error.contains(expect), "{error}");
        };
        check(folder.path(), "it is a folder");
        check(&folder.path().join("none/report"), "cannot create a file in the folder");
        check(&folder.path().join("none/report"), "none");
        assert!(names(folder.path()).is_empty());
    }

    /// A writer that always fails in one way.
    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_broken_pipe_is_no_error_and_a_full_disk_is() {
        for length in [1, 100_000] {
            let render = |out: &mut dyn Write| out.write_all(&vec![b'x'; length]);
            let broken = stream(Failing(io::ErrorKind::BrokenPipe), render).expect("it is no error");
            assert_eq!(broken, Delivered::BrokenPipe);
            stream(Failing(io::ErrorKind::StorageFull), render).expect_err("it is an error");
        }
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::metadata(path).expect("the file is there").permissions().mode() & 0o7777
        }

        #[test]
        fn a_replaced_file_keeps_its_mode() {
            let folder = folder();
            let path = folder.path().join("report");
            for kept in [0o600, 0o640, 0o666, 0o755] {
                deliver(&path, "old").expect("it is written");
                fs::set_permissions(&path, fs::Permissions::from_mode(kept)).expect("the mode can be set");
                deliver(&path, "new").expect("it is written");
                check(&path, "new");
                assert_eq!(mode(&path), kept);
            }
        }

        #[test]
        fn a_new_file_has_the_mode_of_any_new_file() {
            let folder = folder();
            let (path, other) = (folder.path().join("report"), folder.path().join("other"));
            deliver(&path, "new").expect("it is written");
            fs::write(&other, "").expect("it is written");
            assert_eq!(mode(&path), mode(&other));
        }

        #[test]
        fn links_are_followed_and_stay() {
            let folder = folder();
            let at = |name: &str| folder.path().join(name);
            fs::create_dir(at("sub")).expect("the folder can be made");
            symlink("sub/first", at("link")).expect("the link can be made");
            symlink("../report", at("sub/first")).expect("the link can be made");
            // The first time the links lead nowhere yet.
            for text in ["new", "newer"] {
                deliver(&at("link"), text).expect("it is written");
                check(&at("report"), text);
            }
            assert!(at("link").is_symlink() && at("sub/first").is_symlink());
            assert!(!at("report").is_symlink());
            assert_eq!(names(folder.path()), ["link", "report", "sub"]);
        }

        #[test]
        fn links_in_a_circle_are_an_error() {
            let folder = folder();
            let at = |name: &str| folder.path().join(name);
            symlink("two", at("one")).expect("the link can be made");
            symlink("one", at("two")).expect("the link can be made");
            deliver(&at("one"), "text").expect_err("there is no file behind it");
            assert_eq!(names(folder.path()), ["one", "two"]);
        }

        #[test]
        fn a_device_is_written_and_not_replaced() {
            let path = Path::new("/dev/null");
            assert_eq!(deliver(path, "text").expect("it is written"), Delivered::Whole);
            assert!(!fs::metadata(path).expect("it is there").is_file());
        }
    }
}
