//! What is stored twice and drifts apart is seen, and mended: broken past the store, as a person with a tool could.

use std::time::Duration;

use chat_core::change::{Act, Change};
use chat_core::ids::{MessageId, Version};
use chat_core::ports::{Appended, Committed, NewMessage};
use chat_core::reaction::Emoji;
use chat_core::receipt::{Advance, ReceiptKind};
use chat_store::{Opened, Recounted};

use crate::scene::{AT, Scene};

/// What each statement breaks.
const BREAKS: &[(&str, &str)] = &[
    ("heads of conversations", "UPDATE conversations SET head = head + 5"),
    ("heads of conversations", "UPDATE conversations SET head = 1"),
    ("times of the last activity", "UPDATE conversations SET active_at = 1"),
    ("numbers of members", "UPDATE conversations SET member_count = 7"),
    ("heads of users' own logs", "UPDATE users SET log_head = log_head + 1"),
    ("marks of members", "UPDATE members SET read_seq = 0"),
    ("marks of members", "UPDATE members SET delivered_seq = 0, read_seq = 0"),
    ("marks of members", "UPDATE members SET delivered_seq = delivered_seq + 100"),
    ("reactions", "DELETE FROM reactions"),
    ("reactions", "UPDATE reactions SET seq = seq + 1"),
    (
        "reactions",
        "INSERT INTO reactions (message_id, emoji, user_id, seq) SELECT id, '👀', sender_id, 1 FROM messages WHERE seq = 1",
    ),
    ("pins", "DELETE FROM pins"),
    ("pins", "UPDATE pins SET seq = seq + 1"),
    (
        "former texts",
        "INSERT INTO former_bodies (message_id, until_seq, body, written_at) \
        SELECT id, 99, 'gone?', 0 FROM messages WHERE deleted_at IS NOT NULL",
    ),
    ("search index", "DELETE FROM message_terms"),
];

/// Somebody who can write past the store.
#[async_trait::async_trait]
pub(crate) trait Tamper {
    async fn tamper(&self, statement: &'static str);
}

async fn act(scene: &Scene, act: Act) {
    let change = Change { conversation: scene.room, by: scene.bob, act, judged_on: Version(1), at: AT };
    let committed = scene.stores.changes.commit(&change).await.unwrap();
    assert!(matches!(committed, Committed::Written { .. }), "{committed:?}");
}

/// Some messages, with everything put on them that can be derived.
async fn talk(scene: &Scene) -> Vec<MessageId> {
    let mut said = Vec::new();
    for n in 0..6 {
        said.push(scene.say(&format!("message-{n}")).await.id);
    }
    let answer = NewMessage { sender: scene.bob, reply_to: Some(said[0]), client_id: None, ..scene.said("answer") };
    assert!(matches!(scene.stores.messages.append(&answer).await.unwrap(), Appended::Stored(_)));
    for (message, emoji) in [(said[1], "👍"), (said[2], "👍"), (said[2], "❤️")] {
        act(scene, Act::React { message, emoji: Emoji::new(emoji).unwrap() }).await;
    }
    act(scene, Act::Unreact { message: said[2], emoji: Emoji::new("👍").unwrap() }).await;
    for message in [said[3], said[4]] {
        act(scene, Act::Pin { message }).await;
    }
    act(scene, Act::Unpin { message: said[4] }).await;
    act(scene, Act::React { message: said[5], emoji: Emoji::new("👍").unwrap() }).await;
    act(scene, Act::Delete { message: said[5] }).await;
    let head = scene.stores.conversations.heads(&[scene.room]).await.unwrap()[0].1;
    for kind in [ReceiptKind::Delivered, ReceiptKind::Read] {
        let advance = Advance { conversation: scene.room, user: scene.bob, kind, to: head, at: AT };
        scene.stores.receipts.advance(&[advance]).await.unwrap();
    }
    said
}

fn differing(report: &[Recounted]) -> Vec<(&'static str, u64)> {
    report.iter().filter(|one| one.differing > 0).map(|one| (one.what, one.differing)).collect()
}

/// Breaks one thing after the other.
pub(crate) async fn drift_is_seen_and_mended(opened: &Opened, tool: &impl Tamper) {
    let scene = Scene::new(opened.stores.clone()).await;
    let said = talk(&scene).await;
    let index = |report: &[Recounted]| report.iter().find(|one| one.what == "search index").unwrap().compared;
    while index(&opened.recount(false).await.unwrap()) < said.len() as u64 + 1 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let before = opened.recount(false).await.unwrap();
    assert_eq!(differing(&before), [], "what the store wrote itself has not drifted");
    assert!(before.iter().all(|one| one.compared > 0 || one.what == "former texts"), "{before:?}");
    let reacted = scene.stores.messages.get(said[1], scene.ann).await.unwrap().unwrap();

    for (what, statement) in BREAKS {
        tool.tamper(statement).await;
        let seen = opened.recount(false).await.unwrap();
        // What follows from what is broken differs too, until the mend comes to it.
        let mended = opened.recount(true).await.unwrap();
        for report in [seen, mended] {
            assert!(differing(&report).iter().any(|(broken, _)| broken == what), "{statement}: {report:?}");
        }
        assert_eq!(differing(&opened.recount(false).await.unwrap()), [], "{statement}");
    }
    let shown = scene.stores.annotations.dress(vec![reacted], scene.ann).await.unwrap().remove(0);
    assert_eq!(shown.reactions.iter().map(|one| (one.emoji.as_str(), one.count)).collect::<Vec<_>>(), [("👍", 1)]);
}
