//! Receipts: two marks per member that only rise, and who is told of a rise.

use super::scene::{
    advance, at, chat, crowd, deliver, direct, group, head, leave, nobody, nowhere, raise, read, say, seq, together,
    two_in_direct, user,
};
use crate::ids::{ConversationId, ID_LIMIT, UserId};
use crate::message::Message;
use crate::ports::Stores;
use crate::receipt::ReceiptKind::{Delivered, Read};
use crate::receipt::{Advanced, AuthorMark, Company, Marks, ReceiptKind};

/// The marks of a member as a pair of numbers: delivered and read.
async fn marks(stores: &Stores, conversation: ConversationId, user: UserId) -> (i64, i64) {
    let Marks { delivered, read } = stores.conversations.view(conversation, user).await.unwrap().unwrap().me.marks;
    (delivered.get(), read.get())
}

/// What an advance reported, without its authors: whose mark, which, from where to where; in a fixed order.
fn rises(advanced: &[Advanced]) -> Vec<(ConversationId, UserId, ReceiptKind, i64, i64)> {
    let mut rises: Vec<_> =
        advanced.iter().map(|one| (one.conversation, one.user, one.kind, one.from.get(), one.to.get())).collect();
    rises.sort();
    rises
}

/// The authors of the one advance that is there, by the places of their messages, newest first.
fn authors(advanced: &[Advanced]) -> Vec<AuthorMark> {
    let [one] = advanced else { panic!("one advance is expected: {advanced:?}") };
    let mut authors = one.authors.clone();
    authors.sort_by_key(|mark| std::cmp::Reverse(mark.seq));
    authors
}

fn mark_of(message: &Message) -> AuthorMark {
    AuthorMark { author: message.sender, message: message.id, seq: message.seq }
}

/// A rise is reported whole: whose mark, from where to where, when, and the author to tell.
pub async fn a_rise_is_reported_with_all_that_is_known(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, ann, 5).await;
    let first = Advanced {
        conversation,
        user: bob,
        kind: Delivered,
        from: seq(0),
        to: seq(3),
        at: at(5),
        company: Company::Direct,
        authors: vec![mark_of(&said[2])],
    };
    assert_eq!(deliver(stores, conversation, bob, 3).await, std::slice::from_ref(&first));
    let second = Advanced { from: seq(3), to: seq(5), authors: vec![mark_of(&said[4])], ..first.clone() };
    assert_eq!(deliver(stores, conversation, bob, 5).await, [second]);
    let read_two = Advanced { kind: Read, to: seq(2), at: at(6), authors: vec![mark_of(&said[1])], ..first };
    assert_eq!(read(stores, conversation, bob, 2).await, [read_two]);
    assert_eq!(marks(stores, conversation, bob).await, (5, 2));
}

/// A repeated or an older receipt raises nothing and tells nobody.
pub async fn what_raises_nothing_is_passed_over(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, ann, 5).await;
    assert_eq!(deliver(stores, conversation, bob, 4).await.len(), 1);
    assert_eq!(read(stores, conversation, bob, 3).await.len(), 1);
    for (kind, to) in [(Delivered, 4), (Delivered, 1), (Delivered, 0), (Read, 3), (Read, 2), (Read, 0)] {
        assert_eq!(advance(stores, &[raise(conversation, bob, kind, seq(to), at(9))]).await, [], "{kind:?} {to}");
        assert_eq!(marks(stores, conversation, bob).await, (4, 3));
    }
    assert_eq!(advance(stores, &[]).await, []);
}

/// Who read has received: both marks rise, one report says so.
pub async fn reading_implies_delivery_and_is_reported_once(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, ann, 4).await;
    deliver(stores, conversation, bob, 1).await;
    assert_eq!(rises(&read(stores, conversation, bob, 3).await), [(conversation, bob, Read, 0, 3)]);
    assert_eq!(marks(stores, conversation, bob).await, (3, 3));
    assert_eq!(deliver(stores, conversation, bob, 3).await, []);
    assert_eq!(rises(&read(stores, conversation, bob, 4).await), [(conversation, bob, Read, 3, 4)]);
    assert_eq!(marks(stores, conversation, bob).await, (4, 4));
}

