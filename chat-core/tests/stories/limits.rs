//! Stories of limits: each kind of thing has its own, and none can be gone around by coming back or by another name.

use chat_core::chat::{ChatRates, ChatSettings};
use chat_core::command::FileReport;
use chat_core::limits::Rate;
use chat_core::moderation::{ReportReason, ReportSubject};
use chat_core::page::PageSize;
use chat_core::search::{MessageSearch, SearchFilter, SearchText};
use chat_core::{ChatError, Command, ErrorCode};

use crate::accounts::office;
use crate::house::{House, message};

const ONE: Rate = Rate::new(1, 0.1);

fn search() -> Command {
    let text = SearchText::new("words").expect("something to look for");
    Command::SearchMessages(MessageSearch { text, filter: SearchFilter::default(), after: None, size: PageSize::MAX })
}

#[tokio::test]
async fn every_kind_has_a_limit_of_its_own_that_outlives_a_connection() {
    let rates = ChatRates {
        messages: ONE,
        edits: ONE,
        friend_requests: ONE,
        reports: ONE,
        searches: ONE,
        ..ChatRates::default()
    };
    let house = House::with(ChatSettings { rates: Some(rates), ..ChatSettings::default() });
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let group = house.group(ann, &[bob]).await;
    let said = house.say(ann, group, "first").await;
    let report = |user| FileReport { subject: ReportSubject::User(user), reason: ReportReason::Spam, comment: None };
    let twice = [
        (None, message(group, "second", None)),
        (Some(Command::DeleteMessage(said.id.into())), Command::DeleteMessage(said.id.into())),
        (Some(Command::RequestFriend(bob)), Command::RequestFriend(eve)),
        (Some(Command::FileReport(report(bob))), Command::FileReport(report(eve))),
        (Some(search()), search()),
    ];
    for (first, second) in twice {
        if let Some(first) = first {
            house.done(ann, first).await;
        }
        house.connect(ann).await;
        let refused = house.ask(ann, second.clone()).await.expect_err("too many");
        assert!(matches!(refused, ChatError::RateLimited { retry_after_ms: 10_000 }), "{refused:?} {second:?}");
    }
    house.done(ann, Command::GetMe).await;
    house.pass_seconds(10);
    house.say(ann, group, "second").await;
}

#[tokio::test]
async fn guesses_by_name_and_by_address_are_counted_together() {
    let office = office();
    office.register("Ann").await.expect("registered");
    for n in 0..10 {
        let login = if n % 2 == 0 { "ann" } else { "ann@example.org" };
        assert_eq!(office.login(login, "wrong horse").await.err(), Some(ErrorCode::InvalidCredentials));
    }
    for login in ["ann", "ann@example.org", "ANN"] {
        assert_eq!(office.login(login, "correct horse").await.err(), Some(ErrorCode::RateLimited), "{login}");
    }
}

#[tokio::test]
async fn refreshing_and_tickets_have_an_end() {
    use chat_core::Authenticator as _;
    let office = office();
    let mut tokens = office.register("Ann").await.expect("registered");
    let proof = chat_core::accounts::Credential::Token(tokens.access_token.clone());
    let holder = office.accounts.authenticate(&proof).await.expect("good");
    let mut tries = 0;
    let refused = loop {
        match office.accounts.refresh(&tokens.refresh_token).await {
            Ok(next) => tokens = next,
            Err(refused) => break refused,
        }
        tries += 1;
        assert!(tries < 1_000, "nobody refreshes for ever");
    };
    assert_eq!(refused.code(), ErrorCode::RateLimited);
    office.pass_seconds(60);
    office.accounts.refresh(&tokens.refresh_token).await.expect("what was refused costs nothing");
    let mut tries = 0;
    while office.accounts.ticket(&holder).await.is_ok() {
        tries += 1;
        assert!(tries < 1_000, "nobody takes tickets for ever");
    }
}
