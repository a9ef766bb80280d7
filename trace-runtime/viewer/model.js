// Reads OTLP JSON lines into spans, and puts the spans into trees.
//
// Pure: no DOM. One pass over the lines and one over the tree, no recursion, because a trace may be
// 100,000 spans deep. Attributes are converted when a span is looked at, because a run may hold
// more text than fits on a screen.

/** The attributes that every row needs; they are read while a line is parsed. */
const KIND = 'openinference.span.kind'
const ROW_KEYS = new Set([
  KIND, 'session.id', 'llm.model_name', 'embedding.model_name', 'reranker.model_name',
  'llm.token_count.prompt', 'llm.token_count.completion', 'llm.token_count.total',
  'llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_write',
  'llm.token_count.completion_details.reasoning',
  'llm.cost.total', 'llm.cost.prompt', 'llm.cost.completion', 'metadata',
])

export const KINDS = [
  'AGENT', 'CHAIN', 'LLM', 'TOOL', 'RETRIEVER', 'RERANKER', 'EMBEDDING', 'PROMPT', 'GUARDRAIL',
  'EVALUATOR', 'DECISION', 'OTHER',
]

/** Converts an OTLP value to a plain one; 64-bit integers that a double cannot hold stay text. */
export function plain(value) {
  if (value == null || typeof value !== 'object') return null
  if ('stringValue' in value) return String(value.stringValue)
  if ('intValue' in value) {
    const number = Number(value.intValue)
    return Number.isSafeInteger(number) ? number : String(value.intValue)
  }
  if ('doubleValue' in value) return typeof value.doubleValue === 'string' ? value.doubleValue : Number(value.doubleValue)
  if ('boolValue' in value) return Boolean(value.boolValue)
  if ('arrayValue' in value) return list(value.arrayValue?.values).map(plain)
  if ('kvlistValue' in value) return attributes(value.kvlistValue?.values)
  if ('bytesValue' in value) return `base64:${value.bytesValue}`
  return null
}

/** Converts a list of OTLP attributes to an object without a prototype, so that any key is safe. */
export function attributes(pairs) {
  const all = Object.create(null)
  for (const pair of list(pairs)) if (pair && pair.key != null) all[String(pair.key)] = plain(pair.value)
  return all
}

const list = value => (Array.isArray(value) ? value : [])

/** Returns a count or an amount, or 0 for anything that is none. */
function amount(value) {
  const number = Number(value)
  return Number.isFinite(number) && number > 0 ? number : 0
}

/** Converts nanoseconds since the epoch, as text or number, to microseconds. */
function micros(nanos) {
  const text = String(nanos ?? '0')
  if (!/^\d+$/.test(text)) return 0
  return text.length <= 3 ? Number(text) / 1000 : Number(text.slice(0, -3)) + Number(text.slice(-3)) / 1000
}

/** One span. Fields that depend on other spans are set by `arrange`. */
export class Span {
  constructor(raw, resource, scope) {
    this.id = String(raw.spanId ?? '')
    this.parentId = String(raw.parentSpanId ?? '')
    this.traceId = String(raw.traceId ?? '')
    this.name = String(raw.name ?? '')
    this.start = micros(raw.startTimeUnixNano)
    this.end = micros(raw.endTimeUnixNano)
    this.isRunning = this.end === 0
    this.isError = raw.status?.code === 2 || raw.status?.code === 'STATUS_CODE_ERROR'
    this.message = String(raw.status?.message ?? '')
    this.raw = raw
    this.resource = resource
    this.scope = scope
    this.readRow()
    this.parent = null
    this.children = []
  }

