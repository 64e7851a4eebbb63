//! Stories of users over REST: finding them, looking at them, and what they show of themselves.

use serde_json::json;

use crate::harness::socket::Socket;
use crate::rest::Api;

#[tokio::test]
async fn users_are_found_by_the_beginning_of_their_name_page_by_page() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    for name in ["anna", "Annika", "bob"] {
        api.register(name).await;
    }
    let found = ann.get("users?q=ANN").await;
    assert_eq!(found.each("username"), ["ann", "anna", "Annika"]);

    let first = ann.get("users?q=ann&limit=2").await;
    assert_eq!(first.each("username"), ["ann", "anna"]);
    let rest = ann.get(&format!("users?q=ann&limit=2&after={}", first.body["next"])).await;
    assert_eq!(rest.each("username"), ["Annika"]);
    assert!(rest.body["next"].is_null());
}

#[tokio::test]
async fn what_looks_like_a_query_language_is_only_a_text() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    for text in ["' OR 1=1 --", "%", "_nn", "ann%", "*", "foo & | bar", ":*", "\\", "\"", "𝔞𝔫𝔫𝔞", "{}[]"] {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let found = ann.get(&format!("users?q={encoded}")).await;
        assert_eq!(found.status, 200, "{text}: {}", found.text);
        assert!(found.each("username").is_empty(), "{text}: {}", found.text);
    }
}

#[tokio::test]
async fn a_stranger_sees_a_user_but_not_their_presence() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    ann.put("users/me/presence", json!({"status": "busy", "message": "in a meeting"})).await.is(200);
    let seen = bob.get(&format!("users/{}", ann.id)).await.is(200);
    assert_eq!(seen["username"], "ann");
    assert_eq!((&seen["status"], &seen["status_message"]), (&json!("offline"), &json!(null)));
    assert!(seen["last_seen_at"].is_null());
}

#[tokio::test]
async fn what_one_shows_can_be_set_and_taken_back() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let set = ann.put("users/me/presence", json!({"status": "away", "message": "  lunch "})).await.is(200);
    assert_eq!((&set["user_id"], &set["message"]), (&json!(ann.id), &json!("lunch")));
    assert_eq!(ann.get("users/me/presence").await.is(200), set);
    for nothing in [
        json!({"status": "online"}),
        json!({"status": "online", "message": null}),
        json!({"status": "online", "message": " "}),
    ] {
        ann.put("users/me/presence", json!({"status": "online", "message": "x"})).await.is(200);
        assert!(ann.put("users/me/presence", nothing).await.is(200)["message"].is_null());
    }
    ann.put("users/me/presence", json!({"status": "asleep"})).await.refused(400, "bad_request");
}

#[tokio::test]
async fn what_one_says_of_oneself_is_seen_by_all_and_told_to_those_who_know_one() {
    let api = Api::start().await;
    let (ann, bob, eve) = (api.register("ann").await, api.register("bob").await, api.register("eve").await);
    ann.direct_with(&bob).await;
    let mut sockets = Vec::new();
    for person in [&ann, &bob] {
        let mut socket = Socket::open(api.address(), &format!("/ws?token={}", person.token)).await;
        socket.expect("session.ready").await;
        sockets.push(socket);
    }
    let said = json!({"display_name": " Ann Lee ", "bio": "Tea.\nMore tea.", "avatar_url": "/ann.png"});
    let me = ann.patch("users/me", said).await.is(200);
    assert_eq!(
        (&me["display_name"], &me["bio"], &me["avatar_url"]),
        (&json!("Ann Lee"), &json!("Tea.\nMore tea."), &json!("/ann.png"))
    );
    assert_eq!(ann.get("users/me").await.is(200), me);
    assert_eq!(eve.get(&format!("users/{}", ann.id)).await.is(200)["display_name"], "Ann Lee");
    assert_eq!(eve.get("users?q=ANN%20L").await.each("id"), [ann.id]);
    let told =
        json!({"user_id": ann.id, "display_name": "Ann Lee", "bio": "Tea.\nMore tea.", "avatar_url": "/ann.png"});
    for socket in &mut sockets {
        assert_eq!(socket.expect("user.updated").await["data"], told);
    }

    let bare = ann.patch("users/me", json!({"display_name": null, "avatar_url": null})).await.is(200);
    assert_eq!((bare.get("display_name"), bare.get("avatar_url")), (None, None));
    assert_eq!(bare["bio"], "Tea.\nMore tea.", "what is not named stays");
    assert_eq!(ann.patch("users/me", json!({})).await.is(200), bare);
}

