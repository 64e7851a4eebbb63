//! Holds every answer against the OpenAPI document that the server gives: the status must be documented for the call, and the
//! body must be of the documented shape, with nothing missing and nothing more.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Map, Value};

/// The document of a server.
#[derive(Debug)]
pub struct Document(pub Value);

impl Document {
    /// Whether an answer is documented; else what is wrong with it.
    pub fn check(
        &self,
        method: &Method,
        path: &str,
        status: u16,
        media_type: &str,
        body: Option<&Value>,
    ) -> Result<(), String> {
        let problem = "application/problem+json";
        if status >= 400 && media_type != problem {
            return Err(format!("a refusal as {media_type:?}"));
        }
        let Some(item) = self.item(path) else {
            let unknown = status == 404 || !path.starts_with("/api/v1/");
            return if unknown { Ok(()) } else { Err("a path that is not documented".to_owned()) };
        };
        let method = if method == Method::HEAD { Method::GET } else { method.clone() };
        let Some(operation) = item.get(method.as_str().to_lowercase()) else {
            return if status == 405 { Ok(()) } else { Err("a method that is not documented".to_owned()) };
        };
        let response = &operation["responses"][status.to_string()];
        if response.is_null() {
            return Err(format!("status {status} is not documented"));
        }
        let Some(content) =
            response.get("content").filter(|content| content.as_object().is_some_and(|c| !c.is_empty()))
        else {
            return if body.is_none() { Ok(()) } else { Err("a body where none is documented".to_owned()) };
        };
        let schema = content.get(media_type).ok_or_else(|| format!("media type {media_type:?} is not documented"))?;
        // The answer to HEAD says what GET would say, without its body.
        body.map_or(Ok(()), |body| self.conforms(&schema["schema"], body, "body"))
    }

    /// The documented path that a path is an instance of: of several, the one with the most literal segments.
    fn item(&self, path: &str) -> Option<&Value> {
        let given: Vec<_> = path.split('/').collect();
        let fits = |template: &str| {
            let template: Vec<_> = template.split('/').collect();
            let same =
                |(template, given): (&&str, &&str)| template.starts_with('{') && !given.is_empty() || template == given;
            template.len() == given.len() && template.iter().zip(&given).all(same)
        };
        let paths = self.0["paths"].as_object()?.iter().filter(|(template, _)| fits(template));
        paths.min_by_key(|(template, _)| template.matches('{').count()).map(|(_, item)| item)
    }

    /// Whether a value is of the shape that a schema describes.
    fn conforms(&self, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
        let schema = self.resolve(schema);
        if let Some(choices) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
            let tried: Vec<_> = choices.iter().map(|choice| self.conforms(choice, value, place)).collect();
            return if tried.iter().any(Result::is_ok) {
                Ok(())
            } else {
                Err(format!("{place} fits no choice: {tried:?}"))
            };
        }
        if let Some(types) = schema.get("type") {
            let types: Vec<_> = types.as_array().map_or_else(|| vec![types], |types| types.iter().collect());
            if !types.iter().any(|it| is_of_type(value, it.as_str().unwrap_or_default())) {
                return Err(format!("{place} is not of type {types:?}: {value}"));
            }
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
            && !allowed.contains(value)
        {
            return Err(format!("{place} is none of {allowed:?}: {value}"));
        }
        match value {
            Value::Object(object) => self.object_conforms(schema, object, place),
            Value::Array(items) => {
                let each = |(n, item)| self.conforms(&schema["items"], item, &format!("{place}[{n}]"));
                items.iter().enumerate().try_for_each(each)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        }
    }

    fn object_conforms(&self, schema: &Value, object: &Map<String, Value>, place: &str) -> Result<(), String> {
        let (mut properties, mut required) = (BTreeMap::new(), BTreeSet::new());
        self.collect(schema, &mut properties, &mut required);
        if let Some(missing) = required.iter().find(|name| !object.contains_key(**name)) {
            return Err(format!("{place} has no {missing}"));
        }
        object.iter().try_for_each(|(name, value)| {
            let schema = properties.get(name.as_str()).ok_or_else(|| format!("{place}.{name} is not documented"))?;
            self.conforms(schema, value, &format!("{place}.{name}"))
        })
    }

    /// The properties of an object, of all its parts together.
    fn collect<'a>(
        &'a self,
        schema: &'a Value,
        properties: &mut BTreeMap<&'a str, &'a Value>,
        required: &mut BTreeSet<&'a str>,
    ) {
        let schema = self.resolve(schema);
        properties.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, it)| (name.as_str(), it)));
        required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.collect(part, properties, required);
        }
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let Some(reference) = schema["$ref"].as_str() else { return schema };
        let found = self.0.pointer(reference.trim_start_matches('#'));
        self.resolve(found.unwrap_or_else(|| panic!("{reference} leads nowhere")))
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

#[test]
fn the_checker_sees_what_is_missing_and_what_is_too_much() {
    let document = Document(serde_json::json!({
        "paths": {"/things/{id}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/t"}}}}}}}},
        "t": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": {"type": ["string", "null"]}}},
    }));
    let check = |status, body: &str| {
        let body = serde_json::from_str(body).expect("JSON");
        document.check(&Method::GET, "/things/7", status, "application/json", Some(&body)).is_ok()
    };
    assert!(check(200, r#"{"id":7}"#) && check(200, r#"{"id":7,"name":null}"#));
    for (status, body) in
        [(201, r#"{"id":7}"#), (200, "{}"), (200, r#"{"id":"7"}"#), (200, r#"{"id":7,"secret":1}"#), (200, "[]")]
    {
        assert!(!check(status, body), "{status} {body}");
    }
}
