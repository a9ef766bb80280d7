// Starts a browser and opens pages in it, for the tests.

import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'

/** The programs of Debian, and of a variable for other systems. */
export const CHROMIUM = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)
export const FIREFOX = process.env.FIREFOX ?? ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync)

export const folder = mkdtempSync(join(tmpdir(), 'trace-page-'))

export const launch = (args = []) => chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...args] })

let files = 0

/** Writes a text to a file of its own. */
export function file(text, ending = 'html') {
  const path = join(folder, `${++files}.${ending}`)
  writeFileSync(path, text)
  return path
}

/** Opens a page from disk. `page.requests` and `page.messages` list what it must not cause. */
export async function open(browser, text, { hash = '', ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options })
  const page = await context.newPage()
  const path = file(text)
  page.requests = []
  page.messages = []
  page.on('request', request => request.url().split('#')[0] !== `file://${path}` && page.requests.push(request.url().slice(0, 200)))
  page.on('console', message => page.messages.push(message.text()))
  page.on('pageerror', error => page.messages.push(`${error.message}\n${error.stack}`))
  await page.goto(`file://${path}${hash}`)
  await page.waitForSelector('html[data-ready]', { state: 'attached' })
  return page
}

/**
 * Starts a browser for the tests of a file. `shown(name, text, options, body)` is a test with a page; at its
 * end the page made no request and wrote nothing to the console.
 */
export function suite() {
  const tests = {
    shown: (name, text, options, body) => test(name, async () => {
      const page = await open(tests.browser, text, options)
      await body(page)
      assert.deepEqual([page.requests, page.messages], [[], []])
      await page.context().close()
    }),
  }
  before(async () => { tests.browser = await launch() })
  after(() => tests.browser.close())
  return tests
}

export const texts = (page, selector) => page.locator(selector).allTextContents()
export const names = page => texts(page, '#rows .row .name')
export const title = page => page.locator('.detail h2').textContent()

/** Drops a file on a page. */
export async function drop(page, name, text) {
  const data = await page.evaluateHandle(([name, text]) => {
    const data = new DataTransfer()
    data.items.add(new File([text], name))
    return data
  }, [name, text])
  await page.dispatchEvent('main', 'drop', { dataTransfer: data })
}
