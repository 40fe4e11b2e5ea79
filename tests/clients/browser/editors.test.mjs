// Editors that open documents which somebody else wrote. An editor repairs a state that does not fit its schema, for
// everybody; so it must never be shown a state that never was, however large the document and however slow its reader.
import assert from 'node:assert/strict'
import * as test from 'node:test'
import { joinDocument } from '../hocuspocus.mjs'
import { startRelay } from '../relay.mjs'
import { ask } from '../snapshots.mjs'
import { Y } from '../clients.mjs'
import { write } from './authors/authors.mjs'
import { lastFirst, openBrowser, whereBrowserIs } from './browser.mjs'
import { openEditors, openReader } from './readers.mjs'

const editors = ['tiptap', 'blocknote', 'lexical', 'quill']
const sizes = { '300 KB': 300_000, '1 MB': 1_000_000, '6 MB': 6_000_000 }
const protocols = ['y-websocket', 'hocuspocus']
const roles = ['a newcomer', 'who comes back and lacks much', 'a slow reader']

/** All, or as many as show each editor every size, every role and both protocols. */
const cases = (editor) => {
  const all = Object.keys(sizes).flatMap((size) => roles.flatMap((role) => protocols.map((protocol) => ({ size, role, protocol }))))
  if (process.env.RELAY_TEST_EDITORS === 'all') return all
  const turn = editors.indexOf(editor)
  const chosen = ['300 KB', '1 MB', '6 MB'].map((size, index) => ({ size, role: roles[0], index }))
  chosen.push({ size: '1 MB', role: roles[1], index: 0 }, { size: '1 MB', role: roles[2], index: 1 })
  return chosen.map(({ size, role, index }) => ({ size, role, protocol: protocols[(turn + index) % 2] }))
}

const post = async (relay, name, body) => {
  const headers = { 'content-type': 'application/octet-stream' }
  const answer = await fetch(`${relay.url}/api/documents/${encodeURIComponent(name)}/updates`, { method: 'POST', headers, body })
  assert.equal(answer.status, 204)
}

const stored = async (relay, name) => Buffer.from(await (await ask(relay, 'GET', name)).arrayBuffer())

/** As much as fills all buffers between the node and a page, or what a node keeps for a connection that is behind. */
const ballastBytes = 8 << 20

/** Somebody writes the rest of the document, and the reader's line takes nothing of it; returns the bytes of the entries. */
const fallBehind = async (t, relay, name, reader, later) => {
  reader.line.hold()
  const writer = await joinDocument(t, relay, name)
  let bytes = reader.receivedBytes
  writer.doc.on('update', (update) => { bytes += update.length })
  const ballast = writer.doc.getText('ballast')
  const load = async () => {
    for (let loaded = 0; loaded < ballastBytes; loaded += 1 << 20) {
      ballast.insert(0, '-'.repeat(1 << 20))
      await writer.saved()
    }
    ballast.delete(0, ballast.length)
    await writer.saved()
  }
  await load()
  for (const update of later) {
    Y.applyUpdate(writer.doc, update)
    await writer.saved()
  }
  await load()
  writer.doc.getMap('end').set('end', true)
  await writer.saved()
  return bytes
}

test.describe('Opening a document changes nothing, of', { ...whereBrowserIs, concurrency: 2 }, () => {
  let relay, context
  const all = lastFirst(test)
  test.before(async () => {
    relay = await startRelay(all)
    context = await openEditors(await openBrowser(all))
  })

  for (const editor of editors) {
    test.describe(editor, () => {
      const written = new Map()
      const alone = new Map()

      /** The document of this size, which is made and stored once. */
      const document = async (size) => {
        if (!written.has(size)) written.set(size, made(size))
        return await written.get(size)
      }

      const made = async (size) => {
        const name = `${editor} ${size}`
        const { history, early, whole } = write(editor, sizes[size])
        await post(relay, name, whole)
        const first = Y.mergeUpdates(history.slice(0, early))
        await post(relay, `${name}, early`, first)
        return { name, first, later: history.slice(early) }
      }

      /** What the editor shows of a document that comes in one piece. That must be a document which it leaves as it is, or else the case says nothing. */
      const expected = async (t, size, early) => {
        const key = `${size} ${early}`
        if (!alone.has(key)) {
          const reader = await openReader(t, context, relay, editor)
          const told = await reader.readsAlone(`${editor} ${size}`, early)
          assert.deepEqual(reader.complaints, [])
          assert.equal(told.wrote.length, 0, `the editor changes the document on its own: ${told.wrote[0]}`)
          assert.ok(told.letters > 0.9 * sizes[size], `the editor shows ${told.letters} letters`)
          alone.set(key, told.shows)
        }
        return alone.get(key)
      }

      for (const { size, role, protocol } of cases(editor)) {
        test.it(`${size} over ${protocol}, by ${role}`, async (context_) => {
          const t = lastFirst(context_)
          const { name: whole, first, later } = await document(size)
          const early = role === roles[0] ? undefined : `${whole}, early`
          const shows = await expected(t, size, early)
          const reader = await openReader(t, context, relay, editor)
          let name = whole
          let behind
          if (role === roles[2]) {
            name = `${whole}, as it is written, ${protocol}`
            await post(relay, name, first)
            await reader.connects(protocol, name)
            behind = await fallBehind(t, relay, name, reader, later)
          } else {
            await reader.connects(protocol, name, early)
          }
          const before = await stored(relay, name)
          if (role === roles[2]) {
            reader.line.release()
            await reader.readsToTheEnd()
            assert.ok(reader.receivedBytes < behind, 'the reader was sent every entry')
          }
          const told = await reader.tells()
          await reader.leaves()
          assert.deepEqual(reader.complaints, [])
          assert.equal(told.wrote.length, 0, `the editor has written, first ${told.wrote[0]}`)
          assert.deepEqual(reader.broughtInto(before), [], 'the reader has sent something')
          assert.ok(before.equals(await stored(relay, name)), 'the stored document is another one')
          assert.equal(told.shows, shows, 'the editor shows something else')
        })
      }
    })
  }
})
