// The description of the API is one that tools can read.
import assert from 'node:assert/strict'
import * as nodeTest from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { startRelay } from './relay.mjs'

const { test } = nodeTest

test('the description is valid OpenAPI 3.1', async (t) => {
  const relay = await startRelay(t)
  const answer = await fetch(`${relay.url}/api/openapi.json`)
  assert.equal(answer.status, 200)
  const validator = new Validator()
  const { valid, errors } = await validator.validate(await answer.json())
  assert.ok(valid, JSON.stringify(errors, null, 2))
  assert.equal(validator.version, '3.1')
})
