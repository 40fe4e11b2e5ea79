// A TCP line to a server that can be cut: connections really end and new ones fail, whatever the one at its end believes about its network.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

export class Line {
  #sockets = new Set()
  #isCut = false
  #isMute = false
  #isHeld = false
  #answers = new Set()
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

  /** From now on what is answered waits here, and when all buffers are full, at the server. */
  hold () {
    this.#isHeld = true
    for (const far of this.#answers) far.pause()
  }

  release () {
    this.#isHeld = false
    for (const far of this.#answers) far.resume()
  }

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
    this.#answers.add(far)
    far.on('close', () => this.#answers.delete(far))
    this.#join(near, far, () => true, () => false)
    this.#join(far, near, () => !this.#isMute, () => this.#isHeld)
    if (this.#isHeld) far.pause()
  }

  #join (from, to, passes, waits) {
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
    to.on('drain', () => { if (!waits()) from.resume() })
    from.on('end', () => to.end())
  }
}
