use super::*;

/// The event of the user guide's examples of JSON patterns.
const TRAIL: &str = r#"{"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","arrayKey":["value","another value"],"objectList":[{"name":"a","id":1},{"name":"b","id":2}],"SomeObject":null,"cluster.name":"c"}"#;

/// The object of its examples of compound expressions.
const USERS: &str = r#"{"user":{"id":1,"email":"John.Stiles@example.com"},"users":[{"id":2,"email":"John.Doe@example.com"},{"id":3,"email":"Jane.Doe@example.com"}],"actions":["GET","PUT","DELETE"],"coordinates":[[0,1,2],[4,5,6],[7,8,9]]}"#;

const ACCESS: &str =
    r#"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;

fn verdict(pattern: &str, message: &str) -> Verdict {
    match parse(pattern) {
        Ok(parsed) => parsed.matches(message),
        Err(errors) => panic!("{pattern}: {errors:?}"),
    }
}

/// A pattern, the events that it matches, and those that it does not.
type Examples<'e> = [(&'e str, &'e [&'e str], &'e [&'e str])];

fn check(examples: &Examples<'_>) {
    for (pattern, matching, others) in examples {
        for message in *matching {
            assert_eq!(
                verdict(pattern, message),
                Some(true),
                "{pattern}: {message}"
            );
        }
        for message in *others {
            assert_eq!(
                verdict(pattern, message),
                Some(false),
                "{pattern}: {message}"
            );
        }
    }
}

#[test]
fn terms_of_the_user_guide() {
    let bad = "[ERROR 400] BAD REQUEST";
    let unauthorized = "[ERROR 401] UNAUTHORIZED REQUEST";
    let missing = "[ERROR 419] MISSING ARGUMENTS";
    let invalid = "[ERROR 420] INVALID ARGUMENTS";
    let all = [bad, unauthorized, missing, invalid];
    check(&[
        ("ERROR", &all, &["error"]),
        ("ERROR ARGUMENTS", &[missing, invalid], &[bad, unauthorized]),
        ("?ERROR ?ARGUMENTS", &all, &["[INFO] fine"]),
        (
            "?ERROR ?ARGUMENTS REQUEST",
            &["[INFO] REQUEST FAILED", "[WARN] UNAUTHORIZED REQUEST", bad],
            &[missing],
        ),
        (
            "\"INTERNAL SERVER ERROR\"",
            &["[ERROR 500] INTERNAL SERVER ERROR"],
            &["[ERROR 500] INTERNAL ERROR"],
        ),
        (
            "ERROR -ARGUMENTS",
            &[bad, unauthorized],
            &[missing, invalid],
        ),
        ("\" \"", &["anything", ""], &[]),
        ("", &["anything", ""], &[]),
        // TestMetricFilter's reference.
        (
            "\"[ERROR]\" Exception",
            &["02 May 2014 00:34:16,142 [ERROR] Unhanded exception: InvalidQueryException"],
            &["02 May 2014 00:34:16,224 [ERROR] Terminating the application"],
        ),
    ]);
}

