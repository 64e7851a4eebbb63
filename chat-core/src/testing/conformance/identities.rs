//! Users whom other issuers know: each subject has one, for good.

use super::scene::{new_user, together, user};
use crate::ports::{Linked, Stores, Subject};

fn subject(issuer: &str, subject: &str) -> Subject {
    Subject { issuer: issuer.to_owned(), subject: subject.to_owned() }
}

/// The same subject of another issuer is somebody else.
pub async fn a_subject_has_one_user_for_good(stores: &Stores) {
    let (ann, bob) = (subject("https://a.example", "17"), subject("https://b.example", "17"));
    assert_eq!(stores.identities.find(&ann).await.unwrap(), None);
    let Linked::User(one) = stores.identities.link(&ann, &new_user("ann")).await.unwrap() else { panic!("made") };
    assert_eq!(stores.users.get(&[one]).await.unwrap()[0].username.as_str(), "ann");
    for name in ["ann", "else"] {
        assert_eq!(stores.identities.link(&ann, &new_user(name)).await.unwrap(), Linked::User(one));
    }
    assert_eq!(
        (stores.identities.find(&ann).await.unwrap(), stores.identities.find(&bob).await.unwrap()),
        (Some(one), None)
    );
    let Linked::User(other) = stores.identities.link(&bob, &new_user("bob")).await.unwrap() else { panic!("made") };
    assert_ne!(one, other);
    let everybody = crate::ports::UserSearch { prefix: String::new(), after: None, size: super::scene::size(10) };
    assert_eq!(stores.users.search(&everybody).await.unwrap().items.len(), 2, "nobody was made in vain");
}

/// Nobody becomes somebody else by a name.
pub async fn a_name_that_is_taken_links_nobody(stores: &Stores) {
    user(stores, "ann").await;
    let ann = subject("https://a.example", "17");
    for name in ["ann", "Ann"] {
        assert_eq!(stores.identities.link(&ann, &new_user(name)).await.unwrap(), Linked::NameTaken);
    }
    assert_eq!(stores.identities.find(&ann).await.unwrap(), None);
    assert!(matches!(stores.identities.link(&ann, &new_user("ann-2")).await.unwrap(), Linked::User(_)));
}

/// Many devices of somebody new arrive at the same moment.
pub async fn one_subject_at_once_on_many_ways_is_one_user(stores: &Stores) {
    let answers = together(16, |n| {
        let stores = stores.clone();
        async move {
            let name = new_user(if n % 2 == 0 { "ann" } else { "berta" });
            stores.identities.link(&subject("https://a.example", "17"), &name).await.unwrap()
        }
    })
    .await;
    let found = stores.identities.find(&subject("https://a.example", "17")).await.unwrap().unwrap();
    assert!(answers.iter().all(|linked| *linked == Linked::User(found)), "{answers:?}");
}
