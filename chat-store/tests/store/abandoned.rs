//! Callers who stop waiting: a dropped future must leave no transaction open and no connection unusable.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use chat_core::change::{Act, Change};
use chat_core::conversation::Group;
use chat_core::ids::Version;
use chat_core::ports::{GroupCreated, NewGroup};
use chat_core::receipt::{Advance, ReceiptKind};
use chat_core::relation::{Step, Verdict};
use chat_core::text::Label;

use crate::scene::{AT, Scene};

/// Polls a piece of work so many times, then drops it.
async fn abandon_after<T>(polls: usize, work: impl Future<Output = T>) {
    let mut work = pin!(work);
    for _ in 0..polls {
        let done = poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready())).await;
        if done {
            return;
        }
        tokio::time::sleep(Duration::from_micros(300)).await;
    }
}

/// Gives up every kind of write after each number of polls that it can take, and then expects the store to work as if
/// nothing had been.
pub(crate) async fn calls_leave_nothing_behind(scene: &Scene) {
    let Scene { stores, ann, bob, room } = scene;
    let pair = chat_core::conversation::Pair::new(*ann, *bob).unwrap();
    for polls in 0..12 {
        abandon_after(polls, scene.try_say(&format!("abandoned-{polls}"))).await;
        let read = Advance {
            conversation: *room,
            user: *bob,
            kind: ReceiptKind::Read,
            to: chat_core::ids::Seq::new(9).unwrap(),
            at: AT,
        };
        abandon_after(polls, stores.receipts.advance(&[read])).await;
        let relation = stores.relations.between(pair).await.unwrap();
        if let Ok(Verdict::Change(change)) = relation.judge(*ann, Step::Request, AT) {
            abandon_after(polls, stores.relations.commit(&change)).await;
        }
        let group = NewGroup { group: Group::new(Label::new("Team").unwrap(), *ann), members: vec![*bob], at: AT };
        abandon_after(polls, stores.conversations.create_group(&group)).await;
        let GroupCreated::Created(group, _) = stores.conversations.create_group(&group).await.unwrap() else {
            panic!("not made")
        };
        let act = Act::Remove { user: *bob };
        let departure = Change { conversation: group.id, by: *bob, act, judged_on: Version(1), at: AT };
        abandon_after(polls, stores.changes.commit(&departure)).await;
        scene.say(&format!("kept-{polls}")).await;
    }
    let kept: Vec<_> = scene.keys().await.into_iter().filter(|key| key.starts_with("kept")).collect();
    assert_eq!(kept, (0..12).map(|polls| format!("kept-{polls}")).collect::<Vec<_>>());
    stores.messages.own_changes(*ann, chat_core::ids::Seq::ZERO, chat_core::page::PageSize::MAX).await.unwrap();
}
