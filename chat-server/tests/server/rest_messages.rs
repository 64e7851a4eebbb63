//! Stories of messages over REST: sending, reading back, what changed, what was read.

use serde_json::{Value, json};

use crate::harness::socket::Socket;
use crate::rest::{Api, Person};

/// A conversation of two, and its path.
async fn talk(ann: &Person<'_>, bob: &Person<'_>) -> (i64, String) {
    let id = ann.direct_with(bob).await;
    (id, format!("conversations/{id}"))
}

#[tokio::test]
async fn a_message_is_stored_as_it_was_sent() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let (id, path) = talk(&ann, &bob).await;
    let text = "  two\nlines, \u{1F469}\u{200D}\u{1F680} and \u{202E}reversed ";
    let sent = ann.post(&format!("{path}/messages"), json!({"body": text, "client_id": "c-1"})).await.is(201);
    assert_eq!((&sent["body"], &sent["client_id"], &sent["sender_id"]), (&json!(text), &json!("c-1"), &json!(ann.id)));
    assert_eq!((&sent["conversation_id"], &sent["seq"]), (&json!(id), &json!(1)));
    assert_eq!((&sent["delivered_at"], &sent["read_at"]), (&Value::Null, &Value::Null));
    let at = sent["created_at"].as_str().unwrap();
    assert!(at.len() == 32 && at.ends_with("+00:00") && at.as_bytes()[19] == b'.', "{at}");

    assert_eq!(bob.get(&format!("messages/{}", sent["id"])).await.is(200), sent);
}

#[tokio::test]
async fn a_repeat_of_a_client_id_stores_nothing_and_gives_the_first_message() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let (_, path) = talk(&ann, &bob).await;
    let messages = format!("{path}/messages");
    let send = |body: &str| ann.post(&messages, json!({"body": body, "client_id": "same"}));
    let first = send("hello").await.is(201);
    assert_eq!(send("hello").await.is(200), first);
    send("something else").await.refused(409, "client_id_reused");
    assert_eq!(ann.get(&messages).await.each("body"), ["hello"]);
    // The key is the sender's own: somebody else may use the same one.
    bob.post(&messages, json!({"body": "hello", "client_id": "same"})).await.is(201);
}

#[tokio::test]
async fn behind_a_block_nobody_sees_what_the_other_reads() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let (id, path) = talk(&ann, &bob).await;
    let said = ann.say(id, "before").await;
    bob.mark(&format!("blocks/{}", ann.id)).await.is(204);
    bob.post(&format!("{path}/read"), json!({"seq": 1})).await.is(200);

    let message = format!("messages/{}", said["id"]);
    let page = format!("{path}/messages");
    assert_eq!(ann.get(&message).await.is(200), said);
    assert_eq!(ann.get(&page).await.each("read_at"), [Value::Null]);
    assert_eq!(ann.get(&format!("{path}/changes?after=0")).await.body["items"][0]["data"]["read_at"], Value::Null);
    let conversation = ann.get(&path).await.is(200);
    assert_eq!((&conversation["peer_delivered_seq"], &conversation["peer_read_seq"]), (&json!(0), &json!(0)));
    assert_eq!(conversation["last_message"]["read_at"], Value::Null);
    assert_eq!(ann.get(&format!("{path}/members")).await.each("read_seq"), [0, 0]);
    // Bob sees what is their own, and when the block ends Ann sees it too.
    assert!(bob.get(&message).await.is(200)["read_at"].is_string());
    assert_eq!(bob.get(&format!("{path}/members")).await.each("read_seq"), [0, 1]);
    bob.delete(&format!("blocks/{}", ann.id)).await.is(204);
    assert!(ann.get(&message).await.is(200)["read_at"].is_string());
    assert_eq!(ann.get(&path).await.is(200)["peer_read_seq"], 1);
}

#[tokio::test]
async fn a_reply_names_a_message_of_the_same_conversation() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let (id, path) = talk(&ann, &bob).await;
    let question = ann.say(id, "tea?").await;
    let answer =
        bob.post(&format!("{path}/messages"), json!({"body": "yes", "reply_to": question["id"]})).await.is(201);
    assert_eq!(answer["reply_to"], question["id"]);

    let elsewhere = ann.say(ann.direct_with(&cleo).await, "coffee?").await;
    for (reply_to, who) in
        [(&elsewhere["id"], &ann), (&elsewhere["id"], &bob), (&json!(4_000_000), &bob), (&json!(-1), &bob)]
    {
        let reply = who.post(&format!("{path}/messages"), json!({"body": "yes", "reply_to": reply_to})).await;
        reply.refused(404, "not_found");
    }
}

