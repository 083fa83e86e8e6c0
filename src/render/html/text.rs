//! Texts made fit for the page: what is invisible is written out, what is markup is escaped.
//!
//! It knows no element but `bdi`, which keeps the direction of a name to itself.
//!
//! **Invariant:** every text of a report goes through [`text`] or [`name`], in elements and in
//! attributes, which stand in double quotes. What comes out holds no character that ends either.

use std::fmt::{self, Write as _};

use super::super::terminal::{self, sanitise};

/// A text as HTML. `Display` writes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'t>(&'t str);

/// A name that others chose, as HTML that cannot turn the text around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'t>(&'t str);

/// `text`, to be written in an element or an attribute.
pub(super) fn text(text: &str) -> Text<'_> {
    Text(text)
}

/// `name`, to be written in an element.
pub(super) fn name(name: &str) -> Name<'_> {
    Name(name)
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(&sanitise(self.0), f)
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<bdi>")?;
        escape(&terminal::name(self.0), f)?;
        f.write_str("</bdi>")
    }
}

/// Writes what shows as it is, and markup escaped.
fn escape(shown: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut rest = shown;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        f.write_str(&rest[..at])?;
        f.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &rest[at + 1..];
    }
    f.write_str(rest)
}

/// A number of things in words.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    super::super::human::count(number as u64, one, many)
}

/// At most `most` of `names` with commas between, and how many more there are; as HTML.
pub(super) fn names<'n>(names: impl ExactSizeIterator<Item = &'n str>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let mut shown = String::new();
    for (index, one) in names.take(most).enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(shown, "{comma}{}", name(one)).expect("writing to a string does not fail");
    }
    if more > 0 {
        write!(shown, " and {more} more").expect("writing to a string does not fail");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: &str) {
        assert_eq!(text(input).to_string(), expect, "{input:?}");
        assert_eq!(name(input).to_string(), format!("<bdi>{expect}</bdi>"), "{input:?}");
    }

    #[test]
    fn markup_and_the_invisible_are_written_out() {
        check("", "");
        check("plain caf\u{e9} \u{1f511}", "plain caf\u{e9} \u{1f511}");
        check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
        check("\" onload='x' `y`", "&quot; onload=&#39;x&#39; `y`");
        check("&lt;&#60;", "&amp;lt;&amp;#60;");
        check("--><!--]]>", "--&gt;&lt;!--]]&gt;");
        check("a\u{202e}b\0\r\n", "a\\u{202e}b\\x00\\x0d\\x0a");
        check("\u{e9}<\u{e9}", "\u{e9}&lt;\u{e9}");
    }

    #[test]
    fn a_tab_shows_in_a_name_only() {
        assert_eq!(text("a\tb").to_string(), "a b");
        assert_eq!(name("a\tb").to_string(), "<bdi>a\\x09b</bdi>");
    }

    #[test]
    fn many_names_are_counted() {
        let check = |input: &[&str], expect: &str| assert_eq!(names(input.iter().copied(), 2), expect);
        check(&[], "");
        check(&["a"], "<bdi>a</bdi>");
        check(&["a", "<b"], "<bdi>a</bdi>, <bdi>&lt;b</bdi>");
        check(&["a", "b", "c", "d"], "<bdi>a</bdi>, <bdi>b</bdi> and 2 more");
    }
}
