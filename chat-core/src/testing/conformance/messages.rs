//! Messages: stored once, judged on a version, found again.

use super::scene::{
    append, at, body, crowd, direct, draft, group, head, key, leave, message, nobody, nowhere, read, say, step, stored,
    two_in_direct, version,
};
use crate::ids::{ConversationId, ID_LIMIT, MessageId, UserId, Version};
use crate::message::Content;
use crate::message::{Message, MessageState};
use crate::ports::{Appended, NewMessage, Stores};
use crate::relation::Step;

async fn keyed(stores: &Stores, conversation: ConversationId, sender: UserId, text: &str, name: &str) -> NewMessage {
    NewMessage { client_id: Some(key(name)), ..draft(stores, conversation, sender, text).await }
}

async fn find(stores: &Stores, conversation: ConversationId, sender: UserId, name: &str) -> Option<Message> {
    stores.messages.find_by_client_id(conversation, sender, &key(name)).await.unwrap()
}

/// A stored message has everything it was given, its place, and an id by which it is found.
pub async fn a_message_is_stored_as_it_was_given(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let first = say(stores, conversation, bob, "how are you?").await;
    let new = NewMessage { reply_to: Some(first.id), ..keyed(stores, conversation, ann, "fine", "key-1").await };
    let second = stored(stores, &new).await;
    let expected = Message {
        id: second.id,
        conversation,
        seq: first.seq.next(),
        sender: ann,
        content: Content::said(body("fine")),
        client_id: Some(key("key-1")),
        reply_to: Some(first.id),
        created_at: at(3),
        state: MessageState::Sent,
    };
    assert_eq!(second, expected);
    assert_eq!(message(stores, second.id).await, expected);
    assert_eq!((first.seq.get(), first.client_id, first.reply_to), (1, None, None));
    assert_eq!(head(stores, conversation).await.get(), 2);
}

