//! Finding users by the beginning of their name.

use super::scene::{crowd, ids, label, not_endless, size, user};
use crate::ids::UserId;
use crate::page::{Page, PageSize};
use crate::ports::{Stores, UserSearch};
use crate::user::{ProfileUpdate, User, fold};

async fn search(stores: &Stores, text: &str, after: Option<UserId>, wish: i64) -> Page<User> {
    stores.users.search(&UserSearch { prefix: fold(text), after, size: size(wish) }).await.unwrap()
}

async fn call(stores: &Stores, user: UserId, name: Option<&str>) {
    let update = ProfileUpdate { display_name: Some(name.map(label)), ..ProfileUpdate::default() };
    stores.users.update_profile(user, &update).await.unwrap().unwrap();
}

async fn names(stores: &Stores, text: &str) -> Vec<String> {
    let page = search(stores, text, None, 100).await;
    page.items.iter().map(|user| user.username.as_str().to_owned()).collect()
}

/// The beginning counts, in any capitals; the middle does not.
pub async fn the_beginning_of_the_folded_name_is_searched(stores: &Stores) {
    for name in ["Anna", "ANNIKA", "johann", "an", "bob"] {
        user(stores, name).await;
    }
    assert_eq!(names(stores, "aNN").await, ["Anna", "ANNIKA"]);
    assert_eq!(names(stores, "ann").await, ["Anna", "ANNIKA"]);
    assert_eq!(names(stores, "an").await, ["Anna", "ANNIKA", "an"]);
    assert_eq!(names(stores, "annb").await, [""; 0]);
}

/// Folding is Unicode's, not ASCII's, on both sides.
pub async fn names_of_every_script_are_found_in_any_capitals(stores: &Stores) {
    for name in ["Жанна", "жан", "张伟", "Élodie", "𠀀𠀀"] {
        user(stores, name).await;
    }
    assert_eq!(names(stores, "ЖАН").await, ["Жанна", "жан"]);
    assert_eq!(names(stores, "张").await, ["张伟"]);
    assert_eq!(names(stores, "éLO").await, ["Élodie"]);
    assert_eq!(names(stores, "\u{FF25}\u{301}lo").await, ["Élodie"], "a full-width E with an accent of its own");
    assert_eq!(names(stores, "elo").await, [""; 0]);
    assert_eq!(names(stores, "𠀀").await, ["𠀀𠀀"], "beyond the sixteen-bit plane");
}

/// Look-alikes share a key, but a search looks at what is written.
pub async fn a_search_does_not_mix_up_look_alikes(stores: &Stores) {
    user(stores, "paypal").await;
    assert_eq!(names(stores, "paypal").await, ["paypal"]);
    assert_eq!(names(stores, "paypa1").await, [""; 0]);
}

/// No character is a wildcard, an escape or a quote.
pub async fn every_character_is_meant_literally(stores: &Stores) {
    for name in ["a_b", "axb", "a.b", "a-b"] {
        user(stores, name).await;
    }
    assert_eq!(names(stores, "a_").await, ["a_b"]);
    assert_eq!(names(stores, "a.").await, ["a.b"]);
    for text in [
        "%",
        "_",
        "a%",
        "%b",
        "\\",
        "a\\_",
        "\\%",
        "'",
        "''",
        "a'--",
        "\"",
        "*",
        "?",
        "a*",
        "[a]",
        "a\0",
        "\0",
        "\u{10FFFF}",
    ] {
        assert_eq!(names(stores, text).await, [""; 0], "{text:?}");
    }
    assert_eq!(names(stores, &"a".repeat(100_000)).await, [""; 0]);
}

/// The empty beginning finds everybody.
pub async fn nothing_finds_everybody(stores: &Stores) {
    assert_eq!(names(stores, "").await, [""; 0], "there is nobody yet");
    let users = crowd(stores, 5).await;
    assert_eq!(ids(&search(stores, "", None, 100).await.items), users);
}

/// Pages follow each other by id without a gap or a repeat; the last one says that it is the last.
pub async fn pages_of_a_search_follow_each_other_by_id(stores: &Stores) {
    let mut expected = Vec::new();
    for n in 0..6 {
        expected.push(user(stores, &format!("ann{n}")).await);
        user(stores, &format!("bob{n}")).await;
    }
    expected.sort();
    for wish in [1, 2, 3, 4, 6] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = search(stores, "ann", after, wish).await;
            assert!(page.items.len() <= PageSize::clamped(wish).get());
            seen.extend(ids(&page.items));
            not_endless(&seen);
            let Some(next) = page.next else { break };
            assert_eq!(Some(next), seen.last().map(|id| id.get()), "the cursor is the last id shown");
            after = UserId::new(next);
        }
        assert_eq!(seen, expected, "pages of {wish}");
    }
}

/// Who registers while somebody turns pages appears at the end and moves nobody.
pub async fn a_new_user_does_not_shift_the_pages(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let first = search(stores, "user", None, 2).await;
    let late = user(stores, "user9").await;
    let rest = search(stores, "user", first.next.and_then(UserId::new), 100).await;
    assert_eq!(ids(&first.items), users[..2]);
    assert_eq!(ids(&rest.items), [users[2], users[3], late]);
    assert_eq!(rest.next, None);
}

/// What somebody wants to be called is found like a user name: folded, from its beginning, to the letter.
pub async fn the_beginning_of_a_display_name_is_searched_too(stores: &Stores) {
    let (fox, owl) = (user(stores, "fox").await, user(stores, "owl").await);
    user(stores, "zoe").await;
    call(stores, fox, Some("Zo\u{eb} O'Fox 100%_")).await;
    call(stores, owl, Some("\u{417}\u{43E}\u{44F} \u{1F989}")).await;
    assert_eq!(names(stores, "ZO").await, ["fox", "zoe"]);
    assert_eq!(names(stores, "zo\u{cb} o'").await, ["fox"]);
    assert_eq!(names(stores, "\u{437}\u{41E}").await, ["owl"]);
    assert_eq!(names(stores, "zo_").await, [""; 0]);
    assert_eq!(names(stores, "o'fox").await, [""; 0]);
    assert_eq!(names(stores, "fo").await, ["fox"], "the user name is found all the same");
}

/// Whoever is found twice is one, and takes one place on a page.
pub async fn who_is_found_by_both_names_comes_once(stores: &Stores) {
    let mut expected = Vec::new();
    for n in 0..4 {
        let ann = user(stores, &format!("ann{n}")).await;
        call(stores, ann, Some("Ann")).await;
        expected.push(ann);
    }
    expected.sort();
    let first = search(stores, "ann", None, 3).await;
    let rest = search(stores, "ann", first.next.and_then(UserId::new), 3).await;
    assert_eq!((ids(&first.items), ids(&rest.items)), (expected[..3].to_vec(), expected[3..].to_vec()));
    assert_eq!(rest.next, None);
}

/// Neither one that was replaced nor one that was taken away.
pub async fn a_former_display_name_finds_nobody(stores: &Stores) {
    let fox = user(stores, "fox").await;
    call(stores, fox, Some("Reynard")).await;
    call(stores, fox, Some("Renard")).await;
    assert_eq!(names(stores, "rey").await, [""; 0]);
    assert_eq!(names(stores, "ren").await, ["fox"]);
    call(stores, fox, None).await;
    assert_eq!(names(stores, "ren").await, [""; 0]);
}