#[tokio::test]
async fn history_is_read_back_and_on_without_a_gap_or_a_repeat() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let (id, path) = talk(&ann, &bob).await;
    for n in 1..=5 {
        ann.say(id, &format!("{n}")).await;
    }
    let newest = bob.get(&format!("{path}/messages?limit=2")).await;
    assert_eq!(newest.each("body"), ["5", "4"]);
    let older = bob.get(&format!("{path}/messages?limit=2&before={}", newest.body["next"])).await;
    assert_eq!(older.each("body"), ["3", "2"]);
    let oldest = bob.get(&format!("{path}/messages?limit=2&before={}", older.body["next"])).await;
    assert_eq!((oldest.each("body"), &oldest.body["next"]), (vec![json!("1")], &Value::Null));

    let first = bob.get(&format!("{path}/messages?limit=3&after=0")).await;
    assert_eq!(first.each("body"), ["1", "2", "3"]);
    let last = bob.get(&format!("{path}/messages?limit=3&after={}", first.body["next"])).await;
    assert_eq!((last.each("body"), &last.body["next"]), (vec![json!("4"), json!("5")], &Value::Null));
    assert!(bob.get(&format!("{path}/messages?before=1")).await.each("body").is_empty());
}

#[tokio::test]
async fn a_change_is_the_very_object_that_the_send_answered() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let members = json!({"kind": "group", "name": "Tea", "member_ids": [bob.id, cleo.id]});
    let id = ann.post("conversations", members).await.is(201)["id"].as_i64().unwrap();
    let said = ann.say(id, "hello").await;
    cleo.tap(&format!("conversations/{id}/leave")).await.is(204);

    let changes = bob.get(&format!("conversations/{id}/changes")).await;
    let items = changes.body["items"].as_array().unwrap();
    let (new, left) = (items.len() - 2, items.len() - 1);
    assert_eq!(items[new], json!({"type": "message.new", "data": said}));
    assert_eq!((&items[left]["type"], &items[left]["data"]["user_id"]), (&json!("member.left"), &json!(cleo.id)));
    let seqs: Vec<_> = items.iter().map(|item| item["data"]["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=i64::try_from(items.len()).unwrap()).collect::<Vec<_>>(), "dense from 1");
    assert_eq!((changes.body["head"].as_i64(), &changes.body["next"]), (seqs.last().copied(), &Value::Null));

    let part = bob.get(&format!("conversations/{id}/changes?limit=1")).await;
    assert_eq!((&part.body["items"][0], &part.body["next"]), (&items[0], &json!(1)));
    let rest = bob.get(&format!("conversations/{id}/changes?after=1")).await;
    assert_eq!(rest.body["items"].as_array().unwrap()[..], items[1..]);
}

#[tokio::test]
async fn a_change_is_the_very_event_that_a_socket_gets() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let (id, path) = talk(&ann, &bob).await;
    let mut socket = Socket::open(api.address(), &format!("/ws?token={}", bob.token)).await;
    socket.expect("session.ready").await;
    ann.post(&format!("{path}/messages"), json!({"body": "hello", "client_id": "c"})).await.is(201);
    let event = socket.expect("message.new").await;

    // What is delivered by now is a state of the message, which the event could not know yet.
    let mut change = bob.get(&format!("{path}/changes?after=0")).await.body["items"][0].clone();
    change["data"]["delivered_at"] = Value::Null;
    assert_eq!(change, event);
    assert_eq!(event["data"]["conversation_id"], id);
}