  readRow() {
    const row = Object.create(null)
    for (const pair of list(this.raw.attributes)) if (ROW_KEYS.has(pair?.key)) row[pair.key] = plain(pair.value)
    const kind = String(row[KIND] ?? 'OTHER').toUpperCase()
    this.kind = KINDS.includes(kind) ? kind : 'OTHER'
    this.session = String(row['session.id'] ?? '')
    this.model = String(row['llm.model_name'] ?? row['embedding.model_name'] ?? row['reranker.model_name'] ?? '')
    const tokens = name => amount(row[`llm.token_count.${name}`])
    this.tokens = {
      prompt: tokens('prompt'),
      completion: tokens('completion'),
      total: tokens('total') || tokens('prompt') + tokens('completion'),
      cached: tokens('prompt_details.cache_read'),
      written: tokens('prompt_details.cache_write'),
      reasoning: tokens('completion_details.reasoning'),
    }
    const cost = name => amount(row[`llm.cost.${name}`])
    this.cost = cost('total') || cost('prompt') + cost('completion')
    this.isEstimated = this.cost > 0 && /estimate/i.test(String(row.metadata ?? ''))
  }

  /** All attributes, by key. */
  get attributes() {
    return (this.cachedAttributes ??= attributes(this.raw.attributes))
  }

  /** The events, each with its name, its time and its attributes. */
  get events() {
    return (this.cachedEvents ??= list(this.raw.events).map(event => ({
      name: String(event?.name ?? ''),
      time: micros(event?.timeUnixNano),
      attributes: attributes(event?.attributes),
    })))
  }

  get links() {
    return list(this.raw.links).map(link => ({
      traceId: String(link?.traceId ?? ''),
      id: String(link?.spanId ?? ''),
    }))
  }

  get isCancelled() {
    return this.events.some(event => event.name === 'cancelled')
  }

  get duration() {
    return this.isRunning ? Math.max(0, this.trace.end - this.start) : this.end - this.start
  }

  get service() {
    return String(this.resource.attributes['service.name'] ?? '')
  }
}

/** All spans of a page. `add` may be called again: later spans may be parents of earlier ones. */
export class Model {
  constructor() {
    this.byId = new Map()
    /** Lines and blocks that cannot be read. */
    this.damaged = 0
    this.spans = []
    this.traces = []
    this.sessions = []
  }

  /** Adds the spans of JSON lines. A span with the ids of an earlier one replaces it. */
  add(text) {
    for (let at = 0; at < text.length;) {
      let end = text.indexOf('\n', at)
      if (end < 0) end = text.length
      const line = text.slice(at, end).trim()
      at = end + 1
      if (line) this.addLine(line)
    }
  }

  addLine(line) {
    let request
    try {
      request = JSON.parse(line)
    } catch {
      this.damaged++
      return
    }
    for (const resourceSpans of list(request?.resourceSpans)) {
      const raw = resourceSpans?.resource ?? {}
      const resource = { raw, attributes: attributes(raw.attributes) }
      for (const scopeSpans of list(resourceSpans?.scopeSpans)) {
        const scope = scopeSpans?.scope ?? {}
        for (const raw of list(scopeSpans?.spans)) {
          if (!raw || typeof raw !== 'object') continue
          const span = new Span(raw, resource, scope)
          this.byId.set(`${span.traceId}/${span.id}`, span)
        }
      }
    }
  }

  find(traceId, id) {
    return this.byId.get(`${traceId}/${id}`)
  }

  /** Builds trees, traces and sessions from all spans that were added. */
  arrange() {
    const traces = new Map()
    for (const span of this.byId.values()) {
      span.children = []
      span.parent = null
    }
    for (const span of this.byId.values()) {
      const parent = span.parentId && this.find(span.traceId, span.parentId)
      if (parent && parent !== span) {
        span.parent = parent
        parent.children.push(span)
      }
      let trace = traces.get(span.traceId)
      if (!trace) traces.set(span.traceId, (trace = new Trace(span.traceId)))
      trace.members.push(span)
    }
    this.traces = [...traces.values()]
    for (const trace of this.traces) trace.arrange()
    this.traces.sort((a, b) => a.start - b.start)
    this.arrangeSessions()
    this.spans = this.sessions.flatMap(session => session.traces.flatMap(trace => trace.spans))
    this.spans.forEach((span, index) => (span.index = index))
    this.sum = total(this.traces)
    return this
  }

