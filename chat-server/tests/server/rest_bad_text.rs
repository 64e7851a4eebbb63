//! The catalogue of bad input: texts that are well-formed JSON and still nothing that anybody should see.

use serde_json::{Value, json};

use crate::rest::{Answer, Api, PASSWORD};

#[track_caller]
fn refused(what: &str, answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{what}: {}", answer.text);
}

#[tokio::test]
async fn a_message_must_show_something_and_be_bounded() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let path = format!("conversations/{}/messages", ann.direct_with(&bob).await);
    let rows = [
        ("empty", String::new(), 400, "empty_message"),
        ("white space", " \t\r\n\u{00A0}\u{3000}".to_owned(), 400, "empty_message"),
        ("zero width", "\u{200B}\u{200C}\u{200D}\u{2060}\u{FEFF}".to_owned(), 400, "empty_message"),
        ("blanks of other scripts", "\u{2800}\u{3164}\u{115F}".to_owned(), 400, "empty_message"),
        ("marks that only turn the text around", "\u{202E}\u{2066}".to_owned(), 400, "empty_message"),
        ("NUL", "a\0b".to_owned(), 400, "invalid_text"),
        ("one character too many", "a".repeat(8_001), 413, "too_long"),
        ("too many bytes", "\u{1F600}".repeat(8_001), 413, "too_long"),
        ("one letter under ten thousand marks", format!("e{}", "\u{0301}".repeat(10_000)), 413, "too_long"),
    ];
    for (what, body, status, code) in rows {
        refused(what, &ann.post(&path, json!({"body": body})).await, status, code);
    }
    assert!(ann.get(&path).await.each("id").is_empty());
    for longest in ["a".repeat(8_000), "\u{1F600}".repeat(8_000)] {
        ann.post(&path, json!({"body": longest})).await.is(201);
    }
}

#[tokio::test]
async fn a_client_id_is_a_short_visible_key() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let path = format!("conversations/{}/messages", ann.direct_with(&bob).await);
    for bad in ["", " ", "a b", "a\0", "\u{e9}", "a\n", &"a".repeat(65)] {
        refused(bad, &ann.post(&path, json!({"body": "x", "client_id": bad})).await, 400, "bad_request");
    }
    ann.post(&path, json!({"body": "x", "client_id": "a".repeat(64)})).await.is(201);
}

#[tokio::test]
async fn a_user_name_cannot_pose_as_another_one() {
    let api = Api::start().await;
    for name in ["bob", "paypal", "жанна"] {
        api.register(name).await;
    }
    let rows = [
        ("other case", "BOB", 409, "name_taken"),
        ("full-width letters", "\u{FF42}\u{FF4F}\u{FF42}", 409, "name_taken"),
        ("digit one for l", "paypa1", 409, "name_taken"),
        ("the same in other capitals", "ЖАННА", 409, "name_taken"),
        ("a Cyrillic letter among Latin ones", "b\u{043E}b", 400, "invalid_username"),
        ("a Cyrillic a in admin", "\u{0430}dmin", 400, "invalid_username"),
        ("reserved", "admin", 400, "reserved_username"),
        ("reserved, shouted", "SYSTEM", 400, "reserved_username"),
        ("a word that paths use", "me", 400, "reserved_username"),
        ("a dot at the end", "bobby.", 400, "invalid_username"),
        ("a space at the end", "bobby ", 400, "invalid_username"),
        ("a space inside", "bob by", 400, "invalid_username"),
        ("too short", "b", 400, "invalid_username"),
        ("too long", "abcdefghijklmnopqrstuvwxyz1234567", 400, "invalid_username"),
        ("empty", "", 400, "invalid_username"),
        ("NUL", "bob\0by", 400, "invalid_username"),
        ("a line break", "bob\r\nby", 400, "invalid_username"),
        ("turned around", "bob\u{202E}yb", 400, "invalid_username"),
        ("zero width", "bo\u{200B}b", 400, "invalid_username"),
        ("an address", "bob@example.org", 400, "invalid_username"),
        ("markup", "<b>bob</b>", 400, "invalid_username"),
        ("a path", "../bob", 400, "invalid_username"),
    ];
    for (n, (what, name, status, code)) in rows.into_iter().enumerate() {
        let body = json!({"username": name, "email": format!("{n}@example.org"), "password": PASSWORD});
        refused(what, &api.post("/api/v1/auth/register", body).await, status, code);
    }
}

