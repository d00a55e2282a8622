//! Input files of all kinds: their encodings, files outside the project, and what is no file.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::folder;
use support::program::{Finished, Program};

const TEMPLATE: &str = "Resources:\n  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: é}}\n";
const PROJECT: &str = "[stack]\nname = \"shop\"\ntemplate = \"template.yaml\"\n";
const TERRAFORM: &str = r#"{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": [
{"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q", "values": {"name": "é"}}]}}}"#;
const STATE: &str = r#"{"version": 4, "terraform_version": "1.9.0", "resources": [
{"mode": "managed", "type": "aws_sqs_queue", "name": "q", "instances": [{"attributes": {"name": "é"}}]}]}"#;
const MANIFEST: &str = r#"{"version": "48.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
"properties": {"templateFile": "Shop.template.json"}}}}"#;
const NESTED: &str = "Resources:\n  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}\n";
const ALARMS: &str = "# é\n";

/// Files, and a command that reads all of them.
struct Input {
    files: &'static [(&'static str, &'static str)],
    command: &'static [&'static str],
}

const INPUTS: [Input; 7] = [
    Input {
        files: &[("template.yaml", TEMPLATE)],
        command: &["inventory", "--template", "template.yaml"],
    },
    Input {
        files: &[(
            "template.json",
            r#"{"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "é"}}}}"#,
        )],
        command: &["inventory", "--template", "template.json"],
    },
    Input {
        files: &[("plan.json", TERRAFORM)],
        command: &["inventory", "--terraform", "plan.json"],
    },
    Input {
        files: &[("terraform.tfstate", STATE)],
        command: &["inventory", "--terraform", "terraform.tfstate"],
    },
    Input {
        files: &[
            ("cdk.out/manifest.json", MANIFEST),
            (
                "cdk.out/Shop.template.json",
                r#"{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}"#,
            ),
        ],
        command: &["inventory", "--cdk", "cdk.out"],
    },
    Input {
        files: &[("template.yaml", NESTED), ("child.yaml", TEMPLATE)],
        command: &["inventory", "--template", "template.yaml"],
    },
    Input {
        files: &[
            ("tracewatch.toml", PROJECT),
            ("template.yaml", TEMPLATE),
            ("alarms/sqs.toml", ALARMS),
            ("dashboards/sqs.hbs", "[]"),
        ],
        command: &["inventory", "--sandbox"],
    },
];

impl Input {
    /// Writes the files into a new folder, changed by a function of their text.
    fn write(&self, name: &str, encode: fn(&str) -> Vec<u8>) -> PathBuf {
        let folder = new_folder(name);
        for (file, text) in self.files {
            write(&folder.join(file), encode(text));
        }
        folder
    }

    fn run(&self, folder: &Path) -> Finished {
        run(folder, self.command)
    }
}

fn new_folder(name: &str) -> PathBuf {
    let folder = folder().join(format!("files-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> Finished {
    Program::new(folder, arguments).run()
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

type Encode = fn(&str) -> Vec<u8>;

#[test]
fn files_in_utf_16_and_with_byte_order_marks_are_read() {
    let encodings: [(&str, Encode, bool); 4] = [
        ("bom", |text| format!("\u{feff}{text}").into(), false),
        (
            "little",
            |text| utf_16(&format!("\u{feff}{text}"), u16::to_le_bytes),
            true,
        ),
        (
            "big",
            |text| utf_16(&format!("\u{feff}{text}"), u16::to_be_bytes),
            true,
        ),
        ("unmarked", |text| utf_16(text, u16::to_le_bytes), true),
    ];
    for (number, input) in INPUTS.iter().enumerate() {
        let plain = input.write(&format!("{number}"), |text| text.into());
        let expected = input.run(&plain).exits(0);
        assert!(expected.stdout.contains("Queue") || expected.stdout.contains("aws_sqs_queue"));
        for (name, encode, noted) in encodings {
            let encoded = input.write(&format!("{number}-{name}"), encode);
            let found = input.run(&encoded).exits(0);
            assert_eq!(found.stdout, expected.stdout, "{name}: {:?}", input.files);
            let notes = found.stderr.matches("info[file-in-utf-16]").count();
            let expected_notes = if noted { input.files.len() } else { 0 };
            assert_eq!(notes, expected_notes, "{name}: {}", found.stderr);
            fs::remove_dir_all(encoded).unwrap();
        }
        fs::remove_dir_all(plain).unwrap();
    }
}

/// A word in each file that must not be shown.
const SECRETS: [(&str, &str); 4] = [
    (
        "passwd",
        "hunter2:x:0:0:hunter2:/root:/bin/bash\n- hunter2: [\n",
    ),
    (
        "keys.yaml",
        "hunter2: hunter2\nResources: {hunter2: {Type: hunter2}}\n",
    ),
    (
        "keys.json",
        "{\"hunter2\": \"hunter2\", \"artifacts\": {\"hunter2\": {\"type\": \"aws:cloudformation:stack\"}}}",
    ),
    ("keys.toml", "hunter2 = \"hunter2\"\nhunter2\n"),
];

/// A file of the project that names another, `SECRET`, and a command that reads both.
const NAMING: [(&str, &str, &[&str]); 4] = [
    (
        "template.yaml",
        "Resources:\n  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: SECRET}}\n",
        &["plan", "--template", "template.yaml", "--sandbox"],
    ),
    (
        "tracewatch.toml",
        "[stack]\nname = \"shop\"\ntemplate = \"SECRET\"\n",
        &["plan", "--sandbox"],
    ),
    (
        "tracewatch.toml",
        "[stack]\nname = \"shop\"\nterraform = \"SECRET\"\n",
        &["plan", "--sandbox"],
    ),
    (
        "cdk.out/manifest.json",
        r#"{"version": "48.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "SECRET"}},
"All": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "../template.yaml"}}}}"#,
        &["plan", "--cdk", "cdk.out", "--sandbox"],
    ),
];

