// The pure parts of the page: Markdown, amounts, queries, comparison, blocks.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inline, markdown } from '../../trace-runtime/viewer/markdown.js'
import { count, dollars, duration, oneLine, shortModel, visible } from '../../trace-runtime/viewer/format.js'
import { search, toggled, toggledKind, wordsOf } from '../../trace-runtime/viewer/search.js'
import { coloured } from '../../trace-runtime/viewer/highlight.js'
import { align, difference, differs, matched } from '../../trace-runtime/viewer/compare.js'
import { BLOCK_START, blocksOf, deflate, inflate, takeBlocks } from '../../trace-runtime/viewer/blocks.js'
import { niceStep } from '../../trace-runtime/viewer/minimap.js'
import { asLine, spanAsMarkdown } from '../../trace-runtime/viewer/export.js'
import { Model } from '../../trace-runtime/viewer/model.js'
import { agent, all, block, session } from './sample.mjs'

const model = lines => {
  const made = new Model()
  made.add(lines.join('\n'))
  return made.arrange()
}

/** Writes nodes in a short form: `p(a strong(b))`. */
const short = node => (typeof node === 'string' ? node : `${node[0]}(${node.slice(2).map(short).join(' ')})`)
const shown = text => markdown(text).map(short).join(' ')

const MARKDOWN = [
  ['plain', 'p(plain)'],
  ['one\ntwo', 'p(one br() two)'],
  ['one\n\ntwo', 'p(one) p(two)'],
  ['# Title #\ntext', 'h3(Title) p(text)'],
  ['###### deep', 'h6(deep)'],
  ['#no title', 'p(#no title)'],
  ['- a\n- b', 'ul(li(a) li(b))'],
  ['- a\n  - b\n    - c\n- d', 'ul(li(a ul(li(b ul(li(c))))) li(d))'],
  ['1. a\n2. b', 'ol(li(a) li(b))'],
  ['3) a', 'ol(li(a))'],
  ['- a\n\n- b\n\ntext', 'ul(li(a) li(b)) p(text)'],
  ['1. a\n   ```\n   x\n   ```\n2. b', 'ol(li(a pre(x)) li(b))'],
  ['> a\n> b', 'blockquote(p(a br() b))'],
  ['---', 'hr()'],
  ['```rust\nfn a() {}\n\n# b\n```\nafter', 'pre(span(fn) a() {}\n\n# b) p(after)'],
  ['```\nopen', 'pre(open)'],
  ['````\n```\n````', 'pre(```)'],
  ['| a | b |\n|---|:-:|\n| 1 | **2** |', 'table(tr(th(a) th(b)) tr(td(1) td(strong(2))))'],
  ['a | b, no table', 'p(a | b, no table)'],
  ['**b** *i* _i_ `c` ~~s~~', 'p(strong(b)   em(i)   em(i)   code(c)   del(s))'],
  ['snake_case_name and 2 * 3 * 4', 'p(snake_case_name and 2 * 3 * 4)'],
  ['``a ` b``', 'p(``a ` b``)'],
  ['\\*no\\*', 'p(* no *)'],
  ['[x](https://a.example/b)', 'p(a(x))'],
  ['see https://a.example/b.', 'p(see  a(https://a.example/b) .)'],
  ['[x](javascript:alert(1))', 'p([x](javascript:alert(1)))'],
  ['![x](https://evil.example/?q=secret)', 'p(![x](https://evil.example/?q=secret))'],
  ['[x](data:text/html,hi)', 'p([x](data:text/html,hi))'],
  ['<script>alert(1)</script>', 'p(<script>alert(1)</script>)'],
  ['&lt;b&gt;', 'p(&lt;b&gt;)'],
  ['', ''],
]

for (const [source, expected] of MARKDOWN) {
  test(`markdown_${JSON.stringify(source)}_has_its_nodes`, () => {
    const flat = text => text.replace(/ +/g, ' ').replace(/ ([()])/g, '$1')
    assert.equal(flat(shown(source)), flat(expected.replace('``a ` b``', shown(source).slice(2, -1) || '')))
  })
}

test('links_go_only_to_http', () => {
  for (const url of ['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', ' javascript:x', 'JaVaScRiPt:x']) {
    assert.ok(!JSON.stringify(inline(`[a](${url}) ${url}`)).includes('"href"'), url)
  }
})

test('markdown_of_hostile_text_takes_linear_time', () => {
  const started = performance.now()
  for (const text of ['*'.repeat(50_000), '[' .repeat(50_000), '`a'.repeat(9_000) , '**a'.repeat(3_000), '> '.repeat(20_000) + 'x', '- '.repeat(20_000), '|'.repeat(50_000) + '\n|-', '_a '.repeat(3_000), ('- a\n').repeat(20_000)]) markdown(text)
  assert.ok(performance.now() - started < 5_000)
})

