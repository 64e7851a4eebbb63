//! Reading everything at the end, in every way in which a client can read it. All of them must agree.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::{Value, json};

use super::cast::Cast;
use crate::client::frame::{self, Frame};
use crate::client::rest::{Account, Rest};
use crate::client::socket::{Refusal, Socket};
use crate::failure::{Failure, Outcome};

/// An entry of a list: its seq, and its id if it is a message.
pub(crate) type Listed = (u64, Option<i64>);

/// One conversation as one reader got it in one way.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Which conversation.
    pub(crate) conversation: i64,
    /// Who read, and how.
    pub(crate) how: String,
    /// Whether only messages are shown in this way, and not the other entries of the log.
    pub(crate) is_of_messages: bool,
    /// What was read, oldest first.
    pub(crate) places: Vec<Listed>,
}

/// Two members of every conversation read it in every way.
pub(crate) async fn read_everything(cast: &Cast, rest: &Rest, address: &str) -> Outcome<Vec<Reading>> {
    let mut readings = Vec::new();
    for (conversation, members) in &cast.members {
        for reader in [members.first(), members.last()].into_iter().flatten() {
            readings.push(changes(*conversation, reader, rest).await?);
            readings.push(messages(*conversation, reader, rest, true).await?);
            readings.push(messages(*conversation, reader, rest, false).await?);
        }
    }
    for reader in [cast.senders.first(), cast.listeners.first()].into_iter().flatten() {
        readings.extend(resume_from_nothing(&cast.conversations_of(reader.id), reader, address).await?);
    }
    Ok(readings)
}

/// The heads of all conversations.
pub(crate) async fn heads(cast: &Cast, rest: &Rest) -> Outcome<BTreeMap<i64, u64>> {
    let mut heads = BTreeMap::new();
    for (conversation, members) in &cast.members {
        let Some(member) = members.first() else { continue };
        let shown = rest.get(&format!("conversations/{conversation}"), &member.token).await?;
        heads.insert(*conversation, shown.get("head").and_then(Value::as_u64).unwrap_or(0));
    }
    Ok(heads)
}

async fn changes(conversation: i64, reader: &Account, rest: &Rest) -> Outcome<Reading> {
    let pages = pages(&format!("conversations/{conversation}/changes"), "after", Some(0), reader, rest).await?;
    let places = pages.iter().flat_map(frame::places).map(|place| (place.seq, place.id)).collect();
    Ok(Reading { conversation, how: format!("{}, changes", reader.name), is_of_messages: false, places })
}

async fn messages(conversation: i64, reader: &Account, rest: &Rest, is_forward: bool) -> Outcome<Reading> {
    let (parameter, start) = if is_forward { ("after", Some(0)) } else { ("before", None) };
    let pages = pages(&format!("conversations/{conversation}/messages"), parameter, start, reader, rest).await?;
    let items = pages.iter().flat_map(|page| page.get("items").and_then(Value::as_array)).flatten();
    let mut places: Vec<Listed> =
        items.filter_map(|item| Some((item.get("seq")?.as_u64()?, item.get("id")?.as_i64()))).collect();
    if !is_forward {
        places.reverse();
    }
    Ok(Reading { conversation, how: format!("{}, messages {parameter}", reader.name), is_of_messages: true, places })
}

/// All pages of a list.
async fn pages(path: &str, parameter: &str, start: Option<u64>, reader: &Account, rest: &Rest) -> Outcome<Vec<Value>> {
    let mut pages = Vec::new();
    let mut cursor = start.map(|start| json!(start));
    loop {
        let from = cursor.map(|cursor| format!("&{parameter}={cursor}")).unwrap_or_default();
        let page = rest.get(&format!("{path}?limit=100{from}"), &reader.token).await?;
        cursor = page.get("next").filter(|next| !next.is_null()).cloned();
        pages.push(page);
        if cursor.is_none() {
            return Ok(pages);
        }
    }
}

/// A client that has never been here asks the socket for everything.
async fn resume_from_nothing(conversations: &[i64], reader: &Account, address: &str) -> Outcome<Vec<Reading>> {
    let opened = Socket::open(address, &reader.token, Ipv4Addr::LOCALHOST).await;
    let mut socket = opened.map_err(|refusal| match refusal {
        Refusal::Token => Failure::new("the token has expired"),
        Refusal::Other(failure) => failure,
    })?;
    let cursors: serde_json::Map<String, Value> = conversations.iter().map(|id| (id.to_string(), json!(0))).collect();
    socket.send(&json!({"type": "sync", "cursors": cursors})).await?;
    let mut read: BTreeMap<i64, Vec<Listed>> = conversations.iter().map(|id| (*id, Vec::new())).collect();
    loop {
        let frame = tokio::time::timeout(Duration::from_secs(60), socket.next()).await;
        match frame.map_err(|_| Failure::new("a resume did not end"))?? {
            Frame::Page { conversation, places, .. } => {
                read.entry(conversation).or_default().extend(places.iter().map(|place| (place.seq, place.id)));
            }
            // The server may send a client that is too far behind to REST, but then it has to say so.
            Frame::Resync { conversation: Some(conversation) } => {
                read.remove(&conversation);
            }
            Frame::Resync { conversation: None } => read.clear(),
            Frame::Done => break,
            Frame::Refused { code, .. } => return Err(Failure::new(format!("a resume was refused: {code}"))),
            Frame::Ready { .. } | Frame::Entry { .. } | Frame::Other => {}
        }
    }
    let how = format!("{}, resumed on the socket", reader.name);
    let reading = |(conversation, places)| Reading { conversation, how: how.clone(), is_of_messages: false, places };
    Ok(read.into_iter().map(reading).collect())
}
