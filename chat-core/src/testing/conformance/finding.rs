//! Searching messages: what is found by which words, by whom, and in which pages.

use super::scene::{
    advance, at, body, commit, direct, group, leave, not_endless, raise, say, say_at, text_of, together, two_in_direct,
    user, version,
};
use crate::change::Act;
use crate::conversation::{GroupUpdate, HistoryVisibility};
use crate::ids::{ConversationId, MessageId, UserId};
use crate::message::{Mentions, Message};
use crate::ports::{Find, Stores};
use crate::receipt::ReceiptKind;
use crate::search::{Reach, SearchFilter, SearchText, WINDOW};

/// Everything within one reach, by falling ids.
async fn within(stores: &Stores, who: UserId, text: &str, reach: Reach, filter: SearchFilter) -> Vec<Message> {
    let mut find = Find { text: SearchText::new(text).unwrap(), reach, filter, below: None };
    let mut found: Vec<Message> = Vec::new();
    loop {
        let page = stores.search.find(&find, who).await.unwrap();
        assert!(page.items.len() <= WINDOW, "a window has an end");
        for message in page.items {
            not_endless(&found);
            assert!(found.last().is_none_or(|last| last.id > message.id), "by falling ids, each once");
            found.push(message);
        }
        let Some(next) = page.next else { return found };
        let next = MessageId::new(next);
        assert!(next.is_some() && find.below.is_none_or(|below| next < Some(below)), "every window is below the last");
        find.below = next;
    }
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(text_of).collect()
}

/// The texts that have all of the words, the newest first.
async fn near(stores: &Stores, who: UserId, text: &str) -> Vec<String> {
    let found = within(stores, who, text, Reach::Near, SearchFilter::default()).await;
    texts(&found).into_iter().map(str::to_owned).collect()
}

/// The texts that have some of the words, or similar ones, the newest first.
async fn far(stores: &Stores, who: UserId, text: &str) -> Vec<String> {
    let found = within(stores, who, text, Reach::Far, SearchFilter::default()).await;
    texts(&found).into_iter().map(str::to_owned).collect()
}

async fn say_all(stores: &Stores, conversation: ConversationId, who: UserId, texts: &[&str]) {
    for text in texts {
        say(stores, conversation, who, text).await;
    }
}

const NOTHING: [&str; 0] = [];

/// A word, the beginning of a word, several of them in any order; not the middle of a word.
pub async fn words_and_their_beginnings_are_found_in_any_order(stores: &Stores) {
    let (ann, bob, room) = two_in_direct(stores).await;
    say_all(stores, room, ann, &["Green tea, please", "greens", "a tea that is green", "evergreen"]).await;
    assert_eq!(near(stores, bob, "green").await, ["a tea that is green", "greens", "Green tea, please"]);
    assert_eq!(near(stores, bob, "tea gre").await, ["a tea that is green", "Green tea, please"]);
    assert_eq!(near(stores, bob, "please green tea").await, ["Green tea, please"]);
    assert_eq!(near(stores, bob, "coffee").await, NOTHING);
}

/// Who typed in a hurry finds what others wrote with care.
pub async fn capitals_and_accents_do_not_matter(stores: &Stores) {
    let (ann, _, room) = two_in_direct(stores).await;
    let said = ["Crème brûlée", "ЁЛКА", "Große Straße", "ΣΊΣΥΦΟΣ", "Ｗｉｄｅ", "السَّلامُ"];
    say_all(stores, room, ann, &said).await;
    for (looked_for, index) in
        [("creme BRULEE", 0), ("е\u{308}лка", 1), ("große", 2), ("σισυφος", 3), ("wide", 4), ("السلام", 5)]
    {
        assert_eq!(near(stores, ann, looked_for).await, said.iter().skip(index).take(1).copied().collect::<Vec<_>>());
    }
}

/// Chinese, Japanese and Thai put no spaces between words: what stands anywhere is found, from one character on.
pub async fn text_without_spaces_is_found_anywhere_in_it(stores: &Stores) {
    let (ann, _, room) = two_in_direct(stores).await;
    let said = ["今天天气不错", "東京タワーに行きたい", "วันนี้ไปกินข้าวกันไหม", "meet at 東京 station", "天下"];
    say_all(stores, room, ann, &said).await;
    assert_eq!(near(stores, ann, "天气").await, ["今天天气不错"]);
    assert_eq!(near(stores, ann, "东京").await, NOTHING, "another character is another word");
    assert_eq!(near(stores, ann, "東京").await, ["meet at 東京 station", "東京タワーに行きたい"]);
    assert_eq!(near(stores, ann, "ﾀﾜｰ").await, ["東京タワーに行きたい"]);
    assert_eq!(near(stores, ann, "กินข้าว").await, ["วันนี้ไปกินข้าวกันไหม"]);
    assert_eq!(near(stores, ann, "天").await, ["天下", "今天天气不错"]);
    assert_eq!(near(stores, ann, "错").await, ["今天天气不错"]);
    assert_eq!(near(stores, ann, "天天").await, ["今天天气不错"]);
    assert_eq!(near(stores, ann, "气天").await, NOTHING);
    assert_eq!(near(stores, ann, "天气今天").await, NOTHING, "all pairs are there, and yet not this");
    assert_eq!(near(stores, ann, "station 東京").await, ["meet at 東京 station"]);
}

