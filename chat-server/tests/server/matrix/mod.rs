//! Who may do what: everybody tries everything that changes something, everywhere, over REST and over a socket, and is answered
//! as the table says, the same on both.

mod deeds;
mod faces;
mod stage;
mod table;

use std::collections::HashSet;
use std::mem::discriminant;
use std::sync::Arc;

use chat_core::ids::UserId;
use chat_core::testing::MemoryStore;
use chat_core::{Chat, Command};
use chat_server::{App, Parts, Users};
use reqwest::Method;
use serde_json::{Value, json};

use self::deeds::Deed;
use self::faces::{CHANGING, frame, request};
use self::stage::{Cast, Place, Stage, Who};
use self::table::{OK, Row, TABLE};
use crate::harness::TestServer;
use crate::harness::socket::Socket;
use crate::rest::{Answer, Api, Person};

/// What a row says to one asker; none where there is no such asker.
fn expected((place, deed, answers): &Row, who: Who) -> Option<&'static str> {
    match (place, who) {
        (_, Who::Anonymous) => Some("unauthenticated"),
        (Place::Group | Place::Room, Who::Owner) => Some(answers[0]),
        (Place::Group | Place::Room, Who::Admin) => Some(answers[1]),
        // In a group a block between two members changes nothing.
        (Place::Group | Place::Room, Who::Member | Who::Blocker | Who::Blocked) => Some(answers[2]),
        (Place::Room, Who::Banned) if matches!(deed, Deed::Join | Deed::JoinByInvite) => Some("banned"),
        (Place::Group | Place::Room, Who::Ex | Who::Stranger) if *deed == Deed::JoinByInvite => Some(OK),
        (Place::Room, Who::Ex | Who::Stranger) if *deed == Deed::Join => Some(OK),
        (Place::Group | Place::Room, Who::Ex | Who::Banned | Who::Stranger) => Some("not_found"),
        (Place::Direct | Place::Nowhere, Who::Member) => Some(answers[0]),
        (Place::Direct | Place::Nowhere, Who::Blocker) => Some(answers[1]),
        (Place::Direct | Place::Nowhere, Who::Blocked) => Some(answers[2]),
        // They get one of their own.
        (Place::Direct, Who::Stranger) if *deed == Deed::OpenDirect => Some(OK),
        (Place::Direct, Who::Stranger) => Some("not_found"),
        (Place::Direct | Place::Nowhere, Who::Owner | Who::Admin | Who::Ex | Who::Banned)
        | (Place::Nowhere, Who::Stranger) => None,
    }
}

/// The code of an answer.
fn code_of(answer: &Answer) -> String {
    if answer.status < 400 { OK.to_owned() } else { answer.body["code"].as_str().unwrap().to_owned() }
}

async fn over_rest(api: &Api, person: Option<&Person<'_>>, command: &Command, stage: &Stage) -> Option<String> {
    let (method, path, body) = request(command, stage.room.get())?;
    let mut request = match person {
        Some(person) => person.request(method, &path),
        None => api.request(method, &format!("/api/v1/{path}")),
    };
    if let Some(body) = body {
        request = request.json(&body);
    }
    Some(code_of(&api.send(request).await))
}

async fn over_a_socket(socket: &mut Socket, command: &Command) -> Option<String> {
    let mut frame = frame(command)?;
    frame["ref"] = json!("mine");
    socket.send(frame).await;
    loop {
        let answer = socket.next().await.unwrap();
        if answer["ref"] == "mine" {
            let is_refused = answer["type"] == "error";
            return Some(if is_refused { answer["data"]["code"].as_str().unwrap().to_owned() } else { OK.to_owned() });
        }
    }
}

#[tokio::test]
async fn everybody_is_answered_by_the_table_over_rest_and_over_a_socket() {
    let stores = Arc::new(MemoryStore::new()).stores();
    let mut chat: Option<Arc<Chat>> = None;
    let server = TestServer::of(|config| {
        let app = App::assemble(Parts::new(stores.clone(), Users::own(config).unwrap()), config);
        chat = Some(Arc::clone(&app.state().chat));
        app
    })
    .await;
    let api = Api::at(server.url()).await;
    let mut people = Vec::new();
    for name in ["owner1", "admin1", "member1", "blocker1", "blocked1", "ex1", "banned1", "stranger1"] {
        people.push(api.register(name).await);
    }
    let askers: Vec<_> = people.iter().map(|person| UserId::new(person.id).unwrap()).collect();
    let cast = Cast::new(chat.unwrap(), stores, askers.try_into().unwrap()).await;

    let (mut cases, mut wrong, mut kinds) = (0, Vec::new(), HashSet::new());
    for (n, who) in Who::ALL.into_iter().enumerate() {
        let person = people.get(n);
        for is_socket in [false, true] {
            let mut socket = match person {
                Some(person) if is_socket => {
                    Some(Socket::open(server.address(), &format!("/ws?token={}", person.token)).await)
                }
                None if is_socket => continue,
                _ => None,
            };
            let mut set: Option<(Place, Stage)> = None;
            for row in TABLE {
                let (place, deed, _) = row;
                let Some(expected) = expected(row, who) else { continue };
                let stage = match set.take() {
                    Some((at, stage)) if at == *place => stage,
                    _ => cast.stage(*place, who).await,
                };
                let command = deed.command(&stage);
                kinds.insert(discriminant(&command));
                let answer = match &mut socket {
                    Some(socket) => over_a_socket(socket, &command).await,
                    None => over_rest(&api, person, &command, &stage).await,
                };
                if answer.as_deref() != Some(OK) {
                    // What was refused changed nothing, so it can be tried on.
                    set = Some((*place, stage));
                }
                let Some(answer) = answer else { continue };
                cases += 1;
                if answer != expected {
                    let face = if is_socket { "a socket" } else { "REST" };
                    wrong.push(format!("{who:?} {deed:?} {place:?} over {face}: {answer}, not {expected}"));
                }
            }
        }
    }
    assert_eq!(wrong, [] as [String; 0], "of {cases} cases");
    assert!(cases >= 1_000, "{cases} cases");
    assert_eq!(kinds.len(), CHANGING, "every command that changes something stands in the table");
}

#[tokio::test]
async fn nobody_opens_a_socket_without_saying_who_they_are() {
    let api = Api::start().await;
    assert_eq!(Socket::try_open(api.address(), "/ws?token=nobody", &[]).await.err(), Some(401));
    let anonymous = api.send(api.request(Method::GET, "/api/v1/users/me")).await;
    assert_eq!((anonymous.status, &anonymous.body["code"]), (401, &Value::from("unauthenticated")));
}
