//! Who plays: users, the pairs that talk to each other, and one hot group that everybody is in.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::try_join_all;
use serde_json::json;

use crate::client::rest::{Account, Rest};
use crate::failure::{Failure, Outcome};

/// Everybody and every conversation.
#[derive(Debug)]
pub(crate) struct Cast {
    /// Those who send, pairs next to each other.
    pub(crate) senders: Vec<Account>,
    /// Those who only listen.
    pub(crate) listeners: Vec<Account>,
    /// Those who leave the group one after the other, so that its log holds more than messages.
    pub(crate) leavers: Vec<Account>,
    /// The group.
    pub(crate) group: i64,
    /// The members of every conversation that play, by conversation.
    pub(crate) members: BTreeMap<i64, Vec<Account>>,
}

impl Cast {
    /// Registers everybody and opens the conversations.
    pub(crate) async fn assemble(rest: &Rest, senders: usize, listeners: usize, leavers: usize) -> Outcome<Arc<Self>> {
        let name = |index: usize| format!("player_{index}");
        let total = senders + listeners + leavers;
        let names: Vec<String> = (0..total).map(name).collect();
        let mut senders_then_rest = try_join_all(names.iter().map(|name| rest.register(name))).await?;
        let mut listeners_then_leavers = senders_then_rest.split_off(senders);
        let leavers = listeners_then_leavers.split_off(listeners);
        let (senders, listeners) = (senders_then_rest, listeners_then_leavers);
        let Some(owner) = senders.first() else { return Err(Failure::new("nobody is there to send")) };

        let everybody = senders.iter().chain(&listeners).chain(&leavers);
        let others: Vec<i64> = everybody.map(|account| account.id).filter(|id| *id != owner.id).collect();
        let group = json!({"kind": "group", "name": "everybody", "member_ids": others});
        let group = rest.create_conversation(&owner.token, &group).await?;
        let mut members = BTreeMap::from([(group, senders.iter().chain(&listeners).cloned().collect())]);
        for pair in senders.chunks(2) {
            if let [one, two] = pair {
                let direct = json!({"kind": "direct", "user_id": two.id});
                members.insert(rest.create_conversation(&one.token, &direct).await?, pair.to_vec());
            }
        }
        Ok(Arc::new(Self { senders, listeners, leavers, group, members }))
    }

    /// Everybody who follows a conversation on a socket, as user and conversation.
    pub(crate) fn followers(&self) -> Vec<(i64, i64)> {
        let pairs =
            |(id, members): (&i64, &Vec<Account>)| members.iter().map(|member| (member.id, *id)).collect::<Vec<_>>();
        self.members.iter().flat_map(pairs).collect()
    }

    /// The conversations of a user, the group first.
    pub(crate) fn conversations_of(&self, user: i64) -> Vec<i64> {
        let is_in = |members: &[Account]| members.iter().any(|member| member.id == user);
        let others =
            self.members.iter().filter(|(id, members)| **id != self.group && is_in(members)).map(|(id, _)| *id);
        std::iter::once(self.group).chain(others).collect()
    }
}
