// Whether the hosted workflows and the alarms name what is there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exists, filesUnder, read, readYaml } from './project.mjs'

for (const file of filesUnder('.github/workflows', '.yml')) {
  test(`${file} parses, and the files and folders that it names are there`, () => {
    const { jobs, permissions } = readYaml(file)
    assert.deepEqual(permissions, { contents: 'read' })
    for (const [name, job] of Object.entries(jobs)) {
      assert.ok(job['timeout-minutes'] > 0, `${name} may run for ever`)
      for (const other of [job.needs ?? []].flat()) assert.ok(jobs[other], `${name} needs ${other}`)
      for (const step of job.steps) {
        assert.ok(
          (step.run === undefined) !== (step.uses === undefined),
          `${name}: a step either runs or uses something`
        )
        if (step.uses) assert.match(step.uses, /^[\w-]+\/[\w-]+(\/[\w-]+)*@v?\d/)
        for (const [, path] of (step.run ?? '').matchAll(
          /(?<![\w/.$-])(\.?\/?(?:tests|src|bench|infra|web|\.ci)\/[\w./-]+|\.\/[\w./-]+)/g
        ))
          assert.ok(exists(path), `${name} names ${path}`)
      }
    }
  })
}

test('the sentences that alarms wait for are sentences that nodes say', () => {
  const sentences = [...read('infra/terraform/modules/alarms/main.tf').matchAll(/^ +sentence += "(.+)"$/gm)].map(
    ([, sentence]) => sentence
  )
  const sources = filesUnder('src', '.cs')
    .filter((file) => !/\/(bin|obj)\//.test(file))
    .map(read)
    .filter((source) => source.includes('LoggerMessage'))
  assert.ok(sentences.length > 0)
  for (const sentence of sentences) assert.ok(sources.some((source) => source.includes(sentence)), sentence)
})
