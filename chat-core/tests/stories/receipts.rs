//! Stories of receipts: sent, delivered, read, and who is told.

use chat_core::chat::Delivery;
use chat_core::command::ReadTarget;
use chat_core::event::{Event, ReceiptEvent};
use chat_core::ids::Seq;
use chat_core::page::PageSize;
use chat_core::receipt::{ReceiptCounts, ReceiptKind};
use chat_core::{Command, ErrorCode, Reply};

use crate::house::House;

fn receipts(events: Vec<Event>) -> Vec<ReceiptEvent> {
    events
        .into_iter()
        .filter_map(|event| if let Event::Receipt(receipt) = event { Some(receipt) } else { None })
        .collect()
}

#[tokio::test]
async fn a_message_goes_from_sent_over_delivered_to_read() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    let said = house.say(ann, direct, "hello").await;
    assert_eq!((said.state.delivered_at(), said.state.read_at()), (None, None));

    house.pass_seconds(1);
    house.news();
    let delivery = Delivery { conversation: direct, user: bob, seq: said.seq };
    house.chat.delivered(&[delivery]).await.expect("noted");
    let told = receipts(house.news_for(ann));
    assert_eq!((told.len(), told[0].kind, told[0].message), (1, ReceiptKind::Delivered, Some(said.id)));

    house.pass_seconds(1);
    house.done(bob, Command::MarkRead(ReadTarget::Message(said.id.into()))).await;
    let told = receipts(house.news_for(ann));
    assert_eq!((told.len(), told[0].kind), (1, ReceiptKind::Read));

    let Reply::Message(seen) = house.done(ann, Command::GetMessage(said.id)).await else { panic!("a message") };
    let after =
        |from: Option<chat_core::time::Timestamp>| from.map(|at| (at.micros() - said.created_at.micros()) / 1_000_000);
    assert_eq!((after(seen.message.state.delivered_at()), after(seen.message.state.read_at())), (Some(1), Some(2)));
}

#[tokio::test]
async fn what_waited_is_delivered_when_its_reader_connects() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    let last = {
        house.say(ann, direct, "one").await;
        house.say(ann, direct, "two").await
    };
    house.news();
    house.connect(bob).await;
    let told = receipts(house.news_for(ann));
    assert_eq!((told.len(), told[0].seq), (1, last.seq));
}

#[tokio::test]
async fn reading_again_or_less_tells_nobody_and_answers_where_it_stands() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    house.say(ann, direct, "one").await;
    let last = house.say(ann, direct, "two").await;
    house.done(bob, Command::MarkRead(ReadTarget::Seq(direct, last.seq))).await;
    house.news();

    let target = ReadTarget::Seq(direct, Seq::new(1).expect("a seq"));
    let Reply::Marks(marks) = house.done(bob, Command::MarkRead(target)).await else { panic!("marks") };

    assert_eq!((marks.marks.read, marks.marks.delivered, marks.fresh), (last.seq, last.seq, false));
    assert_eq!(house.news(), []);
}

#[tokio::test]
async fn the_readers_other_devices_hear_of_it_too() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let direct = house.direct(ann, bob).await;
    let said = house.say(ann, direct, "hello").await;
    house.news();
    house.done(bob, Command::MarkRead(ReadTarget::Message(said.id.into()))).await;
    let told = receipts(house.news_for(bob));
    assert_eq!((told.len(), told[0].seq, told[0].message), (1, said.seq, Some(said.id)));
}

#[tokio::test]
async fn in_a_group_the_authors_concerned_are_told_and_nobody_else() {
    let house = House::new();
    let (ann, bob, cid) = (house.user("ann").await, house.user("bob").await, house.user("cid").await);
    let group = house.group(ann, &[bob, cid]).await;
    let said = house.say(ann, group, "hello").await;
    house.news();
    house.done(bob, Command::MarkRead(ReadTarget::Message(said.id.into()))).await;
    let news = house.news();
    let to = |who| {
        news.iter().any(|envelope| {
            matches!(&envelope.audience, chat_core::event::Audience::Users { users, .. } if users.contains(&who))
        })
    };
    assert_eq!((to(ann), to(cid)), (true, false));
}

#[tokio::test]
async fn a_stranger_cannot_mark_anything() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let direct = house.direct(ann, bob).await;
    let said = house.say(ann, direct, "hello").await;
    for target in [ReadTarget::Message(said.id.into()), ReadTarget::Seq(direct, said.seq)] {
        assert_eq!(house.refused(eve, Command::MarkRead(target)).await, ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn an_author_sees_how_far_a_message_got_in_a_group() {
    let house = House::new();
    let (ann, bob, cid) = (house.user("ann").await, house.user("bob").await, house.user("cid").await);
    let group = house.group(ann, &[bob, cid]).await;
    let said = house.say(ann, group, "hello").await;
    house.pass_seconds(1);
    house.chat.delivered(&[Delivery { conversation: group, user: cid, seq: said.seq }]).await.expect("noted");
    house.pass_seconds(1);
    house.done(bob, Command::MarkRead(ReadTarget::Message(said.id.into()))).await;

    let expected = ReceiptCounts { delivered: 2, read: 1, of: 2 };
    let Reply::Message(seen) = house.done(ann, Command::GetMessage(said.id)).await else { panic!("a message") };
    assert_eq!(seen.receipts, Some(expected));
    let Reply::Message(seen) = house.done(bob, Command::GetMessage(said.id)).await else { panic!("a message") };
    assert_eq!(seen.receipts, None, "with a message of somebody else nothing is counted");

    let list = Command::ListReceipts { message: said.id, after: None, size: PageSize::default() };
    for member in [ann, bob, cid] {
        let Reply::Receipts(receipts) = house.done(member, list.clone()).await else { panic!("receipts") };
        let reached: Vec<_> = receipts.page.items.iter().map(|receipt| (receipt.user, receipt.reached)).collect();
        assert_eq!(receipts.counts, expected);
        assert_eq!(reached, [(bob, Some(ReceiptKind::Read)), (cid, Some(ReceiptKind::Delivered))]);
    }
    let eve = house.user("eve").await;
    assert_eq!(house.refused(eve, list).await, ErrorCode::NotFound);
}
