using System.Collections.Concurrent;
using Relay.Sessions;

namespace Relay.Doubles;

/// <summary>
/// Runs everything on the test's thread: mailboxes and what comes after each await, in the order in which it became
/// ready.
/// </summary>
internal sealed class StepContext : SynchronizationContext, ISessionScheduler
{
    // What the library completes on a thread of its own comes back here.
    private readonly ConcurrentQueue<Action> ready = new();

    /// <summary>Whether what is posted now is posted by a thread that must not be kept long.</summary>
    public bool IsHurried { get; set; }

    public override void Post(SendOrPostCallback d, object? state) => ready.Enqueue(() => d(state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public override SynchronizationContext CreateCopy() => this;

    void ISessionScheduler.Run(Mailbox mailbox) => mailbox.Drain();

    void ISessionScheduler.Queue(Mailbox mailbox) => ready.Enqueue(mailbox.Drain);

    void ISessionScheduler.Defer(Mailbox mailbox) => ready.Enqueue(mailbox.Drain);

    /// <summary>Runs until no work is ready any more.</summary>
    public void Run()
    {
        for (var steps = 0; ready.TryDequeue(out var step); steps++)
        {
            Assert.True(steps < 1_000_000, "The sessions do not come to rest.");
            var before = IsHurried;
            IsHurried = false;
            step();
            IsHurried = before;
        }
    }
}
