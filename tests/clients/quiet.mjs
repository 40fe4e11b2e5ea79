// Clients that show no presence of their own send back whatever they hear; the presence of others must stay theirs.
import assert from 'node:assert/strict'
import { waitFor } from './clients.mjs'
import { kinds } from './kinds.mjs'

const shown = (watcher, client) => watcher.awareness.getStates().get(client.id)
const shows = (watcher, client, at, what) =>
  waitFor(() => shown(watcher, client)?.at === at, `${what}: ${at}`, 10_000)

/**
 * Somebody is there with a client of the kind, another one of the same kind shows nothing and goes again, and a third
 * one watches.
 * @param {object} t the test
 * @param {string} kind one of `kinds`
 * @param {string} name the document
 * @param {boolean} isFirst whether the quiet one was there before
 * @param {{ quiet: object, active: object, watcher: object }} nodes where each of them is
 */
export const quietClientTakesNothing = async (t, kind, name, isFirst, nodes) => {
  const what = `${kind}, ${isFirst ? 'before' : 'after'}`
  const open = async (open, node, state) => {
    const client = open(t, node, name, state)
    await waitFor(() => client.synced(), `the sync of ${what}`)
    return client
  }
  const watcher = await open(kinds['y-websocket 3'], nodes.watcher, null)
  let quiet = isFirst ? await open(kinds[kind], nodes.quiet, null) : null
  const active = await open(kinds[kind], nodes.active, { at: 0 })
  quiet ??= await open(kinds[kind], nodes.quiet, null)
  await Promise.all([shows(watcher, active, 0, what), shows(quiet, active, 0, what)])
  const gone = []
  watcher.awareness.on('change', ({ removed }) => gone.push(...removed))
  active.awareness.setLocalStateField('at', 1)
  await Promise.all([shows(watcher, active, 1, what), shows(quiet, active, 1, what)])
  quiet.leave()
  active.awareness.setLocalStateField('at', 2)
  await shows(watcher, active, 2, what)
  // Another one comes and goes: by then the node has done all that follows from the quiet one's leaving.
  const last = await open(kinds['y-websocket 3'], nodes.quiet, { at: 'last' })
  await shows(watcher, last, 'last', what)
  last.leave()
  await waitFor(() => !shown(watcher, last), `${what}: the last one to be gone`)
  assert.deepEqual(gone, [last.id], what)
  assert.equal(shown(watcher, active)?.at, 2, what)
  active.leave()
  await waitFor(() => !shown(watcher, active), `${what}: the active one to be gone`)
}
