//! Stories of friends and blocks over REST.

use serde_json::json;

use crate::rest::{Answer, Api, Person};

async fn ask(from: &Person<'_>, to: &Person<'_>) -> Answer {
    from.post("friends/requests", json!({"user_id": to.id})).await
}

async fn befriend(one: &Person<'_>, other: &Person<'_>) {
    ask(one, other).await.is(201);
    ask(other, one).await.is(200);
}

#[tokio::test]
async fn a_request_is_seen_by_both_sides_and_makes_friends_when_it_is_accepted() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let request = ask(&ann, &bob).await.is(201);
    assert_eq!(request["status"], "pending");
    assert_eq!((&request["from_user_id"], &request["to_user_id"]), (&json!(ann.id), &json!(bob.id)));

    let id = [request["id"].clone()];
    assert_eq!(ann.get("friends/requests").await.each("id"), id);
    assert_eq!(ann.get("friends/requests?direction=outgoing").await.each("id"), id);
    assert!(ann.get("friends/requests?direction=incoming").await.each("id").is_empty());
    assert_eq!(bob.get("friends/requests?direction=incoming").await.each("id"), id);

    let accepted = bob.tap(&format!("friends/requests/{}/accept", request["id"])).await.is(200);
    assert_eq!((&accepted["id"], &accepted["status"]), (&request["id"], &json!("accepted")));
    assert_eq!(ann.get("friends").await.each("id"), [bob.id]);
    assert_eq!(bob.get("friends").await.each("id"), [ann.id]);
    assert!(bob.get("friends/requests").await.each("id").is_empty());
}

#[tokio::test]
async fn two_requests_that_cross_make_friends() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let asked = ask(&ann, &bob).await.is(201);
    let crossed = ask(&bob, &ann).await.is(200);
    assert_eq!((&crossed["id"], &crossed["status"]), (&asked["id"], &json!("accepted")));
    assert_eq!(ann.get("friends").await.each("id"), [bob.id]);
}

#[tokio::test]
async fn a_request_can_be_declined_or_withdrawn_and_made_again() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let first = ask(&ann, &bob).await.is(201)["id"].clone();
    let declined = bob.tap(&format!("friends/requests/{first}/decline")).await.is(200);
    assert_eq!(declined["status"], "declined");

    let second = ask(&ann, &bob).await.is(201)["id"].clone();
    assert_ne!(first, second);
    ann.delete(&format!("friends/requests/{second}")).await.is(204);
    assert!(bob.get("friends/requests").await.each("id").is_empty());
    assert!(ann.get("friends").await.each("id").is_empty());
}

#[tokio::test]
async fn only_the_one_who_is_meant_can_answer_a_request() {
    let api = Api::start().await;
    let (ann, bob, eve) = (api.register("ann").await, api.register("bob").await, api.register("eve").await);
    let id = ask(&ann, &bob).await.is(201)["id"].clone();
    for answer in ["accept", "decline"] {
        eve.tap(&format!("friends/requests/{id}/{answer}")).await.refused(404, "not_found");
        ann.tap(&format!("friends/requests/{id}/{answer}")).await.refused(404, "not_found");
    }
    eve.delete(&format!("friends/requests/{id}")).await.refused(404, "not_found");
    bob.delete(&format!("friends/requests/{id}")).await.refused(404, "not_found");
    bob.tap(&format!("friends/requests/{id}/accept")).await.is(200);
    bob.tap(&format!("friends/requests/{id}/accept")).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_makes_no_sense_between_two_users_is_refused() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    ask(&ann, &ann).await.refused(400, "bad_request");
    ann.post("friends/requests", json!({"user_id": 4_000_000})).await.refused(404, "not_found");
    ann.delete(&format!("friends/{}", bob.id)).await.refused(404, "not_found");
    ask(&ann, &bob).await.is(201);
    ask(&ann, &bob).await.refused(409, "already_requested");
    ask(&bob, &ann).await.is(200);
    ask(&ann, &bob).await.refused(409, "already_friends");
}

