// Samples of traces as OTLP JSON lines, the same on every run, and pages made of them.
//
//   node sample.mjs agent session > runs.jsonl     writes the lines of some samples
//   node sample.mjs --page run.html agent          writes a page

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { deflateSync, gzipSync } from 'node:zlib'

export const PAGE = fileURLToPath(new URL('../../trace-runtime/viewer/dist/page.html', import.meta.url))

/** Numbers that look random and are the same on every run. */
function randomFrom(seed) {
  return () => {
    seed = (seed * 1664525 + 1013904223) >>> 0
    return seed / 2 ** 32
  }
}

const BEGIN = 1_795_000_000_000_000_000n

export function attribute(key, value) {
  const any = value => {
    if (typeof value === 'string') return { stringValue: value }
    if (typeof value === 'boolean') return { boolValue: value }
    if (Array.isArray(value)) return { arrayValue: { values: value.map(any) } }
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  }
  return { key, value: any(value) }
}

/** Builds the spans of one trace. Times are in milliseconds since its start. */
export class TraceBuilder {
  constructor(number, { service = 'travel-agent', at = 0, session, user } = {}) {
    this.id = number.toString(16).padStart(32, 'a')
    this.begin = BEGIN + BigInt(at) * 1_000_000n
    this.service = service
    this.shared = { ...(session && { 'session.id': session }), ...(user && { 'user.id': user }) }
    this.spans = []
  }

  span(kind, name, parent, from, to, attributes = {}, { error, events = [] } = {}) {
    const nanos = ms => String(this.begin + BigInt(Math.round(ms * 1e6)))
    const span = {
      traceId: this.id,
      spanId: (Number(BigInt('0x' + this.id) % 65536n) * 65536 + this.spans.length + 1).toString(16).padStart(16, '0'),
      ...(parent && { parentSpanId: parent.spanId }), name, kind: 1,
      startTimeUnixNano: nanos(from), endTimeUnixNano: nanos(to),
      attributes: Object.entries({
        ...(kind && { 'openinference.span.kind': kind }), ...this.shared,
        'code.file.path': 'src/agent.rs', 'code.line.number': 20 + this.spans.length, ...attributes,
      }).map(([key, value]) => attribute(key, value)),
      events: [...(error ? [event('exception', { 'exception.type': 'anyhow::Error', 'exception.message': error, 'exception.stacktrace': STACK }, nanos(to))] : []), ...events.map(([name, more, ms]) => event(name, more, nanos(ms)))],
      status: error ? { code: 2, message: error } : { code: 1 },
    }
    this.spans.push(span)
    return span
  }

  llm(name, parent, from, to, model, input, output, tokens, more = {}, options) {
    return this.span('LLM', name, parent, from, to, {
      'llm.model_name': model, 'llm.system': 'openai', 'llm.provider': 'openai',
      'llm.invocation_parameters': '{"temperature":0.2,"max_tokens":800}',
      ...flat('llm.input_messages', input), ...flat('llm.output_messages', output ? [output] : []),
      ...(tokens && {
        'llm.token_count.prompt': tokens[0], 'llm.token_count.completion': tokens[1], 'llm.token_count.total': tokens[0] + tokens[1],
        'llm.token_count.prompt_details.cache_read': Math.floor(tokens[0] / 3),
        'llm.cost.total': tokens[0] * 2.5e-6 + tokens[1] * 1e-5, 'llm.finish_reason': output?.calls ? 'tool_calls' : 'stop',
      }),
      'input.value': JSON.stringify({ model, messages: input.map(({ role, content }) => ({ role, content })) }), 'input.mime_type': 'application/json',
      ...(output && { 'output.value': JSON.stringify({ id: 'chatcmpl-1', choices: [{ index: 0, message: { role: 'assistant', content: output.content ?? null } }] }), 'output.mime_type': 'application/json' }),
      ...more,
    }, options)
  }

  line() {
    return JSON.stringify({
      resourceSpans: [{
        resource: { attributes: [attribute('service.name', this.service), attribute('telemetry.sdk.language', 'rust')] },
        scopeSpans: [{ scope: { name: 'travel', version: '0.1.0' }, spans: this.spans }],
      }],
    })
  }
}

