// Puts the flat attributes of a span together: messages, documents, vectors, tool calls. Pure.

/**
 * Returns the items of a flattened list such as `llm.input_messages.0.message.role`, as nested
 * objects, in order.
 */
export function flattened(attributes, prefix) {
  const root = new Map()
  for (const key in attributes) {
    if (key.startsWith(prefix) && key[prefix.length] === '.') put(root, key.slice(prefix.length + 1).split('.'), attributes[key])
  }
  return items(root).map(unmapped)
}

function put(map, path, value) {
  for (const step of path.slice(0, -1)) {
    const next = map.get(step)
    if (next instanceof Map) map = next
    else map.set(step, (map = new Map()))
  }
  const last = path[path.length - 1]
  if (!(map.get(last) instanceof Map)) map.set(last, value)
}

const isIndex = key => /^\d+$/.test(key)

const items = map =>
  [...map].filter(([key]) => isIndex(key)).sort((a, b) => a[0] - b[0]).map(([, value]) => value)

/** Converts maps to objects, and maps with only indexes to lists. */
function unmapped(value) {
  if (!(value instanceof Map)) return value
  if (value.size && [...value.keys()].every(isIndex)) return items(value).map(unmapped)
  const object = Object.create(null)
  for (const [key, inner] of value) object[key] = unmapped(inner)
  return object
}

const textOf = value => (value == null ? '' : typeof value === 'string' ? value : JSON.stringify(value))

/**
 * Returns the messages of one side, `input` or `output`. Each has `role`, `name`, `parts` (text,
 * image, audio, video, document or other), `calls` (`id`, `name`, `input`) and `callId` of a result.
 */
export function messages(span, side) {
  const key = side === 'input' ? 'cachedInput' : 'cachedOutput'
  return (span[key] ??= readMessages(span.attributes, side))
}

function readMessages(attributes, side) {
  const found = flattened(attributes, `llm.${side}_messages`).map(item => readMessage(item?.message ?? {}))
  if (found.length) return found
  const [list, outer, inner, role] = side === 'input' ? ['llm.prompts', 'prompt', 'text', 'user'] : ['llm.choices', 'completion', 'text', 'assistant']
  return flattened(attributes, list).map(item => readMessage({ role, content: item?.[outer]?.[inner] }))
}

function readMessage(message) {
  const parts = []
  if (message.content != null && message.content !== '') parts.push({ type: 'text', text: textOf(message.content) })
  for (const item of asList(message.contents)) parts.push(readPart(item?.message_content ?? {}))
  const calls = asList(message.tool_calls).map(item => {
    const call = item?.tool_call ?? {}
    return { id: textOf(call.id), name: textOf(call.function?.name), input: textOf(call.function?.arguments) }
  })
  if (message.function_call_name) {
    calls.push({ id: '', name: textOf(message.function_call_name), input: textOf(message.function_call_arguments_json) })
  }
  return { role: textOf(message.role) || 'unknown', name: textOf(message.name), callId: textOf(message.tool_call_id), parts, calls, raw: message }
}

const asList = value => (Array.isArray(value) ? value : [])

function readPart(part) {
  const type = textOf(part.type)
  for (const kind of ['image', 'audio', 'video', 'document']) {
    const inner = part[kind]
    if (inner == null) continue
    const at = inner[kind] ?? inner
    return { type: kind, url: textOf(at.url ?? inner.url), text: textOf(at.transcript ?? at.content ?? at.name ?? part.text) }
  }
  if (part.text != null) return { type: type === 'text' || !type ? 'text' : type, text: textOf(part.text) }
  return { type: type || 'other', text: textOf(part.data ?? part.encrypted_content ?? part) }
}

/** The text of a message, without its calls. */
export const messageText = message =>
  message.parts.map(part => part.text || (part.url ? `[${part.type}]` : '')).filter(Boolean).join('\n\n')

/** A text that is equal for equal messages. Ids of calls count, names of roles do too. */
const fingerprint = message => (message.fingerprint ??= JSON.stringify([message.role, message.callId, message.parts, message.calls]))

