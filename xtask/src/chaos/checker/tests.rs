//! Histories made by hand: a good one that passes, and one for each way in which a promise can be broken.

use std::collections::BTreeMap;

use super::*;
use crate::chaos::database::{Stored, StoredLog, StoredMessage};
use crate::chaos::history::{Key, Way};
use crate::chaos::readings::Listed;
use crate::client::frame::Place;

const CONVERSATION: i64 = 7;
const ALICE: i64 = 1;
const BOB: i64 = 2;

fn key(number: u32) -> Key {
    Key::new(0, number)
}

fn send(at: u64, number: u32, phase: Phase, place: Option<(u64, i64)>) -> Record {
    let body = 1_000 + u64::from(number);
    let fact = Fact::Send { key: key(number), conversation: CONVERSATION, body, way: Way::Live, phase, place };
    Record { at, user: ALICE, fact }
}

fn applied(at: u64, seq: u64, id: Option<i64>) -> Record {
    let place = Place { conversation: CONVERSATION, seq, id };
    Record { at, user: BOB, fact: Fact::Applied { place, way: Way::Live } }
}

fn message(seq: u64, number: u32) -> Stored {
    let message =
        StoredMessage { id: seq as i64 * 10, sender: ALICE, key: Some(key(number)), body: 1_000 + u64::from(number) };
    Stored { seq, message: Some(message) }
}

/// Alice sends two messages one after the other, somebody leaves in between, and Bob sees it all.
fn good() -> Evidence {
    let records = vec![
        send(1, 1, Phase::Invoke, None),
        send(2, 1, Phase::Ok, Some((1, 10))),
        send(3, 2, Phase::Invoke, None),
        send(4, 2, Phase::Info, None),
        send(5, 2, Phase::Invoke, None),
        send(6, 2, Phase::Ok, Some((3, 30))),
        applied(2, 1, Some(10)),
        applied(3, 2, None),
        applied(6, 3, Some(30)),
    ];
    let entries = vec![message(1, 1), Stored { seq: 2, message: None }, message(3, 2)];
    let truth =
        Truth { logs: BTreeMap::from([(CONVERSATION, StoredLog { head: 3, entries })]), corruption: Vec::new() };
    let reading =
        |is_of_messages, places| Reading { conversation: CONVERSATION, how: "read".to_owned(), is_of_messages, places };
    let readings = vec![
        reading(false, vec![(1, Some(10)), (2, None), (3, Some(30))]),
        reading(true, vec![(1, Some(10)), (3, Some(30))]),
    ];
    Evidence { records, truth, followers: vec![(BOB, CONVERSATION)], readings }
}

fn entries(evidence: &mut Evidence) -> &mut Vec<Stored> {
    &mut evidence.truth.logs.get_mut(&CONVERSATION).unwrap().entries
}

fn found(evidence: &Evidence) -> Vec<Violation> {
    check(evidence).1
}

#[test]
fn a_good_history_is_good() {
    let (scope, found) = check(&good());

    assert_eq!(found, []);
    assert_eq!((scope.sends, scope.acknowledged, scope.unknown, scope.messages, scope.changes), (2, 2, 1, 2, 1));
}

#[test]
fn an_acknowledged_message_that_is_not_stored_is_lost() {
    let mut evidence = good();
    entries(&mut evidence).pop();

    assert!(found(&evidence).contains(&Violation::Lost { key: key(2) }));
}

#[test]
fn a_message_that_is_stored_twice_is_doubled_even_without_its_key() {
    let mut evidence = good();
    let mut again = message(4, 2);
    again.message.as_mut().unwrap().key = None;
    entries(&mut evidence).push(again);

    assert!(found(&evidence).contains(&Violation::Doubled { key: key(2), seqs: vec![3, 4] }));
}

#[test]
fn an_acknowledgement_with_another_place_is_misplaced() {
    let mut evidence = good();
    evidence.records[1] = send(2, 1, Phase::Ok, Some((9, 10)));

    assert_eq!(found(&evidence), [Violation::Misplaced { key: key(1), told: (9, 10), stored: (1, 10) }]);
}

#[test]
fn two_acknowledgements_that_differ_are_found() {
    let mut evidence = good();
    evidence.records.push(send(7, 1, Phase::Ok, Some((1, 11))));

    assert_eq!(found(&evidence), [Violation::TwoAnswers { key: key(1), first: (1, 10), second: (1, 11) }]);
}

#[test]
fn an_acknowledgement_without_a_place_is_found() {
    let mut evidence = good();
    evidence.records[1] = send(2, 1, Phase::Ok, None);

    assert_eq!(found(&evidence), [Violation::NoPlace { key: key(1) }]);
}

#[test]
fn a_message_that_nobody_sent_is_a_phantom() {
    let mut evidence = good();
    evidence.records.retain(|record| !matches!(&record.fact, Fact::Send { key: sent, .. } if *sent == key(2)));

    let why = "nobody sent it";
    assert_eq!(found(&evidence), [Violation::Phantom { conversation: CONVERSATION, seq: 3, why }]);
}

