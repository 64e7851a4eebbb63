//! The check of a database: every log is read from its beginning, must have no gap, and must end where its head says; and
//! every mark must lie within its log.

use std::collections::BTreeSet;
use std::io::{self, Write as _};

use chat_core::command::Position;
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::page::PageSize;
use chat_core::ports::Stores;

use super::{AdminError, all_users};

/// What was looked at, and what was wrong with it.
#[derive(Debug, Default)]
struct Findings {
    users: usize,
    entries: usize,
    conversations: BTreeSet<ConversationId>,
    faults: Vec<String>,
}

pub(super) async fn check(stores: &Stores) -> Result<(), AdminError> {
    stores.database.ping().await?;
    let epoch = stores.database.epoch().await?;
    let mut findings = Findings::default();

    for user in all_users(stores).await? {
        findings.look_at_user(stores, user).await?;
    }
    for conversation in findings.conversations.clone() {
        findings.look_at_conversation(stores, conversation).await?;
    }
    findings.report(&epoch)
}

impl Findings {
    async fn look_at_user(&mut self, stores: &Stores, user: UserId) -> Result<(), AdminError> {
        self.users += 1;
        for position in stores.conversations.positions(user).await? {
            self.conversations.insert(position.conversation);
            self.look_at_marks(user, &position);
        }
        let mut walk = Walk::default();
        loop {
            let changes = stores.messages.own_changes(user, walk.last, PageSize::MAX).await?;
            if !walk.on(changes.items.iter().map(|entry| entry.seq), changes.head) {
                self.note(format_args!("user {user}"), &walk);
                return Ok(());
            }
        }
    }

    async fn look_at_conversation(&mut self, stores: &Stores, conversation: ConversationId) -> Result<(), AdminError> {
        let mut walk = Walk::default();
        loop {
            let changes = stores.messages.changes(conversation, walk.last, PageSize::MAX, None).await?;
            let Some(changes) = changes else {
                self.faults.push(format!("conversation {conversation} has members and does not exist"));
                return Ok(());
            };
            if !walk.on(changes.items.iter().map(chat_core::log::LogEntry::seq), changes.head) {
                self.note(format_args!("conversation {conversation}"), &walk);
                return Ok(());
            }
        }
    }

    fn look_at_marks(&mut self, user: UserId, position: &Position) {
        let marks = position.marks;
        if marks.read > marks.delivered || marks.delivered > position.head {
            let Position { conversation, head, .. } = position;
            self.faults
                .push(format!("user {user} has marks outside of conversation {conversation}, whose head is {head}"));
        }
    }

    fn note(&mut self, log: std::fmt::Arguments<'_>, walk: &Walk) {
        self.entries += walk.entries;
        match walk.fault {
            Some(Fault::Gap { after }) => self.faults.push(format!("the log of {log} has a gap after {after}")),
            Some(Fault::Short { head }) => {
                self.faults.push(format!("the log of {log} ends at {} and says that it ends at {head}", walk.last));
            }
            None => {}
        }
    }

    fn report(self, epoch: &str) -> Result<(), AdminError> {
        let mut out = io::stdout().lock();
        writeln!(out, "epoch          {epoch}")?;
        writeln!(out, "users          {}", self.users)?;
        writeln!(out, "conversations  {}", self.conversations.len())?;
        writeln!(out, "log entries    {}", self.entries)?;
        for fault in &self.faults {
            writeln!(out, "FAULT          {fault}")?;
        }
        if self.faults.is_empty() {
            Ok(writeln!(out, "no faults")?)
        } else {
            Err(AdminError::Faults(self.faults.len()))
        }
    }
}

/// A walk along a log, page by page.
#[derive(Debug, Default)]
struct Walk {
    last: Seq,
    entries: usize,
    fault: Option<Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Gap { after: Seq },
    Short { head: Seq },
}

impl Walk {
    /// Goes along one page. False when there is no need to go on.
    fn on(&mut self, seqs: impl Iterator<Item = Seq>, head: Seq) -> bool {
        let before = self.last;
        for seq in seqs {
            if seq != self.last.next() {
                self.fault = Some(Fault::Gap { after: self.last });
                return false;
            }
            self.last = seq;
            self.entries += 1;
        }
        if self.last == before && self.last != head {
            self.fault = Some(Fault::Short { head });
        }
        self.last != before && self.last < head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(pages: &[&[i64]], head: i64) -> Walk {
        let seq = |number: i64| Seq::new(number).expect("a seq");
        let mut walk = Walk::default();
        let mut pages = pages.iter();
        while walk.on(pages.next().copied().unwrap_or_default().iter().copied().map(seq), seq(head)) {}
        walk
    }

    #[test]
    fn a_dense_log_that_ends_at_its_head_has_no_fault() {
        assert_eq!(walk(&[&[1, 2], &[3]], 3).fault, None);
        assert_eq!(walk(&[&[]], 0).fault, None);
        assert_eq!(walk(&[&[1, 2], &[3]], 3).entries, 3);
    }

    #[test]
    fn a_gap_is_found_within_a_page_and_between_pages() {
        let gap_after = |last| Some(Fault::Gap { after: Seq::new(last).expect("a seq") });
        assert_eq!(walk(&[&[1, 3]], 3).fault, gap_after(1));
        assert_eq!(walk(&[&[1, 2], &[4]], 4).fault, gap_after(2));
        assert_eq!(walk(&[&[2]], 2).fault, gap_after(0));
    }

    #[test]
    fn a_log_that_ends_before_its_head_is_found() {
        assert!(matches!(walk(&[&[1, 2]], 3).fault, Some(Fault::Short { .. })));
        assert!(matches!(walk(&[&[]], 1).fault, Some(Fault::Short { .. })));
    }
}
