//! Stories of those who delete their account, and of those who stay.

use chat_core::command::{Profile, UserPageQuery};
use chat_core::conversation::Role;
use chat_core::event::Event;
use chat_core::ids::{ConversationId, UserId};
use chat_core::page::PageSize;
use chat_core::ports::{Erasure, MessagesOfDeleted};
use chat_core::{Command, ErrorCode, Reply};

use crate::house::{House, message};

impl House {
    /// Deletes an account, as far as it goes at once.
    async fn begin_to_delete(&self, user: UserId, messages: MessagesOfDeleted) {
        let erasure = Erasure { user, judged_on: None, messages, at: chat_core::testing::ManualClock::START };
        let ended = self.store.stores().erasures.begin(&erasure).await.expect("a store");
        assert!(ended.is_some(), "deleted");
        self.chat.announce_deleted(user).await.expect("told");
    }

    /// Deletes an account, and does all that is left to do.
    async fn delete_account(&self, user: UserId, messages: MessagesOfDeleted) {
        self.begin_to_delete(user, messages).await;
        while self.chat.erase().await.expect("a piece") {}
    }

    async fn befriend(&self, one: UserId, other: UserId) {
        let Reply::Request(request) = self.done(one, Command::RequestFriend(other)).await else { panic!("a request") };
        self.done(other, Command::AcceptFriend(request.id)).await;
    }

    async fn roles(&self, who: UserId, conversation: ConversationId) -> Vec<(UserId, Role)> {
        let command = Command::ListMembers { conversation, after: None, size: PageSize::default() };
        let Reply::Members(page) = self.done(who, command).await else { panic!("members") };
        page.items.into_iter().map(|member| (member.user, member.role)).collect()
    }

    async fn set_role(&self, owner: UserId, conversation: ConversationId, user: UserId, role: Role) {
        self.done(owner, Command::SetRole { conversation, user, role }).await;
    }

    async fn profile(&self, who: UserId, user: UserId) -> Profile {
        let Reply::User(profile) = self.done(who, Command::GetUser(user)).await else { panic!("a user") };
        profile
    }

    async fn bodies(&self, who: UserId, conversation: ConversationId) -> Vec<Option<String>> {
        use chat_core::command::{History, HistoryStart};
        let from = HistoryStart::After(chat_core::ids::Seq::ZERO);
        let history = History { conversation, from, size: PageSize::default() };
        let Reply::Messages(page) = self.done(who, Command::ListMessages(history)).await else { panic!("messages") };
        page.items.iter().map(|view| view.message.body().map(|body| body.as_str().to_owned())).collect()
    }
}

#[tokio::test]
async fn whoever_sees_their_presence_hears_that_somebody_is_gone() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    house.befriend(ann, bob).await;
    house.news();
    house.begin_to_delete(ann, MessagesOfDeleted::Keep).await;
    let told = |event: &Event| matches!(event, Event::Profile(user) if user.id == ann && user.deleted_at.is_some());
    let news = house.news();
    assert!(news.iter().any(|envelope| told(&envelope.event)), "{news:?}");
    assert!(house.profile(eve, ann).await.user.deleted_at.is_some());
}

