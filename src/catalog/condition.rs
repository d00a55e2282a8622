//! CEL expressions over a resource: the condition, threshold and repetition of an alarm. The only file that names the CEL engine.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{EntryExpr, Expr, LiteralValue, operators};
use cel::common::types::CelDouble;
use cel::extractors::Arguments;
use cel::objects::{Key, Map};
use cel::parser::{ParseErrors, PrattParser};
use cel::{Context, Env, ExecutionError, IdedExpr, Value as CelValue};
use serde_json::Value;

use super::properties::PropertyPaths;
use crate::diagnostic::{Code, Diagnostic, Place, nearest};
use crate::files::limits::{
    MAX_ALARMS, MAX_EXPRESSION_BYTES, MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_OPERATORS,
    MAX_REPETITIONS,
};
use crate::inventory::LinkKind;
use crate::semantics::place::part;
use crate::semantics::schedule::{self, Gap};
use crate::spanned::Spanned;

/// A CEL expression. All its numbers are doubles, so that `0.9 * resource.Timeout * 1000` has one type.
#[derive(Debug, Clone, PartialEq)]
pub struct Cel {
    expression: IdedExpr,
    pub text: String,
    pub place: Place,
    properties: PropertyPaths,
    /// The number of loops inside each other.
    loops: usize,
}

/// CEL's own functions and operators.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// The variables of a CEL expression, converted once per resource.
pub struct Variables {
    context: Context<'static, 'static>,
    /// The number of items of the longest list or map.
    longest: usize,
}

impl Variables {
    /// `values` is a JSON object; each key becomes a variable.
    pub fn new(values: &Value) -> Self {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        // Fails only for a name that CEL's own library has.
        let _ = context.add_function(SCHEDULE_GAP, schedule_gap);
        let _ = context.add_function(NUMBERS, numbers);
        let links = from_json(values.get(LINKED).unwrap_or(&Value::Null));
        let _ = context.add_function(LINKED, move |Arguments(arguments): Arguments| {
            linked(&links, &arguments)
        });
        for (name, value) in values.as_object().into_iter().flatten() {
            context.add_variable_from_value(name.as_str(), from_json(value));
        }
        Self {
            context,
            longest: longest(values),
        }
    }

    /// The names of the resource's properties.
    fn properties(&self) -> Vec<String> {
        let Ok(resource) = PrattParser::default().parse("resource") else {
            return Vec::new();
        };
        let Ok(CelValue::Map(map)) = self.context.resolve(&resource) else {
            return Vec::new();
        };
        map.map.keys().map(ToString::to_string).collect()
    }
}

impl Cel {
    pub fn parse(written: &Spanned<String>) -> Result<Self, Diagnostic> {
        if let Some(reason) = too_complex(&written.value) {
            let message = format!("this CEL expression {reason}");
            return Err(Diagnostic::new(Code::CelSyntax, message).at(written.place.clone()));
        }
        let mut expression = PrattParser::default()
            .parse(&written.value)
            .map_err(|errors| {
                let message = format!(
                    "`{}` is not a CEL expression{}",
                    written.value,
                    complaint(&errors)
                );
                Diagnostic::new(Code::CelSyntax, message).at(part(&written.place, &written.value))
            })?;
        numbers_as_doubles(&mut expression);
        let loops = nested_loops(&expression);
        let mut properties = PropertyPaths::default();
        add_properties(&expression, &mut properties);
        Ok(Self {
            properties,
            loops,
            expression,
            text: written.value.clone(),
            place: written.place.clone(),
        })
    }

    /// The value of a condition. A missing property makes it false.
    pub fn holds(&self, variables: &Variables) -> Result<bool, Diagnostic> {
        self.check_repetitions(variables)?;
        match variables.context.resolve(&self.expression) {
            Ok(CelValue::Bool(value)) => Ok(value),
            Err(ExecutionError::NoSuchKey(_)) => Ok(false),
            Ok(other) => {
                Err(self.diagnostic(&format!("is a {}, not true or false", type_word(&other))))
            }
            Err(error) => Err(self.diagnostic(&format!("cannot be evaluated: {error}"))),
        }
    }

