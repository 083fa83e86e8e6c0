#!/usr/bin/env python3
"""Screenshots that a browser draws, with synthetic keys: a second opinion for `benches/ocr.rs`,
whose own screenshots are drawn without hinting, kerning and ligatures.

    benches/ocr_chromium.py FOLDER [COUNT] [SEED]
    cargo bench --bench ocr -- 0 --silent 0 --truths FOLDER

It needs Chromium (`chromium` on the path, or its name in CHROMIUM) and fonts; which of those it
names are there is for the browser to decide. FOLDER gets the images and `truths.json`: the keys,
which are random, and where in the image they stand. It keeps to Python's standard library.
"""

import html
import json
import os
import random
import re
import string
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ALNUM = string.ascii_letters + string.digits
MONO = ["DejaVu Sans Mono", "Liberation Mono", "Hack", "JetBrains Mono", "Fira Code", "Inconsolata", "Noto Sans Mono"]
MONO += ["mononoki", "Anonymous Pro"]
PLAIN = ["Liberation Sans", "Roboto", "Open Sans", "DejaVu Sans"]
# Name, back, plain, faint, literal, keyword.
THEMES = [
    ("Dark+", "#1e1e1e", "#d4d4d4", "#6a9955", "#ce9178", "#569cd6"),
    ("GitHub Light", "#ffffff", "#24292e", "#6a737d", "#032f62", "#d73a49"),
    ("GitHub Dark", "#0d1117", "#c9d1d9", "#8b949e", "#a5d6ff", "#ff7b72"),
    ("Solarized Dark", "#002b36", "#839496", "#586e75", "#2aa198", "#859900"),
    ("Solarized Light", "#fdf6e3", "#657b83", "#93a1a1", "#2aa198", "#859900"),
    ("Dracula", "#282a36", "#f8f8f2", "#6272a4", "#f1fa8c", "#ff79c6"),
    ("Terminal", "#000000", "#e5e5e5", "#7f7f7f", "#e5e5e5", "#00cd00"),
    ("Basic", "#ffffff", "#000000", "#757575", "#067d17", "#0000c0"),
]
# Runs in the page: where the ink's line boxes are, in pixels of the style sheet.
MEASURE = """
const rects = [...document.getElementById('key').getClientRects()];
document.documentElement.dataset.rects = JSON.stringify(rects.map(r => [r.x, r.y, r.width, r.height]));
"""


def line(words: str) -> str:
    """A line of a terminal or an editor: `*keyword*`, `"literal"`, `~faint~` are coloured; {key} is kept."""
    text = html.escape(words, quote=False)
    text = re.sub(r"\*(.+?)\*", r"<b>\1</b>", text)
    text = re.sub(r"~(.+?)~", r"<u>\1</u>", text)
    return re.sub(r'("[^"]*")', r"<i>\1</i>", text)


TERMINALS = {
    "trussrc": ["*$* cat ~~/.trussrc~", "[baseten]", "remote_provider = baseten", "remote_url = https://app.baseten.co", "api_key = {key}", "*$*"],
    "export": ["*$* export BASETEN_API_KEY={key}", "*$* truss push --publish", "Deploying truss sample ..."],
    "curl": ["*$* curl -X POST https://model-{id}.api.baseten.co/production/predict \\", '  -H "Authorization: Api-Key {key}" \\', "  -d '{\"prompt\": \"hello\"}'"],
    "env": ["*$* env | grep -i baseten", "BASETEN_API_KEY={key}", "BASETEN_REMOTE_URL=https://app.baseten.co"],
}
EDITORS = {
    "config.py": ["*import* os", "*import* requests", "", '~# the model on Baseten~', 'BASETEN_API_KEY = "{key}"', "", "*def* predict(prompt):", "    *return* requests.post(URL, json=prompt)"],
    "client.py": ["*from* openai *import* OpenAI", "", "client = OpenAI(", '    base_url="https://inference.baseten.co/v1",', '    api_key="{key}",', ")"],
    "app.ts": ['*import* { createBaseten } *from* "@ai-sdk/baseten";', "", "*const* baseten = createBaseten({", '  apiKey: "{key}",', "});"],
    ".env": ["NODE_ENV=production", "BASETEN_API_KEY={key}", "REDIS_URL=redis://localhost:6379/0"],
}


