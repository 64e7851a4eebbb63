//! Stories of looking after one's own account: another password, and where one is signed in.

use chat_core::accounts::{Credential, Password, SignedIn};
use chat_core::event::{Audience, Event};
use chat_core::ids::SessionId;
use chat_core::page::PageSize;
use chat_core::{Authenticator, ErrorCode, Identity};

use crate::accounts::{HOME, Office, office};

impl Office {
    async fn holder(&self, signed_in: &SignedIn) -> Identity {
        let token = Credential::Token(signed_in.access_token.clone());
        self.accounts.authenticate(&token).await.expect("a good token")
    }

    async fn change_password(&self, holder: &Identity, old: &str, new: &str) -> Result<(), ErrorCode> {
        let new = Password::new(new.to_owned())?;
        self.accounts.change_password(holder, old, &new, HOME).await.map_err(|error| error.code())
    }

    async fn sessions(&self, holder: &Identity) -> Vec<SessionId> {
        let page = self.accounts.sessions(holder, None, PageSize::default()).await.expect("a list");
        page.items.into_iter().map(|session| session.id).collect()
    }

    /// The sessions whose sockets were told to close since the last look.
    fn closed(&self) -> Vec<SessionId> {
        let ended = |envelope: chat_core::event::Envelope| match (&*envelope.event, &envelope.audience) {
            (Event::SessionEnded(ended), Audience::Session(told)) if ended == told => *ended,
            other => panic!("no end of a session: {other:?}"),
        };
        self.bus.take().into_iter().map(ended).collect()
    }
}

#[tokio::test]
async fn another_password_ends_every_other_session_with_all_its_tokens() {
    let office = office();
    let phone = office.register("Ann").await.expect("registered");
    let laptop = office.login("ann", "correct horse").await.expect("in");
    let (here, there) = (office.holder(&phone).await, office.holder(&laptop).await);
    let (ticket, _) = office.accounts.ticket(&there).await.expect("a ticket");

    office.change_password(&here, "correct horse", "battery staple").await.expect("changed");

    assert_eq!(office.closed(), [there.session.expect("a session")]);
    assert!(office.accepts(&phone.access_token).await);
    assert!(office.accounts.refresh(&phone.refresh_token).await.is_ok());
    assert!(!office.accepts(&laptop.access_token).await);
    assert!(office.accounts.refresh(&laptop.refresh_token).await.is_err());
    assert!(office.accounts.authenticate(&Credential::Ticket(ticket)).await.is_err());
    assert_eq!(office.login("ann", "correct horse").await.err(), Some(ErrorCode::InvalidCredentials));
    assert!(office.login("ann", "battery staple").await.is_ok());
}

#[tokio::test]
async fn whoever_does_not_know_the_old_password_changes_nothing() {
    let office = office();
    let ann = office.register("Ann").await.expect("registered");
    let laptop = office.login("ann", "correct horse").await.expect("in");
    let here = office.holder(&ann).await;
    for wrong in ["wrong horse", "", "Correct horse", &"x".repeat(2_000)] {
        let answer = office.change_password(&here, wrong, "battery staple").await;
        assert_eq!(answer, Err(ErrorCode::InvalidCredentials), "{wrong}");
    }
    assert_eq!(office.closed(), []);
    assert!(office.accepts(&laptop.access_token).await);
    assert!(office.login("ann", "correct horse").await.is_ok());
}

#[tokio::test]
async fn guessing_the_old_password_counts_as_guessing_at_the_door() {
    let office = office();
    let here = office.holder(&office.register("Ann").await.expect("registered")).await;
    for _ in 0..5 {
        assert_eq!(office.login("ann", "wrong horse").await.err(), Some(ErrorCode::InvalidCredentials));
        let guess = office.change_password(&here, "wrong horse", "battery staple").await;
        assert_eq!(guess, Err(ErrorCode::InvalidCredentials));
    }
    let right = office.change_password(&here, "correct horse", "battery staple").await;
    assert_eq!(right, Err(ErrorCode::RateLimited));
    office.pass_seconds(5);
    office.change_password(&here, "correct horse", "battery staple").await.expect("changed");
}

#[tokio::test]
async fn one_sees_where_one_is_signed_in_and_ends_it() {
    let office = office();
    let (phone, eve) = (office.register("Ann").await.expect("registered"), office.register("Eve").await.expect("eve"));
    let laptop = office.login("ann", "correct horse").await.expect("in");
    let (here, there, hers) =
        (office.holder(&phone).await, office.holder(&laptop).await, office.holder(&eve).await.session.expect("one"));
    let (one, other) = (here.session.expect("a session"), there.session.expect("a session"));
    assert_eq!(office.sessions(&here).await, [one, other]);

    let strange = office.accounts.end_session(&here, hers).await;
    assert_eq!(strange.map_err(|error| error.code()), Err(ErrorCode::NotFound));
    office.accounts.end_session(&here, other).await.expect("ended");
    assert_eq!((office.closed(), office.sessions(&here).await), (vec![other], vec![one]));
    assert!(!office.accepts(&laptop.access_token).await);
    let again = office.accounts.end_session(&here, other).await;
    assert_eq!(again.map_err(|error| error.code()), Err(ErrorCode::NotFound));
    assert!(office.accepts(&eve.access_token).await);
}

#[tokio::test]
async fn all_other_sessions_can_be_ended_at_once() {
    let office = office();
    let here = office.holder(&office.register("Ann").await.expect("registered")).await;
    for _ in 0..3 {
        office.login("ann", "correct horse").await.expect("in");
    }
    office.accounts.end_other_sessions(&here).await.expect("ended");
    assert_eq!(office.closed().len(), 3);
    assert_eq!(office.sessions(&here).await, [here.session.expect("a session")]);
}
