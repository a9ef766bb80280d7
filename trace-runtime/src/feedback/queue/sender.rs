//! The thread that sends the annotations of one backend, one by one.

use super::items::{Items, Waits};
use super::{Phase, Queue, State};
use crate::delivery::{ExportScope, JsonAttempt, SendError, Store, Takeover, UNKNOWN_TARGET};
use crate::feedback::record::Record;
use crate::panic::{catch, short_message};
use crate::span::watched;
use crate::sync::wait_timeout;
use opentelemetry::Context;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An annotation that was refused so often, since its target is unknown, is reported as late. A
/// backend that has just accepted the span learns of it within a second.
const TRIES_UNTIL_LATE: u32 = 8;

/// The longest time without a look at the state, if nothing is due.
const IDLE: Duration = Duration::from_secs(60);

/// The search for annotations that processes which are gone have left.
#[derive(Default)]
struct Search {
    takeover: Takeover,
    next_scan: Option<Instant>,
}

impl Queue {
    /// Sends until the queue is shut down.
    pub(super) fn send_all(&self) {
        // Spans that the HTTP client records would be exported, without an end.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        let _scope = ExportScope::enter();
        let mut search = Search::default();
        while let Some(id) = self.next(&mut search) {
            self.attempt(id);
            self.lock().sending = None;
            self.progress.notify_all();
        }
        self.lock().sender_has_ended = true;
        self.progress.notify_all();
    }

    /// Waits for an annotation that is due and whose spans were accepted. If there is none, it takes
    /// a step in the search for those of earlier runs. Returns `None` after shutdown.
    fn next(&self, search: &mut Search) -> Option<u64> {
        let mut state = self.lock();
        loop {
            if state.phase != Phase::Running {
                return None;
            }
            let now = Instant::now();
            if let Some((until, _)) = state.away.filter(|(until, _)| *until > now) {
                state = wait_timeout(&self.sender_wakes, state, until - now).0;
                continue;
            }
            state.away = None;
            let first = state.items.first();
            if let Some((due, id)) = first.filter(|(due, _)| *due <= now) {
                let waits = state.items.get_mut(id).map(|item| item.waits);
                drop(state);
                let is_open = waits.map(|waits| self.is_open(waits));
                state = self.lock();
                match is_open {
                    Some(Ok(())) => {
                        state.sending = Some(id);
                        return Some(id);
                    }
                    Some(Err(waits)) => state.items.check_later(id, waits, now),
                    None => state.items.schedule_at(id, due + IDLE),
                }
                continue;
            }
            if self.must_search(search, now) {
                drop(state);
                self.search(search, now);
                state = self.lock();
                continue;
            }
            let rest = first.map_or(IDLE, |(due, _)| due - now);
            let look = search.next_scan.map_or(IDLE, |at| at.saturating_duration_since(now));
            let pause = if self.parts.store.is_some() { rest.min(look) } else { rest };
            state = wait_timeout(&self.sender_wakes, state, pause.max(Duration::from_millis(1))).0;
        }
    }

    /// Returns an error, with the spans that are left to wait for, if an annotation must wait.
    fn is_open(&self, mut waits: Waits) -> Result<(), Waits> {
        let Some(gate) = &self.parts.gate else { return Ok(()) };
        if let Some(span) = waits.live {
            if watched::is_live(span) && waits.since.elapsed() < self.parts.wait {
                return Err(waits);
            }
            (waits.live, waits.ended) = (None, Some(gate.ended()));
        }
        let is_open = waits.ended.is_none_or(|ended| gate.is_resolved(ended))
            && (!waits.is_earlier || gate.is_recovered());
        if is_open { Ok(()) } else { Err(waits) }
    }

    fn must_search(&self, search: &Search, now: Instant) -> bool {
        self.parts.store.is_some()
            && (!search.takeover.is_done() || search.next_scan.is_none_or(|at| at <= now))
    }

    /// Takes one step in the search.
    fn search(&self, search: &mut Search, now: Instant) {
        let Some(store) = &self.parts.store else { return };
        if search.takeover.is_done() {
            store.scan(&mut search.takeover);
            search.next_scan = Some(now + store.scan_interval());
        } else {
            store.adopt_next(&mut search.takeover, |_| self.track_earlier());
        }
        if search.takeover.is_done() {
            store.report_stranded();
        }
    }

