// The page in Chromium, opened from disk.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { drop, names, open, suite, texts, title } from './browser.mjs'
import { PAGE, TraceBuilder, agent, all, block, media, page as pageOf, rag, session } from './sample.mjs'

const tests = suite()
const { shown } = tests

const TRACE = '#aaaaaaaaaaaaaaaaaaaaaaaaaaaa1001'
const SPAN = number => `${TRACE}/000000001001000${number}`

const AGENT = pageOf(agent())

const LOG = '# not a heading\n    - indented\n\n1) kept'

/** A model that calls a tool, whose output is no Markdown. */
function log() {
  const trace = new TraceBuilder(0x1030)
  const call = { role: 'assistant', calls: [['c1', 'read_log', { build: 7 }]] }
  const llm = trace.llm('ask', null, 0, 10, 'gpt-4o', [{ role: 'user', content: 'Why?' }], call, [9, 9])
  trace.span('TOOL', 'read_log', llm, 11, 12, { 'tool.name': 'read_log', 'input.value': '{"build":7}', 'output.value': LOG })
  trace.llm('ask', llm, 13, 14, 'gpt-4o', [{ role: 'user', content: 'Why?' }, call, { role: 'tool', callId: 'c1', content: LOG }], { role: 'assistant', content: 'So.' }, [9, 9])
  return [trace.line()]
}

shown('page_from_disk_shows_every_span_and_the_first_error', AGENT, {}, async page => {
  assert.deepEqual(await names(page), ['plan_trip', 'check_input', 'ask', 'weather', 'flights', 'ask', 'flights', 'HTTP GET', 'ask'])
  assert.equal(await title(page), 'flights')
  assert.match(await page.locator('.alert').textContent(), /anyhow::Error: the flight service answered 503/)
  assert.match(await page.locator('.totals').textContent(), /1 trace.*9 spans.*3\.7k tokens.*\$0\.0121/)
})

shown('rows_have_levels_and_sums', AGENT, {}, async page => {
  const root = page.locator('#rows .row').first()
  assert.equal(await root.getAttribute('aria-level'), '1')
  assert.equal(await root.getAttribute('aria-expanded'), 'true')
  assert.deepEqual(await texts(page, '#rows .row:first-child .amount'), ['6.42s', 'Σ3.7k', '$0.0121'])
  assert.equal(await page.locator('#rows .row').nth(7).getAttribute('aria-level'), '3')
})

shown('keys_move_the_selection', AGENT, {}, async page => {
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key) }
  await press('Home')
  assert.equal(await title(page), 'plan_trip')
  await press('j', 'ArrowDown')
  assert.equal(await title(page), 'ask')
  await press('ArrowLeft')
  assert.equal(await title(page), 'plan_trip')
  await press('ArrowLeft')
  assert.deepEqual(await names(page), ['plan_trip'])
  await press('ArrowRight')
  assert.equal((await names(page)).length, 9)
  await press('e')
  assert.equal(await title(page), 'flights')
  await press('l', '2')
  await page.waitForURL(/0006\?view=attributes$/)
  await press('4')
  assert.match(await page.locator('.detail .card').textContent(), /traceId/)
  await press('?')
  assert.ok(await page.locator('dialog.help').isVisible())
  await press('Escape', 't')
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
})

shown('heads_of_the_columns_select_the_largest_one_by_one', AGENT, {}, async page => {
  const selected = async () => (await page.locator('#selected-row').getAttribute('aria-rowindex'))
  const seen = []
  for (const column of ['cost', 'cost', 'cost', 'cost', 'time', 'tokens']) {
    await page.click(`.columns .${column}`)
    seen.push(await selected())
  }
  assert.deepEqual(seen, ['9', '6', '3', '9', '9', '9'])
  assert.deepEqual(await texts(page, '.amount.peak'), ['$0.0058'])
  await page.keyboard.press('Home')
  await page.keyboard.press('c')
  assert.equal(await selected(), '9')
  await page.keyboard.press('s')
  await page.keyboard.press('s')
  assert.equal(await selected(), '3')
})

