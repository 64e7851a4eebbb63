//! Whether a value is of the shape that a schema describes, with nothing missing and nothing more: what a document does not
//! name must not be there. A keyword that is not known here fails, so that nothing is passed over in silence.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A document whose schemas refer to each other.
#[derive(Debug, Clone, Copy)]
pub struct Schemas<'d>(pub &'d Value);

/// What says something to people, or about how parts belong together.
const PASSED_OVER: [&str; 11] = [
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "propertyNames",
];

impl<'d> Schemas<'d> {
    /// What is wrong with a value, if anything.
    pub fn conforms(self, schema: &'d Value, value: &Value, place: &str) -> Result<(), String> {
        let schema = self.resolve(schema);
        let Some(keywords) = schema.as_object() else { return Ok(()) };
        for (keyword, operand) in keywords {
            self.holds(keyword, operand, value, place)?;
        }
        match value {
            Value::Object(object) if !is_choice(keywords) => self.object_conforms(schema, object, place),
            Value::Array(items) => {
                let each = |(n, item)| self.conforms(&schema["items"], item, &format!("{place}[{n}]"));
                items.iter().enumerate().try_for_each(each)
            }
            Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        }
    }

    fn holds(self, keyword: &str, operand: &'d Value, value: &Value, place: &str) -> Result<(), String> {
        let wrong = |why: &str| Err(format!("{place} {why} {operand}: {value}"));
        let characters = || value.as_str().map(|text| text.chars().count() as f64);
        let items = || value.as_array().map(|items| items.len() as f64);
        let at_least = |number: Option<f64>| number.is_none_or(|number| number >= operand.as_f64().unwrap());
        let at_most = |number: Option<f64>| number.is_none_or(|number| number <= operand.as_f64().unwrap());
        let is_good = match keyword {
            "type" => listed(operand).iter().any(|name| is_of_type(value, name)),
            "enum" => operand.as_array().unwrap().contains(value),
            "const" => operand == value,
            "minimum" => at_least(value.as_f64()),
            "maximum" => at_most(value.as_f64()),
            "minLength" => at_least(characters()),
            "maxLength" => at_most(characters()),
            "minItems" => at_least(items()),
            "maxItems" => at_most(items()),
            "pattern" => {
                let pattern = regex::Regex::new(operand.as_str().unwrap()).unwrap();
                value.as_str().is_none_or(|text| pattern.is_match(text))
            }
            "format" => is_of_format(value, operand.as_str().unwrap()),
            "oneOf" | "anyOf" => {
                let choices = operand.as_array().unwrap().iter();
                let tried: Vec<_> = choices.map(|choice| self.conforms(choice, value, place)).collect();
                let fitting = tried.iter().filter(|tried| tried.is_ok()).count();
                if fitting == 0 || (keyword == "oneOf" && fitting > 1) {
                    return Err(format!("{place} fits {fitting} choices: {tried:?}"));
                }
                true
            }
            // Each part alone would not know the properties of the others, so they are looked at together.
            "allOf" if value.is_object() => true,
            "allOf" => operand.as_array().unwrap().iter().all(|part| self.conforms(part, value, place).is_ok()),
            known if PASSED_OVER.contains(&known) => true,
            unknown => return Err(format!("{place} has a schema with a keyword that nobody checks: {unknown}")),
        };
        if is_good { Ok(()) } else { wrong(keyword) }
    }

    fn object_conforms(self, schema: &'d Value, object: &Map<String, Value>, place: &str) -> Result<(), String> {
        let (mut properties, mut required, mut others) = (BTreeMap::new(), BTreeSet::new(), None);
        self.collect(schema, &mut properties, &mut required, &mut others);
        if let Some(missing) = required.iter().find(|name| !object.contains_key(**name)) {
            return Err(format!("{place} has no {missing}"));
        }
        object.iter().try_for_each(|(name, value)| {
            let known = properties.get(name.as_str()).copied().or(others);
            let schema = known.ok_or_else(|| format!("{place}.{name} is not documented"))?;
            self.conforms(schema, value, &format!("{place}.{name}"))
        })
    }

