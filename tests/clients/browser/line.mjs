// A TCP line to a node that can be cut: connections really end and new ones fail, whatever a browser believes about its network.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

export class Line {
  #sockets = new Set()
  #isCut = false
  #server

  static async to (relay) {
    const line = new Line()
    line.#server = createServer((near) => line.#accept(near, Number(new URL(relay.url).port)))
    line.#server.listen(0, '127.0.0.1')
    await once(line.#server, 'listening')
    return line
  }

  /** Where the node answers through this line. */
  get url () { return `http://127.0.0.1:${this.#server.address().port}` }

  cut () {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend () { this.#isCut = false }

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
    for (const [from, to] of [[near, far], [far, near]]) {
      this.#sockets.add(from)
      // One end that breaks takes the other with it; the browser sees what it would see without the line.
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  }
}
