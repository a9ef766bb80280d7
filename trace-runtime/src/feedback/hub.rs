//! Feedback for all backends of a program.

use super::annotation::{Annotation, validate_session};
use super::api::Api;
use super::error::AnnotateError;
use super::queue::{Flush, Parts, Queue};
use super::record::ANNOTATIONS;
use super::target::{Aim, Target};
use crate::config::RegisterError;
use crate::delivery::{
    DeliveryProcessor, Diagnostics, FeedbackStats, Flushed, JsonClient, OtlpSettings,
    SpoolSettings, Store, Stranded, numbered,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A backend that takes feedback.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    /// The address and the headers of its traces.
    pub(crate) otlp: OtlpSettings,
    pub(crate) api: &'static Api,
    /// The number of the destination of spans that is the same backend.
    pub(crate) destination: usize,
}

/// The settings of feedback, resolved.
#[derive(Clone, Debug)]
pub(crate) struct HubSettings {
    pub(crate) backends: Vec<Backend>,
    /// The names of the other destinations, for messages.
    pub(crate) others: Vec<String>,
    pub(crate) spool: Option<SpoolSettings>,
    pub(crate) scrubs_secrets: bool,
    /// The time for which an annotation of an unknown target is tried again.
    pub(crate) wait: Duration,
}

/// The queues of all backends that take feedback.
#[derive(Debug)]
pub(crate) struct Hub {
    /// Each with the number of its destination.
    queues: Vec<(usize, Arc<Queue>)>,
    others: Vec<String>,
    /// Annotations in the spool that no backend of this program takes.
    stranded: Option<Arc<Stranded>>,
}

const ADVICE: &str = "Phoenix over HTTP, Langfuse and MLflow take it; name one with `backend(..)` or \
     TRACE_BACKENDS";

impl Hub {
    /// Creates the queues. Their threads start with the first annotation, or at once if the spool may
    /// have some of earlier runs.
    pub(crate) fn start(
        settings: &HubSettings,
        diagnostics: &Arc<Diagnostics>,
        spans: Option<&DeliveryProcessor>,
    ) -> Result<Self, RegisterError> {
        let (mut queues, mut clients, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for Backend { otlp, api, .. } in &settings.backends {
            let client = JsonClient::new(otlp, api.traces_path)?;
            names.push(numbered(client.identity(), &names));
            clients.push(client);
        }
        let stranded = settings.spool.as_ref().and_then(|spool| {
            let diagnostics = Arc::clone(diagnostics);
            Some(Arc::new(Stranded::new(ANNOTATIONS, &spool.path, &names, diagnostics).ok()?))
        });
        for ((backend, client), name) in settings.backends.iter().zip(clients).zip(&names) {
            let Backend { api, destination, .. } = backend;
            let store = settings.spool.as_ref().map(|spool| {
                let diagnostics = Arc::clone(diagnostics);
                Store::open(ANNOTATIONS, spool, name, client.address(), diagnostics)
            });
            let store = store.transpose()?.map(|store| store.reporting(stranded.as_ref()));
            let has_store = store.is_some();
            let queue = Queue::new(Parts {
                api,
                client,
                gate: spans.and_then(|spans| spans.gate(*destination)),
                store,
                diagnostics: Arc::clone(diagnostics),
                scrubs_secrets: settings.scrubs_secrets,
                wait: settings.wait,
            });
            if has_store {
                queue.start().map_err(|error| RegisterError::Exporter(error.to_string()))?;
            }
            queues.push((*destination, queue));
        }
        Ok(Hub { queues, others: settings.others.clone(), stranded })
    }

    /// Gives an annotation to every backend that takes it.
    pub(crate) fn annotate(
        &self,
        target: &Target,
        annotation: Annotation,
    ) -> Result<(), AnnotateError> {
        annotation.validate()?;
        if let Aim::Session(id) = &target.0 {
            validate_session(id)?;
        }
        let is_exported = target.require_span()?;
        let mut taking = self.queues.iter().filter(|(_, queue)| queue.takes(&target.0)).peekable();
        if taking.peek().is_none() {
            return Err(self.no_backend(&target.0));
        }
        if !is_exported {
            return Ok(());
        }
        let Annotation { content } = annotation;
        taking.try_for_each(|(_, queue)| queue.give(target, &content))
    }

    fn no_backend(&self, aim: &Aim) -> AnnotateError {
        let what = match aim {
            Aim::Session(_) => "feedback about sessions",
            Aim::Span(_) | Aim::Trace(_) => "feedback",
        };
        let names = self.queues.iter().map(|(_, queue)| queue.parts.client.address());
        let names: Vec<_> = names.chain(self.others.iter().cloned()).collect();
        let found = if names.is_empty() { "there is none".to_owned() } else { names.join(", ") };
        AnnotateError::NoBackend { what, found, advice: ADVICE }
    }

    /// Returns the counts, each with the number of its destination. Empty in a process that was
    /// forked.
    pub(crate) fn stats(&self) -> impl Iterator<Item = (usize, String, FeedbackStats)> {
        let own = self.queues.iter().filter(|(_, queue)| !queue.is_forked());
        own.map(|(destination, queue)| (*destination, queue.parts.client.address(), queue.stats()))
    }

    /// Waits until every annotation that was given before has an outcome. Returns the result of each
    /// backend with its address.
    pub(crate) fn flush(&self, deadline: Instant) -> Vec<(String, Flushed)> {
        let begun: Vec<Flush> = self.queues.iter().map(|(_, queue)| queue.begin_flush()).collect();
        let all = self.queues.iter().zip(&begun);
        all.map(|((_, queue), flush)| {
            (queue.parts.client.address(), queue.wait_for(flush, deadline))
        })
        .collect()
    }

    /// Flushes, and stops the threads.
    pub(crate) fn end(&self, deadline: Instant) -> Vec<(String, Flushed)> {
        let mut results = self.flush(deadline);
        for ((_, queue), (_, flushed)) in self.queues.iter().zip(&mut results) {
            let before = queue.stats();
            queue.stop(deadline);
            let stats = queue.stats();
            (flushed.delivered, flushed.on_disk) = (stats.delivered, stats.on_disk);
            // Those that were lost because there was no answer are shown as pending.
            (flushed.pending, flushed.lost) = (stats.lost - before.lost, before.lost);
        }
        // A program that runs for a moment, or that has no backend for feedback, has not reported them.
        self.stranded.iter().for_each(|stranded| stranded.report_once());
        results
    }
}
