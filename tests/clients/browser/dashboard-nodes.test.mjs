// The dashboard of several nodes, with all that it may have beside them: Redis, Postgres and real clients.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import * as test from 'node:test'
import { Redis } from '../../Cluster/services.mjs'
import { joinClient, waitFor } from '../clients.mjs'
import { Postgres, withoutPostgres } from '../postgres.mjs'
import { freePort, startRelay, temporaryDirectory } from '../relay.mjs'
import { lastFirst, openBrowser, whereBrowserIs } from './browser.mjs'
import { openDashboard } from './dashboard.mjs'

const rooms = 10_000

const isRedisHere =
  process.env.RELAY_TEST_REDIS_SERVER ||
  process.env.PATH.split(path.delimiter).some((folder) => existsSync(path.join(folder, 'redis-server')))
const withoutRedis =
  !process.env.CI && !isRedisHere && 'redis-server is not installed; ./test.sh installs it on Debian.'

test.describe('The dashboard of two nodes', { skip: whereBrowserIs.skip || withoutPostgres || withoutRedis }, () => {
  let browser, redis, postgres, settings
  const nodes = []
  const all = lastFirst(test)

  const add = async () => {
    const port = await freePort()
    const node = await startRelay(all, {
      dataDir: settings['FileStore:Path'],
      settings: { ...settings, 'Internal:Port': port, 'Node:Address': `127.0.0.1:${port}` }
    })
    node.internal = `127.0.0.1:${port}`
    nodes.push(node)
    return node
  }

  test.before(async () => {
    [redis, postgres, browser] = await Promise.all([Redis.start(all), Postgres.start(all), openBrowser(all)])
    settings = {
      'Redis:Configuration': redis.configuration,
      'Postgres:ConnectionString': postgres.connectionString,
      'FileStore:Path': temporaryDirectory(),
      'FileStore:Shared': true,
      'Documents:IdleTimeout': '00:00:00.500',
      'Documents:SaveInterval': '00:00:02'
    }
    await add()
    await add()
  })

  test.it('shows what happens at the other node', async (context) => {
    const t = lastFirst(context)
    const dashboard = await openDashboard(t, browser, nodes[0])
    await waitFor(async () => (await dashboard.rows('nodes')).length === 2, 'both nodes')
    const sees = (what, condition) =>
      dashboard.seesRow('live-rooms', (row) => row.Document === 'shared' && condition(row), what)
    const seesConnections = (count) =>
      dashboard.seesRow(
        'nodes',
        ({ Node, Connections }) => Node.startsWith(nodes[1].internal) && Connections === count,
        `${count} connections of the other node`
      )
    const first = await joinClient(t, nodes[1], 'shared')
    await sees('a room', ({ Connections }) => Connections === '1')
    const second = await joinClient(t, nodes[1], 'shared')
    await seesConnections('2')
    const here = await joinClient(t, nodes[0], 'shared')
    await sees('the room on both nodes', ({ Connections, Nodes }) => Connections === '3' && Nodes === '2')
    await dashboard.sees('connections', '3')
    await dashboard.sees('rooms', '1')
    const typing = setInterval(() => first.text.insert(0, 'x'), 20)
    t.after(() => clearInterval(typing))
    await sees('updates', ({ Updates }) => Number.parseFloat(Updates) > 0)
    clearInterval(typing)
    second.leave()
    await seesConnections('1')
    for (const client of [first, here]) client.leave()
    await dashboard.sees('connections', '0')
    for (const service of [
      /✓ Redis log works/, /✓ Directory snapshots works/, /✓ Postgres metadata of documents works/
    ]) await dashboard.seesServices(service)
  })

  test.it('shows a room with the people of all nodes, its connections and its hours', async (context) => {
    const t = lastFirst(context)
    // At the node that is not asked.
    const [ada, bob] = [await joinClient(t, nodes[1], 'plans/spring'), await joinClient(t, nodes[1], 'plans/spring')]
    ada.awareness.setLocalStateField('user', { name: 'Ada', color: '#dd0283' })
    bob.awareness.setLocalStateField('user', { name: 'Bob', color: '#07824a' })
    ada.text.insert(0, 'some text that is worth a snapshot')
    const dashboard = await openDashboard(t, browser, nodes[0], { hash: '#document=plans%2Fspring' })
    await waitFor(
      async () =>
        (await dashboard.page.locator('#room-people summary bdi').allTextContents()).sort().join() === 'Ada,Bob',
      'both people'
    )
    await waitFor(async () => (await dashboard.rows('room-connections')).length === 2, 'both connections')
    const [row] = await dashboard.rows('room-connections')
    assert.deepEqual([row.User, row.Protocol, row.Node], ['no token', 'y-websocket', nodes[1].internal])
    await waitFor(
      async () => /Last snapshot\s+\d+ s ago, \d+ B/.test(await dashboard.page.locator('#room-figures').innerText()),
      'the snapshot'
    )
    await waitFor(
      async () =>
        /Size by hours: at most \d+ B\./.test(
          await dashboard.page.locator('#hours-size svg').getAttribute('aria-label')
        ),
      'the size'
    )
    await dashboard.pictures('two-nodes-room')
  })

  test.it('leads through ten thousand rooms without delay', async (context) => {
    const t = lastFirst(context)
    await postgres.run(`
      with made as (
        insert into relay.rooms (name, first_used)
        select 'filler ' || lpad(i::text, 5, '0'), now() - interval '10 days'
        from generate_series(1, ${rooms}) i
        returning id
      )
      insert into relay.room_states (room_id, last_used, updates, bytes)
      select id, now() - interval '1 day' - id * interval '1 second', id, id * 10
      from made`)
    await joinClient(t, nodes[1], 'the latest')
    const dashboard = await openDashboard(t, browser, nodes[0])
    await dashboard.page.locator('#show-all').click()
    const first = async () => (await dashboard.rows('known-rooms'))[0]?.Document
    await waitFor(async () => await first() === 'the latest', 'the rooms by their last use')
    assert.equal((await dashboard.rows('known-rooms')).length, 50)
    await dashboard.page.locator('#sort').selectOption('name')
    await waitFor(async () => await first() === 'filler 00001', 'the rooms by name')
    for (const [button, name] of [['next', 'filler 00051'], ['next', 'filler 00101'], ['previous', 'filler 00051']]) {
      await dashboard.page.locator(`#${button}-page`).click()
      await waitFor(async () => await first() === name, `the page of ${name}`)
    }
    await dashboard.page.locator('#search').fill('ER 0999')
    await waitFor(async () => (await dashboard.rows('known-rooms')).length === 10, 'what was searched for')
    await dashboard.page.locator('#search').fill('nothing like it')
    await waitFor(
      async () => (await dashboard.page.locator('#no-known-rooms').textContent()) === 'No document has such a name.',
      'the sentence'
    )
    await dashboard.pictures('two-nodes-all')
  })

  test.it('shows the end of a node that was killed, and a Redis that stands still', async (context) => {
    const t = lastFirst(context)
    const victim = await add()
    await joinClient(t, nodes[1], 'stays')
    const dashboard = await openDashboard(t, browser, nodes[0])
    await waitFor(async () => (await dashboard.rows('nodes')).length === 3, 'three nodes')
    await victim.kill()
    await waitFor(async () => (await dashboard.rows('nodes')).length === 2, 'the end of a node')
    await dashboard.pictures('two-nodes')

    dashboard.expectsLosses = true
    redis.stall()
    try {
      await waitFor(() => dashboard.page.locator('#not-whole').isVisible(), 'the notice')
      await dashboard.seesServices(/✕ Redis log fails since/)
      await waitFor(
        async () =>
          (await dashboard.rows('nodes')).map(({ Node }) => Node).join() === `${nodes[0].internal} (this one)`,
        'the node that is asked to know of itself alone'
      )
      await dashboard.pictures('two-nodes-redis')
    } finally {
      redis.resume()
    }
    await waitFor(async () => (await dashboard.rows('nodes')).length === 2, 'the other node')
    await dashboard.seesServices(/✓ Redis/)
  })

  test.it('goes to another node when its own is drained', async (context) => {
    const t = lastFirst(context)
    const leaving = await add()
    const dashboard = await openDashboard(t, browser, leaving)
    dashboard.expectsLosses = true
    const ended = dashboard.page.waitForRequest((request) => request.url().endsWith('/api/dashboard/events'))
    await fetch(`${leaving.url}/api/nodes/self/drain`, { method: 'POST' })
    await ended
    await dashboard.reaches('live')
    await dashboard.seesRow(
      'nodes',
      ({ Node, State }) => Node.startsWith(leaving.internal) && State === '… draining',
      'the node that leaves'
    )
    assert.equal(await leaving.stop(), 0)
    await dashboard.reaches('lost')
    const other = await openDashboard(t, browser, nodes[0])
    await waitFor(
      async () => !(await other.rows('nodes')).some(({ Node }) => Node.startsWith(leaving.internal)),
      'the node that stopped to be gone at once'
    )
  })
})
