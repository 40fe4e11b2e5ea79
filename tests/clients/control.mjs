// A process of its own, beside a node, that answers each question after so many milliseconds of processor time and does
// nothing else. What it takes longer is the machine's doing, which has other things to do. It tells its parent its
// port, and ends with it.
import { createServer } from 'node:http'

const work = 1000 * Number(process.argv[2])

const used = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const server = createServer((_, response) => {
  for (const end = used() + work; used() < end;);
  response.end('OK')
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
