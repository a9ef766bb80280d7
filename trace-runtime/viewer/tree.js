// The tree and the waterfall: one list, with a row per span, trace and session.

import { count, dollars, duration, oneLine, plural, shortModel } from './format.js'
import { preview } from './messages.js'
import { VirtualList } from './list.js'
import { mark } from './search.js'

export const ROW_HEIGHT = 28

/** Deeper spans are not indented further: their names would leave the list. */
const MAX_INDENT = 14

/** The pixels of a letter at least, on average: the browser measures every letter, also those that the row cuts off. */
const MIN_LETTER = 5

/** The lines on the left of a row. Their width is a style of theirs: one of the row would be computed for all that is in it. */
export const guides = level => ['span.guides', { style: { width: `${16 * Math.min(level, MAX_INDENT)}px` } }]

/** The key of a row's item, which survives that a model is built again. */
export const keyOf = item => item.key ?? (item.key = item.traces ? `session ${item.id}` : item.members ? `trace ${item.id}` : `${item.traceId}/${item.id}`)

/**
 * Returns the rows to show: `{item, level, isMatch}`. `closed` holds keys of items whose children
 * are hidden. With `found`, only matches and the spans above them are shown. Pure.
 */
export function visibleRows(model, closed, found) {
  const shown = found && withParents(found)
  const rows = []
  for (const session of model.sessions) {
    const traces = shown ? session.traces.filter(trace => trace.spans.some(span => shown.has(span))) : session.traces
    if (!traces.length) continue
    let level = 0
    if (session.id) {
      rows.push({ item: session, level: level++, isMatch: !found })
      if (!shown && closed.has(keyOf(session))) continue
    }
    for (const trace of traces) addTrace(rows, trace, level, closed, found, shown)
  }
  return rows
}

function addTrace(rows, trace, level, closed, found, shown) {
  if (trace.roots.length > 1) {
    rows.push({ item: trace, level: level++, isMatch: !found })
    if (!shown && closed.has(keyOf(trace))) return
  }
  for (let i = 0; i < trace.spans.length; i++) {
    const span = trace.spans[i]
    if (shown && !shown.has(span)) continue
    rows.push({ item: span, level: level + span.depth, isMatch: !found || found.has(span) })
    if (!shown && span.size > 1 && closed.has(keyOf(span))) i += span.size - 1
  }
}

function withParents(found) {
  const all = new Set(found)
  for (const span of found) for (let up = span.parent; up && !all.has(up); up = up.parent) all.add(up)
  return all
}

/** The list on the page. `app` gives the state and receives what a person selects. */
export class Tree {
  constructor(app) {
    this.app = app
    this.list = new VirtualList((row, index) => this.row(row, index), ROW_HEIGHT, {
      role: 'treegrid', 'aria-label': 'Spans', id: 'rows',
      onclick: event => this.click(event),
    }, () => this.mark())
    this.node = this.list.node
  }

  update() {
    const { model, closed, found } = this.app.state
    this.list.setItems(visibleRows(model, closed, found))
  }

  draw() {
    this.list.draw()
  }

  /** Marks the words of the search in the rows in view. */
  mark() {
    mark('row-hit', this.node.querySelectorAll('.row:not(.faint) :is(.name, .preview)'), this.app.state.query)
  }

  indexOf(item) {
    return this.list.items.findIndex(row => row.item === item)
  }

  click(event) {
    const row = this.list.itemOf(event)
    if (!row) return
    if (event.target.closest('.twisty')) this.app.toggle(row.item)
    else this.app.select(row.item, { open: true })
  }

  /** Selects the row `step` rows further. */
  move(step) {
    const { items } = this.list
    const at = this.indexOf(this.app.state.selected)
    const next = Math.max(0, Math.min(items.length - 1, at + step))
    if (items[next]) this.app.select(items[next].item)
  }

  /** Describes a row. */
  row({ item, level, isMatch }, index) {
    const cells = item.traces ? this.sessionCells(item) : item.roots ? this.traceCells(item) : this.spanCells(item)
    const isOpen = !this.app.state.closed.has(keyOf(item)) || Boolean(this.app.state.found)
    const hasChildren = item.traces || item.roots || item.children.length > 0
    const selected = this.app.state.selected === item
    return ['div', {
      role: 'row', 'aria-rowindex': index + 1, 'aria-level': level + 1, 'aria-selected': String(selected),
      'aria-expanded': hasChildren ? String(isOpen) : null, id: selected ? 'selected-row' : null,
      class: `row${level === 0 ? ' root' : ''}${selected ? ' on' : ''}${item.isError ? ' failed' : ''}${isMatch ? '' : ' faint'}${item.traces ? ' session' : ''}`,
    },
    ['span.name-cell', { role: 'gridcell' }, guides(level), ['span.twisty', {}, ['icon', 'right']], ...cells.name],
    ...cells.amounts.map(([name, text, style = '']) => ['span', { class: `amount ${name} ${style}`, role: 'gridcell' }, text]),
    ['span.bar-cell', { role: 'gridcell' }, cells.bar]]
  }

