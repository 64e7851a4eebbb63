//! How far messages got: with how many, with whom, and when.

use super::scene::{
    advance, at, chat, crowd, deliver, group, leave, nobody, nowhere, raise, read, say, seq, size, step_at,
    two_in_direct, written,
};
use crate::change::Act;
use crate::conversation::{GroupUpdate, HistoryVisibility};
use crate::ids::{ConversationId, UserId};
use crate::message::Message;
use crate::ports::Stores;
use crate::receipt::ReceiptKind::{self, Delivered, Read};
use crate::receipt::{Company, MemberReceipt, ReceiptCounts};
use crate::relation::Step;
use crate::time::Timestamp;

/// Delivered, read and of how many, as a viewer sees it.
async fn counts(stores: &Stores, message: &Message, viewer: UserId) -> (u32, u32, u32) {
    let store = &stores.receipts;
    let counts = store.counts(message.conversation, message.sender, &[message.seq], viewer).await.unwrap();
    let [ReceiptCounts { delivered, read, of }] = counts[..] else { panic!("one message: {counts:?}") };
    (delivered, read, of)
}

/// Everybody's receipt of a message, as a viewer sees it. What is listed has to be what is counted.
async fn listed(stores: &Stores, message: &Message, viewer: UserId) -> Vec<MemberReceipt> {
    let store = &stores.receipts;
    let page = store.receipts(message.conversation, message.reference(), None, size(100), viewer).await.unwrap();
    let number = |kinds: &[ReceiptKind]| {
        let reached = page.items.iter().filter(|receipt| receipt.reached.is_some_and(|kind| kinds.contains(&kind)));
        u32::try_from(reached.count()).unwrap()
    };
    let of = u32::try_from(page.items.len()).unwrap();
    let expected = (number(&[Delivered, Read]), number(&[Read]), of);
    assert_eq!(counts(stores, message, viewer).await, expected, "what is listed is what is counted");
    page.items
}

fn receipt(
    user: UserId,
    reached: Option<ReceiptKind>,
    delivered_at: Option<Timestamp>,
    read_at: Option<Timestamp>,
) -> MemberReceipt {
    MemberReceipt { user, reached, delivered_at, read_at }
}

async fn rise(stores: &Stores, room: ConversationId, user: UserId, kind: ReceiptKind, to: i64, moment: i64) {
    assert_eq!(advance(stores, &[raise(room, user, kind, seq(to), at(moment))]).await.len(), 1);
}

/// Each member but the author stands for themselves, with the times at which their marks first passed the message.
pub async fn a_message_in_a_group_shows_how_far_it_got_with_each(stores: &Stores) {
    let users = crowd(stores, 5).await;
    let room = group(stores, users[0], &users[1..]).await;
    let said = chat(stores, room, users[2], 3).await;
    rise(stores, room, users[0], Delivered, 1, 10).await;
    rise(stores, room, users[0], Delivered, 3, 11).await;
    rise(stores, room, users[0], Read, 2, 12).await;
    rise(stores, room, users[1], Read, 3, 13).await;
    rise(stores, room, users[3], Delivered, 2, 14).await;
    rise(stores, room, users[2], Read, 3, 15).await;
    let some = |moment| Some(at(moment));
    let second = vec![
        receipt(users[0], Some(Read), some(11), some(12)),
        receipt(users[1], Some(Read), some(13), some(13)),
        receipt(users[3], Some(Delivered), some(14), None),
        receipt(users[4], None, None, None),
    ];
    for viewer in [users[2], users[0], users[4]] {
        assert_eq!(listed(stores, &said[1], viewer).await, second);
    }
    assert_eq!(listed(stores, &said[0], users[2]).await[0], receipt(users[0], Some(Read), some(10), some(12)));
    assert_eq!(counts(stores, &said[2], users[2]).await, (2, 1, 4));
}

/// Many messages are counted as each by itself, in the order given.
pub async fn many_are_counted_as_each_by_itself(stores: &Stores) {
    let users = crowd(stores, 6).await;
    let room = group(stores, users[0], &users[1..4]).await;
    let mut said = chat(stores, room, users[0], 2).await;
    written(stores, room, users[0], Act::Add { users: users[4..].to_vec() }).await;
    said.extend(chat(stores, room, users[0], 2).await);
    for (n, user) in users[1..].iter().enumerate() {
        rise(stores, room, *user, Delivered, 6, 10).await;
        read(stores, room, *user, i64::try_from(n).unwrap()).await;
    }
    said.reverse();
    let places: Vec<_> = said.iter().map(|message| message.seq).collect();
    let together = stores.receipts.counts(room, users[0], &places, users[0]).await.unwrap();
    let mut alone = Vec::new();
    for message in &said {
        alone.push(counts(stores, message, users[0]).await);
    }
    let plain = |counts: &ReceiptCounts| (counts.delivered, counts.read, counts.of);
    assert_eq!(together.iter().map(plain).collect::<Vec<_>>(), alone);
    assert_eq!(alone.iter().map(|(_, _, of)| *of).collect::<Vec<_>>(), [5, 5, 3, 3]);
    assert_eq!(stores.receipts.counts(room, users[0], &[], users[0]).await.unwrap(), []);
}

