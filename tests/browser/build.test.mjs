// The committed page: it is that of its sources, small, and has no way to turn text into markup.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { page, policy } from '../../trace-runtime/viewer/build.mjs'
import { PAGE } from './sample.mjs'

const folder = fileURLToPath(new URL('../../trace-runtime/viewer/', import.meta.url))

test('page_is_that_of_its_sources', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), page(), 'run: node trace-runtime/viewer/build.mjs')
})

test('page_is_within_its_budget', () => {
  const text = readFileSync(PAGE)
  assert.ok(text.length <= 95_000, `${text.length} bytes`)
  assert.ok(gzipSync(text, { level: 9 }).length <= 34_100, `${gzipSync(text, { level: 9 }).length} bytes compressed`)
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
