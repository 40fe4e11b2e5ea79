// Whether the Dockerfile's stages find what they copy.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { exists, filesUnder, read, root } from './project.mjs'

const dockerfile = read('Dockerfile')
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) => files.split(' '))

const locks = filesUnder('src', '.lock.json')

/** Whether there is a file, or a lock of this pattern. */
const isThere = (file) => {
  const pattern = new RegExp(`^${file.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
  return exists(file) || locks.some((lock) => pattern.test(lock))
}

test('what is copied into the image is there, and not held back', () => {
  assert.ok(copied.includes('src'))
  const letIn = read('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  for (const file of copied) {
    assert.ok(isThere(file), `${file} is not there`)
    assert.ok(letIn.includes(file) || letIn.includes(file.split('/')[0]), `${file} is held back`)
  }
})

test('packages are restored from the project files of all that a node is made of', () => {
  const projects = filesUnder('src', '.csproj').filter((file) => !/\/(bin|obj)\//.test(file))
  assert.deepEqual(copied.filter((file) => file.endsWith('.csproj')).sort(), projects.sort())
})

test('what is restored for an image stands in locks, for each system that one is made for', () => {
  for (const project of copied.filter((file) => file.endsWith('.csproj'))) {
    const folder = project.slice(0, project.lastIndexOf('/'))
    for (const system of ['', '.linux-x64', '.linux-arm64']) {
      assert.ok(locks.includes(`${folder}/packages${system}.lock.json`), `${folder} has no lock for ${system}`)
    }
    assert.ok(copied.includes(`${folder}/packages*.lock.json`), `the locks of ${folder} are not copied`)
  }
})

test('a publish is not stopped by the locks, which two web projects have under the same names', () => {
  for (const project of ['src/Server', 'src/Relay']) {
    const asked = ['msbuild', project, '-getItem:Content', '-p:Configuration=Release']
    const { Content } = JSON.parse(execFileSync('dotnet', asked, { cwd: root })).Items
    const locks = Content.map(({ Identity }) => Identity).filter((file) => file.endsWith('.lock.json'))
    assert.deepEqual(locks, [], project)
  }
})

test('a builder that does not say for which architecture builds for its own', () => {
  const lines = dockerfile.replaceAll(/\\\n */g, '')
  const commands = lines.matchAll(/^RUN .*?dotnet (?:restore|publish) (.*?)(?: &&.*)?$/gm)
  const arguments_ = [...commands].map(([, line]) => line)
  assert.equal(arguments_.length, 2)
  for (const line of arguments_) {
    const words = (architecture) =>
      execFileSync('sh', ['-c', `printf '%s ' ${line}`], { env: { TARGETARCH: architecture } }).toString()
    assert.match(words('arm64'), / -a arm64 /)
    assert.doesNotMatch(words(''), / -a /)
  }
})

test('the node runs as a user who is not root, and is asked whether it lives', () => {
  const [, last] = dockerfile.split(/^FROM .*$/m).slice(-2)
  assert.match(last, /^USER \$APP_UID$/m)
  assert.match(last, /^HEALTHCHECK .* CMD \["dotnet", "Relay\.dll", "health"\]$/m)
  assert.match(last, /^ENTRYPOINT \["dotnet", "Relay\.dll"\]$/m)
})
