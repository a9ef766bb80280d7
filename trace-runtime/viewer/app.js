// The page: its state, its frame, and what a person can do with it.
//
// The state is a few values; `render` functions of the parts read it. Every change goes through a
// method of `App`, which updates the parts that show it and the address.

import { button, el, icon, kindTile } from './dom.js'
import { KINDS, Model } from './model.js'
import { readBlocks, takeBlocks } from './blocks.js'
import { amounts, duration, oneLine, plural } from './format.js'
import { mark, matchesText, search, toggled, toggledKind } from './search.js'
import { Tree, keyOf } from './tree.js'
import { Minimap } from './minimap.js'
import { Detail } from './detail.js'
import { follow, liveAddress } from './live.js'
import { drop, help, menu, openFile } from './menu.js'
import { onKey } from './keys.js'

/** A page with more traces starts with closed ones. */
const MANY_TRACES = 25

class App {
  constructor() {
    this.state = {
      model: new Model().arrange(), selected: null, query: '', found: null, closed: new Set(), view: 'content', zoom: null,
    }
    this.tree = new Tree(this)
    this.minimap = new Minimap(this)
    this.detail = new Detail(this)
    this.searches = 0
    this.frame()
  }

  // ---- the frame

  frame() {
    this.totals = el('div.totals')
    this.chips = el('div.chips', { role: 'toolbar', 'aria-label': 'Filters' })
    this.hits = el('span.hits.dim', { 'aria-live': 'polite' })
    this.input = el('input', {
      type: 'search', placeholder: 'Search and filter', 'aria-label': 'Search', spellcheck: 'false', autocomplete: 'off',
      oninput: () => this.setQuery(this.input.value),
    })
    this.service = el('h1', 'Trace')
    this.status = el('span.status', { hidden: true, role: 'status' })
    const top = el('header.top', this.service, this.totals, this.status,
      el('label.search', icon('search'), this.input, el('kbd', '/')),
      button('', () => help(), { icon: 'help', title: 'Keys and filters (?)', class: 'quiet' }),
      button('', () => this.nextTheme(), { icon: 'theme', title: 'Dark or light (t)', class: 'quiet' }),
      button('', () => menu(this), { icon: 'more', title: 'More', class: 'quiet menu-button' }))
    const column = (name, title) => button(name, () => this.nextLargest(name.toLowerCase()), { title, class: `amount ${name.toLowerCase()}` })
    const left = el('section.left', this.minimap.node, el('div.columns', el('span.name-cell', 'Span'),
      column('Time', 'Select the slowest span, then the next (s)'), column('Tokens', 'Select the call with most tokens, then the next'),
      column('Cost', 'Select the call that cost most, then the next (c)'), (this.scale = el('span.bar-cell'))), this.tree.node)
    this.splitter = el('div.splitter', { onpointerdown: event => this.resize(event) })
    this.main = el('main', left, this.splitter, this.detail.node)
    document.body.append(top, el('nav.filters', this.chips, this.hits), this.main)
  }

  resize(event) {
    const move = ({ clientX }) => this.main.style.setProperty('--left', `${Math.max(20, Math.min(80, (100 * clientX) / innerWidth))}%`)
    this.splitter.setPointerCapture(event.pointerId)
    this.splitter.onpointermove = move
    this.splitter.onpointerup = () => (this.splitter.onpointermove = null)
  }

  // ---- the model

  /** Shows a model. The selection stays, if its span is still there. */
  show(model, isFirst = false) {
    const { state } = this
    const before = this.shown
    const key = state.selected && keyOf(state.selected)
    state.model = model
    if (isFirst && model.traces.length > MANY_TRACES) {
      for (const trace of model.traces) for (const root of trace.roots) state.closed.add(keyOf(root))
    }
    state.selected = null
    this.updateTop()
    this.tree.update()
    const known = key && (model.spans.find(span => keyOf(span) === key) ?? model.sessions.find(session => keyOf(session) === key) ?? model.traces.find(trace => keyOf(trace) === key))
    if (isFirst || !known) this.selectFirst()
    // A person who reads a span of a live page is not disturbed by other spans.
    else if (known === before?.item && known.size === before.size) this.keep(known)
    else this.select(known, { isQuiet: true })
    if (state.query) this.setQuery(state.query)
  }

