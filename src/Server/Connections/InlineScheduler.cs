using Relay.Sessions;
using Relay.Sockets;

namespace Relay.Connections;

/// <summary>
/// Runs an idle mailbox on the thread that posts to it: the frame of a reader is handled without a hand-over between
/// threads, which costs more than the handling itself. Work that may not run there, or is too long for a socket loop,
/// goes to the thread pool.
/// </summary>
internal sealed class InlineScheduler : ISessionScheduler
{
    public static InlineScheduler Instance { get; } = new();

    public bool IsHurried => LoopThread.IsCurrent;

    public void Run(Mailbox mailbox) => mailbox.Drain();

    public void Queue(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: false);
}
