// The live page: that of a server of the test, and that of `llm-trace`, to which two processes send a trace.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { file, launch, title } from './browser.mjs'
import { PAGE, agent, block, rag } from './sample.mjs'

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

test('live_page_shows_spans_that_arrive', async t => {
  const blocks = [...agent(), ...rag()].map(line => block(line).replace(/<[^>]*>|\n/g, ''))
  const streams = []
  const server = createServer((request, response) => {
    if (request.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${blocks[0]}\n\n`)
      streams.push(response)
      return
    }
    const text = readFileSync(PAGE, 'utf8').replace('<head>', '<head>\n<meta name="trace-live" content="/events">').replace("default-src 'none';", "default-src 'none'; connect-src 'self';")
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(text)
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const browser = await launch()
  t.after(async () => {
    await browser.close()
    server.closeAllConnections()
    server.close()
  })
  const page = await browser.newPage()
  const messages = []
  page.on('console', message => !/favicon/.test(message.location().url) && messages.push(message.text()))
  page.on('pageerror', error => messages.push(error.message))
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  await page.waitForSelector('.totals:has-text("1 trace")')
  assert.equal(await page.locator('.status').textContent(), 'Live')
  await page.keyboard.press('Home')
  await page.locator('.detail .card button[data-mode=plain]').first().click()
  streams[0].write(`data: ${blocks[1]}\n\n`)
  await page.waitForSelector('.totals:has-text("2 traces")')
  assert.equal(await title(page), 'plan_trip')
  assert.equal(await page.locator('.detail .card button[aria-pressed=true]').first().textContent(), 'Plain', 'the span in view is not shown anew')
  await page.click('.menu-button')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Save this trace')])
  assert.ok(readFileSync(await download.path(), 'utf8').startsWith(readFileSync(PAGE, 'utf8')), 'the saved page makes no requests')
  const saved = file(readFileSync(await download.path(), 'utf8'))
  await page.goto(`file://${saved}`)
  await page.waitForSelector('.totals:has-text("1 trace")')
  assert.deepEqual(messages, [])
})
