//! Receipts: shared statements and readers.

use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::message::MessageRef;
use chat_core::page::{Page, PageSize};
use chat_core::receipt::{
    Advanced, AuthorMark, Company, Listeners, Marks, MemberReceipt, ReceiptCounts, ReceiptKind,
};

use super::members::marks;
use super::silence::{is_shown, shown_mark, silent_relations, silent_since};
use crate::codec::{Reader, all, big};
use crate::error::{Corrupt, Fault};
use crate::plan::receipts::Standing;
use crate::session::Session;

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

/// The members `p` of the conversation $1 but the author $4, as $2 sees them: what is silent between the two is `r`, and `j` is the
/// entry with which they came in, if that is after the place $3.
macro_rules! from_listeners {
    () => {
        concat!(
            " FROM members p LEFT JOIN ",
            silent_relations!("$2"),
            " ON r.other_id = p.user_id LEFT JOIN (SELECT x.user_id, max(x.seq) AS seq FROM conversation_changes x \
            WHERE x.conversation_id = $1 AND x.kind = 'joined' AND x.seq > $3 GROUP BY x.user_id) AS j \
            ON j.user_id = p.user_id WHERE p.conversation_id = $1 AND p.user_id <> $4",
        )
    };
}

/// One row for each place at which members stand. Most stand at the same few, so a group of ten thousand is one look at its
/// members and a short answer.
pub(crate) const LISTENERS: &str = concat!(
    "SELECT l.delivered_seq, l.read_seq, l.came, count(*) FROM (SELECT ",
    shown_mark!("p", "delivered"),
    " AS delivered_seq, ",
    shown_mark!("p", "read"),
    " AS read_seq, COALESCE(j.seq, 0) AS came",
    from_listeners!(),
    ") AS l GROUP BY l.delivered_seq, l.read_seq, l.came",
);

/// When the member `p` first passed the place $3, as far as that is kept and the viewer sees it.
macro_rules! passed_at {
    ($kind:literal) => {
        concat!(
            "(SELECT w.created_at FROM receipts w WHERE w.conversation_id = p.conversation_id AND w.user_id = p.user_id AND w.kind = '",
            $kind,
            "' AND w.seq >= $3 AND ",
            is_shown!(silent_since!(), "$2"),
            " ORDER BY w.seq LIMIT 1)",
        )
    };
}

pub(crate) const RECEIPTS: &str = concat!(
    "SELECT p.user_id, ",
    shown_mark!("p", "delivered"),
    ", ",
    shown_mark!("p", "read"),
    ", ",
    passed_at!("delivered"),
    ", ",
    passed_at!("read"),
    from_listeners!(),
    " AND j.user_id IS NULL AND p.user_id > $5 ORDER BY p.user_id LIMIT $6",
);

/// How far what an author said at these places got.
pub(crate) async fn counts<S: Session>(
    session: &mut S,
    conversation: ConversationId,
    author: UserId,
    places: &[Seq],
    viewer: UserId,
) -> Result<Vec<ReceiptCounts>, Fault> {
    let Some(first) = places.iter().min() else { return Ok(Vec::new()) };
    let values = [conversation.get().into(), viewer.get().into(), first.get().into(), author.get().into()];
    let listeners = all(&session.rows(LISTENERS, &values).await?, listeners)?;
    Ok(places.iter().map(|place| ReceiptCounts::of(*place, &listeners)).collect())
}

fn listeners(row: &mut Reader<'_>) -> Result<Listeners, Corrupt> {
    let marks = marks(row)?;
    Ok(Listeners { marks, came: row.seq("joined_seq")?, number: row.count("user_id")? })
}

/// How far a message got with each member.
pub(crate) async fn receipts<S: Session>(
    session: &mut S,
    conversation: ConversationId,
    message: MessageRef,
    after: Option<UserId>,
    size: PageSize,
    viewer: UserId,
) -> Result<Page<MemberReceipt>, Fault> {
    let values = [
        conversation.get().into(),
        viewer.get().into(),
        message.seq.get().into(),
        message.sender.get().into(),
        after.map_or(0, UserId::get).into(),
        big(size.get() + 1).into(),
    ];
    let receipt = |row: &mut Reader<'_>| {
        let user = row.table("members").id("user_id", UserId::new)?;
        let marks = marks(row)?;
        row.table("receipts");
        Ok(MemberReceipt::of(user, message.seq, marks, row.time_if_any("created_at")?, row.time_if_any("created_at")?))
    };
    let rows = all(&session.rows(RECEIPTS, &values).await?, receipt)?;
    Ok(Page::from_rows(rows, size, |receipt| receipt.user.get()))
}
