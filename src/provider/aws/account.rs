//! An account in one Region: the clients of its services, made on first use from one configuration, and its identity.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use super::calls::call;
use super::connection::{self, Settings, retry_partition};
use super::errors::unreadable;
use super::rate_limit::RateLimit;
use super::rpc::{self, Protocol, Route, Service};
use super::transport::Transport;
use crate::artifact::OWNER_TAG;
use crate::inventory::Target;
use crate::provider::{AccountError, Owner};
use crate::semantics::chat::endpoint_region;

const CHATBOT: Service = Service {
    id: "chatbot",
    host: "chatbot",
    protocol: Protocol::RestJson {
        routes: &ROUTES_OF_CHATBOT,
    },
};

const ROUTES_OF_CHATBOT: [Route; 13] = [
    Route::post(
        "CreateMicrosoftTeamsChannelConfiguration",
        "/create-ms-teams-channel-configuration",
    ),
    Route::post(
        "CreateSlackChannelConfiguration",
        "/create-slack-channel-configuration",
    ),
    Route::post(
        "DeleteMicrosoftTeamsChannelConfiguration",
        "/delete-ms-teams-channel-configuration",
    ),
    Route::post(
        "DeleteSlackChannelConfiguration",
        "/delete-slack-channel-configuration",
    ),
    Route::post(
        "DescribeSlackChannelConfigurations",
        "/describe-slack-channel-configurations",
    ),
    Route::post("DescribeSlackWorkspaces", "/describe-slack-workspaces"),
    Route::post(
        "ListMicrosoftTeamsChannelConfigurations",
        "/list-ms-teams-channel-configurations",
    ),
    Route::post(
        "ListMicrosoftTeamsConfiguredTeams",
        "/list-ms-teams-configured-teams",
    ),
    Route::post("ListTagsForResource", "/list-tags-for-resource"),
    Route::post("TagResource", "/tag-resource"),
    Route::post("UntagResource", "/untag-resource"),
    Route::post(
        "UpdateMicrosoftTeamsChannelConfiguration",
        "/update-ms-teams-channel-configuration",
    ),
    Route::post(
        "UpdateSlackChannelConfiguration",
        "/update-slack-channel-configuration",
    ),
];

const APPLICATION_SIGNALS: Service = Service {
    id: "Application Signals",
    host: "application-signals",
    protocol: Protocol::RestJson {
        routes: &ROUTES_OF_APPLICATION_SIGNALS,
    },
};

const ROUTES_OF_APPLICATION_SIGNALS: [Route; 7] = [
    Route {
        operation: "CreateServiceLevelObjective",
        method: "POST",
        path: "/slo",
        query: &[],
    },
    Route {
        operation: "DeleteServiceLevelObjective",
        method: "DELETE",
        path: "/slo/{Id}",
        query: &[],
    },
    Route {
        operation: "GetServiceLevelObjective",
        method: "GET",
        path: "/slo/{Id}",
        query: &[],
    },
    Route {
        operation: "ListServiceLevelObjectives",
        method: "POST",
        path: "/slos",
        query: &["MaxResults", "NextToken"],
    },
    Route {
        operation: "ListTagsForResource",
        method: "GET",
        path: "/tags",
        query: &["ResourceArn"],
    },
    Route {
        operation: "TagResource",
        method: "POST",
        path: "/tag-resource",
        query: &[],
    },
    Route {
        operation: "UpdateServiceLevelObjective",
        method: "PATCH",
        path: "/slo/{Id}",
        query: &[],
    },
];

const OBSERVABILITY_ADMIN: Service = Service {
    id: "ObservabilityAdmin",
    host: "observabilityadmin",
    protocol: Protocol::RestJson {
        routes: &[Route::post(
            "GetTelemetryEnrichmentStatus",
            "/GetTelemetryEnrichmentStatus",
        )],
    },
};

const CLOUDFORMATION: Service = Service {
    id: "CloudFormation",
    host: "cloudformation",
    protocol: Protocol::Query {
        version: "2010-05-15",
    },
};

