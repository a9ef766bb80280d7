// The content of a span by its kind: documents, vectors, tools, prompts, verdicts.

import { el, build, kindTile, button } from './dom.js'
import { card, tree, jsonIn, asText } from './value.js'
import { conversation } from './bubbles.js'
import { documents, embeddings, flattened, messages, pairs, parsed, preview, spoken } from './messages.js'
import { amounts, count, dollars, duration, oneLine, plural } from './format.js'
import { markdown } from './markdown.js'

/** Returns the sections of a span. */
export function content(app, span) {
  const show = { LLM: llm, TOOL: tool, RETRIEVER: retriever, RERANKER: reranker, EMBEDDING: embedding, PROMPT: prompt, GUARDRAIL: verdict, EVALUATOR: verdict, DECISION: verdict }[span.kind]
  const below = span.size < 3 ? [] : span.trace.spans.slice(span.trace.spans.indexOf(span) + 1).slice(0, span.size - 1)
  return [failed(app, below), show ? show(app, span) : inputOutput(span), largest(app, below), metadata(span)]
}

const section = (title, ...children) => el('section.part', el('h3', title), children)

/** A section that is built when it is opened. */
export function folded(title, fill, isOpen = false) {
  const details = el('details.fold', el('summary', title))
  const open = () => {
    if (details.open && details.children.length === 1) details.append(...[fill()].flat(9).filter(Boolean))
  }
  details.addEventListener('toggle', open)
  details.open = isOpen
  open()
  return details
}

function valueCard(title, span, side, mode) {
  const value = span.attributes[`${side}.value`]
  // A function without arguments has an empty object as its input.
  return value == null || value === '' || (value === '{}' && side === 'input') ? null : card(el('b', title), value, { mode, kind: side })
}

const inputOutput = (span, mode) => [valueCard('Input', span, 'input', mode), valueCard('Output', span, 'output', mode)]

function llm(app, span) {
  const { attributes } = span
  const hasMessages = messages(span, 'input').length || messages(span, 'output').length
  const tools = flattened(attributes, 'llm.tools').map(item => item?.tool?.json_schema ?? item)
  const parameters = attributes['llm.invocation_parameters']
  return [
    hasMessages ? conversation(app, span) : inputOutput(span),
    tools.length > 0 && folded(`Tools offered (${tools.length})`, () => tools.map(toolSchema)),
    parameters != null && parameters !== '{}' && folded('Parameters', () => el('div.json', tree(jsonIn(String(parameters)) ?? parameters))),
    attributes['llm.prompt_template.template'] != null && folded('Prompt template', () => template(span)),
    hasMessages && folded('Request and response', () => inputOutput(span)),
  ]
}

function toolSchema(schema) {
  const value = typeof schema === 'string' ? parsed(schema) ?? schema : schema
  const inner = value?.function ?? value
  return el('div.schema', el('b', oneLine(String(inner?.name ?? inner?.type ?? 'tool'))), ' ',
    inner?.description && el('span.dim', oneLine(String(inner.description), 300)),
    el('div.json', tree(inner?.parameters ?? inner?.input_schema ?? value, 'parameters', 0)))
}

function tool(app, span) {
  const { attributes } = span
  const pair = pairs(span.trace).bySpan.get(span)
  const parameters = attributes['tool.parameters']
  return [
    attributes['tool.description'] && el('p.lead', oneLine(String(attributes['tool.description']), 500)),
    pair && el('p.lead', 'Called by ', button(oneLine(pair.llm.name), () => app.select(pair.llm), { class: 'link' }),
      pair.call.id && el('span.dim', ` as ${oneLine(pair.call.id, 60)}`)),
    inputOutput(span, 'data'),
    parameters != null && folded('Schema of the parameters', () => el('div.json', tree(jsonIn(String(parameters)) ?? parameters))),
  ]
}

