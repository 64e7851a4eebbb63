//! Stories of groups over REST: what they are called, who comes and goes, and what each may do.

use serde_json::{Value, json};

use crate::rest::Api;

#[tokio::test]
async fn a_group_is_described_and_says_in_its_log_what_changed() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let id = ann.group_with(&[&bob]).await;
    let path = format!("conversations/{id}");
    let update = json!({"name": "Green tea", "description": "Leaves only", "avatar_url": "/tea.png"});
    let now = ann.patch(&path, update.clone()).await.is(200);
    assert_eq!(
        (&now["name"], &now["description"], &now["avatar_url"]),
        (&update["name"], &update["description"], &update["avatar_url"])
    );
    // What is so already is no news; null takes away.
    ann.patch(&path, json!({"name": "Green tea", "avatar_url": null})).await.is(200);
    let log = bob.get(&format!("{path}/changes")).await;
    assert_eq!(log.each("type"), ["conversation.updated", "conversation.updated"]);
    let last = &log.body["items"][1]["data"];
    assert_eq!((&last["name"], last.get("avatar_url")), (&Value::Null, Some(&Value::Null)), "{last}");
    assert_eq!(bob.get(&path).await.is(200).get("avatar_url"), None);

    bob.patch(&path, json!({"name": "Coffee"})).await.refused(403, "forbidden");
    ann.patch(&path, json!({"avatar_url": "javascript:alert(1)"})).await.refused(400, "invalid_text");
    ann.patch(&path, json!({"history_visibility": "maybe"})).await.refused(400, "bad_request");
    let direct = ann.direct_with(&bob).await;
    ann.patch(&format!("conversations/{direct}"), json!({"name": "Us"})).await.refused(403, "forbidden");
}

#[tokio::test]
async fn who_comes_in_sees_what_is_said_from_then_on() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let id = ann.group_with(&[&bob]).await;
    let early = ann.say(id, "before").await;
    let now = ann.post(&format!("conversations/{id}/members"), json!({"user_ids": [cleo.id, bob.id]})).await.is(200);
    assert_eq!(now["member_count"], 3);
    let late = bob.say(id, "after").await;

    let path = format!("conversations/{id}");
    assert_eq!(cleo.get(&format!("{path}/messages")).await.each("id"), [late["id"].clone()]);
    assert_eq!(cleo.get(&format!("{path}/changes")).await.each("type"), ["member.joined", "message.new"]);
    cleo.get(&format!("messages/{}", early["id"])).await.refused(404, "not_found");
    assert_eq!(cleo.get(&path).await.is(200)["unread_count"], 1);

    ann.patch(&path, json!({"history_visibility": "shared"})).await.is(200);
    let dora = api.register("dora").await;
    ann.post(&format!("{path}/members"), json!({"user_ids": [dora.id]})).await.is(200);
    assert_eq!(dora.get(&format!("{path}/messages")).await.each("body"), ["after", "before"]);
    assert_eq!(dora.get(&path).await.is(200)["unread_count"], 0, "the past is no news");
}

#[tokio::test]
async fn who_is_taken_out_sees_nothing_more_and_is_told() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let id = ann.group_with(&[&bob, &cleo]).await;
    let said = ann.say(id, "secret").await;
    let path = format!("conversations/{id}");
    bob.delete(&format!("{path}/members/{}", cleo.id)).await.refused(403, "forbidden");
    ann.delete(&format!("{path}/members/{}", bob.id)).await.is(204);

    for gone in [
        path.clone(),
        format!("{path}/messages"),
        format!("{path}/changes"),
        format!("{path}/pins"),
        format!("messages/{}", said["id"]),
        format!("messages/{}/history", said["id"]),
        format!("messages/{}/receipts", said["id"]),
    ] {
        bob.get(&gone).await.refused(404, "not_found");
    }
    let own = bob.get("users/me/changes").await;
    assert_eq!(own.each("type"), ["conversation.added", "conversation.removed"]);
    assert_eq!(own.body["items"][1]["data"]["by_user_id"], ann.id);
    let log = cleo.get(&format!("{path}/changes?after=1")).await;
    assert_eq!(
        (log.each("type"), &log.body["items"][0]["data"]["user_id"]),
        (vec![json!("member.left")], &json!(bob.id))
    );
}

#[tokio::test]
async fn roles_are_given_by_owners_and_the_last_owner_stays() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let id = ann.group_with(&[&bob, &cleo]).await;
    let path = format!("conversations/{id}");
    let role = |of: i64| format!("{path}/members/{of}");
    ann.tap(&format!("{path}/leave")).await.refused(409, "last_owner");
    ann.patch(&role(ann.id), json!({"role": "member"})).await.refused(409, "last_owner");
    ann.patch(&role(bob.id), json!({"role": "admin"})).await.is(204);
    bob.patch(&role(cleo.id), json!({"role": "admin"})).await.refused(403, "forbidden");
    bob.delete(&role(ann.id)).await.refused(403, "forbidden");
    bob.delete(&role(cleo.id)).await.is(204);
    ann.patch(&role(bob.id), json!({"role": "owner"})).await.is(204);
    ann.patch(&role(bob.id), json!({"role": "king"})).await.refused(400, "bad_request");
    ann.tap(&format!("{path}/leave")).await.is(204);
    assert_eq!(bob.get(&path).await.is(200)["role"], "owner");
    let log = bob.get(&format!("{path}/changes")).await;
    assert_eq!(log.each("type"), ["member.role", "member.left", "member.role", "member.left"]);
}

#[tokio::test]
async fn nobody_is_brought_in_across_a_block_or_from_nowhere_or_past_the_limit() {
    let api = Api::with(|config| config.max_group_members = 3.try_into().unwrap()).await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let id = ann.group_with(&[]).await;
    let path = format!("conversations/{id}/members");
    let add = |users: Vec<i64>| ann.post(&path, json!({"user_ids": users}));
    cleo.mark(&format!("blocks/{}", ann.id)).await.is(204);
    add(vec![cleo.id]).await.refused(403, "cannot_message");
    add(vec![bob.id, 4_000_000]).await.refused(404, "not_found");
    assert_eq!(ann.get(&path).await.each("user_id"), [ann.id], "all or nobody");
    let dora = api.register("dora").await;
    let eve = api.register("eve").await;
    add(vec![bob.id, dora.id, eve.id]).await.refused(409, "group_full");
    add(vec![bob.id, dora.id]).await.is(200);
    add(vec![eve.id]).await.refused(409, "group_full");
}
