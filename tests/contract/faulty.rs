//! What the adapter has to do when answers are lost, refused or throttled, and how much it asks for.

use tracewatch::artifact::{Artifact, Kind, Scope};
use tracewatch::plan::Change;
use tracewatch::provider::{Reader, Writer};

use crate::place::{Place, assert_same};
use crate::wire::Fault;

pub(crate) async fn many_alarms_are_listed_on_pages_and_deleted_in_few_calls(place: &Place) {
    if !place.has(Kind::Alarm) {
        return;
    }
    let alarms: Vec<Artifact> = (0..230)
        .map(|n| Artifact::from(place.samples().plain_alarm(&format!("a{n}"))))
        .collect();
    for new in &alarms {
        place
            .write(Change::Create { new: new.clone() })
            .await
            .unwrap();
    }
    let reads = place.wire().count("operation/DescribeAlarms");
    assert_same(&place.state().await, &alarms.iter().cloned().collect());
    assert_eq!(place.wire().count("operation/DescribeAlarms") - reads, 3);
    let mut deletes: Vec<Change> = alarms
        .into_iter()
        .map(|old| Change::Delete { old })
        .collect();
    place.write(deletes[17].clone()).await.unwrap();
    let calls = place.wire().count("operation/DeleteAlarms");
    for change in &mut deletes[..3] {
        if let Change::Delete {
            old: Artifact::Alarm(alarm),
        } = change
        {
            alarm.name.push_str("-never-made");
        }
    }
    let results = place.account.write(&deletes).await;
    assert_eq!(results, vec![Ok(()); 230]);
    assert_eq!(place.state().await.len(), 3);
    assert!(place.wire().count("operation/DeleteAlarms") - calls <= 4);
}

pub(crate) async fn throttled_calls_are_repeated(place: &Place) {
    let json = |body: &str| Fault::Answer {
        status: 400,
        content_type: "application/json",
        body: body.to_owned(),
    };
    let throttled = json(r#"{"__type":"ThrottledException","Message":"Rate exceeded"}"#);
    let rule = json(r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);
    let topic = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    let topic = Fault::Answer {
        status: 400,
        content_type: "text/xml",
        body: topic.to_owned(),
    };
    place
        .wire()
        .spoil("/CreateGroup", [throttled.clone(), throttled]);
    place.wire().spoil("AWSEvents.PutRule", [rule]);
    place.wire().spoil("Action=CreateTopic&", [topic]);
    place.make_all().await;
    assert_same(&place.state().await, &place.wanted().into_iter().collect());
}

pub(crate) async fn a_denied_call_says_so_once(place: &Place) {
    let body = r#"{"__type":"AccessDeniedException","message":"User is not authorized to perform: events:PutRule"}"#.to_owned();
    place.wire().spoil(
        "AWSEvents.PutRule",
        vec![
            Fault::Answer {
                status: 400,
                content_type: "application/json",
                body
            };
            5
        ],
    );
    let error = place
        .write(Change::Create {
            new: Artifact::EventRule(place.samples().event_rule()),
        })
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "PutRule: access denied: User is not authorized to perform: events:PutRule"
    );
    assert_eq!(place.wire().count("AWSEvents.PutRule"), 1);
}

pub(crate) async fn a_server_that_is_no_aws_is_an_error_and_no_crash(place: &Place) {
    if !place.has(Kind::Alarm) {
        return;
    }
    let body = "<html>not here</html>".to_owned();
    place.wire().spoil(
        "operation/DescribeAlarms",
        [Fault::Answer {
            status: 404,
            content_type: "text/html",
            body,
        }],
    );
    let error = place.account.artifacts(&place.scope()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "DescribeAlarms: an HTML page instead of an answer of AWS (HTTP 404): a proxy or a sign-in page may be in between"
    );
}

pub(crate) async fn what_is_not_asked_for_is_not_read(place: &Place) {
    let before = place.wire().total();
    assert!(
        place
            .account
            .artifacts(&Scope::default())
            .await
            .unwrap()
            .state
            .is_empty()
    );
    assert_eq!(place.wire().total(), before);
}

pub(crate) async fn a_lost_answer_to_a_creation_is_no_failure(place: &Place) {
    made_in_spite_of(place, &Fault::LoseAnswer).await;
}

pub(crate) async fn a_lost_request_is_made_again(place: &Place) {
    made_in_spite_of(place, &Fault::LoseRequest).await;
}

async fn made_in_spite_of(place: &Place, fault: &Fault) {
    for operation in [
        "operation/PutMetricAlarm",
        "operation/PutAlarmMuteRule",
        "operation/PutDashboard",
        "/CreateGroup",
        "POST /slo HTTP",
        "/CreateSamplingRule",
        "Action=CreateTopic&",
        "AWSEvents.PutRule",
    ] {
        place.wire().spoil(operation, [fault.clone()]);
    }
    place.make_all().await;
    assert_same(&place.state().await, &place.wanted().into_iter().collect());
}
