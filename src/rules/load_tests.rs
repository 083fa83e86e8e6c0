//! Rule files, good and bad, through the whole of loading.

use super::*;
use crate::model::Confidence;
use crate::rules::{Condition, Context, Neighbours, RegexTarget, Shape};
use std::fmt::Write as _;
use std::fs;

fn load(text: &str) -> Result<Loaded, String> {
    RuleSet::parse(Path::new("rules/x.toml"), text).map_err(|error| error.to_string())
}

fn good(text: &str) -> Loaded {
    load(text).unwrap_or_else(|error| unreachable!("{error}"))
}

fn ids(rules: &RuleSet) -> Vec<&str> {
    rules.rules.iter().map(|rule| &*rule.id).collect()
}

/// Writes files into a folder of their own.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }
    folder
}

#[test]
fn the_built_in_rules_load_without_a_word() {
    let loaded = RuleSet::parse(Path::new(builtin::NAME), builtin::BUILTIN).expect("they are sound");
    assert_eq!(loaded.warnings, Vec::<String>::new());
    assert_eq!(loaded.disabled, Vec::<String>::new());
    assert!(!RuleSet::builtin().rules.is_empty());
}

#[test]
fn a_rule_with_every_key_of_gitleaks() {
    let loaded = good(
        r#"
        title = "mine"
        MINVERSION = "v8.25.0"
        [[rules]]
        ID = "full"
        Description = "d"
        regex = '''key-(?P<secret>[\w-]+)'''
        SecretGroup = 1
        entropy = 3
        keywords = ["KEY-"]
        path = '''\.env$'''
        tags = "a,b"
        [[rules.allowlists]]
        condition = "AND"
        regexTarget = "line"
        regexes = ["a", "b"]
        paths = ["c"]
        commits = [" ABC "]
        stopwords = ["Dummy"]
        [[rules]]
        id = "old"
        path = "id_rsa"
        entropy = "2.5"
        [rules.allowlist]
        stopwords = ["x"]
        [allowlist]
        paths = ["vendor"]
        [[rules]]
        id = "plain"
        regex = "z"
        "#,
    );
    assert_eq!(loaded.warnings, Vec::<String>::new());
    let [full, old, plain] = &loaded.rules.rules[..] else { unreachable!("three rules") };
    assert_eq!((full.secret_group, full.entropy), (1, Some(3.0)));
    assert_eq!(
        (&full.keywords[..], &full.tags[..]),
        (&["key-".to_owned()][..], &["a".into(), "b".into()][..])
    );
    assert!(full.path.as_ref().is_some_and(|path| path.is_match(b"a/.env")));
    let list = &full.allowlists[0];
    assert_eq!((list.condition, list.regex_target), (Condition::And, RegexTarget::Line));
    assert_eq!(
        (&list.commits[..], &list.stopwords[..]),
        (&["abc".to_owned()][..], &["dummy".to_owned()][..])
    );
    assert_eq!(list.regexes.as_ref().map(|set| set.len()), Some(2));
    assert!(!full.traits.placeholders, "a rule of gitleaks' keeps placeholders");
    assert_eq!((old.entropy, old.regex.is_none(), old.allowlists.len()), (Some(2.5), true, 2));
    assert_eq!(plain.allowlists.len(), 1, "the file's global allowlist holds for each of its rules");
    assert!(loaded.rules.allowlists.is_empty());
}

#[test]
fn files_from_windows() {
    let loaded = good("\u{feff}[[rules]]\r\nid = 'a'\r\nregex = 'x'\r\nregx = 1\r\n");
    assert_eq!(ids(&loaded.rules), ["a"]);
    assert!(loaded.warnings[0].starts_with("rules/x.toml:4: "), "{:?}", loaded.warnings);
}

