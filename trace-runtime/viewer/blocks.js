// Blocks: JSON lines, compressed with gzip, in base64. A page holds one block per batch of spans.

/** The start of a block in a page. A writer that is killed leaves a block without its end. */
export const BLOCK_START = '<script type="text/plain" class="spans">'

/** Returns the base64 of all blocks of a document, and removes them to free memory. */
export function takeBlocks(document) {
  const blocks = []
  for (const node of document.querySelectorAll('script.spans')) {
    // After a torn block, the next one is part of its text. Writers close a torn block by markup.
    blocks.push(...node.textContent.split(BLOCK_START).map(part => part.split('<', 1)[0]))
    node.remove()
  }
  return blocks
}

/** Returns the base64 of all blocks in the text of another page. */
export function blocksOf(html) {
  return html.split('\n' + BLOCK_START).slice(1).map(part => part.split('<', 1)[0])
}

function bytesOf(base64) {
  const text = base64.trim()
  const whole = text.slice(0, text.length - (text.length % 4))
  return Uint8Array.from(atob(whole), char => char.charCodeAt(0))
}

/**
 * Returns the lines of a block. If it is damaged, `isDamaged` is true and the whole lines before
 * the damage are returned: a killed program leaves a block that ends too early.
 */
export async function inflate(base64) {
  const decoder = new TextDecoder()
  let text = ''
  try {
    const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream('gzip'))
    const reader = stream.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
    return { text: text + decoder.decode(), isDamaged: base64.trim().length % 4 !== 0 }
  } catch {
    return { text: text.slice(0, text.lastIndexOf('\n') + 1), isDamaged: true }
  }
}

/** Returns the lines of several blocks, and the number of damaged ones. */
export async function readBlocks(blocks) {
  const read = await Promise.all(blocks.map(inflate))
  return { texts: read.map(block => block.text), damaged: read.filter(block => block.isDamaged).length }
}

/** Reads a file: another page, or JSON lines. */
export async function readFile(file) {
  const text = await file.text()
  return /^\s*<!doctype html/i.test(text) ? readBlocks(blocksOf(text)) : { texts: [text], damaged: 0 }
}

/** Returns JSON lines as a block. */
export async function deflate(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  }
  return btoa(binary)
}
