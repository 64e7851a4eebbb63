//! Stories of what one keeps for oneself: a muted conversation, one that is put away, and what one has begun to write.

use chat_core::command::{DraftReply, NewDraft, SettingsReply};
use chat_core::conversation::ConversationView;
use chat_core::event::{Audience, Event};
use chat_core::ids::{ConversationId, MessageId, UserId};
use chat_core::page::PageSize;
use chat_core::personal::{Mute, Settings, SettingsUpdate};
use chat_core::text::Body;
use chat_core::{Command, ErrorCode, Reply};

use crate::house::House;

fn put_away(conversation: ConversationId) -> Command {
    let update = SettingsUpdate { muted: None, archived: Some(true) };
    Command::UpdateSettings { conversation, update }
}

fn begin(conversation: ConversationId, text: &str, reply_to: Option<MessageId>) -> Command {
    let draft = NewDraft { body: Body::new(text).expect("a body"), reply_to };
    Command::SetDraft { conversation, draft: Some(draft) }
}

async fn listed(house: &House, who: UserId, command: Command) -> Vec<ConversationView> {
    match house.done(who, command).await {
        Reply::Conversations(page) => page.items,
        other => panic!("conversations, not {other:?}"),
    }
}

const fn ordinary() -> Command {
    Command::ListConversations { after: None, size: PageSize::MAX }
}

const fn archived() -> Command {
    Command::ListArchived { after: None, size: PageSize::MAX }
}

#[tokio::test]
async fn ones_own_devices_hear_of_it_and_nobody_else() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.group(ann, &[bob]).await;
    house.news();

    let reply = house.done(ann, put_away(room)).await;
    let settings = Settings { muted: None, archived: true };
    assert_eq!(reply, Reply::Settings(SettingsReply { conversation: room, settings, fresh: true }));
    let news = house.news();
    assert_eq!(news.len(), 1);
    assert_eq!(*news[0].event, Event::Settings { conversation: room, settings });
    assert_eq!(news[0].audience, Audience::Users { users: vec![ann], about: Some(room) });

    house.done(ann, put_away(room)).await;
    assert_eq!(house.news(), [], "what is so already is no news");
    house.done(ann, begin(room, "hel", None)).await;
    let heard = house.news();
    assert!(matches!(*heard[0].event, Event::Draft { draft: Some(_), .. }), "{heard:?}");
    assert_eq!(heard[0].audience, Audience::Users { users: vec![ann], about: Some(room) });
}

#[tokio::test]
async fn what_is_put_away_comes_back_when_somebody_else_says_something() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.direct(ann, bob).await;
    house.done(ann, put_away(room)).await;
    assert_eq!(listed(&house, ann, ordinary()).await, []);
    let away = listed(&house, ann, archived()).await;
    assert_eq!((away.len(), away[0].settings.archived), (1, true));
    assert_eq!(listed(&house, bob, ordinary()).await.len(), 1);

    house.say(bob, room, "are you there?").await;
    assert_eq!(listed(&house, ann, ordinary()).await.len(), 1);
    assert_eq!(listed(&house, ann, archived()).await, []);
}

#[tokio::test]
async fn what_is_muted_stays_away_whatever_is_said() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.direct(ann, bob).await;
    let update = SettingsUpdate { muted: Some(Some(Mute::Forever)), archived: Some(true) };
    house.done(ann, Command::UpdateSettings { conversation: room, update }).await;
    house.say(bob, room, "are you there?").await;
    let away = listed(&house, ann, archived()).await;
    assert_eq!((away.len(), away[0].unread), (1, 1), "it is counted all the same");
}

#[tokio::test]
async fn a_draft_stands_in_the_conversation_until_it_is_forgotten() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.direct(ann, bob).await;
    let asked = house.say(bob, room, "tea?").await;
    house.done(ann, begin(room, "yes, pl", Some(asked.id))).await;
    let draft = listed(&house, ann, ordinary()).await.remove(0).draft.expect("a draft");
    assert_eq!((draft.body.as_str(), draft.reply_to), ("yes, pl", Some(asked.id)));
    assert_eq!(listed(&house, bob, ordinary()).await.remove(0).draft, None);

    house.say(ann, room, "yes, please").await;
    assert!(listed(&house, ann, ordinary()).await.remove(0).draft.is_some(), "to send something is not to forget it");
    let forget = Command::SetDraft { conversation: room, draft: None };
    assert_eq!(house.done(ann, forget.clone()).await, Reply::Draft(DraftReply { draft: None, fresh: true }));
    assert_eq!(house.done(ann, forget).await, Reply::Draft(DraftReply { draft: None, fresh: false }));
    assert_eq!(listed(&house, ann, ordinary()).await.remove(0).draft, None);
}

#[tokio::test]
async fn a_draft_answers_only_what_can_be_answered() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let (room, elsewhere) = (house.direct(ann, bob).await, house.direct(bob, eve).await);
    let secret = house.say(eve, elsewhere, "secret").await;
    assert_eq!(house.refused(ann, begin(room, "x", Some(secret.id))).await, ErrorCode::NotFound);
    assert_eq!(house.refused(bob, begin(room, "x", Some(secret.id))).await, ErrorCode::NotFound, "not in this one");
    assert_eq!(house.refused(eve, begin(room, "x", None)).await, ErrorCode::NotFound);
    assert_eq!(house.refused(eve, put_away(room)).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_device_that_was_away_learns_what_is_kept_when_it_comes() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let (room, other) = (house.direct(ann, bob).await, house.group(ann, &[]).await);
    house.done(ann, begin(other, "note", None)).await;
    house.done(ann, put_away(room)).await;
    let kept = house.chat.connected(ann).await.expect("a welcome").kept;
    let told: Vec<_> = kept.iter().map(|kept| (kept.conversation, kept.settings.archived, kept.draft_at)).collect();
    assert_eq!(told, [(room, true, None), (other, false, Some(chat_core::testing::ManualClock::START))]);
    assert_eq!(house.chat.connected(bob).await.expect("a welcome").kept, []);
}