#[test]
fn our_own_table() {
    let loaded = good(
        r#"
        [[rules]]
        id = "a"
        regex = "x"
        keywords = ["KeY"]
        [rules.baseleak]
        confidence = "low"
        context = "required"
        rivals = ["Ultravox"]
        min_randomness = 4
        key_prefix = ""
        shape = "8.32"
        exact_keywords = true
        neighbours = "identifier"
        under = "secrets"
        placeholders = false
        positive = ["a[.]b"]
        negative = ["c"]
        [[rules.baseleak.known]]
        name = "a place"
        path = "x$"
        line = '^\s*key'
        [[rules]]
        id = "b"
        regex = "x"
        [rules.baseleak]
        "#,
    );
    let traits = &loaded.rules.rules[0].traits;
    assert_eq!((traits.confidence, traits.context), (Confidence::Low, Context::Required));
    assert_eq!((&traits.rivals[..], traits.min_randomness), (&["ultravox".to_owned()][..], Some(4.0)));
    assert_eq!((traits.key_prefix.as_deref(), traits.shape), (Some(""), Some(Shape::Dotted8x32)));
    assert_eq!((traits.exact_keywords, traits.neighbours), (true, Neighbours::Identifier));
    assert_eq!((traits.under.as_deref(), traits.placeholders), (Some("secrets"), false));
    assert_eq!((&*traits.known[0].name, traits.positive[0].as_str()), ("a place", "a[.]b"));
    assert_eq!(loaded.rules.rules[0].keywords, ["KeY"], "exact keywords keep their case");
    assert!(loaded.rules.rules[1].traits.placeholders, "a rule of ours drops placeholders");
}

