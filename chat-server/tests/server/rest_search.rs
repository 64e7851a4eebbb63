//! Stories of searching messages over REST.

use serde_json::{Value, json};

use crate::rest::Api;

#[tokio::test]
async fn the_best_match_comes_first_and_the_newest_among_equals() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let direct = ann.direct_with(&bob).await;
    for text in ["green tea", "Tea, green!", "greens teapot", "grean tea", "just tea", "coffee", "tea green"] {
        ann.say(direct, text).await;
    }
    let best = ["tea green", "Tea, green!", "green tea", "greens teapot", "grean tea", "just tea"];
    assert_eq!(bob.get("search?q=green+tea").await.each("body"), best);
    let mut shown = Vec::new();
    let mut path = "search?q=green+tea&limit=2".to_owned();
    loop {
        let page = bob.get(&path).await;
        shown.extend(page.each("body"));
        ann.say(direct, "green tea that came later").await;
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("search?q=green+tea&limit=2&after={next}");
    }
    assert_eq!(shown, best, "what is said meanwhile moves nothing");
}

#[tokio::test]
async fn what_is_found_looks_like_every_message_and_stays_unread() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let direct = ann.direct_with(&bob).await;
    let said = ann.say(direct, "今天天气不错").await;
    bob.mark(&format!("messages/{}/reactions/%F0%9F%91%8D", said["id"])).await.is(204);
    let found = bob.get("search?q=%E5%A4%A9%E6%B0%94").await;
    assert_eq!(found.body["items"][0], bob.get(&format!("messages/{}", said["id"])).await.is(200));
    assert_eq!(found.body["items"][0]["reactions"][0]["count"], 1);
    assert_eq!(found.body["next"], Value::Null);
    assert_eq!(bob.get(&format!("conversations/{direct}")).await.is(200)["unread_count"], 1);
    ann.patch(&format!("messages/{}", said["id"]), json!({"body": "snow"})).await.is(200);
    assert!(bob.get("search?q=%E5%A4%A9%E6%B0%94").await.each("id").is_empty());
    ann.delete(&format!("messages/{}", said["id"])).await.is(204);
    assert!(bob.get("search?q=snow").await.each("id").is_empty());
}

#[tokio::test]
async fn filters_name_a_conversation_an_author_and_times() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let eve = api.register("eve").await;
    let (direct, group) = (ann.direct_with(&bob).await, ann.group_with(&[&bob]).await);
    let first = ann.say(direct, "word 1").await;
    bob.say(group, "word 2").await;
    let found = async |filter: &str| bob.get(&format!("search?q=word&{filter}")).await.each("body");
    assert_eq!(found(&format!("conversation_id={direct}")).await, ["word 1"]);
    assert_eq!(found(&format!("author_id={}", bob.id)).await, ["word 2"]);
    let at = first["created_at"].as_str().unwrap();
    assert_eq!(found(&format!("until={}", at.replace('+', "%2B"))).await, [""; 0]);
    assert_eq!(found(&format!("since={at}")).await, ["word 2", "word 1"]);
    assert_eq!(found("since=2020-01-01&until=2021-01-01").await, [""; 0]);
    eve.get(&format!("search?q=word&conversation_id={direct}")).await.refused(404, "not_found");
    assert!(eve.get("search?q=word").await.each("id").is_empty());
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let long = format!("search?q={}", "a".repeat(1_000));
    let words = format!("search?q={}", (0..17).map(|n| format!("w{n}+")).collect::<String>());
    for (path, status, code) in [
        ("search", 400, "bad_request"),
        ("search?q=", 400, "empty_message"),
        ("search?q=%22%22+-+*", 400, "empty_message"),
        ("search?q=a%00b", 400, "invalid_text"),
        ("search?q=%FF", 400, "bad_request"),
        (long.as_str(), 413, "too_long"),
        (words.as_str(), 413, "too_long"),
        ("search?q=a&since=yesterday", 400, "bad_request"),
        ("search?q=a&until=2026-02-30", 400, "bad_request"),
        ("search?q=a&after=x", 400, "bad_request"),
        ("search?q=a&author_id=x", 400, "bad_request"),
        ("search?q=a&author_id=0", 404, "not_found"),
        ("search?q=a&conversation_id=99", 404, "not_found"),
        ("search?q=a&limit=x", 400, "bad_request"),
    ] {
        ann.get(path).await.refused(status, code);
    }
    for strange in ["%27%3B+DROP+TABLE+messages%3B+--", "a%22+OR+%22b", "NEAR(a+b)", "a%3A*+%26+b", "_1", "(((", "a*"] {
        let answer = ann.get(&format!("search?q={strange}")).await;
        assert!(answer.status == 200 || strange == "(((", "{strange}: {}", answer.text);
    }
}
