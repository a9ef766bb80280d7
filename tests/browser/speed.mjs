// Measures the page: `node speed.mjs`. Prints a table for docs/performance.md.
//
// Times are from the start of the navigation to the first frame that shows the spans; frames are
// those of a scroll through the list. The work is the processor time of the page's main thread,
// which does not depend on the load of the machine. `--check` fails above the limits that a quiet machine keeps.

import { file, launch } from './browser.mjs'
import { TraceBuilder, agent, large, page as pageOf } from './sample.mjs'

const RUNS = 5
const isCheck = process.argv.includes('--check')

const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
const percentile = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))]

/** The processor time of the main thread in milliseconds. */
async function worked(page) {
  const { metrics } = await page.session.send('Performance.getMetrics')
  return 1000 * metrics.find(metric => metric.name === 'TaskDuration').value
}

async function shownIn(browser, path) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  page.session = await page.context().newCDPSession(page)
  await page.session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.goto(`file://${path}`)
  await page.waitForSelector('html[data-ready]', { state: 'attached' })
  const time = await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve(Number(document.documentElement.dataset.ready))))))
  return { page, time, work: await worked(page) }
}

/** Scrolls by some pixels a frame and returns the times between frames. */
const frames = (page, pixels) => page.evaluate(pixels => new Promise(resolve => {
  const list = document.getElementById('rows')
  const times = []
  let last
  list.scrollTop = 0
  requestAnimationFrame(function step(now) {
    if (last) times.push(now - last)
    last = now
    list.scrollTop += pixels
    if (times.length < 120) requestAnimationFrame(step)
    else resolve(times)
  })
}), pixels)

/** Runs a part and returns its result and its work. */
async function during(page, part) {
  const before = await worked(page)
  const result = await part()
  return [result, (await worked(page)) - before]
}

/** The time from the click on a row to the next frame. */
const opened = (page, key) => page.evaluate(key => new Promise(resolve => {
  const started = performance.now()
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)))
}), key)

const searched = page => page.evaluate(() => new Promise(resolve => {
  const input = document.querySelector('input[type=search]')
  const started = performance.now()
  const observer = new MutationObserver(() => { observer.disconnect(); resolve(performance.now() - started) })
  observer.observe(document.querySelector('.hits'), { childList: true, characterData: true, subtree: true })
  input.value = 'Bergen 12'
  input.dispatchEvent(new Event('input'))
}))

function megabyte() {
  const t = new TraceBuilder(0x5000)
  const text = Array.from({ length: 20_000 }, (_, i) => `${i}. The line of a *long* answer, with \`code\` in it.\n`).join('')
  const root = t.span('CHAIN', 'root', null, 0, 10, { 'input.value': 'short' })
  t.span('CHAIN', 'text', root, 1, 2, { 'output.value': text })
  t.span('CHAIN', 'json', root, 3, 4, { 'output.value': JSON.stringify(text.split('\n').map((line, id) => ({ id, line: { text: line } }))) })
  return [t.line()]
}

const rows = []
const short = value => (value === undefined ? '' : value < 10 ? value.toFixed(1) : String(Math.round(value)))
function report(name, value, work, limit) {
  rows.push({ name, value, limit })
  console.log(`| ${name} | ${short(value)} | ${short(work)} | ${limit ?? ''} |`)
}

const browser = await launch()
console.log('| milliseconds | elapsed | work | limit |\n|---|---|---|---|')
const cases = [['an agent of 9 spans', agent(), 500], ['10,000 spans, 14 MB', large(10_000, 14e6), 1000], ['50,000 spans, 30 MB', large(50_000, 30e6), 4000]]
for (const [name, lines, limit] of cases) {
  const path = file(pageOf(lines))
  const times = []
  const works = []
  let last
  for (let i = 0; i < RUNS; i++) {
    await last?.close()
    const { page, time, work } = await shownIn(browser, path)
    times.push(time)
    works.push(work)
    last = page
  }
  report(`${name}: shown`, median(times), median(works), limit)
  if (lines.length > 1) {
    for (const [way, pixels] of [['a wheel', 120], ['the bar', 1400]]) {
      const [gaps, work] = await during(last, () => frames(last, pixels))
      report(`${name}: a frame, scrolled by ${way}`, median(gaps), work / gaps.length)
      if (pixels < 1000) report(`${name}: 95 % of these frames`, percentile(gaps, 0.95), undefined, 17.5)
    }
    report(`${name}: first search`, ...(await during(last, () => searched(last))))
  }
  await last.close()
}
const { page } = await shownIn(browser, file(pageOf(megabyte())))
await opened(page, 'Home')
for (const name of ['text', 'JSON value']) {
  const [time, work] = await during(page, () => opened(page, 'j'))
  report(`a ${name} of 1 MB: opened`, time, work, 100)
}
await browser.close()

const slow = rows.filter(row => row.limit && row.value > row.limit)
if (isCheck && slow.length) {
  console.error(`above the limit: ${slow.map(row => row.name).join('; ')}`)
  process.exitCode = 1
}
