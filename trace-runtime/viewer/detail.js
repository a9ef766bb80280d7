// The right side: everything about the selected span or session.

import { el, button, icon, kindTile } from './dom.js'
import { card, copyButton, fields, jsonIn, tree } from './value.js'
import { content, folded, largest, turns } from './kinds.js'
import { amounts, count, dollars, duration, oneLine, plural } from './format.js'
import { spanAsMarkdown } from './export.js'

const MAX_PATH = 4

const VIEWS = ['content', 'attributes', 'events', 'raw']

export class Detail {
  constructor(app) {
    this.app = app
    this.node = this.empty()
  }

  update() {
    const { selected } = this.app.state
    const parts = !selected ? [] : selected.traces ? this.session(selected) : selected.roots ? this.trace(selected) : this.span(selected)
    this.replace(...parts.flat(9).filter(Boolean))
  }

  empty() {
    return el('article.detail', { tabindex: -1, 'aria-label': 'Selected span', id: 'detail' })
  }

  /** Shows other content in a new element, which is at its top: to scroll would lay it out twice. */
  replace(...parts) {
    const node = this.empty()
    node.append(...parts)
    this.node.replaceWith(node)
    this.node = node
  }

  session(session) {
    const { id, sum, traces } = session
    return [
      this.header('SESSION', id, [plural(traces.length, 'turn'), ...totals(sum)]),
      turns(this.app, session),
    ]
  }

  trace(trace) {
    return [
      this.header('TRACE', `trace ${trace.id}`, [duration(trace.duration), plural(trace.spans.length, 'span'), ...totals(trace.sum)]),
      el('p.lead', 'The parents of these spans are not in this file: they are in another process, or were not delivered.'),
      largest(this.app, trace.spans),
    ]
  }

  header(kind, name, facts, extra = []) {
    return el('header.head',
      el('div.title', button('', () => this.app.showList(), { icon: 'left', title: 'Back to the list', class: 'quiet back' }),
        kindTile(kind), el('h2', oneLine(name, 300) || '(no name)'), extra),
      el('div.facts', facts.filter(Boolean).map(fact => el('span.fact', fact))))
  }

  span(span) {
    const view = VIEWS.includes(this.app.state.view) ? this.app.state.view : 'content'
    const tabs = el('div.tabs', { role: 'tablist' }, VIEWS.map(name => {
      const number = name === 'events' ? span.events.length : name === 'attributes' ? Object.keys(span.attributes).length : 0
      return el('button', { type: 'button', role: 'tab', 'aria-selected': String(name === view), onclick: () => this.app.setView(name) },
        name[0].toUpperCase() + name.slice(1), number > 0 && el('span.dim', ` ${number}`))
    }))
    return [this.path(span), this.header(span.kind, span.name, facts(span, this.app), this.actions(span)), tabs, problems(span), this[view](span)]
  }

  /** The names of the spans above, the nearest ones if they are many. */
  path(span) {
    const above = []
    for (let up = span.parent; up && above.length < MAX_PATH; up = up.parent) above.unshift(up)
    return above.length > 0 && el('nav.path', { 'aria-label': 'Spans above' }, above[0].parent && '… ', above.map(up => [button(oneLine(up.name, 30), () => this.app.select(up), { class: 'link' }), ' › ']))
  }

  actions(span) {
    const { app } = this
    const same = app.neighbours(span)
    const go = (to, name, title) => button('', () => app.select(to), { icon: name, title, class: 'quiet', disabled: !to })
    return el('div.actions',
      go(same.previous, 'left', `Previous ${span.kind}`), el('span.dim', `${span.kind} ${same.at}/${same.count}`), go(same.next, 'right', `Next ${span.kind}`),
      copyButton(() => app.address(span), { icon: 'CHAIN', title: 'Copy the link to this span' }),
      copyButton(() => spanAsMarkdown(span), { label: 'Markdown', title: 'Copy this span as Markdown (m)' }))
  }

  content(span) {
    return content(this.app, span)
  }

  attributes(span) {
    const { attributes, resource, scope } = span
    const rows = keys => el('table.attributes', keys.map(key => el('tr',
      el('th', { scope: 'row' }, oneLine(key).split(/(?<=\.)/).map((part, i) => [i > 0 && el('wbr'), part])), el('td', shortValue(attributes[key])))))
    const prefixes = new Map()
    for (const key of Object.keys(attributes).sort()) {
      const prefix = key.split('.', 1)[0]
      prefixes.set(prefix, [...(prefixes.get(prefix) ?? []), key])
    }
    return [
      [...prefixes].map(([, keys]) => rows(keys)),
      span.links.length > 0 && folded(`Links (${span.links.length})`, () => span.links.map(link => this.link(link)), true),
      folded('Resource', () => el('div.json', tree(resource.attributes)), true),
      folded('Scope', () => el('div.json', tree(scope)), true),
      el('p.ids.dim', `trace ${oneLine(span.traceId)} · span ${oneLine(span.id)}`, span.parentId && ` · parent ${oneLine(span.parentId)}`),
    ]
  }

