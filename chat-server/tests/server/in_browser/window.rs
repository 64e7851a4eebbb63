//! One window, as a person uses it: they find things by what they are called, and wait until they are there.

use std::path::Path;
use std::time::{Duration, Instant};

use thirtyfour::WindowHandle;
use thirtyfour::prelude::*;

/// How long anything may take that has to happen. It is only waited for in full when it does not happen.
const LONG: Duration = Duration::from_secs(40);
const OFTEN: Duration = Duration::from_millis(50);

/// A browser window with a profile of its own.
pub struct Window {
    driver: WebDriver,
    log: String,
}

impl Window {
    /// A window, and the address of its driver.
    pub fn of(driver: WebDriver, driver_address: &str) -> Self {
        let log = format!("{driver_address}/session/{}/se/log", driver.session_id());
        Self { driver, log }
    }

    pub async fn close(self) {
        self.driver.quit().await.unwrap();
    }

    /// Opens another window of the same profile and turns to it. Answers the way back and the way there again.
    pub async fn open_beside(&self, address: &str) -> [WindowHandle; 2] {
        let here = self.driver.window().await.unwrap();
        let there = self.driver.new_window().await.unwrap();
        self.turn_to(&there).await;
        self.go_to(address).await;
        [here, there]
    }

    /// From now on, everything is done in this window of the profile.
    pub async fn turn_to(&self, window: &WindowHandle) {
        self.driver.switch_to_window(window.clone()).await.unwrap();
    }

    pub async fn register(&self, name: &str) {
        self.ask_for_account(name, &format!("{name}@example.org")).await;
        self.waits_for_connection("[data-state=open]").await;
    }

    /// Asks for an account, whatever comes of it.
    pub async fn ask_for_account(&self, name: &str, email: &str) {
        self.click("tab-register").await;
        self.fill("register-username", name).await;
        self.fill("register-email", email).await;
        self.fill("register-password", "correct horse").await;
        self.click("register-submit").await;
    }

    /// Goes on with an account that the browser keeps.
    pub async fn continue_as(&self, name: &str) {
        self.press(&format!("[data-testid=continue-as][data-username={name}]")).await;
    }

    /// Looks for somebody by name.
    pub async fn find(&self, name: &str) {
        self.click("tab-people").await;
        self.fill("people-search", name).await;
        self.waits_for(&format!("[data-testid=person-result][data-username={name}]")).await;
    }

    pub async fn open_chat_with(&self, name: &str) {
        self.find(name).await;
        self.choose_for(name, "action-message").await;
        self.waits_for("[data-testid=composer]").await;
    }

    /// Presses one of the buttons beside somebody's name.
    pub async fn choose_for(&self, name: &str, action: &str) {
        self.press(&format!("[data-testid=person-result][data-username={name}] [data-testid={action}]")).await;
    }

    pub async fn open_first_conversation(&self) {
        self.press("[data-testid=tab-chats]").await;
        self.press("[data-testid=conversation-item]").await;
        self.waits_for("[data-testid=composer]").await;
    }

    pub async fn say(&self, text: &str) {
        let composer = self.waits_for("[data-testid=composer]").await;
        composer.send_keys(text).await.unwrap();
        self.click("send-button").await;
    }

    /// Waits until a message is shown.
    pub async fn sees(&self, text: &str) {
        self.until(&format!("a message {text:?}"), async || self.messages().await.iter().any(|shown| shown == text))
            .await;
    }

    /// Waits until an own message has reached a state, or gone beyond it.
    pub async fn sees_own(&self, text: &str, state: &str) {
        const STATES: [&str; 5] = ["failed", "pending", "sent", "delivered", "read"];
        let rank = |state: &str| STATES.iter().position(|known| *known == state);
        let wanted = rank(state).unwrap();
        let reached = async || {
            let shown = self.states_of(text).await;
            shown.iter().filter_map(|state| rank(state)).any(|rank| rank == wanted || (wanted > 1 && rank > wanted))
        };
        self.until(&format!("{text:?} as {state}"), reached).await;
    }

    pub async fn sees_presence(&self, status: &str) {
        self.waits_for(&format!("[data-testid=presence-dot][data-status={status}]")).await;
    }

