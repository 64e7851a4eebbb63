//! What a batch of receipts does to the marks of members.

use std::collections::{BTreeMap, HashMap};

use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::receipt::{Advance, Advanced, AuthorMark, Marks, ReceiptKind};
use chat_core::time::Timestamp;

/// A member of a conversation.
pub(crate) type MemberKey = (ConversationId, UserId);

/// A member as the locked row has it, and the head of the conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) marks: Marks,
    pub(crate) head: Seq,
    /// Only direct conversations show when a message was delivered and read, so only they keep the history of the
    /// marks.
    pub(crate) is_direct: bool,
    pub(crate) moved: bool,
}

/// One rise of a mark, to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rise {
    pub(crate) member: MemberKey,
    pub(crate) kind: ReceiptKind,
    pub(crate) to: Seq,
    pub(crate) at: Timestamp,
}

/// A batch, decided.
#[derive(Debug)]
pub(crate) struct ReceiptPlan {
    /// The members whose marks rise, and where they stand then.
    pub(crate) marks: Vec<(MemberKey, Marks)>,
    /// The rises to keep.
    pub(crate) rises: Vec<Rise>,
    /// All reports of all callers; their authors are still unknown.
    pub(crate) reports: Vec<Advanced>,
    /// How many of the reports belong to each caller.
    lengths: Vec<usize>,
}

/// The wishes of one caller for one member: the highest of each kind.
#[derive(Default)]
struct Wish {
    delivered: Option<(Seq, Timestamp)>,
    read: Option<(Seq, Timestamp)>,
}

/// Decides a batch: the calls one after the other, each as a whole. `members` holds those that exist.
pub(crate) fn plan<'b>(
    batch: impl IntoIterator<Item = &'b [Advance]>,
    mut members: HashMap<MemberKey, Standing>,
) -> ReceiptPlan {
    let mut plan = ReceiptPlan { marks: Vec::new(), rises: Vec::new(), reports: Vec::new(), lengths: Vec::new() };
    for call in batch {
        let before = plan.reports.len();
        for (member, wish) in wishes(call) {
            if let Some(standing) = members.get_mut(&member) {
                plan.raise(member, standing, &wish);
            }
        }
        plan.lengths.push(plan.reports.len() - before);
    }
    let moved = members.into_iter().filter(|(_, standing)| standing.moved);
    plan.marks = moved.map(|(member, standing)| (member, standing.marks)).collect();
    // The rows are written in one order everywhere.
    plan.marks.sort_unstable_by_key(|(member, _)| *member);
    plan
}

fn wishes(call: &[Advance]) -> BTreeMap<MemberKey, Wish> {
    let mut wishes: BTreeMap<MemberKey, Wish> = BTreeMap::new();
    for advance in call {
        let wish = wishes.entry((advance.conversation, advance.user)).or_default();
        let mark = match advance.kind {
            ReceiptKind::Delivered => &mut wish.delivered,
            ReceiptKind::Read => &mut wish.read,
        };
        if mark.is_none_or(|(to, _)| advance.to > to) {
            *mark = Some((advance.to, advance.at));
        }
    }
    wishes
}

impl ReceiptPlan {
    fn raise(&mut self, member: MemberKey, standing: &mut Standing, wish: &Wish) {
        let before = standing.marks;
        let rise = |wish: Option<(Seq, Timestamp)>, above: Seq| {
            wish.map(|(to, at)| (to.min(standing.head), at)).filter(|(to, _)| *to > above)
        };
        let read = rise(wish.read, before.read);
        // Reading implies delivery and is reported once, as read.
        let implied = read.map_or(before.delivered, |(to, _)| before.delivered.max(to));
        let delivered = rise(wish.delivered, implied);
        let steps = [(ReceiptKind::Delivered, delivered, before.delivered), (ReceiptKind::Read, read, before.read)];
        for (kind, step, from) in steps {
            let Some((to, at)) = step else { continue };
            self.keep(member, standing, kind, to, at);
            let (conversation, user) = member;
            self.reports.push(Advanced { conversation, user, kind, from, to, at, authors: Vec::new() });
        }
    }

    fn keep(&mut self, member: MemberKey, standing: &mut Standing, kind: ReceiptKind, to: Seq, at: Timestamp) {
        let before = standing.marks;
        standing.marks = before.advanced(kind, to);
        standing.moved = true;
        if !standing.is_direct {
            return;
        }
        if standing.marks.delivered > before.delivered {
            self.rises.push(Rise { member, kind: ReceiptKind::Delivered, to, at });
        }
        if standing.marks.read > before.read {
            self.rises.push(Rise { member, kind: ReceiptKind::Read, to, at });
        }
    }