  keep(item) {
    this.state.selected = item
    this.tree.draw()
    this.minimap.draw()
    this.updateScale()
  }

  /** Selects the span of the address, else the first error, else the first span. */
  selectFirst() {
    const { model } = this.state
    const [trace, id] = location.hash.slice(1).split('?')[0].split('/')
    const error = model.spans.find(span => span.isError && !span.children.some(child => child.sum.errors))
    const first = model.find(trace, id) ?? model.traces.find(other => other.id === trace)?.root ?? error ?? model.spans[0]
    if (first) this.select(first, { isQuiet: true })
    else this.empty()
  }

  empty() {
    this.detail.replace(el('div.empty', kindTile('LLM'), el('h2', 'No spans yet'),
      liveAddress() && el('p', `The spans that programs send to ${location.origin} appear here.`),
      el('p', 'Drop a page or a file of JSON lines here.'), button('Open a file', () => openFile(this))))
  }

  updateTop() {
    const { model } = this.state
    const services = [...new Set(model.spans.map(span => span.service).filter(Boolean))]
    this.service.replaceChildren(services.length ? oneLine(services.slice(0, 3).join(', '), 80) : 'Trace')
    document.title = services.length ? `${services[0]} · trace` : 'Trace'
    const { sum } = model
    this.isOneService = services.length < 2
    for (const name of ['spans', 'tokens', 'cost']) document.body.classList.toggle(`no-${name}`, !sum[name])
    const sessions = model.sessions.filter(session => session.id).length
    this.totals.replaceChildren(...!sum.spans ? [] : [
      sessions > 0 && plural(sessions, 'session'), plural(model.traces.length, 'trace'), plural(model.spans.length, 'span'),
      ...amounts(sum), duration(sum.duration), model.damaged > 0 && el('b.bad', plural(model.damaged, 'damaged block')),
    ].filter(Boolean).map(text => el('span', text)))
    this.updateChips()
  }

  updateChips() {
    const { model, query } = this.state
    const numbers = new Map()
    for (const span of model.spans) numbers.set(span.kind, (numbers.get(span.kind) ?? 0) + 1)
    const kinds = /(?:^|\s)kind:(\S+)/.exec(query)?.[1].toUpperCase().split(',') ?? []
    const words = query.split(/\s+/)
    const chip = (label, number, isOn, next, props) => el('button', { type: 'button', class: 'chip', 'aria-pressed': String(isOn), onclick: () => this.setQuery(next(), true), ...props }, label, el('span.dim', number.toLocaleString('en')))
    this.chips.replaceChildren(...[
      model.sum.errors > 0 && chip([icon('error'), 'Errors'], model.sum.errors, words.includes('error'), () => toggled(this.state.query, 'error'), { 'data-bad': '' }),
      ...KINDS.filter(kind => numbers.has(kind)).map(kind => chip([kindTile(kind), kind === 'LLM' ? kind : kind[0] + kind.slice(1).toLowerCase()], numbers.get(kind), kinds.includes(kind), () => toggledKind(this.state.query, kind))),
    ].filter(Boolean))
  }

  // ---- selection

