//! Configurations that are read, and what is said of those that cannot be.

use super::*;
use crate::model::FailOn;

fn read(text: &str) -> Result<Config, String> {
    Config::parse(Path::new("proj/.baseleak.toml"), text).map_err(|error| error.to_string())
}

#[test]
fn every_key() {
    let text = "[scan]\ninclude = ['*.py']\nexclude = ['dist/**']\nignored = true\ndecode = false\nmax-file-size = '10MiB'\nunpack = false\nocr = true\nocr-budget = '5m'\n\
                [rules]\nfiles = ['a.toml', '/b.toml']\ndisable = ['x']\n\
                [output]\nformat = 'json'\ncolor = 'never'\n\
                [suppress]\ninline = false\nrequire-reason = true\nbaseline = 'b.txt'\nignore-file = '/i'\n\
                [gate]\nfail-on = 'high'\nmax-findings = 3\n\
                [[allow]]\nkey = 'b10_abcd1234'\npath = 'tests/**'\nrule = 'r'\n\
                fingerprint = '0123456789ABCDEF0123456789ABCDEF'\nreason = ' why '\nexpires = 2026-12-31\nowner = 'ann'\n\
                [[allow]]\nkey = 'sha256:0123456789ab'\nexpires = '2027-02-28'\n";
    let expect = Config {
        scan: ScanConfig {
            include: vec!["*.py".to_owned()],
            exclude: vec!["dist/**".to_owned()],
            ignored: Some(true),
            decode: Some(false),
            max_file_size: Some(10 << 20),
            unpack: Some(false),
            ocr: Some(true),
            ocr_budget: Some(Duration::from_secs(300)),
        },
        rules: RulesConfig {
            files: vec!["proj/a.toml".into(), "/b.toml".into()],
            disable: vec!["x".to_owned()],
        },
        output: OutputConfig { format: Some(ReportFormat::Json), color: Some(ColorWhen::Never) },
        suppress: SuppressConfig {
            inline: Some(false),
            require_reason: Some(true),
            baseline: Some("proj/b.txt".into()),
            ignore_file: Some("/i".into()),
        },
        gate: GateConfig { fail_on: Some(FailOn::High), max_findings: Some(3) },
        allow: vec![
            AllowConfig {
                line: 24,
                key: Some("b10_abcd1234".to_owned()),
                path: Some("tests/**".to_owned()),
                rule: Some("r".to_owned()),
                fingerprint: Some("0123456789abcdef".repeat(2)),
                reason: Some("why".to_owned()),
                expires: Some("2026-12-31".to_owned()),
                owner: Some("ann".to_owned()),
            },
            AllowConfig {
                line: 32,
                key: Some("sha256:0123456789ab".to_owned()),
                expires: Some("2027-02-28".to_owned()),
                ..AllowConfig::default()
            },
        ],
    };
    assert_eq!(read(text), Ok(expect));
    assert_eq!(read(""), Ok(Config::default()));
    assert_eq!(read("scan.max-file-size = 4_096").map(|c| c.scan.max_file_size), Ok(Some(4096)));
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let check = |text: &str, expect: &str| {
        assert_eq!(read(text), Err(format!("proj/.baseleak.toml:{expect}")), "{text:?}");
    };
    check("[scna]", "1: unknown key \"scna\" (did you mean \"scan\"?)");
    check("[scan]\n\nexlude = []", "3: unknown key \"scan.exlude\" (did you mean \"exclude\"?)");
    check("[scan]\nfrobnicate = 1", "2: unknown key \"scan.frobnicate\"");
    check(
        "[scan]\nmax_file_size = 1",
        "2: unknown key \"scan.max_file_size\" (did you mean \"max-file-size\"?)",
    );
    check("scan = 3", "1: scan must be a table, not an integer");
    check("[scan]\ninclude = 'x'", "2: scan.include must be a list of strings, not a string");
    check("[scan]\ninclude = ['x', 1]", "2: scan.include must be a list of strings, but it holds an integer");
    check("[scan]\nignored = 'yes'", "2: scan.ignored must be true or false, not a string");
    check("[scan]\nocr-budget = 60", "2: scan.ocr-budget must be a time such as \"60s\", not an integer");
    check(
        "[scan]\nocr-budget = '60'",
        "2: scan.ocr-budget is not a time: a time is a whole number with a unit: s, m or h, as in \"60s\"",
    );
    check("[scan]\ntesseract = 'x'", "2: unknown key \"scan.tesseract\"");
    check("[scan]\nmax-file-size = -1", "2: scan.max-file-size must be a whole number from 0");
    check(
        "[scan]\nmax-file-size = '10 miles'",
        "2: scan.max-file-size is not a size: a size is a whole number of bytes with an optional unit: \
         B, kB, MB, GB, KiB, MiB or GiB, as in \"10MiB\"",
    );
    check(
        "[output]\nformat = 'jsno'",
        "2: output.format must be \"human\", \"json\", \"jsonl\", \"sarif\", \"github\", \"gitlab\", \
         \"gitlab-codequality\", \"junit\", \"csv\", \"html\", not \"jsno\" (did you mean \"json\"?)",
    );
}

