//! The wrapper around a handler.

use crate::caller::caller;
use rmcp::model::{ServerNotification, ServerRequest};
use rmcp::service::{NotificationContext, RequestContext, Service, ServiceRole};
use rmcp::{ErrorData, RoleClient};
use trace_runtime::opentelemetry::context::FutureExt;

/// A handler whose spans are below those of its callers.
///
/// Around the handler of a server, each tool call is a span, too. Around the handler of a
/// client, the requests of a server join the trace, such as those for a model's answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traced<H>(pub H);

impl<S: Service<RoleClient>> Service<RoleClient> for Traced<S> {
    async fn handle_request(
        &self,
        request: ServerRequest,
        context: RequestContext<RoleClient>,
    ) -> Result<<RoleClient as ServiceRole>::Resp, ErrorData> {
        let caller = caller(&context.meta.0.0, &context.extensions);
        self.0.handle_request(request, context).with_context(caller).await
    }

    async fn handle_notification(
        &self,
        notification: ServerNotification,
        context: NotificationContext<RoleClient>,
    ) -> Result<(), ErrorData> {
        let caller = caller(&context.meta.0.0, &context.extensions);
        self.0.handle_notification(notification, context).with_context(caller).await
    }

    fn get_info(&self) -> <RoleClient as ServiceRole>::Info {
        self.0.get_info()
    }
}
