//! tracewatch creates CloudWatch alarms, dashboards, X-Ray groups, sampling rules and topics for a
//! deployed serverless stack.
//!
//! ```text
//!  cdk.out | template | SAM
//!  Terraform | deployed | tags           alarms/*.toml   dashboards/*.hbs   tracewatch.toml
//!                 │ stack                             │ catalog                     │ project
//!                 ▼                                   ▼                             │
//!             Inventory ─────────► synth ◄──────── Catalog ◄────────────────────────┘
//!                                    │
//!                              desired State ──► cost · simulate (tests of definitions)
//!                                    │
//!          actual State ───► plan ◄──┘
//!     (provider Reader)        │
//!                            Plan ───► apply ───► provider Writer ───► AWS, or the sandbox behind the same wire
//! ```
//!
//! A module imports only from modules above it; `tests/architecture` checks this.

pub mod diagnostic;
pub mod files;
pub mod spanned;
pub mod semantics;
pub mod inventory;
pub mod artifact;
pub mod trial;
pub mod objective;

pub mod project;
pub mod stack;
pub mod openslo;
pub mod catalog;

pub mod synth;
pub mod cost;
pub mod plan;
pub mod simulate;

pub mod provider;
pub mod sandbox;

pub mod apply;

pub mod ops;

pub mod cli;