/// Nobody can have read what is not there yet, or the next message would be born read.
pub async fn beyond_the_head_counts_as_the_head(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    for kind in [Delivered, Read] {
        let early = raise(conversation, bob, kind, seq(ID_LIMIT - 1), at(5));
        assert_eq!(advance(stores, &[early]).await, [], "there is nothing yet");
    }
    chat(stores, conversation, ann, 2).await;
    assert_eq!(rises(&deliver(stores, conversation, bob, 7).await), [(conversation, bob, Delivered, 0, 2)]);
    assert_eq!(rises(&read(stores, conversation, bob, ID_LIMIT - 1).await), [(conversation, bob, Read, 0, 2)]);
    assert_eq!(read(stores, conversation, bob, 3).await, []);
    chat(stores, conversation, ann, 1).await;
    assert_eq!(marks(stores, conversation, bob).await, (2, 2));
    assert_eq!(rises(&read(stores, conversation, bob, 3).await), [(conversation, bob, Read, 2, 3)]);
}

/// What is not about a member is passed over, and the rest of the same call counts.
pub async fn what_is_not_about_a_member_is_passed_over(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let conversation = group(stores, users[0], &users[1..3]).await;
    chat(stores, conversation, users[0], 2).await;
    leave(stores, conversation, users[2]).await;
    let advances = [
        raise(nowhere(), users[1], Read, seq(1), at(5)),
        raise(conversation, nobody(), Read, seq(1), at(5)),
        raise(conversation, users[2], Read, seq(1), at(5)),
        raise(conversation, users[1], Delivered, seq(1), at(5)),
        raise(conversation, users[3], Delivered, seq(1), at(5)),
    ];
    assert_eq!(rises(&advance(stores, &advances).await), [(conversation, users[1], Delivered, 0, 1)]);
    assert_eq!(stores.conversations.view(conversation, users[2]).await.unwrap(), None);
    assert_eq!(stores.conversations.view(conversation, users[3]).await.unwrap(), None);
}

/// Receipts are gathered before they are written, so one call can hold several for one mark: the highest counts, once.
pub async fn of_several_for_one_mark_in_one_call_the_highest_counts(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = chat(stores, conversation, ann, 6).await;
    for (kind, expected) in [(Delivered, (5, 0)), (Read, (5, 5))] {
        let wishes = [2, 5, 3, 5, 1, 4].map(|to| raise(conversation, bob, kind, seq(to), at(5)));
        let advanced = advance(stores, &wishes).await;
        assert_eq!(rises(&advanced), [(conversation, bob, kind, 0, 5)]);
        assert_eq!(authors(&advanced), [mark_of(&said[4])]);
        assert_eq!(marks(stores, conversation, bob).await, expected);
    }
}

/// Where one call raises both marks of a member, delivery speaks for itself only if it goes further than reading.
pub async fn both_marks_in_one_call_are_reported_without_repetition(stores: &Stores) {
    let users = crowd(stores, 6).await;
    for (n, delivered, read, expected) in [
        (1, 5, 3, vec![(Delivered, 0, 5), (Read, 0, 3)]),
        (2, 3, 5, vec![(Read, 0, 5)]),
        (3, 4, 4, vec![(Read, 0, 4)]),
        (4, ID_LIMIT - 1, 6, vec![(Read, 0, 6)]),
        (5, ID_LIMIT - 1, 1, vec![(Delivered, 0, 6), (Read, 0, 1)]),
    ] {
        for order in [[Delivered, Read], [Read, Delivered]] {
            let reader = user(stores, &format!("reader{n}{}", if order[0] == Read { "r" } else { "d" })).await;
            let conversation = direct(stores, users[0], reader).await;
            chat(stores, conversation, users[0], 6).await;
            let wish = |kind| {
                let to = if kind == Read { read } else { delivered };
                raise(conversation, reader, kind, seq(to), at(5))
            };
            let advanced = advance(stores, &order.map(wish)).await;
            let expected: Vec<_> =
                expected.iter().map(|(kind, from, to)| (conversation, reader, *kind, *from, *to)).collect();
            assert_eq!(rises(&advanced), expected, "delivered {delivered} and read {read}");
            assert_eq!(marks(stores, conversation, reader).await, (delivered.max(read).min(6), read));
        }
    }
}

