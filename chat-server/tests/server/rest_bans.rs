//! Stories of bans over REST.

use serde_json::{Value, json};

use crate::rest::Api;

#[tokio::test]
async fn a_ban_is_put_listed_and_lifted() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let id = ann.group_with(&[&bob]).await;
    let path = format!("conversations/{id}");
    let of_bob = format!("{path}/bans/{}", bob.id);
    let until = "2100-01-02T03:04:05.000006+00:00";

    ann.put(&of_bob, json!({"reason": "shouts", "until": until})).await.is(204);
    ann.put(&format!("{path}/bans/{}", cleo.id), json!({})).await.is(204);

    bob.get(&path).await.refused(404, "not_found");
    assert_eq!(bob.get("users/me/changes").await.each("type"), ["conversation.added", "conversation.removed"]);
    assert_eq!(ann.get(&format!("{path}/changes")).await.each("type"), ["member.left"]);
    let list = ann.get(&format!("{path}/bans")).await.is(200);
    let first = &list["items"][0];
    assert_eq!((&first["user_id"], &first["by_user_id"]), (&json!(bob.id), &json!(ann.id)));
    assert_eq!((&first["reason"], &first["until"]), (&json!("shouts"), &json!(until)));
    let second = &list["items"][1];
    assert_eq!((second.get("reason"), &second["until"], &list["next"]), (None, &Value::Null, &Value::Null));
    ann.post(&format!("{path}/members"), json!({"user_ids": [bob.id]})).await.refused(403, "banned");

    for _ in 0..2 {
        ann.delete(&of_bob).await.is(204);
    }
    ann.post(&format!("{path}/members"), json!({"user_ids": [bob.id]})).await.is(200);
    bob.put(&of_bob, json!({})).await.refused(403, "forbidden");
    bob.get(&format!("{path}/bans")).await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_ban_ends_at_a_moment_to_come() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let id = ann.group_with(&[&bob]).await;
    let path = format!("conversations/{id}/bans/{}", bob.id);
    for until in ["tomorrow", "2001-01-01T00:00:00Z", ""] {
        ann.put(&path, json!({"until": until})).await.refused(400, "bad_request");
    }
    ann.put(&path, json!({"reason": "a\nb"})).await.refused(400, "invalid_text");
    ann.put(&path, json!({"reason": "a".repeat(101)})).await.refused(413, "too_long");
    bob.get(&format!("conversations/{id}")).await.is(200);
}
