using Relay.Sessions;
using Relay.Sockets;

namespace Relay.Connections;

/// <summary>
/// Runs an idle mailbox on the thread that posts to it: the frame of a reader is handled without a hand-over between
/// threads, which costs more than the handling itself. What comes for a session on a socket loop and may not run at
/// once runs there at the end of the loop's round. All else, and what is too long for a loop, goes to the thread pool.
/// </summary>
internal sealed class InlineScheduler : ISessionScheduler
{
    public static InlineScheduler Instance { get; } = new();

    public bool IsHurried => LoopThread.IsCurrent;

    public void Run(Mailbox mailbox) => mailbox.Drain();

    public void Defer(Mailbox mailbox)
    {
        if (!LoopThread.TryAfterRound(mailbox))
        {
            Queue(mailbox);
        }
    }

    public void Queue(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: false);
}
