import assert from 'node:assert/strict'
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as test from 'node:test'
import { joinClient, waitFor } from '../clients.mjs'
import { startRelay, temporaryDirectory } from '../relay.mjs'
import { startGuardedRelay } from '../tokens.mjs'
import { lastFirst, openBrowser, whereBrowserIs } from './browser.mjs'
import { faintTexts } from './contrast.mjs'
import { openDashboard } from './dashboard.mjs'
import { runForeignCode } from './foreign-code.mjs'

/** What stands on the page to be read. */
const texts =
  'h1 a, h2, h3, p, th, td, td a, dt, dd, li span, summary, .link, button:not(:disabled), .value'

/** Names that somebody chose to do harm: none of them may become anything but text. */
const hostile = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</' + 'script>',
  '\u202Etxt.exe',
  'line\nbreak',
  '../..',
  'a/b?c#d&e=f%2F',
  `${'W'.repeat(900)}`,
  '   ',
  '{{7*7}}',
  '名前 🦊'
]

test.describe('The dashboard', whereBrowserIs, () => {
  let relay, browser
  const all = lastFirst(test)
  test.before(async () => {
    relay = await startRelay(all, {
      settings: { 'Documents:IdleTimeout': '00:00:00.100', 'Documents:SaveInterval': '00:00:02' }
    })
    browser = await openBrowser(all)
  })

  test.it('shows connections, rooms and what goes through', async (context) => {
    const t = lastFirst(context)
    const dashboard = await openDashboard(t, browser, relay)
    await dashboard.sees('connections', '0')
    assert.equal(await dashboard.page.locator('#no-live-rooms').textContent(), 'Nobody has a document open.')
    const client = await joinClient(t, relay, 'plans/spring')
    const isOpenOnce = (row) => row.Document === 'plans/spring' && row.Connections === '1'
    await dashboard.seesRow('live-rooms', isOpenOnce, 'the document')
    await dashboard.sees('connections', '1')
    const typing = setInterval(() => client.text.insert(0, 'x'), 20)
    t.after(() => clearInterval(typing))
    await dashboard.seesRow('live-rooms', (row) => Number.parseFloat(row.Updates) > 10, 'the updates of the room')
    await waitFor(async () => /^[\d.,]+ m?s$/.test(await dashboard.figure('latency')), 'a latency')
    await dashboard.seesServices(/✓ File log log works.*✓ Directory snapshots works/)
    await dashboard.seesRow(
      'nodes',
      ({ Node, State, Connections, Documents }) =>
        [Node, State, Connections, Documents].join() === 'alone (this one),✓ ready,1,1',
      'the node'
    )
    await dashboard.page.locator('#figure-updates .plot').hover()
    await waitFor(
      async () => /\d\/s$/.test(await dashboard.page.locator('#figure-updates .said-value').textContent()),
      'the value under the pointer'
    )
    clearInterval(typing)
    client.leave()
    await dashboard.sees('connections', '0')
  })

  test.it('takes names for text, whatever they are', async (context) => {
    const t = lastFirst(context)
    const dashboard = await openDashboard(t, browser, relay)
    for (const name of hostile)
      await joinClient(t, { yjs: `${relay.ws}/yjs` }, encodeURIComponent(name).replaceAll('.', '%2E'))
    await waitFor(async () => (await dashboard.rows('live-rooms')).length === hostile.length, 'all rooms')
    assert.equal(await dashboard.page.locator('#live-rooms :is(img, script)').count(), 0)
    const shown = (await dashboard.rows('live-rooms')).map(({ Document }) => Document)
    for (const name of [
      '<img src=x onerror=alert(1)>',
      '\\u{202e}txt.exe',
      'line\\u{a}break',
      '../..',
      'a/b?c#d&e=f%2F',
      '名前 🦊'
    ])
      assert.ok(shown.includes(name), `${name} in ${shown.join(' | ').slice(0, 500)}`)
    assert.equal(await dashboard.overflow(), 0)
    for (const name of [hostile[0], hostile[2], hostile[6]]) {
      await dashboard.page.evaluate((document) => {
        location.hash = new URLSearchParams({ document }).toString()
      }, name)
      await waitFor(
        async () => /^1/.test(await dashboard.page.locator('#room-figures dd').first().textContent()),
        `the view of ${name.slice(0, 20)}`
      )
      assert.equal(await dashboard.overflow(), 0)
    }
  })

  test.it('does not say that a room is open nowhere when nodes only do not name it', async (context) => {
    const t = lastFirst(context)
    // The metadata would know it: this node has none, because the file is another program's.
    const dataDir = temporaryDirectory()
    await writeFile(path.join(dataDir, 'metadata.db'), 'no database '.repeat(1000))
    const own = await startRelay(t, { dataDir })
    // Long names take the place of rooms in what nodes say of each other.
    const long = 'busy'.repeat(250)
    for (const room of [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8])
      await joinClient(t, own, `${room}${long}`)
    await joinClient(t, own, 'calm')
    const dashboard = await openDashboard(t, browser, own, { hash: '#document=calm' })
    await dashboard.sees('rooms', '10')
    await waitFor(
      async () =>
        /Connections\s+–[^]*Open on\s+not known/.test(await dashboard.page.locator('#room-figures').innerText()),
      'what is known of the room'
    )
    const note = await dashboard.page.locator('#room-history-note').textContent()
    assert.match(note, /no history.*metadata\.db does not read/)
    await dashboard.page.evaluate((document) => {
      location.hash = new URLSearchParams({ document }).toString()
    }, `0${long}`)
    await waitFor(
      async () => /Connections\s+3[^]*Open on\s+alone/.test(await dashboard.page.locator('#room-figures').innerText()),
      'a room that is named'
    )
  })

  test.it('shows who is there, and what strangers say about themselves as text', async (context) => {
    const t = lastFirst(context)
    const [ada, other] = [await joinClient(t, relay, 'presence'), await joinClient(t, relay, 'presence')]
    ada.awareness.setLocalStateField('user', { name: 'Ada <b>L</b>', color: '#dd0283' })
    other.awareness.setLocalState({
      user: { name: 7, color: 'url(http://example.invalid/)' },
      deep: { text: '<script>alert(1)</' + 'script>\u202E' }
    })
    const dashboard = await openDashboard(t, browser, relay, { hash: '#document=presence' })
    await waitFor(async () => await dashboard.page.locator('#room-people li').count() === 2, 'both people')
    const people = (await dashboard.page.locator('#room-people summary').allInnerTexts()).sort()
    assert.match(people[0], /^Ada <b>L<\/b> client \d+$/)
    assert.match(people[1], /^No name client \d+$/)
    assert.equal(await dashboard.page.locator('#room-people :is(b, script)').count(), 0)
    await waitFor(async () => (await dashboard.rows('room-connections')).length === 2, 'both connections')
    await dashboard.page.waitForSelector('#room-history:not([hidden])')
    ada.leave()
    await waitFor(async () => await dashboard.page.locator('#room-people li').count() === 1, 'Ada to be gone')
    await dashboard.page.locator('.back').click()
    await dashboard.page.waitForSelector('#overview:not([hidden])')
  })

  test.it('says since when it has not heard the node, and goes on when it is back', async (context) => {
    const t = lastFirst(context)
    const own = await startRelay(t)
    const dashboard = await openDashboard(t, browser, own)
    dashboard.expectsLosses = true
    await own.stop()
    await dashboard.reaches('lost')
    assert.match(await dashboard.page.locator('#notice').textContent(), /has not been heard since \d/)
    await own.start()
    await dashboard.reaches('live')
    assert.equal(await dashboard.page.locator('#notice').isVisible(), false)
  })

  test.it('shows documents that cannot be saved and why, and has a button that saves them', async (context) => {
    const t = lastFirst(context)
    const own = await startRelay(t, {
      settings: { 'Documents:IdleTimeout': '00:00:00.100', 'Documents:SaveInterval': '00:00:00.500' }
    })
    const dashboard = await openDashboard(t, browser, own)
    await waitFor(
      async () => (await dashboard.page.locator('#jobs-note').textContent()) === '✓ Every change is in a snapshot.',
      'nothing to save'
    )
    const client = await joinClient(t, own, 'un<b>saved')
    client.text.insert(0, 'saved, ')
    await waitFor(
      async () =>
        (await (await fetch(`${own.url}/api/documents/un%3Cb%3Esaved/snapshots`)).json()).snapshots?.length > 0,
      'the first snapshot'
    )
    // A disk that refuses.
    const [snapshots, aside] = [path.join(own.dataDir, 'snapshots'), path.join(own.dataDir, 'aside')]
    await rename(snapshots, aside)
    await writeFile(snapshots, '')
    client.text.insert(0, 'not ')
    const row = await dashboard.seesRow('jobs', ({ Document }) => Document === 'un<b>saved', 'the job')
    assert.match(row.State, /failed, is tried again|stalled|a node is at it/)
    await dashboard.seesServices(/✕ Directory snapshots fails since/)
    await dashboard.pictures('failing')
    // The disk works again when the button has been pressed: sooner, and the node might have saved by itself before.
    await dashboard.page.route('**/retry', async (route) => {
      await rm(snapshots)
      await rename(aside, snapshots)
      client.leave()
      await route.continue()
    })
    await dashboard.page.locator('#jobs button').click()
    await waitFor(async () => /is saved/.test(await dashboard.page.locator('#jobs-said').textContent()), 'the answer')
    await waitFor(async () => (await dashboard.rows('jobs')).length === 0, 'the job to be gone')
    await dashboard.seesServices(/✓ Directory/)
  })

  test.it('asks for a token, says why one does not do, and keeps it out of the address', async (context) => {
    const t = lastFirst(context)
    const { relay: guarded, token } = await startGuardedRelay(t)
    const dashboard = await openDashboard(t, browser, guarded, { state: 'refused' })
    assert.equal(await dashboard.page.locator('#content').isVisible(), false)
    assert.match(await dashboard.page.locator('#token-said').textContent(), /needs a token of an administrator/)
    await dashboard.takes(token('ada', { '*': 'write' }))
    await waitFor(
      async () => /The token does not allow/.test(await dashboard.page.locator('#token-said').textContent()),
      'the reason'
    )
    await dashboard.takes(token('root', {}, { admin: true }))
    await dashboard.reaches('live')
    await dashboard.sees('connections', '0')
    await dashboard.page.reload()
    await dashboard.reaches('live')
    dashboard.forgives(/40[13]/)

    const link = await openDashboard(t, browser, guarded, {
      hash: `#document=plan&token=${token('root', {}, { admin: true })}`
    })
    assert.equal(link.page.url(), `${guarded.url}/dashboard#document=plan`)
    await link.page.waitForSelector('#room:not([hidden])')
  })

  test.it('ends with the token', async (context) => {
    const t = lastFirst(context)
    const { relay: guarded, token } = await startGuardedRelay(t)
    // Long enough to be seen alive, on a machine that has little time, too. Clocks may differ by 30 s.
    for (let seconds = 3; ; seconds *= 2) {
      const dashboard = await openDashboard(t, browser, guarded, {
        hash: `#token=${token('root', {}, { admin: true, exp: Math.floor(Date.now() / 1000) - 30 + seconds })}`,
        state: 'any'
      })
      const wasLive = await dashboard.isLive()
      await dashboard.reaches('refused')
      assert.match(await dashboard.page.locator('#token-said').textContent(), /refused this token/)
      dashboard.forgives(/401/)
      if (wasLive) return
      assert.ok(seconds < 20, 'no token opened the dashboard')
    }
  })

  for (const colorScheme of ['light', 'dark']) {
    for (const [place, viewport] of [
      ['a desk', { width: 1280, height: 900 }],
      ['a phone', { width: 360, height: 740 }]
    ]) {
      test.it(`can be read on ${place} when it is ${colorScheme}`, async (context) => {
        const t = lastFirst(context)
        const clients = await Promise.all(
          [
            'plans/spring',
            'plans/spring',
            'A rather long name for a document that somebody chose without thinking of phones',
            'notes'
          ].map((name) => joinClient(t, relay, name))
        )
        clients[0].awareness.setLocalStateField('user', { name: 'Ada', color: '#1564fe' })
        clients[0].text.insert(0, 'some text')
        const dashboard = await openDashboard(t, browser, relay, {
          context: { colorScheme, viewport, isMobile: place === 'a phone', hasTouch: place === 'a phone' }
        })
        await waitFor(async () => (await dashboard.rows('live-rooms')).length === 3, 'the rooms')
        const [ground] = await dashboard.page.evaluate(() =>
          getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)
        )
        assert.equal(ground > 128, colorScheme === 'light')
        assert.deepEqual(await faintTexts(dashboard.page, texts), [])
        assert.equal(await dashboard.overflow(), 0)
        await dashboard.pictures(`${place}-${colorScheme}`)
        await dashboard.page.locator('#live-rooms a').first().click()
        await dashboard.page.waitForSelector('#room-people li')
        assert.deepEqual(await faintTexts(dashboard.page, texts), [])
        assert.equal(await dashboard.overflow(), 0)
        await dashboard.pictures(`${place}-${colorScheme}-room`)
      })
    }
  }

  test.it('loads little and allows no foreign code', async (context) => {
    const t = lastFirst(context)
    const dashboard = await openDashboard(t, browser, relay)
    const loaded = await dashboard.page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter(({ name }) => name.includes('/assets/'))
        .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0)
    )
    assert.ok(loaded > 0 && loaded < 100_000, `${loaded} bytes`)
    assert.deepEqual(await runForeignCode(dashboard.page), ['script-src-elem', undefined])
    const answer = await dashboard.page.request.get(`${relay.url}/dashboard`)
    assert.match(answer.headers()['content-security-policy'], /frame-ancestors 'self'/)
    dashboard.forgives(/Content Security Policy/)
  })
})
