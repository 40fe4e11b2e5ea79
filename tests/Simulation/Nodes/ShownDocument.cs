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
        if (pending.Count == 0 && shown.HasPastOf(update))
        {
            Updates.Apply(shown, update);
            return true;
        }

        pending.Add(update);
        if (!kind.TryMerge(pending, out var merged, out var error))
        {
            throw new ScheduleFailedException($"An update does not read: {error}.");
        }

        if (!shown.HasPastOf(merged))
        {
            return update.Span[^1] == 0 || !logged.HasPastOf(merged);
        }

        pending.Clear();
        Updates.Apply(shown, merged);
        return true;
    }
}