  link(link) {
    const target = this.app.state.model.find(link.traceId, link.id)
    return el('p', target ? button(oneLine(target.name), () => this.app.select(target), { class: 'link' }) : `${oneLine(link.traceId)}/${oneLine(link.id)}`)
  }

  events(span) {
    if (!span.events.length) return el('p.lead', 'This span has no events.')
    return [...span.events].sort((a, b) => a.time - b.time).map(event => el('section.card',
      el('header', el('b', oneLine(event.name)), el('span.dim', `+${duration(Math.max(0, event.time - span.start))}`)),
      Object.keys(event.attributes).length > 0 && el('div.body.json', fields(event.attributes))))
  }

  raw(span) {
    return card(el('b', 'OTLP'), span.raw)
  }
}

const totals = sum => [...amounts(sum), sum.errors > 0 && el('b.bad', plural(sum.errors, 'error'))]

/** The line below the name: model, time, tokens, cost, place in the source. */
function facts(span, app) {
  const { attributes, tokens } = span
  const details = [tokens.cached && `${count(tokens.cached)} cached`, tokens.written && `${count(tokens.written)} written to the cache`].filter(Boolean).join(', ')
  const isSum = span.sum.tokens > tokens.total
  return [
    span.isError ? el('b.bad', 'error') : span.isRunning ? el('b', 'running') : span.isCancelled && el('b.bad', 'cancelled'),
    span.model && el('b', oneLine(span.model, 80)),
    el('span', { title: `own time ${duration(span.own)}, from ${new Date(span.start / 1000).toISOString()}` }, duration(span.duration)),
    tokens.total > 0 && `${count(tokens.prompt)}${details && ` (${details})`}${tokens.completion ? ` → ${count(tokens.completion)}` : ''}${tokens.reasoning ? ` (${count(tokens.reasoning)} reasoning)` : ''} tokens`,
    isSum && `Σ ${count(span.sum.tokens)} tokens`,
    span.sum.cost > 0 && (span.sum.cost > span.cost ? 'Σ ' : '') + dollars(span.sum.cost, span.sum.estimated),
    attributes['llm.finish_reason'] && oneLine(String(attributes['llm.finish_reason']), 40),
    !app.isOneService && span.service && oneLine(span.service, 60),
    source(attributes),
  ]
}

/** The place in the source: a link for an editor if the path is absolute, else text to copy. */
function source(attributes) {
  const path = String(attributes['code.file.path'] ?? '')
  if (!path) return null
  const line = Number(attributes['code.line.number']) || 1
  const text = `${path}:${line}`
  const short = text.split('/').slice(-2).join('/')
  if (/^\/[^\s?#]*$/.test(path)) return el('a', { href: `vscode://file${encodeURI(path)}:${line}`, title: text }, oneLine(short))
  return el('span.code', { title: oneLine(text) }, oneLine(short), copyButton(() => text))
}

/** Errors first: the message of the status, and exceptions with their stack. */
function problems(span) {
  const exceptions = span.events.filter(event => event.name === 'exception')
  if (!span.isError && !exceptions.length) return null
  const shown = exceptions.map(({ attributes }) => ({
    type: String(attributes['exception.type'] ?? ''), text: String(attributes['exception.message'] ?? ''), stack: String(attributes['exception.stacktrace'] ?? ''),
  }))
  const isRepeated = shown.some(({ text }) => text && span.message.includes(text))
  return el('section.alert', { role: 'alert' }, icon('error'), el('div',
    !isRepeated && el('div.message', span.message || (shown.length ? '' : 'The span failed without a message.')),
    shown.map(({ type, text, stack }) => [
      el('div.message', type && el('b', type + (text ? ': ' : '')), text),
      stack && folded('Stack', () => el('pre.plain', stack)),
    ])))
}

function shortValue(value) {
  const json = typeof value === 'string' ? jsonIn(value) : value
  if (json !== undefined) return el('div.json', fields(json, 1))
  return value.length > 500 ? folded(oneLine(value, 100), () => el('pre.plain', value.slice(0, 200000))) : el('span.text', value)
}
