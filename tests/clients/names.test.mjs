import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { joinClient } from './clients.mjs'
import { startRelay } from './relay.mjs'

const { test } = nodeTest
const relay = await startRelay(nodeTest)

const names = [
  'with spaces and  two',
  'folders/like/this',
  'two//slashes',
  'slash at the end/',
  '100% sure',
  '50%',
  '%',
  'percent %zz that is no escape',
  'emoji \u{1F468}\u200D\u{1F469}\u200D\u{1F467} and \u00FCml\u00E4ut \u6F22\u5B57',
  'curly } and { braces',
  'brackets [x] (y) <z> "quoted" \'single\' `tick`',
  'plus + amp & equals = semicolon ; comma , colon : at @ dollar $ bang ! star * caret ^ pipe | tilde ~',
  'back\\slash'.replace('\\', '%5C'),
  'r0}{r1',
  '.hidden',
  '...',
  'a'.repeat(1024)
]

for (const name of names) {
  const shown = name.length > 100 ? `with ${name.length} bytes` : JSON.stringify(name)
  test(`a document may be named ${shown}`, async (t) => {
    const [writer, reader] = [await joinClient(t, relay, name), await joinClient(t, relay, name)]
    writer.text.insert(0, name)
    await reader.sees((doc) => doc.getText('text').toString() === name, 'the text')
    const late = await joinClient(t, relay, name)
    assert.equal(late.text.toString(), name)
  })
}

test('a name that the application percent-encoded itself is the same document', async (t) => {
  for (const name of ['spaces / and slashes', '100% sure of that', 'emoji \u{1F600} }']) {
    const [plain, encoded] = [await joinClient(t, relay, name), await joinClient(t, relay, encodeURIComponent(name))]
    plain.text.insert(0, name)
    await encoded.sees((doc) => doc.getText('text').toString() === name, `the text of "${name}"`)
  }
})

test('names that differ only where a URL could blur them are different documents', async (t) => {
  const pairs = [
    ['blur/a', 'blur//a'],
    ['blur/b', 'blur/b/'],
    ['blur%2520c', 'blur c'],
    ['blur+d', 'blur d'],
    ['BLUR/E', 'blur/e']
  ]
  for (const [one, other] of pairs) {
    const first = await joinClient(t, relay, one)
    first.text.insert(0, 'first')
    const same = await joinClient(t, relay, one)
    await same.sees((doc) => doc.getText('text').length > 0, 'the text')
    const second = await joinClient(t, relay, other)
    assert.equal(second.text.toString(), '', `"${other}" shows what was written to "${one}"`)
  }
})

test('query parameters are no part of the name', async (t) => {
  const writer = await joinClient(t, relay, 'parameters', { params: { token: 'abc', other: 'x/y' } })
  writer.text.insert(0, 'same')
  const reader = await joinClient(t, relay, 'parameters')
  await reader.sees((doc) => doc.getText('text').toString() === 'same', 'the text')
})
