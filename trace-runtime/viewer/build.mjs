// Writes dist/page.html, the page that the runtime includes: `node trace-runtime/viewer/build.mjs`.
//
// The sources are modules, which tests import. A page on disk cannot load modules, so they are
// joined to one classic script in the order of their imports: `import` lines and the word `export`
// are removed, and comments too, because the page is a part of every traced file.
// The policy allows this script and this style by their hashes, and nothing else.
// `--check` only compares the page with its sources.

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { shrink } from './shrink.mjs'

const folder = dirname(fileURLToPath(import.meta.url))
const read = name => readFileSync(join(folder, name), 'utf8')

/** Returns the names of a module and its imports, imports first. */
function inOrder(name, seen = new Set()) {
  if (seen.has(name)) return []
  seen.add(name)
  const imports = [...read(name).matchAll(/^import .* from '\.\/(.+)'$/gm)].map(found => found[1])
  return [...imports.flatMap(inner => inOrder(inner, seen)), name]
}

/** Removes comments, empty lines and indents. */
const withoutComments = text =>
  text.replace(/^\s*\/\*\*[^]*?\*\/$/gm, '').split('\n').map(line => line.trim()).filter(line => line && !line.startsWith('//')).join('\n')

/** The names of the browser that the sources use as variables. */
const GLOBALS = new Set([
  ...Object.getOwnPropertyNames(globalThis), 'CSS', 'EventSource', 'Highlight', 'NodeFilter', 'Range', 'ResizeObserver',
  'addEventListener', 'devicePixelRatio', 'document', 'getComputedStyle', 'history', 'innerWidth', 'localStorage', 'location',
  'matchMedia', 'print', 'requestAnimationFrame',
])

function script() {
  const parts = inOrder('app.js').map(name => withoutComments(read(name)).replace(/^import .*\n/gm, '').replace(/^export /gm, ''))
  const text = `'use strict';(() => {\n${shrink(parts.join('\n'), GLOBALS)}\n})()\n`
  // Names are shared by all files: a name that is declared twice fails here.
  new Script(text)
  if (/<\/script|<!--/i.test(text)) throw new Error('the script holds the end of a script element')
  return text
}

/** Removes comments, and spaces that CSS does not need. */
const style = () => read('style.css').replace(/\/\*[^]*?\*\//g, '').replace(/\s+/g, ' ').replace(/ ?([{};,]) ?/g, '$1').replace(/: /g, ':').replace(/;}/g, '}\n').trim()

const hash = text => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

export const policy = (script, style) => [
  "default-src 'none'", `script-src ${hash(script)}`, `style-src ${hash(style)}`, 'img-src data:', 'media-src data:',
  "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ')

export function page() {
  const parts = { script: script(), style: style() }
  parts.policy = policy(parts.script, parts.style)
  return read('page.html').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = join(folder, 'dist/page.html')
  const text = page()
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== text) throw new Error('dist/page.html is older than its sources: run node trace-runtime/viewer/build.mjs')
  } else {
    writeFileSync(target, text)
  }
}
