// The page with traces that are not as usual: empty, long, running, of two processes, from right to left.

import assert from 'node:assert/strict'
import { suite } from './browser.mjs'
import { TraceBuilder, page as pageOf } from './sample.mjs'

const tests = suite()
const shown = (name, lines, body, options = {}) => tests.shown(name, pageOf(lines), options, body)

/** The line of a trace that `fill` builds. */
function trace(fill, options) {
  const builder = new TraceBuilder(0x6000, options)
  fill(builder)
  return builder.line()
}

const height = locator => locator.evaluate(node => node.getBoundingClientRect().height)
const width = locator => locator.evaluate(node => node.getBoundingClientRect().width)

for (const size of [1400, 390]) {
  shown(`page_without_spans_shows_only_the_invitation_at_${size}_pixels`, [], async page => {
    assert.ok(await page.locator('.empty').isVisible())
    for (const part of ['.left', '.filters', '.splitter']) assert.equal(await page.locator(part).isVisible(), false, part)
    assert.equal(await page.locator('.totals').innerText(), '')
  }, { viewport: { width: size, height: 844 } })
}

const LONG = 'a_function_with_a_very_long_name_that_no_row_can_hold_'.repeat(9)

shown('long_name_leaves_space_for_the_words', [trace(t => t.span('CHAIN', LONG, null, 0, 100, { 'input.value': 'What is this?'.repeat(20) }))], async page => {
  assert.ok(await width(page.locator('#rows .preview')) > 100)
  assert.ok(await height(page.locator('.detail h2')) < 80, 'a title has three lines at most')
})

shown('short_name_shares_its_line_with_the_buttons', [trace(t => t.span('CHAIN', 'plan_trip', null, 0, 100))], async page => {
  const [name, buttons] = await page.evaluate(() => ['.detail h2', '.actions'].map(part => document.querySelector(part).getBoundingClientRect()))
  assert.ok(buttons.top < name.bottom, `${buttons.top} ${name.bottom}`)
}, { viewport: { width: 1200, height: 600 } })

shown('long_error_leaves_space_for_the_input', [trace(t => t.span('TOOL', 'compile', null, 0, 100, { 'input.value': 'a.rs' }, { error: 'error[E0308]: mismatched types\n'.repeat(50) }))], async page => {
  const message = page.locator('.alert .message')
  assert.ok(await height(message) < 400)
  assert.ok(await message.evaluate(node => node.scrollHeight > 800), 'all lines are there')
  assert.ok(await page.locator('.card.input').evaluate(node => node.getBoundingClientRect().bottom < innerHeight))
})

const talk = Array.from({ length: 200 }, (_, i) => ({ role: i % 2 ? 'assistant' : 'user', content: `text ${i}` }))

shown('long_conversation_begins_at_the_last_questions', [trace(t => t.llm('chat', null, 0, 9, 'gpt-4o', [...talk, { role: 'user', content: 'The last one?' }], { role: 'assistant', content: 'Yes.' }, [9, 9]))], async page => {
  const bubbles = page.locator('.bubble')
  assert.equal(await bubbles.first().locator('.body').innerText(), 'text 196')
  assert.equal(await bubbles.count(), 6)
  assert.match(await page.locator('.earlier summary').innerText(), /^196 earlier messages\s+user text 194$/)
  await page.click('.earlier summary')
  await page.waitForSelector('.bubble >> nth=201')
  assert.equal(await bubbles.first().locator('.body').innerText(), 'text 0')
})

const unfinished = () => {
  const t = new TraceBuilder(0x6001)
  const root = t.span('AGENT', 'run', null, 0, 0)
  t.span('TOOL', 'lookup', root, 10, 900)
  const ask = t.llm('ask', root, 900, 0, 'gpt-4o', [{ role: 'user', content: 'Hello?' }], null, null)
  for (const span of [root, ask]) delete span.endTimeUnixNano
  return t.line()
}

shown('unfinished_span_has_an_open_time_and_a_bar_in_its_column', [unfinished()], async page => {
  assert.deepEqual(await page.locator('#rows .time').allTextContents(), ['900ms…', '890ms', '…'])
  const [bar, cell] = await page.evaluate(() => ['#rows .row:last-child .bar', '#rows .row:last-child .bar-cell'].map(name => document.querySelector(name).getBoundingClientRect().right))
  assert.ok(bar <= cell, `${bar} ${cell}`)
})

/** A call from one process to another one, each with its own file. */
const twoProcesses = () => {
  let call
  const gateway = trace(t => { call = t.span('', 'POST /ask', t.span('AGENT', 'handle', null, 0, 900), 20, 880) }, { service: 'gateway' })
  const server = trace(t => {
    t.spans = [null, null]
    const root = t.span('CHAIN', 'serve', call, 40, 860)
    t.span('TOOL', 'read', root, 50, 60)
    t.spans = t.spans.slice(2)
  }, { service: 'model-server' })
  return [gateway, server]
}

shown('row_of_another_process_names_it', twoProcesses(), async page => {
  assert.deepEqual(await page.locator('#rows .name').allTextContents(), ['handle', 'POST /ask', 'serve', 'read'])
  assert.deepEqual(await page.locator('#rows .row:has(.model) .name').allTextContents(), ['serve'])
  assert.equal(await page.locator('#rows .model').textContent(), 'model-server')
})

const ARABIC = 'متى يجب أن أسافر؟'

shown('paragraph_has_the_direction_of_its_letters', [trace(t => t.span('AGENT', 'plan', null, 0, 9, { 'input.value': `${ARABIC}\n\nWhen should I fly?` }))], async page => {
  /** Where the letters of a paragraph begin, as a share of its width. */
  const place = index => page.locator('.card.input p').nth(index).evaluate(node => {
    const range = document.createRange()
    range.selectNodeContents(node)
    const [text, box] = [range.getBoundingClientRect(), node.getBoundingClientRect()]
    return Math.round((text.left + text.right - 2 * box.left) / box.width)
  })
  assert.deepEqual([await place(0), await place(1)], [2, 0])
})
