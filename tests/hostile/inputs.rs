//! The table of hostile inputs: each has a small cause, and a great effect on a reader without limits.

/// Files, the command that reads them, and the code of the diagnostic.
pub(crate) struct Hostile {
    pub name: &'static str,
    pub files: Vec<(String, String)>,
    pub command: &'static [&'static str],
    pub code: &'static str,
}

const YAML: &[&str] = &["inventory", "--template", "t.yaml"];
const JSON: &[&str] = &["inventory", "--template", "t.json"];
const TERRAFORM: &[&str] = &["inventory", "--terraform", "p.json"];
const CDK: &[&str] = &["inventory", "--cdk", "cdk.out"];
const PROJECT: &[&str] = &["plan", "--sandbox"];
const TEST: &[&str] = &["test"];
const OWN_TEST: &[&str] = &["test", "--filter", "x.a:"];
const INIT: &[&str] = &["init"];

/// One file, and the command that reads it.
fn one(
    name: &'static str,
    file: &str,
    text: String,
    command: &'static [&'static str],
    code: &'static str,
) -> Hostile {
    Hostile {
        name,
        files: vec![(file.to_owned(), text)],
        command,
        code,
    }
}

fn template(name: &'static str, text: String, code: &'static str) -> Hostile {
    one(name, "t.yaml", text, YAML, code)
}

fn board(name: &'static str, text: String, code: &'static str) -> Hostile {
    one(name, "dashboards/lambda.hbs", text, TEST, code)
}

fn terraform(name: &'static str, module: &str, code: &'static str) -> Hostile {
    let text = format!(
        r#"{{"format_version": "1.0", "terraform_version": "1.9.0", "values": {{"root_module": {module}}}}}"#
    );
    one(name, "p.json", text, TERRAFORM, code)
}

/// Lines from a number each.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

pub(crate) fn hostile() -> Vec<Hostile> {
    let mut all = Vec::new();
    all.extend(deep());
    all.extend(large());
    all.extend(repeated());
    all.extend(multiplied());
    all.extend(boards());
    all.extend(expressions());
    all.extend(tests());
    all.extend(neighbours());
    all
}

/// Nesting that would overflow the stack of a recursive reader.
fn deep() -> Vec<Hostile> {
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let dotted = format!("{} = 1\n", vec!["a"; 100_000].join("."));
    vec![
        template(
            "yaml-flow",
            format!("Resources: {open}"),
            "template-too-deep",
        ),
        template(
            "yaml-block",
            format!("Resources:\n{}x\n", "- ".repeat(100_000)),
            "template-too-deep",
        ),
        one(
            "json",
            "t.json",
            format!("{open}{close}"),
            JSON,
            "template-too-deep",
        ),
        terraform("terraform", &format!("{open}{close}"), "terraform-too-deep"),
        one(
            "cdk",
            "cdk.out/manifest.json",
            open.clone(),
            CDK,
            "assembly-malformed",
        ),
        one(
            "toml",
            "tracewatch.toml",
            format!("a = {open}"),
            PROJECT,
            "toml-syntax",
        ),
        one(
            "toml-dotted",
            "tracewatch.toml",
            dotted.clone(),
            PROJECT,
            "toml-syntax",
        ),
        one(
            "alarms",
            "alarms/x.toml",
            format!("a = {open}"),
            TEST,
            "toml-syntax",
        ),
        one(
            "alarms-dotted",
            "alarms/x.toml",
            dotted,
            TEST,
            "toml-syntax",
        ),
        template(
            "chain-of-conditions",
            format!(
                "Conditions:\n{}Resources: {{Q: {{Type: AWS::SQS::Queue, Condition: C0}}}}\n",
                lines(5000, |n| format!(
                    "  C{n}: !Not [{{Condition: C{}}}]\n",
                    n + 1
                ))
            ),
            "template-too-deep",
        ),
    ]
}