shown('row_shows_what_a_tool_returned_and_why_one_failed', AGENT, {}, async page => {
  const row = number => page.locator('#rows .row').nth(number).locator('.preview').textContent()
  assert.match(await row(3), /^city: Oslo, days: 3 → city: Oslo/)
  assert.match(await row(4), /^the flight service answered 503/)
  await page.keyboard.press('Home')
  assert.match(await page.locator('.detail .part').first().textContent(), /^Failed below \(1\)flightsthe flight service answered 503/)
})

shown('path_names_the_spans_above_and_selects_them', AGENT, { hash: SPAN(8) }, async page => {
  assert.equal(await page.locator('.path').textContent(), 'plan_trip › flights › ')
  await page.click('.path >> text=flights')
  assert.equal(await title(page), 'flights')
  await page.keyboard.press('Home')
  assert.equal(await page.locator('.path').count(), 0)
})

shown('text_of_a_tool_stays_as_it_is', pageOf(log()), {}, async page => {
  await page.keyboard.press('End')
  assert.equal(await page.locator('.bubble.tool pre.plain').textContent(), LOG)
  await page.keyboard.press('k')
  assert.equal(await page.locator('.card.output pre.plain').textContent(), LOG)
  await page.keyboard.press('Home')
  assert.equal(await page.locator('.call .result pre.plain').textContent(), LOG)
})

shown('search_shows_matches_with_their_parents_and_marks_words', AGENT, {}, async page => {
  await page.keyboard.press('/')
  await page.keyboard.type('DY 1105 kind:tool')
  await page.waitForSelector('.hits:not(:empty)')
  assert.deepEqual(await names(page), ['plan_trip', 'flights'])
  assert.deepEqual(await texts(page, '#rows .row:not(.faint) .name'), ['flights'])
  await page.keyboard.press('Enter')
  assert.equal(await title(page), 'flights')
  await page.waitForURL(/q=DY\+1105/)
  await page.keyboard.press('Escape')
  assert.equal((await names(page)).length, 9)
})

shown('chips_filter_by_kind_and_error', AGENT, {}, async page => {
  await page.click('.chip:has-text("LLM")')
  await page.waitForSelector('.hits:not(:empty)')
  assert.deepEqual(await texts(page, '#rows .row:not(.faint) .name'), ['ask', 'ask', 'ask'])
  await page.click('.chip:has-text("LLM")')
  await page.click('.chip:has-text("Errors")')
  await page.waitForSelector('.hits:has-text("1 of 9")')
})

shown('messages_are_bubbles_in_order', AGENT, { hash: SPAN(3) }, async page => {
  assert.deepEqual(await texts(page, '.bubble > header b'), ['system', 'user', 'assistant'])
  const user = page.locator('.bubble.user')
  await user.locator('button[data-mode=json]').click()
  assert.match(await user.locator('.body').textContent(), /"role": "user"/)
  await user.locator('button[data-mode=plain]').click()
  assert.match(await user.locator('.body pre').textContent(), /^When should I fly/)
  await page.click('.bubble.system .start')
  assert.match(await page.locator('.bubble.system .body').innerText(), /Rules:/)
})

shown('call_result_and_span_are_one_block', AGENT, { hash: SPAN(3) }, async page => {
  const calls = page.locator('.call')
  assert.equal(await calls.count(), 2)
  assert.match(await calls.nth(0).textContent(), /weather.*340ms.*city: Oslo.*sun/s)
  assert.match(await calls.nth(1).textContent(), /flights.*740ms.*answered 503/s)
  await calls.nth(1).locator('button.link').click()
  assert.equal(await title(page), 'flights')
  await page.click('.lead button.link')
  assert.equal(await title(page), 'ask')
})