  sessionCells({ id, traces, sum }) {
    return { name: nameCell('SESSION', oneLine(id), { errors: sum.errors, preview: plural(traces.length, 'turn') }), amounts: amounts(sum.duration, sum, true) }
  }

  traceCells(trace) {
    const preview = `${trace.roots.length} spans whose parent is not here`
    return { name: nameCell('TRACE', `trace ${trace.id.slice(0, 8)}`, { errors: trace.sum.errors, preview }), amounts: amounts(trace.duration, trace.sum, true) }
  }

  spanCells(span) {
    const isRoot = !span.parent
    const name = nameCell(span.kind, oneLine(span.name) || '(no name)', {
      turn: isRoot && span.trace.turn,
      isFailed: span.isError,
      errors: span.sum.errors,
      isOrphan: span.parentId && isRoot,
      service: !isRoot && span.service !== span.parent.service && span.service,
      model: span.name.includes(shortModel(span.model)) ? '' : oneLine(span.model),
      preview: oneLine(rowText(span), 300),
      limit: Math.ceil(this.list.width / MIN_LETTER),
    })
    const isSum = span.sum.tokens > span.tokens.total || span.sum.cost > span.cost
    return { name, amounts: amounts(span.duration, span.sum, isSum, heat(span), span.isRunning), bar: this.bar(span) }
  }

  bar(span) {
    const { from, to } = this.app.windowOf(span.trace)
    const width = Math.max(1, to - from)
    const left = (span.start - from) / width
    const right = (span.start + span.duration - from) / width
    const isAfter = left > 1
    if (right < 0 || isAfter) return ['i', { class: isAfter ? 'out right' : 'out left' }, isAfter ? '›' : '‹']
    const start = Math.max(0, left)
    return ['b', {
      class: `bar${span.isRunning ? ' running' : ''}${span.isError ? ' failed' : ''}`, 'data-kind': span.kind,
      style: { left: `min(${100 * start}%, 100% - 2px)`, width: `${100 * (Math.min(1, right) - start)}%` },
    }]
  }
}

/** Describes the parts of a name, each in its place whether the row has it or not. */
const nameCell = (kind, name, { turn, isFailed, errors, isOrphan, service, model, preview, limit }) => [
  ['span.tile', { 'data-kind': kind, title: kind }, ['icon', kind]],
  turn && ['span.ordinal', { title: `turn ${turn}` }, `${turn}`],
  ['span.name', { title: `${kind} ${name}` }, name],
  errors && ['span', { class: isFailed ? 'mark' : 'mark below', title: isFailed ? 'failed' : `${plural(errors, 'error')} below` }, ['icon', 'error']],
  isOrphan && ['span.note', { title: 'The parent of this span is not in this file' }, 'parent not here'],
  service && ['span.model', { title: 'service' }, oneLine(service, 40)],
  model && ['span.model', { title: model }, oneLine(shortModel(model), 40)],
  ['span.preview', { title: preview }, oneLine(preview, limit)],
]

/** The kinds that are told best by what they made of their input. */
const DOING = new Set(['AGENT', 'CHAIN', 'TOOL', 'RETRIEVER'])

/** The words of a row: the question of a root, why a span failed, what it made of its input, an answer. */
export function rowText(span) {
  const [input, output] = ['input', 'output'].map(side => () => preview(span, side))
  if (!span.parent) return input() || output()
  if (span.isError && span.message) return span.message
  if (!DOING.has(span.kind)) return output() || input()
  return [oneLine(input(), 60), output()].filter(Boolean).join(' → ')
}

/** Marks the call that cost most in a trace, and spans that hold at least half of its cost. */
function heat(span) {
  const { mostCost, sum } = span.trace
  return !mostCost ? '' : span.cost === mostCost ? 'warm peak' : span.depth && span.sum.cost >= sum.cost / 2 ? 'warm' : ''
}

/** The amounts of a row; `Σ` marks sums of the spans below. */
function amounts(micros, sum, isSum, heat = '', isRunning = false) {
  const sigma = isSum ? 'Σ' : ''
  return [
    ['time', isRunning ? `${micros ? duration(micros) : ''}…` : duration(micros)],
    ['tokens', sum.tokens ? sigma + count(sum.tokens) : ''],
    ['cost', sum.cost ? (sum.tokens ? '' : sigma) + dollars(sum.cost, sum.estimated) : '', heat],
  ]
}