/// A file that is read because of its name, and a command that reads it.
const NAMED: [(&str, &[&str]); 4] = [
    ("tracewatch.toml", &["plan", "--sandbox"]),
    ("alarms/x.toml", &["test", "--filter", "eventbus."]),
    ("dashboards/x.hbs", &["test", "--filter", "eventbus."]),
    (
        "cdk.out/manifest.json",
        &["plan", "--cdk", "cdk.out", "--sandbox"],
    ),
];

#[cfg(unix)]
#[test]
fn text_from_outside_the_project_is_not_shown() {
    let base = &new_folder("secrets");
    // The program runs hundreds of times: the secrets share the machine's cores.
    std::thread::scope(|scope| {
        for (name, text) in SECRETS {
            scope.spawn(move || {
                let secret = base.join(name);
                write(&secret, text);
                check_secret(&secret);
            });
        }
    });
    fs::remove_dir_all(base).unwrap();
}

/// Names a secret file in every way, and links to it.
#[cfg(unix)]
fn check_secret(secret: &Path) {
    use std::os::unix::fs::symlink;

    let name = secret.file_name().unwrap().to_string_lossy();
    for (file, naming, command) in NAMING {
        let project = new_folder(&format!("naming-{name}"));
        write(&project.join("template.yaml"), TEMPLATE);
        write(
            &project.join(file),
            naming.replace("SECRET", secret.to_str().unwrap()),
        );
        check_hidden(&project, command, "file-outside-project");
        write(&project.join(file), naming.replace("SECRET", "linked"));
        symlink(secret, project.join(file).with_file_name("linked")).unwrap();
        check_hidden(&project, command, "link-outside-project");
        fs::remove_dir_all(project).unwrap();
    }
    for (file, command) in NAMED {
        let project = new_folder(&format!("named-{name}"));
        fs::create_dir_all(project.join(file).parent().unwrap()).unwrap();
        symlink(secret, project.join(file)).unwrap();
        check_hidden(&project, command, "");
        fs::remove_dir_all(project).unwrap();
    }
}

/// Runs a command whose output must not hold the secret word, but this code.
fn check_hidden(folder: &Path, command: &[&str], code: &str) {
    for format in ["text", "github"] {
        let mut arguments = command.to_vec();
        arguments.extend(["--diagnostics-format", format]);
        let finished = run(folder, &arguments);
        for output in [&finished.stdout, &finished.stderr] {
            assert!(!output.contains("hunter2"), "{arguments:?}: {output}");
        }
        assert!(
            finished.stderr.contains(code),
            "{arguments:?}: {}",
            finished.stderr
        );
    }
}

#[cfg(unix)]
#[test]
fn links_inside_the_project_are_files_of_the_project() {
    use std::os::unix::fs::symlink;

    let project = new_folder("links");
    write(&project.join("shared/queue.yaml"), "Resources: {hunter2}\n");
    write(
        &project.join("template.yaml"),
        NAMING[0].1.replace("SECRET", "link/../link/queue.yaml"),
    );
    symlink("shared", project.join("link")).unwrap();
    let finished = run(&project, NAMING[0].2).exits(0);
    assert!(finished.stdout.contains("hunter2"), "{}", finished.stdout);
    assert!(
        !finished.stdout.contains("outside-project"),
        "{}",
        finished.stdout
    );
    fs::remove_dir_all(project).unwrap();
}

/// What is no file ends at once, in every place of an input.
#[cfg(unix)]
#[test]
fn folders_devices_and_pipes_are_refused() {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    let base = new_folder("devices");
    let pipe = base.join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    for target in [Path::new("/dev/zero"), Path::new("/dev/tty"), &pipe, &base] {
        for (number, input) in INPUTS.iter().enumerate() {
            for (file, _) in input.files {
                let folder = input.write(&format!("{number}-device"), |text| text.into());
                fs::remove_file(folder.join(file)).unwrap();
                symlink(target, folder.join(file)).unwrap();
                let finished = input.run(&folder);
                assert!(
                    finished.stderr.contains("it is a folder")
                        || finished.stderr.contains("it is a device or a pipe"),
                    "{file}: {}",
                    finished.stderr
                );
                fs::remove_dir_all(folder).unwrap();
            }
        }
    }
    fs::remove_dir_all(base).unwrap();
}

/// The output of a command, as a shell passes it: `--terraform <(terraform show -json)`.
#[cfg(unix)]
#[test]
fn the_output_of_a_command_is_read() {
    use std::process::Command;

    let folder = new_folder("output");
    write(&folder.join("template.yaml"), TEMPLATE);
    let script = format!(
        "exec {} inventory --template <(cat template.yaml)",
        env!("CARGO_BIN_EXE_tracewatch")
    );
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::remove_dir_all(folder).unwrap();
}