/// Values up to the size of a file.
fn large() -> Vec<Hostile> {
    let list = format!("[{}1]", "1,".repeat(8_000_000));
    vec![
        one(
            "more-than-a-file",
            "t.json",
            " ".repeat(33 * 1024 * 1024),
            JSON,
            "template-unreadable",
        ),
        one(
            "json-values",
            "t.json",
            format!(r#"{{"Resources": {{"Q": {list}}}}}"#),
            JSON,
            "template-too-large",
        ),
        terraform(
            "terraform-values",
            &format!(r#"{{"x": {list}}}"#),
            "terraform-too-large",
        ),
        one(
            "toml-values",
            "tracewatch.toml",
            format!("x = {list}\n"),
            PROJECT,
            "toml-syntax",
        ),
        one(
            "manifest-values",
            "cdk.out/manifest.json",
            format!("{{\"x\": {list}}}"),
            CDK,
            "assembly-malformed",
        ),
        template(
            "resources",
            format!(
                "Resources:\n{}",
                lines(50_000, |n| format!("  Q{n}: {{Type: AWS::SQS::Queue}}\n"))
            ),
            "template-too-large",
        ),
        template(
            "anchors",
            format!("Resources:\n{}", lines(600_000, |n| format!("- &a{n} x\n"))),
            "template-section-form",
        ),
    ]
}

/// One mistake many times.
fn repeated() -> Vec<Hostile> {
    let queue = "  Q: {Type: AWS::SQS::Queue}\n";
    let references = lines(15_000, |n| {
        format!("  Q{n}: {{Type: AWS::SQS::Queue, Properties: {{QueueName: !Ref R{n}}}}}\n")
    });
    vec![
        template(
            "keys",
            format!("Resources:\n{}", queue.repeat(100_000)),
            "template-duplicate-key",
        ),
        template(
            "references",
            format!("Resources:\n{references}"),
            "diagnostics-left-out",
        ),
        one(
            "toml-keys",
            "tracewatch.toml",
            "x = 1\n".repeat(100_000),
            PROJECT,
            "toml-syntax",
        ),
    ]
}

/// A template with nested stacks of one file.
fn stacks(count: usize, file: &str) -> String {
    let stack = |n| {
        format!(
            "  A{n}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {file}}}}}\n"
        )
    };
    format!("Resources:\n{}", lines(count, stack))
}

/// Nested stacks of this depth, each with `width` stacks.
fn levels(depth: usize, width: usize) -> Vec<(String, String)> {
    let level = |n| {
        let next = format!("n{}.yaml", n + 1);
        (format!("n{n}.yaml"), stacks(width, &next))
    };
    let mut files: Vec<_> = (0..depth).map(level).collect();
    files.push((format!("n{depth}.yaml"), "Resources: {}\n".to_owned()));
    files.push(("t.yaml".to_owned(), stacks(width, "n0.yaml")));
    files
}

/// Small files that expand.
fn multiplied() -> Vec<Hostile> {
    let bomb = lines(12, |n| {
        format!(
            "a{}: &a{} [{}]\n",
            n + 1,
            n + 1,
            vec![format!("*a{n}"); 9].join(",")
        )
    });
    let items = lines(500, |n| format!("a{n},"));
    let wide = vec![
        ("t.yaml".to_owned(), stacks(500, "n.json")),
        (
            "n.json".to_owned(),
            format!(
                r#"{{"Resources": {{}}, "Metadata": "{}"}}"#,
                "x".repeat(200_000)
            ),
        ),
    ];
    let assembly = r#"{"version": "48.0.0", "artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}}}"#;
    vec![
        template(
            "aliases",
            format!("a0: &a0 [x]\n{bomb}Resources: {{Q: *a12}}\n"),
            "template-too-large",
        ),
        template(
            "loops",
            format!(
                "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::A:\n  - X\n  - [{items}]\n  - Fn::ForEach::B:\n    - Y\n    - [{items}]\n    - Fn::ForEach::C: [Z, [{items}], {{'Q${{X}}${{Y}}${{Z}}': {{Type: AWS::SQS::Queue}}}}]\n"
            ),
            "template-loop",
        ),
        Hostile {
            name: "nested-twice",
            files: levels(7, 2),
            command: YAML,
            code: "template-too-large",
        },
        Hostile {
            name: "nested-ten-times",
            files: levels(6, 10),
            command: YAML,
            code: "template-too-large",
        },
        Hostile {
            name: "nested-wide",
            files: wide,
            command: YAML,
            code: "template-too-large",
        },
        template(
            "nested-in-itself",
            stacks(1, "t.yaml"),
            "nested-stack-cycle",
        ),
        one(
            "assembly-in-itself",
            "cdk.out/manifest.json",
            assembly.to_owned(),
            CDK,
            "assembly-malformed",
        ),
    ]
}

fn boards() -> Vec<Hostile> {
    let blocks = |count: usize| format!("{}{}", "{{#if x}}".repeat(count), "{{/if}}".repeat(count));
    vec![
        board("blocks", blocks(20_000), "board-syntax"),
        board("fewer-blocks", blocks(400), "board-syntax"),
        board(
            "partials",
            "{{#*inline \"a\"}}{{> a}}{{/inline}}{{> a}}".to_owned(),
            "board-syntax",
        ),
        board(
            "calls",
            format!("{{{{a {}{}}}}}", "(a ".repeat(2000), ")".repeat(2000)),
            "board-syntax",
        ),
        board("braces", "{".repeat(1_000_000), "board-syntax"),
    ]
}

const QUEUES: &str = "Resources: {Q: {Type: AWS::SQS::Queue}}\n";

/// A definition file for queues, with a line among those of its alarm and lines after it.
fn definition(of_alarm: &str, after: &str) -> String {
    let defaults = [
        ("value", "value = \"age\"\n"),
        ("summary", "summary = \"old\"\n"),
    ];
    let defaults: String = defaults
        .iter()
        .filter(|(key, _)| !of_alarm.starts_with(key))
        .map(|(_, line)| *line)
        .collect();
    format!(
        "resource = \"AWS::SQS::Queue\"\ntitle = \"Q\"\n[dimensions]\nQueueName = \"{{{{id}}}}\"\n\
         [metrics]\nage = {{ name = \"AWS/SQS ApproximateAgeOfOldestMessage\", stat = \"Maximum\" }}\n\
         [[alarm]]\nname = \"a\"\nseverity = \"warning\"\nwhen = \"> 1\"\nperiod = \"5m\"\ndatapoints = \"1 of 1\"\n{defaults}{of_alarm}\n{after}"
    )
}

/// A project with one queue, or with this template, and a definition file.
fn defined(name: &'static str, template: &str, definition: String, code: &'static str) -> Hostile {
    let project = "[stack]\nname = \"shop\"\ntemplate = \"t.yaml\"\n";
    Hostile {
        name,
        files: vec![
            ("tracewatch.toml".to_owned(), project.to_owned()),
            ("t.yaml".to_owned(), template.to_owned()),
            ("alarms/x.toml".to_owned(), definition),
        ],
        command: PROJECT,
        code,
    }
}

fn expression(name: &'static str, line: &str, code: &'static str) -> Hostile {
    defined(name, QUEUES, definition(line, ""), code)
}

/// A project file with a group of traces.
fn filter(name: &'static str, filter: &str) -> Hostile {
    let project = format!(
        "[stack]\nname = \"shop\"\ntemplate = \"t.yaml\"\n[[tracing.group]]\nname = \"g\"\nfilter = '{filter}'\n"
    );
    Hostile {
        name,
        files: vec![
            ("tracewatch.toml".to_owned(), project),
            ("t.yaml".to_owned(), QUEUES.to_owned()),
        ],
        command: PROJECT,
        code: "bad-filter",
    }
}

fn expressions() -> Vec<Hostile> {
    let mut all = cel();
    all.extend(many_alarms());
    all.extend(other_languages());
    all
}

/// A text within this many pairs.
fn nested(open: &str, inner: &str, close: &str, count: usize) -> String {
    format!("{}{inner}{}", open.repeat(count), close.repeat(count))
}

/// CEL expressions: nested, long, and with much to do.
fn cel() -> Vec<Hostile> {
    let list = format!("[{}1]", "1,".repeat(150));
    let loops = format!("{list}.all(a, {list}.all(b, {list}.all(c, true)))");
    vec![
        expression(
            "cel-long",
            &format!("if = \"{}\"", nested("(", "true", ")", 500_000)),
            "cel-syntax",
        ),
        expression(
            "cel-brackets",
            &format!("if = \"{}\"", nested("(", "true", ")", 450)),
            "cel-syntax",
        ),
        expression(
            "cel-lists",
            &format!("if = \"{}\"", nested("[", "1", "]", 450)),
            "cel-syntax",
        ),
        expression(
            "cel-not",
            &format!("if = \"{}true\"", "!".repeat(900)),
            "cel-syntax",
        ),
        expression(
            "cel-choices",
            &format!("if = \"{}1\"", "true?1:".repeat(140)),
            "cel-value",
        ),
        expression(
            "cel-sum",
            &format!("if = \"{}1\"", "1+".repeat(450)),
            "cel-syntax",
        ),
        expression(
            "cel-shorter-sum",
            &format!("if = \"{}1\"", "1+".repeat(200)),
            "cel-value",
        ),
        expression(
            "cel-members",
            &format!("if = \"resource{}\"", ".a".repeat(450)),
            "cel-syntax",
        ),
        expression("cel-loops", &format!("if = \"{loops}\""), "cel-value"),
    ]
}

/// Definitions that repeat an alarm for many items and many resources.
fn many_alarms() -> Vec<Hostile> {
    let indexes = lines(200_000, |n| format!("{{IndexName: i{n}}},"));
    let table = format!(
        "Resources: {{T: {{Type: AWS::DynamoDB::Table, Properties: {{GlobalSecondaryIndexes: [{indexes}]}}}}}}\n"
    );
    let queues = format!(
        "Resources:\n{}",
        lines(5000, |n| format!("  Q{n}: {{Type: AWS::SQS::Queue}}\n"))
    );
    let items: Vec<String> = (0..150).map(|n| format!("'{n}'")).collect();
    vec![
        defined(
            "cel-long-list",
            &table,
            definition(
                "if = \"resource.GlobalSecondaryIndexes.map(i, i.IndexName).size()\"",
                "",
            )
            .replace("AWS::SQS::Queue", "AWS::DynamoDB::Table"),
            "too-many-alarms",
        ),
        defined(
            "items-of-many-resources",
            &queues,
            definition(&format!("each = \"[{}]\"", items.join(",")), ""),
            "too-many-alarms",
        ),
    ]
}

/// Texts, metric math, X-Ray filters and rules of composite alarms: nested and long.
fn other_languages() -> Vec<Hostile> {
    let composite = |rule: &str| {
        format!(
            "[[composite]]\nname = \"c\"\nsummary = \"c\"\nseverity = \"warning\"\nrule = '{rule}'\n"
        )
    };
    vec![
        expression(
            "text-blocks",
            &format!(
                "summary = \"{}\"",
                nested("{{#if a}}", "", "{{/if}}", 20_000)
            ),
            "text-syntax",
        ),
        expression(
            "math-long",
            &format!("value = \"{}\"", nested("(", "age", ")", 500_000)),
            "bad-expression",
        ),
        expression(
            "math-brackets",
            &format!("value = \"{}\"", nested("(", "age", ")", 450)),
            "bad-expression",
        ),
        expression(
            "math-signs",
            &format!("value = \"{}age\"", "-".repeat(900)),
            "bad-expression",
        ),
        expression(
            "math-powers",
            &format!("value = \"{}age\"", "age^".repeat(240)),
            "bad-expression",
        ),
        filter("filter-long", &nested("(", "fault", ")", 500_000)),
        filter("filter-brackets", &nested("(", "fault", ")", 200)),
        filter("filter-not", &format!("{}fault", "!".repeat(100_000))),
        defined(
            "rule-long",
            QUEUES,
            definition("", &composite(&nested("(", "a", ")", 500_000))),
            "bad-rule",
        ),
        defined(
            "rule-not",
            QUEUES,
            definition("", &composite(&format!("{}a", "NOT ".repeat(100_000)))),
            "bad-rule",
        ),
    ]
}

/// Tests of definitions: short texts for long series.
fn tests() -> Vec<Hostile> {
    let test = |number: usize, input: &str, expect: &str| {
        format!("[[alarm.test]]\nname = \"t{number}\"\ninput = {input}\nexpect = {expect}\n")
    };
    let long = |number| test(number, "{ age = \"0x10000\" }", "{ \"5m\" = \"OK\" }");
    let silent = test(0, "{}", "{ \"999999h\" = \"INSUFFICIENT_DATA\" }");
    vec![
        one(
            "tests-with-long-series",
            "alarms/x.toml",
            definition("", &lines(20_000, long)),
            OWN_TEST,
            "test-cannot-run",
        ),
        one(
            "test-of-a-century",
            "alarms/x.toml",
            definition("", &silent),
            OWN_TEST,
            "test-cannot-run",
        ),
        defined(
            "plan-of-long-series",
            QUEUES,
            definition("", &lines(20_000, long)),
            "nobody-is-told",
        ),
    ]
}

/// Files beside the one that a command names.
fn neighbours() -> Vec<Hostile> {
    let open = "[".repeat(100_000);
    let list = format!("[{}1]", "1,".repeat(8_000_000));
    let init = |name, file: &str, text| {
        let mut one = one(name, file, text, INIT, "toml-syntax");
        one.files
            .push(("template.yaml".to_owned(), QUEUES.to_owned()));
        one
    };
    let cdk = |name, text| one(name, "cdk.json", text, INIT, "assembly-malformed");
    let nested = lines(400, |n| {
        format!(
            "  A{n}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: !Sub \"https://s3/{n}.json\"}}}}\n"
        )
    });
    let of_manifest = |name, text: String| {
        let mut one = template(name, format!("Resources:\n{nested}"), "nested-stack");
        one.files.push(("a.assets.json".to_owned(), text));
        one
    };
    let files = lines(60_000, |n| {
        format!(
            r#""f{n}": {{"source": {{"path": "f{n}"}}, "destinations": {{"d": {{"objectKey": "k{n}"}}}}}},"#
        )
    });
    vec![
        init("samconfig-deep", "samconfig.toml", format!("a = {open}")),
        init(
            "samconfig-values",
            "samconfig.toml",
            format!("x = {list}\n"),
        ),
        init(
            "samconfig-keys",
            "samconfig.toml",
            "x = 1\n".repeat(100_000),
        ),
        cdk("cdk-json-deep", format!("{{\"output\": {open}")),
        cdk(
            "cdk-json-values",
            format!("{{\"context\": {list}, \"output\": 1}}"),
        ),
        of_manifest("asset-manifest-deep", format!("{{\"files\": {open}")),
        of_manifest("asset-manifest-values", format!("{{\"files\": {list}}}")),
        of_manifest(
            "asset-manifest-files",
            format!("{{\"files\": {{{files} \"x\": {{\"source\": {{}}}}}}}}"),
        ),
    ]
}
