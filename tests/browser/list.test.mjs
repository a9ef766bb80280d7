// The list of rows: what is in view, in which columns, and the marks of a search.

import assert from 'node:assert/strict'
import { drop, suite } from './browser.mjs'
import { TraceBuilder, agent, large, page as pageOf } from './sample.mjs'

const { shown } = suite()

const AGENT = pageOf(agent())

/** The texts that a highlight of the style marks. Runs in the page. */
const marked = name => [...CSS.highlights.get(name) ?? []].map(({ startContainer: { data, parentElement }, startOffset, endOffset }) =>
  `${parentElement.className} ${data.slice(startOffset, endOffset)}`)

shown('search_marks_words_in_the_rows_that_match', AGENT, {}, async page => {
  const search = async (text, number) => {
    await page.fill('input[type=search]', text)
    await page.waitForSelector(`.hits:has-text("${number} of 9")`)
    return page.evaluate(marked, 'row-hit')
  }
  assert.deepEqual(await search('Weather kind:tool', 1), ['name weather'])
  assert.deepEqual(await search('norwegian', 2), ['preview Norwegian'])
  assert.deepEqual(await search('error', 1), [])
  const note = () => page.locator('#rows').evaluate(list => getComputedStyle(list, '::before').content)
  assert.equal(await note(), 'none')
  assert.deepEqual(await search('nothing like this', 0), [])
  assert.match(await note(), /^"No span matches/)
  await page.keyboard.press('Escape')
  assert.deepEqual(await page.evaluate(marked, 'row-hit'), [])
})

shown('search_marks_words_in_rows_that_come_into_view', pageOf(large(3_000, 1e6)), {}, async page => {
  await page.fill('input[type=search]', 'lookup')
  await page.waitForSelector('.hits:not(:empty)')
  const marks = () => page.evaluate(marked, 'row-hit')
  const before = (await marks()).length
  assert.ok(before > 10 && before < 60, `${before}`)
  await page.evaluate(() => new Promise(resolve => { document.getElementById('rows').scrollTop = 30_000; requestAnimationFrame(() => requestAnimationFrame(resolve)) }))
  const rows = await page.locator('#rows .row:not(.faint) .name').count()
  assert.deepEqual(await marks(), Array(rows).fill('name lookup'))
})

shown('list_has_few_rows_in_the_document', pageOf(large(3_000, 1e6)), {}, async page => {
  assert.ok(await page.locator('#rows .row').count() < 60)
  await page.keyboard.press('End')
  assert.ok((await page.locator('#rows .row').last().getAttribute('aria-rowindex')) === '3000')
})

shown('row_that_comes_into_view_shows_its_own_span', pageOf(large(3_000, 1e6)), {}, async page => {
  /** Everything that the rows in view show, in the order of the list. */
  const rows = () => page.locator('#rows .row').evaluateAll(nodes => nodes.sort((a, b) => a.dataset.index - b.dataset.index).map(row =>
    [row.textContent, ...[row, ...row.querySelectorAll('*')].map(node => [...node.attributes].map(({ name, value }) => `${name}=${value}`).sort().join(' '))].join('\n')))
  const scroll = top => page.evaluate(top => new Promise(resolve => { document.getElementById('rows').scrollTop = top; requestAnimationFrame(() => requestAnimationFrame(resolve)) }), top)
  await page.keyboard.press('Home')
  const first = await rows()
  for (const top of [150, 40_000, 2_000_000, 27_000, 300, 0]) await scroll(top)
  assert.ok(JSON.stringify(await rows()) === JSON.stringify(first))
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  const order = await page.locator('#rows .row').evaluateAll(nodes => nodes.map(node => Number(node.getAttribute('aria-rowindex'))))
  assert.deepEqual(order, order.map((_, i) => i + 1), 'the order of the document is that of the view')
})

for (const width of [1400, 390]) {
  shown(`column_without_a_number_is_hidden_at_${width}_pixels`, pageOf(plain()), { viewport: { width, height: 800 } }, async page => {
    const heads = () => page.locator('.columns > :not(.bar-cell):visible').allTextContents()
    assert.deepEqual(await heads(), ['Span', 'Time'])
    const before = (await page.locator('#rows .name-cell').first().boundingBox()).width
    await drop(page, 'more.jsonl', agent().join('\n'))
    await page.click('text=Add to this page')
    await page.waitForSelector('.totals:has-text("2 traces")')
    assert.deepEqual(await heads(), width === 390 ? ['Span', 'Time', 'Cost'] : ['Span', 'Time', 'Tokens', 'Cost'])
    assert.ok((await page.locator('#rows .name-cell').first().boundingBox()).width < before)
  })
}

/** A trace without tokens. */
function plain() {
  const trace = new TraceBuilder(0x1040)
  trace.span('TOOL', 'read', trace.span('CHAIN', 'load', null, 0, 10), 1, 9)
  return [trace.line()]
}

shown('first_error_far_below_is_in_view', pageOf(large(3_000, 1e6)), {}, async page => {
  await page.waitForSelector('#selected-row.failed')
  assert.ok(await page.locator('#selected-row').evaluate(row => row.getBoundingClientRect().bottom < innerHeight))
})
