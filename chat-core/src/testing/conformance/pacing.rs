//! Slow mode: of one sender's messages each waits for the one before.

use super::scene::{
    append, at, chat, crowd, direct, draft, group, head, key, leave, say, seq, stored, together, written,
};
use crate::change::Act;
use crate::conversation::{GroupUpdate, Kind};
use crate::ids::{ConversationId, UserId};
use crate::pace::Pace;
use crate::ports::{Appended, NewMessage, Stores};

/// A message that waits ten seconds for the one before, said at a moment.
async fn paced(stores: &Stores, conversation: ConversationId, sender: UserId, seconds: i64) -> NewMessage {
    let new = draft(stores, conversation, sender, &format!("at {seconds}")).await;
    NewMessage { pace: Pace::new(10).unwrap(), at: at(seconds), ..new }
}

async fn said(stores: &Stores, conversation: ConversationId, sender: UserId, seconds: i64) -> Appended {
    append(stores, &paced(stores, conversation, sender, seconds).await).await
}

fn is_stored(answer: &Appended) -> bool {
    matches!(answer, Appended::Stored(_))
}

/// A message that comes too soon is told when it may come, and leaves nothing behind; then it may.
pub async fn a_message_waits_for_the_one_before(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    assert!(is_stored(&said(stores, conversation, users[1], 100).await));
    let before = stores.messages.changes(conversation, seq(0), super::scene::size(9), None).await.unwrap();
    for early in [100, 101, 109] {
        assert_eq!(said(stores, conversation, users[1], early).await, Appended::TooSoon { until: at(110) });
    }
    assert_eq!(stores.messages.changes(conversation, seq(0), super::scene::size(9), None).await.unwrap(), before);
    assert!(is_stored(&said(stores, conversation, users[1], 110).await), "what was refused does not count");
    assert_eq!(said(stores, conversation, users[1], 115).await, Appended::TooSoon { until: at(120) });
}

/// Each waits for themselves, in each conversation alone.
pub async fn nobody_waits_for_somebody_else(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let elsewhere = group(stores, users[0], &users[1..]).await;
    assert!(is_stored(&said(stores, conversation, users[1], 100).await));
    assert!(is_stored(&said(stores, conversation, users[2], 101).await));
    assert!(is_stored(&said(stores, elsewhere, users[1], 101).await));
    assert!(!is_stored(&said(stores, conversation, users[1], 102).await));
}

/// Who need not wait says what they want; only what had to wait is waited for.
pub async fn who_need_not_wait_does_not(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    chat(stores, conversation, users[1], 3).await;
    assert!(is_stored(&said(stores, conversation, users[1], 4).await));
    chat(stores, conversation, users[1], 2).await;
    let between = direct(stores, users[0], users[1]).await;
    say(stores, between, users[1], "here").await;
    assert_eq!(head(stores, conversation).await, seq(6));
}

/// A repeat is answered with its message, however soon it comes.
pub async fn a_repeat_is_never_too_soon(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let new = NewMessage { client_id: Some(key("k")), ..paced(stores, conversation, users[1], 100).await };
    let first = stored(stores, &new).await;
    let again = NewMessage { at: at(101), ..new.clone() };
    assert_eq!(append(stores, &again).await, Appended::Repeated(first));
    let other = NewMessage { client_id: Some(key("other")), at: at(101), ..new };
    assert_eq!(append(stores, &other).await, Appended::TooSoon { until: at(110) });
}

/// Who leaves and comes back waits as if they had stayed.
pub async fn coming_back_does_not_shorten_the_wait(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    assert!(is_stored(&said(stores, conversation, users[1], 100).await));
    leave(stores, conversation, users[1]).await;
    written(stores, conversation, users[0], Act::Add { users: users[1..].to_vec() }).await;
    assert_eq!(said(stores, conversation, users[1], 105).await, Appended::TooSoon { until: at(110) });
}

/// Of many that one sender says at once, through whatever doors, one is stored.
pub async fn of_many_at_once_one_is_stored(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let drafts = [paced(stores, conversation, users[1], 100).await, paced(stores, conversation, users[2], 100).await];
    let answers = together(16, |n| {
        let new = NewMessage { client_id: Some(key(&format!("key-{n}"))), ..drafts[n % 2].clone() };
        let stores = stores.clone();
        async move { append(&stores, &new).await }
    })
    .await;
    let too_soon = answers.iter().filter(|answer| **answer == Appended::TooSoon { until: at(110) }).count();
    assert_eq!((too_soon, head(stores, conversation).await), (14, seq(2)), "{answers:?}");
    let many = futures_util::future::join_all((0..4).map(|n| {
        let new = NewMessage { client_id: Some(key(&format!("later-{n}"))), at: at(110), ..drafts[0].clone() };
        async move { append(stores, &new).await }
    }))
    .await;
    assert_eq!(many.iter().filter(|answer| is_stored(answer)).count(), 1, "in one batch too: {many:?}");
}

/// The pace of a group is part of it, and of what the rules look at.
pub async fn a_pace_is_set_like_anything_else_of_a_group(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let update = GroupUpdate { pace: Pace::new(30), ..GroupUpdate::default() };
    let before = super::scene::version(stores, conversation).await;
    written(stores, conversation, users[0], Act::Update(update.clone())).await;
    let facts = stores.conversations.facts(conversation, users[1]).await.unwrap().unwrap();
    assert_eq!((facts.pace.seconds(), facts.version.0), (30, before.0 + 1));
    let view = stores.conversations.view(conversation, users[1]).await.unwrap().unwrap();
    let Kind::Group(group) = view.conversation.kind else { panic!("not a group") };
    assert_eq!(Some(group.pace), update.pace);
    let between = direct(stores, users[0], users[1]).await;
    assert_eq!(stores.conversations.facts(between, users[0]).await.unwrap().unwrap().pace, Pace::NONE);
}
