// Reads Markdown into descriptions of nodes, `[tag, props, ...children]`. Pure; never HTML.
//
// The subset that models write: headings, lists, fences, tables, quotes, rules, emphasis, code and
// links. Single line breaks are kept, because models mean them. Time is linear in the length: a
// line is read once, and an inline pattern is searched only in its own line.

import { coloured } from './highlight.js'

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)/
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/
const RULE = /^ {0,3}([-*_])(\s*\1){2,}\s*$/
const QUOTE = /^ {0,3}>\s?(.*)$/
const TABLE_LINE = /^\s*\|?[\s:|-]*-[\s:|-]*$/

/** How deep quotes and lists are read; deeper ones are text. */
const MAX_DEPTH = 8

/** Reads a text into blocks. */
export function markdown(source, depth = 0) {
  return new Reader(source.split('\n'), depth).read()
}

class Reader {
  constructor(lines, depth) {
    this.lines = lines
    this.depth = depth
    this.at = 0
    this.out = []
    this.paragraph = []
  }

  read() {
    while (this.at < this.lines.length) {
      const line = this.lines[this.at]
      if (!line.trim()) this.flush(this.at++)
      else if (!this.block(line)) this.paragraph.push(this.lines[this.at++])
    }
    this.flush()
    return this.out
  }

  block(line) {
    let found
    if ((found = FENCE.exec(line))) return this.push(this.fence(found[1], found[2]))
    if ((found = HEADING.exec(line))) return this.next(['h' + Math.min(6, found[1].length + 2), null, ...inline(found[2])])
    if (RULE.test(line)) return this.next(['hr', null])
    if (this.depth < MAX_DEPTH && QUOTE.test(line)) return this.push(this.quote())
    if (this.depth < MAX_DEPTH && ITEM.test(line)) return this.push(this.list())
    if (line.includes('|') && TABLE_LINE.test(this.lines[this.at + 1] ?? '') && this.lines[this.at + 1].includes('|')) return this.push(this.table())
    return false
  }

  flush() {
    if (!this.paragraph.length) return
    const lines = this.paragraph.splice(0)
    this.out.push(['p', null, ...lines.flatMap((line, i) => (i ? [['br', null], ...inline(line)] : inline(line)))])
  }

  push(block) {
    this.flush()
    this.out.push(block)
    return true
  }

  next(block) {
    this.at++
    return this.push(block)
  }

  fence(mark, language) {
    const code = []
    const end = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}\\s*$`)
    while (++this.at < this.lines.length && !end.test(this.lines[this.at])) code.push(this.lines[this.at])
    this.at++
    return ['pre', null, ...coloured(code.join('\n'), language)]
  }

  quote() {
    const inner = []
    for (let found; this.at < this.lines.length && (found = QUOTE.exec(this.lines[this.at])); this.at++) inner.push(found[1])
    return ['blockquote', null, ...new Reader(inner, this.depth + 1).read()]
  }

  /** Reads the items of one list; lines that are indented deeper belong to the item above. */
  list() {
    const first = ITEM.exec(this.lines[this.at])
    const indent = width(first[1])
    const isOrdered = /\d/.test(first[2])
    const entries = []
    let offset = 0
    for (; this.at < this.lines.length; this.at++) {
      const line = this.lines[this.at]
      const found = ITEM.exec(line)
      const here = width(/^\s*/.exec(line)[0])
      if (found && here <= indent + 1) {
        if (here < indent - 1 || /\d/.test(found[2]) !== isOrdered) break
        entries.push([found[3]])
        offset = line.length - found[3].length
      } else if (line.trim() && here > indent) entries[entries.length - 1].push(line.slice(Math.min(offset, here)))
      else if (!line.trim() && this.continues(indent)) entries[entries.length - 1].push('')
      else break
    }
    const start = isOrdered && parseInt(first[2]) !== 1 ? String(parseInt(first[2])) : null
    return [isOrdered ? 'ol' : 'ul', { start }, ...entries.map(lines => ['li', null, ...tight(new Reader(lines, this.depth + 1).read())])]
  }

  /** Whether the list goes on after an empty line. */
  continues(indent) {
    const next = this.lines[this.at + 1] ?? ''
    return next.trim() !== '' && (ITEM.test(next) || width(/^\s*/.exec(next)[0]) > indent)
  }

  table() {
    const head = cells(this.lines[this.at])
    const rows = []
    for (this.at += 2; this.at < this.lines.length && this.lines[this.at].includes('|'); this.at++) rows.push(cells(this.lines[this.at]))
    const row = (tag, texts) => ['tr', null, ...texts.map(text => [tag, null, ...inline(text)])]
    return ['table', null, row('th', head), ...rows.map(texts => row('td', texts))]
  }
}

const width = space => space.replace(/\t/g, '    ').length

/** An item of one paragraph has no space around it. */
const tight = blocks => blocks.flatMap((block, i) => (i === 0 && block[0] === 'p' ? block.slice(2) : [block]))

const cells = line => line.trim().replace(/^\||\|$/g, '').split('|').map(text => text.trim())

const INLINE = /\\([\\`*_{}[\]()#+.!|~-])|(`+)([^`]+?)\2(?!`)|(\*\*|__)(?=\S)([^*_]+?)\4|\*(?=\S)([^*\s][^*]*?)\*|\b_([^_\s][^_]*?)_\b|~~([^~]+)~~|!?\[([^[\]]*)\]\(([^()\s]*)(?:\s+"[^"]*")?\)|\bhttps?:\/\/[^\s<>"'`)\]]*[^\s<>"'`)\].,;:!?]/g

/** Inline patterns are read in lines up to this length; a longer line is data, not prose. */
const MAX_INLINE = 10000

/** Reads emphasis, code and links of one line. */
export function inline(line) {
  if (line.length > MAX_INLINE) return [line]
  const out = []
  let at = 0
  for (const found of line.matchAll(INLINE)) {
    if (found.index > at) out.push(line.slice(at, found.index))
    out.push(phrase(found))
    at = found.index + found[0].length
  }
  if (at < line.length) out.push(line.slice(at))
  return out
}

function phrase([all, escaped, , code, , strong, em, em2, struck, label, url]) {
  if (escaped != null) return escaped
  if (code != null) return ['code', null, code]
  if (strong != null) return ['strong', null, ...inline(strong)]
  if (em != null || em2 != null) return ['em', null, ...inline(em ?? em2)]
  if (struck != null) return ['del', null, struck]
  // An image would be a request, and a link with another scheme could run code: both stay text.
  if (label != null) return all[0] !== '!' && /^https?:\/\//i.test(url) ? anchor(url, label || url) : all
  return anchor(all, all)
}

const anchor = (href, label) => ['a', { href, target: '_blank', rel: 'noreferrer noopener', title: href }, label]