const EVENTS: Service = Service {
    id: "EventBridge",
    host: "events",
    protocol: Protocol::Json {
        target: "AWSEvents",
    },
};

const LOGS: Service = Service {
    id: "CloudWatch Logs",
    host: "logs",
    protocol: Protocol::Json {
        target: "Logs_20140328",
    },
};

const STS: Service = Service {
    id: "STS",
    host: "sts",
    protocol: Protocol::Query {
        version: "2011-06-15",
    },
};

const TAGGING: Service = Service {
    id: "Resource Groups Tagging API",
    host: "tagging",
    protocol: Protocol::Json {
        target: "ResourceGroupsTaggingAPI_20170126",
    },
};

/// An account in one Region, reached with one set of credentials.
#[derive(Debug)]
pub struct Account {
    config: SdkConfig,
    /// Tags of every artifact that is created, the owner tag among them.
    tags: BTreeMap<String, String>,
    /// The HTTP client below the Region's transport.
    client: SharedHttpClient,
    rate_limit: RateLimit,
    identity: OnceCell<Target>,
    chatbot: OnceLock<rpc::Client>,
    application_signals: OnceLock<rpc::Client>,
    cloudformation: OnceLock<rpc::Client>,
    cloudwatch: OnceLock<aws_sdk_cloudwatch::Client>,
    events: OnceLock<rpc::Client>,
    logs: OnceLock<rpc::Client>,
    observability_admin: OnceLock<rpc::Client>,
    sns: OnceLock<aws_sdk_sns::Client>,
    tagging: OnceLock<rpc::Client>,
    xray: OnceLock<aws_sdk_xray::Client>,
}

/// The account that `settings` name. Artifacts created in it carry `tags` and the owner tag with `stack`.
pub async fn connect(
    settings: &Settings,
    stack: &str,
    tags: &BTreeMap<String, String>,
) -> Result<Account, AccountError> {
    let (config, client) = connection::configuration(settings).await?;
    let rate_limit = if config.endpoint_url().is_some() {
        RateLimit::OnceThrottled
    } else {
        settings.rate_limit
    };
    let mut tags = tags.clone();
    tags.insert(OWNER_TAG.to_owned(), stack.to_owned());
    Ok(Account::new(config, client, rate_limit, tags))
}

impl Account {
    fn new(
        config: SdkConfig,
        client: SharedHttpClient,
        rate_limit: RateLimit,
        tags: BTreeMap<String, String>,
    ) -> Self {
        let transport = Transport::new(client.clone(), rate_limit);
        Self {
            config: config.into_builder().http_client(transport).build(),
            tags,
            client,
            rate_limit,
            identity: OnceCell::new(),
            chatbot: OnceLock::new(),
            application_signals: OnceLock::new(),
            cloudformation: OnceLock::new(),
            cloudwatch: OnceLock::new(),
            events: OnceLock::new(),
            logs: OnceLock::new(),
            observability_admin: OnceLock::new(),
            sns: OnceLock::new(),
            tagging: OnceLock::new(),
            xray: OnceLock::new(),
        }
    }

    /// The same account in another Region of `home`'s partition. Each Region has its own quotas and endpoints.
    #[must_use]
    pub fn in_region(&self, home: &Target, region: &str) -> Self {
        let name = aws_config::Region::new(region.to_owned());
        let config = self.config.to_builder().region(name).build();
        let client = self.client.clone();
        Self {
            identity: OnceCell::new_with(Some(home.in_region(region))),
            ..Self::new(config, client, self.rate_limit, self.tags.clone())
        }
    }

    /// Whether the account is reached at a configured address: a sandbox, an emulator or a proxy.
    pub fn has_configured_endpoint(&self) -> bool {
        self.config.endpoint_url().is_some()
    }

    pub(super) fn cloudwatch(&self) -> &aws_sdk_cloudwatch::Client {
        self.cloudwatch.get_or_init(|| {
            let config = aws_sdk_cloudwatch::config::Builder::from(&self.config)
                .retry_partition(retry_partition());
            aws_sdk_cloudwatch::Client::from_conf(config.build())
        })
    }

