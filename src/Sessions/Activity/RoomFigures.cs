namespace Relay.Sessions;

/// <summary>
/// What went through one session of this node since it began: added up by the session alone, by plain
/// additions, and read by other threads, as of a moment ago.
/// </summary>
internal sealed class RoomFigures
{
    private long updates;
    private long bytesIn;
    private long bytesOut;
    private long bytes;
    private int connections;
    private long reportedUpdates;
    private long reportedBytes;

    /// <summary>Updates that said something new.</summary>
    public long Updates
    {
        get => Volatile.Read(ref updates);
        set => updates = value;
    }

    public long BytesIn
    {
        get => Volatile.Read(ref bytesIn);
        set => bytesIn = value;
    }

    public long BytesOut
    {
        get => Volatile.Read(ref bytesOut);
        set => bytesOut = value;
    }

    /// <summary>The document's bytes when it was last encoded; 0 when it was not.</summary>
    public long Bytes
    {
        get => Volatile.Read(ref bytes);
        set => bytes = value;
    }

    /// <summary>Connections now.</summary>
    public int Connections
    {
        get => Volatile.Read(ref connections);
        set => connections = value;
    }

    /// <summary>
    /// Updates and bytes since the last time that this was asked. For one caller at a time: the node's report.
    /// </summary>
    public (long Updates, long Bytes) SinceReport()
    {
        var (updatesNow, bytesNow) = (Updates, BytesIn + BytesOut);
        var since = (updatesNow - reportedUpdates, bytesNow - reportedBytes);
        (reportedUpdates, reportedBytes) = (updatesNow, bytesNow);
        return since;
    }
}