/// Every conversation counts for itself; ids count over all of them.
pub async fn places_are_counted_per_conversation_and_ids_over_all(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversations = [direct(stores, users[0], users[1]).await, group(stores, users[0], &users[1..]).await];
    let mut ids = Vec::new();
    for place in 1..=4 {
        for conversation in conversations {
            let said = say(stores, conversation, users[0], "hello").await;
            assert_eq!((said.conversation, said.seq.get()), (conversation, place));
            ids.push(said.id);
        }
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
}

/// Absence is an answer.
pub async fn an_unknown_message_is_none(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    stored(stores, &keyed(stores, conversation, ann, "hello", "key-1").await).await;
    assert_eq!(stores.messages.get(MessageId::new(ID_LIMIT - 1).unwrap(), nobody()).await.unwrap(), None);
    assert_eq!(find(stores, conversation, ann, "key-2").await, None);
    assert_eq!(find(stores, conversation, bob, "key-1").await, None);
    assert_eq!(find(stores, nowhere(), ann, "key-1").await, None);
}

/// A retry finds its message, at whatever time it comes, and writes nothing.
pub async fn a_repeat_answers_the_first_message_and_writes_nothing(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let new = keyed(stores, conversation, ann, "hello", "key-1").await;
    let first = stored(stores, &new).await;
    let later = NewMessage { at: at(500), ..new.clone() };
    for repeat in [&new, &later, &new] {
        assert_eq!(append(stores, repeat).await, Appended::Repeated(first.clone()));
    }
    assert_eq!(head(stores, conversation).await, first.seq);
    assert_eq!(find(stores, conversation, ann, "key-1").await, Some(first));
    assert_eq!(say(stores, conversation, ann, "next").await.seq.get(), 2, "no place was spent on the repeats");
}

/// A repeat is answered with the message of now, so that a client that lost the answer sees its receipts too.
pub async fn a_repeat_answers_the_message_as_it_stands(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let new = keyed(stores, conversation, ann, "hello", "key-1").await;
    let first = stored(stores, &new).await;
    read(stores, conversation, bob, 1).await;
    let now = message(stores, first.id).await;
    assert_eq!(now.state.read_at(), Some(at(6)));
    assert_eq!(append(stores, &new).await, Appended::Repeated(now.clone()));
    assert_eq!(find(stores, conversation, ann, "key-1").await, Some(now));
}

/// The same key with anything else to say is a mistake of the client: it is told, and nothing is written.
pub async fn the_same_key_with_something_else_is_a_conflict(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let other = say(stores, conversation, bob, "a question").await;
    let another = say(stores, conversation, bob, "another question").await;
    let reply = NewMessage { reply_to: Some(other.id), ..keyed(stores, conversation, ann, "Hello", "key-1").await };
    let first = stored(stores, &reply).await;
    for text in ["hello", "Hello ", " Hello", "Hello\n", "He\u{301}llo", "Hell\u{FF4F}", "Hello!"] {
        let conflict = NewMessage { body: body(text), ..reply.clone() };
        assert_eq!(append(stores, &conflict).await, Appended::Conflict, "{text:?}");
    }
    for reply_to in [None, Some(another.id)] {
        let conflict = NewMessage { reply_to, ..reply.clone() };
        assert_eq!(append(stores, &conflict).await, Appended::Conflict, "{reply_to:?}");
    }
    let plain = keyed(stores, conversation, ann, "plain", "key-2").await;
    stored(stores, &plain).await;
    let conflict = NewMessage { reply_to: Some(other.id), ..plain };
    assert_eq!(append(stores, &conflict).await, Appended::Conflict);
    assert_eq!(head(stores, conversation).await.get(), 4);
    assert_eq!(find(stores, conversation, ann, "key-1").await, Some(first));
}

/// A key belongs to one sender in one conversation.
pub async fn the_same_key_elsewhere_is_another_message(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let one = direct(stores, users[0], users[1]).await;
    let other = group(stores, users[0], &users[1..]).await;
    let mut ids = Vec::new();
    for (conversation, sender) in [(one, users[0]), (one, users[1]), (other, users[0]), (other, users[2])] {
        let said = stored(stores, &keyed(stores, conversation, sender, "hello", "key-1").await).await;
        assert_eq!(find(stores, conversation, sender, "key-1").await.as_ref(), Some(&said));
        ids.push(said.id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

/// Keys are told apart by every character.
pub async fn keys_are_told_apart_to_the_letter(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let longest = "k".repeat(64);
    for name in [
        "abc",
        "ABC",
        "Abc",
        "ab",
        "abc-",
        "a%",
        "a_",
        "a'",
        "\"a",
        "\\",
        "\\\\",
        "0",
        "00",
        "-0",
        &longest,
        &longest[1..],
    ] {
        let said = stored(stores, &keyed(stores, conversation, ann, name, name).await).await;
        assert_eq!(said.client_id, Some(key(name)));
    }
    assert_eq!(find(stores, conversation, ann, "abc").await.map(|said| said.content), Some(Content::said(body("abc"))));
    assert_eq!(find(stores, conversation, ann, "aBC").await, None);
}

/// Without a key nothing is a repeat.
pub async fn without_a_key_every_message_is_a_new_one(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let new = draft(stores, conversation, ann, "hello").await;
    let (first, second) = (stored(stores, &new).await, stored(stores, &new).await);
    assert_ne!(first.id, second.id);
    assert_eq!((first.seq.get(), second.seq.get()), (1, 2));
}

/// A decision on older facts writes nothing and spends neither a place nor the key.
pub async fn a_stale_message_leaves_no_trace(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let old = keyed(stores, conversation, users[0], "hello", "key-1").await;
    leave(stores, conversation, users[1]).await;
    let now = version(stores, conversation).await;
    for judged_on in [old.judged_on, Version(now.0 + 1), Version(0), Version(i64::MAX)] {
        let stale = NewMessage { judged_on, ..old.clone() };
        assert_eq!(append(stores, &stale).await, Appended::Stale, "{judged_on:?}");
    }
    assert_eq!(head(stores, conversation).await.get(), 1);
    assert_eq!(find(stores, conversation, users[0], "key-1").await, None);
    let again = stored(stores, &NewMessage { judged_on: now, ..old }).await;
    assert_eq!(again.seq.get(), 2);
}

/// A message to nowhere is stale as well: whatever was judged, it was not this.
pub async fn a_message_to_nowhere_is_stale(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let new = keyed(stores, conversation, ann, "hello", "key-1").await;
    for judged_on in [new.judged_on, Version(0)] {
        let lost = NewMessage { conversation: nowhere(), judged_on, ..new.clone() };
        assert_eq!(append(stores, &lost).await, Appended::Stale);
    }
    assert_eq!(find(stores, nowhere(), ann, "key-1").await, None);
}

/// The key comes before the version: whoever retries learns what became of the message, even where the rules have changed.
pub async fn a_repeat_is_recognised_after_the_version_moved(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let new = keyed(stores, conversation, ann, "hello", "key-1").await;
    let first = stored(stores, &new).await;
    step(stores, bob, Step::Block, ann).await;
    assert_eq!(append(stores, &new).await, Appended::Repeated(first.clone()));
    let future = NewMessage { judged_on: Version(1_000), ..new.clone() };
    assert_eq!(append(stores, &future).await, Appended::Repeated(first));
    let other = NewMessage { body: body("something else"), ..new.clone() };
    assert_eq!(append(stores, &other).await, Appended::Conflict);
    let fresh = NewMessage { client_id: Some(key("key-2")), ..new };
    assert_eq!(append(stores, &fresh).await, Appended::Stale);
}

/// Who left can still learn what became of what they sent.
pub async fn who_left_still_finds_what_they_sent(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let new = keyed(stores, conversation, users[1], "bye", "key-1").await;
    let said = stored(stores, &new).await;
    leave(stores, conversation, users[1]).await;
    assert_eq!(append(stores, &new).await, Appended::Repeated(said.clone()));
    assert_eq!(message(stores, said.id).await, said);
}

/// Marks are for receipts alone: to send is not to read, not even one's own message.
pub async fn sending_raises_nobodys_marks(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    say(stores, conversation, bob, "hello").await;
    say(stores, conversation, ann, "hello").await;
    for user in [ann, bob] {
        let position = stores.conversations.positions(user).await.unwrap().remove(0);
        assert_eq!((position.marks, position.peer), (Default::default(), Some(Default::default())));
    }
}

/// Sending moves the head, never the version: facts stay good from one message to the next.
pub async fn sending_does_not_move_the_version(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let before = version(stores, conversation).await;
    for _ in 0..3 {
        say(stores, conversation, ann, "hello").await;
    }
    assert_eq!(version(stores, conversation).await, before);
    assert_eq!(stores.conversations.facts(conversation, nobody()).await.unwrap().unwrap().version, before);
}