    pub fn number(&self, variables: &Variables) -> Result<f64, Diagnostic> {
        self.check_repetitions(variables)?;
        match variables.context.resolve(&self.expression) {
            Ok(CelValue::Float(value)) => Ok(value),
            Ok(CelValue::Int(value)) => Ok(value as f64),
            Ok(other) => Err(self.diagnostic(&format!("is a {}, not a number", type_word(&other)))),
            Err(ExecutionError::NoSuchKey(key)) => {
                let diagnostic =
                    self.diagnostic(&format!("needs `{key}`, which the resource does not have"));
                Err(
                    match nearest(&key, variables.properties().iter().map(String::as_str)) {
                        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                        None => diagnostic,
                    },
                )
            }
            Err(ExecutionError::FunctionError { function, message })
                if function == SCHEDULE_GAP =>
            {
                Err(Diagnostic::new(Code::BadSchedule, message))
            }
            Err(error) => Err(self.diagnostic(&format!("cannot be evaluated: {error}"))),
        }
    }

    /// The items of a list of strings or objects. A missing property makes it empty.
    pub fn items(&self, variables: &Variables) -> Result<Vec<Item>, Diagnostic> {
        self.check_repetitions(variables)?;
        let list = match variables.context.resolve(&self.expression) {
            Ok(CelValue::List(list)) => list,
            Err(ExecutionError::NoSuchKey(_)) => return Ok(Vec::new()),
            Ok(other) => {
                return Err(self.diagnostic(&format!("is a {}, not a list", type_word(&other))));
            }
            Err(error) => return Err(self.diagnostic(&format!("cannot be evaluated: {error}"))),
        };
        if list.len() > MAX_ALARMS {
            return Err(self.diagnostic(&format!("lists more than {MAX_ALARMS} items")));
        }
        list.iter().map(|item| self.item(item)).collect()
    }

    fn item(&self, value: &CelValue) -> Result<Item, Diagnostic> {
        let name = match value {
            CelValue::String(text) => Some(text.to_string()),
            CelValue::Map(map) => ITEM_NAMES.iter().find_map(|key| text_in(map, key)),
            other => {
                let message = format!("lists a {}, not strings or objects", type_word(other));
                return Err(self.diagnostic(&message));
            }
        };
        let Some(name) = name else {
            let keys = ITEM_NAMES.map(|key| format!("`{key}`")).join(" or ");
            return Err(self.diagnostic(&format!("lists an object without {keys}")));
        };
        Ok(Item {
            name,
            value: to_json(value),
        })
    }

    /// Refuses an expression whose nested `all`, `exists`, `map` and `filter` would take too long for these values.
    fn check_repetitions(&self, variables: &Variables) -> Result<(), Diagnostic> {
        // A list may also be written out in the expression, or be what another one is mapped to.
        let numbers = self
            .text
            .contains(NUMBERS)
            .then_some(usize::from(MOST_NUMBERS));
        let longest = variables
            .longest
            .max(self.text.len())
            .max(numbers.unwrap_or(0));
        let repetitions = (0..self.loops).try_fold(1_usize, |all, _| all.checked_mul(longest));
        // A single loop over any list that fits into a file is short enough.
        if self.loops < 2 || repetitions.is_some_and(|all| all <= MAX_REPETITIONS) {
            return Ok(());
        }
        Err(self.diagnostic(&format!(
            "repeats a part more than {MAX_REPETITIONS} times: nest fewer `all`, `exists`, `map` and `filter`"
        )))
    }

    pub fn reads_variable(&self, name: &str) -> bool {
        self.text.contains(name)
    }

