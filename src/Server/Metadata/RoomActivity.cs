using Relay.Persistence.Metadata;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Metadata;

/// <summary>
/// What goes on in one session, as plain numbers: the session alone adds to them, and the writer reads them a few
/// seconds after they changed. Only joining, leaving and saving take a lock.
/// </summary>
/// <param name="figures">What went through; only the session adds to them.</param>
/// <param name="recorder">Is told what changed.</param>
/// <param name="time">The clock.</param>
internal sealed class RoomActivity(RoomFigures figures, RoomRecorder recorder, TimeProvider time)
    : IRoomActivity, IChangeable
{
    private readonly Lock gate = new();

    // Joins, leaves and saves, under the lock.
    private int connections;
    private int opened;
    private int peak;
    private double connectionSeconds;
    private DateTimeOffset changedAt;
    private DateTimeOffset usedAt;
    private bool wasUsed;
    private bool hasLeft;
    private bool hasNews;
    private int snapshots;
    private DateTimeOffset? snapshotAt;
    private long? snapshotBytes;

    // What the last sample said.
    private long sampledUpdates;
    private long sampledBytesIn;
    private long sampledBytesOut;

    public DocumentName Room => figures.Name;

    /// <summary>What went through; only the session adds to them.</summary>
    public RoomFigures Figures => figures;

    public int Connections => Volatile.Read(ref connections);

    public bool HasLeft => Volatile.Read(ref hasLeft);

    /// <summary>An earlier session of the same document, which has not left; belongs to the recorder's lock.</summary>
    public RoomActivity? Earlier { get; set; }

    int IChangeable.ListedAt { get; set; } = -1;

    void IChangeable.OnTaken() => figures.OnTaken();

    public RecordedConnection Connection(string? userId, string protocol) => new(this, userId, protocol);

    ConnectionActivity IRoomActivity.Connection(string? userId, string protocol) => Connection(userId, protocol);

    public void Came(RecordedConnection connection)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            AddSeconds(now);
            connections++;
            opened++;
            peak = Math.Max(peak, connections);
            usedAt = now;
            wasUsed = true;
            hasNews = true;
            Count(1, connections == 1 ? 1 : 0);
        }

        Changed();
        connection.IsAnnounced = recorder.TryNote(connection.Begin(now));
    }

    public void Went(RecordedConnection connection)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            AddSeconds(now);
            connections--;
            usedAt = now;
            hasNews = true;
            Count(-1, connections == 0 ? -1 : 0);
        }

        Changed();
        recorder.TryNote(connection.End(now));
    }

    /// <summary>A snapshot was stored by this node.</summary>
    public void Saved(long size)
    {
        lock (gate)
        {
            snapshots++;
            snapshotAt = time.GetUtcNow();
            snapshotBytes = size;
            hasNews = true;
        }

        Changed();
    }

    public void Changed() => recorder.Changed(this);

    /// <summary>The session is gone.</summary>
    public void Leave()
    {
        lock (gate)
        {
            Count(-connections, connections > 0 ? -1 : 0);
            hasLeft = true;
            hasNews = true;
        }

        Changed();
        recorder.Left(this);
    }

    /// <summary>The next sample is taken even without a change.</summary>
    public void SayAgain()
    {
        lock (gate)
        {
            hasNews |= wasUsed;
        }

        Changed();
    }

    /// <summary>What happened since the last sample; null without a change.</summary>
    /// <param name="at">The moment that it is of.</param>
    /// <param name="endsHour">Whether an hour ends with it: the seconds of silent connections belong to their
    /// hours, too.</param>
    public RoomSample? TakeSample(DateTimeOffset at, bool endsHour)
    {
        var (updatesNow, bytesInNow, bytesOutNow) = (figures.Updates, figures.BytesIn, figures.BytesOut);
        lock (gate)
        {
            var isWritten = updatesNow != sampledUpdates;
            if (!hasNews && !isWritten && bytesInNow == sampledBytesIn && bytesOutNow == sampledBytesOut
                && !(endsHour && connections > 0))
            {
                return null;
            }

            AddSeconds(at);
            usedAt = isWritten || !wasUsed ? at : usedAt;
            var sample = new RoomSample
            {
                Room = figures.Name,
                UsedAt = usedAt,
                IsOpen = wasUsed && !hasLeft,
                Connections = connections,
                Opened = opened,
                Peak = peak,
                ConnectionSeconds = connectionSeconds,
                Updates = updatesNow - sampledUpdates,
                BytesIn = bytesInNow - sampledBytesIn,
                BytesOut = bytesOutNow - sampledBytesOut,
                Bytes = figures.Bytes,
                SnapshotAt = snapshotAt,
                SnapshotBytes = snapshotBytes,
                Snapshots = snapshots,
            };
            (sampledUpdates, sampledBytesIn, sampledBytesOut) = (updatesNow, bytesInNow, bytesOutNow);
            (opened, peak, connectionSeconds, hasNews) = (0, connections, 0, false);
            (snapshots, snapshotAt, snapshotBytes) = (0, null, null);
            return sample;
        }
    }

    private void Count(int ofConnections, int ofRooms)
    {
        if (!hasLeft)
        {
            recorder.Count(ofConnections, ofRooms);
        }
    }

    private void AddSeconds(DateTimeOffset now)
    {
        if (now > changedAt)
        {
            connectionSeconds += connections * (now - changedAt).TotalSeconds;
            changedAt = now;
        }
    }
}
