//! Stories of reports over REST.

use chat_core::moderation::ServerRole;
use serde_json::json;

use crate::harness::socket::Socket;
use crate::rest_moderation::Town;

#[tokio::test]
async fn a_report_is_filed_once_and_shows_its_reporter_no_more_than_they_said() {
    let town = Town::start().await;
    let (ann, bob) = (town.api.register("ann").await, town.api.register("bob").await);
    let conversation = ann.direct_with(&bob).await;
    let said = bob.say(conversation, "an insult").await;
    let report = json!({"message_id": said["id"], "reason": "harassment", "comment": "again"});
    let filed = ann.post("reports", report.clone()).await.is(201);
    assert_eq!(
        (&filed["message_id"], &filed["user_id"], &filed["reason"], &filed["comment"]),
        (&said["id"], &json!(bob.id), &json!("harassment"), &json!("again"))
    );
    assert_eq!(filed.get("body"), None);
    assert_eq!(ann.post("reports", report).await.is(200), filed);
    ann.get("moderation/reports").await.refused(403, "forbidden");
    let path = format!("moderation/reports/{}/resolve", filed["id"]);
    ann.post(&path, json!({"action": "dismiss"})).await.refused(403, "forbidden");
}

#[tokio::test]
async fn what_can_be_reported_is_one_thing_that_is_there_and_somebody_elses() {
    let town = Town::start().await;
    let (ann, bob) = (town.api.register("ann").await, town.api.register("bob").await);
    let conversation = ann.direct_with(&bob).await;
    let (own, said) = (ann.say(conversation, "mine").await, bob.say(conversation, "words").await);
    let eve = town.api.register("eve").await;
    let of = |id: &serde_json::Value| json!({"message_id": id, "reason": "spam"});
    ann.post("reports", of(&own["id"])).await.refused(403, "forbidden");
    eve.post("reports", of(&said["id"])).await.refused(404, "not_found");
    ann.post("reports", of(&json!(0))).await.refused(404, "not_found");
    bob.delete(&format!("messages/{}", said["id"])).await.is(204);
    ann.post("reports", of(&said["id"])).await.refused(409, "message_deleted");
    for bad in [
        json!({"reason": "spam"}),
        json!({"reason": "spam", "message_id": said["id"], "user_id": bob.id}),
        json!({"reason": "boring", "user_id": bob.id}),
        json!({"user_id": bob.id}),
    ] {
        ann.post("reports", bad).await.refused(400, "bad_request");
    }
    ann.post("reports", json!({"user_id": bob.id, "reason": "spam", "comment": "x".repeat(501)}))
        .await
        .refused(413, "too_long");
    ann.post("reports", json!({"user_id": bob.id, "reason": "spam"})).await.is(201);
}

#[tokio::test]
async fn a_moderator_sees_the_evidence_and_deletes_what_was_said() {
    let town = Town::start().await;
    let (ann, bob) = (town.api.register("ann").await, town.api.register("bob").await);
    let kim = town.keeper("kim", ServerRole::Moderator).await;
    let conversation = ann.direct_with(&bob).await;
    let said = bob.say(conversation, "an insult").await;
    let filed = ann.post("reports", json!({"message_id": said["id"], "reason": "hate"})).await.is(201);
    bob.patch(&format!("messages/{}", said["id"]), json!({"body": "nothing at all"})).await.is(200);
    let open = kim.get("moderation/reports").await;
    assert_eq!(open.each("body"), [json!("an insult")]);
    assert_eq!(open.each("username"), [json!("bob")]);

    let mut socket = Socket::open(town.api.address(), &format!("/ws?token={}", ann.token)).await;
    socket.expect("session.ready").await;
    let path = format!("moderation/reports/{}/resolve", filed["id"]);
    let done = kim.post(&path, json!({"action": "delete_message", "note": "seen"})).await.is(200);
    assert_eq!((&done["status"], &done["action"]), (&json!("resolved"), &json!("delete_message")));
    assert_eq!((&done["note"], &done["resolved_by"]), (&json!("seen"), &json!(kim.id)));
    let deleted = socket.expect("message.deleted").await;
    assert_eq!((&deleted["data"]["id"], &deleted["data"]["by_user_id"]), (&said["id"], &json!(kim.id)));

    kim.post(&path, json!({"action": "dismiss"})).await.refused(409, "conflict");
    kim.post("moderation/reports/4000000/resolve", json!({"action": "dismiss"})).await.refused(404, "not_found");
    assert_eq!(kim.get("moderation/reports?status=open").await.each("id"), [] as [serde_json::Value; 0]);
    assert_eq!(kim.get("moderation/reports?status=resolved").await.each("id"), [filed["id"].clone()]);
    let audit = kim.get(&format!("moderation/audit?actor_id={}", kim.id)).await;
    assert_eq!(audit.each("kind"), ["report_resolved", "message_deleted"]);
    assert_eq!(audit.each("report_id")[0], filed["id"]);
}

#[tokio::test]
async fn a_moderator_shuts_out_who_was_reported() {
    let town = Town::start().await;
    let (ann, bob) = (town.api.register("ann").await, town.api.register("bob").await);
    let kim = town.keeper("kim", ServerRole::Moderator).await;
    let filed = ann.post("reports", json!({"user_id": bob.id, "reason": "spam"})).await.is(201);
    let path = format!("moderation/reports/{}/resolve", filed["id"]);
    for bad in [
        json!({"action": "suspend_user"}),
        json!({"action": "suspend_user", "until": "2001-01-01"}),
        json!({"action": "ban_user", "until": "2999-01-01"}),
        json!({"action": "delete_message"}),
        json!({"action": "applaud"}),
        json!({}),
    ] {
        kim.post(&path, bad).await.refused(400, "bad_request");
    }
    kim.post(&path, json!({"action": "suspend_user", "until": "2999-01-01"})).await.is(200);
    bob.get("users/me").await.refused(403, "account_suspended");
    kim.get("moderation/reports?status=maybe").await.refused(400, "bad_request");
}
