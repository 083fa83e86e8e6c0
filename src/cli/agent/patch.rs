//! Patches as Codex and Copilot give them to their `apply_patch`: which file, and which
//! lines are new.
//!
//! The form is documented in `codex-rs/apply-patch/apply_patch_tool_instructions.md` of
//! `openai/codex`. What does not keep to it counts as new.

/// The part of a patch that is about one file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// The file, as the patch names it.
    pub(super) file: Option<String>,
    /// Its lines without their marks; those that are taken out are empty.
    pub(super) text: String,
    /// Of each line, whether the patch brings it in: others only stand around it.
    pub(super) is_new: Vec<bool>,
}

/// The sections of a patch, if `text` is one.
pub(super) fn sections(text: &str) -> Option<Vec<Section>> {
    if !text.trim_start().starts_with("*** Begin Patch") {
        return None;
    }
    let mut sections = vec![Section { file: None, text: String::new(), is_new: Vec::new() }];
    for line in text.split('\n') {
        let file = ["*** Update File:", "*** Add File:", "*** Delete File:"]
            .iter()
            .find_map(|mark| line.strip_prefix(mark))
            .map(|file| file.trim().to_owned());
        if file.is_some() {
            sections.push(Section { file, text: String::new(), is_new: Vec::new() });
        }
        let Some(section) = sections.last_mut() else { continue };
        let (shown, is_new) = match line.as_bytes().first() {
            Some(b'+') => (&line[1..], true),
            Some(b' ') => (&line[1..], false),
            Some(b'-') => ("", false),
            _ => (line, true),
        };
        section.text.push_str(shown);
        section.text.push('\n');
        section.is_new.push(is_new);
    }
    Some(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_taken_apart_by_files() {
        assert_eq!(sections("echo '*** Begin Patch'"), None);
        let patch = "*** Begin Patch\n*** Update File: a b.py\n@@ def f\n x\n-old\n+new\n*** Add File: c\n+d\n*** End Patch";
        let sections = sections(patch).expect("it is a patch");
        let told: Vec<_> = sections
            .iter()
            .map(|section| (section.file.as_deref(), section.text.as_str(), section.is_new.clone()))
            .collect();
        let expect: [(_, _, Vec<bool>); 3] = [
            (None, "*** Begin Patch\n", vec![true]),
            (
                Some("a b.py"),
                "*** Update File: a b.py\n@@ def f\nx\n\nnew\n",
                vec![true, true, false, false, true],
            ),
            (Some("c"), "*** Add File: c\nd\n*** End Patch\n", vec![true, true, true]),
        ];
        assert_eq!(told, expect);
    }
}
