//! Stories of accounts: registering, signing in, staying signed in, signing out.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chat_core::accounts::{AccountPorts, AccountSettings, Credential, Password, SignedIn};
use chat_core::event::{Audience, Event};
use chat_core::testing::{EventRecorder, ManualClock, MemoryStore, PlainHasher, PlainSigner, SeededEntropy};
use chat_core::user::{Email, Username};
use chat_core::{Accounts, Authenticator, ChatError, ErrorCode};

pub(crate) const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) struct Office {
    pub(crate) accounts: Accounts,
    clock: Arc<ManualClock>,
    pub(crate) bus: Arc<EventRecorder>,
}

pub(crate) fn office() -> Office {
    let (clock, bus) = (Arc::new(ManualClock::new()), Arc::new(EventRecorder::new()));
    let ports = AccountPorts {
        stores: Arc::new(MemoryStore::new()).stores(),
        bus: bus.clone(),
        clock: clock.clone(),
        entropy: Arc::new(SeededEntropy::new(1)),
        hasher: Arc::new(PlainHasher),
        signer: Arc::new(PlainSigner),
    };
    Office { accounts: Accounts::new(ports, AccountSettings::default()), clock, bus }
}

impl Office {
    pub(crate) async fn register(&self, name: &str) -> Result<SignedIn, ChatError> {
        let username = Username::new(name)?;
        let email = Email::new(&format!("{}@example.org", username.key()))?;
        let password = Password::new("correct horse".to_owned())?;
        self.accounts.register(username, email, &password, HOME).await
    }

    pub(crate) async fn login(&self, login: &str, password: &str) -> Result<SignedIn, ErrorCode> {
        self.accounts.login(login, password, HOME).await.map_err(|error| error.code())
    }

    pub(crate) async fn accepts(&self, token: &str) -> bool {
        self.accounts.authenticate(&Credential::Token(token.to_owned())).await.is_ok()
    }

    pub(crate) fn pass_seconds(&self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
    }
}

#[tokio::test]
async fn one_signs_in_by_name_in_any_case_or_by_address() {
    let office = office();
    let ann = office.register("Ann").await.expect("registered").user.id;
    for login in ["Ann", "ann", "ANN", "ann@example.org"] {
        assert_eq!(office.login(login, "correct horse").await.map(|signed| signed.user.id), Ok(ann), "{login}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let office = office();
    office.register("Ann").await.expect("registered");
    let wrong = office.login("ann", "wrong horse").await.err();
    assert_eq!(wrong, Some(ErrorCode::InvalidCredentials));
    assert_eq!(office.login("nobody", "wrong horse").await.err(), wrong);
    assert_eq!(office.login("nul\0", "wrong horse").await.err(), wrong);
}

#[tokio::test]
async fn look_alike_names_are_taken() {
    let office = office();
    office.register("paypal").await.expect("registered");
    assert_eq!(office.register("PayPa1").await.map_err(|error| error.code()).err(), Some(ErrorCode::NameTaken));
}

#[tokio::test]
async fn an_access_token_ends_with_its_time_and_with_its_session() {
    let office = office();
    let ann = office.register("Ann").await.expect("registered");
    assert!(office.accepts(&ann.access_token).await);
    let holder = office.accounts.authenticate(&Credential::Token(ann.access_token.clone())).await.expect("good");
    let session = holder.session.expect("a session");

    office.accounts.logout(session).await.expect("out");

    assert!(!office.accepts(&ann.access_token).await);
    let told = office.bus.take();
    assert_eq!(told.len(), 1);
    assert_eq!((&*told[0].event, &told[0].audience), (&Event::SessionEnded(session), &Audience::Session(session)));

    let again = office.login("ann", "correct horse").await.expect("in");
    office.pass_seconds(15 * 60);
    assert!(!office.accepts(&again.access_token).await);
}

#[tokio::test]
async fn a_refresh_token_gives_the_next_pair_and_a_lost_answer_can_be_asked_for_again() {
    let office = office();
    let first = office.register("Ann").await.expect("registered");
    let second = office.accounts.refresh(&first.refresh_token).await.expect("the next pair");
    assert_ne!(second.refresh_token, first.refresh_token);
    let repeated = office.accounts.refresh(&first.refresh_token).await.expect("the same pair");
    assert_eq!(repeated.refresh_token, second.refresh_token);
}

#[tokio::test]
async fn an_old_refresh_token_means_theft_and_ends_the_session() {
    let office = office();
    let first = office.register("Ann").await.expect("registered");
    let second = office.accounts.refresh(&first.refresh_token).await.expect("the next pair");
    office.pass_seconds(11);

    let stolen = office.accounts.refresh(&first.refresh_token).await;

    assert_eq!(stolen.map_err(|error| error.code()).err(), Some(ErrorCode::Unauthenticated));
    assert!(!office.accepts(&second.access_token).await);
    assert!(office.accounts.refresh(&second.refresh_token).await.is_err());
    assert!(matches!(*office.bus.take()[0].event, Event::SessionEnded(_)));
}

#[tokio::test]
async fn a_ticket_opens_once_and_soon() {
    let office = office();
    let ann = office.register("Ann").await.expect("registered");
    let holder = office.accounts.authenticate(&Credential::Token(ann.access_token)).await.expect("good");
    let redeem = async |secret: &str| office.accounts.authenticate(&Credential::Ticket(secret.to_owned())).await;

    let (ticket, seconds) = office.accounts.ticket(&holder).await.expect("a ticket");
    assert_eq!(seconds, 30);
    assert_eq!(redeem(&ticket).await.expect("good").user, ann.user.id);
    assert!(redeem(&ticket).await.is_err(), "used");

    let (late, _) = office.accounts.ticket(&holder).await.expect("a ticket");
    office.pass_seconds(31);
    assert!(redeem(&late).await.is_err(), "late");
}

#[tokio::test]
async fn guessing_a_password_is_slowed_down_per_account() {
    let office = office();
    office.register("Ann").await.expect("registered");
    for _ in 0..10 {
        assert_eq!(office.login("ann", "wrong horse").await.err(), Some(ErrorCode::InvalidCredentials));
    }
    assert_eq!(office.login("ann", "correct horse").await.err(), Some(ErrorCode::RateLimited));
    assert_eq!(office.login("bob", "wrong horse").await.err(), Some(ErrorCode::InvalidCredentials));
    office.pass_seconds(5);
    assert!(office.login("ann", "correct horse").await.is_ok(), "nobody is locked out for good");
}

#[tokio::test]
async fn a_host_brings_its_users_by_name() {
    let office = office();
    let name = || Username::new("guest").expect("a name");
    let first = office.accounts.provision(name()).await.expect("made");
    assert_eq!(office.accounts.provision(name()).await.expect("found").id, first.id);
    assert_eq!(office.login("guest", "").await.err(), Some(ErrorCode::InvalidCredentials));
}

#[tokio::test]
async fn nobody_that_a_host_brings_becomes_somebody_else_by_a_name() {
    let office = office();
    office.register("ann").await.expect("registered");
    let provision = async |name| office.accounts.provision(Username::new(name).expect("a name")).await;
    provision("paypal").await.expect("made");
    for name in ["paypa1", "PayPal", "ann"] {
        assert_eq!(provision(name).await.map_err(|error| error.code()), Err(ErrorCode::NameTaken), "{name}");
    }
}
