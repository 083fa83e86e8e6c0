//! Text from elsewhere made fit for a terminal: what would move the cursor,
//! reorder the line or hide in it is written out instead.
//!
//! Wide, combining and look-alike characters are left as they are: they show.
//!
//! **Invariant:** what [`sanitise`] returns is one line without a control or
//! an invisible character, so that a scanned file cannot write on the user's
//! screen anything but its own text.

use std::borrow::Cow;

/// `text` with every control and invisible character written as `\x1b` (ASCII)
/// or `\u{202e}`, and every tab as a space. A backslash stays as it is, so the
/// result is for reading and cannot be turned back.
pub fn sanitise(text: &str) -> Cow<'_, str> {
    written_out(text, |character| if character == '\t' { Some(" ") } else { None })
}

/// A name that somebody chose, such as a path, an author or a cell, as [`sanitise`] has it,
/// but for a tab, which is written `\x09`: two names never look the same for it.
pub fn name(text: &str) -> Cow<'_, str> {
    written_out(text, |_| None)
}

/// `text` with what does not show as `instead` has it, or else as an escape.
fn written_out(text: &str, instead: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    let Some(first) = text.find(is_hidden) else { return Cow::Borrowed(text) };
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(&text[..first]);
    for character in text[first..].chars() {
        match instead(character) {
            Some(instead) => shown.push_str(instead),
            None if is_hidden(character) => push_escape(&mut shown, character),
            None => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character does not show as itself: a control, a separator of
/// lines, or one of Unicode's default ignorable characters (directions, joiners, fillers,
/// variation selectors, tags) and the annotation marks beside them.
pub(super) fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

fn push_escape(shown: &mut String, hidden: char) {
    let code = u32::from(hidden);
    let escape = if hidden.is_ascii() { format!("\\x{code:02x}") } else { format!("\\u{{{code:x}}}") };
    shown.push_str(&escape);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let shown = sanitise(text);
        assert_eq!(shown, expect, "{text:?}");
        assert!(!shown.contains(is_hidden), "{text:?}");
    }

    #[test]
    fn printable_text_stays_and_is_not_copied() {
        for text in
            ["", "plain text", "caf\u{e9} \u{4e2d}\u{6587} \u{1f511}", "a\u{301}", "\\x1b", "a\u{a0}b"]
        {
            assert!(matches!(sanitise(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn controls_are_written_out() {
        check("\x1b[31mred", "\\x1b[31mred");
        check("a\0b\x07\x08", "a\\x00b\\x07\\x08");
        check("one\r\ntwo", "one\\x0d\\x0atwo");
        check("\x7f", "\\x7f");
        check("\u{9b}2J\u{80}\u{9f}", "\\u{9b}2J\\u{80}\\u{9f}");
        check("a\tb\x1b\t", "a b\\x1b ");
    }

    #[test]
    fn a_tab_in_a_name_is_written_out() {
        let check = |text: &str, expect: &str| assert_eq!(name(text), expect, "{text:?}");
        check("a b", "a b");
        check("a\tb", "a\\x09b");
        check("a\n\u{202e}", "a\\x0a\\u{202e}");
        assert!(matches!(name("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn directions_are_written_out() {
        check("\u{202a}\u{202e}", "\\u{202a}\\u{202e}");
        check("\u{2066}\u{2069}", "\\u{2066}\\u{2069}");
        check("\u{200e}\u{200f}\u{61c}", "\\u{200e}\\u{200f}\\u{61c}");
    }

    #[test]
    fn the_invisible_is_written_out() {
        check("a\u{200b}b\u{200d}c\u{2060}", "a\\u{200b}b\\u{200d}c\\u{2060}");
        check("\u{feff}a\u{ad}b", "\\u{feff}a\\u{ad}b");
        check("\u{2028}\u{2029}", "\\u{2028}\\u{2029}");
        check("\u{e0001}\u{e0041}\u{e01ef}", "\\u{e0001}\\u{e0041}\\u{e01ef}");
        check("\u{3164}\u{fe0f}\u{fff9}", "\\u{3164}\\u{fe0f}\\u{fff9}");
    }
}
