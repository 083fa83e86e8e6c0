//! In which forms a report is wanted, and where each goes.

use std::ffi::OsString;
use std::path::PathBuf;

use baseleak::model::ReportFormat;
use baseleak::rules::nearest;

/// A form, and the file that it goes to if one is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormatArg {
    pub(crate) format: ReportFormat,
    pub(crate) file: Option<PathBuf>,
}

impl FormatArg {
    /// Reads `FORMAT` or `FORMAT=FILE`; the name of a file need not be UTF-8.
    ///
    /// # Errors
    /// Says what is wrong, in words.
    pub(crate) fn parse(text: &OsString) -> Result<Self, String> {
        let bytes = text.as_encoded_bytes();
        let end = bytes.iter().position(|&byte| byte == b'=').unwrap_or(bytes.len());
        let name = String::from_utf8_lossy(&bytes[..end]);
        let Some(format) = ReportFormat::named(&name) else {
            let names: Vec<&str> = ReportFormat::ALL.into_iter().map(ReportFormat::name).collect();
            let near = nearest(&name, &names).map(|near| format!("; did you mean {near}?"));
            return Err(format!("there are {}{}", names.join(", "), near.unwrap_or_default()));
        };
        let file = match &bytes[end..] {
            [] => None,
            b"=" => return Err("no file stands behind the `=`".to_owned()),
            _ => Some(behind(text, &name)),
        };
        Ok(Self { format, file })
    }
}

/// What stands behind the name and its `=`.
#[cfg(unix)]
fn behind(text: &OsString, name: &str) -> PathBuf {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    OsString::from_vec(text.as_bytes()[name.len() + 1..].to_vec()).into()
}

/// What stands behind the name and its `=`.
#[cfg(not(unix))]
fn behind(text: &OsString, name: &str) -> PathBuf {
    text.to_string_lossy()[name.len() + 1..].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_files() {
        for (text, format, file) in [
            ("json", ReportFormat::Json, None),
            ("gitlab-codequality=a=b.json", ReportFormat::GitlabCodequality, Some("a=b.json")),
            ("sarif=-", ReportFormat::Sarif, Some("-")),
        ] {
            let expect = FormatArg { format, file: file.map(PathBuf::from) };
            assert_eq!(FormatArg::parse(&text.into()), Ok(expect), "{text}");
        }
        for (text, expect) in
            [("jsno", "did you mean json?"), ("json=", "no file stands behind"), ("", "there are human")]
        {
            let error = FormatArg::parse(&text.into()).expect_err(text);
            assert!(error.contains(expect), "{error}");
        }
    }
}
