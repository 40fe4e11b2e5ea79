using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>
/// The states that a Yjs client shows while it takes one update after the other: an update whose past it lacks is
/// pending, and must then not change what is shown.
/// </summary>
internal sealed class ShownStates
{
    private readonly List<ReadOnlyMemory<byte>> pending = [];

    /// <summary>What the client shows now.</summary>
    public YDocument Shown { get; } = new();

    public bool IsPending => pending.Count > 0;

    /// <summary>Takes an update; returns whether the shown state may have changed.</summary>
    public bool Take(byte[] update)
    {
        pending.Add(update);
        Assert.True(YDocument.TryMerge(pending, out var merged, out var error), error.Message);
        if (!Shown.HasPastOf(merged))
        {
            // The deletes of such an update would be applied at once.
            Assert.Equal(0, update[^1]);
            return false;
        }

        pending.Clear();
        Assert.True(Shown.TryApply(merged, out var news, out error), error.Message);
        return !news.IsEmpty;
    }
}
