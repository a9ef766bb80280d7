// Messages of an LLM span as bubbles. A tool call, its result and its TOOL span are one block.

import { el, button, kindTile } from './dom.js'
import { card, inMode, jsonIn, fields, copyButton } from './value.js'
import { addTo, callKey, continued, earlierLlm, messageText, messages, pairs } from './messages.js'
import { count, duration, oneLine, plural } from './format.js'

/** System instructions longer than this are folded. */
const FOLDED_CHARS = 400

/** A longer list of messages is folded to the last ones: the newest question is seen at once. */
const MANY_MESSAGES = 20
const LAST_MESSAGES = 6

/** The first mode of a role: Markdown would change instructions, and what a tool has read. */
const MODE_OF = { system: 'plain', developer: 'plain', tool: 'data' }

/** Shows the conversation of an LLM span: earlier messages folded, new ones, the answer. */
export function conversation(app, span) {
  const input = messages(span, 'input')
  const output = messages(span, 'output')
  const view = new Conversation(app, span)
  const before = continued(span, earlierLlm(span, app.sessionOf(span.trace)))
  const old = Math.max(before?.count ?? 0, tooOld(input))
  return [
    old > 0 && earlier(view, input.slice(0, old), before?.count === old && before.span, app),
    view.bubbles(input.slice(old)),
    output.length > 0 && el('h3.divider', 'Answer'),
    view.bubbles(output, true),
  ]
}

/** How many messages of a long list come before the last ones, which begin with a question if there is one. */
function tooOld(list) {
  if (list.length <= MANY_MESSAGES) return 0
  const first = list.length - LAST_MESSAGES
  const question = list.slice(first).findIndex(message => message.role === 'user')
  return first + Math.max(0, question)
}

function earlier(view, list, span, app) {
  const question = list.findLast(message => message.role === 'user')
  const details = el('details.earlier', el('summary',
    plural(list.length, 'earlier message'),
    span && [el('span.dim', ' shown in '), button(oneLine(span.name), event => { event.preventDefault(); app.select(span) }, { class: 'link' })],
    question && el('div.question', el('span.dim', 'user '), oneLine(messageText(question), 300))))
  details.addEventListener('toggle', () => {
    if (details.children.length === 1) details.append(...view.bubbles(list))
  })
  return details
}

class Conversation {
  constructor(app, span) {
    this.app = app
    this.span = span
    this.pairs = pairs(span.trace)
    this.results = resultsOf(messages(span, 'input'))
    this.called = new Set()
    /** What the user said, in order: the place is the number of the turn. */
    this.questions = messages(span, 'input').filter(message => message.role === 'user')
    this.outputCalls = 0
  }

  /** Results that belong to a call of the same list are shown at the call, not a second time. */
  bubbles(list, isOutput = false) {
    for (const message of list) for (const call of message.calls) if (call.id) this.called.add(call.id)
    return list.filter(message => !(message.callId && this.called.has(message.callId))).map(message => this.bubble(message, isOutput))
  }

  bubble(message, isOutput) {
    const { role } = message
    const calls = message.calls.map(call => this.call(call, isOutput))
    const head = [el('b', oneLine(role, 30)), message.name && el('span.dim', oneLine(message.name))]
    const turn = this.questions.length > 1 && this.questions.indexOf(message) + 1
    if (turn) head.push(el('span.dim', `turn ${turn}`))
    const kind = `bubble ${KNOWN_ROLES.has(role) ? role : 'other'}`
    if (role === 'tool' && message.callId) head.push(this.toolLink(message))
    const texts = message.parts.filter(part => part.type === 'text' && part.text)
    const first = message.parts.findIndex(part => part.type === 'text')
    const [before, after] = [[], []]
    message.parts.forEach((part, i) => {
      if (!(part.type === 'text' && part.text)) (i < first ? before : after).push(media(part))
    })
    const others = [...before, ...after]
    const text = texts.map(part => part.text).join('\n\n')
    if (!text && !others.length) return el('section', { class: `card ${kind}` }, el('header', head), calls)
    if (!text) return el('section', { class: `card ${kind}` }, el('header', head), others, calls)
    const mode = KNOWN_ROLES.has(role) ? MODE_OF[role] : undefined
    const shown = card(head, text, { kind, mode, before, extra: [after, calls], source: message.raw })
    return mode === 'plain' && text.length > FOLDED_CHARS ? foldable(shown, text) : shown
  }

  toolLink(message) {
    const pair = this.pairs.byPart.get(message)
    return [el('span.dim', 'result of ', pair?.call.name ?? message.callId), spanLink(this.app, pair?.span)]
  }

  /** One tool call: its name and arguments, the time of its span, and its result. */
  call(call, isOutput) {
    const pair = isOutput ? this.pairs.byCall.get(callKey(this.span, this.outputCalls++)) : this.pairs.byPart.get(call)
    const span = pair?.span
    const result = this.results.get(call) ?? pair?.result
    const text = result ? messageText(result) : span && !span.isError ? String(span.attributes['output.value'] ?? '') : ''
    return el('div.call',
      el('header', kindTile('TOOL'), el('b', oneLine(call.name) || '(no name)'),
        span && el('span.dim', duration(span.duration)), el('span.push'), spanLink(this.app, span), copyButton(() => call.input)),
      el('div.arguments', argumentsOf(call.input)),
      span?.isError && el('div.result.failed', oneLine(span.message || 'failed', 500)),
      text && el('div.result', inMode('data', text, jsonIn(text))),
      !text && !span?.isError && el('div.result.dim', span ? 'no result' : 'no result in this file'))
  }
}

/** Returns the result of each call: the next one with its id. Later calls may have the same id again. */
function resultsOf(list) {
  const results = new Map()
  const open = new Map()
  for (const message of list) {
    const call = message.callId && open.get(message.callId)?.shift()
    if (call) results.set(call, message)
    for (const call of message.calls) addTo(open, call.id, call)
  }
  return results
}

const KNOWN_ROLES = new Set(['system', 'developer', 'user', 'assistant', 'tool'])

const spanLink = (app, span) => span && button('span', () => app.select(span), { icon: 'link', class: 'link', title: 'Go to the span of this call' })

function argumentsOf(text) {
  const json = jsonIn(text)
  return json === undefined ? el('pre.plain', text || '()') : el('div.json', fields(json))
}

/** Folds a card to its header and its first words. */
function foldable(node, text) {
  const start = button(oneLine(text, 140), () => { node.classList.remove('folded') }, { class: 'start', title: 'Show all' })
  node.querySelector('header').after(start)
  node.classList.add('folded')
  return node
}

/** The images that are shown; every other address stays text, because loading it would be a request. */
const SAFE_IMAGE = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$/
const SAFE_AUDIO = /^data:audio\/[\w.+-]+;base64,[A-Za-z0-9+/=\s]*$/

/** An image, sound, document or unknown part. */
export function media(part) {
  if (part.type === 'image' && SAFE_IMAGE.test(part.url)) return el('div.medium', el('img', { src: part.url, alt: 'image' }))
  if (part.type === 'audio' && SAFE_AUDIO.test(part.url)) return el('div.medium', el('audio', { src: part.url, controls: true }))
  const address = part.url?.length > 300 ? `${part.url.slice(0, 80)}… ${count(part.url.length)} characters` : part.url
  const label = el('div.dim.label', part.type === 'text' ? 'empty' : oneLine(part.type))
  return el('div.medium', label, address && el('code', address), part.text && inMode('rich', part.text))
}
