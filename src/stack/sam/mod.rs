//! The transform `AWS::Serverless-2016-10-31`.
//! Replaces the resources of a SAM template by those that CloudFormation deploys, under the logical ids that SAM generates.
//! Follows aws-sam-translator 1.115.0; the tests compare with its output.

mod api;
mod api_paths;
mod auth;
mod bucket_event;
mod cognito_event;
mod compute;
mod conditional_events;
mod connector;
mod connector_profiles;
mod constraints;
mod deployment;
mod deployment_preference;
mod domain;
mod event;
mod event_invoke_config;
mod event_rule;
mod event_source_mapping;
mod events;
mod function;
mod function_url;
mod globals;
mod graphql;
mod graphql_data_source;
mod http;
mod iam;
mod implicit;
mod intrinsic;
mod logical_id;
mod references;
mod resolve;
mod resource;
mod s3_location;
mod schedule;
mod service_events;
mod state_machine;
mod tags;
mod topic_event;
mod transform;
mod translator;
mod usage_plan;
mod version;
mod web_function;
mod websocket;

pub(crate) use conditional_events::with_chosen_events;
pub(crate) use transform::transform;
