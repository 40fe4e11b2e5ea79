// Makes the pictures of the README, of a real node in a real browser: two people in the demo, and the dashboard while
// documents are edited. `node pictures.mjs` writes them to docs/images, after `dotnet build src/Relay -c Release`.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { agreed, lastFirst, openBrowser, openPage } from './browser/browser.mjs'
import { openDashboard } from './browser/dashboard.mjs'
import { joinClient } from './clients.mjs'
import { startRelay } from './relay.mjs'

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))

/** The most that a picture may have: readers load both of them with the README. */
const mostBytes = 150 * 1024

/** Readers of both colour schemes see the picture; paper is light. */
const looks = { colorScheme: 'light', deviceScaleFactor: 1.5 }

/** How long the documents are edited before the dashboard is taken: its curves show the last five minutes. */
const editingTime = 70_000

/** The documents of the dashboard: who is at each, and after how many milliseconds each of them types. */
const documents = {
  'handbook/onboarding': [['Ada', 90], ['Linus', 240], ['Mary', 400]],
  'plans/spring': [['Grace', 60], ['Alan', 150]],
  'minutes/2026-11-30': [['Barbara', 120], ['Edsger', 700], ['Ken', 900], ['Radia', 1500]],
  'drafts/letter to Ada': [['Charles', 330]],
  'recipes/bread': [['Julia', 2000], ['James', 2600]]
}

/** What is in view of a page, as WebP: half as large as PNG, and browsers make it themselves. */
const picture = async (page, name) => {
  const devtools = await page.context().newCDPSession(page)
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 82 })
  const bytes = Buffer.from(data, 'base64')
  if (bytes.length > mostBytes) throw new Error(`${name} has ${bytes.length} bytes, more than ${mostBytes}.`)
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, name), bytes)
  console.log(`${name}: ${bytes.length} bytes`)
}

/** Two windows beside each other. */
const beside = async (browser, pages, { width, height }) => {
  const shots = await Promise.all(pages.map((page) => page.screenshot({ caret: 'initial' })))
  const viewport = { width: width * pages.length + 16 * (pages.length + 1), height: height + 32 }
  const context = await browser.newContext({ ...looks, viewport })
  const page = await context.newPage()
  const image = (shot) => `<img src="data:image/png;base64,${shot.toString('base64')}">`
  await page.setContent(`
    <style>
      body { margin: 16px; display: flex; gap: 16px; background: #d9dbd6; }
      img { width: ${width}px; border-radius: 8px; box-shadow: 0 1px 6px #0005; }
    </style>
    ${shots.map(image).join('')}`)
  await page.waitForFunction(() => [...document.images].every((shown) => shown.complete))
  return page
}

const demo = async (t, browser, relay) => {
  const viewport = { width: 560, height: 480 }
  const open = (name) => openPage(t, browser, relay, {
    name, document: 'spring plan', context: { ...looks, viewport }
  })
  const ada = await open('Ada')
  const grace = await open('Grace')
  await ada.types('# Plan for spring\nEverybody writes here at the same time.\n- seeds by the first of March\n')
  await grace.seesCaret('Ada', '')
  await grace.types('beans beside the wall\nwater twice a week')
  await ada.sees('water twice a week')
  await grace.page.keyboard.press('Control+Shift+ArrowLeft')
  await ada.editor.locator('p').first().click()
  await ada.page.keyboard.press('End')
  await agreed(ada, grace)
  await grace.seesPeople('Ada')
  await ada.seesPeople('Grace')
  await grace.seesCaret('Ada', 'Everybody writes here at the same time.')
  await picture(await beside(browser, [ada.page, grace.page], viewport), 'demo.webp')
}

const dashboard = async (t, browser, relay) => {
  const viewport = { width: 1200, height: 900 }
  const shown = await openDashboard(t, browser, relay, { context: { ...looks, viewport } })
  for (const [name, people] of Object.entries(documents)) {
    for (const [user, every] of people) {
      const client = await joinClient(t, relay, name)
      client.awareness.setLocalStateField('user', { name: user })
      const typing = setInterval(() => client.text.insert(client.text.length, `${user} writes. `), every)
      t.after(() => clearInterval(typing))
    }
  }
  await pause(editingTime)
  await shown.seesRow('live-rooms', (row) => row.Document === 'recipes/bread', 'the documents')
  await picture(shown.page, 'dashboard.webp')
}

const ends = []
const t = lastFirst({ after: (end) => ends.push(end) })
const relay = await startRelay(t, { settings: { 'Documents:SaveInterval': '00:00:10' } })
try {
  const browser = await openBrowser(t)
  await demo(t, browser, relay)
  await dashboard(t, browser, relay)
} finally {
  for (const end of ends) await end()
}
