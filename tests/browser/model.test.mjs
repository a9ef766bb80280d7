// The pure parts of the page: lines to spans, spans to trees, sums, messages, tool calls.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Model } from '../../trace-runtime/viewer/model.js'
import { continued, documents, earlierLlm, embeddings, flattened, llmSpans, messages, pairs, preview, words } from '../../trace-runtime/viewer/messages.js'
import { keyOf, rowText, visibleRows } from '../../trace-runtime/viewer/tree.js'
import { TraceBuilder, agent, attribute, media, rag, session } from './sample.mjs'

const model = (...lines) => {
  const made = new Model()
  for (const line of lines.flat()) made.add(line)
  return made.arrange()
}

const raw = (id, parent, more = {}) => ({ traceId: 'aa', spanId: id, ...(parent && { parentSpanId: parent }), name: id, startTimeUnixNano: '1000', endTimeUnixNano: '2000', attributes: [], status: {}, ...more })
const line = (...spans) => JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans }] }] })
const outline = made => made.spans.map(span => '  '.repeat(span.depth) + span.name)

test('lines_in_any_order_form_the_same_tree', () => {
  const [a, b, c] = [line(raw('a')), line(raw('b', 'a')), line(raw('c', 'b'))]
  for (const order of [[a, b, c], [c, b, a], [b, a, c]]) assert.deepEqual(outline(model(order)), ['a', '  b', '    c'])
})

test('parent_that_arrives_late_adopts_its_children', () => {
  const made = model(line(raw('b', 'a')))
  assert.deepEqual(outline(made), ['b'])
  made.add(line(raw('a')))
  assert.deepEqual(outline(made.arrange()), ['a', '  b'])
})

test('same_ids_twice_keep_the_last', () => {
  const made = model(line(raw('a', '', { name: 'old' })), line(raw('a', '', { name: 'new' })))
  assert.deepEqual(outline(made), ['new'])
})

test('circle_of_parents_is_cut_and_keeps_every_span', () => {
  assert.deepEqual(outline(model(line(raw('a', 'c'), raw('b', 'a'), raw('c', 'b'), raw('self', 'self')))), ['self', 'a', '  b', '    c'])
})

test('trace_of_100000_levels_is_arranged', () => {
  const spans = Array.from({ length: 100_000 }, (_, i) => raw(`s${i}`, i ? `s${i - 1}` : ''))
  const made = model(line(...spans))
  assert.equal(made.spans.at(-1).depth, 99_999)
  assert.equal(made.spans[0].size, 100_000)
})

test('damaged_lines_are_counted_and_the_rest_is_read', () => {
  const made = model(line(raw('a')) + '\n{"resourceSp\n\n' + line(raw('b', 'a')))
  assert.deepEqual([made.damaged, outline(made)], [1, ['a', '  b']])
})

test('valid_json_of_other_shapes_adds_nothing', () => {
  const made = model('null', '7', '[]', '{"resourceSpans":7}', '{"resourceSpans":[null,{"scopeSpans":[{"spans":[null,7]}]}]}')
  assert.deepEqual([made.spans.length, made.damaged], [0, 0])
})

test('values_of_every_type_are_plain', () => {
  const attributes = [
    attribute('text', 'x'), attribute('flag', true), attribute('list', ['a', 'b']),
    { key: 'big', value: { intValue: '9007199254740993' } }, { key: 'small', value: { intValue: '7' } },
    { key: 'nan', value: { doubleValue: 'NaN' } }, { key: 'bytes', value: { bytesValue: 'AQI=' } },
    { key: 'map', value: { kvlistValue: { values: [attribute('inner', 1)] } } }, { key: 'none', value: {} }, { key: '__proto__', value: { stringValue: 'safe' } },
  ]
  const found = model(line(raw('a', '', { attributes }))).spans[0].attributes
  assert.deepEqual({ ...found, map: { ...found.map } }, {
    text: 'x', flag: true, list: ['a', 'b'], big: '9007199254740993', small: 7, nan: 'NaN', bytes: 'base64:AQI=', map: { inner: 1 }, none: null, ['__proto__']: 'safe',
  })
})

test('times_keep_their_nanoseconds_and_a_span_without_end_runs', () => {
  const made = model(line(raw('a', '', { startTimeUnixNano: '1795000000000000500', endTimeUnixNano: '1795000000000002000' }), raw('b', 'a', { startTimeUnixNano: '1795000000000001000', endTimeUnixNano: undefined })))
  const [a, b] = made.spans
  assert.equal(a.duration, 1.5)
  assert.deepEqual([b.isRunning, b.duration], [true, 1])
})

test('child_outside_of_its_parent_leaves_the_own_time_in_bounds', () => {
  const made = model(line(raw('a', '', { startTimeUnixNano: '10000', endTimeUnixNano: '20000' }), raw('b', 'a', { startTimeUnixNano: '5000', endTimeUnixNano: '40000' })))
  assert.equal(made.spans[0].own, 0)
  assert.equal(made.traces[0].duration, 35)
})