#[tokio::test]
async fn what_one_says_of_oneself_has_its_rules() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let rows = [
        (json!({"display_name": "a\nb"}), 400, "invalid_text"),
        (json!({"display_name": "exe\u{202E}gpj"}), 400, "invalid_text"),
        (json!({"display_name": " \u{200B}"}), 400, "empty_message"),
        (json!({"display_name": "a".repeat(101)}), 413, "too_long"),
        (json!({"bio": "a\u{7}"}), 400, "invalid_text"),
        (json!({"bio": "a".repeat(501)}), 413, "too_long"),
        (json!({"avatar_url": "javascript:alert(1)"}), 400, "invalid_text"),
        (json!({"display_name": 5}), 400, "bad_request"),
        (json!({"display_name": "Fine", "bio": "a\0b"}), 400, "invalid_text"),
    ];
    for (update, status, code) in rows {
        ann.patch("users/me", update).await.refused(status, code);
    }
    assert_eq!(ann.get("users/me").await.is(200).get("display_name"), None, "nothing of a refused change is done");
}

#[tokio::test]
async fn nobody_is_online_who_has_no_socket() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    ann.put("users/me/presence", json!({"status": "online"})).await.is(200);
    let online = ann.get("users/online").await.is(200);
    assert_eq!(online, json!({"items": [], "next": null}));
}

#[tokio::test]
async fn those_who_know_somebody_see_that_they_are_online() {
    let api = Api::start().await;
    let (ann, bob, eve) = (api.register("ann").await, api.register("bob").await, api.register("eve").await);
    ann.direct_with(&bob).await;
    ann.put("users/me/presence", json!({"status": "busy", "message": "lunch"})).await.is(200);
    let mut socket = Socket::open(api.address(), &format!("/ws?token={}", ann.token)).await;
    socket.expect("session.ready").await;

    let presence = json!({"user_id": ann.id, "status": "busy", "message": "lunch", "last_seen_at": null});
    assert_eq!(bob.get("users/online").await.is(200)["items"], json!([presence]));
    assert_eq!(ann.get("users/me/presence").await.is(200), presence);
    assert_eq!(bob.get(&format!("users/{}", ann.id)).await.is(200)["status"], "busy");
    assert_eq!(eve.get("users/online").await.is(200)["items"], json!([]));
    assert_eq!(eve.get(&format!("users/{}", ann.id)).await.is(200)["status"], "offline");
}

#[tokio::test]
async fn ones_own_log_says_what_happened_to_oneself() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    bob.post("friends/requests", json!({"user_id": ann.id})).await.is(201);
    let conversation = bob.direct_with(&ann).await;

    let log = ann.get("users/me/changes").await;
    assert_eq!(log.each("type"), ["friend.request", "conversation.added"]);
    assert_eq!((&log.body["head"], &log.body["next"]), (&json!(2), &json!(null)));
    assert_eq!(log.body["items"][1]["data"]["conversation_id"], conversation);

    let first = ann.get("users/me/changes?limit=1").await;
    assert_eq!((first.each("type").len(), &first.body["next"]), (1, &json!(1)));
    assert_eq!(ann.get("users/me/changes?after=1").await.each("type"), ["conversation.added"]);
    assert!(ann.get("users/me/changes?after=2").await.each("type").is_empty());
}
