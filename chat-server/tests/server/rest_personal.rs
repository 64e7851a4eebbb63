//! Stories of what is for one member over REST: what one keeps for oneself, and being called by name.

use serde_json::{Value, json};

use crate::rest::Api;

#[tokio::test]
async fn a_conversation_is_muted_and_put_away_for_oneself_alone() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let id = ann.direct_with(&bob).await;
    let settings = format!("conversations/{id}/settings");
    let set = ann.patch(&settings, json!({"muted_until": "2100-01-01T00:00:00Z"})).await.is(200);
    let muted_until = "2100-01-01T00:00:00.000000+00:00";
    assert_eq!(set, json!({"conversation_id": id, "muted_until": muted_until, "archived": false}));
    ann.patch(&settings, json!({"archived": true})).await.is(200);

    assert_eq!(ann.get("conversations").await.each("id"), [] as [Value; 0]);
    let away = ann.get("conversations?archived=true").await;
    assert_eq!((away.each("archived"), away.each("muted_until")), (vec![json!(true)], vec![json!(muted_until)]));
    assert_eq!(bob.get("conversations?archived=false").await.each("id"), [json!(id)]);
    bob.say(id, "are you there?").await;
    assert_eq!(ann.get("conversations").await.each("id"), [] as [Value; 0], "it is muted");

    let loud = ann.patch(&settings, json!({"muted_until": null})).await.is(200);
    assert_eq!((&loud["muted_until"], &loud["archived"]), (&Value::Null, &json!(true)));
    bob.say(id, "hello?").await;
    let back = ann.get("conversations").await;
    assert_eq!((back.each("archived"), back.each("unread_count")), (vec![Value::Null], vec![json!(2)]));

    for bad in [json!({"muted_until": "soon"}), json!({"muted_until": 5}), json!({"archived": null, "muted_until": ""})]
    {
        ann.patch(&settings, bad).await.refused(400, "bad_request");
    }
    let eve = api.register("eve").await;
    eve.patch(&settings, json!({"archived": true})).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_draft_is_kept_shown_and_forgotten() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let id = ann.group_with(&[&bob]).await;
    let said = bob.say(id, "tea?").await;
    let draft = format!("conversations/{id}/draft");
    let kept = ann.put(&draft, json!({"body": "yes, pl", "reply_to": said["id"]})).await.is(200);
    assert_eq!((&kept["body"], &kept["reply_to"]), (&json!("yes, pl"), &said["id"]));
    assert_eq!(ann.get(&format!("conversations/{id}")).await.is(200)["draft"], kept);
    assert_eq!(bob.get(&format!("conversations/{id}")).await.is(200).get("draft"), None);
    for _ in 0..2 {
        ann.delete(&draft).await.is(204);
        assert_eq!(ann.get(&format!("conversations/{id}")).await.is(200).get("draft"), None);
    }
    ann.put(&draft, json!({"body": " "})).await.refused(400, "empty_message");
    ann.put(&draft, json!({"body": "x", "reply_to": 4_000_000})).await.refused(404, "not_found");
}

#[tokio::test]
async fn who_is_called_by_name_sees_it_in_the_message_and_in_the_count() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let id = ann.group_with(&[&bob, &cleo]).await;
    let said = ann.say(id, "@Bob, tea? ann@bob.org").await;
    assert_eq!((&said["mentions"], said.get("mentions_all")), (&json!([bob.id]), None));
    assert_eq!(bob.say(id, "thanks").await.get("mentions"), None);
    let all = ann.say(id, "@all: tea!").await;
    assert_eq!((all.get("mentions"), &all["mentions_all"]), (None, &json!(true)));
    let path = format!("conversations/{id}");
    assert_eq!(bob.get(&path).await.is(200)["unread_mentions"], 2);
    assert_eq!(cleo.get("conversations").await.each("unread_mentions"), [json!(1)]);
    let edited = ann.patch(&format!("messages/{}", said["id"]), json!({"body": "@cleo, tea?"})).await.is(200);
    assert_eq!(edited["mentions"], json!([cleo.id]));
    bob.post(&format!("{path}/read"), json!({"seq": all["seq"]})).await.is(200);
    assert_eq!(bob.get(&path).await.is(200)["unread_mentions"], 0);
    assert_eq!(cleo.get(&path).await.is(200)["unread_mentions"], 2);
}

#[tokio::test]
async fn a_message_is_handed_on_without_saying_where_it_was_said() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let (from, to) = (ann.direct_with(&bob).await, ann.group_with(&[&cleo]).await);
    let source = bob.say(from, "tea at five").await;
    let path = format!("messages/{}/forward", source["id"]);
    let target = json!({"conversation_id": to, "client_id": "k"});
    let copy = ann.post(&path, target.clone()).await.is(201);
    assert_eq!((&copy["body"], &copy["forwarded_from"]), (&source["body"], &json!({"sender_id": bob.id})));
    assert_eq!(ann.post(&path, target).await.is(200), copy);
    assert_eq!(
        cleo.get(&format!("messages/{}", copy["id"])).await.is(200)["forwarded_from"],
        json!({"sender_id": bob.id})
    );
    cleo.post(&path, json!({"conversation_id": to})).await.refused(404, "not_found");
    bob.delete(&format!("messages/{}", source["id"])).await.is(204);
    ann.post(&path, json!({"conversation_id": to})).await.refused(409, "message_deleted");
    assert_eq!(cleo.get(&format!("messages/{}", copy["id"])).await.is(200)["body"], "tea at five");
}