  /** Groups traces by session, in the order of their first trace; others form groups of one. */
  arrangeSessions() {
    const sessions = new Map()
    for (const trace of this.traces) {
      const key = trace.session || `trace ${trace.id}`
      const session = sessions.get(key)
      if (session) session.traces.push(trace)
      else sessions.set(key, { id: trace.session, traces: [trace] })
    }
    this.sessions = [...sessions.values()]
    for (const session of this.sessions) {
      session.sum = total(session.traces)
      session.size = session.sum.spans
      /** The number of a trace in its session; 0 where there is nothing to count. */
      session.traces.forEach((trace, index) => (trace.turn = session.traces.length > 1 ? index + 1 : 0))
    }
  }
}

/** The amounts of several spans or traces together. */
function total(parts) {
  const sum = { spans: 0, tokens: 0, cost: 0, estimated: false, errors: 0, duration: 0 }
  for (const part of parts) {
    sum.spans += part.size
    sum.tokens += part.sum.tokens
    sum.cost += part.sum.cost
    sum.estimated ||= part.sum.estimated
    sum.errors += part.sum.errors
    sum.duration += part.end - part.start
  }
  return sum
}

/** The spans of one trace: `spans` lists them depth first. */
export class Trace {
  constructor(id) {
    this.id = id
    this.members = []
  }

  arrange() {
    const roots = this.members.filter(span => !span.parent)
    this.spans = []
    this.visit(roots)
    // Spans that are parents of each other have no root. Each such circle is cut where it starts.
    if (this.spans.length < this.members.length) {
      const seen = new Set(this.spans)
      for (const span of this.members) {
        if (seen.has(span)) continue
        const siblings = span.parent.children
        siblings.splice(siblings.indexOf(span), 1)
        span.parent = null
        roots.push(span)
        const before = this.spans.length
        this.visit([span])
        for (let i = before; i < this.spans.length; i++) seen.add(this.spans[i])
      }
    }
    this.roots = roots
    this.members = []
    this.measure()
  }

  visit(roots) {
    const byStart = (a, b) => a.start - b.start || a.end - b.end
    const stack = roots.sort(byStart).toReversed()
    for (const root of roots) root.depth = 0
    while (stack.length) {
      const span = stack.pop()
      span.trace = this
      this.spans.push(span)
      span.children.sort(byStart)
      for (let i = span.children.length; i--;) {
        span.children[i].depth = span.depth + 1
        stack.push(span.children[i])
      }
    }
  }

  /** Sums tokens, cost and errors upwards; `size` counts a span and all spans below it. */
  measure() {
    this.start = Infinity
    this.end = 0
    this.session = ''
    for (const span of this.spans) {
      this.start = Math.min(this.start, span.start)
      this.end = Math.max(this.end, span.end, span.start)
      this.session ||= span.session
    }
    for (let i = this.spans.length; i--;) sumUp(this.spans[i])
    const paid = this.spans.filter(span => span.cost > 0)
    /** The largest cost of one call, where several cost something. */
    this.mostCost = paid.length > 1 ? paid.reduce((most, span) => Math.max(most, span.cost), 0) : 0
    this.sum = total(this.roots)
    this.size = this.sum.spans
  }

  get root() {
    return this.roots[0]
  }

  get duration() {
    return this.end - this.start
  }
}

/**
 * Sets the sums of a span whose children have theirs. If a span and its children both have tokens,
 * as an LLM span around an HTTP exchange may, the larger amount counts, so that none counts twice.
 */
function sumUp(span) {
  const below = total(span.children)
  span.size = 1 + below.spans
  let busy = 0
  let until = span.start
  for (const child of span.children) {
    const [from, to] = [Math.max(child.start, until), Math.min(child.end, span.end)]
    if (to > from) busy += to - from
    until = Math.max(until, to)
  }
  span.own = Math.max(0, span.end - span.start - busy)
  span.sum = {
    tokens: Math.max(span.tokens.total, below.tokens),
    cost: Math.max(span.cost, below.cost),
    errors: below.errors + (span.isError ? 1 : 0),
    estimated: below.estimated || span.isEstimated,
  }
}
