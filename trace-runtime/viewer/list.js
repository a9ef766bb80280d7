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
    // The place and the height of the view. To read them from the element would lay the page out.
    this.top = 0
    this.height = 0
    /** The rows in the document by their index. */
    this.rows = new Map()
    this.pad = el('div.pad', { role: 'presentation' })
    this.node = el('div.list', { tabindex: 0, ...props }, this.pad)
    this.node.addEventListener('scroll', () => {
      this.top = this.node.scrollTop
      this.schedule()
    }, { passive: true })
    new ResizeObserver(([{ contentRect }]) => {
      const isFirst = !this.height
      this.height = contentRect.height
      if (isFirst && this.revealed !== undefined) this.reveal(this.revealed)
      this.schedule()
    }).observe(this.node)
  }

  setItems(items) {
    this.items = items
    this.pad.style.height = `${items.length * this.rowHeight}px`
    this.top = Math.max(0, Math.min(this.top, items.length * this.rowHeight - this.height))
    this.node.setAttribute('aria-rowcount', items.length)
    this.draw()
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      this.place()
    })
  }

  /** Draws the rows again, because what they show has changed. */
  draw(limit = 0) {
    this.rows.clear()
    this.place(limit)
  }

  /** Places the rows in view, or all up to `limit`, for paper. Rows that were in view stay. */
  place(limit = 0) {
    const first = limit ? 0 : Math.max(0, Math.floor(this.top / this.rowHeight) - SPARE)
    const last = limit || Math.ceil((this.top + this.height) / this.rowHeight) + SPARE
    const rows = new Map()
    for (let i = first; i < Math.min(last, this.items.length); i++) rows.set(i, this.rows.get(i) ?? this.row(i))
    if (!this.rows.size) this.pad.replaceChildren(...rows.values())
    else {
      for (const [i, row] of this.rows) if (!rows.has(i)) row.remove()
      this.pad.append(...[...rows].filter(([i]) => !this.rows.has(i)).map(([, row]) => row))
    }
    this.rows = rows
  }

  row(i) {
    const row = this.render(this.items[i], i)
    row.style.top = `${i * this.rowHeight}px`
    row.dataset.index = i
    return row
  }

  /** The item at the target of an event. */
  itemOf(event) {
    const row = event.target.closest?.('[data-index]')
    return row && this.items[Number(row.dataset.index)]
  }

  /** Scrolls a row into view, with some rows around it. */
  reveal(index) {
    this.revealed = index
    const top = index * this.rowHeight
    const margin = Math.min(2 * this.rowHeight, this.height / 4)
    if (top < this.top + margin) this.scrollTo(top - margin)
    else if (top + this.rowHeight > this.top + this.height - margin) this.scrollTo(top + this.rowHeight - this.height + margin)
  }

  scrollTo(top) {
    if (!this.height) return
    this.top = Math.max(0, Math.min(top, this.items.length * this.rowHeight - this.height))
    this.node.scrollTop = this.top
  }
}
