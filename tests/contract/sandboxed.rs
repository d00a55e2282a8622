//! What only the sandbox can be told to hold or to do.

use tracewatch::artifact::Artifact;
use tracewatch::plan::Change;
use tracewatch::provider::{Reader, Writer};
use tracewatch::sandbox::{Account, Faults, Stack, StackResource, Status};

use crate::place::{Place, assert_same};

#[tokio::test]
async fn a_large_stack_is_made_although_every_second_call_is_throttled() {
    let faults = Faults {
        throttles: vec!["PutMetricAlarm=2".parse().unwrap()],
        ..Faults::default()
    };
    let place = Place::in_sandbox(Account::in_memory(), faults, "busy").await;
    let alarms: Vec<Artifact> = (0..12)
        .map(|n| Artifact::from(place.samples().plain_alarm(&format!("a{n}"))))
        .collect();
    let creates: Vec<Change> = alarms
        .iter()
        .cloned()
        .map(|new| Change::Create { new })
        .collect();
    let written = futures_util::future::join_all(
        creates
            .iter()
            .map(|create| place.account.write(std::slice::from_ref(create))),
    )
    .await;
    assert!(written.into_iter().flatten().all(|result| result == Ok(())));
    assert_same(&place.state().await, &alarms.into_iter().collect());
}

#[tokio::test]
async fn a_deployed_stack_is_read_whole() {
    let resource = |n: usize| StackResource {
        logical_id: format!("Function{n}"),
        physical_id: if n == 7 {
            String::new()
        } else {
            format!("shop-function-{n}")
        },
        resource_type: "AWS::Lambda::Function".to_owned(),
        status: Status(
            if n == 9 {
                "DELETE_COMPLETE"
            } else {
                "CREATE_COMPLETE"
            }
            .to_owned(),
        ),
    };
    let stack = Stack {
        name: "shop".to_owned(),
        status: Status("UPDATE_ROLLBACK_COMPLETE".to_owned()),
        template: "Transform: AWS::Serverless-2016-10-31".to_owned(),
        processed_template: Some("Resources: {}".to_owned()),
        parameters: [("Stage".to_owned(), "prod".to_owned())].into(),
        resources: (0..250).map(resource).collect(),
        ..Stack::default()
    };
    let mut account = Account::in_memory();
    account.seed_stack("us-east-1", stack);
    let place = Place::in_sandbox(account, Faults::default(), "shop").await;
    let deployed = place.account.deployed("shop").await.unwrap().unwrap();
    assert_eq!(
        (deployed.name.as_str(), deployed.status.as_str()),
        ("shop", "UPDATE_ROLLBACK_COMPLETE")
    );
    assert_eq!(deployed.template, "Resources: {}");
    assert_eq!(deployed.parameters["Stage"], "prod");
    assert_eq!(deployed.resources.len(), 249, "all but the deleted one");
    assert_eq!(deployed.resources["Function7"].physical_id, None);
    assert_eq!(
        deployed.resources["Function249"].physical_id.as_deref(),
        Some("shop-function-249")
    );
}
