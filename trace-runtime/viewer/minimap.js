// The overview of one trace above the list: every span as a line; drag to zoom into a part.

import { el } from './dom.js'
import { duration } from './format.js'

const HEIGHT = 56
const AXIS = 15

export class Minimap {
  constructor(app) {
    this.app = app
    this.canvas = el('canvas', { 'aria-hidden': 'true' })
    this.shade = el('div.shade', { hidden: true })
    this.node = el('div.minimap', {
      title: 'Drag to zoom, double click to see all',
      onpointerdown: event => this.drag(event), ondblclick: () => app.zoom(null),
    }, this.canvas, this.shade)
    new ResizeObserver(() => this.draw()).observe(this.node)
  }

  draw() {
    const trace = this.app.currentTrace()
    const width = this.node.clientWidth
    if (!trace || !width) return
    const ratio = devicePixelRatio || 1
    this.canvas.width = width * ratio
    this.canvas.height = HEIGHT * ratio
    const context = this.canvas.getContext('2d', { willReadFrequently: true })
    context.scale(ratio, ratio)
    this.drawAxis(context, trace, width)
    this.drawSpans(context, trace, width)
    this.showWindow(trace)
  }

  /** A colour of the style as the canvas reads it; it depends on the theme and the kind. */
  colour(name, kind = '') {
    this.canvas.dataset.kind = kind
    this.canvas.style.color = `var(${name})`
    return getComputedStyle(this.canvas).color
  }

  drawAxis(context, trace, width) {
    const [line, dim] = [this.colour('--line'), this.colour('--dim')]
    const step = niceStep(trace.duration / Math.max(1, width / 90))
    context.font = `10.5px ${getComputedStyle(this.node).fontFamily}`
    for (let at = 0; at <= trace.duration; at += step) {
      const x = Math.round((at / (trace.duration || 1)) * (width - 1)) + 0.5
      context.fillStyle = line
      context.fillRect(x, 0, 1, HEIGHT)
      context.fillStyle = dim
      if (x < width - 40) context.fillText(duration(at).replace(/\.0+(?=\D)/, ''), x + 4, HEIGHT - 4)
      if (!step) break
    }
  }

  drawSpans(context, trace, width) {
    const depth = trace.spans.reduce((most, span) => Math.max(most, span.depth), 0) + 1
    const lane = Math.min(9, (HEIGHT - AXIS - 4) / depth)
    const scale = width / (trace.duration || 1)
    const colours = new Map()
    for (const span of trace.spans) {
      const key = span.isError || span.kind
      if (!colours.has(key)) colours.set(key, this.colour(span.isError ? '--error' : '--kind', span.kind))
      context.fillStyle = colours.get(key)
      context.fillRect((span.start - trace.start) * scale, 3 + span.depth * lane, Math.max(1.5, span.duration * scale), Math.max(0.7, lane - 1))
    }
  }

  /** Shows the part that the bars of the list show. */
  showWindow(trace) {
    const { from, to } = this.app.windowOf(trace)
    const isZoomed = from !== trace.start || to !== trace.end
    this.shade.hidden = !isZoomed
    const percent = time => (100 * (time - trace.start)) / (trace.duration || 1)
    this.shade.style.left = `${percent(from)}%`
    this.shade.style.width = `${percent(to) - percent(from)}%`
  }

  drag(event) {
    const trace = this.app.currentTrace()
    if (!trace || event.button !== 0) return
    const box = this.node.getBoundingClientRect()
    const timeAt = x => trace.start + trace.duration * Math.max(0, Math.min(1, (x - box.left) / box.width))
    const first = timeAt(event.clientX)
    const move = ({ clientX }) => {
      const [from, to] = [first, timeAt(clientX)].sort((a, b) => a - b)
      if (to - from > trace.duration / 200) this.app.zoom({ trace, from, to })
    }
    const stop = () => {
      this.node.removeEventListener('pointermove', move)
      this.node.removeEventListener('pointerup', stop)
    }
    this.node.setPointerCapture(event.pointerId)
    this.node.addEventListener('pointermove', move)
    this.node.addEventListener('pointerup', stop)
  }
}

/** The next larger of 1, 2, 5 × 10ⁿ. */
export function niceStep(step) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(step, 1e-3)))
  return [1, 2, 5, 10].map(factor => factor * unit).find(value => value >= step) ?? 10 * unit
}