    pub async fn waits_for_disconnection(&self) {
        self.waits_for_connection(":not([data-state=open])").await;
    }

    /// The line about the connection is always in the page for programs; people see it only when it matters.
    async fn waits_for_connection(&self, state: &str) {
        let line = format!("[data-testid=connection-state]{state}");
        self.until(&line, async || self.shows(&line).await).await;
    }

    /// Everything that is shown once a last message is there, oldest first.
    pub async fn messages_up_to(&self, last: &str) -> Vec<String> {
        self.sees(last).await;
        self.messages().await
    }

    async fn messages(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll('[data-testid=message-body]')].map((e) => e.textContent)";
        self.ask(script).await
    }

    async fn states_of(&self, text: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll('[data-testid=message][data-own=true]')]\
            .filter((e) => e.querySelector('[data-testid=message-body]')?.textContent === arguments[0])\
            .map((e) => e.dataset.state)";
        self.ask_with(script, text).await
    }

    /// What the browser complained about since the window was opened: refused scripts and styles, errors nobody caught.
    pub async fn complaints(&self) -> Vec<String> {
        let asked = reqwest::Client::new().post(&self.log).json(&serde_json::json!({"type": "browser"})).send();
        let said: serde_json::Value = asked.await.unwrap().json().await.unwrap();
        let entries = said["value"].as_array().expect("a log").iter();
        entries.filter(|entry| entry["level"] == "SEVERE").map(|entry| entry["message"].to_string()).collect()
    }

    pub(super) async fn ask(&self, script: &str) -> Vec<String> {
        self.driver.execute(script, Vec::new()).await.unwrap().convert().unwrap()
    }

    /// Asks about something that has a text.
    pub(super) async fn ask_with(&self, script: &str, text: &str) -> Vec<String> {
        self.driver.execute(script, vec![text.into()]).await.unwrap().convert().unwrap()
    }

    pub async fn click(&self, name: &str) {
        self.press(&format!("[data-testid={name}]")).await;
    }

    /// Presses the first of these that can be pressed. The page may draw it anew at any moment, so it is tried again.
    pub(super) async fn press(&self, css: &str) {
        self.until(css, async || {
            let Ok(found) = self.driver.find_all(By::Css(css)).await else { return false };
            for element in found {
                if element.is_displayed().await.unwrap_or(false) && element.click().await.is_ok() {
                    return true;
                }
            }
            false
        })
        .await;
    }

    pub(super) async fn fill(&self, name: &str, text: &str) {
        let field = self.waits_for(&format!("[data-testid={name}]")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub(super) async fn focused(&self) -> WebElement {
        self.driver.active_element().await.unwrap()
    }

    /// Waits until something is there to be seen.
    pub async fn waits_for(&self, css: &str) -> WebElement {
        let query = self.driver.query(By::Css(css)).wait(LONG, OFTEN).and_displayed();
        match query.first().await {
            Ok(element) => element,
            Err(error) => panic!("{css} did not appear: {error}"),
        }
    }

    /// Whether something is in the page now.
    pub async fn shows(&self, css: &str) -> bool {
        self.driver.find(By::Css(css)).await.is_ok()
    }

    pub(super) async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let begun = Instant::now();
        while !is_so().await {
            if begun.elapsed() > LONG {
                let picture = std::env::temp_dir().join(format!("chat-page-{}.png", std::process::id()));
                self.picture(&picture).await;
                panic!("never happened: {what}; see {}; the page shows: {}", picture.display(), self.text().await);
            }
            tokio::time::sleep(OFTEN).await;
        }
    }

    async fn text(&self) -> String {
        self.ask("return [document.body.innerText]").await.concat()
    }

    pub async fn reload(&self) {
        self.driver.refresh().await.unwrap();
    }

    pub async fn address(&self) -> String {
        self.driver.current_url().await.unwrap().to_string()
    }

    pub async fn go_to(&self, address: &str) {
        self.driver.goto(address).await.unwrap();
    }

    pub async fn picture(&self, path: &Path) {
        self.driver.screenshot(path).await.unwrap();
    }
}
