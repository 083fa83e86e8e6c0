//! Cells of Python before and after, as Python itself reads them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::super::tests::{Random, notebook};
use super::*;

/// The base64 of a key is asked for with this, and the key itself with `KEY`.
const ENCODED: &str = "SUdPXzM0NTY3ODlhYmNkZWZnaGlqa2xtbm9wcXI";
/// Compiles what comes as pairs: prints the numbers of those that broke.
const SCRIPT: &str = "
import json, sys
def line(text):
    bare = text.lstrip()
    return text[:len(text) - len(bare)] + 'pass' if bare[:1] in ('%', '!') else text
def compiles(text):
    try:
        compile('\\n'.join(map(line, text.split('\\n'))), 'cell', 'exec')
        return True
    except (SyntaxError, ValueError):
        return False
for number, (before, after) in enumerate(json.load(sys.stdin)):
    if compiles(before) and not compiles(after):
        print(number)
";

/// The source of a cell without the secrets in it.
fn cleaned(source: &str, key: &str) -> String {
    let file = notebook(&json!([{"cell_type": "code", "source": source}])).to_string();
    let mut removals = Vec::new();
    parts(file.as_bytes(), &mut |part| {
        for (word, encoded) in [(key, false), (ENCODED, true)] {
            for at in memchr::memmem::find_iter(part.text, word) {
                // The letters at both ends carry more than the key.
                let span = if encoded { at + 1..at + word.len() - 1 } else { at..at + word.len() };
                removals.push(Removal { raw: part.raw(span), encoded });
            }
        }
    })
    .expect("a notebook");
    let cleaned = clean(file.as_bytes(), &removals).expect("a notebook");
    let value: Value = serde_json::from_slice(&cleaned.bytes).expect("JSON");
    value["cells"][0]["source"].as_str().expect("one string").to_owned()
}

const LOOK_UP: &str = "os.environ[\"BASETEN_API_KEY\"]";

