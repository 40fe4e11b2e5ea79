using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// What a provider counts as its <c>unsyncedChanges</c>: one when it asks what it lacks, one more for each Update,
/// one less for each SyncStatus 1. It goes with the address from one opening to the next, because a provider that
/// only sends a new token counts on. Thread-safe.
/// </summary>
internal sealed class UnsyncedCount
{
    private int value;

    public int Value => Volatile.Read(ref value);

    /// <summary>The client sent a message.</summary>
    public void Count(DocumentMessageKind kind)
    {
        if (kind == DocumentMessageKind.SyncStep1)
        {
            Volatile.Write(ref value, 1);
        }
        else if (kind == DocumentMessageKind.Update)
        {
            Interlocked.Increment(ref value);
        }
    }

    /// <summary>The client was sent a SyncStatus 1.</summary>
    public void Confirm()
    {
        var seen = Volatile.Read(ref value);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref value, seen - 1, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
