//! Examples of what a rule must and must not find, and how they are written
//! down so that no scanner takes them for leaks.
//!
//! It only reads them; holding a rule to them is the matcher's work.

use super::builtin;
use super::ruleset::Rule;

/// A text and the path it pretends to stand at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The path, as written behind `--- `.
    pub path: String,
    /// The text, refanged, with the line break of its last line.
    pub text: String,
}

/// Undoes the defanging of an example: `[.]` is a dot and `[_]` an underscore.
pub(super) fn refang(text: &str) -> String {
    text.replace("[.]", ".").replace("[_]", "_")
}

/// Reads a fixture file: every example is opened by a line `--- PATH` and runs
/// to the next such line; the lines before the first one are comments.
pub(super) fn parse(file: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for line in file.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("--- ") {
            examples.push(Example { path: path.trim().to_owned(), text: String::new() });
        } else if let Some(example) = examples.last_mut() {
            example.text.push_str(&refang(line));
        }
    }
    examples
}

/// The texts that a rule is tried on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examples {
    /// The rule must find something in each of these.
    pub positive: Vec<Example>,
    /// The rule must find nothing in any of these.
    pub negative: Vec<Example>,
}

impl Rule {
    /// The examples of the rule: those of its own table, and of a built-in rule those of its fixtures.
    #[doc(hidden)]
    pub fn examples(&self) -> Examples {
        let own = |texts: &[String]| -> Vec<Example> {
            texts.iter().map(|text| Example { path: "example".to_owned(), text: refang(text) }).collect()
        };
        let mut examples =
            Examples { positive: own(&self.traits.positive), negative: own(&self.traits.negative) };
        if let Some((positive, negative)) = builtin::examples(&self.id) {
            examples.positive.extend(parse(positive));
            examples.negative.extend(parse(negative));
        }
        examples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refanging() {
        let check = |text: &str, expect: &str| assert_eq!(refang(text), expect);
        check("", "");
        check("b10[_]abc[.]def", "b10_abc.def");
        check("[ . ] [_", "[ . ] [_");
    }

    #[test]
    fn fixture_files() {
        let check = |file: &str, expect: &[(&str, &str)]| {
            let found = parse(file);
            let found: Vec<_> = found.iter().map(|e| (e.path.as_str(), e.text.as_str())).collect();
            assert_eq!(found, expect, "{file:?}");
        };
        check("", &[]);
        check("only a comment\n", &[]);
        check("comment\n--- a/.env\nK=x[.]y\n\nz\n--- b.py\nq", &[("a/.env", "K=x.y\n\nz\n"), ("b.py", "q")]);
        check("--- a\n--- b\r\n", &[("a", ""), ("b", "")]);
        check("--- a\n---\n--x\n", &[("a", "---\n--x\n")]);
    }
}
