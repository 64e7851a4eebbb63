//! Rooms as strangers see them: statements and readers.

use chat_core::page::Page;
use chat_core::ports::RoomSearch;
use chat_core::room::{Card, Slug};

use super::conversations::{conversation, conversation_columns};
use crate::codec::{Reader, all, big};
use crate::error::{Corrupt, Fault};
use crate::session::Session;

/// Both databases compare case here in their own way, but what is compared has none left.
pub(crate) const FIND: &str = concat!(
    "SELECT ",
    conversation_columns!(),
    " FROM conversations c WHERE c.visibility = 'public' AND c.slug > $1 AND c.found_by LIKE $2 ESCAPE '\\' \
    ORDER BY c.slug LIMIT $3",
);

pub(crate) const BY_SLUG: &str = concat!("SELECT ", conversation_columns!(), " FROM conversations c WHERE c.slug = $1");

pub(crate) async fn find<S: Session>(session: &mut S, search: &RoomSearch) -> Result<Page<Card, Slug>, Fault> {
    let after = search.after.as_ref().map_or("", Slug::as_str);
    let pattern = anywhere(&search.part);
    let values = [after.into(), pattern.as_str().into(), big(search.size.get() + 1).into()];
    let rows = session.rows(FIND, &values).await?;
    Ok(Page::from_rows(all(&rows, found)?, search.size, |(slug, _)| slug.clone()).map(|(_, card)| card))
}

pub(crate) async fn room<S: Session>(session: &mut S, slug: &Slug) -> Result<Option<Card>, Fault> {
    let rows = session.rows(BY_SLUG, &[slug.as_str().into()]).await?;
    Ok(all(&rows, found)?.pop().map(|(_, card)| card))
}

/// The pattern of a text that may stand anywhere, each character for itself.
fn anywhere(part: &str) -> String {
    let mut pattern = String::from("%");
    for character in part.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

fn found(row: &mut Reader<'_>) -> Result<(Slug, Card), Corrupt> {
    let card = Card::of(conversation(row)?).ok_or_else(|| row.corrupt("kind"))?;
    let slug = card.group.room.as_ref().map(|room| room.slug.clone()).ok_or_else(|| row.corrupt("slug"))?;
    Ok((slug, card))
}
