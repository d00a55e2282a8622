//! One contract for every account behind the adapter, and its judges: the same cases run on the sandbox, on other people's emulators
//! (without what `gaps.toml` says they lack), and with `TRACEWATCH_TEST_AWS=1` on the AWS account that the environment gives.
//! AWS's own Python clients judge the sandbox in `clients`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, unused_imports, reason = "the adapter uses more of it")]
#[path = "../../src/provider/aws/rpc/mod.rs"]
mod rpc;

mod cases;
mod clients;
mod faulty;
mod foreign;
mod gaps;
mod place;
mod samples;
mod sandboxed;
mod wire;

/// A test of each case on one of the emulators, and the names of the cases.
macro_rules! run_on {
    ($module:ident, $emulator:ident, $($file:ident::$case:ident on $stack:literal,)*) => {
        mod $module {
            use crate::place::Emulator;
            $(
                #[tokio::test]
                async fn $case() {
                    crate::gaps::hold(Emulator::$emulator, stringify!($case), $stack, crate::$file::$case).await;
                }
            )*

            pub(crate) const CASES: &[&str] = &[$(stringify!($case)),*];
        }
    };
}

/// What every account does.
macro_rules! contract {
    ($module:ident, $emulator:ident, $($more:tt)*) => {
        run_on! {
            $module, $emulator,
            cases::what_was_made_reads_back_exactly on "made",
            cases::what_was_changed_reads_back_exactly on "changed",
            cases::writing_it_again_changes_nothing_and_repeats_no_confirmation on "again",
            cases::owners_are_told_apart on "owned",
            cases::what_others_made_is_told_apart_and_can_be_adopted on "adopted",
            cases::what_another_stack_made_is_its_own on "theirs",
            cases::a_boost_that_somebody_gave_a_sampling_rule_survives_an_update on "boosted",
            cases::a_rule_that_somebody_changed_in_ways_that_an_artifact_cannot_say_differs_and_is_put_right on "tampered",
            cases::what_others_say_in_a_topics_policy_stays on "policy",
            cases::a_log_groups_retention_is_set_and_taken_back_and_a_missing_group_is_no_setting on "logs",
            cases::what_is_deleted_is_gone_and_may_be_deleted_again on "deleted",
            cases::a_metric_filter_reads_back_exactly_and_its_namespace_names_the_owner on "filtered",
            cases::a_stack_that_is_not_deployed_is_none on "undeployed",
            $($more)*
        }
    };
}

/// That, and what takes a wire that can be spoilt and read, or names that belong to nobody.
macro_rules! contract_of_emulator {
    ($module:ident, $emulator:ident) => {
        contract! {
            $module, $emulator,
            cases::subscriptions_that_are_not_asked_for_stay_and_those_that_wait_are_not_repeated on "unsubscribed",
            cases::only_what_was_subscribed_for_the_project_is_unsubscribed on "removed",
            faulty::many_alarms_are_listed_on_pages_and_deleted_in_few_calls on "many",
            faulty::a_lost_answer_to_a_creation_is_no_failure on "lost1",
            faulty::a_lost_request_is_made_again on "lost2",
            faulty::throttled_calls_are_repeated on "throttled",
            faulty::a_denied_call_says_so_once on "denied",
            faulty::a_server_that_is_no_aws_is_an_error_and_no_crash on "page",
            faulty::what_is_not_asked_for_is_not_read on "unasked",
        }
    };
}

contract_of_emulator!(on_the_sandbox, Sandbox);
contract_of_emulator!(on_ministack, Ministack);
contract_of_emulator!(on_moto, Moto);
contract!(on_aws, Aws,);

#[tokio::test]
async fn what_ministack_lacks_it_lacks_still() {
    gaps::are_gaps_still(place::Emulator::Ministack).await;
}

#[tokio::test]
async fn what_moto_lacks_it_lacks_still() {
    gaps::are_gaps_still(place::Emulator::Moto).await;
}

#[test]
fn gaps_name_what_is_there() {
    use place::Emulator::{Aws, Ministack, Moto, Sandbox};
    let cases = [
        (Sandbox, on_the_sandbox::CASES),
        (Ministack, on_ministack::CASES),
        (Moto, on_moto::CASES),
        (Aws, on_aws::CASES),
    ];
    for (emulator, cases) in cases {
        gaps::name_what_is_there(emulator, cases);
    }
}