    /// Paths of the properties that it reads (`TracingConfig.Mode`).
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        self.properties.paths.iter().map(String::as_str)
    }

    /// Paths of the properties that it reads of the parent and of linked resources.
    pub fn properties_of_others(&self) -> impl Iterator<Item = &str> {
        self.properties.of_others.iter().map(String::as_str)
    }

    pub(super) fn property_paths(&self) -> &PropertyPaths {
        &self.properties
    }

    fn diagnostic(&self, message: &str) -> Diagnostic {
        Diagnostic::new(Code::CelValue, format!("`{}` {message}", self.text))
            .at(part(&self.place, &self.text))
    }
}

/// One of the items for each of which an alarm is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The end of the alarm's name.
    pub name: String,
    /// `item` in texts and expressions: a string or an object.
    pub value: Value,
}

/// The keys of an object that can name an item; the first that it has counts.
const ITEM_NAMES: [&str; 3] = ["logical_id", "name", "id"];

fn text_in(map: &Map, key: &str) -> Option<String> {
    match map.map.get(&Key::from(key.to_owned()))? {
        CelValue::String(text) => Some(text.to_string()),
        _ => None,
    }
}

fn to_json(value: &CelValue) -> Value {
    match value {
        CelValue::Bool(value) => Value::Bool(*value),
        CelValue::Float(number) => Value::from(*number),
        CelValue::Int(number) => Value::from(*number),
        CelValue::UInt(number) => Value::from(*number),
        CelValue::String(text) => Value::from(text.as_str()),
        CelValue::List(items) => items.iter().map(to_json).collect(),
        CelValue::Map(map) => {
            let entries = map.map.iter();
            entries
                .map(|(key, value)| (key.to_string(), to_json(value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        _ => Value::Null,
    }
}

/// `linked('routes-to', 'AWS::ElasticLoadBalancingV2::LoadBalancer')`: the resources of a type that are linked with this one by links of a kind.
/// Also the variable with all of them, by kind and type.
pub const LINKED: &str = "linked";

fn linked(links: &CelValue, arguments: &[CelValue]) -> Result<CelValue, ExecutionError> {
    let texts: Option<Vec<&str>> = arguments.iter().map(string).collect();
    let Some([kind, of_type]) = texts.as_deref() else {
        let message = "`linked` takes a kind of link and a type of resource, as strings";
        return Err(ExecutionError::function_error(LINKED, message));
    };
    if !LinkKind::WORDS.iter().any(|(word, _)| word == kind) {
        let words = LinkKind::WORDS.map(|(word, _)| word).join("`, `");
        let message = format!("`{kind}` is not a kind of link: `{words}`");
        return Err(ExecutionError::function_error(LINKED, message));
    }
    let found = lookup(links, kind).and_then(|of_kind| lookup(of_kind, of_type));
    Ok(found
        .cloned()
        .unwrap_or_else(|| CelValue::List(Vec::new().into())))
}

fn lookup<'v>(value: &'v CelValue, key: &str) -> Option<&'v CelValue> {
    match value {
        CelValue::Map(map) => map.map.get(&Key::from(key.to_owned())),
        _ => None,
    }
}

/// `schedule_gap('rate(5 minutes)')`, `schedule_gap('cron(0 2 * * ? *)', 'Europe/Berlin')`: the longest time between two starts, in seconds.
const SCHEDULE_GAP: &str = "schedule_gap";

fn schedule_gap(Arguments(arguments): Arguments) -> Result<f64, ExecutionError> {
    let texts: Option<Vec<&str>> = arguments.iter().map(string).collect();
    let (expression, gap) = match texts.as_deref() {
        Some([expression]) => (expression, schedule::longest_gap(expression)),
        Some([expression, zone]) => (expression, schedule::longest_gap_in_zone(expression, zone)),
        _ => {
            let message = "`schedule_gap` takes a schedule expression and a time zone, as strings";
            return Err(ExecutionError::function_error(SCHEDULE_GAP, message));
        }
    };
    match gap {
        Ok(Gap::Seconds(seconds)) => Ok(seconds as f64),
        Ok(Gap::Endless) => Ok(f64::INFINITY),
        Err(error) => {
            let message = format!("`{expression}` {error}");
            Err(ExecutionError::function_error(SCHEDULE_GAP, message))
        }
    }
}

/// `numbers(3)` is `['1', '2', '3']`: for parts of a resource that are only counted.
const NUMBERS: &str = "numbers";

/// More parts than any resource has: MSK allows 60 brokers, ElastiCache 500 nodes.
const MOST_NUMBERS: u16 = 1000;

fn numbers(Arguments(arguments): Arguments) -> Result<CelValue, ExecutionError> {
    let count = match arguments.as_slice() {
        [CelValue::Float(count)] if (0.0..=MOST_NUMBERS.into()).contains(count) => *count,
        _ => {
            let message = format!("`numbers` takes a number from 0 to {MOST_NUMBERS}");
            return Err(ExecutionError::function_error(NUMBERS, message));
        }
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between zero and the largest number"
    )]
    let count = count as u32;
    let texts = (1..=count).map(|number| CelValue::String(Arc::new(number.to_string())));
    Ok(CelValue::List(Arc::new(texts.collect())))
}

fn string(value: &CelValue) -> Option<&str> {
    match value {
        CelValue::String(text) => Some(text),
        _ => None,
    }
}

/// The reason why a text is not parsed: the parser and the evaluation are recursive.
fn too_complex(text: &str) -> Option<String> {
    if text.len() > MAX_EXPRESSION_BYTES {
        return Some(format!("has more than {MAX_EXPRESSION_BYTES} bytes"));
    }
    let is_operator = |byte: &u8| b"+-*/%<>=!&|?.".contains(byte);
    if text.bytes().filter(is_operator).count() > MAX_EXPRESSION_OPERATORS {
        return Some(format!(
            "has more than {MAX_EXPRESSION_OPERATORS} characters of operators"
        ));
    }
    let mut depth: usize = 0;
    let mut operators: usize = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        operators = match byte {
            b'!' | b'-' => operators + 1,
            b' ' => operators,
            _ => 0,
        };
        if depth + operators > MAX_EXPRESSION_DEPTH {
            return Some(format!(
                "is nested more than {MAX_EXPRESSION_DEPTH} levels deep"
            ));
        }
    }
    None
}