  /** Selects a span, a trace or a session, and opens everything above it. */
  select(item, { open = false, isQuiet = false } = {}) {
    const { state } = this
    const before = this.currentTrace()
    state.selected = item
    this.shown = { item, size: item.size }
    if (this.openParents(item)) this.tree.update()
    if (state.found && item.trace && !state.found.has(item) && this.tree.indexOf(item) < 0) this.setQuery('', true)
    const trace = this.currentTrace()
    if (trace !== before) {
      if (state.zoom && state.zoom.trace.id !== trace.id) state.zoom = null
      this.minimap.draw()
      this.updateScale()
    }
    const index = this.tree.indexOf(item)
    if (index >= 0) this.tree.list.reveal(index)
    this.tree.draw()
    this.tree.node.setAttribute('aria-activedescendant', 'selected-row')
    this.updateDetail()
    if (open || !isQuiet) document.body.classList.toggle('show-detail', open || document.body.classList.contains('show-detail'))
    this.updateAddress()
  }

  openParents(item) {
    let changed = false
    const session = item.trace && this.sessionOf(item.trace)
    for (const up of [session, item.trace]) if (up) changed = this.state.closed.delete(keyOf(up)) || changed
    for (let up = item.parent; up; up = up.parent) changed = this.state.closed.delete(keyOf(up)) || changed
    return changed
  }

  toggle(item, isOpen) {
    const { closed } = this.state
    const key = keyOf(item)
    if (isOpen ?? closed.has(key)) closed.delete(key)
    else closed.add(key)
    this.tree.update()
  }

  /** Closes or opens all spans that have children. */
  toggleAll() {
    const { closed, model } = this.state
    if (closed.size) closed.clear()
    else for (const span of model.spans) if (span.size > 1) closed.add(keyOf(span))
    this.tree.update()
  }

  setView(view) {
    this.state.view = view
    this.updateDetail()
    this.updateAddress()
  }

  updateDetail() {
    this.detail.update()
    this.markDetail()
  }

  markDetail() {
    mark('hit', [this.detail.node], this.state.query)
  }

  showList() {
    document.body.classList.remove('show-detail')
  }

  /** The trace that the overview shows. */
  currentTrace() {
    const { selected } = this.state
    return selected?.trace ?? (selected?.roots ? selected : selected?.traces?.[0])
  }

  sessionOf(trace) {
    return this.state.model.sessions.find(session => session.traces.includes(trace))
  }

  /** The spans of the same kind before and after a span. */
  neighbours(span) {
    const { model } = this.state
    const same = (model.byKind ??= Map.groupBy(model.spans, other => other.kind)).get(span.kind) ?? [span]
    const at = same.indexOf(span)
    return { previous: same[at - 1], next: same[at + 1], at: at + 1, count: same.length }
  }

  /** Selects the next span, from the selected one on, that a test accepts. */
  jump(accepts, step) {
    const { spans } = this.state.model
    const { selected } = this.state
    const first = selected?.index ?? (step > 0 ? -1 : spans.length)
    for (let i = 1; i <= spans.length; i++) {
      const span = spans[(first + step * i + (i + 1) * spans.length) % spans.length]
      if (accepts(span)) return this.select(span)
    }
  }

  /** Selects the span with the largest amount of its own; again, the one with the next largest. */
  nextLargest(name) {
    const { model, selected } = this.state
    const amount = { time: span => span.own, tokens: span => span.tokens.total, cost: span => span.cost }[name]
    const spans = model.spans.filter(span => amount(span) > 0).sort((a, b) => amount(b) - amount(a))
    const isAgain = this.largest?.name === name && this.largest.span === selected
    const span = spans[isAgain ? (spans.indexOf(selected) + 1) % spans.length : 0]
    this.largest = { name, span }
    if (span) this.select(span)
  }

  // ---- time

  windowOf(trace) {
    const { zoom } = this.state
    return zoom?.trace.id === trace.id ? zoom : { from: trace.start, to: trace.end }
  }

  zoom(zoom) {
    this.state.zoom = zoom
    const trace = this.currentTrace()
    if (trace) this.minimap.showWindow(trace)
    this.updateScale()
    this.tree.draw()
  }

  updateScale() {
    const trace = this.currentTrace()
    if (!trace) return
    const { from, to } = this.windowOf(trace)
    this.scale.replaceChildren(el('span', duration(from - trace.start)), el('span', duration(to - trace.start)))
  }

