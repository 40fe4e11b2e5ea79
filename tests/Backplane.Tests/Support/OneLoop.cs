using System.Net.Sockets;

namespace Relay.Backplane.Support;

/// <summary>
/// The first of several loops: a node with one has one connection of its own, and one lane of appends.
/// </summary>
internal sealed class OneLoop(ISocketLoops loops) : ISocketLoops
{
    public int Count => 1;

    public bool IsCurrent => loops.IsCurrent;

    public void AfterRound(IThreadPoolWorkItem work) => loops.AfterRound(work);

    public IDisposable Watch(int loop, Socket socket, ISocketWatcher watcher) => loops.Watch(loop, socket, watcher);
}