const event = (name, attributes, timeUnixNano) => ({ timeUnixNano, name, attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)) })

const STACK = `   0: travel::flights::search
             at ./src/flights.rs:88:17
   1: travel::agent::call
             at ./src/agent.rs:61:21
   2: travel::main
             at ./src/main.rs:12:5`

/** Flattens messages as OpenInference does. */
export function flat(prefix, list) {
  const out = {}
  list.forEach((message, i) => {
    const base = `${prefix}.${i}.message`
    out[`${base}.role`] = message.role
    if (message.content) out[`${base}.content`] = message.content
    if (message.callId) out[`${base}.tool_call_id`] = message.callId
    if (message.name) out[`${base}.name`] = message.name
    message.contents?.forEach((part, k) => {
      for (const key in part) out[`${base}.contents.${k}.message_content.${key}`] = part[key]
    })
    message.calls?.forEach(([id, name, input], k) => {
      out[`${base}.tool_calls.${k}.tool_call.id`] = id
      out[`${base}.tool_calls.${k}.tool_call.function.name`] = name
      out[`${base}.tool_calls.${k}.tool_call.function.arguments`] = JSON.stringify(input)
    })
  })
  return out
}

const SYSTEM = `You are a travel assistant for Nordic cities. Answer in the language of the traveller.

Rules:
1. Look up weather and flights with the tools; never guess them.
2. Name prices in euros, rounded to the full euro.
3. If a tool fails, say so and offer an alternative.
4. Keep answers below 150 words, use a table for more than two options, and put the recommendation first. Do not recommend flights with more than one stop unless the traveller asks for the cheapest one.`

const TOOLS = [
  ['weather', 'The weather of a city.', { city: { type: 'string', description: 'The name of the city, without its country' }, days: { type: 'integer' } }],
  ['flights', 'Flights between two cities.', { from: { type: 'string' }, to: { type: 'string' }, date: { type: 'string', format: 'date' } }],
  ['hotels', 'Hotels in a city, with prices.', { city: { type: 'string' }, nights: { type: 'integer' } }],
].map(([name, description, properties]) => JSON.stringify({ type: 'function', function: { name, description, parameters: { type: 'object', properties, required: Object.keys(properties).slice(0, 1) } } }))

const offered = Object.fromEntries(TOOLS.map((schema, i) => [`llm.tools.${i}.tool.json_schema`, schema]))

const ANSWER = `**Fly on Friday morning with Norwegian**: it is the only direct flight below €150, and the weather is on your side.

| Flight | Departs | Stops | Price |
|---|---|---|---|
| DY 1105 | Fri 07:40 | direct | **€128** |
| SK 1470 | Fri 12:15 | direct | €171 |
| AY 914 | Fri 06:05 | 1 (HEL) | €119 |

Oslo will be *sunny*, 14–17 °C, with a light wind from the fjord:

- pack a light jacket for the evening
- the ferry to Bygdøy runs every 20 minutes

\`\`\`json
{"book": "DY 1105", "hold_minutes": 30}
\`\`\`
More on [visitoslo.com](https://www.visitoslo.com/en/).`

