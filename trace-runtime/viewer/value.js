// Shows any value: text as Rich, Plain or JSON, and JSON as a tree that opens on demand.

import { el, build, button } from './dom.js'
import { markdown } from './markdown.js'
import { parsed } from './messages.js'
import { size } from './format.js'

/** Longer text is shown in pieces, so that a value of 1 MB opens at once. */
const PIECE = 20000

/** The children of a JSON value that are shown at a time. */
const MANY = 200

const MODES = { rich: 'Rich', plain: 'Plain', json: 'JSON' }

/** Returns JSON that text holds, or undefined. Only objects and lists count. */
export function jsonIn(text) {
  if (!/^\s*[[{]/.test(text) || text.length > 20e6) return undefined
  const value = parsed(text)
  return value !== null && typeof value === 'object' ? value : undefined
}

/** Writes a value as text: text as it is, everything else as JSON with line breaks. */
export const asText = value => (typeof value === 'string' ? value : JSON.stringify(value, null, 2) ?? 'null')

/**
 * Shows a value in a card with a header and a switch Rich | Plain | JSON.
 * `head` are nodes at the start of the header, `mode` is the first mode.
 */
export function card(head, value, { mode, kind = '', extra = [] } = {}) {
  const text = asText(value)
  const json = typeof value === 'string' ? jsonIn(value) : value
  const body = el('div', { class: 'body' })
  const modes = json === undefined ? ['rich', 'plain'] : ['json', 'plain']
  const tabs = el('span', { class: 'modes', role: 'group', 'aria-label': 'form' })
  const show = chosen => {
    for (const tab of tabs.children) tab.setAttribute('aria-pressed', tab.dataset.mode === chosen)
    body.replaceChildren(inMode(chosen, text, json))
  }
  tabs.append(...modes.map(name => button(MODES[name], () => show(name), { 'data-mode': name })))
  show(modes.includes(mode) ? mode : modes[0])
  const header = el('header', null, head, el('span', { class: 'push dim' }, size(text.length, 'ch')), tabs, copyButton(() => text))
  return el('section', { class: `card ${kind}` }, header, body, extra)
}

/** Renders a value without a card. */
export function inMode(mode, text, json) {
  if (mode === 'json') return el('div', { class: 'json' }, fields(json))
  return pieces(text, mode === 'rich' ? rich : pre)
}

const rich = text => el('div', { class: 'rich' }, markdown(text).map(build))
const pre = text => el('pre', { class: 'plain' }, text)

/** Shows the start of a long text, and a button for the next piece. */
function pieces(text, render) {
  if (text.length <= PIECE) return render(text)
  const box = el('div')
  let at = 0
  const more = button('', () => add(), { class: 'more' })
  const add = (amount = 20 * PIECE) => {
    let end = at + (at ? amount : PIECE)
    if (end < text.length) end = text.lastIndexOf('\n', end) > at ? text.lastIndexOf('\n', end) + 1 : end
    more.before((at ? pre : render)(text.slice(at, end)))
    at = Math.min(end, text.length)
    more.textContent = `Show more: ${size(text.length - at, 'ch')} left`
    if (at >= text.length) more.remove()
  }
  box.append(more)
  add()
  return box
}

/** A JSON value as a tree. Small values are open. */
export function tree(value, key, open = 2) {
  const label = key === undefined ? null : [el('span', { class: 'key' }, String(key)), el('span', { class: 'dim' }, ': ')]
  if (value === null || typeof value !== 'object') return el('div', { class: 'leaf' }, label, scalar(value))
  const isList = Array.isArray(value)
  const keys = isList ? value.length : Object.keys(value)
  const length = isList ? value.length : keys.length
  if (!length) return el('div', { class: 'leaf' }, label, el('span', { class: 'dim' }, isList ? '[]' : '{}'))
  const details = el('details', null, el('summary', null, label, el('span', { class: 'dim' }, summary(value, length))))
  const fill = () => {
    if (details.children.length === 1) addChildren(details, value, isList ? null : keys, 0, open - 1)
  }
  details.addEventListener('toggle', fill)
  if (open > 0 && length <= 30) {
    details.open = true
    fill()
  }
  return details
}

function addChildren(details, value, keys, from, open) {
  const length = keys ? keys.length : value.length
  const end = Math.min(length, from + MANY)
  for (let i = from; i < end; i++) details.append(keys ? tree(value[keys[i]], keys[i], open) : tree(value[i], i, open))
  if (end < length) {
    const more = button(`${length - end} more`, () => {
      more.remove()
      addChildren(details, value, keys, end, open)
    }, { class: 'more' })
    details.append(more)
  }
}

/** The fields of an object without its braces; any other value as a tree. */
export function fields(value) {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value)
  const keys = isObject ? Object.keys(value) : []
  return keys.length && keys.length <= MANY ? keys.map(key => tree(value[key], key, 2)) : tree(value)
}

/** The start of a folded value: `{3} role: user, content: …`. */
function summary(value, length) {
  if (Array.isArray(value)) return `[${length}]`
  const short = Object.entries(value).slice(0, 3).filter(([, inner]) => inner === null || typeof inner !== 'object')
  const words = short.map(([key, inner]) => `${key}: ${String(inner).slice(0, 24)}`).join(', ')
  return `{${length}}${words ? ' ' + words : ''}`
}

function scalar(value) {
  if (typeof value !== 'string') return el('span', { class: value === null ? 'null' : 'number' }, String(value))
  const inner = jsonIn(value)
  if (inner !== undefined) return el('div', { class: 'nested' }, el('span', { class: 'dim' }, 'JSON text '), tree(inner, undefined, 0))
  if (value.length > 300 || value.includes('\n')) return el('div', { class: 'string long' }, pieces(value, text => el('pre', { class: 'plain' }, text)))
  return el('span', { class: 'string' }, value)
}

/** A button that copies a text. */
export function copyButton(text, label = '', title = 'Copy') {
  const node = button(label, async () => {
    const ok = await copyText(text())
    node.dataset.done = ok ? 'Copied' : 'Press Ctrl+C'
    setTimeout(() => delete node.dataset.done, 1500)
  }, { icon: 'copy', title, class: label ? '' : 'quiet' })
  return node
}

/** Copies a text; returns false if the browser does not allow it. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = el('textarea', { class: 'offscreen', value: text })
    document.body.append(area)
    area.select()
    const ok = document.execCommand('copy')
    area.remove()
    return ok
  }
}
