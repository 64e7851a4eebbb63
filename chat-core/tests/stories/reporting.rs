//! Stories of reports: who may report what, who sees it, and what is done about it.

use chat_core::command::{Decision, FileReport, FiledReport};
use chat_core::event::{Audience, Event};
use chat_core::ids::{MessageId, ReportId, UserId};
use chat_core::log::{Changed, LogEntry};
use chat_core::moderation::{
    AccountStanding, Report, ReportReason, ReportSubject, ServerRole, StandingAct, StandingChange,
};
use chat_core::ports::ReportQuery;
use chat_core::testing::ManualClock;
use chat_core::{Command, ErrorCode, Reply};

use crate::house::House;

impl House {
    async fn keeper(&self, name: &str, role: ServerRole) -> UserId {
        let user = self.user(name).await;
        let (act, judged_on) = (StandingAct::SetRole(role), AccountStanding::default());
        let change = StandingChange { user, by: None, act, judged_on, at: ManualClock::START };
        self.store.stores().standings.set_standing(&change).await.expect("written");
        user
    }

    async fn filed(&self, who: UserId, subject: ReportSubject) -> FiledReport {
        match self.done(who, report(subject)).await {
            Reply::Filed(filed) => filed,
            other => panic!("a report, not {other:?}"),
        }
    }

    async fn reports(&self, who: UserId, is_resolved: bool) -> Vec<Report> {
        let query = ReportQuery { is_resolved, ..ReportQuery::default() };
        match self.done(who, Command::ListReports(query)).await {
            Reply::Reports(page) => page.items,
            other => panic!("reports, not {other:?}"),
        }
    }
}

fn report(subject: ReportSubject) -> Command {
    Command::FileReport(FileReport { subject, reason: ReportReason::Harassment, comment: None })
}

fn resolve(report: ReportId, decision: Decision) -> Command {
    Command::ResolveReport { report, decision, note: None }
}

#[tokio::test]
async fn what_was_reported_is_there_for_moderators_whatever_becomes_of_it() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let keeper = house.keeper("kim", ServerRole::Moderator).await;
    let group = house.group(ann, &[bob]).await;
    let said = house.say(bob, group, "an insult").await;
    let filed = house.filed(ann, ReportSubject::Message(said.id)).await;
    assert!(filed.fresh && !house.filed(ann, ReportSubject::Message(said.id)).await.fresh);
    house.done(bob, Command::DeleteMessage(said.id.into())).await;

    let reports = house.reports(keeper, false).await;
    let shown: Vec<_> = reports.iter().map(|report| (report.id, report.user, report.username.as_str())).collect();
    assert_eq!(shown, [(filed.report.id, bob, "bob")]);
    assert_eq!(reports[0].message.as_ref().map(|message| message.body.as_str()), Some("an insult"));
    for somebody in [ann, bob] {
        let list = Command::ListReports(ReportQuery::default());
        assert_eq!(house.refused(somebody, list).await, ErrorCode::Forbidden);
    }
}

#[tokio::test]
async fn one_reports_what_one_may_see_and_what_is_not_ones_own() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let group = house.group(ann, &[bob]).await;
    let said = house.say(bob, group, "words").await;
    let gone = house.say(bob, group, "gone").await;
    house.done(bob, Command::DeleteMessage(gone.id.into())).await;
    let nowhere = ReportSubject::Message(MessageId::new(9_999).expect("an id"));
    let nobody = ReportSubject::User(UserId::new(9_999).expect("an id"));
    for (who, subject, code) in [
        (eve, ReportSubject::Message(said.id), ErrorCode::NotFound),
        (eve, nowhere, ErrorCode::NotFound),
        (eve, nobody, ErrorCode::NotFound),
        (ann, ReportSubject::Message(gone.id), ErrorCode::MessageDeleted),
        (bob, ReportSubject::Message(said.id), ErrorCode::Forbidden),
        (bob, ReportSubject::User(bob), ErrorCode::Forbidden),
    ] {
        assert_eq!(house.refused(who, report(subject)).await, code, "{who} {subject:?}");
    }
    assert!(house.filed(eve, ReportSubject::User(bob)).await.fresh);
}

#[tokio::test]
async fn a_moderator_deletes_what_was_reported_without_being_a_member() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let keeper = house.keeper("kim", ServerRole::Moderator).await;
    let group = house.direct(ann, bob).await;
    let said = house.say(bob, group, "an insult").await;
    let filed = house.filed(ann, ReportSubject::Message(said.id)).await.report.id;
    house.news();
    house.done(keeper, resolve(filed, Decision::DeleteMessage)).await;
    let news = house.news();
    let [envelope] = news.as_slice() else { panic!("one event: {news:?}") };
    assert_eq!(envelope.audience, Audience::Conversation { id: group, except: None });
    let Event::Entry(LogEntry::Change(change)) = &*envelope.event else { panic!("a change: {envelope:?}") };
    assert_eq!((change.by, &change.what), (keeper, &Changed::Deleted { message: said.reference() }));
    assert_eq!(house.reports(keeper, true).await.len(), 1);
    assert_eq!(house.refused(keeper, resolve(filed, Decision::Dismiss)).await, ErrorCode::Conflict);
    let ask = Command::GetMessage(said.id);
    assert_eq!(house.refused(keeper, ask).await, ErrorCode::NotFound, "they are a member of nothing for it");
}

#[tokio::test]
async fn a_moderator_shuts_out_who_was_reported_unless_they_are_their_equals() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let keeper = house.keeper("kim", ServerRole::Moderator).await;
    let equal = house.keeper("kai", ServerRole::Moderator).await;
    let of_bob = house.filed(ann, ReportSubject::User(bob)).await.report.id;
    let of_equal = house.filed(ann, ReportSubject::User(equal)).await.report.id;
    for decision in [Decision::BanUser, Decision::SuspendUser { until: ManualClock::START.plus_seconds(60) }] {
        assert_eq!(house.refused(keeper, resolve(of_equal, decision)).await, ErrorCode::Forbidden);
    }
    let late = Decision::SuspendUser { until: ManualClock::START };
    assert_eq!(house.refused(keeper, resolve(of_bob, late)).await, ErrorCode::BadRequest);
    let nothing_said = resolve(of_bob, Decision::DeleteMessage);
    assert_eq!(house.refused(keeper, nothing_said).await, ErrorCode::BadRequest);
    assert_eq!(house.refused(ann, resolve(of_bob, Decision::Dismiss)).await, ErrorCode::Forbidden);
    house.news();

    house.done(keeper, resolve(of_bob, Decision::BanUser)).await;
    let sanctioned = Event::Sanctioned { user: bob, is_for_good: true };
    assert!(house.news().iter().any(|envelope| *envelope.event == sanctioned));
    let Reply::Standing(standing) = house.done(keeper, Command::GetStanding(bob)).await else { panic!("a standing") };
    assert_eq!(standing.sanction.expect("banned").reason().as_str(), "harassment", "as the reporter said");
    assert_eq!(house.reports(keeper, false).await.len(), 1);
}
