//! Stories of keeping the server in order: who may, against whom, and what being kept out means.

use std::sync::Arc;

use chat_core::accounts::{AccountPorts, AccountSettings, Credential, Password, SignedIn};
use chat_core::event::{Audience, Envelope, Event};
use chat_core::ids::UserId;
use chat_core::moderation::{AccountStanding, AuditKind, Sanction, ServerRole, StandingAct, StandingChange};
use chat_core::ports::{AuditQuery, StandingSet, Whose};
use chat_core::testing::{ManualClock, PlainHasher, PlainSigner, SeededEntropy};
use chat_core::text::Description;
use chat_core::time::Timestamp;
use chat_core::user::{Email, Username};
use chat_core::{Accounts, Authenticator, ChatError, Command, ErrorCode, Reply};

use crate::accounts::HOME;
use crate::house::House;

/// The house, and the accounts of those who live in it.
struct Town {
    house: House,
    accounts: Accounts,
}

const PASSWORD: &str = "correct horse";

impl Town {
    fn new() -> Self {
        let house = House::new();
        let ports = AccountPorts {
            stores: house.store.stores(),
            bus: house.bus.clone(),
            clock: house.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
            hasher: Arc::new(PlainHasher),
            signer: Arc::new(PlainSigner),
        };
        Self { house, accounts: Accounts::new(ports, AccountSettings::default()) }
    }

    async fn register(&self, name: &str) -> SignedIn {
        let username = Username::new(name).expect("a good name");
        let email = Email::new(&format!("{name}@example.org")).expect("an address");
        let password = Password::new(PASSWORD.to_owned()).expect("a password");
        self.accounts.register(username, email, &password, HOME).await.expect("registered")
    }

    async fn login(&self, name: &str, password: &str) -> Result<SignedIn, ChatError> {
        self.accounts.login(name, password, HOME).await
    }

    /// What an operator does, whom nobody has to let.
    async fn appoint(&self, user: UserId, role: ServerRole) {
        let stores = self.house.store.stores();
        let judged_on = stores.standings.standing_of(Whose::User(user)).await.expect("read").expect("a user");
        let act = StandingAct::SetRole(role);
        let change = StandingChange { user, by: None, act, judged_on, at: ManualClock::START };
        assert_eq!(stores.standings.set_standing(&change).await.expect("written"), StandingSet::Set(Vec::new()));
    }

    /// Somebody new with a role.
    async fn keeper(&self, name: &str, role: ServerRole) -> UserId {
        let user = self.house.user(name).await;
        self.appoint(user, role).await;
        user
    }

    fn in_seconds(&self, seconds: i64) -> Timestamp {
        use chat_core::ports::Clock as _;
        self.house.clock.now().plus_seconds(seconds)
    }
}

fn reason() -> Description {
    Description::new("spam").expect("a text")
}

fn ban(user: UserId) -> Command {
    Command::SetSanction { user, sanction: Some(Sanction::Banned { reason: reason() }) }
}

fn suspend(user: UserId, until: Timestamp) -> Command {
    Command::SetSanction { user, sanction: Some(Sanction::Suspended { until, reason: reason() }) }
}

fn pardon(user: UserId) -> Command {
    Command::SetSanction { user, sanction: None }
}

#[tokio::test]
async fn the_banned_are_refused_wherever_they_prove_who_they_are() {
    let town = Town::new();
    let admin = town.keeper("ann", ServerRole::Admin).await;
    let bob = town.register("bob").await;
    let proof = Credential::Token(bob.access_token.clone());
    let holder = town.accounts.authenticate(&proof).await.expect("good");
    let (ticket, _) = town.accounts.ticket(&holder).await.expect("a ticket");
    let session = holder.session.expect("a session");
    town.house.news();

    town.house.done(admin, ban(bob.user.id)).await;

    let told = |envelope: Envelope| (Event::clone(&envelope.event), envelope.audience);
    let news: Vec<_> = town.house.news().into_iter().map(told).collect();
    let users = Audience::Users { users: vec![bob.user.id], about: None };
    let sanctioned = Event::Sanctioned { user: bob.user.id, is_for_good: true };
    assert_eq!(news, [(sanctioned, users), (Event::SessionEnded(session), Audience::Session(session))]);

    town.accounts.hear_end(session);
    let code = |refused: Result<(), ChatError>| refused.expect_err("refused").code();
    let tried = [
        town.accounts.authenticate(&proof).await.map(|_| ()),
        town.accounts.authenticate(&Credential::Ticket(ticket)).await.map(|_| ()),
        town.accounts.refresh(&bob.refresh_token).await.map(|_| ()),
        town.login("bob", PASSWORD).await.map(|_| ()),
    ];
    assert_eq!(tried.map(code), [ErrorCode::AccountBanned; 4]);
    let guessed = town.login("bob", "wrong horse").await.map(|_| ());
    assert_eq!(code(guessed), ErrorCode::InvalidCredentials, "only who proves to be the one is told");
}