/// Emoji are found whatever the colour of their skin.
pub async fn emoji_are_found(stores: &Stores) {
    let (ann, _, room) = two_in_direct(stores).await;
    say_all(stores, room, ann, &["done 👍🏽", "🎉👍", "👨‍👩‍👧 at home", "nothing"]).await;
    assert_eq!(near(stores, ann, "👍").await, ["🎉👍", "done 👍🏽"]);
    assert_eq!(near(stores, ann, "👍🏿 done").await, ["done 👍🏽"]);
    assert_eq!(near(stores, ann, "👨‍👩‍👧").await, ["👨‍👩‍👧 at home"]);
}

/// Quotes, operators and wildcards of any database mean nothing special.
pub async fn every_character_of_a_search_means_itself_or_nothing(stores: &Stores) {
    let (ann, _, room) = two_in_direct(stores).await;
    say_all(stores, room, ann, &["red or blue", "not near", "x_1 y"]).await;
    for strange in
        ["\"red", "red'", "red*", "red)", "(red", "-red", "red:*", "red & ", "red|", "!red", "^red", "{red}", "red\\"]
    {
        assert_eq!(near(stores, ann, strange).await, ["red or blue"], "{strange}");
    }
    assert_eq!(near(stores, ann, "red OR green").await, NOTHING, "OR is a word");
    assert_eq!(near(stores, ann, "red OR blue").await, ["red or blue"]);
    assert_eq!(near(stores, ann, "NOT").await, ["not near"]);
    assert_eq!(near(stores, ann, "NEAR(not)").await, ["not near"]);
    assert_eq!(near(stores, ann, "r%d").await, NOTHING);
    assert_eq!(near(stores, ann, "r_d").await, NOTHING);
    assert_eq!(near(stores, ann, "'; DROP TABLE messages; --").await, NOTHING);
    for only_a_number in ["_1", "_1 _1", "1"] {
        assert_eq!(near(stores, ann, only_a_number).await, ["x_1 y"]);
    }
}

/// What has not all of the words, or only similar ones, is found apart from what has them.
pub async fn similar_words_and_some_of_the_words_are_found_far(stores: &Stores) {
    let (ann, _, room) = two_in_direct(stores).await;
    say_all(stores, room, ann, &["the receipt", "my recieptt", "receipts", "tea", "cat", "今天天气不错 cat"]).await;
    assert_eq!(near(stores, ann, "receipt").await, ["receipts", "the receipt"]);
    assert_eq!(far(stores, ann, "receipt").await, NOTHING, "two slips are too many");
    assert_eq!(far(stores, ann, "reciept").await, ["the receipt"]);
    assert_eq!(near(stores, ann, "reciept").await, ["my recieptt"]);
    assert_eq!(far(stores, ann, "tea receipt").await, ["tea", "receipts", "the receipt"]);
    assert_eq!(far(stores, ann, "car").await, NOTHING, "three letters have to be right");
    assert_eq!(far(stores, ann, "天气 tea").await, ["今天天气不错 cat", "tea"]);
}

/// Each filter leaves out what it says, together and alone.
pub async fn filters_leave_out_other_conversations_authors_and_times(stores: &Stores) {
    let (ann, bob, room) = two_in_direct(stores).await;
    let team = group(stores, ann, &[bob]).await;
    for (n, (place, who)) in [(room, ann), (room, bob), (team, ann), (team, bob)].into_iter().enumerate() {
        say_at(stores, place, who, &format!("word {n}"), at(10 * i64::try_from(n).unwrap())).await;
    }
    let all = SearchFilter::default();
    for (filter, expected) in [
        (all, vec!["word 3", "word 2", "word 1", "word 0"]),
        (SearchFilter { conversation: Some(room), ..all }, vec!["word 1", "word 0"]),
        (SearchFilter { author: Some(bob), ..all }, vec!["word 3", "word 1"]),
        (SearchFilter { conversation: Some(team), author: Some(ann), ..all }, vec!["word 2"]),
        (SearchFilter { since: Some(at(10)), ..all }, vec!["word 3", "word 2", "word 1"]),
        (SearchFilter { until: Some(at(10)), ..all }, vec!["word 0"]),
        (SearchFilter { since: Some(at(10)), until: Some(at(30)), ..all }, vec!["word 2", "word 1"]),
        (SearchFilter { since: Some(at(30)), until: Some(at(10)), ..all }, vec![]),
    ] {
        assert_eq!(texts(&within(stores, bob, "word", Reach::Near, filter).await), expected, "{filter:?}");
    }
}

