//! Whom messages call by name: as a column of theirs, and as rows by whom is called.

use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::message::Mentions;

use crate::error::Fault;
use crate::session::Session;

/// Who stands for everybody.
const EVERYBODY: i64 = 0;

/// Who may be called in the conversation $1 by the user $2: those of the others whose names have one of these keys and
/// who have no block with them.
macro_rules! mentionable {
    ($among:literal) => {
        concat!(
            "SELECT u.id FROM users u JOIN members m ON m.conversation_id = $1 AND m.user_id = u.id WHERE u.name_key ",
            $among,
            " AND u.id <> $2 AND NOT EXISTS (SELECT 1 FROM relations r \
            WHERE r.low_id = CASE WHEN u.id < $2 THEN u.id ELSE $2 END \
            AND r.high_id = CASE WHEN u.id < $2 THEN $2 ELSE u.id END \
            AND (r.low_blocks_since IS NOT NULL OR r.high_blocks_since IS NOT NULL)) ORDER BY u.id",
        )
    };
}
pub(crate) use mentionable;

/// How many messages that the member `me` of the conversation `c` has not read call them.
macro_rules! unread_mentions {
    () => {
        "CASE WHEN c.head > me.read_seq THEN (SELECT count(*) FROM (SELECT DISTINCT n.seq FROM mentions n \
        WHERE n.conversation_id = c.id AND n.user_id IN (me.user_id, 0) AND n.seq > me.read_seq AND n.seq > me.joined_seq \
        AND n.sender_id <> me.user_id LIMIT 1000) AS called) ELSE 0 END"
    };
}
pub(crate) use unread_mentions;

pub(crate) const NOTE: &str =
    "INSERT INTO mentions (conversation_id, user_id, seq, sender_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

pub(crate) const FORGET: &str = "DELETE FROM mentions WHERE conversation_id = $1 AND user_id = $2 AND seq = $3";

/// Those who are called, as rows name them.
pub(crate) fn numbers(mentions: &Mentions) -> impl Iterator<Item = i64> {
    mentions.all.then_some(EVERYBODY).into_iter().chain(mentions.users.iter().map(|user| user.get()))
}

/// The column; none where nobody is called.
pub(crate) fn show(mentions: &Mentions) -> Option<String> {
    if mentions.is_empty() {
        return None;
    }
    let numbers: Vec<_> = numbers(mentions).map(|number| number.to_string()).collect();
    Some(numbers.join(" "))
}

/// The inverse of [`show`]; none for a text that is not ours.
pub(crate) fn read(text: &str) -> Option<Mentions> {
    let mut mentions = Mentions::default();
    for number in text.split(' ') {
        match number.parse().ok()? {
            EVERYBODY => mentions.all = true,
            id => mentions.users.push(UserId::new(id)?),
        }
    }
    Some(mentions)
}

/// Replaces whom a message calls in the rows for counting.
pub(crate) async fn replace<S: Session>(
    session: &mut S,
    (conversation, seq, sender): (ConversationId, Seq, UserId),
    before: &Mentions,
    after: &Mentions,
) -> Result<(), Fault> {
    for number in numbers(before) {
        session.run(FORGET, &[conversation.get().into(), number.into(), seq.get().into()]).await?;
    }
    for number in numbers(after) {
        let row = [conversation.get().into(), number.into(), seq.get().into(), sender.get().into()];
        session.run(NOTE, &row).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_comes_back_as_it_was() {
        let users = |ids: &[i64]| ids.iter().copied().filter_map(UserId::new).collect();
        for (users, all) in [(users(&[7, 12]), false), (users(&[]), true), (users(&[3]), true)] {
            let mentions = Mentions { users, all };
            assert_eq!(show(&mentions).as_deref().and_then(read), Some(mentions));
        }
        assert_eq!(show(&Mentions::NOBODY), None);
        for text in ["", " ", "7 ", "-1", "x", "7,8"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
