//! Which files a scan reads: one policy for every source.
//!
//! It decides by path and size alone and touches no file.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Globs and a size limit.
///
/// A glob without a `/` matches a file or folder of that name at any depth, one
/// with a `/` from the root; a folder that matches stands for all below it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Policy {
    include: Option<GlobSet>,
    exclude: GlobSet,
    /// Larger files, in bytes, are passed over.
    pub max_file_size: Option<u64>,
}

/// A glob that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("the glob \"{glob}\" cannot be understood: {why}")]
#[non_exhaustive]
pub struct GlobError {
    glob: String,
    why: String,
}

/// Why a glob with nothing in it is refused, and what to do.
const EMPTY: &str = "it is empty; give a glob such as *.py, or leave it out";

impl Policy {
    /// A policy that includes what matches one of `include`, or all when there is
    /// none, except what matches one of `exclude`.
    ///
    /// # Errors
    /// When a glob cannot be understood, and when it is empty: as the name of a
    /// file at any depth it would stand for all of them.
    pub fn new(
        include: &[String],
        exclude: &[String],
        max_file_size: Option<u64>,
    ) -> Result<Self, GlobError> {
        Ok(Self {
            include: if include.is_empty() { None } else { Some(set(include)?) },
            exclude: set(exclude)?,
            max_file_size,
        })
    }

    /// Whether every path is admitted, so that none need be put together to ask.
    pub fn admits_all(&self) -> bool {
        self.include.is_none() && self.exclude.is_empty()
    }

    /// Whether the file at `relative`, a path from the root, is to be read.
    pub fn admits_file(&self, relative: &[u8]) -> bool {
        let path = String::from_utf8_lossy(relative);
        !self.exclude.is_match(&*path) && self.include.as_ref().is_none_or(|include| include.is_match(&*path))
    }

    /// Whether anything below the folder at `relative` may be read.
    pub fn admits_folder(&self, relative: &[u8]) -> bool {
        self.exclude.is_empty() || !self.exclude.is_match(&*String::from_utf8_lossy(relative))
    }
}

fn set(globs: &[String]) -> Result<GlobSet, GlobError> {
    let error = |glob: &str, error: &globset::Error| GlobError {
        glob: glob.to_owned(),
        why: error.kind().to_string(),
    };
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        let path = glob.trim_start_matches("./").trim_end_matches('/');
        if path.trim().is_empty() {
            return Err(GlobError { glob: glob.clone(), why: EMPTY.to_owned() });
        }
        let path = match path.strip_prefix('/') {
            Some(anchored) => anchored.to_owned(),
            None if path.contains('/') => path.to_owned(),
            None => format!("**/{path}"),
        };
        for pattern in [format!("{path}/**"), path] {
            let pattern = GlobBuilder::new(&pattern).literal_separator(true).build();
            builder.add(pattern.map_err(|why| error(glob, &why))?);
        }
    }
    builder.build().map_err(|why| error(&globs.join(", "), &why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(include: &[&str], exclude: &[&str], path: &str, expect: bool) {
        let owned = |globs: &[&str]| globs.iter().map(ToString::to_string).collect::<Vec<_>>();
        let policy = Policy::new(&owned(include), &owned(exclude), None).expect("the globs are sound");
        assert_eq!(policy.admits_file(path.as_bytes()), expect, "{include:?} {exclude:?} {path}");
    }

    #[test]
    fn globs_match_names_anywhere_and_paths_from_the_root() {
        check(&[], &[], "a/b.py", true);
        check(&["*.py"], &[], "a/b.py", true);
        check(&["*.py"], &[], "a/b.js", false);
        check(&["src"], &[], "src/deep/b.js", true);
        check(&[], &["tests/"], "a/tests/b.py", false);
        check(&[], &["a/tests"], "a/tests/deep/b.py", false);
        check(&[], &["a/tests"], "b/a/tests/c.py", true);
        check(&[], &["/b.py"], "a/b.py", true);
        check(&[], &["./a/*.py"], "a/b.py", false);
        check(&[], &["a/*.py"], "a/deep/b.py", true);
        check(&["*.py"], &["test_*"], "a/test_b.py", false);
    }

    #[test]
    fn a_broken_glob_is_named() {
        let error = Policy::new(&["a[".to_owned()], &[], None).expect_err("the class is not closed");
        assert!(error.to_string().contains("\"a[\""), "{error}");
    }

    #[test]
    fn an_empty_glob_is_refused() {
        for glob in ["", " ", "/", "./", "././/"] {
            let globs = [glob.to_owned()];
            for policy in [Policy::new(&globs, &[], None), Policy::new(&[], &globs, None)] {
                let error = policy.expect_err("it would stand for everything");
                assert!(error.to_string().contains("it is empty"), "{glob:?}: {error}");
            }
        }
    }
}