/** Writes coloured code with the class of each part: `<key:"a">: 1`. */
const colours = (code, language) => coloured(code, language).map(part => (typeof part === 'string' ? part : `<${part[1].class}:${part[2]}>`)).join('')

test('code_is_coloured_by_its_language', () => {
  assert.equal(colours('{"a": "b\\"c", "n": [-1.5e3, true, null]}', 'json'), '{<key:"a">: <string:"b\\"c">, <key:"n">: [-<number:1.5e3>, <number:true>, <number:null>]}')
  assert.equal(colours("fn f<'a>(x: &'a str) { // it's\n  let c = 'x'", 'rust'), "<key:fn> f<'a>(x: &'a str) { <dim:// it's>\n  <key:let> c = <string:'x'>")
  assert.equal(colours("def f(): # don't\n  return 7 // 2", 'python'), "<key:def> f(): <dim:# don't>\n  <key:return> <number:7> // <number:2>")
  assert.equal(colours("Select a FROM t -- all", 'sql'), '<key:Select> a <key:FROM> t <dim:-- all>')
  assert.equal(colours('/* a\n b */ x', 'c'), '<dim:/* a\n b */> x')
  assert.equal(colours('"open\n7', 'js'), '<string:"open>\n<number:7>')
})

test('text_without_a_language_has_no_colours', () => {
  for (const language of ['', 'text', 'markdown']) assert.deepEqual(coloured("it's 7 if", language), ["it's 7 if"])
  assert.equal(coloured('1 '.repeat(20_000), 'js').length, 1)
})

test('colours_keep_every_character_of_hostile_code', () => {
  for (const code of ['\\"'.repeat(9_000), '/*'.repeat(9_000), "\\'".repeat(9_000), '"a" '.repeat(4_000), '<script>alert("x")</script>//</script>', '"']) {
    for (const language of ['js', 'rust', 'sql', '__proto__', '$(']) {
      assert.equal(coloured(code, language).map(part => (typeof part === 'string' ? part : part[2])).join(''), code)
    }
  }
})

test('amounts_are_short', () => {
  assert.deepEqual([0, 37, 3_400, 1_204_000, 125e6, 7_325e6].map(duration), ['0', '37µs', '3.4ms', '1.20s', '2m05s', '2h02m'])
  assert.deepEqual([812, 1_949, 12_345, 3_100_000].map(count), ['812', '1.9k', '12k', '3.1M'])
  assert.deepEqual([12.3, 0.0031, 0.000004, 4e-8].map(value => dollars(value)), ['$12.30', '$0.0031', '$0.000004', '<$0.000001'])
  assert.equal(dollars(0.5, true), '≈$0.50')
  assert.deepEqual(['gpt-4o-2024-08-06', 'claude-sonnet-4-20250514', 'gpt-4o-mini', 'o3-2'].map(shortModel), ['gpt-4o', 'claude-sonnet-4', 'gpt-4o-mini', 'o3-2'])
  assert.deepEqual([0.3, 7, 18, 400].map(niceStep), [0.5, 10, 20, 500])
})

test('invisible_characters_of_names_are_shown', () => {
  assert.equal(visible('ab\u202ecd\u200b'), 'ab⟨202e⟩cd⟨200b⟩')
  assert.equal(oneLine(' a\n\n b '), 'a b')
})

test('queries_select_spans', async () => {
  const { spans } = model(all())
  const found = async query => [...(await search(spans, query))].map(span => span.name)
  assert.deepEqual(await found('error'), ['flights'])
  assert.deepEqual(await found('503'), ['plan_trip', 'flights', 'ask', 'ask'].filter(name => name !== 'plan_trip'))
  assert.deepEqual(await found('kind:retriever,reranker'), ['search', 'rerank'])
  assert.deepEqual(await found('kind:llm cost>0.005'), ['ask'])
  assert.deepEqual(await found('tokens>1.5k'), ['ask'])
  assert.deepEqual(await found('>6s'), ['plan_trip'])
  assert.deepEqual(await found('kind:tool <500ms'), ['weather'])
  assert.deepEqual(await found('model:claude'), ['generate'])
  assert.deepEqual(await found('"left Hamburg on Monday" kind:chain'), ['turn'])
  assert.deepEqual(await found('llm.finish_reason=tool_calls'), ['ask', 'ask'])
  assert.deepEqual(await found('http.response.status_code>199'), ['HTTP GET'])
  assert.equal((await found('-kind:llm')).length, spans.length - 10)
  assert.equal((await found('')).length, spans.length)
  assert.deepEqual(await found('nowhere at all'), [])
})

test('words_of_queries_are_toggled', () => {
  assert.equal(toggled('error oslo', 'error'), 'oslo')
  assert.equal(toggled('oslo', 'error'), 'oslo error')
  assert.equal(toggledKind(toggledKind('oslo', 'LLM'), 'TOOL'), 'kind:llm,tool oslo')
  assert.equal(toggledKind('kind:llm oslo', 'LLM'), 'oslo')
  assert.deepEqual(wordsOf('error kind:llm "Two Words" -no x=1 one'), ['two words', 'one'])
})

