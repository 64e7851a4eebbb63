//! Stories of looking for messages on the page, and of going to what was found.

use std::time::{Duration, Instant};

use serde_json::json;
use thirtyfour::Key;

use super::{Desk, Window};
use crate::harness::person::Person;

/// So many messages that what was said before them is not loaded with the newest ones.
const MANY: usize = 230;
/// How long a page of messages may take.
const A_WHILE: Duration = Duration::from_secs(10);
const OFTEN: Duration = Duration::from_millis(50);

/// Somebody who says things without a window.
async fn say(person: &Person, conversation: i64, text: &str) {
    let (status, body) = person.post(&format!("conversations/{conversation}/messages"), json!({"body": text})).await;
    assert_eq!(status, 201, "{body}");
}

async fn unread(person: &Person, conversation: i64) -> i64 {
    person.get(&format!("conversations/{conversation}")).await.1["unread_count"].as_i64().unwrap()
}

/// Bob wrote to ann: a secret first, and then a lot else.
async fn bob_has_told_much(desk: &Desk) -> (Person, i64) {
    let base = desk.server.url();
    let bob = Person::register(&base, "bob").await;
    let ann = Person::login(&base, "ann", "correct horse").await;
    let direct = bob.direct_with(&ann).await;
    say(&bob, direct, "The crème is under the green teapot").await;
    for n in 0..MANY {
        say(&bob, direct, &format!("note {n}")).await;
    }
    (ann, direct)
}

impl Window {
    /// Looks for words, having pressed the keys that lead to the search.
    async fn looks_for(&self, words: &str) {
        self.types(Key::Control + "k").await;
        self.types(words).await;
    }

    /// What was found: the words that are marked in each message.
    async fn marks(&self) -> Vec<String> {
        self.ask(
            "return [...document.querySelectorAll('[data-testid=search-result]')].map((found) => \
             [...found.querySelectorAll('mark')].map((mark) => mark.textContent).join(' '))",
        )
        .await
    }

    /// Scrolls to the last message that is there, and waits for what comes after it: whether the former last one is still in view,
    /// and what the last one is now.
    async fn scrolls_on(&self) -> [String; 2] {
        let to_end = "const list = document.querySelector('[data-testid=messages]'); \
            const rows = list.querySelectorAll('[data-testid=message]'); \
            window.lastBefore = rows[rows.length - 1]; \
            list.scrollTop = list.scrollHeight; \
            return []";
        let script = "const list = document.querySelector('[data-testid=messages]'); \
            const rows = list.querySelectorAll('[data-testid=message]'); \
            const last = rows[rows.length - 1]; \
            const [row, view] = [window.lastBefore.getBoundingClientRect(), list.getBoundingClientRect()]; \
            const isIn = row.top >= view.top - 1 && row.bottom <= view.bottom + 1; \
            const text = last.querySelector('[data-testid=message-body]').textContent; \
            return [isIn ? 'kept' : 'lost', last === window.lastBefore ? '' : text]";
        self.ask(to_end).await;
        let begun = Instant::now();
        loop {
            let answer: [String; 2] = self.ask(script).await.try_into().unwrap();
            if !answer[1].is_empty() || begun.elapsed() > A_WHILE {
                return answer;
            }
            tokio::time::sleep(OFTEN).await;
        }
    }

    async fn reaches_the_end(&self) {
        self.ask("const list = document.querySelector('[data-testid=messages]'); list.scrollTop = list.scrollHeight; return []").await;
    }

    async fn finds(&self, marks: &[&str]) {
        self.until(&format!("found: {marks:?}"), async || self.marks().await == marks).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_long_ago_is_found_and_gone_to_and_nothing_counts_as_read() {
    let Some(desk) = Desk::set_up().await else { return };
    let window = desk.window_of("ann").await;
    let (ann, direct) = bob_has_told_much(&desk).await;
    let all = i64::try_from(MANY).unwrap() + 1;
    // What a page heard live it has; whoever comes later has the newest alone.
    window.reload().await;
    window.waits_for("[data-testid=unread-badge]").await;

    window.looks_for("creme TEAP").await;
    window.finds(&["crème teap"]).await;
    window.click("search-result").await;
    window.waits_for("[data-testid=message].flash").await;
    let around = window.messages_up_to("note 0").await;
    assert_eq!(around[0], "The crème is under the green teapot");
    assert!(!around.contains(&format!("note {}", MANY - 1)), "the newest are not shown there");
    assert_eq!(unread(&ann, direct).await, all, "whoever looks at the past has not read what is new");

    // Scrolling on leads to the newest messages, page by page. Whoever reads keeps their place, and at the end of a page has not
    // read what is beyond it.
    let last = format!("note {}", MANY - 1);
    let mut steps = Vec::new();
    while steps.last() != Some(&last) {
        let [place, end] = window.scrolls_on().await;
        assert_eq!(place, "kept", "after {steps:?}");
        if end != last {
            assert_eq!(unread(&ann, direct).await, all, "at {end:?}");
        }
        steps.push(end);
    }
    assert!(steps.len() > 2, "{steps:?}");
    window.reaches_the_end().await;
    let shown = window.messages_up_to(&last).await;
    let expected = (0..MANY).map(|n| format!("note {n}"));
    assert_eq!(shown[1..], expected.collect::<Vec<_>>());
    window.until("all read", async || unread(&ann, direct).await == 0).await;
    assert_eq!(window.complaints().await, Vec::<String>::new());
    desk.clear_away([window]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_past_one_press_leads_to_what_is_new() {
    let Some(desk) = Desk::set_up().await else { return };
    let window = desk.window_of("ann").await;
    let (ann, direct) = bob_has_told_much(&desk).await;
    window.reload().await;
    window.waits_for("[data-testid=unread-badge]").await;
    window.looks_for("teapot").await;
    window.finds(&["teapot"]).await;
    // By keyboard alone: down to the result, and there.
    window.types(Key::Down).await;
    window.types(Key::Enter).await;
    window.waits_for("[data-testid=message].flash:focus").await;
    window.click("jump").await;
    window.sees(&format!("note {}", MANY - 1)).await;
    window.until("all read", async || unread(&ann, direct).await == 0).await;
    desk.clear_away([window]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_conversation_alone_is_looked_through_and_the_results_stay() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.makes_group("Hike", &["bob"]).await;
    ann.say("tea on the hike").await;
    ann.open_chat_with("bob").await;
    ann.say("tea at home").await;
    ann.say("coffee").await;
    ann.sees_own("coffee", "sent").await;

    ann.looks_for("tea").await;
    ann.finds(&["tea", "tea"]).await;
    ann.click("search-here").await;
    ann.finds(&["tea"]).await;
    ann.click("search-everywhere").await;
    ann.finds(&["tea", "tea"]).await;
    ann.press("[data-testid=search-result]:last-child .row-main").await;
    ann.waits_for("[data-testid=show-group]").await;
    ann.waits_for("[data-testid=message].flash").await;
    ann.finds(&["tea", "tea"]).await;
    ann.click("search-close").await;
    ann.waits_for("[data-testid=tab-chats]").await;

    ann.click("search-conversation").await;
    ann.types("nothing like it").await;
    ann.until("that nothing was found", async || {
        let script = "return [document.querySelector('[data-testid=search-progress]').textContent]";
        ann.ask(script).await == ["No message has these words."]
    })
    .await;
    desk.clear_away([ann, bob]).await;
}