/** The LLM spans of a trace, in the order in which they start. */
export function llmSpans(trace) {
  return (trace.cachedLlm ??= trace.spans.filter(span => span.kind === 'LLM').sort((a, b) => a.start - b.start))
}

/** How many earlier LLM spans are compared with a span: parallel conversations are rarely more. */
const MAX_CANDIDATES = 30

/**
 * Returns the earlier LLM span whose conversation this one continues, and the number of messages
 * both have: `{span, count}`, or null. A span continues another one if its input starts with all
 * messages of the other's input. `earlier` lists LLM spans before it, the last one first.
 */
export function continued(span, earlier) {
  const input = messages(span, 'input')
  let best = null
  for (const other of earlier.slice(0, MAX_CANDIDATES)) {
    const before = messages(other, 'input')
    if (!before.length || before.length >= input.length) continue
    const all = [...before, ...messages(other, 'output')]
    let same = 0
    while (same < all.length && same < input.length && fingerprint(all[same]) === fingerprint(input[same])) same++
    if (same >= before.length && same > (best?.count ?? 0)) best = { span: other, count: same }
  }
  return best
}

/** The LLM spans before a span, in its trace and in earlier traces of its session; the last first. */
export function earlierLlm(span, session) {
  const spans = llmSpans(span.trace)
  const found = spans.slice(0, spans.indexOf(span)).reverse()
  const turn = session ? session.traces.indexOf(span.trace) : 0
  for (let i = turn - 1; i >= 0 && found.length < MAX_CANDIDATES; i--) found.push(...[...llmSpans(session.traces[i])].reverse())
  return found
}

/**
 * Joins the tool calls of a trace with their results and TOOL spans. Returns `{byCall, bySpan, byPart}`:
 * the first maps a call (by `callKey`) to `{call, llm, result, span}`, the second a TOOL span to it, the
 * third a call or a result of a later input. A span belongs to a call by the id of the call, else by name
 * and order below the same parent.
 */
export function pairs(trace) {
  return (trace.cachedPairs ??= findPairs(trace))
}

export const callKey = (llm, index) => `${llm.id}/${index}`

function findPairs(trace) {
  const byCall = new Map()
  const bySpan = new Map()
  const byPart = new Map()
  const byId = new Map()
  for (const llm of llmSpans(trace)) {
    const input = messages(llm, 'input')
    inOrder(input.flatMap(message => message.calls), call => call.id, byId, byPart)
    inOrder(input, message => message.callId, byId, byPart)
    for (const message of input) if (byPart.has(message)) byPart.get(message).result ??= message
    let index = 0
    for (const message of messages(llm, 'output')) {
      for (const call of message.calls) {
        const pair = { call, llm, result: null, span: null }
        byCall.set(callKey(llm, index++), pair)
        if (call.id) addTo(byId, call.id, pair)
      }
    }
  }
  const tools = trace.spans.filter(span => span.kind === 'TOOL')
  for (const tool of tools) {
    const same = byId.get(textOf(tool.attributes['tool.id'] ?? tool.attributes['tool_call.id']))
    const pair = same?.find(pair => !pair.span)
    if (pair) join(pair, tool, bySpan)
  }
  joinByOrder([...byCall.values()], tools, bySpan)
  return { byCall, bySpan, byPart }
}

export const addTo = (map, key, value) => map.has(key) ? map.get(key).push(value) : map.set(key, [value])

/**
 * Gives the parts of an input, calls or results, the pairs of their ids. Servers exist that begin each
 * answer with the same id, so equal ids are aligned by their order, from the last one backwards.
 */
function inOrder(parts, idOf, byId, byPart) {
  const same = new Map()
  for (const part of parts) if (idOf(part)) addTo(same, idOf(part), part)
  for (const [id, list] of same) {
    const known = [...byId.get(id) ?? []]
    while (list.length && known.length) byPart.set(list.pop(), known.pop())
  }
}

function join(pair, tool, bySpan) {
  pair.span = tool
  bySpan.set(tool, pair)
}

