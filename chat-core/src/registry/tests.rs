//! What the registry promises, and that nothing stays behind.

use super::*;
use proptest::prelude::*;

fn user(id: i64) -> UserId {
    UserId::new(id).expect("an id")
}

fn room(id: i64) -> ConversationId {
    ConversationId::new(id).expect("an id")
}

fn carriers(registry: &Registry<&'static str>, conversation: i64) -> Vec<&'static str> {
    registry.carrying(room(conversation)).into_iter().flat_map(|all| all.iter()).map(|(_, handle)| *handle).collect()
}

#[test]
fn a_user_with_two_tabs_is_reached_in_both() {
    let mut registry = Registry::new();
    registry.add(user(1), None, Scope::Everything, vec![room(1)], &"phone");
    registry.add(user(1), None, Scope::Everything, vec![room(1)], &"desk");
    assert_eq!(carriers(&registry, 1), ["phone", "desk"]);
}

#[test]
fn a_new_conversation_is_carried_by_full_connections_only() {
    let mut registry = Registry::new();
    registry.add(user(1), None, Scope::Everything, vec![], &"full");
    registry.add(user(1), None, Scope::Only(room(1)), vec![room(1)], &"single");
    assert!(registry.join(user(1), room(2)));
    assert_eq!(carriers(&registry, 2), ["full"]);
    assert!(!registry.join(user(2), room(2)), "nobody is there");
}

#[test]
fn one_connection_takes_up_and_puts_down_what_it_carries() {
    let mut registry = Registry::new();
    let one = registry.add(user(1), None, Scope::Everything, vec![], &"one");
    registry.add(user(1), None, Scope::Everything, vec![], &"two");
    registry.carry(one, &[room(1), room(2), room(1)]);
    assert_eq!((carriers(&registry, 1), carriers(&registry, 2)), (vec!["one"], vec!["one"]));
    assert!(registry.put_down(one, room(1)), "nobody else carries it");
    assert!(!registry.put_down(one, room(1)), "it is down already");
    registry.remove(one);
    registry.carry(one, &[room(3)]);
    assert!(!registry.is_carried(room(2)) && !registry.is_carried(room(3)));
}

#[test]
fn what_concerns_another_conversation_passes_a_single_connection_by() {
    let mut registry = Registry::new();
    registry.add(user(1), None, Scope::Only(room(1)), vec![room(1)], &"single");
    let heard = |about| registry.of_user(user(1), about).count();
    assert_eq!((heard(Some(room(1))), heard(Some(room(2))), heard(None)), (1, 0, 0));
}

#[test]
fn leaving_silences_every_tab_and_says_when_nobody_is_left() {
    let mut registry = Registry::new();
    registry.add(user(1), None, Scope::Everything, vec![room(1)], &"one");
    registry.add(user(1), None, Scope::Everything, vec![room(1)], &"two");
    registry.add(user(2), None, Scope::Everything, vec![room(1)], &"other");
    assert!(!registry.leave(user(1), room(1)));
    assert_eq!(carriers(&registry, 1), ["other"]);
    assert!(registry.leave(user(2), room(1)));
    assert!(!registry.is_carried(room(1)));
}

#[test]
fn a_session_is_found_among_its_users_connections() {
    let mut registry = Registry::new();
    let session = SessionId::new(7).expect("an id");
    registry.add(user(1), Some(session), Scope::Everything, vec![], &"mine");
    registry.add(user(1), None, Scope::Everything, vec![], &"other device");
    assert_eq!(registry.sessions().collect::<Vec<_>>(), [session]);
    assert_eq!(registry.of_session(session).map(|(_, handle)| *handle).collect::<Vec<_>>(), ["mine"]);
}

#[test]
fn whoever_keeps_the_carriers_sees_those_of_that_moment() {
    let mut registry = Registry::new();
    let one = registry.add(user(1), None, Scope::Everything, vec![room(1)], &"one");
    let then = Arc::clone(registry.carrying(room(1)).expect("a carrier"));
    registry.add(user(2), None, Scope::Everything, vec![room(1)], &"two");
    registry.remove(one);
    assert_eq!((then.as_slice(), carriers(&registry, 1)), (&[(one, "one")][..], vec!["two"]));
}

#[derive(Debug, Clone)]
enum Move {
    Add(i64, Vec<i64>),
    Remove(usize),
    Carry(usize, Vec<i64>),
    PutDown(usize, i64),
    Join(i64, i64),
    Leave(i64, i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let id = 1_i64..5;
    let one = prop_oneof![
        (id.clone(), prop::collection::vec(1_i64..5, 0..4)).prop_map(|(user, rooms)| Move::Add(user, rooms)),
        any::<usize>().prop_map(Move::Remove),
        (any::<usize>(), prop::collection::vec(1_i64..5, 0..4)).prop_map(|(which, rooms)| Move::Carry(which, rooms)),
        (any::<usize>(), id.clone()).prop_map(|(which, room)| Move::PutDown(which, room)),
        (id.clone(), id.clone()).prop_map(|(user, room)| Move::Join(user, room)),
        (id.clone(), id).prop_map(|(user, room)| Move::Leave(user, room)),
    ];
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn whatever_happens_removing_every_connection_leaves_nothing(moves in moves()) {
        let mut registry = Registry::new();
        let mut open = Vec::new();
        for step in moves {
            match step {
                Move::Add(by, rooms) => {
                    let mut rooms: Vec<_> = rooms.into_iter().map(room).collect();
                    rooms.dedup();
                    open.push(registry.add(user(by), None, Scope::Everything, rooms, &()));
                }
                Move::Remove(which) if !open.is_empty() => {
                    registry.remove(open.swap_remove(which % open.len()));
                }
                Move::Carry(which, rooms) if !open.is_empty() => {
                    let rooms: Vec<_> = rooms.into_iter().map(room).collect();
                    registry.carry(open[which % open.len()], &rooms);
                }
                Move::PutDown(which, from) if !open.is_empty() => {
                    registry.put_down(open[which % open.len()], room(from));
                }
                Move::Remove(_) | Move::Carry(..) | Move::PutDown(..) => {}
                Move::Join(by, to) => { registry.join(user(by), room(to)); }
                Move::Leave(by, from) => { registry.leave(user(by), room(from)); }
            }
        }
        prop_assert_eq!(registry.len(), open.len());
        for id in open {
            registry.remove(id);
        }
        prop_assert!(registry.is_empty());
    }
}
