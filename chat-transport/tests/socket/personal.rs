//! What one keeps for oneself, as one's devices hear it and nobody else does.

use serde_json::json;

use crate::harness::House;

#[tokio::test(start_paused = true)]
async fn all_of_ones_devices_follow_and_nobody_else_hears() {
    let house = House::new();
    let [ann, bob] = house.people(["ann", "bob"]).await;
    let room = house.direct(&ann, &bob).await;
    let (mut tab, mut corner) = (house.tab(&ann).await, house.corner(&ann, room).await);
    let mut other = house.tab(&bob).await;
    tab.ignore(&["presence"]);
    other.ignore(&["presence"]);
    let id = room.get();
    let settings = json!({"conversation_id": id, "muted_until": "forever", "archived": true});
    let commands = [
        (json!({"type": "settings.set", "muted_until": "forever", "archived": true}), "conversation.settings"),
        (json!({"type": "draft.set", "body": "hel"}), "conversation.draft"),
        (json!({"type": "draft.clear"}), "conversation.draft"),
    ];
    for (mut command, event) in commands {
        command["conversation_id"] = json!(id);
        command["ref"] = json!("mine");
        tab.say(&command);
        let answer = tab.expect(event).await;
        assert_eq!(answer.reference.as_deref(), Some("mine"));
        let heard = corner.expect(event).await;
        assert_eq!((heard.reference, &heard.data), (None, &answer.data));
        if event == "conversation.settings" {
            assert_eq!(answer.data, settings);
        }
    }
    for command in [json!({"type": "settings.set", "archived": true}), json!({"type": "draft.clear"})] {
        let mut command = command;
        command["ref"] = json!("again");
        corner.say(&command);
        let answer = corner.expect("done").await;
        assert_eq!(answer.reference.as_deref(), Some("again"));
    }
    tab.silent().await;
    other.silent().await;
    let ready = house.tab(&ann).await.ready.clone();
    assert_eq!(ready["settings"], json!([settings]));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_set_is_refused() {
    let house = House::new();
    let [ann, bob, cleo] = house.people(["ann", "bob", "cleo"]).await;
    let room = house.direct(&ann, &bob).await.get();
    let mut stranger = house.tab(&cleo).await;
    for (command, code) in [
        (json!({"type": "settings.set", "conversation_id": room, "archived": true}), "not_found"),
        (json!({"type": "draft.set", "conversation_id": room, "body": "x"}), "not_found"),
        (json!({"type": "settings.set", "conversation_id": room, "muted_until": "later"}), "bad_request"),
        (json!({"type": "settings.set", "conversation_id": room, "archived": "yes"}), "bad_request"),
        (json!({"type": "draft.set", "conversation_id": room}), "bad_request"),
        (json!({"type": "draft.set", "conversation_id": room, "body": " "}), "empty_message"),
    ] {
        stranger.say(&command);
        assert_eq!(stranger.expect("error").await.text("code"), code, "{command}");
    }
}
