//! The forms by which keys and tokens of well-known services are recognized.

use super::alphabet::Alphabet;

/// The proof, besides prefix and length, that a word of this form is a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Proof {
    /// None: no other text has this prefix, which has a separator. It may follow a letter directly.
    Prefix,
    /// The prefix begins a word.
    Start,
    /// The prefix begins a word, and the rest is random: it mixes digits with letters, or the cases
    /// of letters, as neither words nor identifiers do.
    Random,
}

/// The form of a kind of key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) prefix: &'static str,
    pub(super) alphabet: Alphabet,
    /// The least length of the part after the prefix.
    pub(super) min: usize,
    /// Its greatest length. If more characters of the alphabet follow, the word is no such key.
    pub(super) max: usize,
    pub(super) proof: Proof,
}

macro_rules! forms {
    ($($prefix:literal $alphabet:ident $min:literal..=$max:tt $proof:ident, $service:literal, $source:literal;)*) => {
        /// All forms with a prefix. Services come in the order of their category.
        pub(super) const FORMS: &[Form] = &[
            $(Form {
                prefix: $prefix,
                alphabet: Alphabet::$alphabet,
                min: $min,
                max: $max,
                proof: Proof::$proof,
            },)*
        ];

        /// The service and the source of each form. A source is the rule of gitleaks that describes
        /// the form, or the issuer.
        #[cfg(test)]
        pub(super) const SOURCES: &[(&str, &str)] = &[$(($service, $source),)*];
    };
}

/// Keys whose issuer states no greatest length.
const ANY: usize = usize::MAX;

