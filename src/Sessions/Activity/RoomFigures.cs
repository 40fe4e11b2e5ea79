using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What went through one session of this node since it began: added up by the session alone, by plain additions, and
/// read by other threads, as of a moment ago. The first change after a look of a reader tells that reader, so readers
/// need not look at documents without changes.
/// </summary>
/// <param name="name">The document.</param>
/// <param name="totals">What the node's documents add up to; null where they are not added up.</param>
internal sealed class RoomFigures(DocumentName name = default, DocumentTotals? totals = null) : IChangeable
{
    private long updates;
    private long bytesIn;
    private long bytesOut;
    private long bytes;
    private int connections;
    private bool isUnsaved;
    private bool isClosed;
    private long reportedUpdates;
    private long reportedBytes;

    // Whether all readers have been told since they looked.
    private volatile bool isTold;

    public DocumentName Name => name;

    /// <summary>What is recorded of the session; null where no metadata of documents is kept.</summary>
    public IRoomActivity? Activity { get; set; }

    /// <summary>Updates that said something new.</summary>
    public long Updates
    {
        get => Volatile.Read(ref updates);
        set
        {
            updates = value;
            Changed();
        }
    }

    public long BytesIn
    {
        get => Volatile.Read(ref bytesIn);
        set
        {
            bytesIn = value;
            Changed();
        }
    }

    public long BytesOut
    {
        get => Volatile.Read(ref bytesOut);
        set
        {
            bytesOut = value;
            Changed();
        }
    }

    /// <summary>The document's bytes when it was last encoded; 0 when it was not.</summary>
    public long Bytes
    {
        get => Volatile.Read(ref bytes);
        set
        {
            bytes = value;
            Changed();
        }
    }

    /// <summary>Connections now.</summary>
    public int Connections
    {
        get => Volatile.Read(ref connections);
        set
        {
            connections = value;
            if (!isClosed)
            {
                totals?.Open.Move(this, value);
            }

            Changed();
        }
    }

    /// <summary>Whether there are updates that no snapshot covers.</summary>
    public bool IsUnsaved
    {
        get => Volatile.Read(ref isUnsaved);
        set
        {
            if (value != isUnsaved)
            {
                isUnsaved = value;
                if (!isClosed)
                {
                    totals?.AddUnsaved(value ? 1 : -1);
                }
            }
        }
    }

    /// <summary>The documents with as many connections; belongs to <see cref="OpenDocuments"/>.</summary>
    public ConnectionBucket? Bucket { get; set; }

    /// <summary>The one before it in that bucket.</summary>
    public RoomFigures? Before { get; set; }

    /// <summary>The one after it in that bucket.</summary>
    public RoomFigures? After { get; set; }

    /// <summary>The last report that looked at it; belongs to the node's report.</summary>
    public long Report { get; set; }

    int IChangeable.ListedAt { get; set; } = -1;

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

    /// <summary>The session is out of the way of the next one: the node's totals are without it.</summary>
    public void Close()
    {
        isClosed = true;
        if (totals is not null)
        {
            totals.AddUnsaved(isUnsaved ? -1 : 0);
            totals.Open.Move(this, 0);
            totals.Changed.Remove(this);
        }
    }

    /// <summary>A reader looks at it now: the next change has to tell it again.</summary>
    public void OnTaken() => isTold = false;

    private void Changed()
    {
        if (!isTold)
        {
            Tell();
        }
    }

    private void Tell()
    {
        // Before the lists: a reader that takes this from one of them meanwhile says the contrary, and that stays.
        isTold = true;
        if (!isClosed)
        {
            totals?.Changed.Add(this);
        }

        Activity?.Changed();
    }
}
