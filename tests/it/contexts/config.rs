//! Configuration, state and data files with a key in them.
//! Templates only; see [`super::Context`] for the slots.

use super::Context;

pub(super) const CONTEXTS: &[Context] = &[
    Context::new("dotenv", ".env", "DEBUG=1\n«OWNER»_API_KEY=«key»\nPORT=«n»\n"),
    Context::new("dotenv_double_quoted", ".env.local", "«OWNER»_API_KEY=\"«key»\" # «word»\n"),
    Context::new("dotenv_single_quoted", "app/.env", "«OWNER»_API_KEY='«key»'\n"),
    Context::new("dotenv_generic_name", ".env", "# «owner»\nAPI_KEY=«key»\n"),
    Context::new("dotenv_secret_name", ".env.production", "«OWNER»_SECRET: «key»\n"),
    Context::new(
        "rc_file",
        ".«sdk»rc",
        "[«owner»]\nremote_provider = «owner»\nremote_url = https://«app»\nauth_type = api_key\napi_key = «key»\n",
    ),
    Context::new(
        "rc_file_without_spaces",
        "home/.«sdk»rc",
        "[«owner»]\r\nremote_url=https://«app»\r\napi_key=«key»\r\n",
    ),
    Context::new("ini_colon", "settings.cfg", "[llm]\nprovider: «owner»\napi_key:«key»\n"),
    Context::new("properties", "app.properties", "«owner».api.key=«key»\n"),
    Context::new(
        "compose_environment",
        "docker-compose.yml",
        "services:\n  web:\n    environment:\n      - «OWNER»_API_KEY=«key»\n      - PORT=«n»\n",
    ),
    Context::new(
        "compose_mapping",
        "compose.yaml",
        "services:\n  web:\n    environment:\n      «OWNER»_API_KEY: «key»\n",
    ),
    Context::new(
        "kubernetes_string_data",
        "k8s/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: «owner»\nstringData:\n  api-token: \"«key»\"\n",
    ),
    Context::new(
        "kubernetes_env",
        "k8s/deploy.yaml",
        "        env:\n        - name: «OWNER»_API_KEY\n          value: «key»\n",
    ),
    Context::new("helm_values", "values.yaml", "«owner»:\n  enabled: true\n  apiKey: '«key»'\n"),
    Context::new(
        "litellm",
        "litellm_config.yaml",
        "model_list:\n  - model_name: «word»\n    litellm_params:\n      model: «owner»/«id»\n      api_key: «key»\n",
    ),
    Context::new(
        "truss_secrets",
        "model/config.yaml",
        "model_name: «word»\nsecrets:\n  «owner»_api_key: «key»\nresources:\n  cpu: \"1\"\n",
    ),
    Context::new(
        "truss_environment_variables",
        "«sdk»/config.yaml",
        "environment_variables:\n  «OWNER»_API_KEY: \"«key»\"\n",
    ),
    Context::new("yaml_flow", "conf.yml", "{provider: «owner», api_key: «key», n: «n»}\n"),
    Context::new("yaml_list", "keys.yml", "«owner»_keys:\n- «key»\n"),
    Context::new("toml", "config.toml", "[«owner»]\napi_key = \"«key»\"\n"),
    Context::new(
        "json_minified",
        "config.json",
        "{\"provider\":\"«owner»\",\"api_key\":\"«key»\",\"n\":«n»}",
    ),
    Context::new("json_pretty", "config.json", "{\n  \"«owner»\": {\n    \"apiKey\": \"«key»\"\n  }\n}\n"),
    Context::new(
        "cli_auth_json",
        ".config/«owner»/auth.json",
        "{\"version\":1,\"current\":\"«word»\",\"profiles\":{\"«word»\":{\"remote_url\":\"https://«app»\",\"auth_type\":\"api_key\",\"api_key\":\"«key»\"}}}\n",
    ),
    Context::new(
        "n8n_credential",
        "credentials.json",
        "[{\"id\":\"«n»\",\"name\":\"«Owner» account\",\"data\":{\"apiKey\":\"«key»\"},\"type\":\"«owner»Api\"}]\n",
    ),
    Context::new(
        "terraform_state",
        "terraform.tfstate",
        "{\n  \"version\": 4,\n  \"resources\": [{\n    \"type\": \"«owner»_api_key\",\n    \"instances\": [{\"attributes\": {\n      \"api_key\": \"«key»\"\n    }}]\n  }]\n}\n",
    ),
    Context::new(
        "terraform_provider",
        "main.tf",
        "provider \"«owner»\" {\n  api_key    = \"«key»\"\n  remote_url = \"https://«api»\"\n}\n",
    ),
    Context::new("terraform_variables", "prod.tfvars", "«owner»_api_key = \"«key»\"\n"),
    Context::new(
        "prometheus",
        "prometheus.yml",
        "scrape_configs:\n  - job_name: «owner»\n    metrics_path: /metrics\n    authorization:\n      type: \"«scheme»\"\n      credentials: \"«key»\"\n    static_configs:\n      - targets: ['«app»']\n",
    ),
    Context::new(
        "otel_headers",
        "otel.yaml",
        "exporters:\n  otlphttp:\n    endpoint: https://«app»\n    headers: {authorization: «scheme» «key»}\n",
    ),
    Context::new(
        "dockerfile_env",
        "Dockerfile",
        "FROM python:3.12\nENV «OWNER»_API_KEY=«key»\nCMD [\"python\", \"main.py\"]\n",
    ),
    Context::new("dockerfile_env_space", "Dockerfile", "FROM scratch\nENV «OWNER»_API_KEY «key»\n"),
    Context::new(
        "docker_inspect",
        "inspect.json",
        "[{\"Config\":{\"Env\":[\"PATH=/usr/bin\",\"«OWNER»_API_KEY=«key»\"]}}]\n",
    ),
    Context::new(
        "github_actions",
        ".github/workflows/push.yml",
        "    steps:\n      - uses: «owner»labs/action-«sdk»-push@v1\n        with:\n          «owner»-«option»: «key»\n",
    ),
    Context::new(
        "github_actions_env",
        ".github/workflows/ci.yml",
        "env:\n  «OWNER»_API_KEY: ${{ secrets.X || '«key»' }}\n",
    ),
    Context::new("gitlab_ci", ".gitlab-ci.yml", "variables:\n  «OWNER»_API_KEY: \"«key»\"\n"),
    Context::new(
        "systemd_unit",
        "«word».service",
        "[Service]\nEnvironment=\"«OWNER»_API_KEY=«key»\"\nExecStart=/usr/bin/«word»\n",
    ),
    Context::new("netrc", ".netrc", "machine «host» login token password «key»\n"),
    Context::new("xml_element", "conf.xml", "<«owner»>\n  <apiKey>«key»</apiKey>\n</«owner»>\n"),
    Context::new("xml_attribute", "web.config", "<add key=\"«Owner»ApiKey\" value=\"«key»\" />\n"),
    Context::new("xml_cdata", "conf.xml", "<«owner»ApiKey><![CDATA[«key»]]></«owner»ApiKey>\n"),
    Context::new("plist", "Info.plist", "<key>«Owner»APIKey</key>\n<string>«key»</string>\n"),
    Context::new("android_strings", "strings.xml", "<string name=\"«owner»_key\">«key»</string>\n"),
    Context::new(
        "sql_insert",
        "dump.sql",
        "INSERT INTO `keys` VALUES («n»,'«owner»','«key»','2026-01-02'),(«n»,'«word»','','2026-01-03');\n",
    ),
    Context::new(
        "sql_copy",
        "dump.sql",
        "COPY api_keys (id, provider, secret) FROM stdin;\n«n»\t«owner»\t«key»\n\\.\n",
    ),
    Context::new("csv", "keys.csv", "id,provider,api_key,created\n«n»,«owner»,«key»,2026-02-03\n"),
    Context::new("csv_quoted", "keys.csv", "\"provider\",\"api_key\"\n\"«owner»\",\"«key»\"\n"),
    Context::new("csv_semicolon", "keys.csv", "«owner»;«key»;«n»\r\n"),
    Context::new("tsv", "keys.tsv", "provider\tapi_key\tn\n«owner»\t«key»\t«n»\n"),
    Context::new(
        "har",
        "session.har",
        "{\"log\":{\"entries\":[{\"request\":{\"method\":\"POST\",\"url\":\"https://«host»/v1/chat/completions\",\"headers\":[{\"name\":\"authorization\",\"value\":\"«scheme» «key»\"}]}}]}}",
    ),
    Context::new(
        "postman_collection",
        "«word».postman_collection.json",
        "{\n\t\"auth\": {\n\t\t\"apikey\": [{\"key\": \"value\", \"value\": \"«scheme» «key»\"}]\n\t},\n\t\"url\": \"https://«host»/v1\"\n}\n",
    ),
    Context::new(
        "vcr_cassette",
        "cassettes/«word».yaml",
        "interactions:\n- request:\n    headers:\n      Authorization:\n      - «scheme» «key»\n    uri: https://«host»/v1/models\n",
    ),
    Context::new("only_word_and_key", "key.txt", "«owner» «key»"),
];
