//! `session.ready`: the first frame says where everything stands.

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
