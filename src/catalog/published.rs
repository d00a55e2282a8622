pub enum Unpublished { Namespace{nearest:String}, Metric{nearest:Option<String>}, Dimensions{published: Vec<Vec<String>>, nearest: Option<Vec<String>>} }
pub fn check(_: &str, _: &str, _: &std::collections::BTreeSet<&str>) -> Result<(), Unpublished> { Ok(()) }