test('tokens_and_cost_are_summed_upwards', () => {
  const made = model(agent())
  const root = made.traces[0].root
  assert.equal(root.sum.tokens, 812 + 96 + 1104 + 61 + 1460 + 212)
  assert.equal(root.sum.cost.toFixed(6), ((812 + 1104 + 1460) * 2.5e-6 + (96 + 61 + 212) * 1e-5).toFixed(6))
  assert.deepEqual([root.sum.errors, root.isError, made.sum.errors], [1, false, 1])
})

test('cost_of_a_span_around_another_counts_once', () => {
  const cost = value => [attribute('llm.cost.total', value)]
  const made = model(line(raw('a', '', { attributes: cost(0.5) }), raw('b', 'a', { attributes: cost(0.5) })))
  assert.equal(made.sum.cost, 0.5)
})

test('estimated_cost_marks_its_parents', () => {
  const attributes = [attribute('llm.cost.total', 0.5), attribute('metadata', '{"cost":"estimate"}')]
  const made = model(line(raw('a'), raw('b', 'a', { attributes })))
  assert.equal(made.traces[0].root.sum.estimated, true)
})

test('unknown_kind_is_other', () => {
  const kinds = ['llm', 'UNHEARD', 7].map(kind => [attribute('openinference.span.kind', kind)])
  const made = model(line(...kinds.map((attributes, i) => raw(`s${i}`, '', { attributes }))))
  assert.deepEqual(made.spans.map(span => span.kind), ['LLM', 'OTHER', 'OTHER'])
})

test('traces_of_a_session_are_its_turns', () => {
  const made = model(rag(), session())
  const found = made.sessions.find(session => session.id)
  assert.deepEqual([found.id, found.traces.length, found.sum.spans], ['chat-8841', 5, 10])
})

test('words_of_a_row_are_the_question_the_work_or_the_error', () => {
  const [trace] = model(...agent()).traces
  assert.deepEqual([0, 1, 3, 4, 5].map(at => rowText(trace.spans[at]).slice(0, 70)), [
    'When should I fly from Berlin to Oslo this weekend, and what will the ',
    'verdict: pass, score: 0.98, category: travel',
    'city: Oslo, days: 3 → city: Oslo, days: day: Fri, sky: sun, high: 17, ',
    'the flight service answered 503 after 3 attempts: upstream connect err',
    'The flight search failed; I try once more.',
  ])
})

test('largest_cost_of_one_call_is_known_where_several_cost', () => {
  const [trace] = model(...agent()).traces
  assert.equal(trace.mostCost, trace.spans.at(-1).cost)
  assert.equal(model(...session()).traces[0].mostCost, 0)
})

test('turns_are_numbered_where_a_session_has_several', () => {
  assert.deepEqual(model(...session()).traces.map(trace => trace.turn), [1, 2, 3, 4, 5])
  assert.deepEqual(model(...agent()).traces.map(trace => trace.turn), [0])
})

test('rows_hide_what_is_closed_and_show_parents_of_matches', () => {
  const made = model(agent())
  const root = made.traces[0].root
  const names = (...state) => visibleRows(made, ...state).map(row => `${row.item.name}${row.isMatch ? '' : '?'}`)
  assert.equal(names(new Set(), null).length, 9)
  assert.deepEqual(names(new Set([keyOf(root)]), null), ['plan_trip'])
  assert.deepEqual(names(new Set([keyOf(root)]), new Set(made.spans.filter(span => span.name === 'HTTP GET'))), ['plan_trip?', 'flights?', 'HTTP GET'])
})

test('flattened_lists_are_ordered_by_number', () => {
  const found = flattened({ 'a.10.b': 'ten', 'a.2.b': 'two', 'a.2.c.0.d': 'deep', 'ab.0.b': 'other', 'a.x.b': 'no index' }, 'a')
  assert.equal(JSON.stringify(found), '[{"b":"two","c":[{"d":"deep"}]},{"b":"ten"}]')
})

test('messages_hold_parts_and_calls', () => {
  const made = model(media())
  const [user] = messages(made.spans[0], 'input')
  assert.deepEqual(user.parts.map(part => part.type), ['text', 'image', 'image', 'hologram'])
  assert.equal(user.parts[2].url, 'https://pictures.example/cat.png')
  const first = llmSpans(model(agent()).traces[0])[0]
  assert.deepEqual(messages(first, 'output')[0].calls[0], { id: 'call_w1', name: 'weather', input: '{"city":"Oslo","days":3}' })
})

test('legacy_prompts_are_messages', () => {
  const attributes = [attribute('openinference.span.kind', 'LLM'), attribute('llm.prompts.0.prompt.text', 'Once'), attribute('llm.choices.0.completion.text', 'upon')]
  const [span] = model(line(raw('a', '', { attributes }))).spans
  assert.deepEqual([messages(span, 'input')[0].role, preview(span, 'input'), preview(span, 'output')], ['user', 'Once', 'upon'])
})

