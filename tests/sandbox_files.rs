//! The file of a sandbox: which files are accounts, who may write them, and what a write leaves alone. On the real program.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

mod support;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::program::{Finished, Program};
use support::server::{Server, signal};

const TEMPLATE: &str = "\
Resources:
  Orders: { Type: AWS::Lambda::Function, Properties: { FunctionName: shop-orders } }
";

/// A new folder with a template.
fn folder(name: &str) -> PathBuf {
    let folder = support::folder().join("sandbox-files").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("template.yaml"), TEMPLATE).unwrap();
    folder
}

fn program(folder: &Path, command: &str, stack: &str, file: &str) -> Program {
    let sandbox = format!("--sandbox={file}");
    let mut arguments = vec![
        command,
        "--template",
        "template.yaml",
        "--stack",
        stack,
        &sandbox,
    ];
    if matches!(command, "apply" | "destroy") {
        arguments.push("--yes");
    }
    Program::new(folder, &arguments)
}

fn run(folder: &Path, command: &str, file: &str) -> Finished {
    program(folder, command, "shop", file).run()
}

fn account(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_that_is_no_account_is_refused_and_left_alone() {
    const FOREIGN: &str = "no `\"format\": \"tracewatch-sandbox\"`";
    let files = [
        (r#"{"name": "shop", "version": "1.0.0"}"#, FOREIGN),
        (r#"{"regions": {}}"#, FOREIGN),
        (r#"{"format": 1, "version": 1}"#, FOREIGN),
        ("[]", FOREIGN),
        ("7", FOREIGN),
        ("Resources: {}", "it is not JSON"),
        (
            r#"{"format": "tracewatch-sandbox"}"#,
            "has version null of the format",
        ),
        (
            r#"{"format": "tracewatch-sandbox", "version": 2, "later": 1}"#,
            "has version 2 of the format",
        ),
        (
            r#"{"format": "tracewatch-sandbox", "version": 1, "region": {}}"#,
            "unknown field `region`",
        ),
        (
            r#"{"format": "tracewatch-sandbox", "version": 1, "regions": {"us-east-1": {"alarm": {}}}}"#,
            "unknown field `alarm`",
        ),
        (
            r#"{"format": "tracewatch-sandbox", "version": 1, "regions": {"us-east-1": {"topics": {"a": {"tag": {}}}}}}"#,
            "unknown field `tag`",
        ),
    ];
    let folder = folder("refused");
    for (text, expected) in files {
        fs::write(folder.join("a.json"), text).unwrap();
        for command in ["plan", "drift", "apply", "destroy"] {
            let finished = run(&folder, command, "a.json").exits(1);
            assert!(
                finished.stderr.contains("error[sandbox-file]: ")
                    && finished.stderr.contains(expected),
                "{command} {text}: {}",
                finished.stderr
            );
        }
        let served = ["sandbox", "--port", "0", "--file", "a.json"];
        let finished = Program::new(&folder, &served).run().exits(1);
        assert!(finished.stderr.contains(expected), "{}", finished.stderr);
        assert_eq!(fs::read_to_string(folder.join("a.json")).unwrap(), text);
    }
    assert_eq!(names(&folder), ["a.json", "template.yaml"]);
}

#[test]
fn a_path_that_can_hold_no_account_is_refused_before_the_run() {
    let folder = folder("paths");
    let paths = [
        ("none/a.json", "the folder does not exist"),
        ("template.yaml/a.json", "the folder does not exist"),
        (".", "not a regular file"),
        ("/dev/null", "not a regular file"),
        ("/dev/zero", "not a regular file"),
    ];
    for (path, expected) in paths {
        for command in ["plan", "apply"] {
            let finished = run(&folder, command, path).exits(1);
            assert!(
                finished.stderr.contains(expected),
                "{command} {path}: {}",
                finished.stderr
            );
            assert_eq!(finished.stdout, "", "{command} {path}");
        }
    }
}

#[test]
fn an_absent_or_empty_file_is_a_new_account() {
    let folder = folder("new");
    fs::write(folder.join("empty.json"), "\n").unwrap();
    run(&folder, "plan", "absent.json").exits(0);
    assert_eq!(
        names(&folder),
        ["empty.json", "template.yaml"],
        "a plan writes nothing"
    );
    for file in ["absent.json", "empty.json"] {
        run(&folder, "apply", file).exits(0);
        let account = account(&folder.join(file));
        assert_eq!(account["format"], "tracewatch-sandbox");
        assert_eq!(account["version"], 1);
    }
    assert_eq!(mode(&folder.join("absent.json")), 0o600);
    assert_eq!(
        names(&folder),
        ["absent.json", "empty.json", "template.yaml"]
    );
}

#[test]
fn a_run_that_saves_nothing_leaves_no_new_file() {
    let folder = folder("unsaved");
    let server = Server::sandbox(&["--file", folder.join("a.json").to_str().unwrap()]);
    server.stop();
    assert_eq!(names(&folder), ["template.yaml"]);
}

#[test]
fn saving_keeps_symlinks_and_modes() {
    let folder = folder("kept");
    fs::create_dir(folder.join("real")).unwrap();
    fs::write(folder.join("real/a.json"), "").unwrap();
    fs::set_permissions(
        folder.join("real/a.json"),
        fs::Permissions::from_mode(0o640),
    )
    .unwrap();
    symlink("real/a.json", folder.join("link.json")).unwrap();
    symlink("real/later.json", folder.join("dangling.json")).unwrap();
    for (link, file) in [
        ("link.json", "real/a.json"),
        ("dangling.json", "real/later.json"),
    ] {
        run(&folder, "apply", link).exits(0);
        assert!(folder.join(link).is_symlink());
        assert_eq!(account(&folder.join(file))["version"], 1, "{link}");
    }
    assert_eq!(mode(&folder.join("real/a.json")), 0o640);
    assert_eq!(mode(&folder.join("real/later.json")), 0o600);
    assert_eq!(names(&folder.join("real")), ["a.json", "later.json"]);
}

#[test]
fn a_second_writer_is_refused_and_readers_are_not() {
    let folder = folder("locked");
    run(&folder, "apply", "a.json").exits(0);
    let server = Server::sandbox(&["--file", folder.join("a.json").to_str().unwrap()]);
    for command in ["apply", "destroy"] {
        let finished = run(&folder, command, "a.json").exits(1);
        assert!(
            finished.stderr.contains("error[sandbox-in-use]"),
            "{}",
            finished.stderr
        );
    }
    run(&folder, "plan", "a.json").exits(0);
    // The lock survives a save, which replaces the file.
    run(&folder, "destroy", &server.endpoint).exits(0);
    std::thread::sleep(Duration::from_millis(800));
    run(&folder, "apply", "a.json").exits(1);
    server.stop();
    run(&folder, "apply", "a.json").exits(0);
}

#[test]
fn of_two_runs_at_once_none_loses_the_changes_of_the_other() {
    let folder = folder("races");
    for _ in 0..4 {
        let _ = fs::remove_file(folder.join("a.json"));
        let runs = ["shop", "other"]
            .map(|stack| (stack, program(&folder, "apply", stack, "a.json").start()));
        let mut done = 0;
        for (stack, run) in runs {
            let finished = run.wait();
            if finished.code == Some(0) {
                done += 1;
                let saved = fs::read_to_string(folder.join("a.json")).unwrap();
                assert!(
                    saved.contains(&format!("\"tracewatch:stack\": \"{stack}\"")),
                    "{stack}"
                );
            } else {
                assert!(
                    finished.stderr.contains("sandbox-in-use"),
                    "{}",
                    finished.stderr
                );
            }
        }
        assert!(done > 0, "one of two runs gets the file");
    }
}

/// The program under a limit of the size of files, in blocks of 512 bytes: writing fails as on a full disk.
fn limited(folder: &Path, arguments: &str) -> Command {
    let binary = env!("CARGO_BIN_EXE_tracewatch");
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!(
            "trap '' XFSZ; ulimit -f 4; exec {binary} {arguments}"
        ))
        .current_dir(folder)
        .env_clear();
    command
}

#[test]
fn a_full_disk_is_an_error_and_leaves_the_saved_account() {
    let folder = folder("full");
    let apply = "apply --template template.yaml --stack shop --yes --sandbox=a.json";
    let empty = r#"{"format": "tracewatch-sandbox", "version": 1}"#;
    fs::write(folder.join("a.json"), empty).unwrap();
    let output = limited(&folder, apply).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("cannot save the sandbox account `"),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(folder.join("a.json")).unwrap(), empty);
    assert_eq!(names(&folder), ["a.json", "template.yaml"]);
    // An account that the disk has no room for is refused before the run.
    run(&folder, "apply", "a.json").exits(0);
    let output = limited(&folder, apply).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("cannot open the sandbox account `a.json`: File too large"),
        "{stderr}"
    );
    assert_eq!(output.stdout, b"");
}

#[test]
fn a_served_account_ends_when_it_cannot_be_saved() {
    let folder = folder("full-served");
    let mut server = limited(&folder, "sandbox --port 0 --file a.json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(server.stdout.as_mut().unwrap()),
        &mut line,
    )
    .unwrap();
    let endpoint = line.split_whitespace().last().unwrap().to_owned();
    program(&folder, "apply", "shop", &endpoint).run();
    let asked = Instant::now();
    while server.try_wait().unwrap().is_none() {
        assert!(
            asked.elapsed() < Duration::from_secs(10),
            "the server goes on"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    let ended = server.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("cannot save the sandbox account"));
    assert_eq!(names(&folder), ["template.yaml"]);
}

#[test]
fn a_file_that_another_program_changed_is_not_overwritten() {
    let folder = folder("changed");
    let file = folder.join("a.json");
    run(&folder, "apply", "a.json").exits(0);
    let server = Server::sandbox(&["--file", file.to_str().unwrap()]);
    let by_hand = fs::read_to_string(&file).unwrap() + "\n";
    fs::write(&file, &by_hand).unwrap();
    run(&folder, "destroy", &server.endpoint);
    server.stop();
    assert_eq!(fs::read_to_string(&file).unwrap(), by_hand);
}

#[test]
fn a_killed_run_leaves_an_account_and_no_other_file() {
    let folder = folder("killed");
    let file = folder.join("a.json");
    run(&folder, "apply", "a.json").exits(0);
    for wait in [300, 310, 320, 330, 340] {
        let mut started = program(&folder, "destroy", "shop", "a.json").start();
        std::thread::sleep(Duration::from_millis(wait));
        if started.is_running() {
            signal("KILL", started.id());
        }
        started.wait();
        assert_eq!(account(&file)["version"], 1);
        assert_eq!(names(&folder), ["a.json", "template.yaml"]);
        run(&folder, "apply", "a.json").exits(0);
    }
    // A draft that a killed process left is removed by the next run.
    fs::File::create(folder.join(".a.json.draft"))
        .unwrap()
        .write_all(b"{")
        .unwrap();
    run(&folder, "apply", "a.json").exits(0);
    assert_eq!(names(&folder), ["a.json", "template.yaml"]);
}
