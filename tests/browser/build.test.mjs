// The committed page: it is that of its sources, small, and has no way to turn text into markup.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { runInNewContext } from 'node:vm'
import { page, policy } from '../../trace-runtime/viewer/build.mjs'
import { scan, shrink } from '../../trace-runtime/viewer/shrink.mjs'
import { PAGE } from './sample.mjs'

const folder = fileURLToPath(new URL('../../trace-runtime/viewer/', import.meta.url))

test('page_is_that_of_its_sources', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), page(), 'run: node trace-runtime/viewer/build.mjs')
})

test('page_is_within_its_budget', () => {
  const text = readFileSync(PAGE)
  assert.ok(text.length <= 100_000, `${text.length} bytes`)
  assert.ok(gzipSync(text, { level: 9 }).length <= 34_400, `${gzipSync(text, { level: 9 }).length} bytes compressed`)
})

test('policy_is_one_line_and_allows_only_this_script_and_this_style', () => {
  const text = readFileSync(PAGE, 'utf8')
  const [, script] = /^<script>([^]*?)<\/script>/m.exec(text)
  const [, style] = /<style>([^]*?)<\/style>/.exec(text)
  assert.ok(text.split('\n').includes(`<meta http-equiv="Content-Security-Policy" content="${policy(script, style)}">`))
  assert.ok(policy(script, style).startsWith("default-src 'none'; script-src 'sha256-"))
  assert.ok(text.endsWith('</script>\n'))
})

test('sources_have_no_way_from_text_to_markup_or_code', () => {
  for (const name of readdirSync(folder).filter(name => name.endsWith('.js'))) {
    const text = readFileSync(folder + name, 'utf8')
    const found = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc|setAttribute\('style|\bfetch\(|XMLHttpRequest|sendBeacon/.exec(text)
    assert.equal(found, null, `${name}: ${found?.[0]}`)
  }
})

const SCRIPTS = [
  ["const count = 7\nfunction twice(count) { return count * 2 }\nresult = twice(count)", 14],
  ["const name = 'n'\nconst object = { name, other: name, method(name) { return name } }\nresult = object.name + object.other + object.method('m')", 'nnm'],
  ["const pick = ({ left, right = left, ...rest }) => [left, right, rest.more]\nresult = pick({ left: 1, more: 2 }).join()", '1,1,2'],
  ["class Box { constructor(size) { this.size = size }\nget double() { return this.size * 2 }\nadd(size) { return this.size + size } }\nconst box = new Box(3)\nresult = box.add(1) + box.double", 10],
  ["const value = 3\nconst text = `a ${value > 2 ? `b ${value}` : 'c'} }`\nresult = text", 'a b 3 }'],
  ["const found = /[/'\"`}]+/.exec('x/}')\nconst half = 8 / 2 / 2\nresult = found[0] + half", '/}2'],
  ["const [first, , second = first] = [1, 2]\nlet total = first\ntotal = total - -second\nresult = total", 2],
  ["const isOdd = number => number % 2 === 1\nconst odd = [1, 2, 3]\n.filter(isOdd)\nresult = odd.length", 2],
  ["let i = 0\nfor (const key in { a: 1, b: 2 }) {\ni++\nif (key === 'b') break\n}\ntry { missing() } catch (error) { i += error.name.length }\nresult = i", 16],
]

for (const [script, expected] of SCRIPTS) {
  test(`short_script_of_${JSON.stringify(script.slice(0, 30))}_does_the_same`, () => {
    for (const text of [script, shrink(script, new Set(['result', 'missing']))]) {
      const context = { result: undefined }
      runInNewContext(text, context)
      assert.equal(context.result, expected, text)
    }
  })
}

test('tokens_of_every_source_make_up_its_text', () => {
  for (const name of readdirSync(folder).filter(name => name.endsWith('.js'))) {
    const text = readFileSync(folder + name, 'utf8').replace(/\/\*\*[^]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
    assert.equal(scan(text).map(token => token.text).join(''), text, name)
  }
})