function documentList(title, list, before) {
  if (!list.length) return null
  const most = Math.max(...list.map(item => Math.abs(item.score ?? 0)), 1e-9)
  return section(`${title} (${list.length})`, list.map((item, index) => {
    const place = before?.findIndex(other => (item.id && other.id === item.id) || (!item.id && other.text === item.text)) ?? -1
    const head = [
      el('b.rank', `${index + 1}`),
      place >= 0 && moved(place - index, place),
      item.id && el('span.dim', oneLine(item.id, 60)),
      item.score != null && el('span.score', { title: `score ${item.score}` },
        el('i', { style: { width: `${(100 * Math.abs(item.score)) / most}%` } }), el('span', String(Number(item.score.toPrecision(4))))),
    ]
    const node = card(head, item.text || '(no text)', { kind: 'document' })
    const more = { ...(item.metadata != null && { metadata: jsonIn(asText(item.metadata)) ?? item.metadata }), ...item.rest }
    if (Object.keys(more).length) node.append(el('div.json.foot', Object.keys(more).map(key => tree(more[key], key, 1))))
    return node
  }))
}

const moved = (up, place) => el('span', { class: up > 0 ? 'up' : up < 0 ? 'fell' : 'dim', title: `was number ${place + 1}` }, up > 0 ? `▲ ${up}` : up < 0 ? `▼ ${-up}` : '=')

const retriever = (app, span) => [
  valueCard('Query', span, 'input'),
  documentList('Documents', documents(span, 'retrieval.documents')) ?? valueCard('Output', span, 'output'),
]

function reranker(app, span) {
  const before = documents(span, 'reranker.input_documents')
  const after = documents(span, 'reranker.output_documents')
  const query = span.attributes['reranker.query']
  return [
    query != null ? card(el('b', 'Query'), query, { kind: 'input' }) : valueCard('Input', span, 'input'),
    documentList('After', after, before) ?? valueCard('Output', span, 'output'),
    before.length > 0 && folded(`Before (${before.length})`, () => documentList('Before', before)),
  ]
}

function embedding(app, span) {
  const list = embeddings(span)
  if (!list.length) return inputOutput(span)
  return section(`Embeddings (${list.length})`, list.slice(0, 100).map(({ text, vector }, index) => {
    const node = card(el('b.rank', String(index + 1)), text, { kind: 'document' })
    if (vector.length) node.append(el('div.vector', sparkline(vector), el('span.dim', plural(vector.length, 'dimension'))))
    return node
  }), list.length > 100 && el('p.dim', `and ${list.length - 100} more`))
}

/** A vector as bars, averaged to the width. */
function sparkline(vector) {
  const bins = Math.min(96, vector.length)
  const most = Math.max(...vector.slice(0, 5000).map(Math.abs), 1e-12)
  const mean = i => {
    const part = vector.slice(Math.floor((i * vector.length) / bins), Math.max(1 + Math.floor((i * vector.length) / bins), Math.floor(((i + 1) * vector.length) / bins)))
    return part.reduce((sum, value) => sum + value, 0) / part.length / most
  }
  return el('span.spark', { 'aria-hidden': 'true' }, Array.from({ length: bins }, (_, i) => {
    const value = Math.max(-1, Math.min(1, mean(i)))
    return el('i', { style: { height: `${Math.max(4, 50 * Math.abs(value))}%`, top: `${value > 0 ? 50 - 50 * value : 50}%` } })
  }))
}

const prompt = (app, span) => [span.attributes['llm.prompt_template.template'] != null && template(span), inputOutput(span)]

/** A prompt template with the values of its variables in place, marked. */
function template(span) {
  const text = String(span.attributes['llm.prompt_template.template'])
  const variables = Object(jsonIn(String(span.attributes['llm.prompt_template.variables'] ?? '')))
  const version = span.attributes['llm.prompt_template.version']
  const parts = text.split(/(\{\{?\s*[\w.-]+\s*\}?\})/).map((part, i) => {
    const name = i % 2 ? part.replace(/[{}\s]/g, '') : null
    return name !== null && Object.hasOwn(variables, name) ? el('mark', { title: name }, asText(variables[name])) : part
  })
  return el('section.card', el('header', el('b', 'Template'), version != null && el('span.dim', `version ${oneLine(String(version))}`)),
    el('pre.body.plain', parts))
}

