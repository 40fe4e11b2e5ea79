using Relay.Sessions;

namespace Relay.Simulation;

/// <summary>
/// What a stock client shows of the document: an update that builds on what it lacks is pending. Such an update must
/// not delete anything, since Yjs would show that at once and the rest of the update later.
/// </summary>
/// <param name="kind">What the document is.</param>
internal sealed class ShownDocument(IContentKind kind)
{
    private readonly List<ReadOnlyMemory<byte>> pending = [];

    private readonly IContent shown = kind.Create();

    public void Write(byte[] update) => Updates.Apply(shown, update);

    /// <summary>Takes what the client was sent; returns false if that shows a state that never was.</summary>
    /// <param name="update">What it was sent.</param>
    /// <param name="logged">What was ever logged: where a client went before it had sent all that its last update
    /// builds on, no node has that.</param>
    public bool TryTake(ReadOnlyMemory<byte> update, IContent logged)
    {
        if (shown.HasPastOf(update))
        {
            // It takes effect at once, whatever is pending of an answer that was broken off.
            Updates.Apply(shown, update);
            _ = pending.Count == 0 || TakePending(Pending());
            return true;
        }

        pending.Add(update);
        var all = Pending();
        return TakePending(all) || update.Span[^1] == 0 || !logged.HasPastOf(all);
    }

    /// <summary>All that is pending, as one update.</summary>
    private ReadOnlyMemory<byte> Pending() => kind.TryMerge(pending, out var merged, out var error)
        ? merged
        : throw new ScheduleFailedException($"An update does not read: {error}.");

    /// <summary>Takes what is pending, if all of it takes effect at once.</summary>
    private bool TakePending(ReadOnlyMemory<byte> all)
    {
        if (!shown.HasPastOf(all))
        {
            return false;
        }

        pending.Clear();
        Updates.Apply(shown, all);
        return true;
    }
}
