// Colours code: strings, keys, numbers, comments and words. Pure; returns texts and descriptions of
// nodes, `[tag, props, text]`. Time is linear: every pattern that begins also ends.

/** Longer code has no colours, because each colour is a node. */
const MAX = 20000

const NO_CODE = /^(te?xt|plain|markdown|md|diff|html|xml|mermaid)$/i
const HASH_COMMENTS = /^(py|python|sh|bash|shell|console|ya?ml|toml|ruby|rb|r)$/i
const WORDS = 'as async await break case catch class const continue def do elif else enum except export extends final finally fn for from func function if impl import in interface is lambda let loop match mod mut new not or and pass pub raise return static struct switch throw trait try type use var where while with yield'
const SQL_WORDS = 'and as by create delete from group having in insert into is join left limit not on or order select set table update values where with'

const patterns = new Map()

function patternOf(language) {
  const isSql = /sql/i.test(language)
  const comment = HASH_COMMENTS.test(language) ? '#.*' : isSql ? '--.*' : '//.*|/\\*[^]*?(?:\\*/|$)'
  // A quote in Rust also begins a lifetime; only a single character is text.
  const quoted = `"(?:[^"\\\\\n]|\\\\.)*"?|'(?:[^'\\\\\n]|\\\\.){0,${/^(rs|rust)$/i.test(language) ? 1 : 200}}'`
  const words = (isSql ? SQL_WORDS : WORDS).replaceAll(' ', '|')
  return new RegExp(`(${quoted})(?=(\\s*:)?)|(${comment})|\\b(\\d[\\w.]*|[Tt]rue|[Ff]alse|null|None|nil)\\b|\\b(${words})\\b`, isSql ? 'gi' : 'g')
}

/** Colours a text in a language of a fence; `json` is one of them. */
export function coloured(code, language) {
  if (!language || NO_CODE.test(language) || code.length > MAX) return [code]
  if (!patterns.has(language)) patterns.set(language, patternOf(language))
  const out = []
  let at = 0
  for (const { 0: all, 1: text, 2: colon, 3: comment, 4: number, index } of code.matchAll(patterns.get(language))) {
    if (index > at) out.push(code.slice(at, index))
    const kind = text ? (colon ? 'key' : 'string') : comment ? 'dim' : number ? 'number' : 'key'
    out.push(['span', { class: kind }, all])
    at = index + all.length
  }
  if (at < code.length) out.push(code.slice(at))
  return out
}
