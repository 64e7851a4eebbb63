//! What a person does in a window with messages that were said, and with groups.

use thirtyfour::TypingData;

use super::window::Window;

/// The row of a message, found by what it says.
const ROW: &str = "[...document.querySelectorAll('[data-testid=message]')].find((row) => \
    row.querySelector('[data-testid=message-body]')?.textContent === arguments[0])";

impl Window {
    /// Chooses something from the menu of a message.
    pub async fn choose_on(&self, text: &str, choice: &str) {
        self.sees(text).await;
        self.ask_with(&format!("({ROW}).querySelector('[data-testid=message-menu]').click(); return []"), text).await;
        self.press(&format!("[role=menu] {choice}")).await;
    }

    pub async fn reacts(&self, text: &str, emoji: &str) {
        self.choose_on(text, &format!("[data-emoji='{emoji}']")).await;
    }

    /// Waits until a message carries exactly these, as `emoji count`, one's own with a star.
    pub async fn sees_reactions(&self, text: &str, wanted: &[&str]) {
        let script = format!(
            "return [...({ROW})?.querySelectorAll('[data-testid=reaction]') ?? []].map((chip) => \
             `${{chip.dataset.emoji}} ${{chip.lastChild.textContent}}${{chip.ariaPressed === 'true' ? '*' : ''}}`)"
        );
        self.until(&format!("{wanted:?} on {text:?}"), async || self.ask_with(&script, text).await == wanted).await;
    }

    /// Gives one's own message another text.
    pub async fn edits(&self, text: &str, new: &str) {
        self.choose_on(text, "[data-testid=message-edit]").await;
        self.fill("composer", new).await;
        self.click("send-button").await;
    }

    pub async fn replies(&self, text: &str, answer: &str) {
        self.choose_on(text, "[data-testid=message-reply]").await;
        self.say(answer).await;
    }

    pub async fn deletes(&self, text: &str) {
        self.choose_on(text, "[data-testid=message-delete]").await;
        self.click("confirm-yes").await;
    }

    /// Waits until a message stands below a quote.
    pub async fn sees_reply(&self, text: &str, quote: &str) {
        let script = format!("return [({ROW})?.querySelector('.quote-body')?.textContent ?? '']");
        self.until(&format!("{text:?} quotes {quote:?}"), async || self.ask_with(&script, text).await == [quote]).await;
    }

    /// Waits until the time beside a message says that it was edited.
    pub async fn sees_edited(&self, text: &str) {
        let script = format!("return [({ROW})?.querySelector('time').textContent ?? '']");
        let is_so = async || self.ask_with(&script, text).await.concat().starts_with("edited");
        self.until(&format!("{text:?} as edited"), is_so).await;
    }

    /// Waits until a message that was deleted says so.
    pub async fn sees_gone(&self, words: &str) {
        let script = "return [...document.querySelectorAll('[data-testid=message-deleted]')].map((e) => e.textContent)";
        self.until(&format!("a deleted message: {words:?}"), async || self.ask(script).await == [words]).await;
    }

    /// Waits until the bar of pinned messages shows this one, or is away.
    pub async fn sees_pinned(&self, words: Option<&str>) {
        let script = "return [...document.querySelectorAll('.pins:not([hidden]) .pin-text')].map((e) => e.textContent)";
        let wanted: Vec<&str> = words.into_iter().collect();
        self.until(&format!("pinned: {wanted:?}"), async || self.ask(script).await == wanted).await;
    }

    /// Waits until a line about the group stands between the messages.
    pub async fn sees_notice(&self, words: &str) {
        let script = "return [...document.querySelectorAll('[data-testid=notice]')].map((e) => e.textContent)";
        self.until(words, async || self.ask(script).await.iter().any(|shown| shown == words)).await;
    }

    /// Makes a group and opens it.
    pub async fn makes_group(&self, name: &str, members: &[&str]) {
        self.click("new-group").await;
        self.fill("group-name", name).await;
        self.picks(members).await;
        self.click("group-create").await;
        self.waits_for("[data-testid=show-group]").await;
    }

    /// Brings somebody into the open group.
    pub async fn adds(&self, name: &str) {
        self.click("show-group").await;
        self.click("group-add-people").await;
        self.picks(&[name]).await;
        self.click("group-add").await;
        self.waits_for(&format!("[data-testid=members-dialog] [data-username={name}]")).await;
        self.closes_dialog("members-dialog").await;
    }

    /// Chooses something from the menu of a member of the open group.
    pub async fn chooses_about(&self, name: &str, choice: &str) {
        self.click("show-group").await;
        self.press(&format!("[data-username={name}] [data-testid=member-menu]")).await;
        self.press(&format!("[role=menu] [data-testid={choice}]")).await;
    }

    /// Types where the focus is.
    pub async fn types(&self, keys: impl Into<TypingData>) {
        self.focused().await.send_keys(keys).await.unwrap();
    }

    pub async fn focuses(&self, css: &str) {
        self.waits_for(css).await.focus().await.unwrap();
    }

    pub async fn closes_dialog(&self, name: &str) {
        self.press(&format!("[data-testid={name}] [aria-label=Close]")).await;
    }

    async fn picks(&self, names: &[&str]) {
        for name in names {
            self.fill("group-search", name).await;
            self.press(&format!("[data-testid=group-member][data-username={name}]")).await;
        }
    }
}
