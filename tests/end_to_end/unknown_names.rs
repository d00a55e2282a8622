//! A name that only a deployment gives, and nothing is deployed: against an account it is said to be unknown, never guessed.

use super::{Program, Project, Server};

const OF_A_TEMPLATE: &str = "\
error[name-unknown]: the name that AWS gives `Orders` is not in the template
 --> template.yaml:2:3
  |
2 |   Orders:
  |   ^^^^^^
  |
  = help: deploy the stack first, so that its name can be read from it, or give the resource a name in the template

";

const OF_A_TERRAFORM_PLAN: &str = "\
error[name-unknown]: the name that AWS gives `aws_sqs_queue.work[0]` is not in the plan
  --> plan.json:21:17
   |
21 |      \"address\": \"aws_sqs_queue.work[0]\",
   |                 ^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: apply the plan first and read the state (`terraform show -json`), or give the resource a name in its configuration

";

#[test]
fn an_account_without_the_stack_makes_nothing_up() {
    let sandbox = Server::sandbox(&[]);
    for (case, expected) in [
        ("tests/cases/invented-names", OF_A_TEMPLATE),
        ("tests/cases/terraform-plan", OF_A_TERRAFORM_PLAN),
    ] {
        let project = Project::copy(case);
        let finished = Program::new(&project.folder, &["plan"])
            .at(&sandbox.endpoint)
            .run()
            .exits(1);
        assert_eq!(finished.stderr, expected);
        assert_eq!(finished.stdout, "");
    }
}
