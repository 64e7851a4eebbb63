//! Stories of the filter: what is refused, what is said instead, and what a repeat is answered.

use std::sync::{Arc, Mutex};

use chat_core::chat::ChatSettings;
use chat_core::ids::UserId;
use chat_core::ports::{BodyFilter, Said, Verdict};
use chat_core::testing::{EventRecorder, ManualClock, MemoryStore, SeededEntropy};
use chat_core::text::Body;
use chat_core::words::WordFilter;
use chat_core::{Chat, Command, ErrorCode};

use crate::house::{House, message};

/// A house whose chat has a filter.
fn house(filter: Arc<dyn BodyFilter>) -> House {
    let (store, bus, clock) =
        (Arc::new(MemoryStore::new()), Arc::new(EventRecorder::new()), Arc::new(ManualClock::new()));
    let chance = Arc::new(SeededEntropy::default());
    let chat =
        Chat::new(store.stores(), bus.clone(), clock.clone(), chance, ChatSettings::default()).with_filter(filter);
    House { chat, store, bus, clock }
}

fn body(text: &str) -> Body {
    Body::new(text).expect("a body")
}

/// Says something milder, or nothing, as it is told at the moment; and remembers what it was asked.
#[derive(Default)]
struct Moody {
    refuses: Mutex<bool>,
    asked: Mutex<Vec<(UserId, String, bool)>>,
}

impl BodyFilter for Moody {
    fn judge(&self, said: &Said<'_>) -> Verdict {
        let text = said.body.as_str();
        self.asked.lock().expect("whole").push((said.sender, text.to_owned(), said.is_edit));
        if *self.refuses.lock().expect("whole") {
            Verdict::Refuse
        } else if text.contains("darn") {
            Verdict::Replace(body(&text.replace("darn", "****")))
        } else {
            Verdict::Allow
        }
    }
}

#[tokio::test]
async fn what_is_refused_is_neither_stored_nor_told() {
    let house = house(Arc::new(WordFilter::new("darn")));
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let group = house.group(ann, &[bob]).await;
    house.news();
    for key in [None, Some("k-1"), Some("k-1")] {
        assert_eq!(house.refused(ann, message(group, "Darn!", key)).await, ErrorCode::MessageRefused);
    }
    assert_eq!(house.news().len(), 0);
    let fresh = house.sent(ann, message(group, "well", Some("k-1"))).await;
    assert!(fresh.fresh, "a refused attempt leaves its key free");

    let edit = Command::EditMessage { message: fresh.message.id.into(), body: body("darn it") };
    assert_eq!(house.refused(ann, edit).await, ErrorCode::MessageRefused);
}

#[tokio::test]
async fn what_is_said_instead_is_what_everybody_sees_and_a_repeat_is_one() {
    let filter = Arc::new(Moody::default());
    let house = house(filter.clone());
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let group = house.group(ann, &[bob]).await;
    let first = house.sent(ann, message(group, "darn!", Some("k-1"))).await;
    assert_eq!(first.message.body(), Some(&body("****!")));
    let repeat = house.sent(ann, message(group, "darn!", Some("k-1"))).await;
    assert!(!repeat.fresh && repeat.message.id == first.message.id);
    let edit = Command::EditMessage { message: first.message.id.into(), body: body("darn it") };
    house.done(ann, edit).await;
    let asked = filter.asked.lock().expect("whole").clone();
    let said = |text: &str, is_edit| (ann, text.to_owned(), is_edit);
    assert_eq!(asked, [said("darn!", false), said("darn!", false), said("darn it", true)]);
}

#[tokio::test]
async fn a_repeat_of_what_was_stored_is_answered_even_if_it_would_be_refused_now() {
    let filter = Arc::new(Moody::default());
    let house = house(filter.clone());
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let group = house.group(ann, &[bob]).await;
    let first = house.sent(ann, message(group, "hello", Some("k-1"))).await;
    *filter.refuses.lock().expect("whole") = true;
    let repeat = house.sent(ann, message(group, "hello", Some("k-1"))).await;
    assert!(!repeat.fresh && repeat.message.id == first.message.id);
    assert_eq!(house.refused(ann, message(group, "hello", Some("k-2"))).await, ErrorCode::MessageRefused);
}

#[tokio::test]
async fn whoever_may_not_speak_there_learns_nothing_of_the_filter() {
    let filter = Arc::new(Moody::default());
    let house = house(filter.clone());
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let group = house.group(ann, &[bob]).await;
    let said = house.say(ann, group, "hello").await;
    *filter.refuses.lock().expect("whole") = true;
    assert_eq!(house.refused(eve, message(group, "darn", None)).await, ErrorCode::NotFound);
    let edit = Command::EditMessage { message: said.id.into(), body: body("darn") };
    assert_eq!(house.refused(bob, edit).await, ErrorCode::Forbidden);
}
