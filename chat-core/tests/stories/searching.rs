//! Stories of searching: the order of what is found, and pages of it.

use chat_core::ids::UserId;
use chat_core::page::{Page, PageSize};
use chat_core::search::{MessageSearch, SearchCursor, SearchFilter, SearchText, WINDOW};
use chat_core::{ChatSettings, Command, ErrorCode, Reply};

use crate::house::House;

fn looking_for(text: &str, after: Option<SearchCursor>) -> MessageSearch {
    let text = SearchText::new(text).expect("something to look for");
    MessageSearch { text, filter: SearchFilter::default(), after, size: PageSize::MAX }
}

async fn page(house: &House, who: UserId, search: MessageSearch) -> Page<String, SearchCursor> {
    match house.done(who, Command::SearchMessages(search)).await {
        Reply::Found(page) => {
            let text = |body: &chat_core::text::Body| body.as_str().to_owned();
            let texts = page.items.iter().map(|view| view.message.body().map(text).unwrap_or_default());
            Page { items: texts.collect(), next: page.next }
        }
        other => panic!("a page of messages, not {other:?}"),
    }
}

#[tokio::test]
async fn all_that_has_every_word_comes_before_all_that_has_some_however_much_there_is() {
    let house = House::with(ChatSettings { rates: None, ..ChatSettings::default() });
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.direct(ann, bob).await;
    for n in 0..2 * WINDOW {
        house.say(ann, room, &format!("{} {n}", if n % 2 == 0 { "green tea" } else { "tea" })).await;
    }
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = page(&house, bob, looking_for("green tea", after)).await;
        found.extend(page.items);
        assert!(found.len() <= 2 * WINDOW, "nothing comes twice");
        house.say(ann, room, "green tea too late").await;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let with = |words: &str, rest: usize| -> Vec<_> {
        (0..2 * WINDOW).rev().filter(|n| n % 2 == rest).map(|n| format!("{words} {n}")).collect()
    };
    assert_eq!(found, [with("green tea", 0), with("tea", 1)].concat());
}

#[tokio::test]
async fn whole_words_come_before_beginnings_and_those_before_similar_ones() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let room = house.direct(ann, bob).await;
    for text in ["paper", "papers", "papre", "old paper", "pen"] {
        house.say(ann, room, text).await;
    }
    let found = page(&house, bob, looking_for("paper", None)).await;
    assert_eq!(found, Page { items: ["old paper", "paper", "papers", "papre"].map(str::to_owned).into(), next: None });
}

#[tokio::test]
async fn a_search_in_a_conversation_of_others_finds_that_it_is_not_there() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let room = house.direct(ann, bob).await;
    house.say(ann, room, "secret").await;
    let mut search = looking_for("secret", None);
    assert!(page(&house, eve, search.clone()).await.items.is_empty());
    search.filter.conversation = Some(room);
    assert_eq!(house.refused(eve, Command::SearchMessages(search)).await, ErrorCode::NotFound);
}