/** An agent with three tools, of which one fails first. */
export function agent({ isSlow = false } = {}) {
  const t = new TraceBuilder(isSlow ? 0x2001 : 0x1001, { user: 'user-7', at: isSlow ? 90_000 : 0 })
  const slow = isSlow ? 1.6 : 1
  const ms = value => value * slow
  const question = 'When should I fly from Berlin to Oslo this weekend, and what will the weather be like?'
  const root = t.span('AGENT', 'plan_trip', null, 0, ms(6420), { 'input.value': question, 'input.mime_type': 'text/plain', 'output.value': ANSWER, 'output.mime_type': 'text/plain', 'agent.name': 'plan_trip', metadata: '{"experiment":"prompt-v3","cost":"estimate"}', 'tag.tags': ['demo', 'nordic'] })
  t.span('GUARDRAIL', 'check_input', root, 12, ms(160), { 'input.value': question, 'output.value': '{"verdict":"pass","score":0.98,"category":"travel"}', 'output.mime_type': 'application/json' })
  const talk = [{ role: 'system', content: SYSTEM }, { role: 'user', content: question }]
  const first = { role: 'assistant', calls: [['call_w1', 'weather', { city: 'Oslo', days: 3 }], ['call_f1', 'flights', { from: 'Berlin', to: 'Oslo', date: '2026-11-27' }]] }
  t.llm('ask', root, ms(170), ms(1890), 'gpt-4o-2024-08-06', talk, first, [812, 96], offered)
  t.span('TOOL', 'weather', root, ms(1900), ms(2240), { 'tool.name': 'weather', 'tool.description': 'The weather of a city.', 'input.value': '{"city":"Oslo","days":3}', 'input.mime_type': 'application/json', 'output.value': '{"city":"Oslo","days":[{"day":"Fri","sky":"sun","high":17,"low":8},{"day":"Sat","sky":"sun","high":16,"low":7},{"day":"Sun","sky":"cloud","high":14,"low":7}]}', 'output.mime_type': 'application/json' })
  t.span('TOOL', 'flights', root, ms(1910), ms(2650), { 'tool.name': 'flights', 'input.value': '{"from":"Berlin","to":"Oslo","date":"2026-11-27"}', 'input.mime_type': 'application/json' }, { error: 'the flight service answered 503 after 3 attempts: upstream connect error', events: [['retry', { attempt: 1 }, ms(2100)], ['retry', { attempt: 2 }, ms(2400)]] })
  const weather = { role: 'tool', callId: 'call_w1', content: '{"city":"Oslo","days":[{"day":"Fri","sky":"sun","high":17,"low":8},{"day":"Sat","sky":"sun","high":16,"low":7},{"day":"Sun","sky":"cloud","high":14,"low":7}]}' }
  const failed = { role: 'tool', callId: 'call_f1', content: 'error: the flight service answered 503' }
  const again = { role: 'assistant', content: 'The flight search failed; I try once more.', calls: [['call_f2', 'flights', { from: 'BER', to: 'OSL', date: '2026-11-27' }]] }
  const talk2 = [...talk, first, weather, failed]
  t.llm('ask', root, ms(2660), ms(3700), 'gpt-4o-2024-08-06', talk2, again, [1104, 61], offered)
  const flights = '[{"flight":"DY 1105","departs":"07:40","stops":0,"price":128},{"flight":"SK 1470","departs":"12:15","stops":0,"price":171},{"flight":"AY 914","departs":"06:05","stops":1,"price":119}]'
  const lookup = t.span('TOOL', 'flights', root, ms(3710), ms(4480), { 'tool.name': 'flights', 'input.value': '{"from":"BER","to":"OSL","date":"2026-11-27"}', 'input.mime_type': 'application/json', 'output.value': flights, 'output.mime_type': 'application/json' })
  t.span('', 'HTTP GET', lookup, ms(3720), ms(4470), { 'server.address': 'flights.example', 'http.response.status_code': 200 })
  const last = isSlow ? ANSWER.replace('Friday morning with Norwegian', 'Friday noon with SAS') : ANSWER
  t.llm('ask', root, ms(4490), ms(6400), 'gpt-4o-2024-08-06', [...talk2, again, { role: 'tool', callId: 'call_f2', content: flights }], { role: 'assistant', content: last }, [1460, isSlow ? 388 : 212], offered)
  return [t.line()]
}