/// Cells and what becomes of them; `LOOK` is the look-up, `MARK` the marker.
const TABLE: [(&str, &str); 41] = [
    ("match x:\n  case 'KEY': pass", "match x:\n  case 'MARK': pass"),
    ("match x:\n  case {'a': 'KEY'}:\n    pass", "match x:\n  case {'a': 'MARK'}:\n    pass"),
    ("case = 'KEY'", "import os\ncase = LOOK"),
    ("'''Doc.'''\nk = 'KEY'", "'''Doc.'''\nimport os\nk = LOOK"),
    (
        "'''Doc.'''\nfrom __future__ import annotations\nk = 'KEY'",
        "'''Doc.'''\nfrom __future__ import annotations\nimport os\nk = LOOK",
    ),
    (
        "# a\nfrom __future__ import annotations\n\nk = 'KEY'",
        "# a\nfrom __future__ import annotations\n\nimport os\nk = LOOK",
    ),
    (
        "from __future__ import (\n  annotations,\n)\nk = 'KEY'",
        "from __future__ import (\n  annotations,\n)\nimport os\nk = LOOK",
    ),
    ("from __future__ import annotations; k = 'KEY'", "from __future__ import annotations; k = 'MARK'"),
    ("os.environ['BASETEN_API_KEY']='KEY'", "import os\nos.environ['BASETEN_API_KEY']=LOOK  # HINT"),
    (
        "import os\nos.environ[\"BASETEN_API_KEY\"] = \"KEY\"\nx",
        "import os\nos.environ[\"BASETEN_API_KEY\"] = LOOK  # HINT\nx",
    ),
    (
        "import os\nos.environ.setdefault('BASETEN_API_KEY', 'KEY')",
        "import os\nos.environ.setdefault('BASETEN_API_KEY', LOOK)",
    ),
    ("'''Uses KEY.'''\nx = 1", "'''Uses MARK.'''\nx = 1"),
    ("'KEY'\nx = 1", "'MARK'\nx = 1"),
    ("'KEY'", "import os\nLOOK"),
    ("def f():\n  'KEY'\n  return 1", "def f():\n  'MARK'\n  return 1"),
    ("class A: 'a KEY'", "class A: 'a MARK'"),
    ("def f():\n  \"\"\"a\n  KEY\"\"\"", "def f():\n  \"\"\"a\n  MARK\"\"\""),
    ("x = 1  # KEY", "x = 1  # MARK"),
    ("def f(): return'KEY'", "import os\ndef f(): return LOOK"),
    ("x = 1 if y else'a KEY'", "import os\nx = 1 if y else f'a {LOOK}'"),
    ("x = f'{a:>3} KEY'", "import os\nx = f'{a:>3} {LOOK}'"),
    ("x = f'''KEY'''", "import os\nx = LOOK"),
    ("x = rb'KEY'", "import os\nx = LOOK.encode()"),
    ("x = Rb'a KEY'", "x = Rb'a MARK'"),
    ("x = u'a KEY'", "x = u'a MARK'"),
    ("x = KEY", "x = removed_by_baseleak"),
    ("k: Literal['KEY'] = 'KEY'", "import os\nk: Literal[LOOK] = LOOK"),
    ("    k = 'KEY'\n    l = 1", "    import os\n    k = LOOK\n    l = 1"),
    ("k = b64('IENC==')", "k = b64('MARK')"),
    ("k = b64(b'x ENC= y')", "k = b64(b'x MARK y')"),
    ("# IENC==", "# MARK"),
    ("k = (b'IENC'\n  b'aa==')", "k = (b'MARK'\n  b'aa==')"),
    ("%env BASETEN_API_KEY=KEY", "%env BASETEN_API_KEY=MARK"),
    ("%env BASETEN_API_KEY=KEY\nx = 'KEY'", "import os\n%env BASETEN_API_KEY=MARK\nx = LOOK"),
    ("!export KEY_=KEY", "!export KEY_=$BASETEN_API_KEY"),
    ("%%bash\nexport K=KEY", "%%bash\nexport K=$BASETEN_API_KEY"),
    (
        "if x:\n  !curl -H 'a: KEY'\n  y = 'KEY'",
        "import os\nif x:\n  !curl -H 'a: '\"$BASETEN_API_KEY\"''\n  y = LOOK",
    ),
    ("k = ('a '\n  'KEY')", "import os\nk = ('a '\n  f'{LOOK}')"),
    ("@f('KEY')\ndef g(a='KEY'): ...", "import os\n@f(LOOK)\ndef g(a=LOOK): ..."),
    ("x = lambda: {'KEY': 'b'}['KEY']", "import os\nx = lambda: {LOOK: 'b'}[LOOK]"),
    ("import os\nos = 1\nk = 'KEY'", "import os\nos = 1\nk = LOOK"),
];

#[test]
fn what_compiled_compiles() {
    let key = Random(7).key();
    let (mut pairs, mut wrong) = (Vec::new(), Vec::new());
    for (source, expect) in TABLE {
        let hint = "set it outside of this notebook";
        let source = source.replace("KEY_", "\0").replace("_KEY", "\u{1}").replace("KEY", &key);
        let source = source.replace('\0', "KEY_").replace('\u{1}', "_KEY").replace("ENC", ENCODED);
        let expect = expect.replace("HINT", hint).replace("MARK", MARKER).replace("LOOK", LOOK_UP);
        let after = cleaned(&source, &key);
        if after != expect {
            wrong.push(format!("from {source:?}\n  to {after:?}\nnot {expect:?}"));
        }
        pairs.push([source, after]);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let python =
        Command::new("python3").args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut python) = python else {
        assert!(std::env::var_os("BASELEAK_TEST_ALL").is_none(), "python3 is needed");
        return;
    };
    let text = serde_json::to_vec(&pairs).expect("pairs are JSON");
    python.stdin.take().expect("it is piped").write_all(&text).expect("it reads");
    let output = python.wait_with_output().expect("it runs");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "these cells do not compile any more");
}
