// Takes the pictures of the gallery: node docs/gallery.mjs <folder of pages> <folder of pictures> <spans>
// The picture `page.png` is that of the samples of the tests.
//
// `spans` is JSON: for each example, the name of the span whose detail the picture shows, a failed one first. Colours are
// reduced to a palette, since a page has few of them.

import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { rmSync, writeFileSync } from 'node:fs'
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { all, page as pageOf } from '../tests/browser/sample.mjs'

const require = createRequire(new URL('../tests/browser/package.json', import.meta.url))
const { chromium } = require('playwright-core')

/** Returns the pixels of an 8-bit RGB or RGBA PNG: rows of `width` times `channels` bytes. */
function decode(png) {
  const parts = []
  let at = 8
  while (at < png.length) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  const [width, height, channels] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25] === 6 ? 4 : 3]
  const raw = inflateSync(Buffer.concat(parts))
  const stride = width * channels
  const pixels = Buffer.alloc(stride * height)
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)]
    for (let x = 0; x < stride; x++) {
      const place = row * stride + x
      const left = x < channels ? 0 : pixels[place - channels]
      const up = row ? pixels[place - stride] : 0
      const corner = row && x >= channels ? pixels[place - stride - channels] : 0
      pixels[place] = raw[row * (stride + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]
    }
  }
  return { width, height, channels, pixels }
}

/** The predictor of filter 4. */
function paeth(left, up, corner) {
  const base = left + up - corner
  const [a, b, c] = [Math.abs(base - left), Math.abs(base - up), Math.abs(base - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/** Returns the place of each colour in a palette of at most 256: the most frequent ones. */
function quantize({ channels, pixels }) {
  const counts = new Map()
  const colour = place => (pixels[place] << 16) | (pixels[place + 1] << 8) | pixels[place + 2]
  for (let place = 0; place < pixels.length; place += channels) counts.set(colour(place), (counts.get(colour(place)) ?? 0) + 1)
  const byCount = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a))
  // The most frequent colour of each small cube comes first, so that no hue is missing.
  const cubes = new Map()
  for (const one of byCount) if (!cubes.has(one & 0xe0e0e0)) cubes.set(one & 0xe0e0e0, one)
  const palette = [...new Set([...byCount.slice(0, 64), ...cubes.values(), ...byCount])].slice(0, 128)
  const distance = (a, b) => [16, 8, 0].reduce((sum, bits) => sum + (((a >> bits) & 255) - ((b >> bits) & 255)) ** 2, 0)
  const nearest = one => palette.reduce((best, entry, index) =>
    distance(one, entry) < distance(one, palette[best]) ? index : best, 0)
  const places = new Map(byCount.map(one => [one, nearest(one)]))
  return { palette, index: place => places.get(colour(place)) }
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** Returns the picture as a PNG with a palette. */
function reduce(png) {
  const image = decode(png)
  const { palette, index } = quantize(image)
  const rows = Buffer.alloc((image.width + 1) * image.height)
  for (let row = 0; row < image.height; row++) {
    for (let x = 0; x < image.width; x++) rows[row * (image.width + 1) + 1 + x] = index((row * image.width + x) * image.channels)
  }
  const head = Buffer.from(png.subarray(16, 29))
  head[8] = 8
  head[9] = 3
  const colours = Buffer.from(palette.flatMap(one => [one >> 16, (one >> 8) & 255, one & 255]))
  return Buffer.concat([png.subarray(0, 8), chunk('IHDR', head), chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}

const [pages, pictures, spans] = process.argv.slice(2)
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const context = await browser.newContext({ viewport: { width: 1200, height: 600 }, colorScheme: 'light' })
let problems = 0

/** Takes the picture of a page, after `select` has selected a span. */
async function take(name, path, select) {
  const page = await context.newPage()
  const report = text => { problems++; console.error(`${name}: ${text}`) }
  page.on('console', message => report(message.text()))
  page.on('pageerror', error => report(error.message))
  await page.goto(`file://${path}`)
  await page.waitForSelector('html[data-ready]', { state: 'attached' })
  await select(page)
  await page.mouse.move(0, 0)
  writeFileSync(join(pictures, `${name}.png`), reduce(await page.screenshot()))
  await page.close()
}

for (const [example, span] of Object.entries(JSON.parse(spans))) {
  await take(example, resolve(pages, `${example}.html`), async page => {
    const rows = page.locator('.row .name', { hasText: span })
    const failed = page.locator('.row.failed .name', { hasText: span })
    await (await failed.count() ? failed : rows).last().click()
  })
}
const samples = join(pictures, 'page.html')
writeFileSync(samples, pageOf(all()))
await take('page', samples, async page => {
  await page.setViewportSize({ width: 1400, height: 860 })
  await page.locator('.row .name', { hasText: 'ask' }).first().click()
})
rmSync(samples)
await browser.close()
process.exit(problems ? 1 : 0)
