//! Stories of accounts over REST: registering, signing in and out, staying signed in.

use reqwest::Method;
use serde_json::json;

use crate::rest::{Api, PASSWORD, Person};

#[tokio::test]
async fn somebody_registers_and_is_signed_in() {
    let api = Api::start().await;
    let body = json!({"username": "Ann", "email": "Ann@Example.org", "password": PASSWORD});
    let signed_in = api.post("/api/v1/auth/register", body).await.is(201);
    assert_eq!(signed_in["token_type"], "Bearer");
    assert!(signed_in["expires_in"].as_i64().unwrap() > 0);
    assert_eq!(signed_in["user"]["username"], "Ann");

    let ann = Person::of(&api, &signed_in);
    let me = ann.get("users/me").await.is(200);
    assert_eq!(me, signed_in["user"]);
    assert_eq!(me.get("email"), None, "an address is nobody's business");
}

#[tokio::test]
async fn one_signs_in_by_name_or_by_address_in_any_case() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    for login in ["ann", "ANN", "ann@example.org", "Ann@EXAMPLE.org"] {
        let signed_in = api.post("/api/v1/auth/login", json!({"login": login, "password": PASSWORD})).await.is(200);
        assert_eq!(signed_in["user"]["id"], ann.id, "{login}");
    }
}

#[tokio::test]
async fn the_short_paths_at_the_root_do_the_same() {
    let api = Api::start().await;
    let body = json!({"username": "ann", "email": "ann@example.org", "password": PASSWORD});
    let registered = api.post("/register", body).await.is(201);
    let signed_in = api.post("/login", json!({"login": "ann", "password": PASSWORD})).await.is(200);
    assert_eq!(registered["user"]["id"], signed_in["user"]["id"]);
}

#[tokio::test]
async fn an_unknown_user_and_a_wrong_password_cannot_be_told_apart() {
    let api = Api::start().await;
    api.register("ann").await;
    let wrong = api.post("/api/v1/auth/login", json!({"login": "ann", "password": "not the password"})).await;
    let unknown = api.post("/api/v1/auth/login", json!({"login": "bob", "password": "not the password"})).await;
    wrong.refused(401, "invalid_credentials");
    unknown.refused(401, "invalid_credentials");
    assert_eq!(wrong.header("www-authenticate"), Some("Bearer"));
    let without_id = |body: &serde_json::Value| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    assert_eq!(without_id(&wrong.body), without_id(&unknown.body));
}

#[tokio::test]
async fn a_name_and_an_address_belong_to_one_account() {
    let api = Api::start().await;
    api.register("ann").await;
    let register = |name: &str, email: &str| {
        api.post("/api/v1/auth/register", json!({"username": name, "email": email, "password": PASSWORD}))
    };
    register("ANN", "other@example.org").await.refused(409, "name_taken");
    register("other", "ANN@example.org").await.refused(409, "email_taken");
    register("other", "other@example.org").await.is(201);
}

#[tokio::test]
async fn a_refresh_gives_the_next_pair_of_tokens() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let next = api.post("/api/v1/auth/refresh", json!({"refresh_token": ann.refresh_token})).await.is(200);
    assert_ne!(next["refresh_token"], ann.refresh_token.as_str());
    assert_eq!(next["user"]["id"], ann.id);
    Person::of(&api, &next).get("users/me").await.is(200);
}

#[tokio::test]
async fn a_refresh_whose_answer_got_lost_is_answered_again_with_the_same_successor() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let refresh = || api.post("/api/v1/auth/refresh", json!({"refresh_token": ann.refresh_token}));
    let (first, again) = (refresh().await.is(200), refresh().await.is(200));
    assert_eq!(first["refresh_token"], again["refresh_token"]);
}

#[tokio::test]
async fn an_old_refresh_token_used_again_ends_the_whole_session() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let refresh = |token: String| api.post("/api/v1/auth/refresh", json!({"refresh_token": token}));
    let second = Person::of(&api, &refresh(ann.refresh_token.clone()).await.is(200));
    let third = Person::of(&api, &refresh(second.refresh_token.clone()).await.is(200));

    refresh(ann.refresh_token.clone()).await.refused(401, "unauthenticated");
    refresh(third.refresh_token.clone()).await.refused(401, "unauthenticated");
    third.get("users/me").await.refused(401, "unauthenticated");
    ann.get("users/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn signing_out_ends_the_tokens_of_that_session_and_of_no_other() {
    let api = Api::start().await;
    let phone = api.register("ann").await;
    let laptop = api.post("/api/v1/auth/login", json!({"login": "ann", "password": PASSWORD})).await.is(200);
    let laptop = Person::of(&api, &laptop);

    let signed_out = phone.tap("auth/logout").await;
    assert_eq!((signed_out.status, signed_out.text.as_str()), (204, ""));
    phone.get("users/me").await.refused(401, "unauthenticated");
    api.post("/api/v1/auth/refresh", json!({"refresh_token": phone.refresh_token}))
        .await
        .refused(401, "unauthenticated");
    laptop.get("users/me").await.is(200);
}

#[tokio::test]
async fn a_ticket_is_for_sockets_and_opens_nothing_else() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let ticket = ann.tap("auth/ws-ticket").await.is(201);
    assert_eq!(ticket["expires_in"], 30);
    let ticket = ticket["ticket"].as_str().unwrap();
    api.send(api.request(Method::GET, "/api/v1/users/me").bearer_auth(ticket)).await.refused(401, "unauthenticated");
    api.send(api.request(Method::GET, &format!("/api/v1/users/me?ticket={ticket}")))
        .await
        .refused(401, "unauthenticated");
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_told_how_to() {
    let api = Api::start().await;
    let answer = api.send(api.request(Method::GET, "/api/v1/users/me")).await;
    answer.refused(401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn whoever_guesses_passwords_is_told_when_to_come_again() {
    let api = Api::with(|config| config.rate_limits = true).await;
    let ann = api.register("ann").await;
    let guess = |login: &str| api.post("/api/v1/auth/login", json!({"login": login, "password": "a guess"}));
    let mut tries = 0;
    let limited = loop {
        let answer = guess("ann").await;
        if answer.status == 429 {
            break answer;
        }
        answer.refused(401, "invalid_credentials");
        tries += 1;
        assert!(tries < 60, "nobody may guess for ever");
    };
    limited.refused(429, "rate_limited");
    assert!(limited.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    // The account is not locked: whoever is in stays in, and other accounts are not concerned.
    ann.get("users/me").await.is(200);
    guess("bob").await.refused(401, "invalid_credentials");
}
