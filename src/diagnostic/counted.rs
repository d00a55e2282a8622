/// A number with its noun: `1 alarm`, `2 alarms`.
pub fn counted(count: usize, one: &str, several: &str) -> String {
    let noun = if count == 1 { one } else { several };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn only_one_takes_the_singular() {
        for (count, text) in [(0, "0 alarms"), (1, "1 alarm"), (2, "2 alarms")] {
            assert_eq!(counted(count, "alarm", "alarms"), text);
        }
    }
}
