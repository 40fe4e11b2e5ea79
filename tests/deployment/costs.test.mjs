// Whether the table of costs in docs/deploy.md adds up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read } from './project.mjs'

const [, table] = /^## What it costs\n(.*)/ms.exec(read('docs/deploy.md'))
const rows = [...table.matchAll(/^\| ([^|]+) \|[^|]*\| \**([\d.]+)\** \|$/gm)].map(([, term, dollars]) => ({
  term,
  dollars: Number(dollars)
}))

test('the rows make the sum', () => {
  const sum = rows.find(({ term }) => term === '**together**')
  const parts = rows.filter((row) => row !== sum)
  assert.ok(parts.length > 10)
  assert.equal(sum.dollars, Number(parts.reduce((dollars, row) => dollars + row.dollars, 0).toFixed(2)))
})