/// The number of loops inside each other.
fn nested_loops(expression: &IdedExpr) -> usize {
    match &expression.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => 0,
        Expr::Select(select) => nested_loops(&select.operand),
        Expr::Call(call) => deepest(call.target.iter().map(Box::as_ref).chain(&call.args)),
        Expr::Comprehension(comprehension) => {
            let repeated = [&comprehension.loop_cond, &comprehension.loop_step];
            let once = [
                &comprehension.iter_range,
                &comprehension.accu_init,
                &comprehension.result,
            ];
            (1 + deepest(repeated)).max(deepest(once))
        }
        Expr::List(list) => deepest(&list.elements),
        Expr::Map(map) => map
            .entries
            .iter()
            .map(|entry| entry_loops(&entry.expr))
            .max()
            .unwrap_or(0),
        Expr::Struct(fields) => fields
            .entries
            .iter()
            .map(|entry| entry_loops(&entry.expr))
            .max()
            .unwrap_or(0),
    }
}

fn deepest<'e>(parts: impl IntoIterator<Item = &'e IdedExpr>) -> usize {
    parts.into_iter().map(nested_loops).max().unwrap_or(0)
}

fn entry_loops(entry: &EntryExpr) -> usize {
    match entry {
        EntryExpr::StructField(field) => nested_loops(&field.value),
        EntryExpr::MapEntry(entry) => nested_loops(&entry.key).max(nested_loops(&entry.value)),
    }
}

/// The number of items of the longest list or map in a value.
fn longest(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        Value::Array(items) => items.iter().map(longest).fold(items.len(), usize::max),
        Value::Object(map) => map.values().map(longest).fold(map.len(), usize::max),
    }
}

/// The parser's first message without its list of expected tokens.
fn complaint(errors: &ParseErrors) -> String {
    let first = errors
        .errors
        .first()
        .map(|error| error.msg.trim_start_matches("Syntax error: "));
    first
        .and_then(|message| message.split(" expecting ").next())
        .map_or_else(String::new, |message| format!(": {message}"))
}