shown('earlier_messages_are_folded', AGENT, { hash: SPAN(9) }, async page => {
  assert.deepEqual(await texts(page, '.bubble > header b'), ['tool', 'assistant'])
  assert.match(await page.locator('.earlier .question').innerText(), /^user When should I fly from Berlin/)
  await page.click('.earlier summary')
  await page.waitForSelector('.earlier .bubble.user')
  assert.equal(await page.locator('.earlier > summary').innerText().then(text => /6 earlier messages/.test(text)), true)
})

shown('markdown_of_an_answer_is_formatted', AGENT, { hash: SPAN(9) }, async page => {
  const rich = page.locator('.bubble.assistant .rich')
  assert.equal(await rich.locator('table tr').count(), 4)
  assert.equal(await rich.locator('a').getAttribute('href'), 'https://www.visitoslo.com/en/')
  assert.equal(await rich.locator('li').count(), 2)
})

shown('code_and_json_have_colours', AGENT, { hash: SPAN(9) }, async page => {
  assert.deepEqual(await texts(page, '.rich pre .key'), ['"book"', '"hold_minutes"'])
  await page.keyboard.press('4')
  await page.click('[data-mode=json]')
  assert.equal(await page.locator('pre .string').first().textContent(), '"aaaaaaaaaaaaaaaaaaaaaaaaaaaa1001"')
})

shown('each_kind_has_its_form', pageOf(rag()), {}, async page => {
  const select = name => page.click(`#rows .row:has(.name:text-is("${name}"))`)
  await select('rerank')
  assert.deepEqual(await texts(page, '.document .up, .document .fell'), ['▲ 1', '▲ 2', '▼ 2'])
  await select('search')
  assert.equal(await page.locator('.document .score').count(), 4)
  await select('embed')
  assert.equal(await page.locator('.spark i').count(), 96)
  await select('render')
  assert.equal(await page.locator('mark').count(), 2)
  await select('is_grounded')
  assert.deepEqual(await texts(page, '.badge'), ['label grounded', 'score 0.94', 'passed true'])
  await select('answer')
  assert.ok(await page.locator('.rank-row').count() > 1)
})

shown('session_shows_its_turns', pageOf(session()), {}, async page => {
  assert.deepEqual(await texts(page, '.ordinal'), ['1', '2', '3', '4', '5'])
  await page.click('#rows .row.session')
  assert.match(await page.locator('.turn').nth(2).textContent(), /Turn 3.*I am in Oslo until Friday/)
  assert.equal(await page.locator('.turn').count(), 5)
  await page.keyboard.press('End')
  assert.deepEqual(await texts(page, '.bubble.user > header .dim:not(.push)'), ['turn 5'])
})

shown('selected_session_shows_a_turn_that_is_added', pageOf(session().slice(0, 3)), {}, async page => {
  await page.click('#rows .row.session')
  assert.equal(await page.locator('.turn').count(), 3)
  await drop(page, 'more.jsonl', session()[3])
  await page.click('text=Add to this page')
  await page.waitForSelector('.totals:has-text("4 traces")')
  assert.equal(await page.locator('.turn').count(), 4)
})

shown('pictures_are_shown_only_from_data', pageOf(media()), {}, async page => {
  assert.equal(await page.locator('.detail img').count(), 1)
  assert.ok(await page.locator('.detail img').evaluate(image => image.naturalWidth) === 240)
  assert.ok((await texts(page, '.detail code')).includes('https://pictures.example/cat.png'))
  assert.match(await page.locator('#rows .note').textContent(), /parent not here/)
})

shown('address_selects_a_span_and_survives_a_reload', AGENT, { hash: SPAN(4) }, async page => {
  assert.equal(await title(page), 'weather')
  await page.keyboard.press('2')
  await page.waitForURL(/view=attributes/)
  await page.reload()
  await page.waitForSelector('html[data-ready]', { state: 'attached' })
  assert.equal(await title(page), 'weather')
  assert.equal(await page.locator('[role=tab][aria-selected=true]').innerText().then(text => text.split(/\s/)[0]), 'Attributes')
})

