//! JSON in which no object has a name twice: parsers differ in which of the two they take, so
//! that one could be judged and the other one used.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// What the error begins with where a name stands twice.
pub(super) const TWICE: &str = "a name stands twice";

/// A value whose objects have each name once. With `JOINS`, what stands under a name several
/// times is a list of all of it, and no error.
#[derive(Debug)]
pub(super) struct Unique<const JOINS: bool>(pub(super) Value);

impl<'de, const JOINS: bool> Deserialize<'de> for Unique<JOINS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader::<JOINS>).map(Self)
    }
}

struct Reader<const JOINS: bool>;

impl<'de, const JOINS: bool> Visitor<'de> for Reader<JOINS> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unique::<JOINS>(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((name, Unique::<JOINS>(value))) = object.next_entry::<String, _>()? {
            let Some(before) = fields.remove(&name) else {
                fields.insert(name, value);
                continue;
            };
            if !JOINS {
                return Err(A::Error::custom(TWICE));
            }
            fields.insert(name, Value::Array(vec![before, value]));
        }
        Ok(Value::Object(fields))
    }
}
