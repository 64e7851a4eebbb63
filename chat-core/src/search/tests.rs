//! What matches, and what matches better.

use super::*;

fn text(text: &str) -> SearchText {
    SearchText::new(text).expect("something to look for")
}

fn rank(looked_for: &str, said: &str) -> Option<Rank> {
    text(looked_for).rank(&Body::new(said).expect("a body"))
}

#[test]
fn a_search_is_refused_that_looks_for_nothing_or_too_much() {
    for nothing in ["", "  ", "\"", "* OR -", "\u{200B}"] {
        let empty = nothing != "* OR -";
        assert_eq!(SearchText::new(nothing).is_err(), empty, "{nothing:?}");
    }
    assert_eq!(SearchText::new("a\0b"), Err(TextError::Forbidden));
    assert_eq!(SearchText::new(&"a".repeat(201)), Err(TextError::TooLong));
    assert!(SearchText::new(&"a".repeat(200)).is_ok());
    let words = |count: usize| (0..count).map(|n| format!("w{n} ")).collect::<String>();
    assert!(SearchText::new(&words(16)).is_ok());
    assert_eq!(SearchText::new(&words(17)), Err(TextError::TooLong));
}

#[test]
fn more_words_are_better_then_surer_ones_then_whole_ones() {
    let ranks = ["green tea please", "greens and tea", "green teapots", "grene tea", "green", "greens", "gren"]
        .map(|said| rank("green tea", said));
    assert!(ranks.is_sorted_by(|better, worse| better >= worse), "{ranks:?}");
    assert_eq!(rank("green tea", "coffee"), None);
}

#[test]
fn a_slip_is_forgiven_in_words_of_four_letters_two_in_words_of_eight() {
    for (slip, said) in [("helo", "hello"), ("reciept", "receipt"), ("tommorow", "tomorrow"), ("wrold", "wworld")] {
        assert_eq!(rank(slip, said).is_some(), slip != "wrold", "{slip}");
    }
    for (not, said) in [("cat", "car"), ("2024", "2025"), ("hello", "jello"), ("tomato", "tomcat")] {
        assert_eq!(rank(not, said), None, "{not}");
    }
}

#[test]
fn every_text_that_matches_has_the_keys_that_it_is_looked_for_by() {
    let said = ["green tea", "greens", "reciept", "今天天气不错", "ไปกินข้าวกัน", "👍🎉", "été à Paris", "a b", "天"];
    let searches = ["green tea", "gre", "receipt", "天气", "天气不", "天", "กิน", "🎉", "ete paris", "b", "tea 天气"];
    for (said, looked_for) in said.iter().flat_map(|said| searches.map(|looked_for| (*said, looked_for))) {
        let Some(rank) = rank(looked_for, said) else { continue };
        let keys = Terms::of(said).keys();
        let has = |beginning: &String| keys.iter().any(|key| key.starts_with(beginning.as_str()));
        let lists = text(looked_for).beginnings(text(looked_for).reach(rank));
        assert!(lists.iter().any(|list| list.iter().all(has)), "{looked_for} in {said}");
    }
}
