//! The ways in which a secret may be written so that it is not seen at once.

use std::fmt;

/// How a text was encoded. `Display` is the name that reports use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Encoding {
    /// Standard and URL-safe, padded or not, wrapped or not.
    Base64,
    /// Hex digits, two for each byte.
    Hex,
    /// `%2E`.
    Percent,
    /// `\u002e`, `\x2e`, `\056` and their like.
    Escapes,
    /// HTML entities: `&#46;`, `&#x2e;`, `&period;`.
    Html,
    /// `=2E`, and line breaks behind `=`.
    QuotedPrintable,
    /// Either byte order, with a mark or without.
    Utf16,
    /// A gzip stream.
    Gzip,
    /// A zlib stream.
    Zlib,
    /// The members of a zip, their names before them.
    Zip,
    /// String literals side by side, or lines that go on.
    Concatenation,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Percent => "percent",
            Self::Escapes => "escapes",
            Self::Html => "html",
            Self::QuotedPrintable => "quoted-printable",
            Self::Utf16 => "utf-16",
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zip => "zip",
            Self::Concatenation => "concatenation",
        })
    }
}
