// A TCP line to a server that can be cut: connections really end and new ones fail, whatever the one at its end believes about its network.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

export class Line {
  #sockets = new Set()
  #isCut = false
  #isMute = false
  #server

  /** @param {{ url: string }} server what is at the other end */
  static async to (server) { return Line.toPort(() => Number(new URL(server.url).port)) }

  /** @param {() => number} port asked for each connection */
  static async toPort (port) {
    const line = new Line()
    line.#server = createServer((near) => line.#accept(near, port()))
    line.#server.listen(0, '127.0.0.1')
    await once(line.#server, 'listening')
    return line
  }

  /** Where the server answers through this line. */
  get url () { return `http://127.0.0.1:${this.port}` }

  get port () { return this.#server.address().port }

  cut () {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend () {
    this.#isCut = false
    this.#isMute = false
  }

  /** From now on what is asked arrives and no answer comes back. */
  mute () { this.#isMute = true }

  /** For good. */
  takeDown () {
    this.cut()
    this.#server.close()
  }

  #accept (near, port) {
    if (this.#isCut) {
      near.destroy()
      return
    }
    const far = connect(port, '127.0.0.1')
    this.#join(near, far, () => true)
    this.#join(far, near, () => !this.#isMute)
  }

  #join (from, to, passes) {
    this.#sockets.add(from)
    // One end that breaks takes the other with it; who is at the other end sees what it would see without the line.
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
    from.on('data', (data) => {
      if (passes() && !to.write(data)) from.pause()
    })
    to.on('drain', () => from.resume())
    from.on('end', () => to.end())
  }
}
