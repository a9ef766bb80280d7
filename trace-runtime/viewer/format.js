// Amounts in few characters, as the console prints them.

/** Formats microseconds: `56µs`, `3.4ms`, `1.20s`, `2m05s`, `2h05m`. */
export function duration(micros) {
  const seconds = micros / 1e6
  if (seconds === 0) return '0'
  if (!(seconds >= 0)) return '–'
  if (seconds < 0.001) return Math.round(micros) + 'µs'
  if (seconds < 1) return (seconds * 1e3).toFixed(seconds < 0.1 ? 1 : 0) + 'ms'
  if (seconds < 60) return seconds.toFixed(2) + 's'
  const two = number => String(Math.floor(number)).padStart(2, '0')
  if (seconds < 3600) return Math.floor(seconds / 60) + 'm' + two(seconds % 60) + 's'
  return Math.floor(seconds / 3600) + 'h' + two((seconds / 60) % 60) + 'm'
}

/** Formats a count: `812`, `1.9k`, `12k`, `3.1M`. */
export function count(number) {
  for (const [unit, letter] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (number < unit) continue
    const tenths = Math.floor(number / (unit / 10))
    return (tenths < 100 ? (tenths / 10).toFixed(1) : Math.floor(number / unit)) + letter
  }
  return String(number)
}

/** Formats dollars with at least two digits that count, and `≈` before an estimate. */
export function dollars(cost, estimated = false) {
  const size = Math.abs(cost)
  if (size > 0 && size < 0.0000005) return '<$0.000001'
  const digits = size >= 0.1 || size === 0 ? 2 : size >= 0.0001 ? 4 : 6
  return (estimated ? '≈' : '') + '$' + cost.toFixed(digits)
}

/** The tokens and the cost of a sum, as far as there are any. */
export const amounts = ({ tokens, cost, estimated }) =>
  [tokens > 0 && `${count(tokens)} tokens`, cost > 0 && dollars(cost, estimated)].filter(Boolean)

/** The name of a model without the date of its version, for a row. */
export const shortModel = name => name.replace(/-(\d{8}|\d{4}-\d\d-\d\d)$/, '')

/** Writes a number with its noun: `1 span`, `2 spans`. */
export const plural = (number, noun) =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`

/**
 * Makes characters visible that would change how a name reads: bidirectional controls, zero-width
 * and control characters. A name could otherwise pretend to be another one.
 */
export const visible = text =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, char =>
    char === '\n' || char === '\t' ? ' ' : `⟨${char.charCodeAt(0).toString(16)}⟩`)

/** Returns the start of a text on one line, without reading all of a long text. */
export function oneLine(text, limit = 200) {
  const start = text.slice(0, 4 * limit).replace(/\s+/g, ' ').trim()
  return visible(start.length > limit || text.length > 4 * limit ? start.slice(0, limit) + '…' : start)
}