/// A type's name in messages.
fn type_word(value: &CelValue) -> String {
    match value {
        CelValue::Float(_) | CelValue::Int(_) | CelValue::UInt(_) => "number".to_owned(),
        CelValue::String(_) => "string".to_owned(),
        other => other.type_of().to_string(),
    }
}

fn from_json(value: &Value) -> CelValue {
    match value {
        Value::Null => CelValue::Null,
        Value::Bool(value) => CelValue::Bool(*value),
        Value::Number(number) => CelValue::Float(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => scalar(text),
        Value::Array(items) => CelValue::List(Arc::new(items.iter().map(from_json).collect())),
        Value::Object(entries) => {
            let map: HashMap<Key, CelValue> = entries
                .iter()
                .map(|(key, value)| (key.as_str().into(), from_json(value)))
                .collect();
            CelValue::Map(Map { map: Arc::new(map) })
        }
    }
}

/// A string with CloudFormation's conversions: `Timeout: "30"` is a number and `FifoQueue: "true"` is true, quoted or from a parameter.
fn scalar(text: &str) -> CelValue {
    let is_number = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    match (text, text.parse()) {
        ("true", _) => CelValue::Bool(true),
        ("false", _) => CelValue::Bool(false),
        (_, Ok(number)) if is_number => CelValue::Float(number),
        _ => CelValue::String(Arc::new(text.to_owned())),
    }
}

fn numbers_as_doubles(expression: &mut IdedExpr) {
    match &mut expression.expr {
        Expr::Literal(literal) => {
            if let LiteralValue::Int(number) = literal {
                *literal = LiteralValue::Double(CelDouble::from(*number.inner() as f64));
            }
        }
        Expr::Call(call) => {
            // A position in a list stays a whole number.
            let kept = usize::from(call.func_name == operators::INDEX);
            let changed = call.args.len().saturating_sub(kept);
            call.target
                .iter_mut()
                .for_each(|target| numbers_as_doubles(target));
            call.args
                .iter_mut()
                .take(changed)
                .for_each(numbers_as_doubles);
        }
        Expr::Comprehension(comprehension) => {
            numbers_as_doubles(&mut comprehension.iter_range);
            numbers_as_doubles(&mut comprehension.accu_init);
            numbers_as_doubles(&mut comprehension.loop_cond);
            numbers_as_doubles(&mut comprehension.loop_step);
            numbers_as_doubles(&mut comprehension.result);
        }
        Expr::List(list) => list.elements.iter_mut().for_each(numbers_as_doubles),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    numbers_as_doubles(&mut entry.value);
                }
            }
        }
        Expr::Select(select) => numbers_as_doubles(&mut select.operand),
        Expr::Unspecified | Expr::Ident(_) | Expr::Struct(_) => {}
    }
}

/// Collects the paths that begin with the variable `resource`.
fn add_properties(expression: &IdedExpr, properties: &mut PropertyPaths) {
    match &expression.expr {
        Expr::Ident(name) => properties.reads_all |= name == RESOURCE,
        Expr::Select(select) => match path_below_resource(&expression.expr) {
            Some(Below::Own(path)) => properties.paths.push(path),
            Some(Below::Other(path)) => properties.of_others.push(path),
            None => add_properties(&select.operand, properties),
        },
        Expr::Call(call) => {
            for part in call.target.iter().map(Box::as_ref).chain(&call.args) {
                add_properties(part, properties);
            }
        }
        Expr::Comprehension(comprehension) => {
            add_properties(&comprehension.iter_range, properties);
            add_properties(&comprehension.accu_init, properties);
            add_properties(&comprehension.loop_cond, properties);
            add_properties(&comprehension.loop_step, properties);
            add_properties(&comprehension.result, properties);
        }
        Expr::List(list) => {
            for element in &list.elements {
                add_properties(element, properties);
            }
        }
        Expr::Map(map) => {
            for entry in &map.entries {
                add_entry_properties(&entry.expr, properties);
            }
        }
        Expr::Struct(fields) => {
            for entry in &fields.entries {
                add_entry_properties(&entry.expr, properties);
            }
        }
        Expr::Unspecified | Expr::Literal(_) => {}
    }
}