#[tokio::test]
async fn the_suspended_hear_until_when_and_then_sign_in_anew() {
    let town = Town::new();
    let admin = town.keeper("ann", ServerRole::Moderator).await;
    let bob = town.register("bob").await;
    let until = town.in_seconds(60);
    town.house.done(admin, suspend(bob.user.id, until)).await;
    let refused = town.login("bob", PASSWORD).await.expect_err("kept out");
    assert_eq!((refused.code(), refused.until()), (ErrorCode::AccountSuspended, Some(until)));
    let refused = town.accounts.refresh(&bob.refresh_token).await.expect_err("kept out");
    assert_eq!(refused.until(), Some(until));

    town.house.pass_seconds(60);
    let over = town.accounts.refresh(&bob.refresh_token).await.expect_err("ended");
    assert_eq!(over.code(), ErrorCode::Unauthenticated, "what was ended stays ended");
    town.login("bob", PASSWORD).await.expect("in");
    let Reply::Standing(standing) = town.house.done(admin, Command::GetStanding(bob.user.id)).await else {
        panic!("a standing")
    };
    assert_eq!(standing, AccountStanding::default(), "what is over is not told");
}

#[tokio::test]
async fn a_pardon_lets_in_again_and_both_are_in_the_audit() {
    let town = Town::new();
    let admin = town.keeper("ann", ServerRole::Admin).await;
    let bob = town.register("bob").await.user.id;
    for act in [ban(bob), ban(bob), pardon(bob), pardon(bob)] {
        town.house.done(admin, act).await;
    }
    town.login("bob", PASSWORD).await.expect("in");
    let query = AuditQuery { by: Some(admin), ..AuditQuery::default() };
    let Reply::Audit(audit) = town.house.done(admin, Command::ListAudit(query)).await else { panic!("an audit") };
    let kinds: Vec<_> = audit.items.iter().map(|entry| (entry.record.kind, entry.record.user)).collect();
    assert_eq!(kinds, [(AuditKind::Lifted, Some(bob)), (AuditKind::Banned, Some(bob))]);
}

#[tokio::test]
async fn one_is_kept_out_only_by_those_above() {
    let town = Town::new();
    let admin = town.keeper("ann", ServerRole::Admin).await;
    let moderator = town.keeper("mia", ServerRole::Moderator).await;
    let other = town.keeper("max", ServerRole::Moderator).await;
    let member = town.house.user("bob").await;
    for (who, whom) in [(member, other), (member, member), (moderator, other), (moderator, admin), (admin, admin)] {
        assert_eq!(town.house.refused(who, ban(whom)).await, ErrorCode::Forbidden, "{who} {whom}");
    }
    town.house.done(moderator, ban(member)).await;
    town.house.done(admin, ban(other)).await;
    let late = town.house.refused(other, ban(member)).await;
    assert_eq!(late, ErrorCode::AccountBanned, "whoever is out keeps nobody out");
}

#[tokio::test]
async fn admins_say_who_is_what_and_nobody_of_themselves() {
    let town = Town::new();
    let admin = town.keeper("ann", ServerRole::Admin).await;
    let bob = town.house.user("bob").await;
    let set = |user, role| Command::SetServerRole { user, role };
    assert_eq!(town.house.refused(bob, set(bob, ServerRole::Admin)).await, ErrorCode::Forbidden);
    assert_eq!(town.house.refused(admin, set(admin, ServerRole::Member)).await, ErrorCode::Forbidden);
    town.house.done(admin, set(bob, ServerRole::Moderator)).await;
    assert_eq!(town.house.refused(bob, set(admin, ServerRole::Member)).await, ErrorCode::Forbidden);
    let Reply::Standing(own) = town.house.done(bob, Command::GetStanding(bob)).await else { panic!("a standing") };
    assert_eq!(own.role, ServerRole::Moderator, "everybody may ask it of themselves");
}

#[tokio::test]
async fn whoever_does_not_look_after_the_server_learns_nothing_of_anybody() {
    let town = Town::new();
    let (ann, bob) = (town.house.user("ann").await, town.house.user("bob").await);
    let nobody = UserId::new(9_999).expect("an id");
    for user in [bob, nobody] {
        for command in [Command::GetStanding(user), ban(user), pardon(user), suspend(user, town.in_seconds(9))] {
            assert_eq!(town.house.refused(ann, command).await, ErrorCode::Forbidden);
        }
        let set = Command::SetServerRole { user, role: ServerRole::Admin };
        assert_eq!(town.house.refused(ann, set).await, ErrorCode::Forbidden);
    }
    assert_eq!(town.house.refused(ann, Command::ListAudit(AuditQuery::default())).await, ErrorCode::Forbidden);
    assert_eq!(town.house.news().len(), 0);
}

#[tokio::test]
async fn a_suspension_that_is_over_before_it_begins_is_none() {
    let town = Town::new();
    let admin = town.keeper("ann", ServerRole::Admin).await;
    let bob = town.house.user("bob").await;
    assert_eq!(town.house.refused(admin, suspend(bob, town.in_seconds(0))).await, ErrorCode::BadRequest);
}
