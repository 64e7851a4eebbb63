//! What is put on messages: emoji, pins, and answers.

use super::scene::{
    chat, commit, crowd, draft, group, not_endless, nowhere, places, say, seq, size, stored, text_of, two_in_direct,
    written,
};
use crate::change::Act;
use crate::ids::{ConversationId, ID_LIMIT, MessageId, Seq, UserId};
use crate::message::{Message, MessageView};
use crate::page::{Page, PageSize};
use crate::ports::{Committed, NewMessage, Stores};
use crate::reaction::{Emoji, ReactionCount};

const THUMB: &str = "👍";
const HEART: &str = "❤️";
const PARTY: &str = "🎉";

fn emoji(text: &str) -> Emoji {
    Emoji::new(text).unwrap()
}

async fn react(stores: &Stores, on: &Message, by: UserId, text: &str) {
    written(stores, on.conversation, by, Act::React { message: on.id, emoji: emoji(text) }).await;
}

async fn unreact(stores: &Stores, on: &Message, by: UserId, text: &str) {
    written(stores, on.conversation, by, Act::Unreact { message: on.id, emoji: emoji(text) }).await;
}

async fn pin(stores: &Stores, message: &Message, by: UserId) {
    written(stores, message.conversation, by, Act::Pin { message: message.id }).await;
}

async fn answer(stores: &Stores, quoted: &Message, by: UserId, text: &str) -> Message {
    let new = draft(stores, quoted.conversation, by, text).await;
    stored(stores, &NewMessage { reply_to: Some(quoted.id), ..new }).await
}

async fn dressed(stores: &Stores, message: &Message, viewer: UserId) -> MessageView {
    stores.annotations.dress(vec![message.clone()], viewer).await.unwrap().remove(0)
}

fn counts(view: &MessageView) -> Vec<(&str, u32, bool)> {
    view.reactions.iter().map(|one| (one.emoji.as_str(), one.count, one.mine)).collect()
}

/// One user puts one emoji on a message once, but may put several there; each viewer sees which are theirs.
pub async fn an_emoji_counts_once_for_each_user(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let said = say(stores, conversation, users[0], "cake?").await;
    assert_eq!(counts(&dressed(stores, &said, users[0]).await), []);
    react(stores, &said, users[1], THUMB).await;
    let again = Act::React { message: said.id, emoji: emoji(THUMB) };
    assert_eq!(commit(stores, conversation, users[1], again).await, Committed::Nothing);
    react(stores, &said, users[2], THUMB).await;
    react(stores, &said, users[1], HEART).await;
    for (viewer, thumb, heart) in [(users[0], false, false), (users[1], true, true), (users[2], true, false)] {
        let seen = dressed(stores, &said, viewer).await;
        assert_eq!(counts(&seen), [(THUMB, 2, thumb), (HEART, 1, heart)]);
        assert_eq!((seen.message, seen.replies, seen.is_pinned), (said.clone(), 0, false));
    }
    let missing = Act::Unreact { message: said.id, emoji: emoji(HEART) };
    assert_eq!(commit(stores, conversation, users[2], missing).await, Committed::Nothing, "not theirs to take back");
    unreact(stores, &said, users[1], THUMB).await;
    assert_eq!(counts(&dressed(stores, &said, users[1]).await), [(THUMB, 1, false), (HEART, 1, true)]);
    unreact(stores, &said, users[1], HEART).await;
    assert_eq!(counts(&dressed(stores, &said, users[1]).await), [(THUMB, 1, false)]);
}

/// The emoji that came first comes first, of those that are still there.
pub async fn emoji_come_in_the_order_of_the_first_of_each(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let said = say(stores, conversation, users[0], "cake?").await;
    let order = async || {
        let view = dressed(stores, &said, users[0]).await;
        view.reactions.into_iter().map(|one: ReactionCount| one.emoji.as_str().to_owned()).collect::<Vec<_>>()
    };
    for (user, text) in [(0, PARTY), (1, HEART), (1, THUMB), (2, HEART), (2, PARTY), (0, THUMB)] {
        react(stores, &said, users[user], text).await;
    }
    assert_eq!(order().await, [PARTY, HEART, THUMB]);
    unreact(stores, &said, users[0], PARTY).await;
    assert_eq!(order().await, [HEART, THUMB, PARTY], "the first one that is left came after the others");
    react(stores, &said, users[0], PARTY).await;
    unreact(stores, &said, users[1], HEART).await;
    assert_eq!(order().await, [THUMB, HEART, PARTY]);
}

/// Who put an emoji there comes by id, page by page, each once.
pub async fn reactors_are_listed_by_id_in_pages(stores: &Stores) {
    let users = crowd(stores, 6).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let said = say(stores, conversation, users[0], "cake?").await;
    for user in [4, 1, 5, 0, 3] {
        react(stores, &said, users[user], THUMB).await;
    }
    react(stores, &said, users[2], HEART).await;
    let expected = [users[0], users[1], users[3], users[4], users[5]];
    for wish in [1, 2, 4, 5, 6] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = stores.annotations.reactors(said.id, &emoji(THUMB), after, size(wish)).await.unwrap();
            seen.extend(page.items);
            not_endless(&seen);
            let Some(next) = page.next else { break };
            after = UserId::new(next);
            assert_eq!(after, seen.last().copied(), "the cursor is the last id shown");
        }
        assert_eq!(seen, expected, "pages of {wish}");
    }
    for (message, text) in [(said.id, PARTY), (MessageId::new(ID_LIMIT - 1).unwrap(), THUMB)] {
        let none = stores.annotations.reactors(message, &emoji(text), None, PageSize::MAX).await.unwrap();
        assert_eq!((none.items, none.next), (Vec::new(), None));
    }
}