/** A question that is answered from documents. */
export function rag() {
  const t = new TraceBuilder(0x1002, { at: 9_000, service: 'handbook' })
  const question = 'How many days may I work from abroad?'
  const root = t.span('CHAIN', 'answer', null, 0, 2310, { 'input.value': question, 'output.value': 'Up to **30 days** a year within the EU, after your lead agreed.' })
  const vector = random => Array.from({ length: 256 }, (_, i) => Math.round((Math.sin(i / 9) * 0.5 + random() - 0.5) * 1e4) / 1e4)
  t.span('EMBEDDING', 'embed', root, 4, 190, { 'embedding.model_name': 'text-embedding-3-small', 'embedding.embeddings.0.embedding.text': question, 'embedding.embeddings.0.embedding.vector': vector(randomFrom(3)), 'llm.token_count.prompt': 9, 'llm.token_count.total': 9 })
  const texts = ['Remote work from abroad is possible for 30 days a year within the European Union.', 'Travel expenses are refunded within 14 days after the trip.', 'Work from abroad needs the agreement of your lead, two weeks ahead.', 'The office in Lisbon has 40 desks; book one in the calendar.']
  const docs = (prefix, order, scores) => Object.fromEntries(order.flatMap((at, i) => [[`${prefix}.${i}.document.id`, `handbook-${at + 1}`], [`${prefix}.${i}.document.content`, texts[at]], [`${prefix}.${i}.document.score`, scores[i]], [`${prefix}.${i}.document.metadata`, `{"page":${12 + at},"source":"handbook.pdf"}`]]))
  t.span('RETRIEVER', 'search', root, 200, 420, { 'input.value': question, ...docs('retrieval.documents', [1, 0, 3, 2], [0.81, 0.79, 0.64, 0.61]) })
  t.span('RERANKER', 'rerank', root, 430, 760, { 'reranker.query': question, 'reranker.model_name': 'rerank-v3.5', ...docs('reranker.input_documents', [1, 0, 3, 2], [0.81, 0.79, 0.64, 0.61]), ...docs('reranker.output_documents', [0, 2, 1], [0.98, 0.87, 0.11]) })
  t.span('PROMPT', 'render', root, 770, 772, { 'llm.prompt_template.template': 'Answer from these documents only:\n{documents}\n\nQuestion: {question}', 'llm.prompt_template.variables': JSON.stringify({ documents: texts[0], question }), 'llm.prompt_template.version': 'v7', 'output.value': `Answer from these documents only:\n${texts[0]}\n\nQuestion: ${question}` })
  t.llm('generate', root, 780, 2190, 'claude-sonnet-4', [{ role: 'user', content: `Answer from these documents only:\n${texts[0]}\n\nQuestion: ${question}` }], { role: 'assistant', content: 'Up to **30 days** a year within the EU, after your lead agreed.' }, [640, 31])
  t.span('EVALUATOR', 'is_grounded', root, 2200, 2300, { 'input.value': 'Up to 30 days a year', 'output.value': '{"label":"grounded","score":0.94,"passed":true}', 'output.mime_type': 'application/json' })
  t.span('DECISION', 'escalate', root, 2302, 2306, { 'input.value': '{"score":0.94}', 'output.value': 'no' })
  return [t.line()]
}

/** A conversation of five turns. */
export function session() {
  const turns = [
    ['Hi! I lost my parcel, order 8841.', 'I am sorry to hear that. I found order 8841; it left Hamburg on Monday.'],
    ['Where is it now?', 'The last scan was in **Malmö** on Tuesday, 18:20.'],
    ['I am in Oslo until Friday. Can you send it there instead?', 'Yes. A redirect to Oslo costs €12. Shall I book it?'],
    ['Yes please.', 'Booked: it arrives on Thursday before noon.'],
    ['Thank you!', 'You are welcome. Enjoy Oslo!'],
  ]
  const talk = [{ role: 'system', content: 'You help customers of a parcel service. Be brief and kind.' }]
  return turns.map(([question, answer], i) => {
    const t = new TraceBuilder(0x1010 + i, { service: 'parcel-chat', at: 20_000 + 30_000 * i, session: 'chat-8841', user: 'customer-12' })
    const root = t.span('CHAIN', 'turn', null, 0, 900 + 120 * i, { 'input.value': question, 'output.value': answer })
    talk.push({ role: 'user', content: question })
    t.llm('reply', root, 10, 880 + 120 * i, 'gpt-4o-mini', [...talk], { role: 'assistant', content: answer }, [90 + 60 * i, 18 + i])
    talk.push({ role: 'assistant', content: answer })
    return t.line()
  })
}

