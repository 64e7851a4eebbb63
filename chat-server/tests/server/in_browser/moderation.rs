//! Stories of reports on the page: filing them, and what those do about them who look after the server.

use std::sync::Arc;

use chat_core::ids::UserId;
use chat_core::moderation::{AccountStanding, ServerRole, StandingAct, StandingChange};
use chat_core::ports::{Clock as _, StandingSet, Stores, SystemClock};
use chat_core::testing::MemoryStore;
use chat_server::{App, Parts, Users};

use super::browser::Browser;
use super::{Cable, Desk, Window};
use crate::harness::TestServer;
use crate::harness::person::Person;

/// A desk whose stores the story reaches, as an operator does.
async fn set_up() -> Option<(Desk, Stores)> {
    let browser = Browser::start().await?;
    let stores = Arc::new(MemoryStore::new()).stores();
    let parts = stores.clone();
    let server = TestServer::of(|config| App::assemble(Parts::new(parts, Users::own(config).unwrap()), config)).await;
    let cable = Cable::to(server.address()).await;
    Some((Desk { server, cable, browser }, stores))
}

/// A window of somebody who looks after the server.
async fn moderator(desk: &Desk, stores: &Stores, name: &str) -> Window {
    let window = desk.window_of(name).await;
    let person = Person::login(&desk.server.url(), name, "correct horse").await;
    let change = StandingChange {
        user: UserId::new(person.id).unwrap(),
        by: None,
        act: StandingAct::SetRole(ServerRole::Moderator),
        judged_on: AccountStanding::default(),
        at: SystemClock.now(),
    };
    assert_eq!(stores.standings.set_standing(&change).await.unwrap(), StandingSet::Set(Vec::new()));
    window.reload().await;
    window.waits_for("[data-testid=connection-state][data-state=open], [data-testid=signout]").await;
    window
}

impl Window {
    /// Opens what was reported; the way there is shown as soon as the page knows who one is to the server.
    async fn opens_reports(&self) {
        self.until("the way to the reports", async || {
            self.click("profile").await;
            let is_there = self.shows("[data-testid=show-reports]").await;
            if !is_there {
                self.closes_dialog("profile-dialog").await;
            }
            is_there
        })
        .await;
        self.click("show-reports").await;
    }

    async fn files(&self, reason: &str, comment: &str) {
        self.press(&format!("[data-testid=report-reason][data-reason={reason}]")).await;
        self.fill("report-comment", comment).await;
        self.click("report-save").await;
        self.waits_for("[data-testid=toast]").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_is_reported_and_a_moderator_deletes_it() {
    let Some((desk, stores)) = set_up().await else { return };
    let (ann, eve) = (desk.window_of("ann").await, desk.window_of("eve").await);
    let kim = moderator(&desk, &stores, "kim").await;
    eve.open_chat_with("ann").await;
    eve.say("buy this").await;
    eve.sees_own("buy this", "delivered").await;
    ann.open_first_conversation().await;
    ann.choose_on("buy this", "[data-testid=message-report]").await;
    ann.files("spam", "for the third time").await;
    assert!(!ann.shows("[data-testid=show-reports]").await, "that is for moderators");

    kim.opens_reports().await;
    let script =
        "return [...document.querySelectorAll('[data-testid=report-body], .report-comment')].map((e) => e.textContent)";
    kim.until("the report", async || kim.ask(script).await == ["buy this", "for the third time"]).await;
    kim.click("report-delete_message").await;
    kim.fill("decision-note", "an advertisement").await;
    kim.click("decision-save").await;
    ann.waits_for("[data-testid=message-deleted]").await;
    kim.until("nothing waits", async || !kim.shows("[data-testid=report-item]").await).await;
    kim.click("reports-resolved").await;
    kim.waits_for("[data-testid=report-item][data-status=resolved]").await;
    for window in [&ann, &eve, &kim] {
        assert_eq!(window.complaints().await, Vec::<String>::new());
    }
    desk.clear_away([ann, eve, kim]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_is_reported_is_suspended_and_told_until_when() {
    let Some((desk, stores)) = set_up().await else { return };
    let (ann, eve) = (desk.window_of("ann").await, desk.window_of("eve").await);
    let kim = moderator(&desk, &stores, "kim").await;
    ann.open_chat_with("eve").await;
    ann.click("show-user").await;
    ann.click("user-report").await;
    ann.files("harassment", "she follows me").await;

    kim.opens_reports().await;
    kim.click("report-suspend_user").await;
    kim.fill("decision-note", "a week to think").await;
    kim.click("decision-save").await;
    eve.waits_for("[data-testid=login-submit]").await;
    eve.fill("login-login", "eve").await;
    eve.fill("login-password", "correct horse").await;
    eve.click("login-submit").await;
    eve.waits_for("[data-testid=login-error]").await;
    let said = eve.ask("return [document.querySelector('[data-testid=login-error]').textContent]").await.concat();
    assert!(said.contains("suspended") && said.contains("come back on"), "{said}");

    // From the card of the user, the way back is open.
    kim.click("reports-resolved").await;
    kim.click("report-user").await;
    kim.click("user-pardon").await;
    kim.waits_for("[data-testid=user-suspend]").await;
    eve.click("login-submit").await;
    eve.waits_for("[data-testid=signout]").await;
    desk.clear_away([ann, eve, kim]).await;
}