#[tokio::test]
async fn a_friendship_ends_for_both() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    befriend(&ann, &bob).await;
    ann.delete(&format!("friends/{}", bob.id)).await.is(204);
    assert!(bob.get("friends").await.each("id").is_empty());
    ann.delete(&format!("friends/{}", bob.id)).await.refused(404, "not_found");
}

#[tokio::test]
async fn friends_come_page_by_page() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let mut ids = Vec::new();
    for name in ["bob", "cleo", "dora"] {
        let friend = api.register(name).await;
        befriend(&ann, &friend).await;
        ids.push(json!(friend.id));
    }
    let first = ann.get("friends?limit=2").await;
    assert_eq!(first.each("id"), ids[..2]);
    let rest = ann.get(&format!("friends?limit=2&after={}", first.body["next"])).await;
    assert_eq!(rest.each("id"), ids[2..]);
    assert!(rest.body["next"].is_null());
}

#[tokio::test]
async fn a_block_ends_a_friendship_and_silences_both_sides() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    befriend(&ann, &bob).await;
    let conversation = ann.direct_with(&bob).await;
    let messages = format!("conversations/{conversation}/messages");

    let blocked = ann.post("blocks", json!({"user_id": bob.id})).await.is(201);
    assert_eq!(blocked["id"], bob.id);
    assert_eq!(ann.get("blocks").await.each("id"), [bob.id]);
    assert!(ann.get("friends").await.each("id").is_empty());
    ann.post(&messages, json!({"body": "hi"})).await.refused(403, "blocked_by_you");
    bob.post(&messages, json!({"body": "hi"})).await.refused(403, "cannot_message");
    ask(&ann, &bob).await.refused(403, "blocked_by_you");

    ann.delete(&format!("blocks/{}", bob.id)).await.is(204);
    assert!(ann.get("blocks").await.each("id").is_empty());
    bob.post(&messages, json!({"body": "hi"})).await.is(201);
}

#[tokio::test]
async fn a_block_can_be_put_and_lifted_as_often_as_one_likes() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    for _ in 0..2 {
        ann.mark(&format!("blocks/{}", bob.id)).await.is(204);
    }
    ann.post("blocks", json!({"user_id": bob.id})).await.is(201);
    for _ in 0..2 {
        ann.delete(&format!("blocks/{}", bob.id)).await.is(204);
    }
    ann.post("blocks", json!({"user_id": ann.id})).await.refused(400, "bad_request");
    ann.mark("blocks/4000000").await.refused(404, "not_found");
}

/// Nothing that the blocked side can ask for tells them that they are blocked.
#[tokio::test]
async fn the_blocked_side_cannot_tell_a_block_from_a_stranger() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    ann.post("blocks", json!({"user_id": bob.id})).await.is(201);

    // Cleo is a stranger to both; whatever Bob sees of Ann, he sees of Cleo.
    for (path, other) in [("users", &ann), ("users", &cleo)] {
        let mut seen = bob.get(&format!("{path}/{}", other.id)).await.is(200);
        for own in ["id", "username", "created_at"] {
            seen.as_object_mut().unwrap().remove(own);
        }
        assert_eq!(seen, json!({"status": "offline", "status_message": null, "last_seen_at": null}));
    }
    for other in [&ann, &cleo] {
        let request = ask(&bob, other).await.is(201);
        assert_eq!(request["status"], "pending");
        ask(&bob, other).await.refused(409, "already_requested");
    }
    assert_eq!(bob.get("friends/requests").await.each("to_user_id"), [ann.id, cleo.id]);
    assert!(ann.get("friends/requests").await.each("id").is_empty(), "Ann is not bothered");
    assert_eq!(ann.get("users/me/changes").await.each("type"), ["block.added"]);
}
