using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// What a provider counts as its <c>unsyncedChanges</c>: one when it asks what it lacks, one more for each Update,
/// one less for each SyncStatus 1. It goes with the address from one opening to the next, because a provider that
/// only sends a new token counts on. Thread-safe.
/// </summary>
internal sealed class UnsyncedCount
{
    /// <summary>
    /// It is not counted further: each one counted is a message to be acknowledged when the document opens. A provider
    /// that has sent more in vain stays unsynced until it asks anew.
    /// </summary>
    public const int Most = 10_000;

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
            Change(+1);
        }
    }

    /// <summary>The client was sent a SyncStatus 1.</summary>
    public void Acknowledge() => Change(-1);

    private void Change(int by)
    {
        var seen = Value;
        while (seen + by is >= 0 and <= Most)
        {
            var before = Interlocked.CompareExchange(ref value, seen + by, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
