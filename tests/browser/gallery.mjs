// Takes the pictures of pages: node gallery.mjs <folder of pages> <folder of pictures> <name>:<clicked>..
// `clicked` is a part of the name of a span whose detail the picture shows.

import { join, resolve } from 'node:path'
import { launch } from './browser.mjs'

const [pages, pictures, ...names] = process.argv.slice(2)
const browser = await launch()
const context = await browser.newContext({ viewport: { width: 1120, height: 620 }, colorScheme: 'light' })
let problems = 0
for (const argument of names) {
  const [name, clicked] = argument.split(':')
  const page = await context.newPage()
  page.on('console', message => { problems++; console.error(`${name}: ${message.text()}`) })
  page.on('pageerror', error => { problems++; console.error(`${name}: ${error.message}`) })
  await page.goto(`file://${resolve(pages, `${name}.html`)}`)
  await page.waitForSelector('html[data-ready]', { state: 'attached' })
  if (clicked) await page.getByText(clicked, { exact: false }).first().click()
  await page.waitForTimeout(200)
  await page.screenshot({ path: join(pictures, `${name}.png`) })
  await page.close()
}
await browser.close()
process.exit(problems ? 1 : 0)
