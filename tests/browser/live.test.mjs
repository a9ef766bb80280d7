// The page that `llm-trace` serves, while two processes of one trace send their spans.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { launch } from './browser.mjs'
import { agent } from './sample.mjs'

const TARGET = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../target', import.meta.url))
const PROGRAM = `${TARGET}/debug/llm-trace`

/** Starts the program on a free port, and returns it with its address. */
async function start() {
  const program = spawn(PROGRAM, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const text of program.stdout.iterator({ destroyOnReturn: false })) {
    output += text
    const [, port] = /localhost:(\d+)/.exec(output) ?? []
    if (port) return { program, address: `http://127.0.0.1:${port}` }
  }
  throw new Error(`llm-trace ended: ${output}`)
}

/** Returns the line with only these spans, as sent by this service. */
function part(line, service, isPart) {
  const request = JSON.parse(line)
  const [resource] = request.resourceSpans
  const name = resource.resource.attributes.find(one => one.key === 'service.name')
  name.value.stringValue = service
  const [scope] = resource.scopeSpans
  scope.spans = scope.spans.filter(isPart)
  return JSON.stringify(request)
}

test('live_page_merges_processes_and_keeps_the_selection', { skip: !existsSync(PROGRAM) && 'cargo build -p llm-trace' }, async () => {
  const { program, address } = await start()
  const browser = await launch()
  try {
    const send = async body => {
      const sent = await fetch(`${address}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      assert.equal(sent.status, 200)
    }
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
    const messages = []
    page.on('console', message => messages.push(message.text()))
    page.on('pageerror', error => messages.push(error.message))
    await page.goto(address)
    await page.waitForSelector('.status:has-text("Live")')
    assert.match(await page.locator('.empty').innerText(), new RegExp(`send to ${address} appear here`))

    const [line] = agent()
    await send(part(line, 'agent', span => !['weather', 'flights', 'HTTP GET'].includes(span.name)))
    await page.waitForSelector('.totals:has-text("5 spans")')
    await page.click('#rows .row:has-text("check_input")')
    assert.equal(await page.locator('.detail h2').textContent(), 'check_input')

    await send(part(line, 'tools', span => ['weather', 'flights', 'HTTP GET'].includes(span.name)))
    await page.waitForSelector('.totals:has-text("9 spans")')
    assert.match(await page.locator('.totals').textContent(), /1 trace/)
    assert.equal(await page.locator('.detail h2').textContent(), 'check_input')
    const names = await page.locator('#rows .row .name').allTextContents()
    assert.deepEqual(names, ['plan_trip', 'check_input', 'ask', 'weather', 'flights', 'ask', 'flights', 'HTTP GET', 'ask'])
    assert.deepEqual(messages, [])

    await page.reload()
    await page.waitForSelector('.totals:has-text("9 spans")')
  } finally {
    await browser.close()
    program.kill()
  }
})
