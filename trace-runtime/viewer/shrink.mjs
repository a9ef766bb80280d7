// Makes the script of the page smaller: no comments, few spaces, short names of variables.
//
// The page is a part of every traced file. The sources keep to a subset of JavaScript that a small
// scanner can read: no labels, no `var`, no `with`, objects as the body of an arrow in parentheses.
// Variables are renamed alike everywhere, so scopes do not matter; names of properties stay.

const WORD = /[\p{L}$_][\p{L}\p{N}$_]*/uy
const NUMBER = /\d[\w.]*/y
const STRING = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const SPACE = /\s+/y

const KEYWORDS = new Set(`await async break case catch class const continue default delete do else
  export extends false finally for function get if import in instanceof let new null of return set
  static super switch this throw true try typeof undefined while yield`.split(/\s+/))

/** A slash after one of these words starts a regular expression, not a division. */
const BEFORE_VALUE = new Set(['return', 'typeof', 'case', 'in', 'of', 'else', 'await'])

/** Splits a script into tokens `{type, text}`; a template becomes several, so that names in it count. */
export function scan(text) {
  const tokens = []
  const templates = []
  let depth = 0
  let at = 0
  const push = (type, value) => {
    tokens.push({ type, text: value })
    at += value.length
  }
  const matches = pattern => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const template = () => {
    const [part] = /^[`}](?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/.exec(text.slice(at))
    if (part[0] === '`' && part.endsWith('${')) templates.push(depth)
    if (part[0] === '}' && part.endsWith('`')) templates.pop()
    push('template', part)
  }
  while (at < text.length) {
    const char = text[at]
    const last = tokens.findLast(token => token.type !== 'space')
    const isValueNext = !last || (last.type === 'sign' && !')]}'.includes(last.text)) || BEFORE_VALUE.has(last.text) || (last.type === 'template' && last.text.endsWith('${'))
    let found
    if ((found = matches(SPACE))) push('space', found)
    else if (char === '`' || (char === '}' && templates.at(-1) === depth)) template()
    else if ((found = matches(STRING))) push('value', found)
    else if ((found = matches(WORD))) push('word', found)
    else if ((found = matches(NUMBER))) push('value', found)
    else if (char === '/' && isValueNext && (found = matches(REGEX))) push('value', found)
    else {
      if (char === '{') depth++
      if (char === '}') depth--
      push('sign', char)
    }
  }
  return tokens
}

/**
 * Decides for each word whether it is a variable, a property, or a shorthand, which is both:
 * `{ a }` stands for `{ a: a }`.
 */
function classify(tokens) {
  const solid = tokens.filter(token => token.type !== 'space')
  const open = []
  solid.forEach((token, i) => {
    const [before, next] = [solid[i - 1]?.text ?? '', solid[i + 1]?.text ?? '']
    if (token.type === 'template') {
      if (token.text[0] === '}') open.pop()
      if (token.text.endsWith('${')) open.push('value')
    } else if (token.type === 'sign') {
      if ('([{'.includes(token.text)) open.push(token.text === '{' ? brace(solid, i) : 'value')
      if (')]}'.includes(token.text)) open.pop()
    } else if (token.type === 'word' && !KEYWORDS.has(token.text)) {
      const inside = open.at(-1)
      const isMember = before === '.' && solid[i - 2]?.text !== '.'
      const isKey = inside === 'object' && '{,'.includes(before) && (next === ':' || next === '(')
      const isMethod = inside === 'class' && next === '(' && !['.', '=', '('].includes(before)
      const isShort = inside === 'object' && '{,'.includes(before) && ',}='.includes(next)
      token.role = isMember || isKey || isMethod ? 'property' : isShort ? 'short' : 'variable'
      token.isDeclared = ['const', 'let', 'function', 'class', 'catch'].includes(before) || isShort || next === '=' || isParameter(solid, i)
    }
  })
}

/** The kind of a brace: of an object or a pattern, of a class, or of a block. */
function brace(solid, at) {
  const before = solid[at - 1]
  if (solid[at - 2]?.text === 'class' || solid[at - 2]?.text === 'extends') return 'class'
  if (!before || before.text === ')' || before.text === '}' || before.text === ';') return 'block'
  if (before.text === '>' && solid[at - 2].text === '=') return 'block'
  if (before.type === 'sign' || before.type === 'template') return before.text === '{' ? 'block' : 'object'
  return ['const', 'let', 'return', 'of', 'in'].includes(before.text) ? 'object' : 'block'
}

/** Whether a word is a name in the parameters of a function, or in a pattern of a declaration. */
function isParameter(solid, at) {
  const [before, next] = [solid[at - 1]?.text ?? '', solid[at + 1]?.text ?? '']
  if (next === '=' && solid[at + 2]?.text === '>') return true
  return '([,:.'.includes(before.at(-1) ?? ' ') && ',)]}='.includes(next[0] ?? ' ')
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** Names of variables inside of a declaration: `a`, `b`, .. `aa`. */
function* innerNames(taken) {
  for (const end of ['', ...LETTERS]) for (const letter of LETTERS) if (!taken.has(letter + end) && !KEYWORDS.has(letter + end)) yield letter + end
}

/** Names of declarations, which differ from all inner names: `a0`, `b0`, .. `a1`. */
function* outerNames() {
  for (let i = 0; ; i++) for (const letter of LETTERS) yield letter + i
}

/**
 * Sets the declaration of each token, as a number, and returns the names that are declared at the
 * top. Variables of different declarations may have the same short name.
 */
function divide(tokens) {
  const outer = new Set()
  let [depth, unit] = [0, 0]
  tokens.forEach((token, i) => {
    if (token.type === 'sign' && '([{'.includes(token.text)) depth++
    if (token.type === 'sign' && ')]}'.includes(token.text)) depth--
    if (token.type === 'template') depth += Number(token.text.endsWith('${')) - Number(token.text[0] === '}')
    token.unit = unit
    if (depth > 0 || token.type !== 'space') return
    const next = tokens[i + 1]?.text
    if (token.text.includes('\n') && ['const', 'let', 'function', 'class', 'async'].includes(next)) unit++
    if (['const', 'let', 'function', 'class'].includes(tokens[i - 1]?.text)) outer.add(next)
  })
  return outer
}

/** Makes a script smaller. `globals` are names of the browser, which stay. */
export function shrink(text, globals) {
  const tokens = scan(text)
  classify(tokens)
  const outer = divide(tokens)
  const declared = new Set(tokens.filter(token => token.isDeclared).map(token => token.text))
  const variables = tokens.filter(({ role }) => role === 'variable' || role === 'short')
  const taken = new Set(globals)
  for (const { text } of variables) if (!declared.has(text)) taken.add(text)
  const fresh = outerNames()
  const outerName = new Map([...outer].map(name => [name, fresh.next().value]))
  let unit, inner, names
  for (const token of variables) {
    if (token.unit !== unit) [unit, inner, names] = [token.unit, innerNames(taken), new Map()]
    if (taken.has(token.text)) continue
    if (!outer.has(token.text) && !names.has(token.text)) names.set(token.text, inner.next().value)
    const name = outerName.get(token.text) ?? names.get(token.text)
    token.text = token.role === 'short' ? `${token.text}:${name}` : name
  }
  return joined(tokens)
}

/** Joins tokens with the spaces that they need. A line break may end a statement, so it stays. */
function joined(tokens) {
  let out = ''
  tokens.forEach((token, i) => {
    if (token.type !== 'space') return (out += token.text)
    const [before, next] = [out.at(-1) ?? '', tokens[i + 1]?.text[0] ?? '']
    const isLine = token.text.includes('\n')
    if (isLine && !'{([,;'.includes(before) && !'})],.?:&|='.includes(next)) out += '\n'
    else if (!isLine && (/[\w$]/.test(before) && /[\w$]/.test(next) || (before === next && '+-'.includes(next)))) out += ' '
  })
  return out
}