/// Messages come out in the order in which they went in, each with what was put on it and nothing else.
pub async fn many_are_dressed_each_with_its_own(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, ann, 4).await;
    react(stores, &said[0], bob, HEART).await;
    pin(stores, &said[1], bob).await;
    answer(stores, &said[2], bob, "yes").await;
    for order in [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]] {
        let wish: Vec<_> = order.iter().map(|n: &usize| said[*n].clone()).collect();
        let views = stores.annotations.dress(wish.clone(), bob).await.unwrap();
        assert_eq!(views.iter().map(|view| view.message.clone()).collect::<Vec<_>>(), wish);
        for (n, view) in order.iter().zip(&views) {
            let expected = [(1, 0, false), (0, 0, true), (0, 1, false), (0, 0, false)][*n];
            assert_eq!((view.reactions.len(), view.replies, view.is_pinned), expected, "message {n}");
        }
    }
    assert_eq!(stores.annotations.dress(Vec::new(), bob).await.unwrap(), []);
}

async fn pins(stores: &Stores, conversation: ConversationId, viewer: UserId, wish: i64) -> Vec<i64> {
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page: Page<Message> = stores.annotations.pins(conversation, before, size(wish), viewer).await.unwrap();
        assert!(page.items.len() <= size(wish).get());
        seen.extend(places(&page.items));
        not_endless(&seen);
        let Some(next) = page.next else { return seen };
        before = Seq::new(next);
    }
}

/// The latest pin comes first, whatever the age of its message; who pins again what was unpinned pins it anew.
pub async fn pins_come_latest_first_in_pages(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, ann, 5).await;
    for n in [2, 0, 4, 1] {
        pin(stores, &said[n], bob).await;
    }
    for wish in [1, 2, 3, 4, 5] {
        assert_eq!(pins(stores, conversation, ann, wish).await, [2, 5, 1, 3], "pages of {wish}");
    }
    let again = Act::Pin { message: said[2].id };
    assert_eq!(commit(stores, conversation, ann, again).await, Committed::Nothing, "it is pinned, whoever did it");
    written(stores, conversation, ann, Act::Unpin { message: said[2].id }).await;
    assert_eq!(pins(stores, conversation, ann, 10).await, [2, 5, 1]);
    assert!(!dressed(stores, &said[2], ann).await.is_pinned);
    pin(stores, &said[2], ann).await;
    assert_eq!(pins(stores, conversation, ann, 10).await, [3, 2, 5, 1]);
    assert_eq!(pins(stores, nowhere(), ann, 10).await, []);
}

/// A message is pinned where it was said, and nowhere else.
pub async fn pins_do_not_mix(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let here = group(stores, users[0], &users[1..]).await;
    let there = group(stores, users[0], &users[1..]).await;
    let (mine, other) = (say(stores, here, users[0], "here").await, say(stores, there, users[0], "there").await);
    pin(stores, &mine, users[0]).await;
    pin(stores, &other, users[0]).await;
    for (conversation, expected) in [(here, &mine), (there, &other)] {
        let page = stores.annotations.pins(conversation, None, PageSize::MAX, users[1]).await.unwrap();
        assert_eq!(page.items, std::slice::from_ref(expected));
    }
}

/// The answers to a message come oldest first, page by page; what answers an answer is not among them.
pub async fn answers_come_oldest_first_in_pages(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let asked = say(stores, conversation, ann, "tea or coffee?").await;
    let mut expected = Vec::new();
    for (by, text) in [(bob, "tea"), (ann, "are you sure?"), (bob, "coffee"), (ann, "both")] {
        say(stores, conversation, ann, "by the way").await;
        expected.push(answer(stores, &asked, by, text).await);
    }
    answer(stores, &expected[0], ann, "with milk?").await;
    for wish in [1, 2, 3, 4, 5] {
        let (mut seen, mut after) = (Vec::new(), Seq::ZERO);
        loop {
            let page = stores.annotations.replies(asked.id, after, size(wish), ann).await.unwrap();
            seen.extend(page.items);
            not_endless(&seen);
            let Some(next) = page.next else { break };
            after = seq(next);
            assert_eq!(Some(after), seen.last().map(|message| message.seq), "the cursor is the last seq shown");
        }
        assert_eq!(seen, expected, "pages of {wish}");
    }
    assert_eq!((dressed(stores, &asked, ann).await.replies, dressed(stores, &expected[0], ann).await.replies), (4, 1));
    let unknown = MessageId::new(ID_LIMIT - 1).unwrap();
    assert_eq!(stores.annotations.replies(unknown, Seq::ZERO, PageSize::MAX, ann).await.unwrap().items, []);
}

/// An answer that was deleted keeps its place in the thread and is not counted; a thread outlives the message it answers.
pub async fn a_deleted_answer_keeps_its_place_and_is_not_counted(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let asked = say(stores, conversation, ann, "tea or coffee?").await;
    let gone = answer(stores, &asked, bob, "tea").await;
    answer(stores, &asked, bob, "coffee").await;
    written(stores, conversation, bob, Act::Delete { message: gone.id }).await;
    let texts = async || {
        let page = stores.annotations.replies(asked.id, Seq::ZERO, PageSize::MAX, ann).await.unwrap();
        page.items.iter().map(|message| text_of(message).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts().await, ["", "coffee"]);
    assert_eq!(dressed(stores, &asked, ann).await.replies, 1);
    written(stores, conversation, ann, Act::Delete { message: asked.id }).await;
    assert_eq!(texts().await, ["", "coffee"]);
    assert_eq!(dressed(stores, &asked, ann).await.replies, 1);
}