#[tokio::test]
async fn friendships_and_requests_end_with_the_account() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let (cid, dan) = (house.user("cid").await, house.user("dan").await);
    house.befriend(ann, bob).await;
    house.done(ann, Command::RequestFriend(cid)).await;
    house.done(dan, Command::RequestFriend(ann)).await;

    house.delete_account(ann, MessagesOfDeleted::Keep).await;

    for who in [bob, cid, dan] {
        let Reply::Users(friends) = house.done(who, Command::ListFriends(UserPageQuery::default())).await else {
            panic!("friends")
        };
        assert_eq!(friends.items.len(), 0);
        let list = Command::ListRequests { direction: None, after: None, size: PageSize::default() };
        let Reply::Requests(requests) = house.done(who, list).await else { panic!("requests") };
        assert_eq!(requests.items, []);
    }
    assert_eq!(house.refused(bob, Command::RequestFriend(ann)).await, ErrorCode::NotFound);
    assert_eq!(house.refused(bob, Command::Block(ann)).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_direct_conversation_stays_for_the_other_to_read_and_takes_nothing_new() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let room = house.direct(ann, bob).await;
    house.say(ann, room, "keep this").await;

    house.delete_account(ann, MessagesOfDeleted::Keep).await;

    assert_eq!(house.bodies(bob, room).await, [Some("keep this".to_owned())]);
    assert_eq!(house.direct(bob, ann).await, room);
    assert_eq!(house.refused(bob, message(room, "hello?", None)).await, ErrorCode::CannotMessage);
    assert_eq!(house.refused(eve, Command::OpenDirect { user: ann }).await, ErrorCode::NotFound);
    let name = chat_core::text::Label::new("Tea").expect("a label");
    let group = Command::CreateGroup { name, members: vec![ann] };
    assert_eq!(house.refused(eve, group).await, ErrorCode::NotFound);
    let own = house.group(eve, &[]).await;
    let add = Command::AddMembers { conversation: own, users: vec![ann, bob] };
    assert_eq!(house.refused(eve, add).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn the_last_owner_hands_a_group_to_the_admin_who_was_there_longest_else_to_the_member() {
    let house = House::new();
    let ann = house.user("ann").await;
    let mut others = Vec::new();
    for name in ["bob", "cid", "dan", "eve"] {
        others.push(house.user(name).await);
    }
    let [bob, cid, dan, eve] = others[..] else { panic!("four") };
    let (with_admins, with_members, alone) =
        (house.group(ann, &[]).await, house.group(ann, &[]).await, house.group(ann, &[]).await);
    let shared = house.group(ann, &[bob, cid]).await;
    house.set_role(ann, shared, cid, Role::Owner).await;
    for (group, order) in [(with_admins, [dan, eve, cid, bob]), (with_members, [eve, dan, cid, bob])] {
        for user in order {
            house.pass_seconds(1);
            house.done(ann, Command::AddMembers { conversation: group, users: vec![user] }).await;
        }
    }
    for admin in [bob, cid] {
        house.set_role(ann, with_admins, admin, Role::Admin).await;
    }

    house.delete_account(ann, MessagesOfDeleted::Keep).await;

    let (owner, admin, member) = (Role::Owner, Role::Admin, Role::Member);
    assert_eq!(house.roles(cid, with_admins).await, [(bob, admin), (cid, owner), (dan, member), (eve, member)]);
    assert_eq!(house.roles(eve, with_members).await, [(bob, member), (cid, member), (dan, member), (eve, owner)]);
    assert_eq!(house.roles(cid, shared).await, [(bob, member), (cid, owner)]);
    let left = house.store.stores().conversations.members(alone, None, PageSize::default(), bob).await.expect("a page");
    assert_eq!(left.items, []);
}

#[tokio::test]
async fn messages_stay_or_go_as_the_account_was_deleted() {
    for (messages, expected) in [(MessagesOfDeleted::Keep, Some("mine".to_owned())), (MessagesOfDeleted::Delete, None)]
    {
        let house = House::new();
        let (ann, bob) = (house.user("ann").await, house.user("bob").await);
        let (direct, group, former) =
            (house.direct(ann, bob).await, house.group(bob, &[ann]).await, house.group(bob, &[ann]).await);
        for room in [direct, group, former] {
            house.say(bob, room, "his").await;
            for _ in 0..3 {
                house.say(ann, room, "mine").await;
            }
        }
        house.done(ann, Command::RemoveMember { conversation: former, user: ann }).await;

        house.delete_account(ann, messages).await;

        for room in [direct, group, former] {
            let mut all = vec![Some("his".to_owned())];
            all.extend(std::iter::repeat_n(expected.clone(), 3));
            assert_eq!(house.bodies(bob, room).await, all, "{messages:?}");
        }
    }
}

/// What is done is done again without harm, because nobody knows where a restart came.
#[tokio::test]
async fn a_deletion_goes_on_wherever_it_was_interrupted() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    house.befriend(ann, bob).await;
    let (direct, group) = (house.direct(ann, bob).await, house.group(ann, &[bob]).await);
    for _ in 0..5 {
        house.say(ann, direct, "mine").await;
        house.say(ann, group, "mine").await;
    }
    house.begin_to_delete(ann, MessagesOfDeleted::Delete).await;
    let mut pieces = 0;
    loop {
        // Another process begins with what is stored and nothing else.
        let next = chat_core::Chat::new(
            house.store.stores(),
            house.bus.clone(),
            house.clock.clone(),
            std::sync::Arc::new(chat_core::testing::SeededEntropy::default()),
            chat_core::chat::ChatSettings::default(),
        );
        if !next.erase().await.expect("a piece") {
            break;
        }
        pieces += 1;
    }
    assert!(pieces >= 3, "{pieces} pieces");
    for room in [direct, group] {
        assert_eq!(house.bodies(bob, room).await, vec![None; 5]);
    }
    assert_eq!(house.roles(bob, group).await, [(bob, Role::Owner)]);
}
