pub fn parse(_: &str) -> Result<(), super::Problem> {
    Ok(())
}
