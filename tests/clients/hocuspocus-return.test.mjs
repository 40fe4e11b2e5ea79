// Stock Hocuspocus providers that come back, or take the place of another one.
import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { joinClient, waitFor } from './clients.mjs'
import { allVersions, joinDocument, openDocument, openSocket } from './hocuspocus.mjs'
import { startRelay } from './relay.mjs'
import { startGuardedRelay } from './tokens.mjs'

const { test } = nodeTest
const relay = await startRelay(nodeTest)

test('everything is there after a restart of the node, and providers come back by themselves', async (t) => {
  const own = await startRelay(t)
  const socket = openSocket(t, own)
  const members = await Promise.all(['r1', 'r2'].map((name) => joinDocument(t, own, name, { socket })))
  members.forEach((member) => member.text.insert(0, 'before '))
  await Promise.all(members.map((member) => member.saved()))
  await own.stop()
  members.forEach((member) => member.text.insert(7, 'while away'))
  assert.ok(members.every(({ hasUnsyncedChanges }) => hasUnsyncedChanges))
  await own.start()
  await Promise.all(members.map((member) => member.saved()))
  await own.kill()
  await own.start()
  const reader = await joinClient(t, own, 'r2')
  await reader.sees((doc) => doc.getText('text').toString() === 'before while away', 'the text')
})

// React's strict mode, and a page that is left and opened again while the line is down: stock providers then send the
// close of the first one after the token of the second.
const replacements = {
  'before the socket was open': async (t, socket, open) => {
    open().leave()
    return open()
  },
  'twice, and writes at once': async (t, socket, open) => {
    open().leave()
    open().leave()
    const page = open()
    page.text.insert(0, 'early ')
    return page
  },
  'while it was open': async (t, socket, open) => {
    const first = open()
    await first.synced()
    first.leave()
    return open()
  },
  'while the line was down': async (t, socket, open) => {
    const first = open()
    await first.synced()
    socket.webSocket.terminate()
    first.leave()
    return open()
  }
}

for (const guarded of [false, true]) {
  test(`a provider that replaced another one is connected${guarded ? ', where tokens are asked' : ''}`, async (t) => {
    const { relay: node, token } = guarded ? await startGuardedRelay(t) : { relay, token: () => 'any' }
    const right = token('ada', { '*': 'write' })
    const all = Object.entries(replacements)
    const cases = allVersions.flatMap((version) => all.map(([when, replace]) => ({ version, when, replace })))
    await Promise.all(cases.map(async ({ version, when, replace }) => {
      const socket = openSocket(t, node, { version })
      const name = `replaced ${version} ${when} ${guarded}`
      const neighbour = openDocument(t, socket, `beside ${name}`, { token: right })
      const page = await replace(t, socket, () => openDocument(t, socket, name, { token: right }))
      await neighbour.synced()
      await page.synced()
      page.text.insert(page.text.length, 'hello')

      // Another client sees what it writes, and it sees what that one writes: it is in the document, not only told so.
      const other = await joinDocument(t, node, name, { version: 4, token: right })
      await other.sees(() => other.text.toString().endsWith('hello'), `what was written, ${name}`)
      other.text.insert(0, 'seen ')
      await page.sees(() => page.text.toString().startsWith('seen '), `what another one wrote, ${name}`)

      // Version 2 counts wrong by itself when it starts twice: it takes the second acknowledgement for one more.
      await waitFor(() => page.provider.synced && !page.hasUnsyncedChanges, `"${name}" to be saved`)
      neighbour.text.insert(0, 'still here')
      await neighbour.saved()

      // Before the node stops: version 3, destroyed while it waits for its next try, tries for ever.
      socket.destroy()
      other.socket.destroy()
    }))
  })
}