/// One call can be about many members of many conversations.
pub async fn one_call_serves_many_members_and_conversations(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let one = group(stores, users[0], &users[1..]).await;
    let other = group(stores, users[1], &users[2..]).await;
    chat(stores, one, users[0], 3).await;
    chat(stores, other, users[1], 4).await;
    let advances = [
        raise(other, users[3], Delivered, seq(4), at(5)),
        raise(one, users[1], Read, seq(2), at(5)),
        raise(one, users[2], Delivered, seq(3), at(5)),
        raise(other, users[2], Read, seq(1), at(5)),
        raise(one, users[3], Delivered, seq(1), at(5)),
        raise(one, users[2], Read, seq(3), at(5)),
    ];
    let mut expected = vec![
        (other, users[3], Delivered, 0, 4),
        (one, users[1], Read, 0, 2),
        (one, users[2], Read, 0, 3),
        (other, users[2], Read, 0, 1),
        (one, users[3], Delivered, 0, 1),
    ];
    expected.sort();
    assert_eq!(rises(&advance(stores, &advances).await), expected);
    assert_eq!(marks(stores, one, users[0]).await, (0, 0), "nobody else's marks moved");
    assert_eq!(marks(stores, one, users[3]).await, (1, 0));
    assert_eq!(marks(stores, other, users[3]).await, (4, 0));
}

/// Told is each author whose messages the rise covers, with the newest of them; never the reader.
pub async fn each_author_covered_is_told_the_newest_of_their_messages(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let (reader, ann, bob, cid) = (users[0], users[1], users[2], users[3]);
    let conversation = group(stores, reader, &users[1..]).await;
    let mut said = Vec::new();
    for sender in [cid, ann, bob, reader, ann, reader, bob, cid] {
        said.push(say(stores, conversation, sender, "something").await);
    }
    let mark = |n: usize| mark_of(&said[n - 1]);
    assert_eq!(authors(&deliver(stores, conversation, reader, 1).await), [mark(1)]);
    assert_eq!(authors(&deliver(stores, conversation, reader, 6).await), [mark(5), mark(3)], "cid was told before");
    assert_eq!(authors(&deliver(stores, conversation, reader, 8).await), [mark(8), mark(7)]);
    assert_eq!(authors(&read(stores, conversation, reader, 8).await), [mark(8), mark(7), mark(5)]);
}

/// A mark that passes only one's own messages, or none at all, rises and tells nobody.
pub async fn a_rise_over_nobody_elses_messages_tells_nobody(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    say(stores, conversation, users[0], "mine").await;
    leave(stores, conversation, users[2]).await;
    for to in [1, 2] {
        let advanced = read(stores, conversation, users[0], to).await;
        assert_eq!(rises(&advanced), [(conversation, users[0], Read, to - 1, to)]);
        assert_eq!(authors(&advanced), []);
    }
}

/// In a large group only the authors of the newest messages are told.
pub async fn at_most_twenty_authors_are_told_the_newest_ones(stores: &Stores) {
    let users = crowd(stores, 24).await;
    let (reader, others) = (users[0], &users[1..]);
    let conversation = group(stores, reader, others).await;
    // The first one speaks first and last, so neither "first seen" nor "smallest id" gives the right twenty.
    let mut said = vec![say(stores, conversation, others[0], "first").await];
    for other in others.iter().rev() {
        said.push(say(stores, conversation, *other, "something").await);
    }
    let expected: Vec<_> = said.iter().rev().take(Advanced::MAX_AUTHORS).map(mark_of).collect();
    let count = i64::try_from(said.len()).unwrap();
    assert_eq!(authors(&read(stores, conversation, reader, count).await), expected);
}

/// Sixteen nodes report at once in any order: the mark ends at the highest, and the reports join to one unbroken rise.
pub async fn racing_receipts_end_at_the_highest_and_never_fall(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, ann, 16).await;
    for kind in [Delivered, Read] {
        let answers = together(16, |n| {
            let stores = stores.clone();
            let to = seq(i64::try_from(n * 7 % 16).unwrap() + 1);
            async move { advance(&stores, &[raise(conversation, bob, kind, to, at(5))]).await }
        })
        .await;
        let mut steps: Vec<_> = answers.iter().flatten().map(|one| (one.from.get(), one.to.get())).collect();
        steps.sort_unstable();
        let mut reached = 0;
        for (from, to) in &steps {
            assert_eq!(*from, reached, "each report goes on where another ended: {steps:?}");
            assert!(to > from, "{steps:?}");
            reached = *to;
        }
        assert_eq!(reached, 16, "{steps:?}");
    }
    assert_eq!(marks(stores, conversation, bob).await, (16, 16));
    assert_eq!(head(stores, conversation).await, seq(16));
}
