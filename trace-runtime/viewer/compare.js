// Compares two runs: spans side by side, and the words that differ between their values.

import { build, button, el, kindTile } from './dom.js'
import { count, dollars, duration, oneLine } from './format.js'
import { messages, messageText } from './messages.js'
import { asText } from './value.js'
import { folded } from './kinds.js'
import { VirtualList } from './list.js'
import { guides } from './tree.js'

/** Longer pairs of lists are compared as a whole: the table for them would be too large. */
const MAX_CELLS = 4e6

/**
 * Returns the longest common subsequence of two lists as pairs of indexes. Equal starts and ends
 * are matched first, because runs differ in few places.
 */
export function matched(a, b) {
  let from = 0
  let [n, m] = [a.length, b.length]
  while (from < n && from < m && a[from] === b[from]) from++
  while (n > from && m > from && a[n - 1] === b[m - 1]) { n--; m-- }
  const pairs = []
  for (let i = 0; i < from; i++) pairs.push([i, i])
  if ((n - from) * (m - from) <= MAX_CELLS) pairs.push(...table(a, b, from, n, m))
  for (let i = n, j = m; i < a.length; i++, j++) pairs.push([i, j])
  return pairs
}

function table(a, b, from, n, m) {
  const width = m - from + 1
  const cells = new Uint16Array((n - from + 1) * width)
  const at = (i, j) => (i - from) * width + j - from
  for (let i = n - 1; i >= from; i--) {
    for (let j = m - 1; j >= from; j--) {
      cells[at(i, j)] = a[i] === b[j] ? cells[at(i + 1, j + 1)] + 1 : Math.max(cells[at(i + 1, j)], cells[at(i, j + 1)])
    }
  }
  const pairs = []
  for (let i = from, j = from; i < n && j < m;) {
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if (cells[at(i + 1, j)] >= cells[at(i, j + 1)]) i++
    else j++
  }
  return pairs
}

/** Merges two lists: `[left, right]` for matches, and one of them undefined for the others. */
function merged(a, b, keyOf) {
  const out = []
  let [i, j] = [0, 0]
  const rest = (n, m) => {
    while (i < n) out.push([a[i++], undefined])
    while (j < m) out.push([undefined, b[j++]])
  }
  for (const [n, m] of matched(a.map(keyOf), b.map(keyOf))) {
    rest(n, m)
    out.push([a[i++], b[j++]])
  }
  rest(a.length, b.length)
  return out
}

/** Aligns two lists of roots by kind, name and order at each level: `{left, right, level}`. */
export function align(left, right) {
  const key = span => `${span.kind} ${span.name}`
  const rows = []
  const stack = []
  const push = (a, b, level) => {
    for (const [l, r] of merged(a, b, key).reverse()) stack.push({ left: l, right: r, level })
  }
  push(left, right, 0)
  while (stack.length) {
    const row = stack.pop()
    rows.push(row)
    push(row.left?.children ?? [], row.right?.children ?? [], row.level + 1)
  }
  return rows
}

/** Compares two texts: `[kind, text]` with kind `same`, `left` or `right`. */
export function difference(a, b) {
  for (const pattern of [/\s+|[\p{L}\p{N}_]+|[^]/gu, /[^\n]*\n?/g]) {
    const [left, right] = [a.match(pattern) ?? [], b.match(pattern) ?? []]
    if (left.length * right.length > MAX_CELLS && a !== b && left.length + right.length > 8000) continue
    const out = []
    for (const [l, r] of merged(left, right, token => token)) {
      const kind = l === undefined ? 'right' : r === undefined ? 'left' : 'same'
      const last = out[out.length - 1]
      if (last?.[0] === kind) last[1] += l ?? r
      else out.push([kind, l ?? r])
    }
    return out
  }
  return [['left', a], ['right', b]]
}

/** The text of one side of a span. */
function sideText(span, side) {
  const list = messages(span, side)
  if (!list.length) return asText(span.attributes[`${side}.value`] ?? '')
  return list.map(message => [`${message.role}: ${messageText(message)}`, ...message.calls.map(call => `→ ${call.name} ${call.input}`)].join('\n')).join('\n\n')
}

/** Whether two aligned spans differ in more than time. Pure; it is found once for each row. */
export function differs(row) {
  const { left, right } = row
  return (row.differs ??= !left || !right || left.isError !== right.isError || left.model !== right.model ||
    ['output', 'input'].some(side => sideText(left, side) !== sideText(right, side)))
}

const AMOUNTS = [
  ['time', span => span.duration, duration],
  ['tokens', span => span.sum.tokens, count],
  ['cost', span => span.sum.cost, dollars],
]

/** A change of less than this share is no news: no run is as fast as another one. */
const SMALL_CHANGE = 0.1