test('call_is_joined_with_its_span_and_its_result', () => {
  const made = model(agent())
  const { byCall } = pairs(made.traces[0])
  const found = [...byCall.values()].map(({ call, span, result }) => [call.id, span?.id.slice(-1), result?.parts[0].text.slice(0, 10)])
  assert.deepEqual(found, [['call_w1', '4', '{"city":"O'], ['call_f1', '5', 'error: the'], ['call_f2', '7', '[{"flight"']])
})

test('call_with_an_id_is_joined_by_it_before_its_name', () => {
  const t = new TraceBuilder(9)
  const root = t.span('AGENT', 'run', null, 0, 100)
  t.llm('ask', root, 1, 2, 'm', [{ role: 'user', content: 'go' }], { role: 'assistant', calls: [['one', 'f', {}], ['two', 'f', {}]] })
  t.span('TOOL', 'f', root, 3, 4, { 'tool.id': 'two' })
  t.span('TOOL', 'f', root, 5, 6, {})
  const { byCall } = pairs(model(t.line()).traces[0])
  assert.deepEqual([...byCall.values()].map(({ call, span }) => [call.id, span.id.slice(-1)]), [['one', '4'], ['two', '3']])
})

test('calls_at_the_same_time_are_joined_by_their_input', () => {
  const t = new TraceBuilder(9)
  const root = t.span('AGENT', 'run', null, 0, 100)
  const calls = ['Oslo', 'Rome'].map(city => [city, 'f', { city, days: 1 }])
  t.llm('ask', root, 1, 2, 'm', [{ role: 'user', content: 'go' }], { role: 'assistant', calls: [...calls, ['any', 'f', {}]] })
  for (const input of ['{"city": "Rome", "days": 1}', 'other', '{"city":"Oslo","days":1}']) t.span('TOOL', 'f', root, 3, 4, { 'input.value': input })
  const { byCall } = pairs(model(t.line()).traces[0])
  assert.deepEqual([...byCall.values()].map(({ call, span }) => [call.id, span.id.slice(-1)]), [['Oslo', '5'], ['Rome', '3'], ['any', '4']])
})

test('calls_with_the_same_id_are_joined_with_their_own_results', () => {
  const t = new TraceBuilder(9)
  const root = t.span('AGENT', 'run', null, 0, 100)
  const ask = { role: 'user', content: 'go' }
  const turn = city => [{ role: 'assistant', calls: [['call_0', 'f', { city }]] }, { role: 'tool', callId: 'call_0', content: city }]
  const talk = [ask, ...turn('Oslo'), ask, ...turn('Rome')]
  for (const end of [1, 3, 4, 6]) {
    const answer = talk[end]?.role === 'assistant' ? talk[end] : { role: 'assistant', content: 'done' }
    t.llm('ask', root, 10 * end, 10 * end + 1, 'm', talk.slice(0, end), answer)
    if (answer.calls) t.span('TOOL', 'f', root, 10 * end + 2, 10 * end + 3, {})
  }
  const trace = model(t.line()).traces[0]
  const { byCall, byPart } = pairs(trace)
  assert.deepEqual([...byCall.values()].map(({ span, result }) => [span.id.slice(-1), result.parts[0].text]), [['3', 'Oslo'], ['6', 'Rome']])
  const [first, second] = messages(llmSpans(trace)[3], 'input').flatMap(message => message.calls)
  assert.deepEqual([byPart.get(first).result.parts[0].text, byPart.get(second).result.parts[0].text], ['Oslo', 'Rome'])
})

test('conversation_continues_the_longest_earlier_one', () => {
  const made = model(agent())
  const [first, second, third] = llmSpans(made.traces[0])
  const before = span => continued(span, earlierLlm(span, null))
  assert.equal(before(first), null)
  assert.deepEqual([before(second).span, before(second).count], [first, 3])
  assert.deepEqual([before(third).span, before(third).count], [second, 6])
})

test('conversation_continues_over_the_turns_of_a_session', () => {
  const made = model(session())
  const found = made.sessions[0]
  const third = llmSpans(found.traces[2])[0]
  assert.equal(continued(third, earlierLlm(third, found)).count, 5)
})

test('documents_and_vectors_are_read', () => {
  const made = model(rag())
  const of = kind => made.spans.find(span => span.kind === kind)
  assert.deepEqual(documents(of('RERANKER'), 'reranker.output_documents').map(item => [item.id, item.score]), [['handbook-1', 0.98], ['handbook-3', 0.87], ['handbook-2', 0.11]])
  assert.equal(embeddings(of('EMBEDDING'))[0].vector.length, 256)
})

test('words_of_json_have_no_braces', () => {
  assert.equal(words('{"city":"Oslo","days":2}'), 'city: Oslo, days: 2')
  assert.equal(words('{"question":"why?"}'), 'why?')
  assert.equal(words('{not json'), '{not json')
  assert.equal(words('{"channel":"C1","message":"why?","tags":[]}'), 'why?, channel: C1')
})
