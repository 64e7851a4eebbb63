//! Reports: keeping what was reported, and deciding about it.

use super::scene::{at, body, group, head, message, nobody, not_endless, say, size, together, two, user, written};
use super::standings::{put, reason, standing, suspended};
use crate::change::Act;
use crate::ids::{ID_LIMIT, MessageId, ReportId, UserId};
use crate::log::{ChangeEntry, Changed, LogEntry};
use crate::message::Content;
use crate::message::Mentions;
use crate::moderation::{
    AccountStanding, AuditKind, AuditRecord, Keeper, NewReport, Outcome, Remedy, Report, ReportAction, ReportReason,
    ReportSubject, ReportedMessage, Resolution, Sanction, ServerRole, StandingAct,
};
use crate::ports::{AuditQuery, NewSession, ReportFiled, ReportQuery, ReportResolved, Stores};
use crate::user::Username;

fn new(reporter: UserId, subject: ReportSubject) -> NewReport {
    NewReport { reporter, subject, reason: ReportReason::Spam, comment: None, at: at(5) }
}

async fn file(stores: &Stores, new: &NewReport) -> ReportFiled {
    stores.reports.file(new).await.unwrap()
}

/// Files what must be new.
async fn filed(stores: &Stores, reporter: UserId, subject: ReportSubject) -> Report {
    match file(stores, &new(reporter, subject)).await {
        ReportFiled::Filed(report) => report,
        other @ (ReportFiled::Open(_) | ReportFiled::Missing) => panic!("not filed: {other:?}"),
    }
}

/// Somebody who looks after the server.
async fn keeper(stores: &Stores) -> Keeper {
    let keeper = Keeper { user: user(stores, "keeper").await, role: ServerRole::Moderator };
    put(stores, keeper.user, StandingAct::SetRole(keeper.role)).await;
    keeper
}

fn resolution(report: ReportId, by: Keeper, remedy: Remedy) -> Resolution {
    Resolution { report, by, remedy, note: Some(reason("so be it")), at: at(6) }
}

async fn resolve(stores: &Stores, resolution: &Resolution) -> ReportResolved {
    stores.reports.resolve(resolution).await.unwrap()
}

async fn listed(stores: &Stores, is_resolved: bool) -> Vec<ReportId> {
    let query = ReportQuery { is_resolved, after: None, size: size(100) };
    stores.reports.reports(&query).await.unwrap().items.into_iter().map(|report| report.id).collect()
}

/// Whatever becomes of a message, its report shows what it said and who said it.
pub async fn a_report_keeps_what_was_said_and_by_whom(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let group = group(stores, ann, &[bob]).await;
    let said = say(stores, group, bob, "first \"words\"\n😀").await;
    let comment = Some(reason("look at\nthis"));
    let report = NewReport { comment: comment.clone(), ..new(ann, ReportSubject::Message(said.id)) };
    let ReportFiled::Filed(report) = file(stores, &report).await else { panic!("not filed") };
    let reported = ReportedMessage { id: said.id, conversation: group, body: body("first \"words\"\n😀") };
    let expected = Report {
        id: report.id,
        reporter: ann,
        user: bob,
        username: Username::new("bob").unwrap(),
        message: Some(reported),
        reason: ReportReason::Spam,
        comment,
        created_at: at(5),
        outcome: None,
    };
    assert_eq!(report, expected);
    written(stores, group, bob, Act::Edit { message: said.id, body: body("nothing"), mentions: Mentions::NOBODY })
        .await;
    written(stores, group, bob, Act::Delete { message: said.id }).await;
    assert_eq!(stores.reports.report(report.id).await.unwrap(), Some(expected));
    assert_eq!(stores.reports.report(ReportId::new(ID_LIMIT - 1).unwrap()).await.unwrap(), None);
}

/// Every reason has its name in every store.
pub async fn a_user_is_reported_for_any_reason(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    for (n, reason) in ReportReason::ALL.iter().enumerate() {
        let reporter = user(stores, &format!("reporter{n}")).await;
        let report = NewReport { reason: *reason, ..new(reporter, ReportSubject::User(bob)) };
        let ReportFiled::Filed(report) = file(stores, &report).await else { panic!("not filed") };
        assert_eq!((report.reason, report.user, &report.message), (*reason, bob, &None));
        assert_eq!(stores.reports.report(report.id).await.unwrap(), Some(report));
    }
    assert_eq!(filed(stores, ann, ReportSubject::User(bob)).await.reporter, ann);
}

