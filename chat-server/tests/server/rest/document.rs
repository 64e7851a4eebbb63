//! Holds every answer against the OpenAPI document that the server gives: the status must be documented for the call, and the
//! body must be of the documented shape, with nothing missing and nothing more.

use reqwest::Method;
use serde_json::Value;

use crate::harness::schema::Schemas;

/// The document of a server.
#[derive(Debug)]
pub struct Document(pub Value);

impl Document {
    /// The document of the server whose addresses begin like this.
    pub async fn of(http: &reqwest::Client, base: &str) -> Self {
        Self(http.get(format!("{base}/api/openapi.json")).send().await.unwrap().json().await.unwrap())
    }

    /// Whether an answer is documented; else what is wrong with it.
    pub fn check(&self, method: &Method, path: &str, status: u16, media_type: &str, text: &str) -> Result<(), String> {
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
            return if text.is_empty() { Ok(()) } else { Err("a body where none is documented".to_owned()) };
        };
        let schema = content.get(media_type).ok_or_else(|| format!("media type {media_type:?} is not documented"))?;
        // The answer to HEAD says what GET would say, without its body.
        let parts: Vec<_> = if media_type == "application/x-ndjson" { text.lines().collect() } else { vec![text] };
        parts.into_iter().filter(|part| !part.is_empty()).try_for_each(|part| {
            let body = serde_json::from_str(part).map_err(|_| format!("no JSON: {part}"))?;
            Schemas(&self.0).conforms(&schema["schema"], &body, "body")
        })
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
}

#[test]
fn the_checker_sees_what_is_missing_and_what_is_too_much() {
    let document = Document(serde_json::json!({
        "paths": {"/things/{id}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/t"}}}}}}}},
        "t": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": {"type": ["string", "null"]}}},
    }));
    let check =
        |status, body: &str| document.check(&Method::GET, "/things/7", status, "application/json", body).is_ok();
    assert!(check(200, r#"{"id":7}"#) && check(200, r#"{"id":7,"name":null}"#));
    for (status, body) in
        [(201, r#"{"id":7}"#), (200, "{}"), (200, r#"{"id":"7"}"#), (200, r#"{"id":7,"secret":1}"#), (200, "[]")]
    {
        assert!(!check(status, body), "{status} {body}");
    }
}
