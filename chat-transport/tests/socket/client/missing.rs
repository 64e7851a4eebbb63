//! What a client misses: it notices, asks, and passes everything on once and in order.

use chat_transport::client::Notice;
use chat_transport::wire::{EventView, ResyncReason};
use serde_json::json;

use super::stage::{Stage, message, page, refusal};
use super::{Teller, settings};

#[tokio::test]
async fn a_first_connection_goes_on_from_where_everything_stands() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(40).await;
    teller.caught_up().await;
    server.say(message(7, 41)).await;
    assert_eq!(teller.seq().await, 41);
}

#[tokio::test]
async fn a_client_that_comes_back_asks_for_exactly_what_it_misses() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.accept().await;
    server.ready("e1", &[(7, 40), (8, 10)], 0).await;
    teller.caught_up().await;
    server.say(message(7, 41)).await;
    assert_eq!(teller.seq().await, 41);
    drop(server);

    let mut server = stage.accept().await;
    server.ready("e1", &[(7, 44), (8, 10)], 0).await;
    let sync = server.expect("sync").await;
    assert_eq!((&sync["epoch"], &sync["cursors"]), (&json!("e1"), &json!({"7": 41})));
    // What happens meanwhile may come before the pages.
    server.say(message(7, 45)).await;
    server.say(page(7, 42..=45)).await;
    server.done().await;
    server.say(message(7, 46)).await;
    for seq in 42..=46 {
        assert_eq!(teller.seq().await, seq);
    }
}

#[tokio::test]
async fn a_gap_is_asked_for_and_nothing_beyond_it_is_applied_before() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(3).await;
    server.say(message(7, 6)).await;
    let sync = server.expect("sync").await;
    assert_eq!(sync["cursors"], json!({"7": 3}));
    server.say(page(7, 4..=6)).await;
    server.done().await;
    for seq in 4..=6 {
        assert_eq!(teller.seq().await, seq);
    }
}

#[tokio::test]
async fn a_gap_that_shows_while_another_is_asked_for_is_asked_for_next() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.accept().await;
    server.ready("e1", &[(7, 3), (8, 10)], 0).await;
    server.say(message(7, 5)).await;
    assert_eq!(server.expect("sync").await["cursors"], json!({"7": 3}));
    server.say(message(8, 12)).await;
    server.say(page(7, 4..=5)).await;
    server.done().await;
    assert_eq!(server.expect("sync").await["cursors"], json!({"8": 10}));
    server.say(page(8, 11..=12)).await;
    server.done().await;
    for seq in [4, 5, 11, 12] {
        assert_eq!(teller.seq().await, seq);
    }
    teller.caught_up().await;
}

#[tokio::test]
async fn doubles_are_passed_over() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(3).await;
    for seq in [4, 4, 3, 1, 5, 4, 6] {
        server.say(message(7, seq)).await;
    }
    for seq in 4..=6 {
        assert_eq!(teller.seq().await, seq);
    }
}

#[tokio::test]
async fn more_conversations_than_one_request_may_name_are_asked_for_in_several() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let heads = |head: i64| (1..=1_200).map(|id| (id, head)).collect::<Vec<_>>();
    let mut server = stage.accept().await;
    server.ready("e1", &heads(5), 0).await;
    teller.caught_up().await;
    drop(server);

    let mut server = stage.accept().await;
    server.ready("e1", &heads(6), 0).await;
    let mut asked = Vec::new();
    while asked.iter().sum::<usize>() < 1_200 {
        let sync = server.expect("sync").await;
        let cursors = sync["cursors"].as_object().expect("cursors");
        asked.push(cursors.len());
        for id in cursors.keys() {
            server.say(page(id.parse().expect("an id"), 6..=6)).await;
        }
        server.done().await;
        // Somebody has to read what the client tells.
        for _ in 0..cursors.len() {
            assert_eq!(teller.seq().await, 6);
        }
    }
    assert_eq!(asked, [500, 500, 200]);
    teller.caught_up().await;
}