/// One reporter has one open report of one thing; another thing, another reporter, or a new time is another report.
pub async fn the_same_report_again_is_the_one_that_is_open(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let by = keeper(stores).await;
    let group = group(stores, ann, &[bob]).await;
    let said = say(stores, group, bob, "words").await;
    for subject in [ReportSubject::Message(said.id), ReportSubject::User(bob)] {
        let first = filed(stores, ann, subject).await;
        let again = NewReport { reason: ReportReason::Hate, at: at(9), ..new(ann, subject) };
        assert_eq!(file(stores, &again).await, ReportFiled::Open(first.clone()));
        assert_ne!(filed(stores, by.user, subject).await.id, first.id);
        resolve(stores, &resolution(first.id, by, Remedy::Dismiss)).await;
        assert_ne!(filed(stores, ann, subject).await.id, first.id, "it was decided about");
    }
}

/// Many devices report the same thing at the same moment: one report, which all get.
pub async fn of_many_same_reports_at_once_one_is_filed(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let answers = together(8, |_| {
        let stores = stores.clone();
        async move { file(&stores, &new(ann, ReportSubject::User(bob))).await }
    })
    .await;
    let fresh = answers.iter().filter(|answer| matches!(answer, ReportFiled::Filed(_))).count();
    let open = answers.iter().filter(|answer| matches!(answer, ReportFiled::Open(_))).count();
    assert_eq!((fresh, open, listed(stores, false).await.len()), (1, 7, 1));
}

/// What is gone, and what never was, cannot be reported.
pub async fn what_is_not_there_is_not_reported(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let group = group(stores, ann, &[bob]).await;
    let said = say(stores, group, bob, "words").await;
    written(stores, group, bob, Act::Delete { message: said.id }).await;
    let never = MessageId::new(ID_LIMIT - 1).unwrap();
    for subject in [ReportSubject::Message(said.id), ReportSubject::Message(never), ReportSubject::User(nobody())] {
        assert_eq!(file(stores, &new(ann, subject)).await, ReportFiled::Missing);
    }
    assert_eq!(listed(stores, false).await, []);
}

/// Open and resolved ones are two lists, each in the order of the ids.
pub async fn open_and_resolved_reports_are_listed_apart(stores: &Stores) {
    let bob = user(stores, "bob").await;
    let by = keeper(stores).await;
    let mut reports = Vec::new();
    for n in 0..8 {
        let reporter = user(stores, &format!("reporter{n}")).await;
        reports.push(filed(stores, reporter, ReportSubject::User(bob)).await.id);
    }
    let resolved = vec![reports.remove(6), reports.remove(1)];
    for report in &resolved {
        resolve(stores, &resolution(*report, by, Remedy::Dismiss)).await;
    }
    for wish in [1, 2, 3, 6] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let query = ReportQuery { is_resolved: false, after, size: size(wish) };
            let page = stores.reports.reports(&query).await.unwrap();
            seen.extend(page.items.iter().map(|report| report.id));
            not_endless(&seen);
            let Some(next) = page.next else { break };
            after = ReportId::new(next);
        }
        assert_eq!(seen, reports, "pages of {wish}");
    }
    assert_eq!(listed(stores, true).await, [resolved[1], resolved[0]]);
}

/// What was decided, by whom, when and with which words comes back; then it is decided.
pub async fn a_report_is_resolved_once(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let by = keeper(stores).await;
    let report = filed(stores, ann, ReportSubject::User(bob)).await;
    let outcome = Outcome { action: ReportAction::Dismiss, by: by.user, note: Some(reason("so be it")), at: at(6) };
    let expected = Report { outcome: Some(outcome), ..report.clone() };
    let dismissed = resolve(stores, &resolution(report.id, by, Remedy::Dismiss)).await;
    let done = ReportResolved::Resolved {
        report: Box::new(expected.clone()),
        entries: vec![],
        notices: vec![],
        ended: vec![],
    };
    assert_eq!(dismissed, done);
    assert_eq!(stores.reports.report(report.id).await.unwrap(), Some(expected));
    assert_eq!(resolve(stores, &resolution(report.id, by, Remedy::Dismiss)).await, ReportResolved::Taken);
    let never = ReportId::new(ID_LIMIT - 1).unwrap();
    assert_eq!(resolve(stores, &resolution(never, by, Remedy::Dismiss)).await, ReportResolved::Missing);
    let audit = stores.standings.audit(&AuditQuery { by: Some(by.user), ..AuditQuery::default() }).await.unwrap();
    let record = AuditRecord {
        user: Some(bob),
        report: Some(report.id),
        note: Some(reason("so be it")),
        ..AuditRecord::new(AuditKind::ReportResolved, Some(by.user), at(6))
    };
    assert_eq!(audit.items.into_iter().map(|entry| entry.record).collect::<Vec<_>>(), [record]);
}

