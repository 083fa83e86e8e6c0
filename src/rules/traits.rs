//! The `[rules.baseleak]` table, read strictly: an unknown key or value is an error.

use toml::de::{DeTable, DeValue};

use super::document::{self, Value, quote};
use super::error::{RuleError, RuleProblem};
use super::ruleset::{Context, Known, Neighbours, Shape, Traits};
use super::schema::Reader;
use super::suggest::hint;
use crate::model::Confidence;

const TABLE: &str = "[rules.baseleak]";
const KEYS: &[&str] = &[
    "confidence",
    "context",
    "words",
    "rivals",
    "min_randomness",
    "key_prefix",
    "shape",
    "exact_keywords",
    "neighbours",
    "under",
    "placeholders",
    "known",
    "positive",
    "negative",
];
const KNOWN_TABLE: &str = "[[rules.baseleak.known]]";
const KNOWN_KEYS: &[&str] = &["name", "path", "line"];

/// Reads the table; what it does not say keeps its default, but placeholders are dropped.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value<'_>) -> Result<Traits, RuleError> {
    let table = reader.value("baseleak", value, document::table(value.get_ref()))?;
    let mut traits = Traits { placeholders: true, ..Traits::default() };
    for (key, value) in table {
        let name: &str = key.get_ref();
        let inner = value.get_ref();
        match name {
            "confidence" => traits.confidence = reader.value(name, value, one_of(inner, CONFIDENCES))?,
            "context" => traits.context = reader.value(name, value, one_of(inner, CONTEXTS))?,
            "neighbours" => traits.neighbours = reader.value(name, value, one_of(inner, NEIGHBOURS))?,
            "shape" => traits.shape = Some(reader.value(name, value, one_of(inner, SHAPES))?),
            "words" => traits.words = folded(reader, name, value)?,
            "rivals" => traits.rivals = folded(reader, name, value)?,
            "min_randomness" => {
                traits.min_randomness = Some(reader.value(name, value, document::number(inner))?);
            }
            "key_prefix" => traits.key_prefix = Some(reader.value(name, value, document::string(inner))?),
            "under" => traits.under = Some(reader.value(name, value, filled(inner))?),
            "exact_keywords" => {
                traits.exact_keywords = reader.value(name, value, document::boolean(inner))?;
            }
            "placeholders" => traits.placeholders = reader.value(name, value, document::boolean(inner))?,
            "positive" => traits.positive = texts(reader, name, value)?,
            "negative" => traits.negative = texts(reader, name, value)?,
            "known" => {
                for (line, table) in reader.value(name, value, document::tables(value, &reader.lines))? {
                    traits.known.push(known(reader, line, table)?);
                }
            }
            _ => return Err(unknown(reader, reader.lines.of(key), name, TABLE, KEYS)),
        }
    }
    Ok(traits)
}

fn known(reader: &mut Reader<'_>, line: usize, table: &DeTable<'_>) -> Result<Known, RuleError> {
    let (mut name, mut path, mut text) = (None, None, None);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "name" => name = Some(reader.value("known.name", value, filled(value.get_ref()))?),
            "path" => path = reader.expression("known.path", value)?,
            "line" => text = reader.expression("known.line", value)?,
            other => return Err(unknown(reader, reader.lines.of(key), other, KNOWN_TABLE, KNOWN_KEYS)),
        }
    }
    let missing = |message: &str| {
        reader.fault(line, RuleProblem::BadValue { key: KNOWN_TABLE.to_owned(), message: message.to_owned() })
    };
    let name = name.ok_or_else(|| missing("must have a name"))?;
    if path.is_none() && text.is_none() {
        return Err(missing("must have a path, a line or both"));
    }
    Ok(Known { name: name.into(), path, line: text })
}

fn unknown(reader: &Reader<'_>, line: usize, key: &str, table: &'static str, known: &[&str]) -> RuleError {
    let what = RuleProblem::UnknownKey { key: document::clip(key, 60), table, hint: hint(key, known) };
    reader.fault(line, what)
}

fn texts(reader: &Reader<'_>, key: &str, value: &Value<'_>) -> Result<Vec<String>, RuleError> {
    let list = reader.value(key, value, document::strings(value.get_ref(), &reader.lines))?;
    Ok(list.into_iter().map(|(_, text)| text).collect())
}

fn folded(reader: &Reader<'_>, key: &str, value: &Value<'_>) -> Result<Vec<String>, RuleError> {
    Ok(texts(reader, key, value)?.iter().map(|word| word.to_lowercase()).collect())
}

fn filled(value: &DeValue<'_>) -> Result<String, String> {
    let text = document::string(value)?;
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text) }
}

type Words<T> = &'static [(&'static str, T)];

const CONFIDENCES: Words<Confidence> =
    &[("high", Confidence::High), ("medium", Confidence::Medium), ("low", Confidence::Low)];
const CONTEXTS: Words<Context> =
    &[("none", Context::None), ("weighed", Context::Weighed), ("required", Context::Required)];
const NEIGHBOURS: Words<Neighbours> =
    &[("any", Neighbours::Any), ("token", Neighbours::Token), ("identifier", Neighbours::Identifier)];
const SHAPES: Words<Shape> = &[("8.32", Shape::Dotted8x32)];

/// The meaning of a word of a closed list.
pub(super) fn one_of<T: Copy>(value: &DeValue<'_>, words: &[(&str, T)]) -> Result<T, String> {
    let text = document::string(value)?;
    if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*meaning);
    }
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let list: Vec<String> = known.iter().map(|word| format!("\"{word}\"")).collect();
    Err(format!("must be {}, not {}{}", list.join(", "), quote(&text), hint(&text, &known)))
}
