//! Stories of what is done to messages after they were said, over REST.

use serde_json::{Value, json};

use crate::rest::Api;

#[tokio::test]
async fn an_edit_is_seen_by_all_and_keeps_what_was_said_before() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let direct = ann.direct_with(&bob).await;
    let said = ann.say(direct, "teh").await;
    let path = format!("messages/{}", said["id"]);
    let now = ann.patch(&path, json!({"body": "the"})).await.is(200);
    assert_eq!((&now["body"], &now["seq"]), (&json!("the"), &said["seq"]));
    assert!(now["edited_at"].is_string());
    ann.patch(&path, json!({"body": "the"})).await.is(200);
    ann.patch(&path, json!({"body": "the end"})).await.is(200);

    assert_eq!(bob.get(&format!("{path}/history")).await.each("body"), ["teh", "the"]);
    let log = bob.get(&format!("conversations/{direct}/changes")).await;
    assert_eq!(log.each("type"), ["message.new", "message.edited", "message.edited"]);
    assert_eq!(log.body["items"][0]["data"]["body"], "the end", "what is read later shows what it says now");
    bob.patch(&path, json!({"body": "no"})).await.refused(403, "forbidden");
    ann.patch(&path, json!({"body": "  "})).await.refused(400, "empty_message");
    ann.mark(&format!("blocks/{}", bob.id)).await.is(204);
    ann.patch(&path, json!({"body": "more"})).await.refused(403, "blocked_by_you");
}

#[tokio::test]
async fn a_deleted_text_is_served_nowhere_again() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let direct = ann.direct_with(&bob).await;
    let said = ann
        .post(&format!("conversations/{direct}/messages"), json!({"body": "xyzzy 1", "client_id": "k"}))
        .await
        .is(201);
    let path = format!("messages/{}", said["id"]);
    ann.patch(&path, json!({"body": "xyzzy 2"})).await.is(200);
    bob.mark(&format!("{path}/reactions/%F0%9F%91%8D")).await.is(204);
    bob.mark(&format!("conversations/{direct}/pins/{}", said["id"])).await.is(204);
    assert_eq!(bob.get("conversations").await.body["items"][0]["unread_count"], 1);
    bob.delete(&path).await.refused(403, "forbidden");
    ann.delete(&path).await.is(204);
    ann.delete(&path).await.is(204);

    let conversation = format!("conversations/{direct}");
    for place in [
        "conversations".to_owned(),
        conversation.clone(),
        format!("{conversation}/messages"),
        format!("{conversation}/changes"),
        format!("{conversation}/pins"),
        path.clone(),
        format!("{path}/history"),
    ] {
        let answer = bob.get(&place).await;
        assert!(!answer.text.contains("xyzzy"), "{place}: {}", answer.text);
    }
    let left = bob.get(&path).await.is(200);
    assert_eq!((&left["body"], &left["deleted_by"], left.get("reactions")), (&json!(""), &json!(ann.id), None));
    assert_eq!(bob.get(&conversation).await.is(200)["unread_count"], 0);
    let again =
        ann.post(&format!("{conversation}/messages"), json!({"body": "xyzzy 1", "client_id": "k"})).await.is(200);
    assert_eq!((&again["id"], &again["body"]), (&said["id"], &json!("")), "a repeat does not bring it back");
    bob.mark(&format!("{path}/reactions/%F0%9F%91%8D")).await.refused(409, "message_deleted");
    bob.post(&format!("{conversation}/messages"), json!({"body": "what?", "reply_to": said["id"]}))
        .await
        .refused(409, "message_deleted");
}

#[tokio::test]
async fn an_admin_deletes_what_others_said_and_pins_what_matters() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let id = ann.group_with(&[&bob]).await;
    let (first, second) = (bob.say(id, "spam").await, bob.say(id, "rules").await);
    let pin = |message: &Value| format!("conversations/{id}/pins/{}", message["id"]);
    bob.mark(&pin(&second)).await.refused(403, "forbidden");
    ann.mark(&pin(&first)).await.is(204);
    ann.mark(&pin(&second)).await.is(204);
    ann.mark(&pin(&second)).await.is(204);
    let pins = bob.get(&format!("conversations/{id}/pins")).await;
    assert_eq!(
        (pins.each("body"), pins.each("is_pinned")),
        (vec![json!("rules"), json!("spam")], vec![json!(true); 2])
    );
    ann.delete(&format!("messages/{}", first["id"])).await.is(204);
    ann.delete(&pin(&second)).await.is(204);
    assert!(bob.get(&format!("conversations/{id}/pins")).await.each("id").is_empty());
    let elsewhere = ann.group_with(&[&bob]).await;
    ann.mark(&format!("conversations/{elsewhere}/pins/{}", second["id"])).await.refused(404, "not_found");
}

#[tokio::test]
async fn reactions_are_counted_once_for_each_user() {
    let api = Api::start().await;
    let (ann, bob, eve) = (api.register("ann").await, api.register("bob").await, api.register("eve").await);
    let id = ann.group_with(&[&bob]).await;
    let said = ann.say(id, "cake?").await;
    let on = |emoji: &str| format!("messages/{}/reactions/{emoji}", said["id"]);
    let (heart, thumb) = ("%E2%9D%A4%EF%B8%8F", "%F0%9F%91%8D");
    for (who, emoji) in [(&bob, heart), (&ann, thumb), (&ann, heart), (&ann, heart)] {
        who.mark(&on(emoji)).await.is(204);
    }
    let seen = bob.get(&format!("conversations/{id}/messages")).await.body["items"][0]["reactions"].clone();
    assert_eq!(seen, json!([{"emoji": "❤️", "count": 2, "mine": true}, {"emoji": "👍", "count": 1, "mine": false}]));
    assert_eq!(bob.get(&on(heart)).await.each("id"), [ann.id, bob.id]);
    ann.delete(&on(thumb)).await.is(204);
    ann.delete(&on(thumb)).await.is(204);
    let log = bob.get(&format!("conversations/{id}/changes?after=1")).await;
    assert_eq!(log.each("type"), ["reaction.added", "reaction.added", "reaction.added", "reaction.removed"]);
    eve.mark(&on(heart)).await.refused(404, "not_found");
    ann.mark(&on("a")).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_thread_is_what_answers_a_message() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let direct = ann.direct_with(&bob).await;
    let asked = ann.say(direct, "tea or coffee?").await;
    ann.say(direct, "by the way").await;
    let path = format!("conversations/{direct}/messages");
    let mut answers = Vec::new();
    for text in ["tea", "no, coffee", "both"] {
        answers.push(bob.post(&path, json!({"body": text, "reply_to": asked["id"]})).await.is(201));
    }
    bob.delete(&format!("messages/{}", answers[1]["id"])).await.is(204);
    let thread = ann.get(&format!("messages/{}/replies?limit=2", asked["id"])).await;
    assert_eq!(thread.each("body"), ["tea", ""]);
    let rest = ann.get(&format!("messages/{}/replies?after={}", asked["id"], thread.body["next"])).await;
    assert_eq!((rest.each("body"), &rest.body["next"]), (vec![json!("both")], &Value::Null));
    assert_eq!(ann.get(&format!("messages/{}", asked["id"])).await.is(200)["reply_count"], 2);
}