    /// The reports of each caller, given the authors concerned: for each the place of its report among all of them.
    pub(crate) fn answers(mut self, authors: Vec<(usize, AuthorMark)>) -> Vec<Vec<Advanced>> {
        for (place, author) in authors {
            if let Some(report) = self.reports.get_mut(place) {
                report.authors.push(author);
            }
        }
        for report in &mut self.reports {
            report.authors.sort_unstable_by_key(|author| std::cmp::Reverse(author.seq));
            report.authors.truncate(Advanced::MAX_AUTHORS);
        }
        let mut reports = self.reports.into_iter();
        self.lengths.into_iter().map(|length| reports.by_ref().take(length).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat_core::ids::MessageId;

    const MEMBER: (i64, i64) = (1, 7);

    fn seq(n: i64) -> Seq {
        Seq::new(n).expect("a seq")
    }

    fn member() -> MemberKey {
        (ConversationId::new(MEMBER.0).expect("an id"), UserId::new(MEMBER.1).expect("an id"))
    }

    fn wish(kind: ReceiptKind, to: i64) -> Advance {
        let (conversation, user) = member();
        Advance { conversation, user, kind, to: seq(to), at: Timestamp::from_micros(to) }
    }

    /// A member at (delivered 3, read 2) of a conversation with ten entries.
    fn members(is_direct: bool) -> HashMap<MemberKey, Standing> {
        let marks = Marks { delivered: seq(3), read: seq(2) };
        HashMap::from([(member(), Standing { marks, head: seq(10), is_direct, moved: false })])
    }

    fn reports(plan: &ReceiptPlan) -> Vec<(ReceiptKind, i64, i64)> {
        plan.reports.iter().map(|report| (report.kind, report.from.get(), report.to.get())).collect()
    }

    #[test]
    fn calls_in_one_batch_are_answered_as_if_they_came_one_after_the_other() {
        let calls = [
            vec![wish(ReceiptKind::Delivered, 5)],
            vec![wish(ReceiptKind::Delivered, 4)],
            vec![wish(ReceiptKind::Delivered, 8)],
        ];
        let plan = plan(calls.iter().map(Vec::as_slice), members(true));
        assert_eq!(reports(&plan), [(ReceiptKind::Delivered, 3, 5), (ReceiptKind::Delivered, 5, 8)]);
        let lengths: Vec<_> = plan.answers(Vec::new()).iter().map(Vec::len).collect();
        assert_eq!(lengths, [1, 0, 1]);
    }

    #[test]
    fn one_member_is_written_once_however_often_their_marks_rise() {
        let calls: Vec<_> = (4..10).map(|to| vec![wish(ReceiptKind::Read, to)]).collect();
        let plan = plan(calls.iter().map(Vec::as_slice), members(true));
        assert_eq!(plan.marks, [(member(), Marks { delivered: seq(9), read: seq(9) })]);
        assert_eq!(plan.rises.len(), 12, "six for each mark");
    }

    #[test]
    fn only_direct_conversations_keep_the_history() {
        let call = [wish(ReceiptKind::Read, 5)];
        assert!(plan([call.as_slice()], members(false)).rises.is_empty());
        assert_eq!(plan([call.as_slice()], members(true)).rises.len(), 2);
    }

    #[test]
    fn what_raises_nothing_is_not_written() {
        let call = [wish(ReceiptKind::Delivered, 3), wish(ReceiptKind::Read, 1)];
        let plan = plan([call.as_slice()], members(true));
        assert!(plan.marks.is_empty() && plan.rises.is_empty() && plan.reports.is_empty());
    }

    #[test]
    fn authors_come_newest_first_and_not_too_many() {
        let call = [wish(ReceiptKind::Delivered, 10)];
        let plan = plan([call.as_slice()], members(true));
        let mark = |n: i64| AuthorMark {
            author: UserId::new(n).expect("an id"),
            message: MessageId::new(n).expect("an id"),
            seq: seq(n),
        };
        let answers = plan.answers((1..=30).map(|n| (0, mark(n))).collect());
        let told: Vec<_> = answers[0][0].authors.iter().map(|author| author.seq.get()).collect();
        assert_eq!(told, (11..=30).rev().collect::<Vec<_>>());
    }
}
