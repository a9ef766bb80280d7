// Writes parts of a page: one span as Markdown, one trace as a page of its own.

import { BLOCK_START, deflate } from './blocks.js'
import { messages, messageText } from './messages.js'
import { count, dollars, duration } from './format.js'
import { asText, jsonIn } from './value.js'

/** A fence longer than every run of backticks in a text. */
const fence = text => '`'.repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map(run => run.length + 1)))

function fenced(text, language = '') {
  const mark = fence(text)
  return `${mark}${language}\n${text}\n${mark}`
}

/** The span for an issue or a chat: its facts, its messages or values, its error. */
export function spanAsMarkdown(span) {
  const facts = [
    span.model, duration(span.duration), span.tokens.total && `${count(span.tokens.prompt)} → ${count(span.tokens.completion)} tokens`,
    span.cost && dollars(span.cost, span.isEstimated), `span \`${span.id}\``,
  ].filter(Boolean).join(' · ')
  const out = [`### ${span.kind} ${span.name}`, facts]
  if (span.isError) out.push(`**Error:**\n\n${fenced(span.message || 'no message')}`)
  const list = [...messages(span, 'input'), ...messages(span, 'output')]
  for (const message of list) {
    out.push(`**${message.role}**`)
    if (messageText(message)) out.push(fenced(messageText(message)))
    for (const call of message.calls) out.push(`→ \`${call.name}\`\n\n${fenced(call.input, 'json')}`)
  }
  if (!list.length) {
    for (const side of ['input', 'output']) {
      const value = span.attributes[`${side}.value`]
      if (value == null) continue
      const json = typeof value === 'string' ? jsonIn(value) : value
      out.push(`**${side}**`, json === undefined ? fenced(value) : fenced(asText(json), 'json'))
    }
  }
  return out.join('\n\n') + '\n'
}

/** The JSON line of some spans, as the feature `file` writes it. */
export function asLine(spans) {
  const resources = new Map()
  for (const span of spans) {
    const scopes = resources.get(span.resource) ?? new Map()
    resources.set(span.resource, scopes)
    if (!scopes.has(span.scope)) scopes.set(span.scope, [])
    scopes.get(span.scope).push(span.raw)
  }
  const resourceSpans = [...resources].map(([resource, scopes]) => ({
    resource: resource.raw, scopeSpans: [...scopes].map(([scope, list]) => ({ scope, spans: list })),
  }))
  return JSON.stringify({ resourceSpans }) + '\n'
}

/** This page with only some spans in it. */
export async function pageOf(spans) {
  return shell() + `${BLOCK_START}${await deflate(asLine(spans))}\x3c/script>\n`
}

/** The page without blocks, as page.html has it. Only a live page may connect to its server. */
function shell() {
  const textOf = selector => document.querySelector(selector).textContent
  const policy = document.querySelector('meta[http-equiv]').content.replace(" connect-src 'self';", '')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Trace</title>
<style>${textOf('style')}</style>
</head>
<body>
<script>${textOf('script')}\x3c/script>
`
}

/** Saves a text as a file. */
export function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/html' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10000)
}