/** The outcome of a guardrail, an evaluator or a decision as a badge, with its reasons below. */
function verdict(app, span) {
  const output = span.attributes['output.value']
  const json = jsonIn(String(output ?? ''))
  const isWord = json === undefined && output != null && String(output).length < 80
  const fields = json && !Array.isArray(json) ? Object.entries(json).filter(([, value]) => value === null || typeof value !== 'object') : []
  const badges = isWord ? [['', output]] : fields.filter(([, value]) => String(value).length < 80)
  const tone = value => (/^(true|pass(ed)?|ok|yes|allow(ed)?|safe|correct)$/i.test(value) ? 'good' : /^(false|fail(ed)?|no|block(ed)?|deny|denied|unsafe|incorrect)$/i.test(value) ? 'bad' : '')
  return [
    badges.length > 0 && el('div.verdict', badges.map(([key, value]) => el('span', { class: `badge ${tone(String(value))}` }, key && el('span.dim', oneLine(key), ' '), oneLine(String(value))))),
    inputOutput(span),
  ]
}

/** How many spans a list of the largest shows. */
const TOP = 5

/** The first failures below a span, with their messages. */
function failed(app, spans) {
  const list = spans.filter(span => span.isError && !span.children.some(child => child.sum.errors))
  if (!list.length) return null
  return section(`Failed below (${list.length})`, list.slice(0, TOP).map(span => rankRow(app, span, 'error',
    el('span.name', oneLine(span.name)), el('span.bad', oneLine(span.message, 120)))))
}

/** The spans that cost or took most, each by its own amount: where the time and the dollars of a span went. */
export function largest(app, spans) {
  if (!spans.length) return null
  const byCost = spans.some(span => span.cost > 0)
  const byTokens = spans.some(span => span.tokens.total > 0)
  return el('div.most',
    byCost && ranking(app, 'Most cost', spans, span => span.cost, span => dollars(span.cost, span.isEstimated)),
    !byCost && byTokens && ranking(app, 'Most tokens', spans, span => span.tokens.total, span => count(span.tokens.total)),
    ranking(app, 'Most own time', spans, span => span.own, span => duration(span.own)))
}

function ranking(app, title, spans, amount, text) {
  let sum = 0
  for (const span of spans) sum += amount(span)
  const top = spans.filter(span => amount(span) > 0).sort((a, b) => amount(b) - amount(a)).slice(0, TOP)
  if (!top.length) return null
  return section(title, top.map(span => rankRow(app, span, '',
    el('span.name', oneLine(span.name)), el('span.preview', oneLine(preview(span, 'output'), 80)),
    el('span.share', el('i', { 'data-kind': span.kind, style: { width: `${(100 * amount(span)) / (sum || 1)}%` } })),
    el('span.amount', text(span)))))
}

const rankRow = (app, span, kind, ...cells) => el('button', { type: 'button', class: `rank-row ${kind}`, onclick: () => app.select(span), title: oneLine(preview(span, 'input'), 300) }, kindTile(span.kind), cells)

function metadata(span) {
  const { attributes } = span
  const shown = { user: attributes['user.id'], tags: attributes['tag.tags'], metadata: jsonIn(String(attributes.metadata ?? '')) ?? attributes.metadata }
  const keys = Object.keys(shown).filter(key => shown[key] != null && shown[key] !== '')
  return keys.length ? section('Context', el('div.json', keys.map(key => tree(shown[key], key)))) : null
}

/** A session: what was asked and answered in each turn. */
export function turns(app, session) {
  return session.traces.map((trace, index) => {
    const { root } = trace
    const question = turnText(root, trace, 'input')
    const answer = turnText(root, trace, 'output')
    const side = (role, text) => text && el('section', { class: `card bubble ${role}` }, el('header', el('b', role)), el('div.body.rich', markdown(text.slice(0, 4000)).map(build)))
    return el('section.turn',
      el('h3', `Turn ${index + 1}`, button(oneLine(root.name), () => app.select(root), { class: 'link' }),
        el('span.dim', [duration(trace.duration), ...amounts(trace.sum)].join(' · '))),
      side('user', question), side('assistant', answer),
      root.isError && el('div.alert', oneLine(root.message || 'failed', 500)))
  })
}

/** The text of a turn: of its root, else of the LLM span that is first or last in it. */
function turnText(root, trace, side) {
  const own = spoken(root, side)
  if (own) return own
  const spans = trace.spans.filter(span => span.kind === 'LLM')
  const span = side === 'input' ? spans[0] : spans[spans.length - 1]
  return span ? spoken(span, side) : ''
}
