// Writes dist/page.html, the page that the runtime includes: `node trace-runtime/viewer/build.mjs`.
//
// esbuild joins the modules to one script and shortens it, because the page is a part of every traced
// file, and a page on disk cannot load modules. terser shortens the script once more: its names compress
// better. Both are dependencies of the tests, in fixed versions: `npm ci` in tests/browser installs them.
// The policy allows this script and this style by their hashes, and nothing else.
// `--check` only compares the page with its sources.

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(new URL('../../tests/browser/package.json', import.meta.url))
const { buildSync } = require('esbuild')
const { minify_sync: minify } = require('terser')

const folder = dirname(fileURLToPath(import.meta.url))

/** Returns a script or a style sheet with everything that it imports. */
function bundle(name) {
  const isScript = name.endsWith('.js')
  const { outputFiles: [{ text }] } = buildSync({
    entryPoints: [join(folder, name)], bundle: true, minify: true, format: 'iife', target: 'es2022',
    charset: 'utf8', legalComments: 'none', write: false,
  })
  const short = isScript ? minify(text, { ecma: 2022, compress: { passes: 2, unsafe_arrows: true } }).code : text.trim()
  const end = isScript ? /<\/script|<!--/i : /<\/style/i
  if (end.test(short)) throw new Error(`${name} holds the end of its element`)
  return short
}

const hash = text => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

export const policy = (script, style) => [
  "default-src 'none'", `script-src ${hash(script)}`, `style-src ${hash(style)}`, 'img-src data:', 'media-src data:',
  "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ')

export function page() {
  const parts = { script: bundle('app.js'), style: bundle('style.css') }
  parts.policy = policy(parts.script, parts.style)
  return readFileSync(join(folder, 'page.html'), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name])
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
