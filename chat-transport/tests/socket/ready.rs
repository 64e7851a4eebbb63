//! `session.ready`: the first frame says where everything stands.

use std::time::Duration;

use crate::harness::House;
use chat_core::registry::Scope;
use chat_core::{Command, command::ReadTarget};
use chat_transport::Opening;
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn the_first_frame_tells_where_everything_stands() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    house.chatter(&bob, room, 3).await;
    let first_two = chat_core::ids::Seq::new(2).expect("a seq");
    house.ask(&ann, Command::MarkRead(ReadTarget::Seq(room, first_two))).await;
    let _bob = house.tab(&bob).await;

    let ready = house.tab(&ann).await.ready;

    assert_eq!(ready["user"]["id"], ann.id);
    assert_eq!(ready["user"]["username"], "ann");
    assert_eq!(ready["user"]["status"], "online");
    assert_eq!(ready["epoch"], house.chat.epoch().await.expect("an epoch"));
    assert_eq!(ready["heartbeat_seconds"], 25);
    assert_eq!(ready["user_seq"], 1, "the conversation was added to the log of its own");
    let positions = json!([{
        "conversation_id": room.get(), "head": 3, "delivered_seq": 3, "read_seq": 2,
        "peer_delivered_seq": 3, "peer_read_seq": 0,
    }]);
    assert_eq!(ready["conversations"], positions);
    let bob_is_here = json!([{"user_id": bob.id, "status": "online", "message": null, "last_seen_at": null}]);
    assert_eq!(ready["presence"], bob_is_here);
}

#[tokio::test(start_paused = true)]
async fn behind_a_block_the_other_stands_where_they_stood_when_it_began() {
    for author_blocks in [true, false] {
        let house = House::new();
        let [ann, bob] = house.people(["ann", "bob"]).await;
        let room = house.direct(&ann, &bob).await;
        house.chatter(&ann, room, 2).await;
        let read = |seq| Command::MarkRead(ReadTarget::Seq(room, chat_core::ids::Seq::new(seq).expect("a seq")));
        house.ask(&bob, read(1)).await;
        let (blocker, blocked) = if author_blocks { (&ann, &bob) } else { (&bob, &ann) };
        house.ask(blocker, Command::Block(blocked.user)).await;
        tokio::time::advance(Duration::from_secs(1)).await;
        house.ask(&bob, read(2)).await;
        let peer = async || {
            let position = &house.tab(&ann).await.ready["conversations"][0];
            (position["peer_delivered_seq"].clone(), position["peer_read_seq"].clone())
        };
        assert_eq!(peer().await, (json!(1), json!(1)));
        house.ask(blocker, Command::Unblock(blocked.user)).await;
        assert_eq!(peer().await, (json!(2), json!(2)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_has_no_peer_to_tell_of() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.group(&ann, &[&bob]).await;
    let ready = house.tab(&ann).await.ready;
    let position = json!({"conversation_id": room.get(), "head": 0, "delivered_seq": 0, "read_seq": 0});
    assert_eq!(ready["conversations"], json!([position]));
}

#[tokio::test(start_paused = true)]
async fn a_socket_of_one_conversation_begins_in_silence() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let mut corner = house.open(Opening { identity: Some(ann.identity), scope: Scope::Only(room) });
    corner.silent().await;
}