#[test]
fn regular_expressions_of_the_user_guide() {
    check(&[
        (
            "%AUTHORIZED%",
            &[
                "[ERROR 401] UNAUTHORIZED REQUEST",
                "[SUCCESS 200] AUTHORIZED REQUEST",
            ],
            &["[SUCCESS 200]"],
        ),
        ("%^[hc]at%", &["hat", "cat food"], &["a hat"]),
        ("%[hc]at$%", &["a hat"], &["hats"]),
        ("%colou?r%", &["color", "colour"], &["colouur"]),
        ("%[abcx-z]%", &["a", "c", "y"], &["d"]),
        ("%^a{3,5}$%", &["aaa", "aaaaa"], &["aa", "aaaaaa"]),
        ("%^a{3,}$%", &["aaa", "aaaaaa"], &["aa"]),
        ("%^a{,2}$%", &["", "aa"], &["aaa"]),
        (
            "%^starting|^initializing|^shutting down%",
            &["starting ...", "initializing ...", "shutting down"],
            &["skipping initializing ..."],
        ),
        ("%abcc|ab[^c]$%", &["abcc ...", "aba"], &["aac ..."]),
        (r"%\[.\]%", &["[a]", "[@]", "[]]", "[ ]"], &["a"]),
        (r"%10\.10\.0\.1%", &["10.10.0.1"], &["10010,051"]),
        ("%10.10.0.1%", &["10010,051"], &["1010"]),
        ("%^ab*c$%", &["ac", "abc", "abbbc"], &["abb"]),
        ("%ab[0-9]*$%", &["ab", "ab0", "ab129"], &["abx"]),
        ("%ab+c%", &["abc", "abbbc"], &["ac"]),
        ("%.at%", &["hat", "4at", "#at", " at"], &["at"]),
        (r"%^\d\D$%", &["1x"], &["11", "xx"]),
        (r"%\s\S%", &["a b", "a\tb"], &["ab"]),
        (r"%^[\w]+$%", &["a_1"], &["a-1"]),
        (r"%^[\W]$%", &["-", "é"], &["a", "_"]),
        (r"%\x3A\x28%", &[":("], &["("]),
        ("%[a-]%", &["-", "a"], &["b"]),
    ]);
}

