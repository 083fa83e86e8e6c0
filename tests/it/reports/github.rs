//! GitHub Actions: commands on standard output, and the summary in the file of the step.

use std::fs;

use crate::sandbox::{Sandbox, assert_hidden};

#[test]
fn the_summary_is_appended() {
    let sandbox = Sandbox::new();
    let key = sandbox.write_key("a,b.env");
    sandbox.write("summary.md", "of another step\n");
    let path = sandbox.path("summary.md");
    let variables = [("GITHUB_STEP_SUMMARY", path.to_str().expect("the path is UTF-8"))];
    let expect = "::error file=a%2Cb.env,line=1,endLine=1,col=7,endColumn=51,title=";
    for _ in 0..2 {
        let args = ["scan", "a,b.env", "--format", "github"];
        sandbox.run_with(&variables, args).exits(1).prints(&[expect, "1 finding of 1 distinct key\n"]);
    }
    let summary = fs::read_to_string(&path).expect("the summary is there");
    assert!(summary.starts_with("of another step\n### baseleak: 1 finding of 1 distinct key\n"));
    assert_eq!(summary.matches("### baseleak").count(), 2);
    assert!(summary.contains(&format!("baseleak revoke --prefix {}\n", &key[..12])));
    assert_hidden(&key, &summary);
    // Without this format nothing is added, and what is full takes no more.
    sandbox.run_with(&variables, ["scan", "a,b.env"]).exits(1);
    assert_eq!(fs::read_to_string(&path).expect("the summary is there"), summary);
    fs::write(&path, vec![b'x'; 1 << 20]).expect("the file can be written");
    sandbox.run_with(&variables, ["scan", "a,b.env", "--format", "github"]).exits(1);
    assert_eq!(fs::metadata(&path).expect("the summary is there").len(), 1 << 20);
}

#[test]
fn a_summary_that_cannot_be_written_is_a_warning() {
    let sandbox = Sandbox::new();
    sandbox.write("one.txt", "nothing\n");
    let folder = sandbox.path("");
    let variables = [("GITHUB_STEP_SUMMARY", folder.to_str().expect("the path is UTF-8"))];
    let run = sandbox.run_with(&variables, ["scan", "one.txt", "--format", "github"]).exits(0);
    run.says(&["warning: the summary of the job cannot be written"]);
    let run = sandbox.run_with(&[("GITHUB_STEP_SUMMARY", "")], ["scan", "one.txt", "--format", "github"]);
    assert!(run.exits(0).stderr.is_empty());
}

/// A file of a repository is called as a command is, and holds one of the old form.
#[cfg(unix)]
#[test]
fn no_name_and_no_line_is_a_command() {
    let sandbox = Sandbox::new();
    sandbox.write_key("::add-mask::a");
    sandbox.write("b", format!("##[add-mask] {}\n", crate::sandbox::key(3)));
    for format in ["human", "github"] {
        let args = ["scan", "::add-mask::a", "b", "--format", format];
        let run = sandbox.run_with(&[("GITHUB_ACTIONS", "true")], args).exits(1);
        assert!(!run.stdout.contains("##["), "{}", run.stdout);
        assert!(
            !run.stdout.lines().any(|line| line.trim_start().starts_with("::add-mask")),
            "{}",
            run.stdout
        );
    }
    // Elsewhere nobody reads commands, and the text is as it is.
    let run = sandbox.run(["scan", "::add-mask::a", "b"]).exits(1);
    run.prints(&["::add-mask::a:1:7: high", "##[add-mask] b10_"]);
}

/// The agent of Azure Pipelines reads commands in both streams, anywhere in a line.
#[cfg(unix)]
#[test]
fn nothing_is_a_command_of_azure() {
    let sandbox = Sandbox::new();
    let name = "##vso[task.setvariable variable=a]b ##[x]";
    let key = sandbox.write_key(name);
    sandbox.write("c", format!("##vso[a] {key}\n"));
    let azure = [("TF_BUILD", "True")];
    for format in ["human", "json", "jsonl", "sarif", "junit", "csv", "html", "gitlab", "github"] {
        let run = sandbox.run_with(&azure, ["scan", ".", "--format", format]).exits(1);
        assert!(!run.stdout.contains("##vso[") && !run.stdout.contains("##["), "{}", run.stdout);
        if format == "json" {
            assert!(run.json()["findings"].to_string().contains(name), "{}", run.stdout);
        }
    }
    for args in [&["scan", "none ##vso[a]"][..], &["scan", "--##vso[a]"], &["##vso[a]"]] {
        let run = sandbox.run_with(&azure, args).exits(2);
        assert!(!run.stderr.contains("##vso[") && !run.stdout.contains("##vso["), "{run:#?}");
        assert!(format!("{}{}", run.stdout, run.stderr).contains("##vso"), "{run:#?}");
    }
}
