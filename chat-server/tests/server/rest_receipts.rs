//! Stories of how far messages got, over REST.

use serde_json::{Value, json};

use crate::rest::Api;

#[tokio::test]
async fn in_a_group_it_is_told_how_far_a_message_got_and_with_whom() {
    let api = Api::start().await;
    let (ann, bob, cid) = (api.register("ann").await, api.register("bob").await, api.register("cid").await);
    let id = ann.group_with(&[&bob, &cid]).await;
    let said = ann.say(id, "who is coming?").await;
    bob.post(&format!("conversations/{id}/read"), json!({"message_id": said["id"]})).await.is(200);

    let path = format!("messages/{}/receipts", said["id"]);
    let all = ann.get(&path).await.is(200);
    assert_eq!((&all["delivered"], &all["read"], &all["of"]), (&json!(1), &json!(1), &json!(2)));
    let (first, second) = (&all["items"][0], &all["items"][1]);
    assert_eq!((&first["user_id"], &first["status"]), (&json!(bob.id), &json!("read")));
    assert!(first["delivered_at"].is_string() && first["delivered_at"] == first["read_at"], "{first}");
    let nothing = json!({"user_id": cid.id, "status": "sent", "delivered_at": null, "read_at": null});
    assert_eq!((second, &all["next"]), (&nothing, &Value::Null));

    let page = cid.get(&format!("{path}?limit=1")).await.is(200);
    assert_eq!((&page["of"], &page["next"]), (&json!(2), &json!(bob.id)));
    assert_eq!(cid.get(&format!("{path}?limit=1&after={}", page["next"])).await.each("user_id"), [cid.id]);

    let expected = json!({"delivered": 1, "read": 1, "of": 2});
    assert_eq!(ann.get(&format!("messages/{}", said["id"])).await.is(200)["receipts"], expected);
    let history = format!("conversations/{id}/messages");
    assert_eq!(ann.get(&history).await.each("receipts"), std::slice::from_ref(&expected));
    assert_eq!(bob.get(&history).await.each("receipts"), [Value::Null], "only its author has the numbers beside it");
    let eve = api.register("eve").await;
    eve.get(&path).await.refused(404, "not_found");
}

#[tokio::test]
async fn in_a_direct_conversation_there_is_one_to_tell_of() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let id = ann.direct_with(&bob).await;
    let said = ann.say(id, "hello").await;
    let path = format!("messages/{}", said["id"]);
    bob.post(&format!("conversations/{id}/read"), json!({"message_id": said["id"]})).await.is(200);
    let message = ann.get(&path).await.is(200);
    assert_eq!(message.get("receipts"), None, "its times say it already");
    let receipts = ann.get(&format!("{path}/receipts")).await.is(200);
    assert_eq!(receipts["of"], 1);
    assert_eq!(receipts["items"][0]["read_at"], message["read_at"]);
}
