// Shows any value: text as Rich, Plain or JSON, and JSON as a tree that opens on demand.

import { el, build, button } from './dom.js'
import { markdown } from './markdown.js'
import { coloured } from './highlight.js'
import { parsed } from './messages.js'
import { count } from './format.js'

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
 * Rich is Markdown, or a tree for JSON; Plain is the text as it is; JSON is indented, and for text
 * the `source` it is from. `head` are nodes at the start of the header, `mode` is the first mode;
 * `data` is Rich for JSON and Plain for text, which Markdown would change.
 */
export function card(head, value, { mode, kind = '', before = [], extra = [], source } = {}) {
  const text = asText(value)
  const json = typeof value === 'string' ? jsonIn(value) : value
  const body = el('div.body')
  const modes = json === undefined && source === undefined ? ['rich', 'plain'] : ['rich', 'plain', 'json']
  const tabs = el('span.modes', { role: 'group', 'aria-label': 'form' })
  const show = chosen => {
    for (const tab of tabs.children) tab.setAttribute('aria-pressed', tab.dataset.mode === chosen)
    body.replaceChildren(chosen === 'json' ? pieces(JSON.stringify(source ?? json, null, 2), json => pre(coloured(json, 'json').map(build))) : inMode(chosen, text, json))
  }
  tabs.append(...modes.map(name => button(MODES[name], () => show(name), { 'data-mode': name })))
  show(mode !== 'data' ? mode ?? 'rich' : json === undefined ? 'plain' : 'rich')
  const header = el('header', head, el('span.push.dim', text.length > 999 && `${count(text.length)} characters`), tabs, copyButton(() => text))
  return el('section', { class: `card ${kind}` }, header, before, body, extra)
}

/** Renders a value without a card; `json` is the value that the text holds, if any. */
export function inMode(mode, text, json) {
  if (mode !== 'plain' && json !== undefined) return el('div.json', fields(json))
  return pieces(text, mode === 'rich' ? rich : pre)
}

const rich = text => el('div.rich', markdown(text).map(build))
const pre = text => el('pre.plain', text)

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
    more.textContent = `Show more: ${count(text.length - at)} characters left`
    if (at >= text.length) more.remove()
  }
  box.append(more)
  add()
  return box
}

/** A JSON value as a tree. Small values are open. */
export function tree(value, key, open = 2) {
  const label = key === undefined ? null : [el('span.key', String(key)), el('span.dim', ': ')]
  if (value === null || typeof value !== 'object') return el('div.leaf', label, scalar(value))
  const isList = Array.isArray(value)
  const keys = isList ? value.length : Object.keys(value)
  const length = isList ? value.length : keys.length
  if (!length) return el('div.leaf', label, el('span.dim', isList ? '[]' : '{}'))
  const short = isList && shortList(value)
  if (short) return el('div.leaf', label, short)
  const table = open > 0 && key !== undefined && tableOf(value)
  if (table) return el('div.leaf', label, table)
  const details = el('details', el('summary', label, el('span.dim.fields', summary(value, length))))
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

/** A list of few short values as one line, else undefined. */
function shortList(list) {
  if (list.length > 20 || list.some(item => Object(item) === item) || list.join(', ').length > 80) return undefined
  return ['[', list.map((item, i) => [i > 0 && ', ', scalar(item)]), ']']
}

/** The largest table of a JSON list. */
const MAX_COLUMNS = 8

/** A list of objects with the same few short fields as a table, else undefined. */
function tableOf(list) {
  if (!Array.isArray(list) || list.length < 2 || list.length > MANY) return undefined
  const keys = Object.keys(Object(list[0]))
  const isCell = value => value === null || (typeof value === 'object' ? false : String(value).length <= 60)
  const isRow = row => row && typeof row === 'object' && Object.keys(row).length === keys.length && keys.every(key => key in row && isCell(row[key]))
  if (!keys.length || keys.length > MAX_COLUMNS || Array.isArray(list[0]) || !list.every(isRow)) return undefined
  return el('table.records', el('tr', keys.map(key => el('th.key', key))), list.map(row => el('tr', keys.map(key => el('td', scalar(row[key]))))))
}

/** The fields of an object without its braces; any other value as a table or a tree. `open` levels are open. */
export function fields(value, open = 2) {
  const table = tableOf(value)
  if (table) return table
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value)
  const keys = isObject ? Object.keys(value) : []
  return keys.length && keys.length <= MANY ? keys.map(key => tree(value[key], key, open)) : tree(value, undefined, open)
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
  if (inner !== undefined) return el('div.nested', el('span.dim', 'JSON text '), tree(inner, undefined, 0))
  if (value.length > 300 || value.includes('\n')) return el('div.string.long', pieces(value, text => el('pre.plain', text)))
  return el('span.string', value)
}

/** A button that copies a text. */
export function copyButton(text, { label = '', title = 'Copy', icon = 'copy' } = {}) {
  const node = button(label, async () => {
    const ok = await copyText(text())
    node.dataset.done = ok ? 'Copied' : 'Not allowed'
    setTimeout(() => delete node.dataset.done, 1500)
  }, { icon, title, class: label ? '' : 'quiet' })
  return node
}

/** Copies a text; returns false if the browser does not allow it. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
