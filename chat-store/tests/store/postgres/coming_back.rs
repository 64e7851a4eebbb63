//! Many members of a group come back at once: what they missed is looked up once for all of them.

use chat_core::conversation::Group;
use chat_core::ids::{ConversationId, Seq, UserId, Version};
use chat_core::message::Mentions;
use chat_core::pace::Pace;
use chat_core::ports::{Appended, GroupCreated, NewGroup, NewMessage, Stores};
use chat_core::receipt::{Advance, Advanced, ReceiptKind};
use chat_core::text::{Body, Label};

use super::server::TestDatabase;
use crate::scene::{AT, user};

const BLOCKS: &str = "SELECT (heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::BIGINT \
    FROM pg_statio_user_tables WHERE relname = 'messages'";

/// How many messages wait for those who come back, by three authors in turn.
const WAITING: i64 = 300;

/// A group in which messages wait for so many members.
async fn group(stores: &Stores, members: usize) -> (ConversationId, Vec<UserId>) {
    let mut users = Vec::new();
    for n in 0..members + 3 {
        users.push(user(stores, &format!("user{n}")).await);
    }
    let authors = users.split_off(members);
    let everybody = users.iter().chain(&authors[1..]).copied().collect();
    let group = Group::new(Label::new("All of us").unwrap(), authors[0]);
    let new = NewGroup { group, members: everybody, at: AT };
    let made = stores.conversations.create_group(&new).await.unwrap();
    let GroupCreated::Created(made, _) = made else { panic!("not made: {made:?}") };
    for n in 0..WAITING as usize {
        let said = NewMessage {
            conversation: made.id,
            sender: authors[n % authors.len()],
            body: Body::new("something").unwrap(),
            client_id: None,
            reply_to: None,
            judged_on: Version(1),
            pace: Pace::NONE,
            mentions: Mentions::NOBODY,
            forwarded: None,
            at: AT,
        };
        let appended = stores.messages.append(&said).await.unwrap();
        assert!(matches!(appended, Appended::Stored(_)), "{appended:?}");
    }
    (made.id, users)
}

/// How many blocks of messages are touched when so many members receive what waited, each from another place on.
async fn blocks_when_all_come_back(members: usize) -> Option<i64> {
    let database = TestDatabase::fresh().await?;
    let opened = database.open().await;
    let (conversation, users) = group(&opened.stores, members).await;
    let to = |place: i64| Seq::new(place).unwrap();
    let mark = |place| {
        move |(n, user): (usize, &UserId)| {
            let to = to(if place == 0 { n as i64 % 100 + 1 } else { place });
            Advance { conversation, user: *user, kind: ReceiptKind::Delivered, to, at: AT }
        }
    };
    let here_and_there: Vec<_> = users.iter().enumerate().map(mark(0)).collect();
    opened.stores.receipts.advance(&here_and_there).await.unwrap();
    opened.close().await;
    database.wait_for_departure().await;

    let mut other = database.connect().await;
    let before: i64 = sqlx::query_scalar(BLOCKS).fetch_one(&mut other).await.unwrap();
    let opened = database.open().await;
    let all: Vec<_> = users.iter().enumerate().map(mark(WAITING)).collect();
    let told: Vec<Advanced> = opened.stores.receipts.advance(&all).await.unwrap();
    assert_eq!(told.len(), members);
    assert!(told.iter().all(|one| one.authors.iter().map(|mark| mark.seq.get()).eq([300, 299, 298])), "{told:?}");
    opened.close().await;
    database.wait_for_departure().await;
    let after: i64 = sqlx::query_scalar(BLOCKS).fetch_one(&mut other).await.unwrap();
    Some(after - before)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_group_missed_is_looked_up_once_however_many_come_back() {
    let Some(few) = blocks_when_all_come_back(4).await else { return };
    let Some(many) = blocks_when_all_come_back(200).await else { return };
    assert!(many < 2 * few + 100, "{few} blocks for 4 members became {many} for 200");
}
