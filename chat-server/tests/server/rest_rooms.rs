//! Stories of rooms over REST: making, finding, entering and leaving them.

use serde_json::{Value, json};

use crate::rest::Api;

#[tokio::test]
async fn a_room_is_made_found_entered_and_left() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let new = json!({"kind": "room", "name": "Green tea", "slug": "green-tea", "visibility": "public",
        "description": "Leaves only", "avatar_url": "/tea.png"});
    let made = ann.post("conversations", new.clone()).await.is(201);
    assert_eq!(
        (&made["kind"], &made["role"], &made["history_visibility"]),
        (&json!("room"), &json!("owner"), &json!("shared"))
    );
    for field in ["name", "slug", "visibility", "description", "avatar_url"] {
        assert_eq!(made[field], new[field], "{field}");
    }
    let id = made["id"].as_i64().unwrap();
    let path = format!("conversations/{id}");
    ann.say(id, "welcome").await;

    bob.get(&path).await.refused(404, "not_found");
    let list = bob.get("rooms?q=GREEN").await.is(200);
    assert_eq!((&list["items"][0]["id"], &list["next"]), (&json!(id), &Value::Null));
    let card = bob.get("rooms/green-tea").await.is(200);
    assert_eq!((&card["name"], &card["member_count"], card.get("head")), (&json!("Green tea"), &json!(1), None));
    let inside = bob.tap(&format!("{path}/join")).await.is(200);
    assert_eq!((&inside["role"], &inside["member_count"]), (&json!("member"), &json!(2)));
    bob.tap(&format!("{path}/join")).await.is(200);
    assert_eq!(bob.get(&format!("{path}/changes")).await.each("type"), ["message.new", "member.joined"]);
    bob.tap(&format!("{path}/leave")).await.is(204);
    bob.get(&path).await.refused(404, "not_found");
    ann.tap(&format!("{path}/leave")).await.is(204);
}

#[tokio::test]
async fn a_room_moves_and_hides() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    for slug in ["tea", "coffee"] {
        let new = json!({"kind": "room", "name": "Room", "slug": slug, "visibility": "public"});
        ann.post("conversations", new.clone()).await.is(201);
        bob.post("conversations", new).await.refused(409, "slug_taken");
    }
    let id = &ann.get("rooms/tea").await.is(200)["id"];
    let path = format!("conversations/{id}");
    ann.patch(&path, json!({"slug": "coffee"})).await.refused(409, "slug_taken");
    ann.patch(&path, json!({"slug": "Coffee"})).await.refused(400, "invalid_slug");
    ann.patch(&path, json!({"visibility": "secret"})).await.refused(400, "bad_request");
    let now = ann.patch(&path, json!({"slug": "green-tea", "visibility": "private"})).await.is(200);
    assert_eq!((&now["slug"], &now["visibility"]), (&json!("green-tea"), &json!("private")));
    let log = ann.get(&format!("{path}/changes")).await.is(200);
    assert_eq!(
        (&log["items"][0]["data"]["slug"], &log["items"][0]["data"]["visibility"]),
        (&now["slug"], &now["visibility"])
    );
    assert_eq!(bob.get("rooms").await.each("slug"), ["coffee"]);
    for slug in ["tea", "green-tea", "Tea", "x", "%00"] {
        bob.get(&format!("rooms/{slug}")).await.refused(404, "not_found");
    }
    bob.tap(&format!("{path}/join")).await.refused(404, "not_found");
    assert_eq!(ann.get("rooms/green-tea").await.is(200)["visibility"], "private");
}

#[tokio::test]
async fn rooms_come_in_pages() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    for slug in ["bbb", "aaa", "ccc"] {
        let new = json!({"kind": "room", "name": "Room", "slug": slug, "visibility": "public"});
        ann.post("conversations", new).await.is(201);
    }
    let first = ann.get("rooms?limit=2").await;
    assert_eq!(first.each("slug"), ["aaa", "bbb"]);
    let next = first.body["next"].as_str().unwrap();
    let rest = ann.get(&format!("rooms?limit=2&after={next}")).await;
    assert_eq!((rest.each("slug"), &rest.body["next"]), (vec![json!("ccc")], &Value::Null));
    ann.get("rooms?after=A").await.refused(400, "bad_request");
    for bad in [
        json!({"kind": "room", "name": "Room", "slug": "ab", "visibility": "public"}),
        json!({"kind": "room", "name": "Room", "slug": "a b c", "visibility": "public"}),
    ] {
        ann.post("conversations", bad).await.refused(400, "invalid_slug");
    }
    let odd = json!({"kind": "room", "name": "Room", "slug": "abc", "visibility": "open"});
    ann.post("conversations", odd).await.refused(400, "bad_request");
    ann.post("conversations", json!({"kind": "room", "name": "Room", "slug": "abc"})).await.refused(400, "bad_request");
}

#[tokio::test]
async fn in_slow_mode_a_member_is_told_how_long_to_wait() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let id = ann.group_with(&[&bob]).await;
    let path = format!("conversations/{id}");
    assert_eq!(bob.get(&path).await.is(200)["slow_mode"], 0);
    bob.patch(&path, json!({"slow_mode": 30})).await.refused(403, "forbidden");
    assert_eq!(ann.patch(&path, json!({"slow_mode": 21_600})).await.is(200)["slow_mode"], 21_600);
    for bad in [json!(-1), json!(21_601), json!("30")] {
        ann.patch(&path, json!({"slow_mode": bad})).await.refused(400, "bad_request");
    }
    bob.say(id, "one").await;
    let refused = bob.post(&format!("{path}/messages"), json!({"body": "two"})).await;
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((21_500..=21_600).contains(&seconds), "{seconds}");
    refused.refused(429, "slow_mode");
    let log = ann.get(&format!("{path}/changes")).await.is(200);
    assert_eq!(log["items"][0]["data"]["slow_mode"], 21_600);
}