    fn attempt(&self, id: u64) {
        let record = match self.load(id) {
            Ok(Some(record)) => record,
            Ok(None) => return,
            Err(answer) => return self.take(id, answer),
        };
        let key = record.key();
        let is_replaced = {
            let mut state = self.lock();
            if let Some(item) = state.items.get_mut(id) {
                item.tries += 1;
            }
            state.items.is_replaced(id, key)
        };
        if is_replaced {
            return self.resolve(id, None);
        }
        let sent = catch(|| (self.parts.api.send)(&record, &self.parts.client));
        let answer = sent.unwrap_or_else(|payload| {
            JsonAttempt::Refused(SendError {
                cause: "client panicked",
                what: format!("the client panicked ({})", short_message(&*payload)),
                advice: "report it to the authors of trace-runtime".to_owned(),
            })
        });
        self.take(id, answer);
    }

    /// Reads an annotation. Returns `None` if it was dropped meanwhile.
    fn load(&self, id: u64) -> Result<Option<Record>, JsonAttempt> {
        let in_memory = self.lock().items.get_mut(id).map(|item| item.body.clone());
        let bytes: Arc<[u8]> = match (in_memory, &self.parts.store) {
            (Some(Some(bytes)), _) => bytes,
            (Some(None), Some(store)) => {
                let loaded = store.lock().load(id);
                match loaded {
                    Some(Ok(bytes)) => bytes[..].into(),
                    Some(Err(error)) if Store::is_final(error.kind()) => {
                        return Err(JsonAttempt::Refused(store.damaged_batch(&error)));
                    }
                    Some(Err(error)) => {
                        return Err(JsonAttempt::Failed(store.unreadable_batch(&error)));
                    }
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        Record::decode(&bytes).map(Some).ok_or_else(|| {
            JsonAttempt::Refused(SendError {
                cause: "encoding",
                what: "an annotation could not be read".to_owned(),
                advice: "check the disk of the spool".to_owned(),
            })
        })
    }

    /// Decides about an annotation by the answer to it.
    fn take(&self, id: u64, answer: JsonAttempt) {
        let mut state = self.lock();
        match answer {
            JsonAttempt::Accepted(_) => {
                state.note_answer();
                state.last_error = None;
                drop(state);
                self.resolve(id, None);
            }
            JsonAttempt::Refused(error) => {
                state.note_answer();
                drop(state);
                self.resolve(id, Some(&error));
            }
            JsonAttempt::Unknown(error) => {
                state.note_answer();
                let tries = state.retry(id, &error);
                let since = state.items.get_mut(id).and_then(|item| {
                    item.unknown_since.get_or_insert_with(Instant::now).elapsed().into()
                });
                drop(state);
                if since.is_none_or(|since| since >= self.parts.wait) {
                    return self.resolve(id, Some(&error));
                }
                if tries == TRIES_UNTIL_LATE {
                    self.report_unknown(&error);
                }
            }
            JsonAttempt::Failed(error) => {
                state.note_answer();
                state.retry(id, &error);
            }
            JsonAttempt::Away { error, after } => {
                let flushes = state.flushes;
                let pause = state.away_backoff.pause(after, flushes);
                let until = Instant::now() + pause;
                let is_down = state.outage.record_failure(&error, after.map(|_| until));
                state.away = Some((until, after.is_some()));
                let late = state.ledger.pending() + state.ledger.on_disk();
                drop(state);
                if is_down {
                    self.report_away(&error, late);
                }
            }
        }
    }

    fn report_unknown(&self, error: &SendError) {
        let wait = self.parts.wait.as_secs();
        self.parts.diagnostics.late(UNKNOWN_TARGET, &self.topic(), &|| {
            format!("{}, the annotation is tried again for {wait} s: {}", error.what, error.advice)
        });
    }

    fn report_away(&self, error: &SendError, late: u64) {
        self.parts.diagnostics.late(error.cause, &self.topic(), &|| {
            format!("{}, annotations wait for it ({late}): {}", error.what, error.advice)
        });
    }
}

impl State {
    /// The backend is there, so the next attempt does not wait for it.
    fn note_answer(&mut self) {
        self.away_backoff.reset();
        self.outage.end();
    }

    /// Sets the next attempt for an annotation. Returns the number of attempts so far.
    fn retry(&mut self, id: u64, error: &SendError) -> u32 {
        self.last_error = Some(error.clone());
        let flushes = self.flushes;
        let Some(item) = self.items.get_mut(id) else { return 0 };
        let (pause, tries) = (item.backoff.pause(None, flushes), item.tries);
        self.items.schedule_at(id, Instant::now() + pause);
        debug_assert!(tries > 0 || Items::is_earlier(id) || error.cause != UNKNOWN_TARGET);
        tries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outage_after_an_answer_begins_with_a_short_pause() {
        let mut state = State::default();
        let pauses: Vec<_> = (0..8).map(|_| state.away_backoff.pause(None, 0)).collect();
        state.note_answer();
        assert!(state.away_backoff.pause(None, 0) < pauses[7] / 8, "{pauses:?}");
    }
}