def page(rng: random.Random, key: str) -> tuple[dict, str]:
    """What is drawn, and its page."""
    theme = rng.choice(THEMES)
    name, back, plain, faint, literal, keyword = theme
    mono, font = rng.choice(MONO), rng.choice(PLAIN)
    size, scale, narrow = rng.randint(11, 18), rng.choice([1, 2]), rng.random() < 0.15
    mark = f'<span id="key">{key}</span>'
    ident = "".join(rng.choices(string.ascii_lowercase + string.digits, k=8))
    kind = rng.choices(["terminal", "editor", "tools", "settings", "chat"], [4, 4, 2, 1, 1])[0]
    width = int(rng.randint(25, 34) * size if narrow else rng.randint(62, 80) * size)
    shown = mono
    if kind in ("terminal", "editor"):
        scene, lines = rng.choice(list((TERMINALS if kind == "terminal" else EDITORS).items()))
        lines = ["~# %s %s~" % (rng.choice(["deploy", "check", "build"]), rng.randint(1, 99)) for _ in range(rng.randint(0, 6))] + lines
        rows = []
        for number, words in enumerate(lines, 1):
            text = line(words).replace("{key}", mark).replace("{id}", ident)
            gutter = f'<u class="n">{number:>3}</u>' if kind == "editor" else ""
            rows.append(f'<div class="r">{gutter}<span>{text or "&nbsp;"}</span></div>')
        body = f'<div class="mono">{"".join(rows)}</div>'
        scene = f"{kind}: {scene}"
    elif kind == "tools":
        scene, shown = "tools: headers", font
        pairs = [(":authority:", f"model-{ident}.api.baseten.co"), (":method:", "POST"), ("accept:", "*/*"), ("authorization:", f"Api-Key {mark}"), ("content-type:", "application/json"), ("user-agent:", "Mozilla/5.0 (X11; Linux x86_64)")]
        body = "<h4>Request Headers</h4><table>" + "".join(f"<tr><th>{left}</th><td>{right}</td></tr>" for left, right in pairs) + "</table>"
    elif kind == "settings":
        scene = "settings"
        body = f'<h2>Baseten API keys</h2><p>Copy your API key now. You will not see it again.</p><div class="box mono">{mark}</div>'
    else:
        scene = "chat"
        body = f'<p><b>dev</b> 09:41</p><p>Here is our Baseten API key for the demo, use it with truss:</p><p><code class="mono">{mark}</code></p><p>Thanks!</p>'
    style = f"""
      * {{ box-sizing: border-box; }}
      body {{ margin: 0; padding: 10px; width: {width}px; background: {back}; color: {plain}; font: {size}px/1.45 '{font}'; }}
      .mono {{ font-family: '{mono}'; word-break: break-all; white-space: pre-wrap; }}
      b {{ color: {keyword}; font-weight: normal; }} u {{ color: {faint}; text-decoration: none; }} i {{ color: {literal}; font-style: normal; }}
      .r {{ display: flex; }} .n {{ padding-right: 1.5em; white-space: pre; }}
      th {{ text-align: left; font-weight: normal; color: {keyword}; padding-right: 2em; vertical-align: top; white-space: nowrap; }} td {{ word-break: break-all; }}
      .box {{ border: 1px solid {faint}; border-radius: 4px; padding: 6px 10px; display: inline-block; }}
      code {{ background: {faint}33; border: 1px solid {faint}66; border-radius: 3px; padding: 1px 4px; }}
    """
    document = f"<!doctype html><meta charset=utf-8><style>{style}</style><body>{body}<script>{MEASURE}</script>"
    case = {"scene": scene, "font": shown, "theme": name, "size": size, "scale": scale, "width": width + 20}
    return case, document


def shoot(folder: Path, index: int, seed: int) -> dict:
    rng = random.Random(f"{seed} {index}")
    text = lambda count: "".join(rng.choices(ALNUM, k=count))
    kind = rng.choice(["b10", "b10", "legacy"])
    key = ("b10_" if kind == "b10" else "") + text(8) + "." + text(32)
    case, document = page(rng, key)
    file = f"{index:04}.png"
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "page.html")
        source.write_text(document, encoding="utf-8")
        command = [
            os.environ.get("CHROMIUM", "chromium"), "--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu",
            f"--user-data-dir={scratch}/profile", f"--force-device-scale-factor={case['scale']}",
            f"--window-size={case['width']},{480}", f"--screenshot={folder / file}", "--dump-dom", source.as_uri(),
        ]
        if rng.random() < 0.3:
            command.insert(2, "--disable-lcd-text")
        shown = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    rects = json.loads(html.unescape(re.search(r'data-rects="([^"]*)"', shown).group(1)))
    regions = [[round(value * case["scale"]) for value in rect] for rect in rects]
    return {"file": file, "kind": kind, "key": key, "regions": regions, **case}


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 150
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 2026
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        truths = list(pool.map(lambda index: shoot(folder, index, seed), range(count)))
    folder.joinpath("truths.json").write_text(json.dumps(truths, indent=1), encoding="utf-8")
    print(f"{len(truths)} images")


if __name__ == "__main__":
    main()