/** A picture of a sunset over the sea, as the address of a PNG. */
function picture(width = 240, height = 120) {
  const rows = Array.from({ length: height }, (_, y) => [0, ...Array.from({ length: width }, (_, x) => {
    const isSun = (x - width / 2) ** 2 + (y - 58) ** 2 < 900
    return y > 70 ? [20, 60 + y / 2, 110 + y / 2] : isSun ? [255, 230, 150] : [255 - y, 150 - y / 2, 90 + y]
  }).flat()])
  const chunk = (name, bytes) => {
    const body = Buffer.concat([Buffer.from(name), bytes])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const bytes = Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.from(rows.flat()))), chunk('IEND', Buffer.alloc(0))])
  return `data:image/png;base64,${bytes.toString('base64')}`
}

function crc32(bytes) {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

/** Images, a sound and an unknown part in messages; a span without its parent. */
export function media() {
  const t = new TraceBuilder(0x1020, { at: 200_000, service: 'vision' })
  t.llm('describe', { spanId: 'feedfeedfeedfeed' }, 0, 1200, 'gpt-4o', [{ role: 'user', contents: [
    { type: 'text', text: 'What is in these pictures?' }, { type: 'image', 'image.image.url': picture() },
    { type: 'image', 'image.image.url': 'https://pictures.example/cat.png' }, { type: 'hologram', data: '{"depth":3}' },
  ] }], { role: 'assistant', contents: [{ type: 'reasoning', text: 'The first picture has a round, bright shape above a blue area.' }, { type: 'text', text: 'A sunset over the sea. I cannot load the second picture.' }] }, [420, 25])
  return [t.line()]
}

/** Lines of `count` spans in one trace with `bytes` of text in all. */
export function large(count, bytes, { batch = 512, seed = 7 } = {}) {
  const random = randomFrom(seed)
  const words = 'the agent asks a model for weather prices flights hotels trains and plans of the next week in Oslo Bergen Tromsø while tools return tables with numbers'.split(' ')
  const prose = length => {
    let text = ''
    while (text.length < length) text += words[Math.floor(random() * words.length)] + (random() < 0.1 ? Math.floor(random() * 1e6) : '') + ' '
    return text
  }
  const each = Math.max(20, Math.floor(bytes / count) - 500)
  const t = new TraceBuilder(0x3000, { service: 'load' })
  const root = t.span('AGENT', 'run', null, 0, count * 3, { 'input.value': 'go' })
  let step = root
  for (let i = 1; i < count; i++) {
    const from = i * 3
    if (i % 20 === 1) step = t.span('CHAIN', `step ${Math.floor(i / 20)}`, root, from, from + 58)
    else if (i % 3 === 0) t.llm('ask', step, from, from + 2 + random() * 20, 'gpt-4o-mini', [{ role: 'user', content: prose(each / 2) }], { role: 'assistant', content: prose(40) }, [200, 20], {}, i % 997 === 0 ? { error: 'rate limit' } : {})
    else t.span('TOOL', 'lookup', step, from, from + 1 + random() * 9, { 'tool.name': 'lookup', 'input.value': prose(each / 2), 'output.value': prose(each / 2) })
  }
  const lines = []
  const all = t.spans
  for (let at = 0; at < all.length; at += batch) {
    t.spans = all.slice(at, at + batch)
    lines.push(t.line())
  }
  return lines
}

/** A page with one block per line. */
export function page(lines, { shell = readFileSync(PAGE, 'utf8') } = {}) {
  return shell + lines.map(block).join('')
}

export const block = text => `<script type="text/plain" class="spans">${gzipSync(text + '\n', { level: 6 }).toString('base64')}</script>\n`

const SAMPLES = { agent, slow: () => agent({ isSlow: true }), rag, session, media, large10k: () => large(10_000, 14e6), large50k: () => large(50_000, 30e6) }

export const all = () => [...agent(), ...rag(), ...session(), ...media()]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2)
  const file = args[0] === '--page' ? args.splice(0, 2)[1] : null
  const lines = args.length ? args.flatMap(name => SAMPLES[name]()) : all()
  if (file) writeFileSync(file, page(lines))
  else process.stdout.write(lines.join('\n') + '\n')
}