/** The change of an amount: `+1.20s`; nothing if both are 0. */
function change(left, right, amount, format) {
  const [a, b] = [left ? amount(left) : 0, right ? amount(right) : 0]
  if (a === b) return ['span', { class: 'dim', title: null }, a ? '=' : '']
  const share = (b - a) / a
  const kind = Math.abs(share) < SMALL_CHANGE ? 'dim' : b > a ? 'fell' : 'up'
  const sign = b > a ? '+' : '−'
  const title = `${format(a)} → ${format(b)}${a ? ` ${sign}${Math.round(100 * Math.abs(share))}%` : ''}`
  return ['span', { class: kind, title }, sign + format(Math.abs(b - a))]
}

/** Shows two runs in place of the page. */
export class Comparison {
  constructor(left, right, names, close) {
    this.close = close
    this.rows = align(left, right)
    // The first other answer of a model is why most runs differ.
    this.selected = this.rows.find(row => row.right?.kind === 'LLM' && differs(row)) ?? this.rows.find(differs) ?? this.rows[0]
    this.list = new VirtualList(row => this.row(row), 28, { role: 'listbox', 'aria-label': 'Spans of both runs', onclick: event => this.select(this.list.itemOf(event)) })
    this.detail = el('article.detail')
    const columns = el('div.columns', el('span.name-cell', 'Span'), AMOUNTS.map(([name]) => el('span.amount', `Δ ${name}`)))
    const unmatched = this.rows.filter(row => !row.left || !row.right).length
    this.node = el('section.comparison',
      el('header.top', el('h1', 'Compare'), el('span.run', el('b.left-mark', 'A '), names[0]), el('span.run', el('b.right-mark', 'B '), names[1]),
        el('span.dim', unmatched ? `${unmatched} spans on one side only` : 'the same spans'), el('span.push'),
        button('', () => this.jump(-1), { icon: 'left', title: 'Previous difference (N)' }), button('Next difference', () => this.jump(1), { icon: 'right', title: 'n' }),
        button('Back', close, { icon: 'close', title: 'Back to the page (Esc)' })),
      el('main', el('section.left', columns, this.list.node), el('div.splitter'), this.detail))
    this.list.setItems(this.rows)
    this.show()
  }

  row(row) {
    const { left, right, level } = row
    const span = right ?? left
    const side = !left ? ' only-right' : !right ? ' only-left' : ''
    const note = side ? ['span.note', {}, left ? 'only in A' : 'only in B']
      : left.isError !== right.isError ? ['span.mark', {}, left.isError ? 'fails in A' : 'fails in B']
        : differs(row) && ['span.note', {}, 'differs']
    return ['div', { class: `row${row === this.selected ? ' on' : ''}${side}`, role: 'option' },
      ['span.name-cell', {}, guides(level), ['span.tile', { 'data-kind': span.kind, title: span.kind }, ['icon', span.kind]], ['span.name', {}, oneLine(span.name)], note],
      ...AMOUNTS.map(([, amount, format]) => ['span.amount', {}, change(left, right, amount, format)])]
  }

  select(row) {
    if (!row) return
    this.selected = row
    this.list.draw()
    this.list.reveal(this.rows.indexOf(row))
    this.show()
  }

  move(step) {
    this.select(this.rows[this.rows.indexOf(this.selected) + step])
  }

  /** Selects the next row that differs; after the last one comes the first. */
  jump(step) {
    const { rows } = this
    const from = rows.indexOf(this.selected)
    for (let i = 1; i <= rows.length; i++) {
      const row = rows[(from + step * i + i * rows.length) % rows.length]
      if (differs(row)) return this.select(row)
    }
  }

  show() {
    const { left, right } = this.selected ?? {}
    if (!left && !right) return
    const span = right ?? left
    const cell = (one, amount, format) => el('td', one ? format(amount(one)) : '–')
    this.detail.replaceChildren(
      el('header.head', el('div.title', kindTile(span.kind), el('h2', oneLine(span.name)))),
      el('table.numbers', el('tr', ['', 'A', 'B', 'Δ'].map(name => el('th', name))),
        AMOUNTS.map(([name, amount, format]) => el('tr', el('th', name), cell(left, amount, format), cell(right, amount, format), el('td', build(change(left, right, amount, format))))),
        left?.model !== right?.model && el('tr', el('th', 'model'), el('td', left?.model || '–'), el('td', right?.model || '–'), el('td'))),
      ...['output', 'input'].map(side => this.texts(side, left, right)).filter(Boolean))
    this.detail.scrollTop = 0
  }

  texts(side, left, right) {
    const [a, b] = [left ? sideText(left, side) : '', right ? sideText(right, side) : '']
    if (!a && !b) return null
    if (a === b) return folded(`${side}: the same`, () => el('pre.plain', a.slice(0, 200000)))
    const parts = difference(a, b)
    const body = parts.map(([kind, text]) => kind === 'left' ? el('del', text) : kind === 'right' ? el('ins', text) : text)
    return el('section.card', el('header', el('b', side), el('span.dim', left && right ? 'changed' : '')), el('pre.body.diff', body))
  }
}
