//! The AsyncAPI document: every frame of a socket in both directions, out of the types that they are written from and read to.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use chat_transport::wire::{EventView, SaidView, ServerFrame};

const ABOUT: &str = "The socket half of the chat. Every frame is one JSON object in a text message; unknown fields are ignored. \
    A command with a `ref` is acknowledged by the frame that carries the same `ref`, be it the event itself; a refused one by \
    an `error`. Numbers of a log are dense, so a client sees for itself what it missed, and asks for it with `sync`.";

/// The document.
pub(crate) fn document() -> Value {
    let mut schemas = Map::new();
    let mut messages = Map::new();
    let said = direction::<SaidView>("client", &mut schemas, &mut messages);
    let mut heard = direction::<EventView>("server", &mut schemas, &mut messages);
    heard.extend(direction::<ServerFrame>("server", &mut schemas, &mut messages));
    let all = || said.iter().chain(&heard);
    json!({
        "asyncapi": "3.0.0",
        "info": {"title": "Chat", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT},
        "defaultContentType": "application/json",
        "channels": {
            "everything": channel("/ws", "All conversations of a user.", all()),
            "conversation": conversation(all()),
        },
        "operations": {
            "hearCommands": operation("receive", "everything", &said),
            "tellEvents": operation("send", "everything", &heard),
            "hearCommandsOfOne": operation("receive", "conversation", &said),
            "tellEventsOfOne": operation("send", "conversation", &heard),
        },
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "ticket": {"type": "httpApiKey", "in": "query", "name": "ticket",
                    "description": "A secret of `POST /api/v1/auth/ws-ticket` that opens one socket."},
                "token": {"type": "httpApiKey", "in": "query", "name": "token", "description": "An access token."},
            },
        },
    })
}

fn channel<'m>(address: &str, description: &str, messages: impl Iterator<Item = &'m String>) -> Value {
    let messages: Map<_, _> = messages.map(|key| (key.clone(), refer("components/messages", key))).collect();
    json!({"address": address, "description": description, "messages": messages, "bindings": {"ws": {"method": "GET"}}})
}

fn conversation<'m>(messages: impl Iterator<Item = &'m String>) -> Value {
    let about = "One conversation; `conversation_id` need not be said, and messages of others are not there.";
    let mut channel = channel("/ws/conversations/{id}", about, messages);
    channel["parameters"] = json!({"id": {"description": "Which conversation."}});
    channel
}

/// What the server does on a channel; authentication may also come as the first frame.
fn operation(action: &str, channel: &str, messages: &[String]) -> Value {
    let place = format!("channels/{channel}/messages");
    let messages: Vec<_> = messages.iter().map(|key| refer(&place, key)).collect();
    let security = ["bearer", "ticket", "token"].map(|scheme| refer("components/securitySchemes", scheme));
    json!({"action": action, "channel": refer("channels", channel), "messages": messages, "security": security})
}

fn refer(place: &str, key: &str) -> Value {
    json!({"$ref": format!("#/{place}/{key}")})
}

/// Enters the frames of a type and whatever they hold; gives the names under which the frames stand.
fn direction<T: ToSchema>(
    side: &str,
    schemas: &mut Map<String, Value>,
    messages: &mut Map<String, Value>,
) -> Vec<String> {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    schemas.extend(parts.into_iter().map(|(name, schema)| (name, json!(schema))));
    let frames = json!(T::schema());
    let variants = frames["oneOf"].as_array().into_iter().flatten();
    let frames = variants.filter_map(|schema| {
        let kind = property(schema, "type")?["enum"][0].as_str()?;
        let key = format!("{side}.{kind}");
        messages.insert(key.clone(), message(kind, schema));
        Some(key)
    });
    frames.collect()
}

/// A property of an object that may be put together from several parts.
fn property<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let parts = schema["allOf"].as_array().into_iter().flatten();
    std::iter::once(schema).chain(parts).find_map(|part| part["properties"].get(name))
}

fn message(kind: &str, schema: &Value) -> Value {
    let mut payload = schema.clone();
    let named = json!({
        "type": "string",
        "maxLength": 64,
        "description": "The name that the client gave to its command, at most 64 bytes.",
    });
    match payload.get_mut("allOf").and_then(Value::as_array_mut) {
        Some(parts) => parts.push(json!({"type": "object", "properties": {"ref": named}})),
        None => payload["properties"]["ref"] = named,
    }
    let summary = std::iter::once(schema).chain(property(schema, "data")).find_map(|part| part["description"].as_str());
    json!({"name": kind, "title": kind, "summary": summary.unwrap_or(kind), "payload": payload})
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema as _;

    use super::*;

    fn keys(value: &Value) -> Vec<&String> {
        value.as_object().expect("an object").keys().collect()
    }

    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_variant_of_every_type_is_a_message_and_every_reference_leads_somewhere() {
        let document = document();
        let variants = |schema: Value| schema["oneOf"].as_array().expect("variants").len();
        let expected = variants(json!(SaidView::schema()))
            + variants(json!(EventView::schema()))
            + variants(json!(ServerFrame::schema()));
        assert_eq!(keys(&document["components"]["messages"]).len(), expected);
        assert_eq!(keys(&document["channels"]["everything"]["messages"]).len(), expected);
        let mut found = Vec::new();
        references(&document, &mut found);
        for reference in found {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
        for (key, message) in document["components"]["messages"].as_object().expect("messages") {
            assert_ne!(message["summary"], message["name"], "{key} says nothing of itself");
        }
    }
}