#[test]
fn a_message_with_another_body_or_sender_is_a_phantom() {
    let (mut body, mut sender) = (good(), good());
    entries(&mut body)[0].message.as_mut().unwrap().body = 5;
    entries(&mut sender)[0].message.as_mut().unwrap().sender = BOB;

    assert!(matches!(found(&body)[..], [Violation::Phantom { seq: 1, .. }]));
    assert!(matches!(found(&sender)[..], [Violation::Phantom { seq: 1, .. }]));
}

#[test]
fn a_good_message_that_is_refused_is_found() {
    let mut evidence = good();
    evidence.records.push(send(7, 3, Phase::Invoke, None));
    evidence.records.push(send(8, 3, Phase::Fail, None));

    assert_eq!(found(&evidence), [Violation::Refused { key: key(3), is_stored: false }]);
}

#[test]
fn a_message_that_is_never_answered_is_found() {
    let mut evidence = good();
    evidence.records.push(send(7, 3, Phase::Invoke, None));

    assert_eq!(found(&evidence), [Violation::Unanswered { key: key(3) }]);
}

#[test]
fn a_message_before_one_that_was_acknowledged_first_is_out_of_order() {
    let mut evidence = good();
    // The second message is sent after the first was acknowledged, but stands before it.
    evidence.records[1] = send(2, 1, Phase::Ok, Some((3, 30)));
    evidence.records[5] = send(6, 2, Phase::Ok, Some((1, 10)));
    *entries(&mut evidence) = vec![message(1, 2), Stored { seq: 2, message: None }, message(3, 1)];

    let order = Violation::OutOfOrder { earlier: key(1), earlier_seq: 3, later: key(2), later_seq: 1 };
    assert_eq!(found(&evidence), [order]);
}

#[test]
fn messages_that_were_on_their_way_together_may_have_any_order() {
    let mut evidence = good();
    evidence.records[0] = send(1, 1, Phase::Invoke, None);
    evidence.records[1] = send(6, 1, Phase::Ok, Some((3, 30)));
    evidence.records[5] = send(6, 2, Phase::Ok, Some((1, 10)));
    *entries(&mut evidence) = vec![message(1, 2), Stored { seq: 2, message: None }, message(3, 1)];

    assert_eq!(found(&evidence), []);
}

#[test]
fn a_hole_in_a_log_and_a_wrong_head_are_found() {
    let mut evidence = good();
    evidence.truth.logs.insert(8, StoredLog { head: 2, entries: vec![Stored { seq: 2, message: None }] });
    evidence.truth.logs.insert(9, StoredLog { head: 5, entries: Vec::new() });

    let hole = Violation::NotDense { conversation: 8, expected: 1, found: 2 };
    assert_eq!(found(&evidence), [hole, Violation::WrongHead { conversation: 9, head: 5, last: 0 }]);
}

#[test]
fn a_list_that_lacks_doubles_or_swaps_an_entry_differs() {
    let broken: [fn(&mut Vec<Listed>); 3] =
        [|places| places.truncate(2), |places| places.push((3, Some(30))), |places| places.swap(0, 1)];
    for breaks in broken {
        let mut evidence = good();
        breaks(&mut evidence.readings[0].places);

        assert!(matches!(found(&evidence)[..], [Violation::Differs { .. }]));
    }
}

#[test]
fn a_client_that_misses_the_end_or_takes_something_in_twice_differs() {
    let (mut missing, mut twice) = (good(), good());
    missing.records.pop();
    twice.records.push(applied(9, 3, Some(30)));

    assert!(matches!(found(&missing)[..], [Violation::Differs { at: 3, .. }]));
    assert!(matches!(found(&twice)[..], [Violation::Differs { at: 4, .. }]));
}

#[test]
fn a_client_that_never_took_anything_in_differs() {
    let mut evidence = good();
    evidence.records.retain(|record| !matches!(record.fact, Fact::Applied { .. }));

    assert!(matches!(found(&evidence)[..], [Violation::Differs { at: 1, read: None, .. }]));
}

#[test]
fn what_clients_and_the_database_say_themselves_is_passed_on() {
    let mut evidence = good();
    let place = Place { conversation: CONVERSATION, seq: 1, id: Some(99) };
    evidence.records.push(Record { at: 9, user: BOB, fact: Fact::Contradicted { place, had: Some(10) } });
    evidence.records.push(Record { at: 9, user: BOB, fact: Fact::NewEpoch });
    evidence.truth.corruption.push("a page is torn".to_owned());

    let contradicted = Violation::Contradicted { user: BOB, conversation: CONVERSATION, seq: 1 };
    let corrupt = Violation::Corrupt("a page is torn".to_owned());
    assert_eq!(found(&evidence), [corrupt, contradicted, Violation::NewEpoch { user: BOB }]);
}
