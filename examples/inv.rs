use std::collections::BTreeMap;
use tracewatch::diagnostic::Colour;
use tracewatch::inventory::*;
use tracewatch::stack::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let start = std::time::Instant::now();
    let source = match load(std::path::Path::new(&args[1])) {
        Ok(source) => source,
        Err(fault) => {
            eprintln!("{}", fault.render(Colour::Never));
            std::process::exit(1)
        }
    };
    let mut types: Types = BTreeMap::new();
    if std::env::var("NOTYPES").is_err() {
        let mut add = |kind: &str,
                       name: &str,
                       physical: &[&str],
                       attributes: &[(&str, &str)],
                       log: Option<&str>,
                       links: &[(LinkKind, Option<&str>, Option<&str>)]| {
            types.insert(
                kind.into(),
                TypeFacts {
                    name_property: (!name.is_empty()).then(|| name.into()),
                    physical_id: physical.iter().map(|s| s.to_string()).collect(),
                    attributes: attributes.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect(),
                    log_group: log.map(Into::into),
                    links: links
                        .iter()
                        .map(|(k, f, t)| LinkFact { kind: *k, from: f.map(Into::into), to: t.map(Into::into) })
                        .collect(),
                },
            );
        };
        use LinkKind::*;
        add(
            "AWS::Lambda::Function",
            "FunctionName",
            &[],
            &[("Arn", "arn:{partition}:lambda:{region}:{account}:function:{id}")],
            Some("/aws/lambda/{id}"),
            &[(DeadLetter, None, Some("DeadLetterConfig.TargetArn"))],
        );
        add("AWS::Lambda::Permission", "", &[], &[], None, &[(Invokes, Some("SourceArn"), Some("FunctionName"))]);
        add("AWS::Lambda::EventSourceMapping", "", &[], &[], None, &[(Invokes, Some("EventSourceArn"), Some("FunctionName"))]);
        add("AWS::Lambda::Alias", "", &[], &[], None, &[(PartOf, None, Some("FunctionName"))]);
        add(
            "AWS::Events::Rule",
            "Name",
            &["{EventBusName}|{id}", "{id}"],
            &[("Arn", "arn:{partition}:events:{region}:{account}:rule/{id}")],
            None,
            &[
                (Invokes, None, Some("Targets.Arn")),
                (DeadLetter, None, Some("Targets.DeadLetterConfig.Arn")),
                (PartOf, None, Some("EventBusName")),
            ],
        );
        add(
            "AWS::Events::EventBus",
            "Name",
            &[],
            &[("Arn", "arn:{partition}:events:{region}:{account}:event-bus/{id}")],
            None,
            &[],
        );
        add(
            "AWS::SQS::Queue",
            "QueueName",
            &["https://sqs.{region}.amazonaws.com/{account}/{id}"],
            &[("Arn", "arn:{partition}:sqs:{region}:{account}:{id}"), ("QueueName", "{id}")],
            None,
            &[(DeadLetter, None, Some("RedrivePolicy.deadLetterTargetArn"))],
        );
        add("AWS::SNS::Topic", "TopicName", &["arn:{partition}:sns:{region}:{account}:{id}"], &[], None, &[]);
        add(
            "AWS::DynamoDB::Table",
            "TableName",
            &[],
            &[("Arn", "arn:{partition}:dynamodb:{region}:{account}:table/{id}")],
            None,
            &[],
        );
        add("AWS::Logs::LogGroup", "LogGroupName", &[], &[], None, &[]);
        add("AWS::ApiGateway::Stage", "StageName", &[], &[], None, &[(PartOf, None, Some("RestApiId"))]);
        add("AWS::ApiGateway::RestApi", "", &[], &[], None, &[]);
    }
    let parameters: BTreeMap<String, String> =
        args[2..].iter().filter_map(|arg| arg.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect();
    let identity = Identity { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
    let ctx = ReadContext {
        stack: "demo",
        types: &types,
        parameters: &parameters,
        identity: std::env::var("IDENTITY").is_ok().then_some(&identity),
        deployed: None,
        unknown_names: UnknownNames::LeaveUnknown,
    };
    let found = read_template(&source, &ctx);
    let took = start.elapsed();
    for diagnostic in &found.diagnostics {
        eprintln!("{}\n", diagnostic.render(Colour::Never));
    }
    let long = std::env::var("LONG").is_ok();
    let resources: Vec<_> = found
        .value
        .resources
        .values()
        .map(|r| {
            let mut v = serde_json::json!({"logical_id": r.id.logical_id, "type": r.kind});
            if long {
                v["title"] = r.title.clone().into();
                v["physical_id"] = serde_json::json!(r.physical_id);
                v["source"] = serde_json::json!(r.name_source);
                v["properties"] = r.properties.clone().into();
                v["unresolved"] = serde_json::json!(r.unresolved);
                v["references"] = serde_json::json!(r.references);
                v["conditional"] = r.conditional.into();
            }
            v
        })
        .collect();
    let links: Vec<_> =
        found.value.links.iter().map(|l| format!("{} {:?} {}", l.from.logical_id, l.kind, l.to.logical_id)).collect();
    if std::env::var("QUIET").is_err() {
        println!("{}", serde_json::to_string_pretty(&serde_json::json!({"resources": resources, "links": if long { serde_json::json!(links) } else { serde_json::Value::Null }})).unwrap());
    }
    if std::env::var("TIME").is_ok() {
        eprintln!(
            "took {took:?} {} resources {}",
            found.value.resources.len(),
            std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmHWM")).collect::<String>()
        );
    }
    if found.diagnostics.iter().any(|d| d.is_error()) {
        std::process::exit(1)
    }
}
