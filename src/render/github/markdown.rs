//! A text as GitHub's Markdown holds it: shown as it is, whatever it says.
//!
//! Which texts stand where is not decided here.

use std::fmt;

use super::super::terminal::sanitise;

/// Characters of a text that are shown.
const SHOWN: usize = 300;

/// A text on one line in which nothing is Markdown or HTML, set as code, so that nothing is
/// made a link, a mention or an emoji either. It may stand in the cell of a table.
///
/// A long text is cut off, for what holds it has an end, too. Every character of ASCII that is no letter, digit or blank becomes a numeric character
/// reference, which `CommonMark` never takes for markup.
pub(super) struct Code<'a>(pub(super) &'a str);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<code>")?;
        let shown = sanitise(self.0);
        let end = shown.char_indices().nth(SHOWN).map(|(at, _)| at);
        for character in shown[..end.unwrap_or(shown.len())].chars() {
            if character.is_ascii_punctuation() {
                write!(f, "&#{};", u32::from(character))?;
            } else {
                write!(f, "{character}")?;
            }
        }
        f.write_str(if end.is_some() { "…</code>" } else { "</code>" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(Code(text).to_string(), format!("<code>{expect}</code>"));
    }

    #[test]
    fn nothing_is_markup() {
        check("plain \u{e9} 12", "plain \u{e9} 12");
        check("a|b", "a&#124;b");
        check("<img src=x>", "&#60;img src&#61;x&#62;");
        check("[a](b)", "&#91;a&#93;&#40;b&#41;");
        check("`x` **b** @who #1 &amp;", {
            "&#96;x&#96; &#42;&#42;b&#42;&#42; &#64;who &#35;1 &#38;amp&#59;"
        });
        check("https://a.b", "https&#58;&#47;&#47;a&#46;b");
        check("a\nb\u{202e}", "a&#92;x0ab&#92;u&#123;202e&#125;");
    }
}