#[tokio::test]
async fn reading_moves_ones_mark_and_never_back() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let (id, path) = talk(&ann, &bob).await;
    let first = ann.say(id, "one").await;
    ann.say(id, "two").await;
    assert_eq!(bob.get(&path).await.is(200)["unread_count"], 2);

    let marks = bob.post(&format!("{path}/read"), json!({"message_id": first["id"]})).await.is(200);
    assert_eq!(marks, json!({"conversation_id": id, "delivered_seq": 1, "read_seq": 1}));
    assert_eq!(bob.get(&path).await.is(200)["unread_count"], 1);
    assert!(ann.get(&format!("messages/{}", first["id"])).await.is(200)["read_at"].is_string());

    assert_eq!(bob.post(&format!("{path}/read"), json!({"seq": 2})).await.is(200)["read_seq"], 2);
    assert_eq!(bob.post(&format!("{path}/read"), json!({"seq": 1})).await.is(200)["read_seq"], 2, "never back");
    let seen = ann.get(&path).await.is(200);
    assert_eq!((&seen["peer_delivered_seq"], &seen["peer_read_seq"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn one_says_what_was_read_in_one_way_and_of_this_conversation() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let (id, path) = talk(&ann, &bob).await;
    let here = ann.say(id, "here").await;
    let elsewhere = ann.say(ann.direct_with(&cleo).await, "elsewhere").await;
    let path = format!("{path}/read");
    let read = |body: Value| ann.post(&path, body);
    for neither in
        [json!({}), json!({"seq": 1, "message_id": here["id"]}), json!({"seq": -1}), json!({"seq": 1_u64 << 53})]
    {
        read(neither).await.refused(400, "bad_request");
    }
    read(json!({"message_id": elsewhere["id"]})).await.refused(404, "not_found");
    bob.post(&path, json!({"message_id": elsewhere["id"]})).await.refused(404, "not_found");
}

/// Whatever a stranger asks of a conversation, it is not there: no answer tells it from an id that nobody has.
#[tokio::test]
async fn a_stranger_is_told_that_there_is_nothing() {
    let api = Api::start().await;
    let (ann, bob, eve) = (api.register("ann").await, api.register("bob").await, api.register("eve").await);
    let (id, _) = talk(&ann, &bob).await;
    let message = ann.say(id, "hello").await["id"].as_i64().unwrap();
    for (conversation, message) in [(id, message), (4_000_000, 4_000_000)] {
        let path = format!("conversations/{conversation}");
        for part in ["", "/members", "/messages", "/messages?after=0", "/changes"] {
            eve.get(&format!("{path}{part}")).await.refused(404, "not_found");
        }
        eve.get(&format!("messages/{message}")).await.refused(404, "not_found");
        eve.tap(&format!("{path}/leave")).await.refused(404, "not_found");
        for (part, body) in [
            ("messages", json!({"body": "hi"})),
            ("messages", json!({"body": "hi", "reply_to": message})),
            ("read", json!({"seq": 1})),
            ("read", json!({"message_id": message})),
            ("typing", json!({"is_typing": true})),
        ] {
            eve.post(&format!("{path}/{part}"), body).await.refused(404, "not_found");
        }
    }
}

#[tokio::test]
async fn one_jumps_to_a_place_or_a_time_and_goes_on_from_there_both_ways() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let id = ann.direct_with(&bob).await;
    let mut said = Vec::new();
    for n in 1..=9 {
        said.push(ann.say(id, &format!("number {n}")).await);
    }
    let path = format!("conversations/{id}/messages");
    let page = bob.get(&format!("{path}?around=5&limit=4")).await;
    assert_eq!(page.each("seq"), [3, 4, 5, 6].map(Value::from));
    let (older, newer) = (page.body["previous"].as_i64().unwrap(), page.body["next"].as_i64().unwrap());
    assert_eq!(bob.get(&format!("{path}?before={older}")).await.each("seq"), [2, 1].map(Value::from));
    assert_eq!(bob.get(&format!("{path}?after={newer}")).await.each("seq"), [7, 8, 9].map(Value::from));

    let at = said[6]["created_at"].as_str().unwrap().replace('+', "%2B");
    let page = bob.get(&format!("{path}?at={at}&limit=2")).await;
    assert_eq!(page.each("seq"), [6, 7].map(Value::from), "the seventh begins the newer half");
    let page = bob.get(&format!("{path}?at=2000-01-01")).await;
    assert_eq!((page.each("seq").len(), &page.body["previous"], &page.body["next"]), (9, &Value::Null, &Value::Null));
    assert_eq!(bob.get(&path).await.body.get("previous"), None);

    for bad in ["around=5&at=2000-01-01", "before=5&around=5", "after=1&at=2000-01-01", "at=yesterday", "around=-1"] {
        bob.get(&format!("{path}?{bad}")).await.refused(400, "bad_request");
    }
    let eve = api.register("eve").await;
    eve.get(&format!("{path}?around=5")).await.refused(404, "not_found");
}
