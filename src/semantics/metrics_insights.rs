//! Queries of CloudWatch Metrics Insights that give one series for each resource.
//!
//! Sources: CloudWatch user guide, "Query components and syntax in CloudWatch Metrics Insights", "Building your queries" (its example names
//! `tag."aws:cloudformation:stack-name"`), and "Alarms on Metrics Insights queries".

use std::collections::BTreeMap;
use std::fmt;

use super::statistics::Statistic;

/// The tag that CloudFormation puts on the resources of a stack; its value is the stack's name.
pub const STACK_TAG: &str = "aws:cloudformation:stack-name";

/// The series of a metric of all resources with certain tags, grouped by dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedQuery<'a> {
    pub namespace: &'a str,
    pub metric: &'a str,
    pub function: AggregateFunction,
    /// The dimensions whose values name the series; at least one.
    pub grouped: Vec<&'a str>,
    /// The other dimensions of the metric, with their values.
    pub fixed: BTreeMap<&'a str, &'a str>,
    /// Tags that every resource has; at least one.
    pub tags: &'a BTreeMap<String, String>,
    /// The series that come first, and stay if there are too many.
    pub first: FirstSeries,
}

/// The order of series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstSeries {
    Highest,
    Lowest,
}

/// What a query computes from the points of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateFunction {
    Avg,
    Count,
    Max,
    Min,
    Sum,
}

impl AggregateFunction {
    /// The function that computes a statistic; `None` for percentiles and trimmed statistics, which queries do not have.
    pub fn of(statistic: Statistic) -> Option<Self> {
        match statistic {
            Statistic::Average => Some(Self::Avg),
            Statistic::SampleCount => Some(Self::Count),
            Statistic::Maximum => Some(Self::Max),
            Statistic::Minimum => Some(Self::Min),
            Statistic::Sum => Some(Self::Sum),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Avg => "AVG",
            Self::Count => "COUNT",
            Self::Max => "MAX",
            Self::Min => "MIN",
            Self::Sum => "SUM",
        }
    }
}

/// Whether a name, or a value of a dimension or tag, can be written without escapes. AWS documents a backslash before quotation marks in
/// names; for values it is unverified, so that both are refused.
pub fn is_writable(text: &str) -> bool {
    !text.contains(['\'', '"', '\\'])
}

/// The query. All names are in quotation marks, so that none of them is a keyword.
impl fmt::Display for GroupedQuery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = self.function.word();
        write!(f, "SELECT {function}(\"{}\")", self.metric)?;
        write!(f, " FROM SCHEMA(\"{}\"", self.namespace)?;
        for dimension in self.grouped.iter().chain(self.fixed.keys()) {
            write!(f, ", \"{dimension}\"")?;
        }
        f.write_str(")")?;
        let tags = self.tags.iter();
        let tags = tags.map(|(key, value)| format!("tag.\"{key}\" = '{value}'"));
        let fixed = self.fixed.iter();
        let fixed = fixed.map(|(name, value)| format!("\"{name}\" = '{value}'"));
        let conditions: Vec<String> = tags.chain(fixed).collect();
        write!(f, " WHERE {}", conditions.join(" AND "))?;
        let grouped: Vec<String> = self
            .grouped
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect();
        write!(f, " GROUP BY {}", grouped.join(", "))?;
        // An alarm on several series needs an order.
        let order = match self.first {
            FirstSeries::Highest => "DESC",
            FirstSeries::Lowest => "ASC",
        };
        write!(f, " ORDER BY {function}() {order}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_schema_tags_and_order() {
        let tags = BTreeMap::from([(STACK_TAG.to_owned(), "shop".to_owned())]);
        let query = GroupedQuery {
            namespace: "AWS/DynamoDB",
            metric: "ThrottledRequests",
            function: AggregateFunction::Sum,
            grouped: vec!["TableName"],
            fixed: BTreeMap::from([("Operation", "PutItem")]),
            tags: &tags,
            first: FirstSeries::Highest,
        };
        assert_eq!(
            query.to_string(),
            "SELECT SUM(\"ThrottledRequests\") FROM SCHEMA(\"AWS/DynamoDB\", \"TableName\", \"Operation\") \
             WHERE tag.\"aws:cloudformation:stack-name\" = 'shop' AND \"Operation\" = 'PutItem' \
             GROUP BY \"TableName\" ORDER BY SUM() DESC"
        );
    }
}
