using System.Net.Sockets;

namespace Relay.Backplane;

/// <summary>
/// Threads that wait for many sockets each, and on which sessions handle what these bring. A backplane that has its
/// sockets there needs no hand-over to another thread. Thread-safe.
/// </summary>
public interface ISocketLoops
{
    /// <summary>How many there are; they have the numbers from 0 on.</summary>
    int Count { get; }

    /// <summary>Whether the calling thread is one of them. It must not be blocked then.</summary>
    bool IsCurrent { get; }

    /// <summary>
    /// Has the calling thread, which is one of them, execute it after it has handled what its sockets have brought.
    /// </summary>
    void AfterRound(IThreadPoolWorkItem work);

    /// <summary>
    /// Tells the watcher on the loop's thread when the socket, which does not block, becomes readable or writable: once
    /// for each change, and at once for what it is already.
    /// </summary>
    /// <returns>Ends it. That comes before the socket is closed.</returns>
    /// <exception cref="IOException">The system refuses.</exception>
    IDisposable Watch(int loop, Socket socket, ISocketWatcher watcher);
}
