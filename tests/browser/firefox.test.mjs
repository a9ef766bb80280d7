// A smoke test in a second engine: Debian's Firefox, over WebDriver BiDi.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import puppeteer from 'puppeteer-core'
import { FIREFOX, file } from './browser.mjs'
import { all, page as pageOf } from './sample.mjs'

test('page_works_in_firefox', { skip: FIREFOX ? false : 'Firefox is not installed' }, async () => {
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true })
  try {
    const page = await browser.newPage()
    const messages = []
    page.on('console', message => messages.push(message.text()))
    page.on('pageerror', error => messages.push(error.message))
    await page.goto(`file://${file(pageOf(all()))}`)
    await page.waitForSelector('html[data-ready]')
    await page.waitForSelector('#rows .row')
    const text = selector => page.$eval(selector, node => node.textContent)
    assert.match(await text('.totals'), /8 traces.*28 spans/)
    assert.equal(await text('.detail h2'), 'flights')
    await page.keyboard.press('l')
    assert.equal(await text('.detail h2'), 'ask')
    await page.type('input[type=search]', 'kind:retriever abroad')
    await page.waitForFunction(() => document.querySelectorAll('#rows .row').length === 2)
    assert.equal(await page.evaluate(() => CSS.highlights.get('row-hit')?.size), 1)
    assert.deepEqual(messages, [])
  } finally {
    await browser.close()
  }
})