forms! {
    // Model APIs and their tools.
    "sk-ant-" Word 16..=ANY Prefix, "Anthropic", "anthropic-api-key, anthropic-admin-api-key";
    "sk-proj-" Word 16..=ANY Prefix, "OpenAI, project", "openai-api-key";
    "sk-svcacct-" Word 16..=ANY Prefix, "OpenAI, service account", "openai-api-key";
    "sk-admin-" Word 20..=ANY Random, "OpenAI, administrator", "openai-api-key";
    "sk-or-v1-" Hex 32..=ANY Prefix, "OpenRouter", "issuer";
    "sk-lf-" Word 30..=ANY Random, "Langfuse, secret", "issuer";
    "sk-" Word 20..=ANY Random, "OpenAI, DeepSeek and others", "openai-api-key";
    "rk-" Word 20..=ANY Random, "restricted keys", "issuer";
    "sk_" Word 20..=ANY Random, "ElevenLabs, Clerk and others", "issuer";
    "rk_" Word 20..=ANY Random, "restricted keys", "issuer";
    "pplx-" Alnum 32..=ANY Prefix, "Perplexity", "perplexity-api-key";
    "xai-" Alnum 32..=ANY Random, "xAI", "issuer";
    "gsk_" Alnum 30..=ANY Prefix, "Groq", "issuer";
    "hf_" Alnum 30..=ANY Start, "Hugging Face", "huggingface-access-token";
    "api_org_" Alnum 30..=ANY Start, "Hugging Face, organization", "huggingface-organization-api-token";
    "r8_" Word 30..=ANY Start, "Replicate", "issuer";
    "nvapi-" Word 32..=ANY Prefix, "NVIDIA", "issuer";
    "fw_" Alnum 20..=ANY Random, "Fireworks", "issuer";
    "csk-" Alnum 32..=ANY Random, "Cerebras", "issuer";
    "tgp_v1_" Word 32..=ANY Prefix, "Together", "issuer";
    "lsv2_" Word 30..=ANY Prefix, "LangSmith", "issuer";
    "ls__" Alnum 30..=ANY Random, "LangSmith, legacy", "issuer";
    "tvly-" Word 20..=ANY Random, "Tavily", "issuer";
    "pcsk_" Word 30..=ANY Prefix, "Pinecone", "issuer";
    "pa-" Word 32..=ANY Random, "Voyage", "issuer";
    "jina_" Word 32..=ANY Random, "Jina", "issuer";
    "fc-" Hex 32..=64 Random, "Firecrawl", "issuer";
    "e2b_" Hex 32..=ANY Start, "E2B", "issuer";
    "ABSK" Base64 60..=ANY Random, "Amazon Bedrock, long-lived", "aws-amazon-bedrock-api-key-long-lived";
    "bedrock-api-key-" Base64 24..=ANY Prefix, "Amazon Bedrock, short-lived", "aws-amazon-bedrock-api-key-short-lived";
    "ollama_" Word 32..=ANY Random, "Ollama", "issuer";
    "wandb_v1_" Word 32..=ANY Random, "Weights & Biases", "issuer";
    "dtn_" Hex 32..=ANY Start, "Daytona", "issuer";
    "phc_" Alnum 32..=ANY Random, "PostHog", "issuer";
    "phx_" Alnum 32..=ANY Random, "PostHog, personal", "issuer";
    "ak-" Word 20..=ANY Random, "Modal, token id; Arize", "issuer";
    "as-" Alnum 20..=ANY Random, "Modal, token secret", "issuer";
    "llx-" Alnum 32..=ANY Start, "LlamaCloud", "issuer";
    "bb_live_" Word 20..=ANY Start, "Browserbase", "issuer";
    "exa_" Alnum 32..=ANY Random, "Exa", "issuer";
    "dg_" Hex 32..=ANY Random, "Deepgram", "issuer";
    "cpk_" Dotted 32..=ANY Random, "Chutes", "issuer";
    "AQ." Word 40..=ANY Random, "Google, API key of Gemini", "issuer";
    "fw-" Alnum 24..=ANY Random, "Fireworks, legacy", "issuer";
    "esecret_" Alnum 20..=ANY Random, "Anyscale", "issuer";
    "aph0_" Alnum 24..=ANY Random, "Anyscale", "issuer";
    "sk-helicone-" Word 20..=ANY Start, "Helicone", "issuer";
    "nk-" Word 40..=ANY Random, "Nomic", "issuer";
    "m0-" Alnum 36..=ANY Random, "Mem0", "issuer";
    "ak_" Alnum 20..=ANY Random, "Composio", "issuer";
    "uak_" Alnum 20..=ANY Random, "Composio, user", "issuer";
    "hb_" Hex 32..=ANY Random, "Hyperbrowser", "issuer";
    "ste-" Alnum 50..=ANY Random, "Steel", "issuer";
    "BSA" Alnum 26..=32 Random, "Brave Search", "issuer";
    "luma-" Word 60..=ANY Random, "Luma", "issuer";
    "key_" Hex 24..=ANY Random, "Runway, Retell", "issuer";
    "rpa_" Upper 40..=ANY Random, "RunPod", "issuer";
    "psk-" Word 40..=ANY Random, "Parasail", "issuer";
    "rc_" Hex 64..=ANY Start, "Featherless", "issuer";
    "flp_" Alnum 40..=ANY Random, "Friendli", "issuer";
    "pb_" Alnum 20..=ANY Random, "Predibase", "issuer";
    "inference-" Hex 32..=ANY Random, "Inference.net", "issuer";
    "hl_sk_" Hex 40..=ANY Start, "Humanloop", "issuer";
    "pl_" Hex 32..=ANY Random, "PromptLayer", "issuer";
    "lsk_" Word 40..=ANY Random, "Literal AI", "issuer";
    "tl_" Hex 40..=ANY Random, "Traceloop", "issuer";
    "pylf_v1_" Word 40..=ANY Start, "Logfire", "issuer";

    // Clouds.
    "AKIA" Upper 16..=16 Start, "AWS, access key id", "aws-access-token";
    "ASIA" Upper 16..=16 Start, "AWS, temporary access key id", "aws-access-token";
    "ABIA" Upper 16..=16 Start, "AWS, bearer token", "aws-access-token";
    "ACCA" Upper 16..=16 Start, "AWS, context-specific credential", "aws-access-token";
    "A3T" Upper 17..=17 Start, "AWS, access key id", "aws-access-token";
    "AIza" Word 35..=35 Start, "Google, API key", "gcp-api-key";
    "GOCSPX-" Word 24..=ANY Prefix, "Google, OAuth client secret", "issuer";
    "ya29." Dotted 20..=ANY Start, "Google, OAuth access token", "issuer";
    "1//0" Word 30..=ANY Start, "Google, OAuth refresh token", "issuer";
    "LTAI" Alnum 16..=24 Random, "Alibaba, access key id", "alibaba-access-key-id";
    "AKID" Alnum 30..=36 Random, "Tencent, secret id", "issuer";
    "dop_v1_" Hex 32..=ANY Prefix, "DigitalOcean, personal", "digitalocean-pat";
    "doo_v1_" Hex 32..=ANY Prefix, "DigitalOcean, OAuth", "digitalocean-access-token";
    "dor_v1_" Hex 32..=ANY Prefix, "DigitalOcean, refresh", "digitalocean-refresh-token";
    "HRKU-" Word 30..=ANY Prefix, "Heroku", "heroku-api-key-v2";
    "fo1_" Word 40..=ANY Start, "Fly.io", "flyio-access-token";
    "fm1a_" Base64 60..=ANY Start, "Fly.io", "flyio-access-token";
    "fm1r_" Base64 60..=ANY Start, "Fly.io", "flyio-access-token";
    "fm2_" Base64 40..=ANY Start, "Fly.io", "flyio-access-token";
    "v1.0-" Word 60..=ANY Random, "Cloudflare, origin CA", "cloudflare-origin-ca-key";
    "cfk_" Word 40..=ANY Random, "Cloudflare, global key", "issuer";
    "cfut_" Word 32..=ANY Random, "Cloudflare, user token", "issuer";
    "cfat_" Word 32..=ANY Random, "Cloudflare, account token", "issuer";
    "tk-us-" Word 40..=ANY Random, "Scalingo", "scalingo-api-token";
    "vercel_blob_rw_" Word 20..=ANY Prefix, "Vercel, blob store", "issuer";
    "vcp_" Alnum 32..=ANY Random, "Vercel, personal", "issuer";
    "vck_" Alnum 32..=ANY Random, "Vercel, AI gateway", "issuer";
    "vci_" Alnum 32..=ANY Random, "Vercel, integration", "issuer";
    "vca_" Alnum 32..=ANY Random, "Vercel, application", "issuer";
    "mdb_sa_sk_" Word 30..=ANY Start, "MongoDB Atlas", "issuer";
    "nfp_" Alnum 32..=ANY Random, "Netlify", "issuer";
    "rnd_" Alnum 24..=ANY Random, "Render", "issuer";
    "sha256~" Word 40..=ANY Start, "OpenShift", "openshift-user-token";

    // Code, packages and builds.
    "ghp_" Alnum 30..=ANY Prefix, "GitHub, personal", "github-pat";
    "gho_" Alnum 30..=ANY Prefix, "GitHub, OAuth", "github-oauth";
    "ghu_" Alnum 30..=ANY Prefix, "GitHub, user", "github-app-token";
    "ghs_" Alnum 30..=ANY Prefix, "GitHub, server", "github-app-token";
    "ghr_" Alnum 30..=ANY Prefix, "GitHub, refresh", "github-refresh-token";
    "github_pat_" Word 22..=ANY Prefix, "GitHub, fine-grained", "github-fine-grained-pat";
    "glpat-" Dotted 20..=ANY Prefix, "GitLab, personal", "gitlab-pat, gitlab-pat-routable";
    "gldt-" Word 20..=ANY Prefix, "GitLab, deploy", "gitlab-deploy-token";
    "glrt-" Dotted 20..=ANY Prefix, "GitLab, runner", "gitlab-runner-authentication-token";
    "glrtr-" Dotted 20..=ANY Prefix, "GitLab, runner registration", "issuer";
    "glcbt-" Word 20..=ANY Prefix, "GitLab, job", "gitlab-cicd-job-token";
    "glptt-" Word 20..=ANY Prefix, "GitLab, trigger", "gitlab-ptt";
    "glft-" Word 20..=ANY Prefix, "GitLab, feed", "gitlab-feed-token";
    "glffct-" Word 20..=ANY Prefix, "GitLab, feature flags", "gitlab-feature-flag-client-token";
    "glsoat-" Word 20..=ANY Prefix, "GitLab, SCIM", "gitlab-scim-token";
    "gloas-" Word 20..=ANY Prefix, "GitLab, OAuth application", "gitlab-oauth-app-secret";
    "glagent-" Word 20..=ANY Prefix, "GitLab, Kubernetes agent", "gitlab-kubernetes-agent-token";
    "glimt-" Word 20..=ANY Prefix, "GitLab, incoming mail", "gitlab-incoming-mail-token";
    "glwt-" Word 20..=ANY Prefix, "GitLab, workspace", "issuer";
    "GR1348941" Word 20..=ANY Start, "GitLab, runner registration", "gitlab-rrt";
    "ATATT" Base64 20..=ANY Random, "Atlassian", "atlassian-api-token";
    "ATCTT" Base64 20..=ANY Random, "Atlassian, Connect", "issuer";
    "ATBB" Alnum 20..=ANY Random, "Bitbucket", "issuer";
    "ATTA" Hex 64..=ANY Start, "Trello", "issuer";
    "npm_" Alnum 30..=ANY Start, "npm", "npm-access-token";
    "pypi-" Word 50..=ANY Random, "PyPI", "pypi-upload-token";
    "cio" Alnum 32..=32 Random, "crates.io", "issuer";
    "rubygems_" Alnum 32..=ANY Prefix, "RubyGems", "rubygems-api-token";
    "dckr_pat_" Word 20..=ANY Prefix, "Docker, personal", "issuer";
    "dckr_oat_" Word 20..=ANY Prefix, "Docker, organization", "issuer";
    "CLOJARS_" Alnum 60..=60 Start, "Clojars", "clojars-api-token";
    "packagist_uut_" Hex 40..=ANY Start, "Packagist, user", "issuer";
    "packagist_ort_" Hex 40..=ANY Start, "Packagist, organization", "issuer";
    "packagist_out_" Hex 40..=ANY Start, "Packagist, update", "issuer";
    "AKCp" Alnum 50..=ANY Start, "JFrog, API key", "artifactory-api-key";
    "cmVmd" Alnum 50..=64 Start, "JFrog, reference token", "artifactory-reference-token";
    "oy2" Alnum 43..=43 Start, "NuGet", "issuer";
    "sgp_" Word 40..=ANY Start, "Sourcegraph", "sourcegraph-access-token";
    "sgd_" Hex 64..=ANY Start, "Sourcegraph, dotcom", "issuer";
    "slk_" Hex 64..=ANY Start, "Sourcegraph, license", "issuer";
    "sktsec_" Word 30..=ANY Start, "Socket", "issuer";
    "snyk_uat." Dotted 40..=ANY Start, "Snyk", "issuer";
    "sqp_" Hex 40..=40 Start, "SonarQube, project", "issuer";
    "squ_" Hex 40..=40 Start, "SonarQube, user", "sonar-api-token";
    "sqa_" Hex 40..=40 Start, "SonarQube, analysis", "sonar-api-token";
    "expo_" Word 36..=ANY Random, "Expo", "issuer";
    "ops_eyJ" Base64 50..=ANY Prefix, "1Password, service account", "1password-service-account-token";
    "A3-" Word 30..=40 Start, "1Password, secret key", "1password-secret-key";
    "AGE-SECRET-KEY-1" Upper 50..=ANY Prefix, "age", "age-secret-key";
    "PMAK-" Word 30..=ANY Prefix, "Postman", "postman-api-token";
    "PMAT-" Upper 26..=ANY Random, "Postman, collection", "issuer";
    "pul-" Alnum 40..=40 Start, "Pulumi", "pulumi-api-token";
    "dp.pt." Alnum 30..=ANY Prefix, "Doppler, personal", "doppler-api-token";
    "dp.st." Dotted 30..=ANY Prefix, "Doppler, service", "issuer";
    "dp.ct." Alnum 30..=ANY Prefix, "Doppler, CLI", "issuer";
    "dp.sa." Alnum 30..=ANY Prefix, "Doppler, service account", "issuer";
    "dp.scim." Alnum 30..=ANY Prefix, "Doppler, SCIM", "issuer";
    "dp.audit." Alnum 30..=ANY Prefix, "Doppler, audit", "issuer";
    "hvs." Word 24..=ANY Random, "Vault, service", "vault-service-token";
    "hvb." Word 24..=ANY Random, "Vault, batch", "vault-batch-token";
    "hvr." Word 24..=ANY Random, "Vault, recovery", "issuer";
    "pnu_" Alnum 30..=ANY Start, "Prefect", "prefect-api-token";
    "pnb_" Alnum 30..=ANY Start, "Prefect, bot", "issuer";
    "API-" Upper 26..=30 Random, "Octopus Deploy", "octopus-deploy-api-key";
    "ico-" Alnum 32..=32 Random, "Infracost", "infracost-api-token";
    "rdme_" Alnum 50..=ANY Start, "ReadMe", "readme-api-token";
    "sm_aat_" Alnum 16..=ANY Start, "SettleMint, application", "settlemint-application-access-token";
    "sm_pat_" Alnum 16..=ANY Start, "SettleMint, personal", "settlemint-personal-access-token";
    "sm_sat_" Alnum 16..=ANY Start, "SettleMint, service", "settlemint-service-access-token";
    "bkua_" Alnum 40..=ANY Start, "Buildkite", "issuer";
    "bkct_" Word 30..=ANY Random, "Buildkite, cluster", "issuer";
    "CCIPRJ_" Word 30..=ANY Start, "CircleCI, project", "issuer";
    "CCIPAT_" Word 30..=ANY Start, "CircleCI", "issuer";
    "pat." Dotted 50..=ANY Random, "Harness", "harness-api-key";
    "sat." Dotted 50..=ANY Random, "Harness, service account", "harness-api-key";
    "4b1d" Alnum 38..=38 Random, "ClickHouse Cloud", "clickhouse-cloud-api-secret-key";
    "sdk-" Word 36..=40 Random, "LaunchDarkly, SDK key", "issuer";
    "api-" Word 36..=40 Random, "LaunchDarkly, access token", "launchdarkly-access-token";
    "configcat-sdk-1/" Base64 40..=ANY Prefix, "ConfigCat", "issuer";
    "zpka_" Word 40..=ANY Start, "Zuplo", "issuer";
    "unkey_" Alnum 20..=ANY Random, "Unkey", "issuer";
    "secret-" Word 40..=ANY Random, "Statsig, Stytch", "issuer";
    "testsk_" Alnum 30..=ANY Random, "Svix, test", "issuer";
    "tr_prod_" Alnum 20..=ANY Random, "Trigger.dev", "issuer";
    "tr_dev_" Alnum 20..=ANY Random, "Trigger.dev, development", "issuer";
    "signkey-" Word 50..=ANY Random, "Inngest", "issuer";
    "sk.eyJ" Dotted 50..=ANY Start, "Mapbox, secret", "mapbox-api-token";
    "fio-u-" Base64 50..=ANY Start, "Frame.io", "frameio-api-token";
    "ddw_" Alnum 36..=ANY Random, "Deno Deploy", "issuer";
    "authress_" Base64Dotted 60..=ANY Random, "Authress", "authress-service-client-access-key";
    "scauth_" Base64Dotted 60..=ANY Random, "Authress", "authress-service-client-access-key";
    "3MVG9" Dotted 60..=ANY Random, "Salesforce, consumer key", "issuer";
    "5AEP861" Dotted 60..=ANY Random, "Salesforce, refresh token", "issuer";
    "thog-key-" Hex 16..=ANY Start, "TruffleHog", "issuer";
    "thog-secret-" Hex 32..=ANY Start, "TruffleHog", "issuer";
    "sqco_" Word 40..=ANY Random, "SonarCloud", "issuer";
    "ZXlK" Base64 60..=ANY Random, "JSON web token in base64", "jwt-base64";
    "p8e-" Alnum 32..=32 Start, "Adobe, client secret", "adobe-client-secret";
    "s-s4t2ud-" Hex 40..=ANY Start, "42 intra", "intra42-client-secret";
    "s-s4t2af-" Hex 40..=ANY Start, "42 intra", "intra42-client-secret";

    // Messages, mail and payments.
    "xoxb-" Word 10..=ANY Prefix, "Slack, bot", "slack-bot-token";
    "xoxa-" Word 10..=ANY Prefix, "Slack, workspace", "slack-legacy-workspace-token";
    "xoxp-" Word 10..=ANY Prefix, "Slack, user", "slack-user-token";
    "xoxr-" Word 10..=ANY Prefix, "Slack, refresh", "slack-legacy-workspace-token";
    "xoxs-" Word 10..=ANY Prefix, "Slack, session", "slack-legacy-token";
    "xoxo-" Word 10..=ANY Random, "Slack, legacy", "slack-legacy-token";
    "xoxc-" Word 10..=ANY Prefix, "Slack, client", "issuer";
    "xoxd-" Base64 10..=ANY Prefix, "Slack, cookie", "issuer";
    "xoxe-" Word 10..=ANY Prefix, "Slack, configuration refresh", "slack-config-refresh-token";
    "xoxe.xox" Word 10..=ANY Prefix, "Slack, configuration", "slack-config-access-token";
    "xapp-" Word 16..=ANY Prefix, "Slack, app", "slack-app-token";
    "xwfp-" Word 16..=ANY Prefix, "Slack, workflow", "issuer";
    "hooks.slack.com/services/" Base64 20..=ANY Prefix, "Slack, webhook", "slack-webhook-url";
    "hooks.slack.com/workflows/" Base64 20..=ANY Prefix, "Slack, webhook", "slack-webhook-url";
    "hooks.slack.com/triggers/" Base64 20..=ANY Prefix, "Slack, webhook", "slack-webhook-url";
    "IncomingWebhook/" Base64 30..=ANY Start, "Microsoft Teams, webhook after its tenant", "microsoft-teams-webhook";
    "hook.eu1.make.com/" Alnum 30..=ANY Prefix, "Make, webhook", "issuer";
    "hook.eu2.make.com/" Alnum 30..=ANY Prefix, "Make, webhook", "issuer";
    "hook.us1.make.com/" Alnum 30..=ANY Prefix, "Make, webhook", "issuer";
    "hook.us2.make.com/" Alnum 30..=ANY Prefix, "Make, webhook", "issuer";
    "hooks.zapier.com/hooks/catch/" Base64 10..=ANY Prefix, "Zapier, webhook", "issuer";
    "discord.com/api/webhooks/" Base64 40..=ANY Prefix, "Discord, webhook", "issuer";
    "discordapp.com/api/webhooks/" Base64 40..=ANY Prefix, "Discord, webhook", "issuer";
    "webhook.office.com/webhookb2/" Base64 30..=ANY Prefix, "Microsoft Teams, webhook", "microsoft-teams-webhook";
    "api.telegram.org/bot" Alnum 8..=10 Prefix, "Telegram, bot URL", "telegram-bot-api-token";
    "sk_live_" Alnum 10..=ANY Prefix, "Stripe, secret", "stripe-access-token";
    "sk_test_" Alnum 10..=ANY Prefix, "Stripe, secret, test", "stripe-access-token";
    "rk_live_" Alnum 10..=ANY Prefix, "Stripe, restricted", "stripe-access-token";
    "rk_test_" Alnum 10..=ANY Prefix, "Stripe, restricted, test", "stripe-access-token";
    "sk_prod_" Alnum 10..=ANY Prefix, "Stripe, secret", "stripe-access-token";
    "rk_prod_" Alnum 10..=ANY Prefix, "Stripe, restricted", "stripe-access-token";
    "pi_" Word 45..=ANY Random, "Stripe, client secret of a payment", "issuer";
    "seti_" Word 45..=ANY Random, "Stripe, client secret of a setup", "issuer";
    "whsec_" Base64 20..=ANY Prefix, "Stripe, webhook", "issuer";
    "sk_org_" Word 30..=ANY Random, "Stripe, organization", "issuer";
    "rzp_live_" Alnum 14..=ANY Prefix, "Razorpay", "issuer";
    "rzp_test_" Alnum 14..=ANY Prefix, "Razorpay, test", "issuer";
    "live_" Word 28..=ANY Random, "Mollie, GoCardless, Lob", "gocardless-api-token, lob-api-key";
    "test_" Alnum 28..=40 Random, "Mollie, Lob, test", "lob-pub-api-key";
    "access-production-" Word 36..=ANY Random, "Plaid", "plaid-api-token";
    "access-sandbox-" Word 36..=ANY Random, "Plaid, sandbox", "plaid-api-token";
    "pdl_live_apikey_" Word 40..=ANY Prefix, "Paddle", "issuer";
    "pdl_sdbx_apikey_" Word 40..=ANY Prefix, "Paddle, sandbox", "issuer";
    "polar_oat_" Word 30..=ANY Prefix, "Polar", "issuer";
    "SK" Hex 32..=32 Start, "Twilio, API key", "twilio-api-key";
    "AC" Hex 32..=32 Start, "Twilio, account", "issuer";
    "sec-c-" Word 36..=ANY Start, "PubNub, secret", "issuer";
    "pub-c-" Word 36..=36 Start, "PubNub, publish", "issuer";
    "sub-c-" Word 36..=36 Start, "PubNub, subscribe", "issuer";
    "SG." Dotted 40..=ANY Start, "SendGrid", "sendgrid-api-token";
    "key-" Alnum 32..=32 Random, "Mailgun", "mailgun-private-api-token";
    "pubkey-" Hex 32..=32 Start, "Mailgun, validation", "mailgun-pub-key";
    "md-" Word 22..=22 Random, "Mandrill", "issuer";
    "mlsn." Hex 60..=ANY Start, "MailerSend", "issuer";
    "pk_" Word 34..=48 Random, "Klaviyo, ClickUp", "issuer";
    "xkeysib-" Word 60..=ANY Prefix, "Brevo, API", "sendinblue-api-token";
    "xsmtpsib-" Word 60..=ANY Prefix, "Brevo, SMTP", "issuer";
    "re_" Word 24..=ANY Random, "Resend", "issuer";
    "EAAA" Word 40..=ANY Random, "Square", "square-access-token";
    "sq0atp-" Word 20..=ANY Prefix, "Square", "square-access-token";
    "sq0idp-" Word 20..=ANY Prefix, "Square, application", "issuer";
    "sq0ifo-" Word 20..=ANY Prefix, "Square, application", "issuer";
    "sq0cbz-" Word 30..=ANY Prefix, "Square, sandbox secret", "issuer";
    "sq0csp-" Word 30..=ANY Prefix, "Square, OAuth secret", "issuer";
    "EAA" Alnum 60..=ANY Random, "Facebook", "facebook-page-access-token";
    "shpat_" Hex 32..=ANY Prefix, "Shopify", "shopify-access-token";
    "shpca_" Hex 32..=ANY Prefix, "Shopify, custom app", "shopify-custom-access-token";
    "shppa_" Hex 32..=ANY Prefix, "Shopify, private app", "shopify-private-app-access-token";
    "shpss_" Hex 32..=ANY Prefix, "Shopify, shared secret", "shopify-shared-secret";
    "EZAK" Alnum 50..=60 Start, "EasyPost", "easypost-api-token";
    "EZTK" Alnum 50..=60 Start, "EasyPost, test", "easypost-test-api-token";
    "FLWSECK_TEST-" Alnum 12..=ANY Prefix, "Flutterwave", "flutterwave-secret-key";
    "FLWSECK-" Alnum 12..=ANY Prefix, "Flutterwave", "issuer";
    "FLWPUBK_TEST-" Alnum 30..=ANY Prefix, "Flutterwave", "flutterwave-public-key";
    "duffel_test_" Base64 40..=ANY Prefix, "Duffel", "duffel-api-token";
    "duffel_live_" Base64 40..=ANY Prefix, "Duffel", "duffel-api-token";
    "shippo_live_" Hex 40..=ANY Prefix, "Shippo", "shippo-api-token";
    "shippo_test_" Hex 40..=ANY Prefix, "Shippo", "shippo-api-token";
    "lin_api_" Alnum 32..=ANY Prefix, "Linear", "linear-api-key";
    "lin_oauth_" Alnum 32..=ANY Prefix, "Linear, OAuth", "issuer";
    "ntn_" Alnum 40..=ANY Start, "Notion", "notion-api-token";
    "secret_" Alnum 40..=ANY Random, "Notion, legacy", "issuer";
    "figd_" Word 30..=ANY Prefix, "Figma", "issuer";
    "figp_" Base64 40..=ANY Random, "Figma, personal", "issuer";
    "figo_" Word 30..=ANY Random, "Figma, OAuth", "issuer";
    "pat-na1-" Word 36..=ANY Start, "HubSpot", "issuer";
    "pat-na2-" Word 36..=ANY Start, "HubSpot", "issuer";
    "pat-eu1-" Word 36..=ANY Start, "HubSpot", "issuer";
    "pat-ap1-" Word 36..=ANY Start, "HubSpot", "issuer";
    "tfp_" Dotted 40..=ANY Random, "Typeform", "typeform-api-token";
    "cnvca" Word 40..=ANY Random, "Canva", "issuer";
    "pat" Dotted 79..=80 Random, "Airtable, personal", "airtable-personnal-access-token";
    "IGQVJ" Word 100..=ANY Random, "Instagram", "issuer";
    "AQX" Word 150..=ANY Random, "LinkedIn", "issuer";
    "dG9rO" Base64 40..=ANY Random, "Intercom", "issuer";
    "CFPAT-" Word 40..=ANY Prefix, "Contentful", "issuer";
    "aio_" Alnum 28..=28 Random, "Adafruit IO", "issuer";
    "bb_pr_" Hex 30..=30 Start, "Bannerbear, project", "issuer";
    "bb_ma_" Hex 30..=30 Start, "Bannerbear", "issuer";
    "api_" Dotted 45..=45 Random, "Close", "issuer";
    "endr+" Alnum 16..=16 Random, "Endor Labs", "issuer";
    "flb_live_" Alnum 20..=ANY Random, "Fleetbase", "issuer";
    "flb_test_" Alnum 20..=ANY Random, "Fleetbase, test", "issuer";
    "shltm_" Word 40..=ANY Random, "Flexport", "issuer";
    "API_KEY" Upper 32..=32 Random, "Finage", "issuer";
    "ramp_sec_" Alnum 32..=ANY Start, "Ramp, secret", "issuer";
    "ramp_id_" Alnum 32..=ANY Random, "Ramp, id", "issuer";
    "rootly_" Hex 64..=ANY Start, "Rootly", "issuer";
    "salad_cloud_" Word 25..=ANY Random, "SaladCloud", "issuer";
    "NF-" Alnum 32..=ANY Random, "Nightfall", "issuer";
    "BBFF-" Alnum 30..=ANY Random, "Ubidots", "issuer";
    "VF." Dotted 41..=ANY Random, "Voiceflow", "issuer";
    "1000." Dotted 65..=65 Random, "Zoho", "issuer";
    "na1." Base64 90..=ANY Random, "FullStory", "issuer";
    "tines.com/webhook/" Base64 30..=ANY Prefix, "Tines, webhook", "issuer";
    "apify_api_" Word 30..=ANY Prefix, "Apify", "issuer";

    // Operation and data.
    "NRAK-" Upper 20..=ANY Prefix, "New Relic, user", "new-relic-user-api-key";
    "NRBR-" Hex 19..=ANY Random, "New Relic, browser", "issuer";
    "NRIQ-" Word 30..=ANY Random, "New Relic, insights query", "issuer";
    "NRJS-" Hex 19..=ANY Random, "New Relic, browser", "new-relic-browser-api-token";
    "NRII-" Word 30..=ANY Random, "New Relic, insights", "new-relic-insert-key";
    "NRAA-" Hex 27..=ANY Random, "New Relic, administrator", "issuer";
    "xaat-" Word 36..=ANY Start, "Axiom, API", "issuer";
    "xapt-" Word 36..=ANY Start, "Axiom, personal", "issuer";
    "essu_" Base64 40..=ANY Start, "Elastic", "issuer";
    "dbtc_" Word 36..=ANY Random, "dbt, service", "issuer";
    "dbtu_" Word 36..=ANY Random, "dbt, user", "issuer";
    "cflt" Base64 56..=ANY Random, "Confluent", "issuer";
    "AVNS_" Word 18..=ANY Random, "Aiven, password", "issuer";
    "CCDB1_" Word 60..=ANY Start, "CockroachDB Cloud", "issuer";
    "p.eyJ" Dotted 50..=ANY Start, "Tinybird", "issuer";
    "mzp_" Hex 64..=ANY Start, "Materialize", "issuer";
    "glsa_" Word 30..=ANY Prefix, "Grafana, service account", "grafana-service-account-token";
    "glc_" Base64 30..=ANY Random, "Grafana Cloud", "grafana-cloud-api-token";
    "eyJrIjoi" Base64 60..=ANY Start, "Grafana, legacy", "grafana-api-key";
    "sntryu_" Hex 40..=ANY Prefix, "Sentry, user", "sentry-user-token";
    "sntrys_" Base64 40..=ANY Prefix, "Sentry, organization", "sentry-org-token";
    "dt0c01." Dotted 40..=ANY Prefix, "Dynatrace", "dynatrace-api-token";
    "dt0s01." Dotted 40..=ANY Prefix, "Dynatrace, platform", "issuer";
    "dapi" Hex 32..=32 Start, "Databricks", "databricks-api-token";
    "dose" Hex 32..=32 Start, "Databricks, service", "issuer";
    "dkea" Hex 32..=32 Start, "Databricks, key", "issuer";
    "pscale_tkn_" Dotted 30..=ANY Prefix, "PlanetScale", "planetscale-api-token";
    "pscale_oauth_" Dotted 30..=ANY Prefix, "PlanetScale, OAuth", "planetscale-oauth-token";
    "pscale_pw_" Dotted 30..=ANY Prefix, "PlanetScale, password", "planetscale-password";
    "sbp_" Alnum 40..=ANY Start, "Supabase", "issuer";
    "sb_secret_" Word 20..=ANY Prefix, "Supabase, secret", "issuer";
    "napi_" Alnum 40..=ANY Random, "Neon", "issuer";
    "npg_" Alnum 12..=ANY Random, "Neon, password", "issuer";
    "xata_" Word 30..=ANY Random, "Xata", "issuer";
    "xau_" Alnum 30..=ANY Random, "Xata, user", "issuer";
    "sl." Dotted 60..=ANY Random, "Dropbox", "dropbox-short-lived-api-token";
    "ddp_" Alnum 30..=ANY Random, "Datadog, personal", "issuer";
    "hcaik_" Alnum 40..=ANY Start, "Honeycomb, ingest", "issuer";
    "hcxik_" Alnum 40..=ANY Start, "Honeycomb, ingest", "issuer";
    "hcamk_" Alnum 40..=ANY Start, "Honeycomb, management", "issuer";
    "tskey-" Word 20..=ANY Random, "Tailscale", "issuer";
    "AstraCS:" Base64 20..=ANY Start, "DataStax Astra", "issuer";
    "st." Dotted 60..=ANY Random, "Infisical", "issuer";
    "sk" Alnum 170..=190 Random, "Sanity", "issuer";
    "00" Word 40..=40 Random, "Okta", "okta-access-token";
    "A21AA" Word 60..=ANY Random, "PayPal, access token", "issuer";
    "xprv" Alnum 90..=ANY Start, "BIP 32, private key", "issuer";
}
