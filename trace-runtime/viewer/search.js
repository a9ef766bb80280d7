// The query: words, and filters such as `kind:llm`, `error`, `>1s`, `tokens>1k`, `key=value`.

import { duration } from './format.js'

/** The filters that a help text lists. */
export const FILTERS = [
  ['refund', 'spans with this text in a name, a message or any value'],
  ['"two words"', 'a phrase'],
  ['kind:tool', 'spans of a kind, kind:llm,tool of several'],
  ['error', 'spans that failed'],
  ['>1s  <5ms', 'by duration'],
  ['tokens>1k  cost>0.01', 'by tokens or dollars'],
  ['model:gpt', 'by model, also name: and service:'],
  ['llm.finish_reason=stop', 'by an attribute, exactly'],
  ['-kind:tool', 'without'],
]

const UNITS = { us: 1, 'µs': 1, ms: 1e3, s: 1e6, m: 6e7, h: 3.6e9 }
const WORD = /-?(?:[^\s"=:<>]+[=:<>]+)?(?:"[^"]*"|[^\s"]+)/g

/** Parses a query into terms; a span must match all of them. An empty query has no terms. */
export function parseQuery(query) {
  return (query.match(WORD) ?? []).map(word => {
    const isNegated = word.length > 1 && word[0] === '-'
    const matches = term(isNegated ? word.slice(1) : word)
    return isNegated ? span => !matches(span) : matches
  })
}

function term(word) {
  const found = /^([^\s"=:<>]*)([=:<>])(.*)$/.exec(word)
  const [, key, operator, quoted] = found ?? []
  const value = (quoted ?? '').replace(/^"|"$/g, '')
  if (word === 'error') return span => span.isError
  if (operator === '<' || operator === '>') return compared(key, operator, value) ?? text(word)
  if (operator === ':') return field(key, value.toLowerCase()) ?? text(word)
  if (operator === '=' && key) return span => key in span.attributes && String(span.attributes[key]) === value
  return text(word.replace(/^"|"$/g, ''))
}

function compared(key, operator, value) {
  const [, digits, unit] = /^([\d.]+)([a-zµ$]*)$/i.exec(value.replace('$', '')) ?? []
  if (digits === undefined) return null
  const limit = Number(digits)
  const test = amount => (operator === '>' ? amount > limit : amount < limit)
  if (key === '' || key === 'duration') return span => test(span.duration / (UNITS[unit] ?? UNITS.s))
  if (key === 'tokens') return span => test(span.tokens.total / (unit === 'k' ? 1e3 : unit === 'M' ? 1e6 : 1)) && span.tokens.total > 0
  if (key === 'cost') return span => test(span.cost) && span.cost > 0
  return span => key in span.attributes && test(Number(span.attributes[key]))
}

function field(key, value) {
  if (key === 'kind') return span => value.split(',').includes(span.kind.toLowerCase())
  if (key === 'name' || key === 'model' || key === 'service' || key === 'session') return span => span[key].toLowerCase().includes(value)
  return null
}

function text(word) {
  const lower = word.toLowerCase()
  return span => haystack(span).includes(lower)
}

/** All text of a span in lower case; it is kept for the next search. */
function haystack(span) {
  return (span.haystack ??= [
    span.name, span.kind, span.message, span.service, span.id, span.traceId,
    ...Object.entries(span.attributes).filter(([, value]) => !isVector(value)).flat(),
    ...span.events.flatMap(event => [event.name, ...Object.values(event.attributes)]),
  ].join('\n').toLowerCase())
}

/** Vectors hold numbers that no person searches for. */
const isVector = value => Array.isArray(value) && typeof value[0] === 'number'

/** The words of a query to highlight in texts. */
export const wordsOf = query =>
  (query.match(WORD) ?? []).filter(word => !/[=:<>]/.test(word) && word[0] !== '-' && word !== 'error').map(word => word.replace(/"/g, '').toLowerCase()).filter(Boolean)

/** A slice of a search may take this long, so that typing stays smooth. */
const SLICE_MS = 8

/** Returns the spans that match, or null if `isStale` became true while it searched. */
export async function search(spans, query, isStale = () => false) {
  const terms = parseQuery(query)
  const found = new Set()
  let until = performance.now() + SLICE_MS
  for (let i = 0; i < spans.length; i++) {
    if (terms.every(matches => matches(spans[i]))) found.add(spans[i])
    if (performance.now() < until) continue
    await new Promise(resolve => setTimeout(resolve))
    if (isStale()) return null
    until = performance.now() + SLICE_MS
  }
  return found
}

/** Adds a word to a query, or removes it if it is there. */
export function toggled(query, word) {
  const words = query.match(WORD) ?? []
  return (words.includes(word) ? words.filter(other => other !== word) : [...words, word]).join(' ')
}

/** Sets the kinds of a query: one click on a kind selects it, a second one removes it. */
export function toggledKind(query, kind) {
  const words = query.match(WORD) ?? []
  const old = words.find(word => word.startsWith('kind:'))
  const kinds = new Set(old ? old.slice(5).toLowerCase().split(',') : [])
  if (!kinds.delete(kind.toLowerCase())) kinds.add(kind.toLowerCase())
  const rest = words.filter(word => word !== old)
  return [...(kinds.size ? [`kind:${[...kinds].join(',')}`] : []), ...rest].join(' ')
}

/** Marks the words of a query in nodes, without changes to the document, as the highlight `name` of the style. */
export function mark(name, nodes, query) {
  if (!globalThis.CSS?.highlights) return
  CSS.highlights.delete(name)
  const words = wordsOf(query)
  const ranges = words.length ? [...nodes].flatMap(node => rangesIn(node, words)) : []
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges))
}

/** More marks in one node would be slow, and no one counts them. */
const MAX_MARKS = 500

function rangesIn(node, words) {
  const ranges = []
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT)
  for (let text; (text = walker.nextNode()) && ranges.length < MAX_MARKS;) {
    const lower = text.data.toLowerCase()
    for (const word of words) {
      for (let at = lower.indexOf(word); at >= 0 && ranges.length < MAX_MARKS; at = lower.indexOf(word, at + word.length)) {
        ranges.push(new StaticRange({ startContainer: text, startOffset: at, endContainer: text, endOffset: Math.min(text.length, at + word.length) }))
      }
    }
  }
  return ranges
}

/** A short text for a set of matches. */
export const matchesText = (found, spans) => {
  let total = 0
  for (const span of found) total += span.duration
  return `${found.size.toLocaleString('en')} of ${spans.length.toLocaleString('en')} spans · ${duration(total)}`
}
