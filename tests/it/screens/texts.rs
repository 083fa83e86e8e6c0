//! What stands on the screens: sessions of a terminal and files in an editor, with a key.
//!
//! In each a word of Baseten's stands on the line of the key or above it, so that the old shape
//! can be told.
//!
//! **Invariant:** no key stands here; `{key}` is filled at run time.

use std::fmt::Write as _;

use crate::contexts::Rng;
use crate::contexts::rng::LOWER_ALNUM;
use crate::contexts::words::{lines_of_code, lines_of_log, word};

/// A text with slots.
pub(crate) struct Text {
    /// Its name in reports.
    pub(crate) name: &'static str,
    template: &'static str,
}

const fn text(name: &'static str, template: &'static str) -> Text {
    Text { name, template }
}

impl Text {
    /// The text with its slots filled, between other lines.
    pub(crate) fn fill(&self, rng: &mut Rng, key: &str) -> String {
        let mut text = self.template.replace("{key}", key);
        text = text.replace("{id}", &rng.string(LOWER_ALNUM, 8));
        while text.contains("{word}") {
            text = text.replacen("{word}", word(rng), 1);
        }
        text
    }
}

/// In a terminal.
pub(crate) const SESSIONS: [Text; 12] = [
    text(
        "trussrc",
        "$ cat ~/.trussrc\n[baseten]\nremote_provider = baseten\nremote_url = https://app.baseten.co\napi_key = {key}\n$ ",
    ),
    text(
        "export",
        "$ export BASETEN_API_KEY={key}\n$ truss push --publish\nDeploying truss {word}-{word} ...\n$ ",
    ),
    text("export quoted", "$ cd ~/{word}/{word}\n$ export BASETEN_API_KEY=\"{key}\"\n$ python {word}.py"),
    text(
        "curl",
        "$ curl -X POST https://model-{id}.api.baseten.co/production/predict \\\n  -H \"Authorization: Api-Key {key}\" \\\n  -d '{\"prompt\": \"{word} {word}\"}'\n{\"output\": \"{word} {word} {word}\"}\n$ ",
    ),
    text(
        "curl bearer",
        "$ curl https://inference.baseten.co/v1/models -H 'Authorization: Bearer {key}'\n{\"object\":\"list\",\"data\":[{\"id\":\"{word}-{word}\"}]}",
    ),
    text(
        "env",
        "$ env | grep -i baseten\nBASETEN_API_KEY={key}\nBASETEN_REMOTE_URL=https://app.baseten.co\n$ ",
    ),
    text(
        "dotenv",
        "$ cat .env\nDEBUG=true\nDATABASE_URL=postgres://localhost/{word}\nBASETEN_API_KEY={key}\nLOG_LEVEL=info\n$ ",
    ),
    text(
        "docker",
        "$ docker run --rm -e BASETEN_API_KEY={key} {word}/{word}:latest\nListening on 0.0.0.0:8080",
    ),
    text("create", "$ baseten org api-key create --name {word}\nCreated API key {word}\n{key}\n$ "),
    text(
        "repl",
        ">>> from openai import OpenAI\n>>> base_url=\"https://inference.baseten.co/v1\"\n>>> client = OpenAI(base_url=base_url, api_key=\"{key}\")\n>>> ",
    ),
    text(
        "log",
        "2026-10-19 07:12:44,120 INFO calling model-{id}.api.baseten.co\n2026-10-19 07:12:44,121 DEBUG headers: Authorization: Api-Key {key}\n2026-10-19 07:12:45,002 INFO 200 OK in 881 ms",
    ),
    text("login", "$ uvx truss login --remote baseten --api-key {key}\nLogged in as {word}@example.com\n$ "),
];

