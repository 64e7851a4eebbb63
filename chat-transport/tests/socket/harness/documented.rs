//! Holds every frame of every story against the types that the documentation is generated from.

use chat_core::ids::ConversationId;
use chat_transport::wire::{EventView, SaidView, ServerFrame, decode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The same frame once it went through its type; none if it is not of this type.
fn through<T: DeserializeOwned + Serialize>(frame: &Value) -> Option<Value> {
    let typed: T = serde_json::from_value(frame.clone()).ok()?;
    serde_json::to_value(typed).ok()
}

fn without_ref(frame: &Value) -> Value {
    let mut frame = frame.clone();
    if let Some(fields) = frame.as_object_mut() {
        fields.remove("ref");
    }
    frame
}

/// Fails for a frame of the server that is of no documented type, or holds more than that type says.
pub(crate) fn check_heard(frame: &Value) {
    let frame = without_ref(frame);
    let typed = through::<EventView>(&frame).or_else(|| through::<ServerFrame>(&frame));
    assert_eq!(typed.as_ref(), Some(&frame), "the frame is not what is documented");
}

/// Fails for a frame of a client that the server reads although no documentation knows it, or knows less of it.
pub(crate) fn check_said(frame: &Value) {
    let text = frame.to_string();
    let is_read = [None, ConversationId::new(1)].into_iter().any(|implied| decode(&text, implied).1.is_ok());
    if !is_read {
        return;
    }
    let typed = through::<SaidView>(frame).unwrap_or_else(|| panic!("{frame} is read, and not documented"));
    let unknown = |(name, value): &(&String, &Value)| *name != "ref" && !value.is_null() && typed.get(name).is_none();
    let unknown = frame.as_object().and_then(|fields| fields.iter().find(unknown));
    assert_eq!(unknown, None, "a field of {frame} is not documented");
}

#[test]
fn a_frame_that_says_more_than_is_documented_is_noticed() {
    let heard = |text: &str| {
        let frame = serde_json::from_str(text).expect("JSON");
        std::panic::catch_unwind(|| check_heard(&frame)).is_ok()
    };
    assert!(heard(r#"{"type":"typing","data":{"conversation_id":1,"user_id":2,"is_typing":true},"ref":"r"}"#));
    for wrong in [
        r#"{"type":"typing","data":{"conversation_id":1,"user_id":2,"is_typing":true,"more":1}}"#,
        r#"{"type":"typing","data":{"conversation_id":1,"user_id":2}}"#,
        r#"{"type":"unheard.of","data":{}}"#,
        r#"{"type":"pong","more":1}"#,
    ] {
        assert!(!heard(wrong), "{wrong}");
    }
}