const torn = pageOf(all()).slice(0, -400)
shown('torn_last_block_is_counted_and_the_rest_is_shown', torn, {}, async page => {
  assert.match(await page.locator('.totals').textContent(), /1 damaged block/)
  assert.ok((await names(page)).length > 20)
})

shown('block_after_a_torn_one_is_read', pageOf(agent()).slice(0, -1500) + '\n' + block(rag()[0]), {}, async page => {
  assert.match(await page.locator('.totals').textContent(), /1 trace.*1 damaged block/)
  assert.equal((await names(page))[0], 'answer')
})

shown('page_without_blocks_invites_a_file', pageOf([]), {}, async page => {
  assert.match(await page.locator('.empty').textContent(), /Drop a page/)
  await drop(page, 'a.jsonl', agent().join('\n'))
  await page.waitForSelector('#rows .row')
  assert.equal((await names(page)).length, 9)
})

shown('dropped_page_is_compared', AGENT, {}, async page => {
  await drop(page, 'slow.html', pageOf(agent({ isSlow: true })))
  await page.click('text=Compare with this run')
  await page.waitForSelector('.comparison .row >> nth=8')
  assert.equal(await page.locator('.comparison .row').first().locator('.amount').first().textContent(), '+3.85s')
  assert.deepEqual(await texts(page, '.diff ins'), ['noon', 'SAS'])
  await page.keyboard.press('ArrowUp')
  assert.equal(await page.locator('.comparison h2').textContent(), 'HTTP GET')
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.comparison').count(), 0)
})

shown('keys_move_between_the_differences_of_two_runs', AGENT, {}, async page => {
  const other = JSON.parse(agent({ isSlow: true })[0])
  const { spans } = other.resourceSpans[0].scopeSpans[0]
  spans.find(span => span.name === 'weather').status = { code: 2, message: 'storm' }
  spans.splice(spans.findIndex(span => span.name === 'check_input'), 1)
  await drop(page, 'other.jsonl', JSON.stringify(other))
  await page.click('text=Compare with this run')
  const title = () => page.locator('.comparison h2').textContent()
  const seen = [await title()]
  for (const key of ['n', 'n', 'n', 'N', 'N']) {
    await page.keyboard.press(key)
    seen.push(await title())
  }
  assert.deepEqual(seen, ['ask', 'check_input', 'weather', 'ask', 'weather', 'check_input'])
  assert.deepEqual(await texts(page, '.comparison :is(.note, .mark)'), ['only in A', 'fails in B', 'differs'])
  await page.click('text=Next difference')
  assert.equal(await title(), 'weather')
  await page.keyboard.press('?')
  assert.match(await page.locator('dialog.help').textContent(), /Keys in a comparisonnNnext, previous difference/)
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.comparison').count(), 1, 'the first Esc closes the list of keys only')
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.comparison').count(), 0)
})

shown('dropped_file_is_added', AGENT, {}, async page => {
  await drop(page, 'more.jsonl', rag().join('\n'))
  await page.click('text=Add to this page')
  await page.waitForSelector('.totals:has-text("2 traces")')
  assert.equal(await title(page), 'flights')
})

shown('saved_trace_is_a_page_of_its_own', pageOf(all()), { hash: SPAN(4) }, async page => {
  await page.click('.menu-button')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Save this trace')])
  const text = readFileSync(await download.path(), 'utf8')
  assert.ok(text.startsWith(readFileSync(PAGE, 'utf8')), 'the saved page has the same shell')
  const again = await open(tests.browser, text)
  assert.match(await again.locator('.totals').textContent(), /1 trace.*9 spans/)
  assert.deepEqual([again.requests, again.messages], [[], []])
})