/// Every construct that gitleaks' own rule file uses, in rules of our own.
#[test]
fn the_constructs_of_gitleaks_own_rules() {
    let loaded = good(
        r#"
        [[rules]]
        id = "assignment"
        regex = '''(?i)[\w.-]{0,50}?(?:acme)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([a-z0-9=_\-]{8,})(?:[\x60'"\s;]|\\[nr]|$)'''
        [[rules]]
        id = "boundary"
        regex = '''\b(ak-(?-i:[A-Z]{4})[[:alnum:]_]{4})\B?(?:\z|\S|[^\r\n])'''
        [[rules]]
        id = "named"
        regex = '''\bx(?:(?P<alg>aaa)|(?P<kid>bbb))\/(?i:cc)\+\#\-\{\}{}'''
        [[rules]]
        id = "lines"
        regex = '''(?i)-----BEGIN[ A-Z0-9_-]{0,100}KEY-----[\s\S-]{64,}?-----(?s:.{0,20})\d+'''
        [[rules.allowlists]]
        regexes = ['''^\$(?:\d+|{\d+})$''', '''^\${(?:[A-Z_]+)}$''', '''^\{\{[ \t]*[\w ().|]+[ \t]*}}$''', '''^/Users/(?i)[a-z]+/[\w .-/]+$''', '''\*\[\(\)\%\$''']
        "#,
    );
    let check = |id: &str, text: &str, secret: &str| {
        let rule = loaded.rules.rules.iter().find(|rule| &*rule.id == id).expect("the rule is above");
        let regex = rule.regex.as_ref().expect("it has one");
        let found = regex.captures(text.as_bytes()).expect(text);
        let group = found.iter().skip(1).flatten().next().or(found.get(0)).expect("a match has group 0");
        assert_eq!(group.as_bytes(), secret.as_bytes(), "{id}");
    };
    check("assignment", "my_ACME_key := \"abcd-1234\"", "abcd-1234");
    check("boundary", "ak-ABCDx_19 ", "ak-ABCDx_19");
    check("named", "xbbb/CC+#-{}{}", "bbb");
    let list = loaded.rules.rules[3].allowlists[0].regexes.as_ref().expect("it has five");
    for text in ["$1", "${1}", "${HOME}", "{{ a.b }}", "/Users/Me/a b", "*[()%$"] {
        assert!(list.is_match(text.as_bytes()), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_file_line_and_rule() {
    let check = |text: &str, expect: &str| {
        assert_eq!(load(text).map(|_| ()), Err(format!("rules/x.toml:{expect}")), "{text:?}");
    };
    let rule = "[[rules]]\nid = 'a'\nregex = '(x)'\n";
    check("[[rules]]\nregex = 'x'", "1: a rule has no id");
    check("\n[[rules]]\nid = ' '\nregex = 'x'", "3: a rule has no id");
    check(
        "[[rules]]\nid = 'a'",
        "1: rule \"a\": it has neither a regex nor a path, and could never find anything",
    );
    check(
        "[[rules]]\nid = 'a'\nregex = '''a(?=b)'''",
        "3: rule \"a\": regex does not compile: a look-ahead `(?=`, which Go does not have, at offset 1",
    );
    check(
        "[[rules]]\nid = 'a'\nregex = '\\p{Klingon}'",
        "3: rule \"a\": regex does not compile: Unicode property not found",
    );
    check(
        &format!("{rule}secretGroup = 2"),
        "4: rule \"a\": secretGroup is 2, but the highest group of the regex is 1",
    );
    check(&format!("{rule}secretGroup = -1"), "4: rule \"a\": secretGroup must be a whole number from 0");
    check(&format!("{rule}entropy = nan"), "4: rule \"a\": entropy must be a finite decimal number");
    check(
        &format!("{rule}keywords = [1]"),
        "4: rule \"a\": keywords must be a list of strings, but it holds an integer",
    );
    check(&format!("{rule}\n{rule}"), "5: rule \"a\": the id is already used on line 1");
    check(
        &format!("{rule}[[rules.allowlists]]\ndescription = 'x'"),
        "4: rule \"a\": an allowlist must hold commits, paths, regexes or stopwords",
    );
    check(
        &format!("{rule}[[rules.allowlists]]\ncondition = 'XOR'\nstopwords = ['x']"),
        "5: rule \"a\": condition must be \"OR\" or \"AND\", not \"XOR\"",
    );
    check(
        &format!("{rule}[[rules.allowlists]]\nregexTarget = 'lines'\nstopwords = ['x']"),
        "5: rule \"a\": regexTarget must be \"secret\", \"match\" or \"line\", not \"lines\" (did you mean \"line\"?)",
    );
    check(
        "[allowlist]\npaths = [\n'a',\n'(?<!b)',\n]",
        "4: paths does not compile: a negative look-behind `(?<!`, which Go does not have, at offset 0",
    );
}

#[test]
fn what_is_wrong_in_our_table_is_said_too() {
    let check = |text: &str, expect: &str| {
        assert_eq!(load(text).map(|_| ()), Err(format!("rules/x.toml:{expect}")), "{text:?}");
    };
    let ours = |line: &str| format!("[[rules]]\nid = 'a'\nregex = '(x)'\n[rules.baseleak]\n{line}");
    check("rules = 3", "1: rules must be a table or a list of tables, not an integer");
    check(
        &ours("confidnce = 'high'"),
        "5: rule \"a\": unknown key \"confidnce\" in [rules.baseleak] (did you mean \"confidence\"?)",
    );
    check(
        &ours("confidence = 'hgih'"),
        "5: rule \"a\": confidence must be \"high\", \"medium\", \"low\", not \"hgih\" (did you mean \"high\"?)",
    );
    check(
        &ours("shape = '8.33'"),
        "5: rule \"a\": shape must be \"8.32\", not \"8.33\" (did you mean \"8.32\"?)",
    );
    check(&ours("placeholders = 1"), "5: rule \"a\": placeholders must be true or false, not an integer");
    check(&ours("min_randomness = inf"), "5: rule \"a\": min_randomness must be a finite decimal number");
    check(&ours("under = ''"), "5: rule \"a\": under must not be empty");
    check(
        &ours("[[rules.baseleak.known]]\npath = 'x'"),
        "5: rule \"a\": [[rules.baseleak.known]] must have a name",
    );
    check(
        &ours("[[rules.baseleak.known]]\nname = 'x'"),
        "5: rule \"a\": [[rules.baseleak.known]] must have a path, a line or both",
    );
    check(
        &ours("[[rules.baseleak.known]]\nname = 'x'\npaht = 'x'"),
        "7: rule \"a\": unknown key \"paht\" in [[rules.baseleak.known]] (did you mean \"path\"?)",
    );
}

#[test]
fn what_is_not_carried_out_is_a_warning() {
    let check = |text: &str, expect: &[&str]| {
        let expect: Vec<String> = expect.iter().map(|line| format!("rules/x.toml:{line}")).collect();
        assert_eq!(good(text).warnings, expect, "{text:?}");
    };
    let rule = "[[rules]]\nid = 'a'\nregex = 'x'\n";
    check(rule, &[]);
    check("titel = 'x'", &["1: unknown key \"titel\" is ignored (did you mean \"title\"?)"]);
    check(
        &format!("{rule}keyword = ['x']"),
        &["4: rule \"a\": unknown key \"keyword\" is ignored (did you mean \"keywords\"?)"],
    );
    check(
        &format!("{rule}skipReport = true"),
        &["4: rule \"a\": skipReport is not carried out: the rule's findings are reported"],
    );
    check(
        &format!("{rule}[[rules.required]]\nid = 'b'"),
        &["4: rule \"a\": required is not carried out: the rule reports without the rules it asks for"],
    );
    check(
        "[extend]\nurl = 'x'",
        &["2: extend.url is not followed: baseleak reads no rules from the network"],
    );
    check("[extend]\nuseDefault = false", &[]);
    check(
        "[extend]\nuseDefault = true",
        &[
            "2: extend.useDefault brings nothing: the built-in rules are always in force, and gitleaks' own default \
           rules are not part of baseleak",
        ],
    );
    check(
        "[extend]\ndisabledRules = ['nobody']",
        &["2: disabledRules names \"nobody\", which is neither built in nor extended"],
    );
}

#[test]
fn files_are_merged_over_what_they_extend() {
    let files = folder(&[
        (
            "top.toml",
            "[extend]\npath = 'sub/base.toml'\ndisabledRules = ['gone']\n\
             [[rules]]\nid = 'mine'\nregex = 'm'\n\
             [[rules]]\nid = 'both'\nentropy = 4.0\nkeywords = ['Top']\n",
        ),
        (
            "sub/base.toml",
            "[[rules]]\nid = 'both'\nregex = '(b)'\nsecretGroup = 1\nentropy = 1.0\nkeywords = ['base']\n\
             [[rules]]\nid = 'gone'\nregex = 'g'\n[[rules]]\nid = 'theirs'\nregex = 't'\n",
        ),
        ("a.toml", "[extend]\npath = 'b.toml'\n"),
        ("b.toml", "\n[extend]\npath = 'a.toml'\n"),
        ("1.toml", "[extend]\npath = '2.toml'"),
        ("2.toml", "[extend]\npath = '3.toml'"),
        ("3.toml", "[extend]\npath = '4.toml'\n[[rules]]\nid = 'three'\nregex = 'x'"),
        ("lost.toml", "[extend]\npath = 'nowhere.toml'"),
    ]);
    let at = |name: &str| files.path().join(name);
    let top = RuleSet::load(&at("top.toml")).expect("it is sound");
    assert_eq!(ids(&top.rules), ["mine", "both", "theirs"]);
    let both = &top.rules.rules[1];
    assert_eq!(
        (both.entropy, both.secret_group, &both.keywords[..]),
        (Some(4.0), 1, &["base".into(), "top".into()][..])
    );
    assert_eq!(top.disabled, ["gone"]);
    assert_eq!(top.warnings, Vec::<String>::new());

    let cycle = RuleSet::load(&at("a.toml")).expect_err("a cycle").to_string();
    assert!(cycle.ends_with("b.toml:3: extend.path leads back to a file that extends this one"), "{cycle}");
    let deep = RuleSet::load(&at("1.toml")).expect("depth is only warned of");
    assert_eq!((ids(&deep.rules), deep.warnings.len()), (vec!["three"], 1));
    let lost = RuleSet::load(&at("lost.toml")).expect_err("no such file").to_string();
    assert!(lost.contains("lost.toml:2: extend.path names \""), "{lost}");
    let none = RuleSet::load(&at("none.toml")).expect_err("no such file");
    assert!(none.to_string().ends_with("none.toml: cannot be read"), "{none}");
    assert!(std::error::Error::source(&none).is_some(), "the cause is kept");
}

#[test]
fn sets_are_joined() {
    let file = Path::new("rules/x.toml");
    let first = RuleSet::builtin().rules[0].id.to_string();
    let count = RuleSet::builtin().rules.len();

    let mut set = RuleSet::builtin();
    set.extend(good("[[rules]]\nid = 'a'\nregex = 'x'"), file).expect("the id is free");
    assert_eq!((set.rules.len(), &*set.rules[0].id, &*set.rules[count].id), (count + 1, &*first, "a"));

    let twice = set.extend(good("\n[[rules]]\nid = 'a'\nregex = 'x'"), file).expect_err("taken").to_string();
    assert_eq!(twice, "rules/x.toml:2: rule \"a\": the id is already used by an earlier rule file");
    let restated = format!("[[rules]]\nid = '{first}'\nregex = 'x'");
    let taken = set.extend(good(&restated), file).expect_err("taken").to_string();
    assert!(taken.ends_with("the id is already used by the built-in rules"), "{taken}");

    let anew = format!("[extend]\ndisabledRules = ['{first}']\n{restated}");
    set.extend(good(&anew), file).expect("disabled and stated anew");
    assert_eq!((set.rules.len(), set.rules.last().map(|rule| &*rule.id)), (count + 1, Some(&*first)));

    let mut set = RuleSet::builtin();
    let before = set.rules[0].allowlists.len();
    let hush = format!("[[allowlists]]\ntargetRules = ['{first}']\npaths = ['x']");
    set.extend(good(&hush), file).expect("the rule is there");
    assert_eq!(set.rules[0].allowlists.len(), before + 1);
    let stray = good("[[allowlists]]\ntargetRules = [\n'nobody']\npaths = ['x']");
    let stray = set.extend(stray, file).expect_err("nobody").to_string();
    assert_eq!(stray, "rules/x.toml:3: targetRules names \"nobody\", which is no rule in force");
}

#[test]
fn large_files_get_a_clear_answer() {
    let check = |text: String, expect: &str| {
        assert_eq!(load(&text).map(|_| ()), Err(format!("rules/x.toml:{expect}")));
    };
    let mut rules = String::new();
    for n in 0..60_000 {
        let _ = write!(rules, "[[rules]]\nid = 'r{n}'\nregex = 'x{n}'\n");
    }
    check(rules, " holds 60000 rules, more than the 10000 allowed");
    check(
        format!("[[rules]]\nid = 'a'\nregex = '{}'", "x".repeat(10 << 20)),
        "3: rule \"a\": regex does not compile: it is 10485760 bytes long, more than the 65536 allowed",
    );
    check("#".repeat((16 << 20) + 1), " is larger than 16 MiB");
    check(
        format!("a = [{}]", "0,".repeat(2_000_000)),
        " holds more than 1000000 commas, equals signs and brackets",
    );
}

/// gitleaks' own file is not ours to carry; whoever has it can name it.
#[test]
fn gitleaks_own_rules_load_whole() {
    let Some(path) = std::env::var_os("BASELEAK_GITLEAKS_TOML") else { return };
    let text = fs::read_to_string(&path).expect("the file named can be read");
    let loaded = RuleSet::load(Path::new(&path)).unwrap_or_else(|error| unreachable!("{error}"));
    assert_eq!(loaded.rules.rules.len(), text.matches("[[rules]]").count());
    assert_eq!(loaded.warnings, Vec::<String>::new());
    let mut set = RuleSet::builtin();
    set.extend(loaded, Path::new(&path)).expect("its ids are its own");
}