  // ---- search

  async setQuery(query, isFromCode = false) {
    const { state } = this
    if (isFromCode) this.input.value = query
    state.query = query
    this.updateChips()
    const number = ++this.searches
    const found = query.trim() ? await search(state.model.spans, query, () => number !== this.searches) : null
    if (number !== this.searches) return
    state.found = found
    document.body.classList.toggle('no-hits', found?.size === 0)
    this.hits.textContent = found ? matchesText(found, state.model.spans) : ''
    this.tree.update()
    const index = state.selected ? this.tree.indexOf(state.selected) : -1
    if (index >= 0) this.tree.list.reveal(index)
    this.markDetail()
    this.updateAddress()
  }

  // ---- the address

  /** The address of a span on this page. */
  address(span) {
    return location.href.split('#')[0] + `#${span.traceId}/${span.id}`
  }

  /** Writes the state into the address, once for many changes: browsers limit how often. */
  updateAddress() {
    clearTimeout(this.addressTimer)
    this.addressTimer = setTimeout(() => this.writeAddress(), 100)
  }

  writeAddress() {
    const { selected, query, view } = this.state
    const place = !selected ? '' : selected.trace ? `${selected.traceId}/${selected.id}` : selected.roots ? selected.id : ''
    const more = new URLSearchParams()
    if (query.trim()) more.set('q', query)
    if (view !== 'content') more.set('view', view)
    const text = `#${place}${more.size ? '?' + more : ''}`
    if (text !== location.hash) history.replaceState(null, '', text)
  }

  readAddress() {
    const more = new URLSearchParams(location.hash.split('?')[1] ?? '')
    this.state.view = more.get('view') ?? 'content'
    if (more.get('q')) this.setQuery(more.get('q'), true)
    else if (this.state.query) this.setQuery('', true)
  }

  // ---- other parts

  endComparison() {
    this.comparison.node.remove()
    this.comparison = null
  }

  nextTheme() {
    const root = document.documentElement
    const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
    root.dataset.theme = isDark ? 'light' : 'dark'
    remember('theme', root.dataset.theme)
    this.minimap.draw()
  }

  setStatus(text) {
    this.status.textContent = text
    this.status.hidden = !text
  }

  // ---- blocks

  add({ texts, damaged }) {
    const { model } = this.state
    const isFirst = model.spans.length === 0
    model.damaged += damaged
    for (const text of texts) model.add(text)
    model.byKind = undefined
    this.show(model.arrange(), isFirst)
  }
}

/** Keeps a choice for the next page, where the browser allows it. */
function remember(key, value) {
  try {
    localStorage.setItem(`trace-${key}`, value)
  } catch {
    // A page from disk may have no storage.
  }
}

function remembered(key) {
  try {
    return localStorage.getItem(`trace-${key}`)
  } catch {
    return null
  }
}

async function start() {
  const theme = remembered('theme')
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme
  const app = new App()
  app.setStatus('Reading…')
  const blocks = takeBlocks(document)
  app.readAddress()
  if (blocks.length) app.add(await readBlocks(blocks))
  else app.show(app.state.model, true)
  app.setStatus('')
  app.readAddress()
  follow((texts, damaged) => app.add({ texts, damaged }), state => app.setStatus(state === 'live' ? 'Live' : 'Connection lost'))
  addEventListener('keydown', event => onKey(app, event))
  addEventListener('hashchange', () => { app.readAddress(); app.selectFirst() })
  addEventListener('dragover', event => event.preventDefault())
  addEventListener('drop', event => { event.preventDefault(); drop(app, event.dataTransfer.files) })
  addEventListener('beforeprint', () => app.tree.list.draw(2000))
  addEventListener('afterprint', () => app.tree.draw())
  document.documentElement.dataset.ready = performance.now()
}

document.addEventListener('DOMContentLoaded', start)
