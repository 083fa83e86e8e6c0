//! Which file a report lands in, told before anything is read or written, so that two names
//! of one file are known, and a place that cannot take a report is an error at once.
//!
//! It makes and opens nothing: a folder that may not be written in shows only at the end.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use super::{Output, Target, behind_links};
use crate::cli::complaint::Advised;

/// Where a report lands in the end; two that are equal are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Standard output, where it is no file.
    Stdout,
    /// Something that exists, by its device and its number there.
    #[cfg(unix)]
    There { device: u64, number: u64 },
    /// A file by the name that it has or will have in its folder, which is free of links.
    Named { folder: PathBuf, name: OsString },
}

impl Output {
    /// Where a report lands, as far as that can be told now; nothing for a device, such as
    /// `/dev/null`, which takes as many reports as there are.
    ///
    /// # Errors
    /// Where no file can be there: its folder is missing, or it is a folder itself.
    pub(crate) fn place(&self) -> Result<Option<Place>> {
        match &self.0 {
            Target::Stdout => Ok(Some(of_stdout())),
            Target::File(path) => of_file(path).map_err(|why| {
                let what = format!("cannot write the report to {}", path.display());
                why.context(Advised::new(what, "give a file in a folder that exists"))
            }),
        }
    }
}

fn of_file(path: &Path) -> Result<Option<Place>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(anyhow!("it is a folder")),
        Ok(metadata) if is_device(&metadata) => return Ok(None),
        #[cfg(unix)]
        Ok(metadata) => return Ok(Some(there(&metadata))),
        #[cfg(not(unix))]
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let target = behind_links(path)?;
    let name = target.file_name().map(OsString::from).ok_or_else(|| anyhow!("it names no file"))?;
    if path.as_os_str().as_encoded_bytes().last() == Some(&b'/') {
        return Err(anyhow!("it names a folder"));
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let missing = || format!("there is no folder {}", folder.display());
    let folder = fs::canonicalize(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => anyhow!(missing()),
        _ => error.into(),
    })?;
    if !fs::metadata(&folder).context("its folder cannot be looked at")?.is_dir() {
        return Err(anyhow!(missing()));
    }
    Ok(Some(Place::Named { folder, name }))
}

#[cfg(unix)]
fn there(metadata: &fs::Metadata) -> Place {
    use std::os::unix::fs::MetadataExt as _;
    Place::There { device: metadata.dev(), number: metadata.ino() }
}

#[cfg(unix)]
fn is_device(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn is_device(metadata: &fs::Metadata) -> bool {
    !metadata.is_file()
}

/// Standard output, which may have been led into a file that another report names.
fn of_stdout() -> Place {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        let file = io::stdout().as_fd().try_clone_to_owned().map(fs::File::from);
        if let Ok(metadata) = file.and_then(|file| file.metadata())
            && metadata.is_file()
        {
            return there(&metadata);
        }
    }
    Place::Stdout
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder can be made")
    }

    fn place(path: &Path) -> Option<Place> {
        Output::file(path).place().expect("a file can be there")
    }

    /// Whether two names are one file, before it exists and after.
    #[test]
    fn names_of_one_file_are_one_place() {
        let folder = folder();
        let root = folder.path();
        fs::create_dir(root.join("s")).expect("the folder can be made");
        let check = |one: &str, other: &str, expect: bool| {
            let (one, other) = (root.join(one), root.join(other));
            assert_eq!(place(&one) == place(&other), expect, "{} {}", one.display(), other.display());
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            symlink("../a.json", root.join("s/link")).expect("the link can be made");
            symlink("s", root.join("t")).expect("the link can be made");
        }
        for _ in 0..2 {
            check("a.json", "a.json", true);
            check("a.json", "./a.json", true);
            check("a.json", "s/../a.json", true);
            check("a.json", "b.json", false);
            check("a.json", "s/a.json", false);
            #[cfg(unix)]
            {
                check("a.json", "s/link", true);
                check("t/a.json", "s/a.json", true);
            }
            fs::write(root.join("a.json"), "").expect("it can be written");
        }
    }

    #[test]
    fn what_can_take_no_report_is_an_error() {
        let folder = folder();
        fs::write(folder.path().join("file"), "").expect("it can be written");
        let check = |name: &str, expect: &str| {
            let path = folder.path().join(name);
            let error = Output::file(&path).place().expect_err("no file can be there");
            let chain = format!("{error:#}");
            assert!(
                chain.starts_with(&format!("cannot write the report to {}: ", path.display())),
                "{chain}"
            );
            assert!(chain.contains(expect), "{chain}");
            assert!(error.downcast_ref::<Advised>().is_some(), "{chain}");
        };
        check("", "it is a folder");
        check("none/report", "there is no folder");
        check("none/", "it names a folder");
        #[cfg(unix)]
        check("file/report", "");
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_no_place_and_standard_output_has_names() {
        assert_eq!(place(Path::new("/dev/null")), None);
        for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/../dev/stdout"] {
            assert_eq!(place(Path::new(name)), Some(of_stdout()), "{name}");
        }
    }
}
