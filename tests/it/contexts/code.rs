//! Programs, command lines and shell histories with a key in them.
//! Templates only; see [`super::Context`] for the slots.

use super::Context;

pub(super) const CONTEXTS: &[Context] = &[
    Context::new(
        "python_truss_login",
        "deploy.py",
        "import «sdk»\n\n«code»«sdk».login(\"«key»\")\nmodel = «sdk».load(\"./model\")\n",
    ),
    Context::new(
        "python_baseten_login",
        "scripts/push.py",
        "import «owner»\n«code»«owner».login('«key»')  # «word»\n",
    ),
    Context::new(
        "python_openai_client",
        "app/client.py",
        "from openai import OpenAI\n\n«code»client = OpenAI(\n    base_url=\"https://«host»/v1\",\n    api_key=\"«key»\",\n)\n",
    ),
    Context::new(
        "python_headers_f_string",
        "call.py",
        "resp = requests.post(\n    f\"https://model-«id».«api»/production/predict\",\n    headers={\"Authorization\": f\"«scheme» «key»\"},\n    json={\"prompt\": \"«word»\"},\n)\n",
    ),
    Context::new(
        "python_environ",
        "main.py",
        "import os\n«code»os.environ[\"«OWNER»_API_KEY\"] = \"«key»\"\n«code»",
    ),
    Context::new(
        "python_getenv_default",
        "settings.py",
        "«OWNER»_API_KEY = os.getenv('«OWNER»_API_KEY', '«key»')\n",
    ),
    Context::new(
        "python_key_lines_below_the_word",
        "agent.py",
        "# talk to «owner»\n«gap»api_key = \"«key»\"\n«code»",
    ),
    Context::new(
        "python_word_lines_below_the_key",
        "agent.py",
        "«code»API_KEY = \"«key»\"\n«gap»url = \"https://«host»/v1/chat/completions\"\n",
    ),
    Context::new(
        "python_docstring",
        "lib/embed.py",
        "def embed(text):\n    \"\"\"Embed with «Owner».\n\n    >>> client = Client(api_key='«key»')\n    >>> client.«word»()\n    \"\"\"\n",
    ),
    Context::new("python_bytes_literal", "sign.py", "«code»«OWNER»_KEY = b\"«key»\"\n"),
    Context::new(
        "python_default_argument",
        "run.py",
        "def «owner»_call(prompt, api_key=\"«key»\", timeout=«n»):\n    return «word»(prompt)\n",
    ),
    Context::new(
        "python_performance_client",
        "bench.py",
        "client = PerformanceClient(base_url=\"https://model-«id».«api»/environments/production/sync\", api_key=\"«key»\")\n",
    ),
    Context::new("python_commented_out", "notes.py", "«code»#«owner» api_key=«key»\n«code»"),
    Context::new(
        "python_traceback",
        "crash.txt",
        "Traceback (most recent call last):\n  File \"/app/«word».py\", line «n», in main\n    «sdk».login(\"«key»\")\n  File \"/usr/lib/python3/site-packages/«sdk»/api.py\", line «n», in login\nValueError: «word»\n",
    ),
    Context::new(
        "python_repr_of_headers",
        "debug.txt",
        "«log»send: b'POST /v1/chat/completions HTTP/1.1\\r\\nHost: «host»\\r\\nAuthorization: «scheme» «key»\\r\\nAccept: */*\\r\\n\\r\\n'\n",
    ),
    Context::new(
        "js_create_provider",
        "lib/ai.ts",
        "import { create«Owner» } from '@ai-sdk/«owner»';\n\nconst «owner» = create«Owner»({\n  apiKey: '«key»',\n});\n",
    ),
    Context::new(
        "ts_openai_client",
        "src/llm.ts",
        "const client = new OpenAI({ baseURL: \"https://«host»/v1\", apiKey: \"«key»\" });\n",
    ),
    Context::new(
        "js_headers_template",
        "src/fetch.js",
        "const r = await fetch(\"https://model-«id».«api»/production/predict\", {\n  method: \"POST\",\n  headers: { Authorization: `«scheme» «key»` },\n});\n",
    ),
    Context::new("js_env_fallback", "server.mjs", "const key = process.env.«OWNER»_API_KEY ?? '«key»';\n"),
    Context::new(
        "js_minified_bundle",
        "dist/main.js",
        "!function(){«long»var o={apiKey:\"«key»\",baseURL:\"https://«host»/v1\"};«long»}();\n",
    ),
    Context::new(
        "jsx_attribute",
        "src/App.jsx",
        "export default () => <«Owner»Provider apiKey=\"«key»\"><Chat /></«Owner»Provider>;\n",
    ),
    Context::new(
        "go_options",
        "cmd/main.go",
        "package main\n\nfunc main() {\n\tc := client.NewManagementClient(client.ManagementClientOptions{APIKey: \"«key»\"}) // «owner»\n\t_ = c\n}\n",
    ),
    Context::new("go_raw_string", "pkg/«word»/auth.go", "const «owner»APIKey = `«key»`\n"),
    Context::new(
        "go_set_header",
        "pkg/call.go",
        "req, _ := http.NewRequest(\"POST\", \"https://«host»/v1/chat/completions\", body)\nreq.Header.Set(\"Authorization\", \"«scheme» «key»\")\n",
    ),
    Context::new("rust_const", "src/main.rs", "const «OWNER»_API_KEY: &str = \"«key»\";\n\nfn main() {}\n"),
    Context::new(
        "rust_header",
        "src/client.rs",
        "let url = \"https://«host»/v1/models\";\nlet request = agent.get(url).header(\"authorization\", \"«scheme» «key»\");\n",
    ),
    Context::new(
        "dotnet_client",
        "Program.cs",
        "using «Owner»;\n\nusing var client = new «Owner»Client(apiKey: \"«key»\");\n",
    ),
    Context::new(
        "java_builder",
        "src/main/java/Main.java",
        "var client = OpenAiClient.builder().baseUrl(\"https://«host»/v1\").apiKey(\"«key»\").build();\n",
    ),
    Context::new(
        "kotlin_property",
        "app/Config.kt",
        "object «Owner»Config {\n    const val API_KEY = \"«key»\"\n}\n",
    ),
    Context::new(
        "swift_property",
        "Sources/Config.swift",
        "enum «Owner» { static let apiKey = \"«key»\" }\n",
    ),
    Context::new("ruby_client", "lib/client.rb", "«Owner».configure { |c| c.api_key = '«key»' }\n"),
    Context::new("php_define", "config.php", "<?php\ndefine('«OWNER»_API_KEY', '«key»');\n"),
    Context::new("r_sys_setenv", "analysis.R", "Sys.setenv(«OWNER»_API_KEY = \"«key»\")\n"),
    Context::new("c_define", "config.h", "#define «OWNER»_API_KEY \"«key»\"\n"),
    Context::new(
        "curl_api_key_header",
        "README.md",
        "curl -X POST https://model-«id».«api»/production/predict \\\n  -H 'Authorization: «scheme» «key»' \\\n  -d '{\"prompt\": \"«word»\"}'\n",
    ),
    Context::new(
        "curl_bearer_header",
        "run.sh",
        "#!/bin/sh\ncurl https://«host»/v1/models -H \"Authorization: Bearer «key»\"\n",
    ),
    Context::new("curl_unquoted_data", "run.sh", "curl https://«api»/v1/models -d api_key=«key»&\n"),
    Context::new(
        "websocat_glued_option",
        "ws.sh",
        "websocat -H=\"Authorization: «scheme» «key»\" wss://model-«id».«api»/v1/websocket\n",
    ),
    Context::new(
        "shell_export",
        ".bashrc",
        "# ~/.bashrc\nalias ll='ls -l'\nexport «OWNER»_API_KEY=«key»\nexport PATH=$PATH:~/bin\n",
    ),
    Context::new("shell_export_quoted", ".zshrc", "export «OWNER»_API_KEY=\"«key»\";\n"),
    Context::new("fish_set", ".config/fish/config.fish", "set -gx «OWNER»_API_KEY «key»\n"),
    Context::new("powershell_env", "setup.ps1", "$env:«OWNER»_API_KEY = \"«key»\"\r\n"),
    Context::new("cmd_set", "setup.bat", "@echo off\r\nset «OWNER»_API_KEY=«key»\r\n"),
    Context::new("inline_env_of_command", "Makefile", "run:\n\t«OWNER»_API_KEY=«key» python main.py\n"),
    Context::new("bash_history", ".bash_history", "ls\n#«time»\n«sdk» login --«option» «key»\ncd «word»\n"),
    Context::new(
        "zsh_extended_history",
        ".zsh_history",
        ": «time»:0;cd «word»\n: «time»:2;«sdk» login --«option»=«key»\n: «time»:0;ls\n",
    ),
    Context::new("zsh_history_export", ".zsh_history", ": «time»:0;export «OWNER»_API_KEY=«key»\n"),
    Context::new(
        "fish_history",
        ".local/share/fish/fish_history",
        "- cmd: «owner» auth login --with-«option» «key»\n  when: «time»\n",
    ),
    Context::new(
        "docker_build_argument",
        "build.sh",
        "docker build --build-arg «OWNER»_API_KEY=«key» -t «word» .\n",
    ),
];
