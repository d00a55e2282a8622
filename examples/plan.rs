//! Plans a template in a sandbox: `cargo run --example plan -- template.yaml`.

use std::path::PathBuf;

use anyhow::Context as _;
use jiff::Timestamp;
use tracewatch::diagnostic::{Colour, Strictness};
use tracewatch::ops::{
    self, Access, AccountPlace, Approvals, ProjectSource, Session, SessionOptions, Workspace,
};
use tracewatch::plan::{Detail, Purpose};
use tracewatch::project::StackFrom;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let template = std::env::args().nth(1).context("name a template")?;
    let source = ProjectSource::Stack {
        name: "shop".to_owned(),
        from: StackFrom::Template(PathBuf::from(template)),
    };
    let workspace = Workspace::open(&source, &[], Strictness::Lenient)?;
    let file = std::env::temp_dir().join("tracewatch-example.json");
    let options = SessionOptions {
        place: AccountPlace::InFile {
            path: file.display().to_string(),
            access: Access::Read,
        },
        profile: None,
        region: None,
        now: Timestamp::now,
    };
    let session = Session::connect(&workspace, &options).await?;
    let planned = ops::plan(&workspace, &session, &Approvals::default()).await?;
    std::io::Write::write_all(
        &mut std::io::stdout(),
        planned
            .plan
            .text(Purpose::Plan, Detail::Brief, Colour::Never)
            .as_bytes(),
    )?;
    Ok(())
}