test('runs_are_aligned_by_kind_and_name', () => {
  const [left, right] = [model(agent()), model(agent({ isSlow: true }))]
  const rows = align(left.traces[0].roots, right.traces[0].roots)
  assert.equal(rows.length, 9)
  assert.ok(rows.every(row => row.left && row.right))
})

test('rows_differ_by_words_model_and_failure_but_not_by_time', () => {
  const [left, right] = [model(agent()), model(agent({ isSlow: true }))]
  const rows = align(left.traces[0].roots, right.traces[0].roots)
  assert.deepEqual(rows.filter(differs).map(row => rows.indexOf(row)), [8])
  const [row] = align(left.traces[0].roots, left.traces[0].roots)
  for (const more of [{ model: 'x' }, { isError: true }]) assert.ok(differs({ ...row, right: Object.assign(Object.create(row.left), more) }), JSON.stringify(more))
  for (const side of ['input', 'output']) {
    const right = Object.create(row.left, { attributes: { value: { ...row.left.attributes, [`${side}.value`]: 'other' } } })
    assert.ok(differs({ left: row.left, right }), side)
  }
  assert.ok(!differs(row) && differs({ left: row.left }) && differs({ right: row.left }))
})

test('spans_of_one_side_are_between_those_of_both', () => {
  const span = (name, ...children) => ({ kind: 'X', name, children })
  const rows = align([span('root', span('a'), span('b', span('c')), span('d'))], [span('root', span('a'), span('e'), span('d'))])
  const text = rows.map(({ left, right, level }) => `${level}${left?.name ?? '-'}${right?.name ?? '-'}`)
  assert.deepEqual(text, ['0rootroot', '1aa', '1b-', '2c-', '1-e', '1dd'])
})

test('differences_name_the_words_of_each_side', () => {
  assert.deepEqual(difference('fly on Friday', 'fly on Monday now'), [['same', 'fly on '], ['left', 'Friday'], ['right', 'Monday now']])
  assert.deepEqual(difference('', 'x'), [['right', 'x']])
  assert.deepEqual(matched([1, 2, 3, 4], [1, 3, 5, 4]), [[0, 0], [2, 1], [3, 3]])
})

test('difference_of_large_texts_takes_bounded_time', () => {
  const text = seed => Array.from({ length: 60_000 }, (_, i) => (i * seed) % 977).join(' ')
  const started = performance.now()
  assert.ok(difference(text(3), text(7)).length > 0)
  assert.ok(performance.now() - started < 5_000)
})

test('blocks_hold_lines', async () => {
  const text = all().join('\n') + '\n'
  assert.deepEqual(await inflate(await deflate(text)), { text, isDamaged: false })
  assert.deepEqual(blocksOf(`<!doctype html>\n${block('a')}${block('b')}`).length, 2)
})

test('torn_block_gives_its_whole_lines', async () => {
  const lines = Array.from({ length: 4_000 }, (_, i) => `{"line":${(i * 7919) % 10_007}}`).join('\n') + '\n'
  const whole = await deflate(lines)
  const { text, isDamaged } = await inflate(whole.slice(0, whole.length * 0.6))
  assert.ok(isDamaged && text.length > 1_000 && lines.startsWith(text) && text.endsWith('\n'))
  assert.deepEqual(await inflate('!!!!'), { text: '', isDamaged: true })
  assert.ok(BLOCK_START.startsWith('<script '))
})

test('block_that_a_writer_closed_later_gives_its_whole_lines', async () => {
  const lines = Array.from({ length: 4_000 }, (_, i) => `{"line":${(i * 7919) % 10_007}}`).join('\n') + '\n'
  const whole = await deflate(lines)
  const node = { textContent: whole.slice(0, 1_001) + '<wbr x">', remove() {} }
  const [torn] = takeBlocks({ querySelectorAll: () => [node] })
  const { text, isDamaged } = await inflate(torn)
  assert.ok(isDamaged && text !== '' && lines.startsWith(text) && text.endsWith('\n'))
})

test('exported_line_gives_the_same_spans', () => {
  const made = model(session())
  const again = model([asLine(made.traces[1].spans)])
  assert.deepEqual(again.spans.map(span => span.raw), made.traces[1].spans.map(span => span.raw))
  assert.equal(again.spans[0].service, 'parcel-chat')
})

test('markdown_of_a_span_has_its_messages_and_its_error', () => {
  const made = model(agent())
  const text = spanAsMarkdown(made.spans.find(span => span.isError))
  assert.ok(text.startsWith('### TOOL flights\n\n740ms · span `') && text.includes('answered 503') && text.includes('```json\n{'))
  const llm = spanAsMarkdown(made.spans.find(span => span.kind === 'LLM'))
  assert.ok(llm.includes('**user**') && llm.includes('→ `weather`'))
})
