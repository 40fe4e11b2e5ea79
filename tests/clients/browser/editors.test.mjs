// Editors that open documents which two authors wrote. An editor repairs a state that does not fit its schema, for
// everybody; so it must never be shown a state that never was, however large the document and however slow the line.
import assert from 'node:assert/strict'
import * as test from 'node:test'
import { Y } from '../clients.mjs'
import { joinDocument } from '../hocuspocus.mjs'
import { startRelay } from '../relay.mjs'
import { ask } from '../snapshots.mjs'
import { write } from './authors/authors.mjs'
import { lastFirst, openBrowser, whereBrowserIs } from './browser.mjs'
import { openEditors, openReader } from './readers.mjs'

const editors = ['tiptap', 'blocknote', 'lexical', 'quill']
const protocols = ['y-websocket', 'hocuspocus']
const [newcomer, returning, slow] = ['a newcomer', 'one who comes back and lacks much', 'one who falls behind']

// The largest have marks of one author in the other's text: Yjs tidies those up after each update.
const sizes = {
  '300 KB': { bytes: 300_000, marks: false },
  '1 MB': { bytes: 1_000_000, marks: false },
  '6 MB': { bytes: 6_000_000, marks: true }
}

const few = [['300 KB', newcomer], ['1 MB', newcomer], ['6 MB', newcomer], ['1 MB', returning], ['1 MB', slow]]

/** Quill itself works for minutes on an update that changes much of so large a text. */
const isTooMuch = (editor, size, role) => editor === 'quill' && size === '6 MB' && role !== newcomer

/** All with `RELAY_TEST_SLOW=1`, otherwise enough for every size, role and protocol of each editor. */
const casesOf = (editor) => process.env.RELAY_TEST_SLOW
  ? Object.keys(sizes).flatMap((size) => [newcomer, returning, slow]
    .filter((role) => !isTooMuch(editor, size, role))
    .flatMap((role) => protocols.map((protocol) => ({ size, role, protocol }))))
  : few.map(([size, role], index) => ({ size, role, protocol: protocols[(editors.indexOf(editor) + index) % 2] }))

const post = async (relay, name, body) => {
  const headers = { 'content-type': 'application/octet-stream' }
  const address = `${relay.url}/api/documents/${encodeURIComponent(name)}/updates`
  assert.equal((await fetch(address, { method: 'POST', headers, body })).status, 204)
}

const stored = async (relay, name) => Buffer.from(await (await ask(relay, 'GET', name)).arrayBuffer())

/** Fills all buffers between the node and a page, and is more than a node keeps for a connection that is behind. */
const ballastBytes = 8 << 20

/** Types the rest of a document while the reader's line takes nothing. */
const fallBehind = async (t, relay, name, reader, updates) => {
  reader.line.hold()
  const writer = await joinDocument(t, relay, name)
  const ballast = writer.doc.getText('ballast')
  const load = async () => {
    for (let loaded = 0; loaded < ballastBytes; loaded += 1 << 20) {
      ballast.insert(0, '-'.repeat(1 << 20))
      await writer.saved()
    }
    ballast.delete(0, ballast.length)
  }
  await load()
  for (const update of updates) {
    Y.applyUpdate(writer.doc, update)
    await writer.saved()
  }
  await load()
  writer.doc.getMap('end').set('end', true)
  await writer.saved()
}

test.describe('Opening a document changes nothing, in', { ...whereBrowserIs, concurrency: 2 }, () => {
  let relay, context
  const all = lastFirst(test)
  test.before(async () => {
    relay = await startRelay(all)
    context = await openEditors(await openBrowser(all))
  })

  for (const editor of editors) {
    test.describe(editor, () => {
      const documents = new Map()
      const shown = new Map()

      const once = async (map, key, make) => {
        if (!map.has(key)) map.set(key, make())
        return await map.get(key)
      }

      /** The document of this size, stored as it is in the end and as it was early. */
      const written = (size) => once(documents, size, async () => {
        const name = `${editor} ${size}`
        const { history, early, whole } = write(editor, sizes[size].bytes, sizes[size])
        const first = Y.mergeUpdates(history.slice(0, early))
        await post(relay, name, whole)
        await post(relay, `${name}, early`, first)
        return { name, early: `${name}, early`, first, later: history.slice(early) }
      })

      /**
       * What the editor shows of the document when it comes in one piece. A document that the editor changes even then
       * would say nothing about the relay.
       */
      const shownAlone = (t, size, name, early) => once(shown, `${size} ${early}`, async () => {
        const reader = await openReader(t, context, relay, editor)
        const { wrote, shows, letters } = await reader.readsAlone(name, early)
        assert.deepEqual(reader.complaints, [])
        assert.equal(wrote.length, 0, `the editor changes the document of its own accord: ${wrote[0]}`)
        assert.ok(letters > sizes[size].bytes / 2, `the editor shows ${letters} letters`)
        return shows
      })

      for (const { size, role, protocol } of casesOf(editor)) {
        test.it(`${size} over ${protocol}, for ${role}`, async (it) => {
          const t = lastFirst(it)
          const { name: whole, early, first, later } = await written(size)
          const expected = await shownAlone(t, size, whole, role === newcomer ? undefined : early)
          const reader = await openReader(t, context, relay, editor)
          const name = role === slow ? `${whole} over ${protocol}, as it is written` : whole
          let before
          if (role === slow) {
            await post(relay, name, first)
            await reader.connects(protocol, name)
            await fallBehind(t, relay, name, reader, later)
            before = await stored(relay, name)
            reader.line.release()
            await reader.readsToTheEnd()
            assert.ok(reader.updates < later.length, `the reader was sent ${reader.updates} entries`)
          } else {
            before = await stored(relay, name)
            await reader.connects(protocol, name, role === returning ? early : undefined)
          }
          const { wrote, shows } = await reader.tells()
          await reader.leaves()
          assert.deepEqual(reader.complaints, [])
          assert.equal(wrote.length, 0, `the editor has changed the document: ${wrote[0]}`)
          assert.deepEqual(reader.broughtInto(before), [], 'the reader has sent something')
          assert.ok(before.equals(await stored(relay, name)), 'what is stored has changed')
          assert.equal(shows, expected, 'the editor shows something else')
        })
      }
    })
  }
})
