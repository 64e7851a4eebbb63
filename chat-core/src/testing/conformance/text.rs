//! Text and time come back to the letter and to the microsecond; what no store can hold never reaches one.

use super::scene::{
    at, body, create, direct, draft, key, label, message, new_user, say, say_at, stored, text_of, two_in_direct, user,
};
use crate::conversation::{Group, Kind};
use crate::message::Content;
use crate::ports::{GroupCreated, Login, NewGroup, NewMessage, NewUser, Stores};
use crate::presence::Status;
use crate::text::{Body, ClientId, Label, MAX_BODY_BYTES, MAX_BODY_CHARS, TextError};
use crate::time::Timestamp;
use crate::user::{Email, NameError, Username};

/// Texts that storage, quoting, collation or normalisation have been known to change.
const DIFFICULT: [&str; 22] = [
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
    "שלום, עולם — مرحبا بالعالم",
    "\u{202E}reversed\u{202C} \u{2066}isolated\u{2069}",
    "e\u{301} is not \u{e9}",
    "Z\u{335}\u{322}\u{34F}a\u{300}\u{301}\u{302}\u{303}lgo",
    "𝒳 𠀀 \u{10FFFF} \u{FFFF} \u{FFFE} \u{FFFD} \u{FEFF}",
    "one\ntwo\r\nthree\rfour\u{2028}five\u{85}six",
    "\ttabs\tand   spaces  ",
    "  leading and trailing \n",
    "\u{1}\u{7}\u{8}\u{1B}[31mcontrols\u{7F}\u{9F}",
    "'single' ''twice'' \"double\" `back`",
    "\\ \\\\ \\n \\0 \\x00 \\u0000 C:\\new",
    "{\"type\":\"message.new\",\"data\":{\"body\":null}}",
    "[1,2,3]",
    "null",
    "NULL",
    "0",
    "007",
    "1e999",
    "'); DROP TABLE messages; --",
    "%s %d {} ${HOME} $1 ?1 :name @p",
    "<script>alert(1)</script> &amp; <!-- -->",
];

/// Bodies are people's words: not one of them changes.
pub async fn a_body_comes_back_to_the_letter(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    for text in DIFFICULT {
        let said = say(stores, conversation, ann, text).await;
        assert_eq!(text_of(&said), text);
        assert_eq!(text_of(&message(stores, said.id).await), text);
    }
}

/// A body of the greatest length that the core allows, in characters and in bytes, is stored whole.
pub async fn the_longest_bodies_are_stored_whole(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    let fours = MAX_BODY_CHARS.min(MAX_BODY_BYTES / 4);
    for text in [
        "a".repeat(MAX_BODY_CHARS),
        "\u{10FFFD}".repeat(fours),
        "\"".repeat(MAX_BODY_CHARS),
        "\\".repeat(MAX_BODY_CHARS),
    ] {
        let said = say(stores, conversation, ann, &text).await;
        assert_eq!(text_of(&message(stores, said.id).await), text);
    }
}

/// Every other text of the greatest length is stored whole as well.
pub async fn the_longest_names_and_keys_are_stored_whole(stores: &Stores) {
    let name = "𠀀".repeat(32);
    let address = format!("{}@{}.org", "l".repeat(64), "d".repeat(254 - 64 - 5));
    let hash = format!("$argon2id$v=19$m=19456,t=2,p=1${}", "h".repeat(500));
    let email = Email::new(&address).unwrap();
    let new = NewUser { email: Some(email.clone()), password_hash: Some(hash.clone()), ..new_user(&name) };
    let ann = create(stores, &new).await;
    assert_eq!(ann.username.as_str(), name);
    let found = stores.users.find_login(&Login::Email(email)).await.unwrap().unwrap();
    assert_eq!((found.user, found.hash), (ann.clone(), Some(hash)));
    let bob = user(stores, "bob").await;
    let conversation = direct(stores, ann.id, bob).await;
    let new = draft(stores, conversation, bob, "hello").await;
    let longest = key(&"~".repeat(64));
    let said = stored(stores, &NewMessage { client_id: Some(longest.clone()), ..new }).await;
    assert_eq!(message(stores, said.id).await.client_id, Some(longest));
}