/// The message is deleted by somebody who is not even in the group, at the next place of its log; if it is gone, it is gone.
pub async fn a_resolution_deletes_the_message(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let by = keeper(stores).await;
    let group = group(stores, ann, &[bob]).await;
    let said = say(stores, group, bob, "words").await;
    let (hers, his) = (
        filed(stores, ann, ReportSubject::Message(said.id)).await,
        filed(stores, by.user, ReportSubject::Message(said.id)).await,
    );
    let before = head(stores, group).await;
    let done = resolve(stores, &resolution(hers.id, by, Remedy::DeleteMessage)).await;
    let ReportResolved::Resolved { entries, .. } = done else { panic!("{done:?}") };
    let what = Changed::Deleted { message: said.reference() };
    let entry = ChangeEntry { conversation: group, seq: before.next(), by: by.user, at: at(6), what };
    assert_eq!(entries, [LogEntry::Change(entry)]);
    assert_eq!(message(stores, said.id).await.content, Content::Deleted { by: by.user, at: at(6) });

    let again = resolve(stores, &resolution(his.id, by, Remedy::DeleteMessage)).await;
    assert!(matches!(&again, ReportResolved::Resolved { entries, .. } if entries.is_empty()), "{again:?}");
    assert_eq!(head(stores, group).await, before.next());
    let audit = stores.standings.audit(&AuditQuery { by: Some(by.user), ..AuditQuery::default() }).await.unwrap();
    let kinds: Vec<_> = audit.items.iter().map(|entry| entry.record.kind).collect();
    assert_eq!(kinds, [AuditKind::ReportResolved, AuditKind::ReportResolved, AuditKind::MessageDeleted]);
}

/// The user is kept out and signed in nowhere, in the same transaction.
pub async fn a_resolution_shuts_the_user_out(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let by = keeper(stores).await;
    let new = NewSession { user: bob, judged_on: None, nonce: 1, at: at(1), expires_at: at(1000) };
    let session = stores.sessions.open(&new).await.unwrap().unwrap();
    let report = filed(stores, ann, ReportSubject::User(bob)).await;
    let sanction = Sanction::Suspended { until: at(99), reason: reason("spam") };
    let remedy = Remedy::ShutOut { sanction: sanction.clone(), judged_on: AccountStanding::default() };
    let done = resolve(stores, &resolution(report.id, by, remedy)).await;
    let ReportResolved::Resolved { report, ended, .. } = done else { panic!("{done:?}") };
    assert_eq!(report.outcome.map(|outcome| outcome.action), Some(ReportAction::SuspendUser));
    assert_eq!(ended, [session]);
    assert_eq!(standing(stores, bob).await.sanction, Some(sanction));
}

/// Where somebody stands otherwise than the decision saw it, nothing of it is done, and the report stays open.
pub async fn a_resolution_judged_on_another_standing_does_nothing(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let by = keeper(stores).await;
    let report = filed(stores, ann, ReportSubject::User(bob)).await;
    let sanction = Sanction::Banned { reason: reason("spam") };
    let shut_out = Remedy::ShutOut { sanction, judged_on: AccountStanding::default() };
    put(stores, bob, suspended(at(77))).await;
    assert_eq!(resolve(stores, &resolution(report.id, by, shut_out)).await, ReportResolved::Stale);
    put(stores, by.user, StandingAct::SetRole(ServerRole::Member)).await;
    assert_eq!(resolve(stores, &resolution(report.id, by, Remedy::Dismiss)).await, ReportResolved::Stale);
    assert_eq!((listed(stores, false).await, listed(stores, true).await), (vec![report.id], vec![]));
    assert_eq!(standing(stores, bob).await.sanction.and_then(|sanction| sanction.until()), Some(at(77)));
}

/// Many decide at the same moment: one decision is carried out, the others hear that it is taken.
pub async fn of_many_resolutions_at_once_one_is_carried_out(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let by = keeper(stores).await;
    let group = group(stores, ann, &[bob]).await;
    let said = say(stores, group, bob, "words").await;
    let report = filed(stores, ann, ReportSubject::Message(said.id)).await.id;
    let answers = together(8, |n| {
        let stores = stores.clone();
        let remedy = if n % 2 == 0 { Remedy::DeleteMessage } else { Remedy::Dismiss };
        async move { resolve(&stores, &resolution(report, by, remedy)).await }
    })
    .await;
    let taken = answers.iter().filter(|answer| **answer == ReportResolved::Taken).count();
    let done: Vec<_> = answers.iter().filter(|answer| matches!(answer, ReportResolved::Resolved { .. })).collect();
    assert_eq!((done.len(), taken), (1, 7));
    let ReportResolved::Resolved { report, .. } = done[0] else { panic!("{done:?}") };
    let is_deleted = message(stores, said.id).await.content.is_deleted();
    let action = report.outcome.as_ref().map(|outcome| outcome.action);
    assert_eq!(action == Some(ReportAction::DeleteMessage), is_deleted, "what was decided is what was done");
}
