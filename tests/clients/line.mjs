// A TCP line to a server that can be cut: connections really end and new ones fail, whatever their client believes.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

const sliceBytes = 16 << 10

export class Line {
  #sockets = new Set()
  #isCut = false
  #isMute = false
  #isHeld = false
  #answers = new Set()
  #pace = null
  #server

  /** Connections that clients have opened through it, and bytes that went to them. */
  connections = 0
  answered = 0

  /** Of those, the bytes that came at its own pace (see slowDown) and are all the way through. */
  passed = 0

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

  /**
   * From now on what is answered comes at this pace.
   * @param {number} bytesPerSecond
   * @param {(milliseconds: number) => Promise<void>} wait lets time pass
   */
  slowDown (bytesPerSecond, wait) { this.#pace = { bytesPerSecond, wait } }

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
    this.connections++
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
      if (!passes()) return
      if (this.#answers.has(from)) this.answered += data.length
      if (this.#pace !== null && this.#answers.has(from)) this.#drip(data, from, to)
      else if (!to.write(data)) from.pause()
    })
    to.on('drain', () => { if (!waits()) from.resume() })
    from.on('end', () => to.end())
  }

  async #drip (data, from, to) {
    from.pause()
    const { bytesPerSecond, wait } = this.#pace
    for (let start = 0; start < data.length && !to.destroyed; start += sliceBytes) {
      const slice = data.subarray(start, start + sliceBytes)
      await wait(slice.length / bytesPerSecond * 1000)
      await new Promise((resolve) => to.write(slice, resolve))
      this.passed += slice.length
    }
    from.resume()
  }
}