/** Gives each call without a span the next TOOL span of its name: the same input first, then the same parent. */
function joinByOrder(calls, tools, bySpan) {
  const waiting = new Map()
  for (const tool of tools.filter(tool => !bySpan.has(tool)).sort((a, b) => a.start - b.start)) {
    const input = compact(tool.attributes['input.value'])
    for (const parent of [tool.parentId, '*']) {
      for (const end of [input, '']) addTo(waiting, `${parent}/${toolName(tool)}/${end}`, tool)
    }
  }
  // Tools that run at the same time begin in any order, so every call looks for its own input first.
  for (const isExact of [true, false]) {
    for (const pair of calls.filter(pair => !pair.span)) {
      for (const parent of [pair.llm.parentId, '*']) {
        const queue = waiting.get(`${parent}/${pair.call.name}/${isExact ? compact(pair.call.input) : ''}`) ?? []
        while (queue.length && bySpan.has(queue[0])) queue.shift()
        if (!queue.length || queue[0].start < pair.llm.start) continue
        join(pair, queue.shift(), bySpan)
        break
      }
    }
  }
}

/** JSON text in one form, so that spaces do not matter. */
const compact = text => JSON.stringify(parsed(text) ?? text)

export const toolName = span => textOf(span.attributes['tool.name']) || span.name

/** Documents of a flattened list: `id`, `text`, `score`, `metadata`. */
export function documents(span, prefix) {
  return flattened(span.attributes, prefix).map(item => {
    const document = item?.document ?? {}
    const { id, content, score, metadata, ...rest } = document
    return { id: textOf(id), text: textOf(content), score: score == null || score === '' ? null : Number(score), metadata, rest }
  })
}

/** Embedded texts with their vectors. */
export function embeddings(span) {
  return flattened(span.attributes, 'embedding.embeddings').map(item => {
    let vector = item?.embedding?.vector
    if (typeof vector === 'string') vector = parsed(vector)
    return { text: textOf(item?.embedding?.text), vector: asList(vector).map(Number).filter(Number.isFinite) }
  })
}

/** Returns the value of JSON text, or undefined. */
export function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The input or output of a span as a person reads it, for its row: the last message of the user,
 * the answer, the words of a value; without the marks of Markdown, which are noise on one line.
 */
export function preview(span, side) {
  return spoken(span, side).slice(0, 4000).replace(/\*\*|`+|^#+ /gm, '')
}

/** The text of one side of a span, with its marks. */
export function spoken(span, side) {
  const list = span.kind === 'LLM' ? messages(span, side) : []
  if (list.length) {
    const last = side === 'input' ? list.findLast(message => message.role === 'user') ?? list[list.length - 1] : list[0]
    const text = messageText(last)
    if (text.trim()) return words(text)
    if (last.calls.length) return last.calls.map(call => `→ ${call.name}(${words(call.input)})`).join(' ')
  }
  return words(textOf(span.attributes[`${side}.value`]))
}

/** The words in JSON text: values without braces and quotes. Other text stays as it is. */
export function words(text) {
  if (!/^\s*[[{"]/.test(text) || text.length > 20000) return text
  const value = parsed(text)
  if (value == null || typeof value !== 'object') return typeof value === 'string' ? value : text
  return flatWords(value, 0)
}

/** The field of an object that says what the object is about. It comes first, without its name. */
const isMain = key => /^(question|prompt|message|query|text|content|answer)$/.test(key)

function flatWords(value, depth) {
  if (value == null || typeof value !== 'object') return String(value)
  if (depth > 3) return '…'
  if (Array.isArray(value)) return value.slice(0, 5).map(item => flatWords(item, depth + 1)).join(', ')
  const entries = Object.entries(value).sort(([a], [b]) => isMain(b) - isMain(a)).slice(0, 6).map(([key, inner]) => [key, flatWords(inner, depth + 1)])
  return entries.filter(([, text]) => text).map(([key, text], i) => (!i && isMain(key) || entries.length === 1 ? text : `${key}: ${text}`)).join(', ')
}
