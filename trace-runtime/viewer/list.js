// A list of rows of one height, of which only the visible ones are in the document.

import { el } from './dom.js'

/** Rows above and below the visible ones, so that a fast scroll shows no gap. */
const SPARE = 8

export class VirtualList {
  /** `render(item, index)` returns the node of a row; `rowHeight` is in pixels. */
  constructor(render, rowHeight, props) {
    this.render = render
    this.rowHeight = rowHeight
    this.items = []
    this.pad = el('div.pad', { role: 'presentation' })
    this.node = el('div.list', { tabindex: 0, ...props }, this.pad)
    this.node.addEventListener('scroll', () => this.schedule(), { passive: true })
    this.observer = new ResizeObserver(() => this.schedule())
    this.observer.observe(this.node)
  }

  setItems(items) {
    this.items = items
    this.pad.style.height = `${items.length * this.rowHeight}px`
    this.node.setAttribute('aria-rowcount', items.length)
    this.draw()
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      this.draw()
    })
  }

  /** Draws the rows in view, or all up to `limit`, for paper. */
  draw(limit = 0) {
    const { scrollTop, clientHeight } = this.node
    const first = limit ? 0 : Math.max(0, Math.floor(scrollTop / this.rowHeight) - SPARE)
    const last = limit || Math.ceil((scrollTop + clientHeight) / this.rowHeight) + SPARE
    const rows = []
    for (let i = first; i < Math.min(last, this.items.length); i++) {
      const row = this.render(this.items[i], i)
      row.style.top = `${i * this.rowHeight}px`
      row.dataset.index = i
      rows.push(row)
    }
    this.pad.replaceChildren(...rows)
  }

  /** The item at the target of an event. */
  itemOf(event) {
    const row = event.target.closest?.('[data-index]')
    return row && this.items[Number(row.dataset.index)]
  }

  /** Scrolls a row into view, with some rows around it. */
  reveal(index) {
    const top = index * this.rowHeight
    const { scrollTop, clientHeight } = this.node
    const margin = Math.min(2 * this.rowHeight, clientHeight / 4)
    if (top < scrollTop + margin) this.node.scrollTop = top - margin
    else if (top + this.rowHeight > scrollTop + clientHeight - margin) this.node.scrollTop = top + this.rowHeight - clientHeight + margin
  }
}