    pub(super) fn sns(&self) -> &aws_sdk_sns::Client {
        self.sns.get_or_init(|| {
            let config =
                aws_sdk_sns::config::Builder::from(&self.config).retry_partition(retry_partition());
            aws_sdk_sns::Client::from_conf(config.build())
        })
    }

    pub(super) fn xray(&self) -> &aws_sdk_xray::Client {
        self.xray.get_or_init(|| {
            let config = aws_sdk_xray::config::Builder::from(&self.config)
                .retry_partition(retry_partition());
            aws_sdk_xray::Client::from_conf(config.build())
        })
    }

    /// The client of a Region with an endpoint: the configurations have none.
    pub(super) fn chatbot(&self) -> &rpc::Client {
        self.chatbot.get_or_init(|| {
            let region = self.config.region().map_or("", AsRef::as_ref);
            let region = aws_config::Region::new(endpoint_region(region).to_owned());
            let config = self.config.to_builder().region(region).build();
            rpc::Client::new(&CHATBOT, &config, retry_partition())
        })
    }

    pub(super) fn application_signals(&self) -> &rpc::Client {
        self.application_signals
            .get_or_init(|| self.rpc_client(&APPLICATION_SIGNALS))
    }

    pub(super) fn cloudformation(&self) -> &rpc::Client {
        self.cloudformation
            .get_or_init(|| self.rpc_client(&CLOUDFORMATION))
    }

    pub(super) fn events(&self) -> &rpc::Client {
        self.events.get_or_init(|| self.rpc_client(&EVENTS))
    }

    pub(super) fn logs(&self) -> &rpc::Client {
        self.logs.get_or_init(|| self.rpc_client(&LOGS))
    }

    pub(super) fn observability_admin(&self) -> &rpc::Client {
        self.observability_admin
            .get_or_init(|| self.rpc_client(&OBSERVABILITY_ADMIN))
    }

    pub(super) fn tagging(&self) -> &rpc::Client {
        self.tagging.get_or_init(|| self.rpc_client(&TAGGING))
    }

    fn rpc_client(&self, service: &'static Service) -> rpc::Client {
        rpc::Client::new(service, &self.config, retry_partition())
    }

    /// STS is asked once: credentials do not change during a run.
    pub(super) async fn caller_identity(&self) -> Result<&Target, AccountError> {
        self.identity
            .get_or_try_init(|| self.get_caller_identity())
            .await
    }

    async fn get_caller_identity(&self) -> Result<Target, AccountError> {
        const OPERATION: &str = "GetCallerIdentity";
        let caller: CallerIdentity = call(&self.rpc_client(&STS), OPERATION, json!({})).await?;
        let partition = caller.arn.split(':').nth(1);
        match (partition, self.config.region()) {
            (Some(partition), Some(region)) => Ok(Target {
                partition: partition.to_owned(),
                region: region.to_string(),
                account: caller.account,
            }),
            _ => Err(unreadable(OPERATION, &"no account or ARN")),
        }
    }

    /// The tags of a new artifact, in a service's own type. An update sends them, too, where it could create: AWS ignores them on
    /// what exists, and without them an artifact that another run deleted a moment ago would come back without an owner.
    pub(super) fn tags<T>(&self, tag: impl Fn(&String, &String) -> T) -> Vec<T> {
        let tags = self.tags.iter().map(|(key, value)| tag(key, value));
        tags.collect()
    }

    /// The value of the owner tag: the stack that owns the artifacts created here.
    pub(super) fn owner_tag(&self) -> &str {
        self.tags.get(OWNER_TAG).map_or("", String::as_str)
    }

    /// The owner of artifacts created here.
    pub(super) fn own_owner(&self) -> Option<Owner> {
        self.tags.get(OWNER_TAG).cloned().map(Owner::Stack)
    }
}

/// Whether an artifact is new or exists already.
#[derive(Debug, Clone, Copy)]
pub(super) enum Writing {
    Create,
    Update,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CallerIdentity {
    account: String,
    arn: String,
}
