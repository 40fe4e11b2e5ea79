using System.Net.Sockets;
using System.Runtime.Versioning;
using Relay.Backplane;
using Relay.Sockets;

namespace Relay.Startup;

/// <summary>The loops of client sockets, for the backplane's sockets.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ServerLoops : ISocketLoops
{
    public int Count => SocketLoop.Count;

    public bool IsCurrent => LoopThread.IsCurrent;

    public void AfterRound(IThreadPoolWorkItem work)
    {
        if (!LoopThread.TryAfterRound(work))
        {
            throw new InvalidOperationException("The calling thread is no loop's.");
        }
    }

    public IDisposable Watch(int loop, Socket socket, ISocketWatcher watcher) =>
        new Watching(SocketLoop.At(loop), socket, watcher);

    private sealed class Watching : ISocketEvents, IDisposable
    {
        private readonly SocketLoop loop;
        private readonly ISocketWatcher watcher;
        private readonly long key;

        public Watching(SocketLoop loop, Socket socket, ISocketWatcher watcher)
        {
            this.loop = loop;
            this.watcher = watcher;
            key = loop.Watch(socket.SafeHandle, this);
        }

        public void OnReady(bool readable, bool writable, bool ended) => watcher.OnReady(readable, writable);

        public void Dispose() => loop.Remove(key);
    }
}
