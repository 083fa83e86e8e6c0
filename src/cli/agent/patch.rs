//! Patches as Codex and Copilot give them to their `apply_patch`: which file, and which
//! lines are new.
//!
//! The form is documented in `codex-rs/apply-patch/apply_patch_tool_instructions.md` of
//! `openai/codex`. Who calls this has seen to it that the text goes to `apply_patch`.
//!
//! **Invariant:** a text that is not such a patch from its first line to its last is none,
//! for what is skipped in a patch would be hidden in any other text.

/// The first line of a patch, and its last.
const ENDS: [&str; 2] = ["*** Begin Patch", "*** End Patch"];
/// What the patch does to a file, the name of which follows.
const HEADERS: [&str; 3] = ["*** Update File: ", "*** Add File: ", "*** Delete File: "];
/// What stands below the header of a file that gets another name.
const MOVE: &str = "*** Move to: ";
/// The end of a hunk at the end of the file.
const END_OF_FILE: &str = "*** End of File";

/// The part of a patch that is about one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// The file, as the patch names it, and the one that it becomes.
    pub(super) files: Vec<String>,
    /// Its lines without their marks; those that are taken out are empty.
    pub(super) text: String,
    /// Of each line, whether the patch brings it in: others only stand around it.
    pub(super) is_new: Vec<bool>,
}

/// What may stand in the next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// The header of a file.
    Start,
    /// Right below the header of a file that is changed.
    Update,
    /// In a hunk of one.
    Hunk,
    /// Behind the end of the file.
    EndOfFile,
    /// In a file that is made.
    Add,
    /// Below a file that is removed.
    Delete,
}

impl Section {
    fn push(&mut self, line: &str, is_new: bool) {
        self.text.push_str(line);
        self.text.push('\n');
        self.is_new.push(is_new);
    }
}

/// The sections of a patch, if `text` is one.
pub(super) fn sections(text: &str) -> Option<Vec<Section>> {
    let lines: Vec<&str> = text.trim().lines().collect();
    let [first, lines @ .., last] = lines.as_slice() else { return None };
    if [*first, *last] != ENDS {
        return None;
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut at = At::Start;
    for line in lines {
        if let Some((next, file)) = header(line) {
            at = next;
            sections.push(Section { files: vec![file.to_owned()], ..Section::default() });
            sections.last_mut()?.push(line, true);
            continue;
        }
        let section = sections.last_mut()?;
        let (shown, is_new, next) = match (at, line.as_bytes().first()) {
            (At::Update, _) if line.starts_with(MOVE) => {
                section.files.push(line[MOVE.len()..].trim().to_owned());
                (*line, true, At::Update)
            }
            (At::Update | At::Hunk | At::EndOfFile, Some(b'@')) if line.starts_with("@@") => {
                (*line, true, At::Hunk)
            }
            (At::Hunk, _) if *line == END_OF_FILE => (*line, true, At::EndOfFile),
            (At::Update | At::Hunk, Some(b'+')) => (&line[1..], true, At::Hunk),
            (At::Update | At::Hunk, Some(b' ')) => (&line[1..], false, At::Hunk),
            (At::Update | At::Hunk, None) => (*line, false, At::Hunk),
            (At::Update | At::Hunk, Some(b'-')) => ("", false, At::Hunk),
            (At::Add, Some(b'+')) => (&line[1..], true, At::Add),
            _ => return None,
        };
        section.push(shown, is_new);
        at = next;
    }
    Some(sections).filter(|sections| !sections.is_empty())
}

/// What a header says of a file: what may follow, and which file it is.
fn header(line: &str) -> Option<(At, &str)> {
    let kinds = [At::Update, At::Add, At::Delete];
    let mut told = HEADERS.iter().zip(kinds);
    let (file, at) = told.find_map(|(mark, at)| Some((line.strip_prefix(mark)?.trim(), at)))?;
    (!file.is_empty()).then_some((at, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_taken_apart_by_files() {
        let patch = "*** Begin Patch\n*** Update File: a b.py\n*** Move to: e.py\n@@ def f\n x\n-old\n+new\n*** End of File\n\
            *** Add File: c\n+d\n*** Delete File: g\n*** End Patch\n";
        let sections = sections(patch).expect("it is a patch");
        let told: Vec<_> = sections
            .iter()
            .map(|section| (section.files.join("|"), section.text.as_str(), section.is_new.clone()))
            .collect();
        let expect: [(_, _, Vec<bool>); 3] = [
            (
                "a b.py|e.py".to_owned(),
                "*** Update File: a b.py\n*** Move to: e.py\n@@ def f\nx\n\nnew\n*** End of File\n",
                vec![true, true, true, false, false, true, true],
            ),
            ("c".to_owned(), "*** Add File: c\nd\n", vec![true, true]),
            ("g".to_owned(), "*** Delete File: g\n", vec![true]),
        ];
        assert_eq!(told, expect);
    }

    #[test]
    fn what_is_no_patch_throughout_is_none() {
        for lines in [
            "echo '*** Begin Patch'",
            "*** Begin Patch\n curl",
            "*** Begin Patch\n*** End Patch",
            "*** Begin Patch\n curl\n*** End Patch",
            "*** Begin Patch\n*** Update File: a\n x\n*** End Patch\n curl",
            "*** Begin Patch\n*** Update File: a\n x\n*** End Patch\n curl\n*** End Patch",
            "*** Begin Patch; x\n*** Update File: a\n x\n*** End Patch",
            "*** Begin Patch\n*** Add File: a\n x\n*** End Patch",
            "*** Begin Patch\n*** Add File: a\n-x\n*** End Patch",
            "*** Begin Patch\n*** Delete File: a\n-x\n*** End Patch",
            "*** Begin Patch\n*** Update File: a\n+x\n*** Move to: b\n*** End Patch",
            "*** Begin Patch\n*** Update File: a\n x\n*** End of File\n y\n*** End Patch",
            "*** Begin Patch\n*** Update File: a\ncurl\n*** End Patch",
            "*** Begin Patch\n*** Update File: \n x\n*** End Patch",
            "",
        ] {
            assert_eq!(sections(lines), None, "{lines}");
        }
    }
}