#[test]
fn text_that_is_not_toml_has_its_line_and_column() {
    let error = read("[scan]\nignored = = 1").expect_err("not TOML");
    assert!(error.starts_with("proj/.baseleak.toml:2: is not TOML at column 11: "), "{error}");
    assert!(!error.contains('\n'), "{error}");
}

#[test]
fn what_is_wrong_with_what_is_settled() {
    let check = |text: &str, expect: &str| {
        assert_eq!(read(text), Err(format!("proj/.baseleak.toml:{expect}")), "{text:?}");
    };
    check("[supress]", "1: unknown key \"supress\" (did you mean \"suppress\"?)");
    check(
        "[suppress]\nrequire_reason = true",
        "2: unknown key \"suppress.require_reason\" (did you mean \"require-reason\"?)",
    );
    check("[suppress]\nbaseline = ''", "2: suppress.baseline must not be empty");
    check(
        "[gate]\nfail-on = 'hihg'",
        "2: gate.fail-on must be \"any\", \"high\", \"active\", \"new\", not \"hihg\" (did you mean \"high\"?)",
    );
    check("[gate]\nmax = 3", "2: unknown key \"gate.max\"");
    check("[gate]\nmax-findings = -1", "2: gate.max-findings must be a whole number from 0");
    check("allow = 3", "1: allow must be a table or a list of tables, not an integer");
    check(
        "[[allow]]\npath = 'a'\n[[allow]]\nreason = 'x'",
        "3: allow must name what it allows: a key, a path, a rule or a fingerprint",
    );
    check(
        "[[allow]]\npath = 'a'\nexpire = 2026-12-31",
        "3: unknown key \"allow.expire\" (did you mean \"expires\"?)",
    );
    for day in ["2026-02-30", "'2026-13-01'", "'2026-W05-1'", "'soon'", "2026-12-31T00:00:00", "'20261231'"] {
        let text = format!("[[allow]]\npath = 'a'\nexpires = {day}");
        let error = read(&text).expect_err("it is no day");
        let told = [" is not TOML at column ", "allow.expires must be a day such as 2026-12-31"];
        assert!(
            error.starts_with("proj/.baseleak.toml:3:") && told.iter().any(|it| error.contains(it)),
            "{error}"
        );
    }
    check(
        "[[allow]]\npath = 'a'\nexpires = 3",
        "3: allow.expires must be a day such as 2026-12-31, not an integer",
    );
    check(
        "[[allow]]\nfingerprint = 'abc'",
        "2: allow.fingerprint must be 32 hexadecimal digits, as reports write it",
    );
    check(
        "[[allow]]\nkey = 'sha256:12'",
        "2: allow.key must have 12 to 64 hexadecimal digits behind sha256:",
    );
    check("[[allow]]\nreason = ' '\nkey = 'x'", "2: allow.reason must not be empty");
}

/// What may be a key is not repeated.
#[test]
fn a_whole_key_is_refused() {
    let secret = "Zq9".repeat(11);
    for key in
        [format!("b10_abcd1234.{secret}"), format!("whsec_{secret}"), secret.clone(), "abcd1234.Zq9".into()]
    {
        let error = read(&format!("[[allow]]\n\nkey = '{key}'")).expect_err("it is a key");
        assert!(error.contains(":3: allow.key must be the public name of a key"), "{error}");
        assert!(!error.contains("Zq9"), "{error}");
    }
}
