//! Stories of invites over REST.

use serde_json::{Value, json};

use crate::rest::Api;

#[tokio::test]
async fn an_invite_is_made_shown_used_and_taken_back() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let id = ann.group_with(&[]).await;
    let path = format!("conversations/{id}/invites");
    let made = ann.post(&path, json!({"expires_in": 3600, "max_uses": 2})).await.is(201);
    assert_eq!((&made["conversation_id"], &made["created_by"]), (&json!(id), &json!(ann.id)));
    assert_eq!((&made["max_uses"], &made["uses"]), (&json!(2), &json!(0)));
    let code = made["code"].as_str().unwrap();
    let secret: std::collections::BTreeSet<_> = code.chars().collect();
    assert!(code.len() == 32 && secret.len() > 8, "{code}");

    let preview = bob.get(&format!("invites/{code}")).await.is(200);
    assert_eq!((&preview["kind"], &preview["member_count"]), (&json!("group"), &json!(1)));
    assert_eq!((preview.get("uses"), preview.get("created_by")), (None, None));
    let inside = bob.tap(&format!("invites/{code}/join")).await.is(201);
    assert_eq!((&inside["id"], &inside["role"]), (&json!(id), &json!("member")));
    bob.tap(&format!("invites/{code}/join")).await.is(200);
    assert_eq!(ann.get(&path).await.is(200)["items"][0]["uses"], 1, "once for one who comes twice");

    bob.delete(&format!("{path}/{code}")).await.refused(403, "forbidden");
    for _ in 0..2 {
        ann.delete(&format!("{path}/{code}")).await.is(204);
    }
    assert_eq!(ann.get(&path).await.is(200), json!({"items": [], "next": null}));
    cleo.get(&format!("invites/{code}")).await.refused(404, "not_found");
    cleo.tap(&format!("invites/{code}/join")).await.refused(404, "not_found");
}

#[tokio::test]
async fn invites_come_in_pages_and_bad_ones_are_refused() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let id = ann.group_with(&[]).await;
    let path = format!("conversations/{id}/invites");
    for _ in 0..3 {
        let made = ann.post(&path, json!({})).await.is(201);
        assert_eq!((&made["expires_at"], &made["max_uses"]), (&Value::Null, &Value::Null));
    }
    let first = ann.get(&format!("{path}?limit=2")).await;
    let next = first.body["next"].as_str().unwrap();
    let rest = ann.get(&format!("{path}?limit=2&after={next}")).await;
    let codes: std::collections::BTreeSet<_> =
        first.each("code").into_iter().chain(rest.each("code")).map(|code| code.to_string()).collect();
    assert_eq!((codes.len(), &rest.body["next"]), (3, &Value::Null));
    ann.get(&format!("{path}?after=x")).await.refused(400, "bad_request");
    for bad in [json!({"expires_in": 0}), json!({"max_uses": 0}), json!({"max_uses": -1}), json!({"expires_in": 1e9})] {
        ann.post(&path, bad).await.refused(400, "bad_request");
    }
    for code in ["x", "%00", &"a".repeat(33)] {
        ann.get(&format!("invites/{code}")).await.refused(404, "not_found");
        ann.delete(&format!("{path}/{code}")).await.refused(404, "not_found");
    }
}
