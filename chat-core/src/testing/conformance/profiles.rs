//! Profiles: what users say of themselves.

use super::scene::{befriend, create, label, new_user, nobody, size, together, two, user};
use crate::ids::UserId;
use crate::ports::{Login, Stores};
use crate::text::{AvatarUrl, Description, Label};
use crate::user::{ProfileUpdate, User};

fn bio(text: &str) -> Description {
    Description::new(text).unwrap()
}

fn picture(text: &str) -> AvatarUrl {
    AvatarUrl::new(text).unwrap()
}

fn everything() -> ProfileUpdate {
    ProfileUpdate {
        display_name: Some(Some(label("Ann \u{1F98A} O'Lee"))),
        bio: Some(Some(bio("two\nlines, \"quoted\" \\ 100 %"))),
        avatar: Some(Some(picture("https://example.org/a.png?x=1&y=%20"))),
    }
}

async fn update(stores: &Stores, user: UserId, update: &ProfileUpdate) -> User {
    stores.users.update_profile(user, update).await.unwrap().unwrap()
}

async fn only(stores: &Stores, user: UserId) -> User {
    stores.users.get(&[user]).await.unwrap().remove(0)
}

fn said(user: &User) -> (Option<&str>, Option<&str>, Option<&str>) {
    let User { display_name, bio, avatar, .. } = user;
    let name = display_name.as_ref().map(Label::as_str);
    (name, bio.as_ref().map(Description::as_str), avatar.as_ref().map(AvatarUrl::as_str))
}

/// From whichever side the user is looked at, and with everything else as it was.
pub async fn what_a_user_says_of_themselves_comes_back_to_the_letter(stores: &Stores) {
    let before = create(stores, &new_user("ann")).await;
    let (ann, bob) = (before.id, user(stores, "bob").await);
    befriend(stores, ann, bob).await;
    let ProfileUpdate { display_name, bio, avatar } = everything();
    let (display_name, bio, avatar) = (display_name.flatten(), bio.flatten(), avatar.flatten());
    let expected = User { display_name, bio, avatar, ..before };
    assert_eq!(update(stores, ann, &everything()).await, expected);
    assert_eq!(only(stores, ann).await, expected);
    assert_eq!(stores.users.account(ann).await.unwrap().unwrap().user, expected);
    assert_eq!(stores.users.find_login(&Login::Id(ann)).await.unwrap().unwrap().user, expected);
    assert_eq!(stores.relations.friends(bob, None, size(10)).await.unwrap().items, [expected]);
    assert_eq!(said(&only(stores, bob).await), (None, None, None));
}

/// Each part is its own.
pub async fn what_is_not_given_stays_and_what_is_given_as_none_goes(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let full = update(stores, ann, &everything()).await;
    assert_eq!(update(stores, ann, &ProfileUpdate::default()).await, full);
    let named = ProfileUpdate { display_name: Some(Some(label("Lee"))), ..ProfileUpdate::default() };
    let renamed = User { display_name: Some(label("Lee")), ..full };
    assert_eq!(update(stores, ann, &named).await, renamed);
    let parts = [
        ProfileUpdate { bio: Some(None), ..ProfileUpdate::default() },
        ProfileUpdate { display_name: Some(None), ..ProfileUpdate::default() },
        ProfileUpdate { avatar: Some(None), ..ProfileUpdate::default() },
    ];
    for part in parts {
        update(stores, ann, &part).await;
    }
    let bare = User { display_name: None, bio: None, avatar: None, ..renamed };
    assert_eq!(only(stores, ann).await, bare);
}

/// Three devices change three parts at the same moment.
pub async fn different_parts_changed_at_once_are_all_changed(stores: &Stores) {
    let ann = user(stores, "ann").await;
    let all = everything();
    let parts = [
        ProfileUpdate { display_name: all.display_name.clone(), ..ProfileUpdate::default() },
        ProfileUpdate { bio: all.bio.clone(), ..ProfileUpdate::default() },
        ProfileUpdate { avatar: all.avatar.clone(), ..ProfileUpdate::default() },
    ];
    together(3, |n| {
        let (stores, part) = (stores.clone(), parts[n].clone());
        async move { update(&stores, ann, &part).await }
    })
    .await;
    let now = only(stores, ann).await;
    assert_eq!((Some(now.display_name), Some(now.bio), Some(now.avatar)), (all.display_name, all.bio, all.avatar));
}

/// Others may be called the same, even by the user name of somebody.
pub async fn a_display_name_is_nobodys_alone(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let named = ProfileUpdate { display_name: Some(Some(label("bob"))), ..ProfileUpdate::default() };
    for user in [ann, bob] {
        assert_eq!(said(&update(stores, user, &named).await).0, Some("bob"));
    }
    let found = stores.users.find_login(&Login::NameKey("bob".to_owned())).await.unwrap().unwrap();
    assert_eq!(found.user.id, bob, "nobody signs in by a display name");
}

/// A user who does not exist is not made by it.
pub async fn nobody_says_nothing(stores: &Stores) {
    assert_eq!(stores.users.update_profile(nobody(), &everything()).await.unwrap(), None);
    assert_eq!(stores.users.get(&[nobody()]).await.unwrap(), []);
}
