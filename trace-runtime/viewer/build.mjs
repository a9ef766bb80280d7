// Writes dist/page.html, the page that the runtime includes: `node trace-runtime/viewer/build.mjs`.
//
// esbuild joins the modules to one script and shortens it, because the page is a part of every traced
// file, and a page on disk cannot load modules. It is a dependency of the tests: `npm ci` in
// tests/browser installs it.
// The policy allows this script and this style by their hashes, and nothing else.
// `--check` only compares the page with its sources.

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { buildSync } = createRequire(new URL('../../tests/browser/package.json', import.meta.url))('esbuild')

const folder = dirname(fileURLToPath(import.meta.url))

/** Returns a script or a style sheet with everything that it imports. */
function bundle(name) {
  const { outputFiles: [file] } = buildSync({
    entryPoints: [join(folder, name)], bundle: true, minify: true, format: 'iife', target: 'es2022',
    charset: 'utf8', legalComments: 'none', write: false,
  })
  const end = name.endsWith('.js') ? /<\/script|<!--/i : /<\/style/i
  if (end.test(file.text)) throw new Error(`${name} holds the end of its element`)
  return file.text
}

const hash = text => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

export const policy = (script, style) => [
  "default-src 'none'", `script-src ${hash(script)}`, `style-src ${hash(style)}`, 'img-src data:', 'media-src data:',
  "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ')

export function page() {
  const parts = { script: bundle('app.js'), style: bundle('style.css').trim() }
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