/// Counted are those who are members and were already when it was said, whatever newcomers may see of the past.
pub async fn who_came_later_or_left_is_not_counted(stores: &Stores) {
    for history in HistoryVisibility::ALL {
        let users = crowd_named(stores, history.as_str()).await;
        let room = group(stores, users[0], &users[1..4]).await;
        let update = GroupUpdate { history: Some(history), ..GroupUpdate::default() };
        if history != HistoryVisibility::default() {
            written(stores, room, users[0], Act::Update(update)).await;
        }
        let before = say(stores, room, users[0], "before").await;
        written(stores, room, users[0], Act::Add { users: vec![users[4]] }).await;
        let after = say(stores, room, users[0], "after").await;
        assert_eq!(ids(&listed(stores, &before, users[0]).await), users[1..4], "{history:?}");
        assert_eq!(ids(&listed(stores, &after, users[0]).await), users[1..5], "{history:?}");
        leave(stores, room, users[1]).await;
        assert_eq!(ids(&listed(stores, &before, users[0]).await), users[2..4], "{history:?}");
        written(stores, room, users[0], Act::Add { users: vec![users[1]] }).await;
        assert_eq!(ids(&listed(stores, &before, users[0]).await), users[2..4], "who comes back is a newcomer");
    }
}

async fn crowd_named(stores: &Stores, name: &str) -> Vec<UserId> {
    let mut users = Vec::new();
    for n in 0..5 {
        users.push(super::scene::user(stores, &format!("{name}{n}")).await);
    }
    users.sort();
    users
}

fn ids(receipts: &[MemberReceipt]) -> Vec<UserId> {
    receipts.iter().map(|receipt| receipt.user).collect()
}

/// Pages follow each other by id without gap or repeat.
pub async fn receipts_come_by_id_in_pages(stores: &Stores) {
    let users = crowd(stores, 8).await;
    let room = group(stores, users[3], &[&users[..3], &users[4..]].concat()).await;
    let said = say(stores, room, users[3], "hello").await;
    let expected: Vec<_> = users.iter().copied().filter(|user| *user != users[3]).collect();
    for wish in [1, 2, 3, 7, 8] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = stores.receipts.receipts(room, said.reference(), after, size(wish), users[3]).await.unwrap();
            seen.extend(ids(&page.items));
            super::scene::not_endless(&seen);
            let Some(next) = page.next else { break };
            after = UserId::new(next);
        }
        assert_eq!(seen, expected, "pages of {wish}");
    }
}

/// In a direct conversation there is one who was to hear it.
pub async fn a_direct_message_got_as_far_as_its_state_says(stores: &Stores) {
    let (ann, bob, room) = two_in_direct(stores).await;
    let said = say(stores, room, ann, "hello").await;
    assert_eq!(listed(stores, &said, ann).await, [receipt(bob, None, None, None)]);
    rise(stores, room, bob, Delivered, 1, 10).await;
    rise(stores, room, bob, Read, 1, 12).await;
    let expected = receipt(bob, Some(Read), Some(at(10)), Some(at(12)));
    for viewer in [ann, bob] {
        assert_eq!(listed(stores, &said, viewer).await, [expected]);
    }
}

/// A large group knows how far each came, and not when. What was known from the time when it was small stays.
pub async fn a_large_group_is_counted_without_times(stores: &Stores) {
    let small = usize::try_from(Company::MAX_SMALL).unwrap();
    let users = crowd(stores, small + 1).await;
    let room = group(stores, users[0], &users[1..small]).await;
    let early = say(stores, room, users[0], "we are few").await;
    deliver(stores, room, users[1], 1).await;
    written(stores, room, users[0], Act::Add { users: users[small..].to_vec() }).await;
    let late = say(stores, room, users[0], "we are many").await;
    read(stores, room, users[1], 3).await;
    read(stores, room, users[2], 3).await;
    let early = listed(stores, &early, users[0]).await;
    assert_eq!(early[0], receipt(users[1], Some(Read), Some(at(5)), None));
    assert_eq!(early[1], receipt(users[2], Some(Read), None, None));
    assert_eq!(early.len(), small - 1);
    let late = listed(stores, &late, users[0]).await;
    assert_eq!(late[0], receipt(users[1], Some(Read), None, None));
    assert_eq!((late[2], late.len()), (receipt(users[3], None, None, None), small));
}

/// While a block stands, neither of the two sees in a group how far the other came since; everybody else does.
pub async fn a_block_freezes_what_two_see_of_each_other_in_a_group(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let room = group(stores, users[0], &users[1..]).await;
    for (blocker, blocked) in [(0, 1), (1, 0)] {
        let first = say(stores, room, users[0], "before").await;
        rise(stores, room, users[1], Read, first.seq.get(), 10).await;
        step_at(stores, users[blocker], Step::Block, users[blocked], at(20)).await;
        let second = say(stores, room, users[0], "since").await;
        rise(stores, room, users[1], Read, second.seq.get(), 30).await;
        let silent = receipt(users[1], None, None, None);
        assert_eq!(listed(stores, &second, users[0]).await[0], silent, "the author");
        assert_eq!(listed(stores, &first, users[0]).await[0].reached, Some(Read), "what was before stays");
        let open = receipt(users[1], Some(Read), Some(at(30)), Some(at(30)));
        for viewer in [users[1], users[2]] {
            assert_eq!(listed(stores, &second, viewer).await[0], open);
        }
        step_at(stores, users[blocker], Step::Unblock, users[blocked], at(40)).await;
        assert_eq!(listed(stores, &second, users[0]).await[0], open, "afterwards");
    }
}

/// Where there is nothing, nothing is counted.
pub async fn nothing_got_nowhere(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let room = group(stores, users[0], &users[1..]).await;
    let said = say(stores, room, users[0], "hello").await;
    let store = &stores.receipts;
    let page = store.receipts(nowhere(), said.reference(), None, size(10), users[0]).await.unwrap();
    assert_eq!((page.items, page.next), (vec![], None));
    let counted = store.counts(nowhere(), nobody(), &[said.seq], nobody()).await.unwrap();
    assert!(counted.iter().all(|counts| *counts == ReceiptCounts::default()));
}
