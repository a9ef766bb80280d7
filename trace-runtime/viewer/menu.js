// The dialogs: the menu, the keys, and the ways in and out for files.

import { button, el } from './dom.js'
import { readFile } from './blocks.js'
import { Model } from './model.js'
import { preview } from './messages.js'
import { duration, oneLine } from './format.js'
import { FILTERS } from './search.js'
import { COMPARISON_KEYS, KEYS } from './keys.js'
import { Comparison } from './compare.js'
import { pageOf, save } from './export.js'

function show(name, ...children) {
  const dialog = el(`dialog.${name}`, { onclick: event => event.target === dialog && dialog.close(), onclose: () => dialog.remove() }, children)
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}

/** Shows actions `[label, action]` to choose from. */
function choose(title, actions) {
  const item = ([label, action]) => button(label, () => {
    dialog.close()
    action()
  })
  const dialog = show('menu', title && el('h2', title), actions.filter(Boolean).map(item))
}

export function menu(app) {
  const { model } = app.state
  const trace = app.currentTrace()
  choose('', [
    ['Open a file…', () => openFile(app)],
    trace && ['Compare with a file…', () => pick(files => compareFile(app, files[0]))],
    model.traces.length > 1 && ['Compare this trace with…', () => chooseTrace(app, trace)],
    trace && ['Save this trace as a page', async () => save(`trace-${trace.id.slice(0, 8)}.html`, await pageOf(trace.spans))],
    ['Open or close all rows', () => app.toggleAll()],
    ['Print', () => print()],
  ])
}

export function help() {
  const keys = text => el('th', text.split('  ').map(key => el('kbd', key)))
  const rows = list => el('table', list.map(([key, text]) => el('tr', keys(key), el('td', text))))
  const dialog = show('help', el('section', el('h2', 'Keys'), rows(KEYS)), el('section', el('h2', 'Filters'), rows(FILTERS),
    el('h2', 'Keys in a comparison'), rows(COMPARISON_KEYS)), button('Close', () => dialog.close()))
  // The button has the focus, and is at the end.
  dialog.scrollTop = 0
}

/** Lets a person pick files. */
function pick(onFiles) {
  const input = el('input', { type: 'file', accept: '.html,.jsonl,.json', onchange: () => onFiles(input.files) })
  input.click()
}

export const openFile = app => pick(files => addFiles(app, files))

async function addFiles(app, files) {
  for (const file of files) app.add(await readFile(file))
}

/** Asks what a dropped file is for, unless the page is empty. */
export function drop(app, files) {
  if (!files.length) return
  if (!app.state.model.spans.length) addFiles(app, files)
  else choose(oneLine(files[0].name, 60), [['Compare with this run', () => compareFile(app, files[0])], ['Add to this page', () => addFiles(app, files)]])
}

async function compareFile(app, file) {
  const { texts } = await readFile(file)
  const other = new Model()
  for (const text of texts) other.add(text)
  const roots = model => model.traces.flatMap(trace => trace.roots)
  compare(app, roots(app.state.model), roots(other.arrange()), ['this page', oneLine(file.name, 60)])
}

function chooseTrace(app, trace) {
  const name = other => `${oneLine(other.root.name, 40)} ${oneLine(preview(other.root, 'input'), 50)} · ${duration(other.duration)}`
  const others = app.state.model.traces.filter(other => other !== trace).slice(-200)
  choose('Compare with', others.map(other => [name(other), () => compare(app, trace.roots, other.roots, [name(trace), name(other)])]))
}

function compare(app, left, right, names) {
  app.comparison?.node.remove()
  app.comparison = new Comparison(left, right, names, () => app.endComparison())
  document.body.append(app.comparison.node)
}
