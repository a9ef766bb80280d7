// The keys of the page.

import { spanAsMarkdown } from './export.js'
import { copyText } from './value.js'
import { help } from './menu.js'

export const KEYS = [
  ['↑  ↓  j  k', 'previous, next row'],
  ['←  →', 'close, open, to the parent'],
  ['e  E', 'next, previous error'],
  ['l  L', 'next, previous LLM call'],
  ['c  s', 'the call that cost most, the slowest span; again: the next one'],
  ['n  N', 'next, previous match of the search'],
  ['[  ]', 'previous, next trace'],
  ['1  2  3  4', 'content, attributes, events, raw'],
  ['/', 'search'],
  ['x', 'open or close all rows'],
  ['m', 'copy the span as Markdown'],
  ['t', 'dark or light'],
  ['Esc', 'clear the search, back to the list'],
  ['?', 'this list'],
]

export const COMPARISON_KEYS = [
  ['n  N', 'next, previous difference'],
  ['↑  ↓  j  k', 'previous, next row'],
  ['Esc', 'back to the page'],
]

const COMPARISON = {
  ArrowDown: comparison => comparison.move(1),
  ArrowUp: comparison => comparison.move(-1),
  j: comparison => comparison.move(1),
  k: comparison => comparison.move(-1),
  n: comparison => comparison.jump(1),
  N: comparison => comparison.jump(-1),
  '?': () => help(),
  Escape: comparison => comparison.close(),
}

const isError = span => span.isError && !span.children.some(child => child.sum.errors)
const isLlm = span => span.kind === 'LLM'

const ACTIONS = {
  ArrowDown: app => app.tree.move(1),
  ArrowUp: app => app.tree.move(-1),
  j: app => app.tree.move(1),
  k: app => app.tree.move(-1),
  PageDown: app => app.tree.move(15),
  PageUp: app => app.tree.move(-15),
  Home: app => app.tree.move(-Infinity),
  End: app => app.tree.move(Infinity),
  ArrowLeft: app => closeOrUp(app),
  ArrowRight: app => openOrDown(app),
  Enter: app => app.state.selected && app.select(app.state.selected, { open: true }),
  e: app => app.jump(isError, 1),
  E: app => app.jump(isError, -1),
  l: app => app.jump(isLlm, 1),
  L: app => app.jump(isLlm, -1),
  c: app => app.nextLargest(app.state.model.sum.cost ? 'cost' : 'tokens'),
  s: app => app.nextLargest('time'),
  n: app => app.jump(span => app.state.found?.has(span), 1),
  N: app => app.jump(span => app.state.found?.has(span), -1),
  ']': app => app.jump(span => span.trace !== app.currentTrace(), 1),
  '[': app => app.jump(span => !span.parent && span.trace !== app.currentTrace(), -1),
  1: app => app.setView('content'),
  2: app => app.setView('attributes'),
  3: app => app.setView('events'),
  4: app => app.setView('raw'),
  '/': app => app.input.focus(),
  x: app => app.toggleAll(),
  m: app => app.state.selected?.raw && copyText(spanAsMarkdown(app.state.selected)),
  t: app => app.nextTheme(),
  '?': () => help(),
  Escape: app => (app.state.query ? app.setQuery('', true) : app.state.zoom ? app.zoom(null) : app.showList()),
}

function closeOrUp(app) {
  const { selected, closed } = app.state
  if (!selected) return
  const isOpen = (selected.children?.length || selected.roots || selected.traces) && !closed.has(selected.key)
  if (isOpen && !app.state.found) app.toggle(selected, false)
  else if (selected.parent) app.select(selected.parent)
}

function openOrDown(app) {
  const { selected, closed } = app.state
  if (selected && closed.has(selected.key)) app.toggle(selected, true)
  else app.tree.move(1)
}

export function onKey(app, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
  const { comparison } = app
  if (comparison) return act(COMPARISON, comparison, event)
  const isTyping = event.target.matches('input, textarea')
  if (isTyping && event.key === 'Enter') {
    app.input.blur()
    app.tree.node.focus()
    return ACTIONS.n(app)
  }
  if (isTyping && event.key !== 'Escape' && event.key !== 'ArrowDown') return
  if (event.target.matches('button, summary, a') && (event.key === 'Enter' || event.key === ' ')) return
  if (isTyping) app.input.blur()
  act(ACTIONS, app, event)
}

function act(actions, target, event) {
  if (!Object.hasOwn(actions, event.key)) return
  event.preventDefault()
  actions[event.key](target)
}
