//! Stories of conversations over REST: opening, listing, membership.

use serde_json::{Value, json};

use crate::rest::{Api, Person};

async fn group(owner: &Person<'_>, name: &str, members: &[&Person<'_>]) -> Value {
    let members: Vec<_> = members.iter().map(|member| member.id).collect();
    owner.post("conversations", json!({"kind": "group", "name": name, "member_ids": members})).await.is(201)
}

#[tokio::test]
async fn a_direct_conversation_is_made_once_and_found_by_both() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let made = bob.post("conversations", json!({"kind": "direct", "user_id": ann.id})).await.is(201);
    assert_eq!((&made["kind"], &made["user_id"]), (&json!("direct"), &json!(ann.id)));
    assert_eq!((&made["user1_id"], &made["user2_id"]), (&json!(ann.id), &json!(bob.id)));
    assert_eq!((&made["peer_read_seq"], &made["last_message"]), (&json!(0), &Value::Null));

    let found = ann.post("conversations", json!({"kind": "direct", "user_id": bob.id})).await.is(200);
    assert_eq!((&found["id"], &found["user_id"]), (&made["id"], &json!(bob.id)));
    let again = bob.post("conversations", json!({"kind": "direct", "user_id": ann.id})).await.is(200);
    assert_eq!(again, made);
}

#[tokio::test]
async fn nobody_talks_to_themselves_or_to_nobody() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let open = |user: i64| ann.post("conversations", json!({"kind": "direct", "user_id": user}));
    open(ann.id).await.refused(400, "bad_request");
    open(4_000_000).await.refused(404, "not_found");
    open(0).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_block_keeps_a_conversation_from_being_opened_but_not_from_being_read() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let old = ann.direct_with(&bob).await;
    for other in [&bob, &cleo] {
        ann.mark(&format!("blocks/{}", other.id)).await.is(204);
    }
    assert_eq!(bob.post("conversations", json!({"kind": "direct", "user_id": ann.id})).await.is(200)["id"], old);
    cleo.post("conversations", json!({"kind": "direct", "user_id": ann.id})).await.refused(403, "cannot_message");
    ann.post("conversations", json!({"kind": "direct", "user_id": cleo.id})).await.refused(403, "blocked_by_you");
}

#[tokio::test]
async fn a_group_has_its_maker_and_those_who_were_named() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let made = group(&ann, "  Tea  ", &[&bob, &cleo, &bob, &ann]).await;
    assert_eq!((&made["name"], &made["created_by"], &made["role"]), (&json!("Tea"), &json!(ann.id), &json!("owner")));
    assert_eq!(made["member_count"], 3);

    let members = bob.get(&format!("conversations/{}/members", made["id"])).await;
    assert_eq!(members.each("user_id"), [ann.id, bob.id, cleo.id]);
    assert_eq!(members.each("role"), ["owner", "member", "member"]);
    let first = bob.get(&format!("conversations/{}/members?limit=2", made["id"])).await;
    let rest = bob.get(&format!("conversations/{}/members?limit=2&after={}", made["id"], first.body["next"])).await;
    assert_eq!(rest.each("user_id"), [cleo.id]);
}

#[tokio::test]
async fn a_group_is_made_whole_or_not_at_all() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let with =
        |members: Value| ann.post("conversations", json!({"kind": "group", "name": "Tea", "member_ids": members}));
    with(json!([bob.id, 4_000_000])).await.refused(404, "not_found");
    with(json!([bob.id, -1])).await.refused(404, "not_found");
    with(json!([bob.id, "1"])).await.refused(400, "bad_request");
    ann.post("conversations", json!({"kind": "group", "name": " ", "member_ids": []}))
        .await
        .refused(400, "empty_message");
    assert!(ann.get("conversations").await.each("id").is_empty());
    with(json!([])).await.is(201);
}

#[tokio::test]
async fn the_list_shows_the_newest_activity_first_page_by_page() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let mut ids = Vec::new();
    for name in ["one", "two", "three"] {
        ids.push(group(&ann, name, &[&bob]).await["id"].as_i64().unwrap());
    }
    let said = ann.say(ids[0], "hello").await;

    let first = bob.get("conversations?limit=2").await;
    assert_eq!(first.each("id"), [ids[0], ids[2]]);
    assert_eq!(first.body["items"][0]["last_message"], said);
    assert_eq!(first.each("unread_count"), [1, 0]);
    let next = first.body["next"].as_str().unwrap();
    let rest = bob.get(&format!("conversations?limit=2&after={next}")).await;
    assert_eq!(rest.each("id"), [ids[1]]);
    assert!(rest.body["next"].is_null());
}

#[tokio::test]
async fn a_member_leaves_a_group_and_sees_it_no_more() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let id = group(&ann, "Tea", &[&bob, &cleo]).await["id"].clone();
    bob.tap(&format!("conversations/{id}/leave")).await.is(204);
    cleo.delete(&format!("conversations/{id}/members/{}", cleo.id)).await.is(204);

    for gone in [&bob, &cleo] {
        gone.get(&format!("conversations/{id}")).await.refused(404, "not_found");
        gone.tap(&format!("conversations/{id}/leave")).await.refused(404, "not_found");
        assert!(gone.get("conversations").await.each("id").is_empty());
    }
    assert_eq!(ann.get(&format!("conversations/{id}/members")).await.each("user_id"), [ann.id]);
}

#[tokio::test]
async fn a_stranger_takes_nobody_out_and_nobody_leaves_a_direct_conversation() {
    let api = Api::start().await;
    let (ann, bob, eve) = (api.register("ann").await, api.register("bob").await, api.register("eve").await);
    let id = group(&ann, "Tea", &[&bob]).await["id"].clone();
    // A stranger learns nothing, neither of the group nor of who is in it.
    for somebody in [ann.id, eve.id, 4_000_000] {
        eve.delete(&format!("conversations/{id}/members/{somebody}")).await.refused(404, "not_found");
    }
    let direct = ann.direct_with(&bob).await;
    ann.tap(&format!("conversations/{direct}/leave")).await.refused(403, "forbidden");
    assert_eq!(ann.get(&format!("conversations/{direct}/members")).await.each("user_id"), [ann.id, bob.id]);
}

#[tokio::test]
async fn typing_is_taken_from_members_only() {
    let api = Api::start().await;
    let (ann, bob, eve) = (api.register("ann").await, api.register("bob").await, api.register("eve").await);
    let path = format!("conversations/{}/typing", ann.direct_with(&bob).await);
    ann.post(&path, json!({"is_typing": true})).await.is(204);
    ann.post(&path, json!({"is_typing": false})).await.is(204);
    eve.post(&path, json!({"is_typing": true})).await.refused(404, "not_found");
    ann.post(&path, json!({"is_typing": "yes"})).await.refused(400, "bad_request");
}
