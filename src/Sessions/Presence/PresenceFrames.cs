namespace Relay.Sessions;

/// <summary>
/// The last frame that was made of a document's presence. Nearly all connections lack the same and speak the same
/// protocol, so they share its memory, however many of them do not read. Belongs to the session's mailbox.
/// </summary>
internal sealed class PresenceFrames(AwarenessRecords records)
{
    /// <summary>In the place of a change: all clients that are there, possibly none.</summary>
    private const long All = -1;

    private long from;
    private long to;
    private byte[]? update;
    private FrameFormat? format;
    private ReadOnlyMemory<byte> frame;

    /// <summary>What a holder of everything up to <paramref name="change"/> lacks, or null.</summary>
    public ReadOnlyMemory<byte>? Since(long change, FrameFormat wanted)
    {
        if (change != from || records.LastChange != to)
        {
            (from, to, format) = (change, records.LastChange, null);
            update = change == All ? records.EncodeAll() : records.EncodeSince(change);
        }

        if (update is null)
        {
            return null;
        }

        if (format != wanted)
        {
            (format, frame) = (wanted, wanted.Awareness(update));
        }

        return frame;
    }

    /// <summary>All clients that are there, possibly none.</summary>
    public ReadOnlyMemory<byte> AllClients(FrameFormat wanted) => Since(All, wanted)!.Value;
}
