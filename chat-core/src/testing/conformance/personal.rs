//! What single members keep of a conversation for themselves: settings, drafts, and what is put away.

use super::scene::{
    at, body, commit, crowd, group, group_at, leave, not_endless, nowhere, say_at, seq, size, together, two_in_direct,
};
use crate::change::Act;
use crate::command::SettingsReply;
use crate::conversation::ConversationView;
use crate::ids::{ConversationId, MessageId, UserId};
use crate::personal::{Draft, Kept, Mute, Settings, SettingsUpdate};
use crate::ports::{SettingsChange, Stores};

const AWAY: SettingsUpdate = SettingsUpdate { muted: None, archived: Some(true) };
const SILENT: SettingsUpdate = SettingsUpdate { muted: Some(Some(Mute::Forever)), archived: None };
const LOUD: SettingsUpdate = SettingsUpdate { muted: Some(None), archived: None };

async fn set(
    stores: &Stores,
    conversation: ConversationId,
    user: UserId,
    update: SettingsUpdate,
) -> Option<SettingsReply> {
    stores.personal.update_settings(&SettingsChange { conversation, user, update }).await.unwrap()
}

async fn view(stores: &Stores, conversation: ConversationId, user: UserId) -> ConversationView {
    stores.conversations.view(conversation, user).await.unwrap().unwrap()
}

async fn is_away(stores: &Stores, conversation: ConversationId, user: UserId) -> bool {
    let shown = view(stores, conversation, user).await;
    let is_in = |views: Vec<ConversationView>| views.iter().filter(|view| **view == shown).count() == 1;
    let ordinary = is_in(stores.conversations.list(user, None, size(100)).await.unwrap().items);
    let archived = is_in(stores.personal.archived(user, None, size(100)).await.unwrap().items);
    assert_eq!((ordinary, archived), (!shown.settings.archived, shown.settings.archived), "in one of both lists");
    let kept = stores.personal.kept(user).await.unwrap();
    assert_eq!(kept.iter().any(|kept| kept.settings.archived), archived);
    archived
}

fn draft(text: &str, reply_to: Option<MessageId>, seconds: i64) -> Draft {
    Draft { body: body(text), reply_to, at: at(seconds) }
}

/// What one member sets is theirs alone, and what they do not name stays.
pub async fn settings_are_of_one_member_alone(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let before = view(stores, conversation, ann).await;
    assert_eq!((before.settings, before.draft), (Settings::default(), None));
    assert_eq!(stores.personal.kept(ann).await.unwrap(), []);
    let until = SettingsUpdate { muted: Some(Some(Mute::Until(at(50)))), archived: None };
    let muted = Settings { muted: Some(Mute::Until(at(50))), archived: false };
    let reply = |settings, fresh| Some(SettingsReply { conversation, settings, fresh });
    assert_eq!(set(stores, conversation, ann, until).await, reply(muted, true));
    assert_eq!(set(stores, conversation, ann, until).await, reply(muted, false));
    let both = Settings { archived: true, ..muted };
    assert_eq!(set(stores, conversation, ann, AWAY).await, reply(both, true));
    assert_eq!(view(stores, conversation, ann).await.settings, both);
    assert_eq!(view(stores, conversation, bob).await.settings, Settings::default());
    assert_eq!(stores.personal.kept(ann).await.unwrap(), [Kept { conversation, settings: both, draft_at: None }]);
    assert_eq!(stores.personal.kept(bob).await.unwrap(), []);
    let nothing = SettingsUpdate { muted: Some(None), archived: Some(false) };
    assert_eq!(set(stores, conversation, ann, nothing).await, reply(Settings::default(), true));
    assert_eq!(stores.personal.kept(ann).await.unwrap(), []);
    set(stores, conversation, ann, SILENT).await;
    assert_eq!(view(stores, conversation, ann).await.settings.muted, Some(Mute::Forever));
}

/// What is put away leaves the ordinary list until somebody else says something.
pub async fn what_is_put_away_comes_back_by_what_others_say(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    say_at(stores, conversation, bob, "hello", at(10)).await;
    set(stores, conversation, ann, AWAY).await;
    assert!(is_away(stores, conversation, ann).await && !is_away(stores, conversation, bob).await);
    say_at(stores, conversation, ann, "to myself", at(11)).await;
    assert!(is_away(stores, conversation, ann).await, "what one says oneself brings nothing back");
    let news = say_at(stores, conversation, bob, "news", at(12)).await;
    assert!(!is_away(stores, conversation, ann).await);
    say_at(stores, conversation, ann, "thanks", at(13)).await;
    commit(stores, conversation, bob, Act::Delete { message: news.id }).await;
    assert!(!is_away(stores, conversation, ann).await, "what brought it back was said, whatever became of it");
    assert!(set(stores, conversation, ann, AWAY).await.unwrap().fresh, "it was not away any more");
    assert!(is_away(stores, conversation, ann).await);
}