fn add_entry_properties(entry: &EntryExpr, properties: &mut PropertyPaths) {
    match entry {
        EntryExpr::StructField(field) => add_properties(&field.value, properties),
        EntryExpr::MapEntry(entry) => {
            add_properties(&entry.key, properties);
            add_properties(&entry.value, properties);
        }
    }
}

/// The variable with the resource's properties.
const RESOURCE: &str = "resource";

/// A path of properties.
enum Below {
    /// Of the resource itself: `A.B` for `resource.A.B`.
    Own(String),
    /// Of its parent or of a linked resource: `A.B` for `parent.resource.A.B`.
    Other(String),
}

/// The properties that a selection reads; `None` for selections from other values.
fn path_below_resource(expression: &Expr) -> Option<Below> {
    let Expr::Select(select) = expression else {
        return None;
    };
    let field = &select.field;
    match &select.operand.expr {
        Expr::Ident(name) if name == RESOURCE => Some(Below::Own(field.clone())),
        Expr::Select(other) if other.field == RESOURCE => Some(Below::Other(field.clone())),
        operand => Some(match path_below_resource(operand)? {
            Below::Own(path) => Below::Own(format!("{path}.{field}")),
            Below::Other(path) => Below::Other(format!("{path}.{field}")),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Source;

    fn cel(text: &str) -> Cel {
        let place = Place::new(&Source::new("test", text), 0..text.len());
        Cel::parse(&Spanned {
            value: text.to_owned(),
            place,
        })
        .expect("an expression")
    }

    fn variables() -> Variables {
        Variables::new(
            &json!({ "resource": { "Timeout": 30, "Indexes": [{ "Name": "a" }, { "Name": "b" }] }, "invoked_by": ["AWS::SQS::Queue"] }),
        )
    }

    #[test]
    fn whole_numbers_and_fractions_mix() {
        assert_eq!(
            cel("0.9 * resource.Timeout * 1000").number(&variables()),
            Ok(27_000.0)
        );
        assert_eq!(
            cel("resource.Timeout >= 2 ? 1 : 0").number(&variables()),
            Ok(1.0)
        );
    }

    #[test]
    fn a_schedule_has_its_longest_gap() {
        let rule = Variables::new(&json!({ "resource": {
            "Every": "rate(5 minutes)", "Once": "at(2030-01-01T00:00:00)", "Never": "cron(0 0 30 2 ? *)", "Zone": "Europe/Berlin"
        } }));
        for (text, seconds) in [
            ("schedule_gap(resource.Every) + 900", 1_200.0),
            ("schedule_gap(resource.Every, resource.Zone)", 300.0),
            ("schedule_gap(resource.Once)", f64::INFINITY),
        ] {
            assert_eq!(cel(text).number(&rule), Ok(seconds), "{text}");
        }
        for (text, message) in [
            (
                "schedule_gap(resource.Never)",
                "`cron(0 0 30 2 ? *)` never starts: no year has such a day",
            ),
            (
                "schedule_gap(5)",
                "`schedule_gap` takes a schedule expression and a time zone, as strings",
            ),
        ] {
            let diagnostic = cel(text).number(&rule).expect_err(text);
            assert_eq!(
                (diagnostic.code, diagnostic.message.as_str()),
                (Code::BadSchedule, message)
            );
        }
    }

    #[test]
    fn quoted_numbers_and_booleans_are_converted() {
        let quoted = Variables::new(
            &json!({ "resource": { "Timeout": "30", "FifoQueue": "true", "Name": "a1" } }),
        );
        assert_eq!(cel("resource.Timeout * 1000").number(&quoted), Ok(30_000.0));
        assert_eq!(
            cel("resource.FifoQueue == true && resource.Name == 'a1'").holds(&quoted),
            Ok(true)
        );
    }

    #[test]
    fn a_missing_property_makes_a_condition_false_and_a_list_empty() {
        assert_eq!(
            cel("resource.Nothing.Here > 1").holds(&variables()),
            Ok(false)
        );
        assert_eq!(
            cel("resource.Nothing.map(x, x.Name)").items(&variables()),
            Ok(vec![])
        );
        assert!(cel("resource.Nothing * 2").number(&variables()).is_err());
    }

    #[test]
    fn an_expression_knows_the_properties_that_it_reads() {
        for (text, paths, reads_all) in [
            ("0.9 * resource.Timeout * 1000", vec!["Timeout"], false),
            (
                "has(resource.A.B) && resource.C == 1",
                vec!["A.B", "C"],
                false,
            ),
            ("resource.Indexes[1].Name == 'b'", vec!["Indexes"], false),
            ("resource.Indexes.map(x, x.Name)", vec!["Indexes"], false),
            (
                "resource.Pattern.source.all(x, x == 'a')",
                vec!["Pattern.source"],
                false,
            ),
            (
                "invoked_by.exists(kind, kind == 'resource.X')",
                vec![],
                false,
            ),
            ("resource['Timeout'] > 1", vec![], true),
            ("resource.exists(key, key == 'X')", vec![], true),
        ] {
            let cel = cel(text);
            assert_eq!(cel.properties().collect::<Vec<_>>(), paths, "{text}");
            assert_eq!(cel.property_paths().reads_all, reads_all, "{text}");
        }
    }

    fn text_item(text: &str) -> Item {
        Item {
            name: text.to_owned(),
            value: text.into(),
        }
    }

    #[test]
    fn properties_of_others_are_not_the_resources_own() {
        for (text, of_others) in [
            ("parent.resource.ProtocolType == 'HTTP'", "ProtocolType"),
            (
                "linked('invokes', 'X').exists(x, x.resource.A.B == 1)",
                "A.B",
            ),
        ] {
            let cel = cel(text);
            assert_eq!(cel.properties().count(), 0, "{text}");
            assert_eq!(cel.property_paths().of_others, [of_others], "{text}");
            assert!(!cel.property_paths().reads_all, "{text}");
        }
    }

    #[test]
    fn linked_resources_are_items_with_their_names() {
        let variables = Variables::new(&json!({ "linked": { "routes-to": { "LB": [
            { "id": "app/a/1", "logical_id": "Front" }, { "id": "app/b/2" },
        ] } } }));
        let names = |text: &str| {
            let items = cel(text).items(&variables)?;
            let names: Vec<String> = items.into_iter().map(|item| item.name).collect();
            Ok::<_, Diagnostic>(names)
        };
        assert_eq!(
            names("linked('routes-to', 'LB')"),
            Ok(vec!["Front".to_owned(), "app/b/2".to_owned()])
        );
        assert_eq!(names("linked('invokes', 'LB')"), Ok(vec![]));
        for (text, complaint) in [
            ("linked('routes', 'LB')", "`routes` is not a kind of link"),
            ("linked('routes-to')", "as strings"),
            ("linked('routes-to', 'LB').map(x, 5)", "lists a number"),
            (
                "linked('routes-to', 'LB').map(x, {'a': x})",
                "an object without",
            ),
        ] {
            let message = names(text).unwrap_err().message;
            assert!(message.contains(complaint), "{text}: {message}");
        }
    }

    #[test]
    fn lists_and_memberships_work() {
        assert_eq!(
            cel("resource.Indexes.map(x, x.Name)").items(&variables()),
            Ok(["a", "b"].map(text_item).to_vec())
        );
        assert_eq!(
            cel("invoked_by.exists(kind, kind in ['AWS::SQS::Queue'])").holds(&variables()),
            Ok(true)
        );
        assert_eq!(
            cel("resource.Indexes[1].Name == 'b'").holds(&variables()),
            Ok(true)
        );
    }
}
