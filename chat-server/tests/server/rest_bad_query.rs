//! The catalogue of bad input: ids in paths, cursors and other parameters.

use serde_json::json;

use crate::rest::Api;

#[tokio::test]
async fn what_is_no_id_names_nothing() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let ids = [
        "0",
        "-1",
        "+1",
        "01",
        "1.0",
        "1e0",
        "x",
        "%20",
        "1%20",
        "%31x",
        "9007199254740992",
        "9223372036854775808",
        "99999999999999999999999",
        "%00",
        "%FF",
        "..%2F1",
        "me2",
        "null",
        "undefined",
        "1;2",
        "1,2",
    ];
    for id in ids {
        for path in [
            format!("users/{id}"),
            format!("conversations/{id}"),
            format!("conversations/{id}/members"),
            format!("conversations/{id}/messages"),
            format!("conversations/{id}/changes"),
            format!("messages/{id}"),
        ] {
            let answer = ann.get(&path).await;
            assert_eq!(
                (answer.status, answer.body["code"].as_str()),
                (404, Some("not_found")),
                "{path}: {}",
                answer.text
            );
        }
        for path in [format!("friends/{id}"), format!("blocks/{id}"), format!("friends/requests/{id}")] {
            let answer = ann.delete(&path).await;
            assert_eq!(
                (answer.status, answer.body["code"].as_str()),
                (404, Some("not_found")),
                "{path}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn a_cursor_is_one_that_an_answer_gave() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let path = format!("conversations/{}", ann.direct_with(&bob).await);
    let integers =
        ["-1", "x", "", "1.5", "1e3", "0x1", "9007199254740992", "9223372036854775808", "null", "1%00", "%FF", "-0.5"];
    for (list, parameter) in [
        ("users?q=a".to_owned(), "after"),
        ("users/me/changes?".to_owned(), "after"),
        ("friends?".to_owned(), "after"),
        ("friends/requests?".to_owned(), "after"),
        ("blocks?".to_owned(), "after"),
        (format!("{path}/members?"), "after"),
        (format!("{path}/messages?"), "after"),
        (format!("{path}/messages?"), "before"),
        (format!("{path}/changes?"), "after"),
    ] {
        for cursor in integers {
            let answer = ann.get(&format!("{list}&{parameter}={cursor}")).await;
            assert_eq!((answer.status, answer.body["code"].as_str()), (400, Some("bad_request")), "{list} {cursor}");
        }
    }
    for cursor in ["", "0", "1", "x", "MQ", "MS4w", "LTEuLTE", "%00", "%FF", "MS43=", "../..", &"A".repeat(5_000)] {
        let answer = ann.get(&format!("conversations?after={cursor}")).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (400, Some("bad_request")), "{cursor}");
    }
}

#[tokio::test]
async fn a_limit_is_clamped_and_what_is_no_number_is_refused() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let id = ann.direct_with(&bob).await;
    for n in 0..3 {
        ann.say(id, &format!("{n}")).await;
    }
    let messages = |limit: &str| format!("conversations/{id}/messages?limit={limit}");
    for (limit, shown) in [("0", 1), ("-5", 1), ("2", 2), ("100", 3), ("101", 3), ("1000000000", 3)] {
        assert_eq!(ann.get(&messages(limit)).await.each("id").len(), shown, "{limit}");
    }
    for limit in ["", "x", "1.5", "1e2", "NaN", "9223372036854775808", "%31%00"] {
        ann.get(&messages(limit)).await.refused(400, "bad_request");
    }
}

#[tokio::test]
async fn unknown_parameters_are_passed_over_and_doubled_ones_refused() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let path = format!("conversations/{}/messages", ann.direct_with(&bob).await);
    ann.get(&format!("{path}?color=blue&limit=1&offset=-7&sort=%27%3B--")).await.is(200);
    ann.get(&format!("{path}?limit=1&limit=2")).await.refused(400, "bad_request");
    ann.get(&format!("{path}?before=5&after=1")).await.refused(400, "bad_request");
    ann.get("friends/requests?direction=sideways").await.refused(400, "bad_request");
    ann.get("friends/requests?direction=").await.refused(400, "bad_request");
}

#[tokio::test]
async fn a_cursor_of_somebody_else_opens_nothing() {
    let api = Api::start().await;
    let (ann, bob, eve) = (api.register("ann").await, api.register("bob").await, api.register("eve").await);
    let mut first = 0;
    for name in ["one", "two"] {
        let group = json!({"kind": "group", "name": name, "member_ids": [bob.id]});
        first = ann.post("conversations", group).await.is(201)["id"].as_i64().unwrap();
    }
    let next = ann.get("conversations?limit=1").await.body["next"].as_str().unwrap().to_owned();
    assert!(eve.get(&format!("conversations?after={next}")).await.each("id").is_empty());
    // Beyond everything there is simply nothing.
    assert!(ann.get("users/me/changes?after=9007199254740991").await.each("type").is_empty());
    assert!(ann.get(&format!("conversations/{first}/messages?after=9007199254740991")).await.each("id").is_empty());
}