/// In an editor.
pub(crate) const FILES: [Text; 12] = [
    text(
        "config.py",
        "import os\nimport requests\n\nMODEL_ID = \"{id}\"\nBASETEN_API_KEY = \"{key}\"\n\ndef predict(prompt):\n    return requests.post(URL, json={\"prompt\": prompt})\n",
    ),
    text(
        "client.py",
        "from openai import OpenAI\n\nclient = OpenAI(\n    base_url=\"https://inference.baseten.co/v1\",\n    api_key=\"{key}\",\n)\n\nfor {word} in {word}:\n    print({word})\n",
    ),
    text(
        "headers.py",
        "import requests\n\nresponse = requests.post(\n    \"https://model-{id}.api.baseten.co/production/predict\",\n    headers={\"Authorization\": \"Api-Key {key}\"},\n    json={\"{word}\": 42},\n)\nprint(response.json())\n",
    ),
    text(
        "app.ts",
        "import { createBaseten } from \"@ai-sdk/baseten\";\n\nconst baseten = createBaseten({\n  apiKey: \"{key}\",\n});\n\nexport const {word} = baseten(\"{word}\");\n",
    ),
    text(
        "compose.yaml",
        "services:\n  {word}:\n    image: {word}/{word}:latest\n    environment:\n      BASETEN_API_KEY: {key}\n      LOG_LEVEL: info\n    ports:\n      - 8080:8080\n",
    ),
    text(
        ".env",
        "NODE_ENV=production\n# {word} {word}\nBASETEN_API_KEY={key}\nREDIS_URL=redis://localhost:6379/0\n",
    ),
    text(
        "secrets.json",
        "{\n  \"{word}\": true,\n  \"baseten_api_key\": \"{key}\",\n  \"{word}\": [1, 2, 3]\n}\n",
    ),
    text(
        "main.tf",
        "provider \"baseten\" {\n  api_key = \"{key}\"\n}\n\nresource \"baseten_secret\" \"{word}\" {\n  name = \"{word}\"\n}\n",
    ),
    text(
        "litellm.yaml",
        "model_list:\n  - model_name: {word}\n    litellm_params:\n      model: baseten/{id}\n      api_key: {key}\n",
    ),
    text(
        "comment.py",
        "import truss\n\n# Baseten key of staging: {key}\ndef {word}_{word}(self, {word}):\n    return {word}.{word}({word})\n",
    ),
    text(
        "prometheus.yml",
        "scrape_configs:\n  - job_name: baseten\n    metrics_path: /metrics\n    authorization:\n      type: Api-Key\n      credentials: {key}\n    static_configs:\n      - targets: ['app.baseten.co']\n",
    ),
    text(
        "main.go",
        "package main\n\nfunc main() {\n\t// {word} of Baseten\n\topts := client.ManagementClientOptions{APIKey: \"{key}\"}\n\tbaseten := client.NewManagementClient(opts)\n\tbaseten.{word}({word})\n}\n",
    ),
];

/// Lines that stand before or after, of the kind of a terminal.
pub(crate) fn session_filler(rng: &mut Rng, lines: usize) -> String {
    match rng.below(3) {
        0 if lines > 0 => lines_of_log(rng, lines..=lines),
        1 if lines > 0 => {
            let mut out = format!("$ ls -l {}\n", word(rng));
            for _ in 1..lines {
                let (size, minute) = (rng.below(90_000), rng.within(10..=59));
                writeln!(
                    out,
                    "-rw-r--r-- 1 dev staff {size:>6} Oct 1{} 09:{minute} {}_{}.py",
                    rng.below(10),
                    word(rng),
                    word(rng)
                )
                .expect("writing to a string cannot fail");
            }
            out
        }
        _ => {
            let mut out = String::new();
            for _ in 0..lines {
                let program = rng.pick(&["git", "make", "python", "npm"]);
                writeln!(out, "$ {program} {} --{}", word(rng), word(rng))
                    .expect("writing to a string cannot fail");
            }
            out
        }
    }
}

/// Lines that stand before or after, of the kind of an editor.
pub(crate) fn file_filler(rng: &mut Rng, lines: usize) -> String {
    if lines == 0 { String::new() } else { lines_of_code(rng, lines..=lines) }
}