/// Members find what they may read: not what was said before they came, and nothing once they are gone.
pub async fn everybody_finds_what_they_may_read_and_nothing_else(stores: &Stores) {
    let (ann, bob, room) = two_in_direct(stores).await;
    let (eve, dan) = (user(stores, "eve").await, user(stores, "dan").await);
    let team = group(stores, ann, &[dan]).await;
    say(stores, room, ann, "secret one").await;
    say(stores, team, ann, "secret two").await;
    commit(stores, team, ann, Act::Add { users: vec![eve] }).await;
    say(stores, team, ann, "secret three").await;
    leave(stores, team, dan).await;

    assert_eq!(near(stores, bob, "secret").await, ["secret one"]);
    assert_eq!(near(stores, eve, "secret").await, ["secret three"], "what was before is hidden");
    assert_eq!(near(stores, dan, "secret").await, NOTHING, "who left finds nothing");
    let theirs = SearchFilter { conversation: Some(room), ..SearchFilter::default() };
    assert_eq!(texts(&within(stores, eve, "secret", Reach::Near, theirs).await), NOTHING);

    let update = GroupUpdate { history: Some(HistoryVisibility::Shared), ..GroupUpdate::default() };
    commit(stores, team, ann, Act::Update(update)).await;
    let fay = user(stores, "fay").await;
    commit(stores, team, ann, Act::Add { users: vec![fay] }).await;
    assert_eq!(near(stores, fay, "secret").await, ["secret three", "secret two"], "a shared history is found");
}

/// A message is found by what it says now. A deleted one says nothing.
pub async fn an_edited_message_is_found_by_its_present_text_and_a_deleted_one_by_none(stores: &Stores) {
    let (ann, _, room) = two_in_direct(stores).await;
    let said = say(stores, room, ann, "first thoughts").await;
    say(stores, room, ann, "other thoughts").await;
    commit(
        stores,
        room,
        ann,
        Act::Edit { message: said.id, body: body("second thoughts"), mentions: Mentions::NOBODY },
    )
    .await;
    assert_eq!(near(stores, ann, "first").await, NOTHING);
    assert_eq!(near(stores, ann, "thoughts").await, ["other thoughts", "second thoughts"]);
    commit(stores, room, ann, Act::Delete { message: said.id }).await;
    assert_eq!(near(stores, ann, "second").await, NOTHING);
    assert_eq!(far(stores, ann, "secont thoughts").await, ["other thoughts"]);
}

/// Whoever looks has not read: no mark moves, and no version.
pub async fn looking_for_something_changes_nothing(stores: &Stores) {
    let (ann, bob, room) = two_in_direct(stores).await;
    say(stores, room, ann, "unread words").await;
    advance(stores, &[raise(room, bob, ReceiptKind::Delivered, super::scene::seq(1), at(5))]).await;
    let before = (stores.conversations.view(room, bob).await.unwrap(), version(stores, room).await);
    assert_eq!(near(stores, bob, "unread").await, ["unread words"]);
    assert_eq!((stores.conversations.view(room, bob).await.unwrap(), version(stores, room).await), before);
}

/// What is found looks as it does everywhere else, ticks and all.
pub async fn a_message_that_is_found_is_shown_as_it_stands(stores: &Stores) {
    let (ann, bob, room) = two_in_direct(stores).await;
    let said = say(stores, room, ann, "read words").await;
    super::scene::read(stores, room, bob, 1).await;
    let found = within(stores, ann, "words", Reach::Near, SearchFilter::default()).await;
    assert_eq!(found, [stores.messages.get(said.id, ann).await.unwrap().unwrap()]);
}

/// Window after window: nothing is missing and nothing comes twice, whatever is said meanwhile.
pub async fn windows_follow_each_other_while_others_speak(stores: &Stores) {
    let (ann, bob, room) = two_in_direct(stores).await;
    let elsewhere = direct(stores, ann, user(stores, "eve").await).await;
    let count = WINDOW + WINDOW / 2;
    let mut before = Vec::new();
    for n in 0..count {
        before.push(say(stores, room, ann, &format!("drop {n}")).await.id);
        if n % 3 == 0 {
            say(stores, elsewhere, ann, "drop not theirs").await;
        }
    }
    let speaker = stores.clone();
    let tasks = together(2, move |n| {
        let stores = speaker.clone();
        async move {
            if n == 0 {
                return within(&stores, bob, "drop", Reach::Near, SearchFilter::default()).await;
            }
            for _ in 0..20 {
                say(&stores, room, bob, "drop by drop").await;
            }
            Vec::new()
        }
    });
    let found: Vec<_> = tasks.await.remove(0).into_iter().filter(|message| message.sender == ann).collect();
    before.reverse();
    assert_eq!(found.iter().map(|message| message.id).collect::<Vec<_>>(), before);
}

/// Many talk at once, and what was acknowledged is found at once.
pub async fn what_was_said_is_found_as_soon_as_it_is_said(stores: &Stores) {
    let (ann, _, room) = two_in_direct(stores).await;
    let speaker = stores.clone();
    together(4, move |n| {
        let stores = speaker.clone();
        async move {
            for m in 0..25 {
                let word = format!("mark{n}x{m}");
                say(&stores, room, ann, &word).await;
                assert_eq!(near(&stores, ann, &word).await, [word]);
            }
        }
    })
    .await;
    assert_eq!(near(stores, ann, "mark").await.len(), 100);
}