    /// The properties of an object, of all its parts together, and what all others have to be, where others may be.
    fn collect(
        self,
        schema: &'d Value,
        properties: &mut BTreeMap<&'d str, &'d Value>,
        required: &mut BTreeSet<&'d str>,
        others: &mut Option<&'d Value>,
    ) {
        let schema = self.resolve(schema);
        properties.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, it)| (name.as_str(), it)));
        required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
        *others = others.or_else(|| schema.get("additionalProperties").filter(|others| others.is_object()));
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.collect(part, properties, required, others);
        }
    }

    fn resolve(self, schema: &'d Value) -> &'d Value {
        let Some(reference) = schema["$ref"].as_str() else { return schema };
        let found = self.0.pointer(reference.trim_start_matches('#'));
        self.resolve(found.unwrap_or_else(|| panic!("{reference} leads nowhere")))
    }
}

/// Whether the choices say all about an object.
fn is_choice(keywords: &Map<String, Value>) -> bool {
    keywords.contains_key("oneOf") || keywords.contains_key("anyOf")
}

/// One text, or a list of them.
fn listed(names: &Value) -> Vec<&str> {
    names
        .as_array()
        .map_or_else(|| vec![names.as_str().unwrap()], |names| names.iter().filter_map(Value::as_str).collect())
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn is_of_format(value: &Value, format: &str) -> bool {
    match format {
        "int32" => value.as_i64().is_none_or(|number| i32::try_from(number).is_ok()),
        // Nothing goes over the wire that JavaScript cannot hold exactly.
        "int64" => value.as_i64().is_none_or(|number| number.unsigned_abs() < 1 << 53),
        "date-time" => value.as_str().is_none_or(|text| chat_core::time::Timestamp::parse(text).is_some()),
        "email" => value.as_str().is_none_or(|text| text.contains('@')),
        "password" | "uri-reference" => true,
        _ => false,
    }
}

#[test]
fn whatever_a_schema_forbids_is_seen() {
    let schemas = serde_json::json!({
        "text": {"type": ["string", "null"], "minLength": 2, "maxLength": 3, "pattern": "^a"},
        "number": {"type": "integer", "minimum": 1, "format": "int64"},
        "list": {"type": "array", "minItems": 1, "items": {"$ref": "#/number"}},
        "both": {"allOf": [{"type": "object", "required": ["n"], "properties": {"n": {"$ref": "#/number"}}},
                           {"type": "object", "properties": {"t": {"$ref": "#/text"}}}]},
        "either": {"oneOf": [{"$ref": "#/text"}, {"$ref": "#/both"}]},
        "map": {"type": "object", "additionalProperties": {"$ref": "#/number"}},
        "odd": {"dependentRequired": {}},
    });
    let conforms = |name: &str, value: &str| {
        Schemas(&schemas).conforms(&schemas[name], &serde_json::from_str(value).unwrap(), name).is_ok()
    };
    for (name, good) in [
        ("text", "\"abc\""),
        ("text", "null"),
        ("number", "1"),
        ("list", "[1]"),
        ("both", r#"{"n":1,"t":"ab"}"#),
        ("either", r#"{"n":1}"#),
        ("either", "\"ab\""),
        ("map", r#"{"x":3}"#),
    ] {
        assert!(conforms(name, good), "{name} {good}");
    }
    for (name, bad) in [
        ("text", "\"a\""),
        ("text", "\"abcd\""),
        ("text", "\"ba\""),
        ("text", "1"),
        ("number", "0"),
        ("number", "9007199254740992"),
        ("list", "[]"),
        ("list", "[0]"),
        ("both", "{}"),
        ("both", r#"{"n":1,"more":1}"#),
        ("either", r#"{"n":0}"#),
        ("map", r#"{"x":0}"#),
        ("odd", "1"),
    ] {
        assert!(!conforms(name, bad), "{name} {bad}");
    }
}
