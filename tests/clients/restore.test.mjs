// What stock clients see when a document goes back to a snapshot.
import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { Y, converged, joinClient } from './clients.mjs'
import { joinDocument } from './hocuspocus.mjs'
import { startRelay } from './relay.mjs'
import { ask, saved } from './snapshots.mjs'

const { test } = nodeTest

const contentOf = ({ doc }) => ({
  text: doc.getText('text').toDelta(),
  map: doc.getMap('map').toJSON(),
  list: doc.getArray('list').toJSON(),
  page: doc.getXmlFragment('page').toString()
})

const paragraph = (text) => {
  const element = new Y.XmlElement('p')
  element.insert(0, [new Y.XmlText(text)])
  return element
}

test('clients of both protocols, and who comes later, see the document as it was, and go on from there', async (t) => {
  const relay = await startRelay(t, { settings: { 'Documents:SaveInterval': '00:00:01' } })
  const plain = await joinClient(t, relay, 'plan')
  const hocuspocus = await joinDocument(t, relay, 'plan')
  plain.text.insert(0, 'the plan as it was')
  plain.text.format(4, 4, { bold: true })
  plain.map.set('title', 'Old')
  plain.map.set('tags', Y.Array.from(['a', 'b']))
  plain.doc.getXmlFragment('page').insert(0, [paragraph('one'), paragraph('two')])
  hocuspocus.doc.getArray('list').push([1, { two: 2 }, 'three'])
  await converged([plain, hocuspocus])
  const then = contentOf(plain)
  const id = await saved(relay, 'plan')

  hocuspocus.text.delete(0, 9)
  hocuspocus.text.insert(0, 'something else ')
  hocuspocus.text.format(0, 4, { italic: true })
  hocuspocus.doc.getMap('map').set('title', 'New')
  hocuspocus.doc.getMap('map').delete('tags')
  hocuspocus.doc.getMap('map').set('more', true)
  plain.doc.getXmlFragment('page').delete(0, 1)
  plain.doc.getXmlFragment('page').insert(1, [paragraph('three')])
  plain.doc.getArray('list').delete(0, 2)
  await converged([plain, hocuspocus])

  const undo = new Y.UndoManager([plain.text], { captureTimeout: 0 })
  plain.text.insert(plain.text.length, ', typed before the restore')
  await converged([plain, hocuspocus])
  const answer = await ask(relay, 'POST', 'plan', `/snapshots/${id}/restore`)
  assert.equal(answer.status, 200)
  const { restored, bytes } = await answer.json()
  assert.ok(restored && bytes > 0)
  await converged([plain, hocuspocus])
  const late = await joinClient(t, relay, 'plan')
  for (const client of [plain, hocuspocus, late]) assert.deepEqual(contentOf(client), then)

  // What is typed now is undone and done again.
  plain.text.insert(3, ' new')
  await converged([plain, hocuspocus, late])
  assert.equal(late.text.toString(), 'the new plan as it was')
  undo.undo()
  await converged([plain, hocuspocus, late])
  assert.deepEqual(contentOf(hocuspocus), then)
  undo.redo()
  await converged([plain, hocuspocus, late])
  assert.equal(late.text.toString(), 'the new plan as it was')
  hocuspocus.doc.getXmlFragment('page').get(0).get(0).insert(0, 'number ')
  await converged([plain, hocuspocus, late])
  assert.equal(late.doc.getXmlFragment('page').toString(), '<p>number one</p><p>two</p>')
})

test('a restore of what the document shows already says that there is nothing to restore', async (t) => {
  const relay = await startRelay(t, { settings: { 'Documents:SaveInterval': '00:00:01' } })
  const client = await joinClient(t, relay, 'same')
  client.text.insert(0, 'as it is')
  await converged([client, await joinClient(t, relay, 'same')])
  const id = await saved(relay, 'same')
  const answer = await ask(relay, 'POST', 'same', `/snapshots/${id}/restore`)
  assert.deepEqual(await answer.json(), { restored: false, bytes: 0 })
})

test('what several people restore at once is there once', async (t) => {
  const relay = await startRelay(t, { settings: { 'Documents:SaveInterval': '00:00:01' } })
  const [client, witness] = [await joinClient(t, relay, 'once'), await joinDocument(t, relay, 'once')]
  client.text.insert(0, 'old')
  await converged([client, witness])
  const id = await saved(relay, 'once')
  client.text.delete(0, 3)
  client.text.insert(0, 'new')
  await converged([client, witness])
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => ask(relay, 'POST', 'once', `/snapshots/${id}/restore`))
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 200]
  )
  await converged([client, witness, await joinClient(t, relay, 'once')])
  assert.equal(witness.text.toString(), 'old')
})

test('clients who type while a document is restored end with the same document, and go on', async (t) => {
  const relay = await startRelay(t, { settings: { 'Documents:SaveInterval': '00:00:01' } })
  const [typist, witness] = [await joinClient(t, relay, 'busy'), await joinDocument(t, relay, 'busy')]
  typist.text.insert(0, 'old')
  await converged([typist, witness])
  const id = await saved(relay, 'busy')
  typist.text.delete(0, 3)
  typist.text.insert(0, 'newer')
  await converged([typist, witness])
  const restoring = ask(relay, 'POST', 'busy', `/snapshots/${id}/restore`)
  for (const letter of 'meanwhile') {
    typist.doc.getText('beside').insert(typist.doc.getText('beside').length, letter)
    await new Promise(setImmediate)
  }
  assert.equal((await restoring).status, 200)
  typist.doc.getText('beside').insert(typist.doc.getText('beside').length, ' and after')
  await converged([typist, witness])
  assert.equal(witness.text.toString(), 'old')
  assert.match(witness.doc.getText('beside').toString(), / and after$/)
})
