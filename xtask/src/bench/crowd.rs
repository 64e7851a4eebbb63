//! Users in numbers, made over REST as anybody would be. Hashing a password takes the server some 60 ms, so a crowd takes
//! its time.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;

use crate::client::rest::{Account, Rest};
use crate::failure::Outcome;
use crate::terminal;

/// Calls at a time.
const AT_ONCE: usize = 8;

/// Registers users.
pub(super) async fn register(rest: &Rest, count: usize) -> Outcome<Vec<Account>> {
    terminal::line(&format!("registering {count} users ..."));
    let calls = (0..count).map(|index| async move { enter(rest, &format!("crowd_{index}")).await });
    stream::iter(calls).buffered(AT_ONCE).try_collect().await
}

/// Opens direct conversations between users, given by their places in the crowd, and answers their ids in that order.
pub(super) async fn introduce(rest: &Rest, crowd: &[Account], pairs: &[(usize, usize)]) -> Outcome<Vec<i64>> {
    let known = pairs.iter().filter_map(|(one, two)| Some((crowd.get(*one)?, crowd.get(*two)?)));
    let calls = known.map(|(one, two)| async move {
        let direct = json!({"kind": "direct", "user_id": two.id});
        // There is one for each pair, so whoever lost the answer asks again: a server may close a connection that was quiet
        // at the very moment that it is used again, and the next one too.
        for _ in 0..3 {
            if let Ok(conversation) = rest.create_conversation(&one.token, &direct).await {
                return Ok(conversation);
            }
        }
        rest.create_conversation(&one.token, &direct).await
    });
    stream::iter(calls).buffered(AT_ONCE).try_collect().await
}

/// Registers a user. If the answer is lost with its connection, the user may be there or not.
async fn enter(rest: &Rest, name: &str) -> Outcome<Account> {
    for _ in 0..3 {
        if let Ok(account) = rest.register(name).await {
            return Ok(account);
        }
        if let Ok(account) = rest.login(name).await {
            return Ok(account);
        }
    }
    rest.register(name).await
}
