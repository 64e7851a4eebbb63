//! Pages of messages: exact cursors, both ways, unmoved by what is written meanwhile.

use super::scene::{
    chat, crowd, deliver, direct, group, history, leave, message, not_endless, nowhere, places, say, seq, two_in_direct,
};
use crate::command::HistoryStart::{After, Before, Newest};
use crate::ids::{ID_LIMIT, Seq};
use crate::page::Page;
use crate::ports::Stores;

/// The newest come first, and paging back meets every message once.
pub async fn the_newest_page_goes_back_to_the_beginning(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, ann, 7).await;
    for wish in [1, 2, 3, 6, 7, 8] {
        let mut page = history(stores, conversation, Newest, wish).await;
        let mut seen = places(&page.items);
        while let Some(next) = page.next {
            assert_eq!(Some(&next), seen.last(), "the cursor is the last place shown");
            page = history(stores, conversation, Before(seq(next)), wish).await;
            assert!(!page.items.is_empty(), "a cursor promises more");
            seen.extend(places(&page.items));
            not_endless(&seen);
        }
        assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1], "pages of {wish}");
    }
}

/// Going on from a place, the oldest come first.
pub async fn the_pages_after_a_place_go_on_to_the_end(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, ann, 7).await;
    for wish in [1, 2, 3, 6, 7, 8] {
        let mut page = history(stores, conversation, After(Seq::ZERO), wish).await;
        let mut seen = places(&page.items);
        while let Some(next) = page.next {
            assert_eq!(Some(&next), seen.last(), "the cursor is the last place shown");
            page = history(stores, conversation, After(seq(next)), wish).await;
            assert!(!page.items.is_empty(), "a cursor promises more");
            seen.extend(places(&page.items));
            not_endless(&seen);
        }
        assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7], "pages of {wish}");
    }
}

/// A cursor itself is not shown again, from either side; beyond the ends there is nothing.
pub async fn a_cursor_is_never_part_of_its_page(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, ann, 5).await;
    let far = seq(ID_LIMIT - 1);
    for (from, expected, next) in [
        (Before(seq(4)), vec![3, 2], Some(2)),
        (Before(seq(3)), vec![2, 1], None),
        (Before(seq(1)), vec![], None),
        (Before(Seq::ZERO), vec![], None),
        (Before(seq(6)), vec![5, 4], Some(4)),
        (Before(far), vec![5, 4], Some(4)),
        (After(seq(2)), vec![3, 4], Some(4)),
        (After(seq(3)), vec![4, 5], None),
        (After(seq(5)), vec![], None),
        (After(far), vec![], None),
        (Newest, vec![5, 4], Some(4)),
    ] {
        let page = history(stores, conversation, from, 2).await;
        assert_eq!((places(&page.items), page.next), (expected, next), "{from:?}");
    }
}

/// Nothing said, or nowhere: the page is empty and the last.
pub async fn where_nothing_was_said_the_page_is_empty(stores: &Stores) {
    let (_, _, conversation) = two_in_direct(stores).await;
    for conversation in [conversation, nowhere()] {
        for from in [Newest, Before(seq(5)), After(Seq::ZERO)] {
            assert_eq!(history(stores, conversation, from, 10).await, Page { items: Vec::new(), next: None });
        }
    }
}

/// What is said while somebody turns pages shifts nothing.
pub async fn pages_are_not_moved_by_new_messages(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    chat(stores, conversation, ann, 5).await;
    let first = history(stores, conversation, Newest, 2).await;
    chat(stores, conversation, bob, 3).await;
    let second = history(stores, conversation, Before(seq(first.next.unwrap())), 2).await;
    assert_eq!((places(&first.items), places(&second.items)), (vec![5, 4], vec![3, 2]));
    let on = history(stores, conversation, After(seq(5)), 2).await;
    assert_eq!((places(&on.items), on.next), (vec![6, 7], Some(7)));
}

/// Entries that are no messages are no part of a page and do not shorten it.
pub async fn a_page_holds_messages_alone(stores: &Stores) {
    let users = crowd(stores, 5).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    for leaver in &users[2..] {
        say(stores, conversation, users[1], "who is next?").await;
        leave(stores, conversation, *leaver).await;
    }
    let back = history(stores, conversation, Newest, 2).await;
    assert_eq!((places(&back.items), back.next), (vec![5, 3], Some(3)));
    let back = history(stores, conversation, Before(seq(3)), 2).await;
    assert_eq!((places(&back.items), back.next), (vec![1], None));
    let on = history(stores, conversation, After(seq(1)), 2).await;
    assert_eq!((places(&on.items), on.next), (vec![3, 5], None), "the entry after the last message is no message");
}

/// A page is of one conversation, and shows each message as it stands.
pub async fn a_page_shows_the_messages_of_its_conversation_as_they_stand(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let one = direct(stores, users[0], users[1]).await;
    let other = direct(stores, users[0], users[2]).await;
    for _ in 0..3 {
        say(stores, one, users[0], "here").await;
        say(stores, other, users[0], "there").await;
    }
    deliver(stores, one, users[1], 2).await;
    let page = history(stores, one, After(Seq::ZERO), 10).await;
    assert_eq!(page.items.len(), 3);
    for shown in page.items {
        assert_eq!(shown.conversation, one);
        assert_eq!(shown.state.delivered_at().is_some(), shown.seq.get() <= 2);
        assert_eq!(message(stores, shown.id).await, shown);
    }
}