/// What is muted stays away, up to the end of the mute; what was said during it brings nothing back afterwards.
pub async fn what_is_muted_stays_away(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let until = SettingsUpdate { muted: Some(Some(Mute::Until(at(20)))), archived: Some(true) };
    set(stores, conversation, ann, until).await;
    say_at(stores, conversation, bob, "during it", at(19)).await;
    assert!(is_away(stores, conversation, ann).await);
    say_at(stores, conversation, bob, "at its end", at(20)).await;
    assert!(!is_away(stores, conversation, ann).await);
    set(stores, conversation, ann, SILENT).await;
    assert!(!is_away(stores, conversation, ann).await, "to mute is not to put away");
    set(stores, conversation, ann, AWAY).await;
    say_at(stores, conversation, bob, "unheard", at(30)).await;
    assert!(is_away(stores, conversation, ann).await);
    set(stores, conversation, ann, LOUD).await;
    assert!(is_away(stores, conversation, ann).await, "what was said while it was muted");
    say_at(stores, conversation, bob, "heard", at(31)).await;
    assert!(!is_away(stores, conversation, ann).await);
}

/// Both lists have pages of their own, in the same order.
pub async fn what_is_put_away_is_listed_in_pages(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let mut away = Vec::new();
    for n in 0..7 {
        let conversation = group_at(stores, users[0], &users[1..], at(10 + n)).await;
        if n % 3 != 0 {
            set(stores, conversation, users[0], AWAY).await;
            away.insert(0, conversation);
        }
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = stores.personal.archived(users[0], after, size(3)).await.unwrap();
        seen.extend(page.items.iter().map(|view| view.conversation.id));
        not_endless(&seen);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, away);
    let ordinary = stores.conversations.list(users[0], None, size(2)).await.unwrap();
    assert_eq!((ordinary.items.len(), ordinary.next.is_some()), (2, true), "a page is full of those that are not away");
    assert_eq!(stores.conversations.ids_of(users[0]).await.unwrap().len(), 7, "a socket carries them all");
}

/// A draft is kept to the letter, one in each conversation, until another one takes its place or it is forgotten.
pub async fn a_draft_is_kept_until_it_is_forgotten(stores: &Stores) {
    let (ann, bob, conversation) = two_in_direct(stores).await;
    let said = say_at(stores, conversation, bob, "tea?", at(9)).await;
    assert!(!stores.personal.set_draft(conversation, ann, None).await.unwrap(), "nothing to forget");
    let long = "\"é😀\n ".repeat(1_600);
    for kept in [draft(&long, Some(said.id), 10), draft(" yes ", None, 11)] {
        assert!(stores.personal.set_draft(conversation, ann, Some(kept.clone())).await.unwrap());
        assert_eq!(view(stores, conversation, ann).await.draft, Some(kept.clone()));
        let listed = stores.conversations.list(ann, None, size(10)).await.unwrap().items.remove(0);
        assert_eq!(listed.draft, Some(kept.clone()));
        let draft_at = Some(kept.at);
        let kept = Kept { conversation, settings: Settings::default(), draft_at };
        assert_eq!(stores.personal.kept(ann).await.unwrap(), [kept]);
    }
    assert_eq!(view(stores, conversation, bob).await.draft, None);
    set(stores, conversation, ann, SILENT).await;
    assert!(view(stores, conversation, ann).await.draft.is_some(), "settings and drafts do not touch each other");
    assert!(stores.personal.set_draft(conversation, ann, None).await.unwrap());
    let after = view(stores, conversation, ann).await;
    assert_eq!((after.draft, after.settings.muted), (None, Some(Mute::Forever)));
}

/// Who is no member keeps nothing, and who goes out loses what they kept.
pub async fn what_a_member_keeps_goes_with_them(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..2]).await;
    for (place, who) in [(conversation, users[2]), (nowhere(), users[0])] {
        assert_eq!(set(stores, place, who, SILENT).await, None);
        assert!(!stores.personal.set_draft(place, who, Some(draft("text", None, 10))).await.unwrap());
        assert_eq!(stores.personal.kept(who).await.unwrap(), []);
    }
    set(stores, conversation, users[1], SILENT).await;
    stores.personal.set_draft(conversation, users[1], Some(draft("text", None, 10))).await.unwrap();
    leave(stores, conversation, users[1]).await;
    assert_eq!(stores.personal.kept(users[1]).await.unwrap(), []);
    commit(stores, conversation, users[0], Act::Add { users: vec![users[1]] }).await;
    let anew = view(stores, conversation, users[1]).await;
    assert_eq!((anew.settings, anew.draft, anew.conversation.head), (Settings::default(), None, seq(2)));
}

/// Different things set at once, on several devices, are all set.
pub async fn what_is_set_at_once_is_all_set(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let fresh = together(8, |n| {
        let stores = stores.clone();
        async move {
            let update = if n % 2 == 0 { AWAY } else { SILENT };
            set(&stores, conversation, ann, update).await.unwrap().fresh
        }
    })
    .await;
    assert_eq!(fresh.into_iter().filter(|fresh| *fresh).count(), 2, "each is set once");
    let both = Settings { muted: Some(Mute::Forever), archived: true };
    assert_eq!(view(stores, conversation, ann).await.settings, both);
}
