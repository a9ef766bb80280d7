// Creates elements. This file is the only one that creates nodes, and it knows no HTML text: a value
// of a trace becomes text, an attribute or a style property, never markup.

/**
 * Creates an element: `el('span.dim', { title: 'why' }, 'text')`. Keys of the properties that start
 * with `on` are listeners, `style` is an object of CSS properties, other keys are attributes; null,
 * undefined and false leave them out. The properties may be left out.
 */
export function el(name, ...children) {
  const [tag, ...classes] = name.split('.')
  const node = document.createElement(tag)
  if (classes.length) node.className = classes.join(' ')
  if (children[0]?.constructor === Object) {
    const props = children.shift()
    for (const key in props) setProperty(node, key, props[key])
  }
  append(node, children)
  return node
}

function setProperty(node, key, value, old) {
  if (value == null || value === false) node.removeAttribute(key)
  else if (key.startsWith('on')) node.addEventListener(key.slice(2), value)
  else if (key === 'style') for (const name in value) value[name] !== old?.[name] && node.style.setProperty(name, value[name])
  else node.setAttribute(key, value === true ? '' : value)
}

function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child)
    else if (child != null && child !== false) node.append(child)
  }
}

/** Builds nodes from plain descriptions `[tag, props, ...children]`; texts stay texts. */
export function build(description) {
  if (typeof description === 'string') return description
  const [tag, props, ...children] = description
  return el(tag, props ?? {}, children.map(build))
}

/** The descriptions that nodes show, for `patch`. */
const shown = new WeakMap()

/**
 * Makes a node show a description, or returns a new one if the tag is another one. It changes only what
 * differs, because new nodes take several times longer. Descriptions of one tag have the same keys
 * and the same number of children; a child without a value is an empty text, and `['icon', name]` is an icon.
 */
export function patch(node, description) {
  const next = Array.isArray(description) ? description : ['', description || '']
  const before = shown.get(node)
  if (before?.[0] === next[0]) change(node, before[1], next)
  else node = create(next)
  shown.set(node, next)
  return node
}

function create([tag, props, ...children]) {
  if (!tag) return new Text(props)
  return tag === 'icon' ? icon(props) : el(tag, props, children.map(child => patch(null, child)))
}

function change(node, old, [tag, props, ...children]) {
  if (old === props) return
  if (!tag) node.data = props
  else if (tag === 'icon') node.firstChild.setAttribute('d', ICONS[props])
  else {
    for (const key in props) if (props[key] !== old[key]) setProperty(node, key, props[key], old[key])
    let child = node.firstChild
    for (const description of children) {
      const next = patch(child, description)
      if (next !== child) child.replaceWith(next)
      child = next.nextSibling
    }
  }
}

const SVG = 'http://www.w3.org/2000/svg'

/** Paths of the icons, drawn by strokes in a square of 16 by 16. */
const ICONS = {
  AGENT: 'M3.5 6h9v7h-9zM8 6V3M6.2 9.4v.2M9.8 9.4v.2M1.5 8.5v2M14.5 8.5v2',
  CHAIN: 'M6.5 9.5l3-3M7 4.5l1.6-1.6a2.7 2.7 0 0 1 3.9 3.9L11 8.3M9 11.5l-1.6 1.6a2.7 2.7 0 0 1-3.9-3.9L5 7.7',
  LLM: 'M8 1.8l1.7 4.5L14.2 8l-4.5 1.7L8 14.2 6.3 9.7 1.8 8l4.5-1.7z',
  TOOL: 'M10.6 2.2a3.4 3.4 0 0 0-3.4 4.4l-4.7 4.7a1.55 1.55 0 0 0 2.2 2.2l4.7-4.7a3.4 3.4 0 0 0 4.2-4.4l-2 2-2-.5-.5-2z',
  RETRIEVER: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.4 10.4L14 14',
  RERANKER: 'M3 4h10M3 8h7M3 12h4',
  EMBEDDING: 'M3.5 3.5v.1M8 3.5v.1M12.5 3.5v.1M3.5 8v.1M8 8v.1M12.5 8v.1M3.5 12.5v.1M8 12.5v.1M12.5 12.5v.1',
  GUARDRAIL: 'M8 1.8l5 2v4.1c0 3-2 5.2-5 6.3-3-1.1-5-3.3-5-6.3V3.8z',
  EVALUATOR: 'M2.8 8.5l3.5 3.5L13.2 4.5',
  PROMPT: 'M3 4l4 4-4 4M8.5 12.5H13.5',
  DECISION: 'M8 14V9.5L3.5 4M8 9.5L12.5 4M3.5 7V4h3M9.5 4h3v3',
  OTHER: 'M8 3.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z',
  SESSION: 'M2.5 3.5h11v7.5h-6l-3 2.7v-2.7h-2z',
  TRACE: 'M2.5 4h7M5 8h7M7.5 12h6',
  error: 'M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11.6v.1',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  link: 'M6.5 9.5l6-6M9 3h4v4M11.5 9.5v3.5h-8.5v-8.5h3.5',
  more: 'M3.5 8v.1M8 8v.1M12.5 8v.1',
  theme: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
  help: 'M6 6.2a2 2 0 1 1 2.9 1.8Q8 8.4 8 9.5M8 11.9v.1',
  close: 'M4 4l8 8M12 4l-8 8',
  left: 'M10 3.5L5.5 8l4.5 4.5',
  right: 'M6 3.5L10.5 8 6 12.5',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.4 10.4L14 14',
}

const drawn = new Map()

/** An icon. It is drawn once and copied, because a list shows hundreds. */
export function icon(name) {
  if (!drawn.has(name)) drawn.set(name, draw(name))
  return drawn.get(name).cloneNode(true)
}

function draw(name) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', ICONS[name] ?? ICONS.OTHER)
  svg.append(path)
  return svg
}

/** The tile that marks a span kind: its icon in its colour. */
export const kindTile = kind => el('span.tile', { 'data-kind': kind, title: kind }, icon(kind))

/** A button with an icon, a text, or both. */
export function button(label, onclick, { icon: name, title, ...props } = {}) {
  const all = { type: 'button', onclick, title, 'aria-label': label ? null : title, ...props }
  return el('button', all, name && icon(name), label && el('span', label))
}