#[test]
fn json_patterns_of_the_user_guide() {
    check(&[
        (
            r#"{ $.eventType = "UpdateTrail" }"#,
            &[TRAIL],
            &[USERS, "not JSON", "[]"],
        ),
        ("{ $.sourceIPAddress != 123.123.* }", &[TRAIL], &[]),
        ("{ $.sourceIPAddress != 111.111.* }", &[], &[TRAIL]),
        (r#"{ $.arrayKey[0] = "value" }"#, &[TRAIL], &[]),
        (r#"{ $.arrayKey[1] = "value" }"#, &[], &[TRAIL]),
        ("{ $.eventType = %Trail% }", &[TRAIL], &[]),
        ("{ $.arrayKey[*] = %val.{2}% }", &[TRAIL], &[]),
        (r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }", &[TRAIL], &[]),
        (r#"{ $.['cluster.name'] = "c" }"#, &[TRAIL], &[]),
        ("{ $.SomeObject IS NULL }", &[TRAIL], &[USERS]),
        (
            "{ $.SomeOtherObject NOT EXISTS }",
            &[TRAIL],
            &[r#"{"SomeOtherObject":1}"#],
        ),
        (
            "{ $.flag IS TRUE }",
            &[r#"{"flag":true}"#],
            &[r#"{"flag":"true"}"#],
        ),
        (r#"{ $.objectList = "a" }"#, &[], &[TRAIL]),
        (
            "{ $.bandwidth > 75 }",
            &[r#"{"bandwidth":75.5}"#],
            &[r#"{"bandwidth":75}"#],
        ),
        (
            "{ $.number[0] = 1e+3 }",
            &[r#"{"number":[1000]}"#],
            &[r#"{"number":[999]}"#],
        ),
        (
            "{ $.errorCode = 4* }",
            &[r#"{"errorCode":404}"#],
            &[r#"{"errorCode":500}"#],
        ),
        (
            r#"{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }"#,
            &[USERS],
            &[],
        ),
        (
            r#"{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }"#,
            &[USERS],
            &[],
        ),
        (
            r#"{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }"#,
            &[],
            &[USERS],
        ),
        (
            r#"{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }"#,
            &[],
            &[USERS],
        ),
    ]);
}

#[test]
fn space_delimited_patterns_of_the_user_guide() {
    let info = "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200";
    let part = "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310";
    let warning = "WARNING 09/25/2014 12:00:02 Invalid user request";
    let error = "ERROR 09/25/2014 12:00:02 Failed to process request";
    check(&[
        (
            r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
            &[ACCESS],
            &[info],
        ),
        (
            "[..., request =*.html*, status_code = 4*, bytes]",
            &[ACCESS],
            &[],
        ),
        (
            "[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]",
            &[ACCESS],
            &[],
        ),
        ("[ip, ..., bytes > 1500]", &[ACCESS], &[info]),
        ("[ip, user, ...]", &[ACCESS], &["one"]),
        ("[w1=ERROR, w2]", &[error], &[info, "ERROR"]),
        ("[w1=ERROR || w1=WARNING, w2]", &[error, warning], &[info]),
        ("[w1!=ERROR && w1!=WARNING, w2]", &[info], &[error, warning]),
        (
            "[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]",
            &[info],
            &[part],
        ),
        (
            "[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]",
            &[part],
            &[info],
        ),
    ]);
}

#[test]
fn what_the_user_guide_leaves_open_has_no_verdict() {
    for (pattern, message) in [
        (r#"{ $.level != "INFO" }"#, "{}"),
        (r#"{ $.list[*] != "a" }"#, r#"{"list":["a","b"]}"#),
        (r#"{ $.code = "400" }"#, r#"{"code":400}"#),
        ("{ $.code = 400 }", r#"{"code":"400"}"#),
        ("{ $.flag = true }", r#"{"flag":true}"#),
        ("[first, last = x]", "a x y"),
        ("[..., middle, ...]", "a b c"),
    ] {
        assert_eq!(verdict(pattern, message), None, "{pattern}: {message}");
    }
    // What is open does not matter beside a condition that decides.
    let pattern = r#"{ $.flag = true && $.level = "ERROR" }"#;
    assert_eq!(
        verdict(pattern, r#"{"flag":true,"level":"INFO"}"#),
        Some(false)
    );
}

#[test]
fn the_value_of_a_metric_is_a_part_of_the_event() {
    for (pattern, value, is_valid) in [
        ("{ $.latency > 0 }", "$.latency", true),
        ("{ $.latency > 0 }", "$.['a.b'][0]", true),
        ("{ $.latency > 0 }", "$latency", false),
        ("[ip, ..., bytes]", "$bytes", true),
        ("[ip, ..., bytes]", "$3", true),
        ("[ip, ..., bytes]", "$size", false),
        ("ERROR", "$.latency", false),
    ] {
        let parsed = parse(pattern).unwrap();
        assert_eq!(
            parsed.check_value(value).is_ok(),
            is_valid,
            "{pattern} {value}"
        );
    }
}

#[test]
fn refused_patterns_have_errors_with_their_place() {
    let patterns = [
        "two-words",
        "ERR*",
        "\"never closed",
        "ERROR - INFO",
        "%never closed",
        "%something!%",
        "%(a|b)%",
        "%café%",
        "%[abc%",
        "%a{x}%",
        "%*a%",
        r"%\p%",
        r"%\xG1%",
        "%%",
        "{ level = \"ERROR\" }",
        "{ $.level == \"ERROR\" }",
        "{ $.level = }",
        "{ $.level }",
        "{ $.level = \"ERROR\"",
        "{ $.level = \"ERROR\" } more",
        "{ $.level EXISTS }",
        "{ $.level IS NOT NULL }",
        "{ $.level > \"ERROR\" }",
        "{ $.level = two-words }",
        "{ $.a[x] = 1 }",
        "{ $.*[*] = 1 }",
        "{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }",
        "{ $.a = %x% || $.a = %y% || $.a = %z% }",
        "{ ($.a = 1 }",
        "[a, b",
        "[a = ]",
        "[a, ?]",
        "[a = 1 || ]",
        "?ERROR REQUEST",
    ];
    let lines: Vec<String> = patterns
        .into_iter()
        .flat_map(|pattern| {
            let (_, errors) = parse_with_notes(pattern);
            assert!(!errors.is_empty(), "{pattern}");
            errors
                .into_iter()
                .map(move |error| format!("{pattern}  {}", error.line(pattern)))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_pattern_has_at_most_1024_characters() {
    assert!(parse(&"é".repeat(1024)).is_ok());
    assert!(parse(&"é".repeat(1025)).is_err());
}