shown('zoom_stretches_the_bars', AGENT, { hash: SPAN(9) }, async page => {
  const width = () => page.locator('#selected-row .bar').evaluate(bar => bar.getBoundingClientRect().width)
  const before = await width()
  const box = await page.locator('.minimap').boundingBox()
  await page.mouse.move(box.x + box.width * 0.6, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width - 1, box.y + 20)
  await page.mouse.up()
  assert.ok(await width() > 1.8 * before)
  await page.dblclick('.minimap')
  assert.equal(await width(), before)
})

for (const [width, height] of [[1400, 900], [900, 900], [390, 844]]) {
  shown(`nothing_overflows_at_${width}_pixels`, pageOf(all()), { viewport: { width, height }, hash: SPAN(9) }, async page => {
    const wide = () => page.evaluate(() => [...document.querySelectorAll('body, .detail, .left, .top')].filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.className || node.tagName))
    assert.deepEqual(await wide(), [])
    await page.keyboard.press('2')
    assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('.attributes')].filter(node => node.scrollWidth > node.clientWidth + 1).length), 0)
    await page.keyboard.press('?')
    assert.ok(await page.locator('dialog').evaluate(node => node.scrollWidth <= node.clientWidth && node.scrollTop === 0))
    await page.keyboard.press('Escape')
    if (width < 640) {
      assert.equal(await page.locator('.detail').isVisible(), false)
      await page.click('#selected-row')
      assert.equal(await page.locator('.detail').isVisible(), true)
      assert.equal(await page.locator('.search').isVisible(), false)
      assert.deepEqual(await wide(), [])
      await page.click('.back')
      assert.equal(await page.locator('.detail').isVisible(), false)
    }
    await page.click('.menu-button')
    await page.click('text=Compare this trace with')
    await page.click('dialog.menu button')
    assert.ok(await page.locator('.comparison .detail').isVisible())
    assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('.comparison, .comparison .top, .comparison .detail')].filter(node => node.scrollWidth > node.clientWidth + 1).length), 0)
  })
}

for (const colorScheme of ['light', 'dark']) {
  shown(`text_has_contrast_in_the_${colorScheme}`, pageOf(all()), { colorScheme, hash: SPAN(9) }, async page => {
    assert.deepEqual(await page.evaluate(lowContrast), [])
  })
}

/** Returns texts whose contrast with the colour below them is less than 4.5. Runs in the page. */
function lowContrast() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgb = (colour, below) => {
    canvas.fillStyle = `rgb(${below.join(' ')})`
    canvas.fillRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }
  const ground = node => {
    const stack = []
    for (let up = node; up; up = up.parentElement) stack.push(getComputedStyle(up).backgroundColor)
    return stack.reverse().reduce((below, colour) => rgb(colour, below), [255, 255, 255])
  }
  const light = colour => colour.map(value => value / 255).map(value => (value <= 0.04 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)).reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0)
  const bad = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text; (text = walker.nextNode());) {
    const node = text.parentElement
    if (!text.data.trim() || !node.checkVisibility() || node.closest('script, :disabled, .faint')) continue
    const below = ground(node)
    const [a, b] = [light(rgb(getComputedStyle(node).color, below)), light(below)].sort((x, y) => y - x)
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(`${((a + 0.05) / (b + 0.05)).toFixed(2)} ${node.className} ${text.data.slice(0, 20)}`)
  }
  for (const name of ['hit', 'row-hit']) {
    const mark = getComputedStyle(document.querySelector('.preview'), `::highlight(${name})`)
    const [a, b] = [mark.color, mark.backgroundColor].map(colour => light(rgb(colour, [255, 255, 255]))).sort((x, y) => y - x)
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(`${((a + 0.05) / (b + 0.05)).toFixed(2)} ${name}`)
  }
  return [...new Set(bad)]
}

shown('print_shows_all_rows_and_the_span', AGENT, { hash: SPAN(9) }, async page => {
  await page.emulateMedia({ media: 'print' })
  const pdf = await page.pdf()
  assert.ok(pdf.length > 10_000)
})
