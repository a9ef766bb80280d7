// A list of rows of one height, of which only the visible ones are in the document.

import { el, patch } from './dom.js'

/** Rows above and below the visible ones, so that a fast scroll shows no gap. */
const SPARE = 6

export class VirtualList {
  /** `render(item, index)` describes a row for `patch`; `rowHeight` is in pixels; `onPlaced` follows each change. */
  constructor(render, rowHeight, props, onPlaced = () => {}) {
    this.onPlaced = onPlaced
    this.render = render
    this.rowHeight = rowHeight
    this.items = []
    // The place and the size of the view. To read them from the element would lay the page out.
    this.top = 0
    this.height = 0
    this.width = 0
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
      this.schedule(this.width !== (this.width = contentRect.width))
    }).observe(this.node)
  }

  setItems(items) {
    this.items = items
    this.pad.style.height = `${items.length * this.rowHeight}px`
    this.top = Math.max(0, Math.min(this.top, items.length * this.rowHeight - this.height))
    this.node.setAttribute('aria-rowcount', items.length)
    this.draw()
  }

  /** Places the rows in the next frame, or draws them again. */
  schedule(isChanged = false) {
    this.isChanged ||= isChanged
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      this.place(0, this.isChanged)
      this.isChanged = false
    })
  }

  /** Draws the rows again, because what they show has changed, or up to `limit`, for paper. */
  draw(limit = 0) {
    this.place(limit, true)
    // People who hear the page read rows in the order of the document.
    const rows = [...this.rows.keys()].sort((a, b) => a - b).map(i => this.rows.get(i))
    if (rows.some((row, i) => row !== this.pad.childNodes[i])) this.pad.append(...rows)
  }

  /** Places the rows in view. Those that were in view stay, those that leave it show others. */
  place(limit = 0, isChanged = false) {
    const first = limit ? 0 : Math.max(0, Math.floor(this.top / this.rowHeight) - SPARE)
    const last = Math.min(this.items.length, limit || Math.ceil((this.top + this.height) / this.rowHeight) + SPARE)
    const free = []
    for (const [i, row] of this.rows) {
      if (i >= first && i < last) continue
      free.push(row)
      this.rows.delete(i)
    }
    for (let i = first; i < last; i++) {
      const before = this.rows.get(i) ?? free.shift()
      if (isChanged || !this.rows.has(i)) this.rows.set(i, this.row(i, before))
    }
    for (const row of free) row.remove()
    this.onPlaced()
  }

  row(i, before) {
    const row = patch(before, this.render(this.items[i], i))
    row.style.top = `${i * this.rowHeight}px`
    row.dataset.index = i
    if (!before) this.pad.append(row)
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
