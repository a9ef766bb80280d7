// Live pages: a server that sends blocks while the program runs names its address in a meta element.

import { inflate } from './blocks.js'

/** How long blocks are collected at least before the page is drawn again. */
const PAUSE_MS = 250

/** The address of the stream of a live page. */
export const liveAddress = () => document.querySelector('meta[name="trace-live"]')?.content

/**
 * Follows the stream of a live page, if it is one. `onText(texts, damaged)` receives the lines of
 * new blocks, `onState` receives `live` or `lost`. The browser connects again by itself.
 */
export function follow(onText, onState) {
  const address = liveAddress()
  if (!address) return
  let waiting = []
  let timer
  let pause = PAUSE_MS
  const deliver = async () => {
    timer = undefined
    const blocks = await Promise.all(waiting.splice(0).map(inflate))
    const started = performance.now()
    onText(blocks.map(block => block.text), blocks.filter(block => block.isDamaged).length)
    // The more spans there are, the longer a change takes: most of the time belongs to the reader.
    pause = Math.max(PAUSE_MS, 4 * (performance.now() - started))
  }
  const source = new EventSource(address)
  source.onopen = () => onState('live')
  source.onerror = () => onState('lost')
  source.onmessage = event => {
    waiting.push(event.data)
    timer ??= setTimeout(deliver, pause)
  }
}