/// Names of groups and status lines are kept as they were chosen.
pub async fn labels_come_back_to_the_letter(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let longest = "\u{1F984}".repeat(Label::MAX_CHARS);
    for text in ["Ann's \"best\" \\ group", "%_%", "семья 👨‍👩‍👧", "NULL", "0", "e\u{301}", "\u{e9}", &longest]
    {
        let new = NewGroup { group: Group::new(label(text), ann), members: Vec::new(), at: at(2) };
        let GroupCreated::Created(made, _) = stores.conversations.create_group(&new).await.unwrap() else {
            panic!("not made")
        };
        let view = stores.conversations.view(made.id, ann).await.unwrap().unwrap();
        let Kind::Group(group) = view.conversation.kind else { panic!("not a group") };
        assert_eq!(group.name.as_str(), text);
        stores.users.set_status(ann, Status::Away, Some(label(text))).await.unwrap();
        let shown = stores.users.get(&[ann]).await.unwrap().remove(0);
        assert_eq!(shown.status_message.as_ref().map(Label::as_str), Some(text));
    }
}

/// A name keeps its own capitals and letters; only its key is folded.
pub async fn a_name_comes_back_as_its_owner_wrote_it(stores: &Stores) {
    for name in ["McDonald", "Straße", "İstanbul", "ΣΊΣΥΦΟΣ", "josé", "さくら", "𠀀𠀁"] {
        let made = create(stores, &new_user(name)).await;
        let found = stores.users.get(&[made.id]).await.unwrap().remove(0);
        assert_eq!(found.username, Username::new(name).unwrap());
    }
}

/// Addresses with everything that an address may hold.
pub async fn an_address_comes_back_to_the_letter(stores: &Stores) {
    for (n, address) in
        ["o'neil@example.org", "a+b_c%d@sub.example.org", "用户@例子.广告", "\"q\"@example.org"].iter().enumerate()
    {
        let email = Email::new(address).unwrap();
        let made = create(stores, &NewUser { email: Some(email.clone()), ..new_user(&format!("user{n}")) }).await;
        let found = stores.users.find_login(&Login::Email(email)).await.unwrap().unwrap();
        assert_eq!(found.user, made);
    }
}

/// Times are microseconds, before and after 1970, now and in ten thousand years less one day.
pub async fn times_come_back_to_the_microsecond(stores: &Stores) {
    let (ann, _, conversation) = two_in_direct(stores).await;
    for micros in [-1, 0, 1, 999_999, 1_000_000, 1_768_323_629_317_891, 4_102_444_799_999_999, 253_402_214_399_999_999]
    {
        let moment = Timestamp::from_micros(micros);
        let said = say_at(stores, conversation, ann, "hello", moment).await;
        assert_eq!(said.created_at, moment);
        assert_eq!(message(stores, said.id).await.created_at, moment);
    }
}

/// What some store could not hold is refused by the core for all of them: no store ever sees NUL.
pub async fn nul_never_reaches_a_store(stores: &Stores) {
    for text in ["\0", "a\0", "\0a", "a\0b"] {
        assert_eq!(Body::new(text), Err(TextError::Forbidden));
        assert_eq!(Label::new(text), Err(TextError::Forbidden));
        assert_eq!(ClientId::new(text), Err(TextError::Forbidden));
        assert!(Username::new(text).is_err());
        assert_eq!(Email::new(&format!("{text}@example.org")), Err(NameError::Email));
    }
    let (ann, _, conversation) = two_in_direct(stores).await;
    assert_eq!(
        say(stores, conversation, ann, "\u{1}\u{FFFD}\u{2400}").await.content,
        Content::said(body("\u{1}\u{FFFD}\u{2400}"))
    );
}

/// Half of a surrogate pair is no text in Rust, so bytes that hold one end before the core; both halves together are fine.
pub async fn half_a_surrogate_pair_never_reaches_a_store(stores: &Stores) {
    assert!(String::from_utf8(vec![b'a', 0xED, 0xA0, 0xBD]).is_err());
    assert!(String::from_utf16(&[0x61, 0xD83D]).is_err());
    let whole = String::from_utf16(&[0x61, 0xD83D, 0xDE00]).unwrap();
    let (ann, _, conversation) = two_in_direct(stores).await;
    let said = say(stores, conversation, ann, &whole).await;
    assert_eq!(text_of(&message(stores, said.id).await), "a😀");
}