#[tokio::test]
async fn a_resume_that_is_refused_for_the_moment_is_asked_for_again() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(3).await;
    server.say(message(7, 5)).await;
    let sync = server.expect("sync").await;
    server.say(refusal(&sync, "rate_limited", Some(20))).await;
    let again = server.expect("sync").await;
    assert_eq!(again, sync);
    server.say(page(7, 4..=5)).await;
    server.done().await;
    assert_eq!((teller.seq().await, teller.seq().await), (4, 5));
}

#[tokio::test]
async fn a_resume_that_brings_nothing_is_asked_for_again_and_not_at_once() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(3).await;
    server.say(message(7, 5)).await;
    server.expect("sync").await;
    let answered = tokio::time::Instant::now();
    server.done().await;
    server.expect("sync").await;
    assert!(answered.elapsed() >= std::time::Duration::from_millis(400));
    server.say(page(7, 4..=5)).await;
    server.done().await;
    assert_eq!(teller.seq().await, 4);
}

#[tokio::test]
async fn the_log_of_ones_own_is_resumed_too() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.accept().await;
    server.ready("e1", &[], 3).await;
    teller.caught_up().await;
    let blocked = |seq: i64| json!({"type": "block.added", "data": {"user_id": 2, "user_seq": seq}});
    server.say(blocked(4)).await;
    server.say(blocked(4)).await;
    drop(server);

    let mut server = stage.accept().await;
    server.ready("e1", &[], 6).await;
    let sync = server.expect("sync").await;
    assert_eq!((&sync["user_cursor"], &sync["cursors"]), (&json!(4), &json!({})));
    let items = [blocked(5), blocked(6)];
    server.say(json!({"type": "sync.page", "data": {"user_id": 1, "items": items, "head": 6}})).await;
    server.done().await;
    let mut seen = Vec::new();
    while seen.len() < 3 {
        match teller.news().await {
            Notice::Event(EventView::BlockAdded(notice)) => seen.push(notice.user_seq),
            other => panic!("a block, not {other:?}"),
        }
    }
    assert_eq!(seen, [4, 5, 6]);
}

#[tokio::test]
async fn another_life_of_the_database_is_told_and_begun_anew() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    drop(stage.welcome(40).await);
    teller.caught_up().await;
    let mut server = stage.accept().await;
    server.ready("e2", &[(7, 12)], 0).await;
    let resync = Notice::Resync { conversation_id: None, reason: ResyncReason::EpochChanged };
    assert_eq!(teller.news().await, resync);
    server.say(message(7, 13)).await;
    assert_eq!(teller.seq().await, 13);
}

#[tokio::test]
async fn what_has_to_be_fetched_again_goes_on_with_what_comes_next() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.accept().await;
    server.ready("e1", &[(7, 3), (8, 3)], 0).await;
    server.say(json!({"type": "resync", "data": {"conversation_id": 7, "reason": "too_far_behind"}})).await;
    server.say(message(7, 90)).await;
    server.say(message(8, 4)).await;
    let resync = Notice::Resync { conversation_id: Some(7), reason: ResyncReason::TooFarBehind };
    assert_eq!(teller.news().await, resync);
    assert_eq!((teller.seq().await, teller.seq().await), (90, 4));

    server.say(json!({"type": "resync", "data": {"reason": "slow_reader"}})).await;
    server.say(message(8, 70)).await;
    server.say(message(7, 95)).await;
    server.say(message(7, 96)).await;
    assert_eq!(teller.news().await, Notice::Resync { conversation_id: None, reason: ResyncReason::SlowReader });
    assert_eq!((teller.seq().await, teller.seq().await, teller.seq().await), (70, 95, 96));
}

#[tokio::test]
async fn a_conversation_that_is_new_begins_with_its_first_entry() {
    let stage = Stage::new().await;
    let mut teller = Teller::start(settings(&stage.address(), "token", "desk"));
    let mut server = stage.welcome(3).await;
    server.say(message(9, 2)).await;
    assert_eq!(server.expect("sync").await["cursors"], json!({"9": 0}));
    server.say(page(9, 1..=2)).await;
    server.done().await;
    assert_eq!((teller.seq().await, teller.seq().await), (1, 2));
}
