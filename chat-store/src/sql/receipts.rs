//! Receipts: shared statements and readers.

use chat_core::ids::{ConversationId, MessageId, UserId};
use chat_core::receipt::{Advanced, AuthorMark, Company, Marks, ReceiptKind};

use crate::codec::Reader;
use crate::error::Corrupt;
use crate::plan::receipts::Standing;

/// How many of the newest messages of an advance are looked at for the authors to tell. It bounds what a reader costs
/// who comes back after a million messages.
pub(crate) const AUTHOR_WINDOW: i64 = 1_000;

/// How many authors are looked for: one more than are told, because one of them may be the reader.
pub(crate) const MAX_SPOKE: i64 = Advanced::MAX_AUTHORS as i64 + 1;

/// What a kind is called in its column.
pub(crate) const fn kind_name(kind: ReceiptKind) -> &'static str {
    match kind {
        ReceiptKind::Delivered => "delivered",
        ReceiptKind::Read => "read",
    }
}

/// The kind of a name.
pub(crate) fn kind_of(name: &str) -> Option<ReceiptKind> {
    [ReceiptKind::Delivered, ReceiptKind::Read].into_iter().find(|kind| kind_name(*kind) == name)
}

pub(crate) fn standing(row: &mut Reader<'_>) -> Result<((ConversationId, UserId), Standing), Corrupt> {
    row.table("members");
    let conversation = row.id("conversation_id", ConversationId::new)?;
    let user = row.id("user_id", UserId::new)?;
    let marks = Marks { delivered: row.seq("delivered_seq")?, read: row.seq("read_seq")? };
    row.table("conversations");
    let head = row.seq("head")?;
    let is_direct = row.flag("kind")?;
    let members = row.count("member_count")?;
    let company = if is_direct { Company::Direct } else { Company::Group(members) };
    Ok(((conversation, user), Standing { marks, head, company, moved: false }))
}

/// An author, and the place of the stretch in which they spoke in the list that was asked for, from 0.
pub(crate) fn author(row: &mut Reader<'_>) -> Result<(usize, AuthorMark), Corrupt> {
    row.table("messages");
    let place = row.number("seq")?;
    let place = usize::try_from(place).map_err(|_| row.corrupt("seq"))?;
    let author = row.id("sender_id", UserId::new)?;
    let message = row.id("id", MessageId::new)?;
    Ok((place, AuthorMark { author, message, seq: row.seq("seq")? }))
}
