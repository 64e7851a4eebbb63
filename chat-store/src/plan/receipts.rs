//! What a batch of receipts does to the marks of members.

use std::collections::{BTreeMap, HashMap};
use std::cmp::Reverse;

use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::receipt::{Advance, Advanced, AuthorMark, Company, Marks, ReceiptKind};
use chat_core::time::Timestamp;

/// A member of a conversation.
pub(crate) type MemberKey = (ConversationId, UserId);

/// A member as the locked row has it, and the head of the conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) marks: Marks,
    pub(crate) head: Seq,
    pub(crate) company: Company,
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
    /// The stretches of logs in which those authors spoke.
    pub(crate) stretches: Vec<Stretch>,
    /// How many of the reports belong to each caller.
    lengths: Vec<usize>,
}

/// A part of a conversation's log. All marks that rise to one place share it, from wherever they rise: the newest message of
/// an author before that place is the same for all of them, and concerns those who stood before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) conversation: ConversationId,
    /// It begins after this: where the mark that rose farthest stood.
    pub(crate) after: Seq,
    /// Its last place.
    pub(crate) to: Seq,
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
    let mut plan = ReceiptPlan {
        marks: Vec::new(),
        rises: Vec::new(),
        reports: Vec::new(),
        stretches: Vec::new(),
        lengths: Vec::new(),
    };
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
    plan.stretches = stretches(&plan.reports);
    plan
}

/// The stretches that reports are about, each once.
fn stretches(reports: &[Advanced]) -> Vec<Stretch> {
    let mut begin: BTreeMap<(ConversationId, Seq), Seq> = BTreeMap::new();
    for report in reports {
        let after = begin.entry((report.conversation, report.to)).or_insert(report.from);
        *after = report.from.min(*after);
    }
    begin.into_iter().map(|((conversation, to), after)| Stretch { conversation, after, to }).collect()
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
            let ((conversation, user), company) = (member, standing.company);
            self.reports.push(Advanced { conversation, user, kind, from, to, at, company, authors: Vec::new() });
        }
    }

    fn keep(&mut self, member: MemberKey, standing: &mut Standing, kind: ReceiptKind, to: Seq, at: Timestamp) {
        let before = standing.marks;
        standing.marks = before.advanced(kind, to);
        standing.moved = true;
        if !standing.company.is_small() {
            return;
        }
        if standing.marks.delivered > before.delivered {
            self.rises.push(Rise { member, kind: ReceiptKind::Delivered, to, at });
        }
        if standing.marks.read > before.read {
            self.rises.push(Rise { member, kind: ReceiptKind::Read, to, at });
        }
    }

    /// The reports of each caller, given who spoke in the stretches: for each the place of the stretch, and the newest of
    /// their messages in it.
    pub(crate) fn answers(mut self, spoke: Vec<(usize, AuthorMark)>) -> Vec<Vec<Advanced>> {
        let mut authors: HashMap<(ConversationId, Seq), Vec<AuthorMark>> = HashMap::new();
        for (place, author) in spoke {
            if let Some(Stretch { conversation, to, .. }) = self.stretches.get(place) {
                authors.entry((*conversation, *to)).or_default().push(author);
            }
        }
        for marks in authors.values_mut() {
            marks.sort_unstable_by_key(|mark| Reverse(mark.seq));
        }
        for report in &mut self.reports {
            let (user, from) = (report.user, report.from);
            let spoke = authors.get(&(report.conversation, report.to)).into_iter().flatten();
            let concerned = spoke.filter(|mark| mark.author != user && mark.seq > from).copied();
            report.authors = concerned.take(Advanced::MAX_AUTHORS).collect();
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
    fn members(company: Company) -> HashMap<MemberKey, Standing> {
        let marks = Marks { delivered: seq(3), read: seq(2) };
        HashMap::from([(member(), Standing { marks, head: seq(10), company, moved: false })])
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
        let plan = plan(calls.iter().map(Vec::as_slice), members(Company::Direct));
        assert_eq!(reports(&plan), [(ReceiptKind::Delivered, 3, 5), (ReceiptKind::Delivered, 5, 8)]);
        let lengths: Vec<_> = plan.answers(Vec::new()).iter().map(Vec::len).collect();
        assert_eq!(lengths, [1, 0, 1]);
    }

    #[test]
    fn one_member_is_written_once_however_often_their_marks_rise() {
        let calls: Vec<_> = (4..10).map(|to| vec![wish(ReceiptKind::Read, to)]).collect();
        let plan = plan(calls.iter().map(Vec::as_slice), members(Company::Direct));
        assert_eq!(plan.marks, [(member(), Marks { delivered: seq(9), read: seq(9) })]);
        assert_eq!(plan.rises.len(), 12, "six for each mark");
    }

    #[test]
    fn a_large_group_keeps_no_history() {
        let call = [wish(ReceiptKind::Read, 5)];
        let kept = |company| plan([call.as_slice()], members(company)).rises.len();
        let small = Company::MAX_SMALL;
        let companies = [Company::Direct, Company::Group(small), Company::Group(small + 1)];
        assert_eq!(companies.map(kept), [2, 2, 0]);
    }

    #[test]
    fn what_raises_nothing_is_not_written() {
        let call = [wish(ReceiptKind::Delivered, 3), wish(ReceiptKind::Read, 1)];
        let plan = plan([call.as_slice()], members(Company::Direct));
        assert!(plan.marks.is_empty() && plan.rises.is_empty() && plan.reports.is_empty());
    }

    #[test]
    fn authors_come_newest_first_and_not_too_many() {
        let call = [wish(ReceiptKind::Delivered, 10)];
        let plan = plan([call.as_slice()], members(Company::Direct));
        let mark = |n: i64| AuthorMark {
            author: UserId::new(n).expect("an id"),
            message: MessageId::new(n).expect("an id"),
            seq: seq(n),
        };
        let answers = plan.answers((4..=33).map(|n| (0, mark(n))).collect());
        let told: Vec<_> = answers[0][0].authors.iter().map(|author| author.seq.get()).collect();
        assert_eq!(told, (14..=33).rev().collect::<Vec<_>>());
    }

    #[test]
    fn marks_that_rise_to_one_place_share_a_stretch_and_each_hears_what_concerns_it() {
        let room = member().0;
        let user = |id| UserId::new(id).expect("an id");
        let standing = |read| {
            let marks = Marks { delivered: seq(read), read: seq(read) };
            Standing { marks, head: seq(10), company: Company::Group(3), moved: false }
        };
        let members = HashMap::from([((room, user(1)), standing(2)), ((room, user(2)), standing(6))]);
        let calls = [1, 2].map(|id| Advance { user: user(id), ..wish(ReceiptKind::Delivered, 12) });
        let plan = plan([calls.as_slice()], members);
        assert_eq!(plan.stretches, [Stretch { conversation: room, after: seq(2), to: seq(10) }]);
        let mark = |id: i64, place: i64| {
            (0, AuthorMark { author: user(id), message: MessageId::new(place).expect("an id"), seq: seq(place) })
        };
        let answers = plan.answers(vec![mark(3, 5), mark(1, 9), mark(4, 10)]);
        let told = |report: &Advanced| report.authors.iter().map(|author| author.author.get()).collect::<Vec<_>>();
        assert_eq!(answers[0].iter().map(told).collect::<Vec<_>>(), [vec![4, 3], vec![4, 1]]);
    }
}
