// Starts a browser and opens pages in it, for the tests.

import { mkdtempSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