#[tokio::test]
async fn an_address_and_a_password_have_their_rules() {
    let api = Api::start().await;
    let register = |name: &str, email: &str, password: &str| {
        api.post("/api/v1/auth/register", json!({"username": name, "email": email, "password": password}))
    };
    for bad in
        ["", "ann", "ann@", "@example.org", "ann@localhost", "a b@example.org", "ann@example..org", "a\0@example.org"]
    {
        refused(bad, &register("ann", bad, PASSWORD).await, 400, "invalid_email");
    }
    let rows = [("short", "seven77".to_owned()), ("huge", "x".repeat(1_025)), ("NUL", "pass\0word".to_owned())];
    for (what, password) in rows {
        refused(what, &register("ann", "ann@example.org", &password).await, 400, "invalid_password");
    }
    for (name, password) in [("ann", "päss wörd \u{1F511}".to_owned()), ("bob", "x".repeat(1_024))] {
        register(name, &format!("{name}@example.org"), &password).await.is(201);
        api.post("/api/v1/auth/login", json!({"login": name, "password": password})).await.is(200);
    }
}

#[tokio::test]
async fn whatever_is_not_the_password_is_refused_in_the_same_way() {
    let api = Api::start().await;
    api.register("ann").await;
    let (huge, long) = ("x".repeat(40_000), "x".repeat(400));
    let rows = [
        ("ann", ""),
        ("ann", "correct horse batter"),
        ("ann", "Correct horse battery"),
        ("ann", "correct horse battery\0"),
        ("ann", huge.as_str()),
        ("", PASSWORD),
        ("ann\0", PASSWORD),
        (long.as_str(), PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("ann@example.org\n", "wrong password"),
        ("*", PASSWORD),
    ];
    for (login, password) in rows {
        let answer = api.post("/api/v1/auth/login", json!({"login": login, "password": password})).await;
        refused(login, &answer, 401, "invalid_credentials");
    }
}

#[tokio::test]
async fn short_lines_are_one_visible_line() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let rows = [
        ("NUL", "a\0b".to_owned(), 400, "invalid_text"),
        ("two lines", "a\nb".to_owned(), 400, "invalid_text"),
        ("an escape sequence", "\u{1b}[31mred".to_owned(), 400, "invalid_text"),
        ("turned around", "exe\u{202E}gpj".to_owned(), 400, "invalid_text"),
        ("too long", "a".repeat(101), 413, "too_long"),
        ("zero width", "\u{200B}\u{200B}".to_owned(), 400, "empty_message"),
    ];
    for (what, text, status, code) in rows {
        let named = json!({"kind": "group", "name": text, "member_ids": []});
        refused(what, &ann.post("conversations", named).await, status, code);
        let shown = json!({"status": "online", "message": text});
        refused(what, &ann.put("users/me/presence", shown).await, status, code);
    }
    assert_eq!(ann.get("users/me/presence").await.is(200)["message"], Value::Null);
}

#[tokio::test]
async fn a_search_takes_any_text_but_nul_and_novels() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let novel = "a".repeat(10_000);
    let rows = [
        ("NUL", "%00", 400, "invalid_text"),
        ("a novel", novel.as_str(), 413, "too_long"),
        ("no UTF-8", "%FF", 400, "bad_request"),
        ("an overlong encoding", "%C0%80", 400, "bad_request"),
        ("an encoded surrogate", "%ED%A0%80", 400, "bad_request"),
    ];
    for (what, query, status, code) in rows {
        refused(what, &ann.get(&format!("users?q={query}")).await, status, code);
    }
    assert_eq!(ann.get("users?q=%").await.status, 200, "a lone percent sign is a percent sign");
}
