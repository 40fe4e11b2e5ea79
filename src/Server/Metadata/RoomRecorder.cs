using System.Threading.Channels;
using Relay.Persistence.Metadata;
using Relay.Sessions;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Metadata;

/// <summary>
/// The metadata of this node's documents and connections, until it is written. Figures stay where they are added up, so
/// they take no space here however long the database is away. Openings and closings of connections wait in a bounded
/// queue; beyond its bound they are dropped and counted. No caller waits for this. Thread-safe; batches are taken by
/// one writer.
/// </summary>
internal sealed class RoomRecorder(RelayMetrics metrics, TimeProvider time, int maxWaiting = 100_000) : IRoomRecorder
{
    /// <summary>
    /// Documents, and changes of connections, in one batch: what a database takes well within its deadline.
    /// </summary>
    private const int MaxOfBatch = 10_000;

    /// <summary>
    /// So many documents are taken from the list of changes at once, because sessions wait meanwhile.
    /// </summary>
    private const int PartOfBatch = 256;

    private readonly RecordedRooms rooms = new();
    private readonly ChangedList<RoomActivity> changed = new();
    private readonly Channel<ConnectionChange> changes = Channel.CreateBounded<ConnectionChange>(
        new BoundedChannelOptions(maxWaiting) { SingleReader = true });
    private readonly List<RoomActivity> part = [];
    private volatile bool isOff;
    private int leftSinceBatch;
    private int openConnections;
    private int openRooms;
    private long batches;
    private DateTimeOffset at;
    private DateTimeOffset upTo;
    private bool endsHour;

    /// <summary>How many documents the last batch looked at, for tests.</summary>
    public int LookedAt { get; private set; }

    /// <summary>Makes what a session tells what happens.</summary>
    public RoomActivity Begin(RoomFigures figures)
    {
        var activity = new RoomActivity(figures, this, time);
        figures.Activity = activity;
        if (!isOff)
        {
            rooms.Add(activity);
        }

        return activity;
    }

    IRoomActivity IRoomRecorder.Begin(RoomFigures figures) => Begin(figures);

    /// <summary>Connections, and documents with connections, have become so many more.</summary>
    public void Count(int ofConnections, int ofRooms)
    {
        Interlocked.Add(ref openConnections, ofConnections);
        Interlocked.Add(ref openRooms, ofRooms);
    }

    /// <summary>The next batch looks at a session.</summary>
    public void Changed(RoomActivity activity)
    {
        if (!isOff)
        {
            changed.Add(activity);
        }
    }

    /// <summary>Notes that a connection opened or closed; false when it was dropped.</summary>
    public bool TryNote(ConnectionChange change)
    {
        if (changes.Writer.TryWrite(change))
        {
            return true;
        }

        if (!isOff)
        {
            metrics.MetadataDropped();
        }

        return false;
    }

    /// <summary>A session is gone; its last figures wait for the next batch.</summary>
    public void Left(RoomActivity activity)
    {
        if (Interlocked.Increment(ref leftSinceBatch) > maxWaiting && Forget(activity))
        {
            metrics.MetadataDropped();
        }
    }

    /// <summary>No batch will be written any more: what waits is dropped.</summary>
    public void TurnOff()
    {
        isOff = true;
        changes.Writer.TryComplete();
        while (changes.Reader.TryRead(out _))
        {
        }

        foreach (var activity in rooms.All())
        {
            Forget(activity);
        }
    }

    /// <summary>The database does not know this node's open documents: they are written again.</summary>
    public void SayAll()
    {
        foreach (var activity in rooms.All())
        {
            activity.SayAgain();
        }
    }

    /// <summary>
    /// What has happened since the last batch, or so much of it as fits into one; <paramref name="isLast"/> says
    /// whether that is all.
    /// </summary>
    public MetadataBatch TakeBatch(out bool isLast)
    {
        if (changed.IsLookOver)
        {
            BeginLook();
        }

        var connections = TakeChanges();
        var samples = new Dictionary<DocumentName, RoomSample>();
        LookedAt = 0;
        do
        {
            changed.Take(part, Math.Min(PartOfBatch, MaxOfBatch - samples.Count));
            part.ForEach(activity => Take(activity.Room, samples));
        }
        while (part.Count > 0);

        isLast = changed.IsLookOver && connections.Count < MaxOfBatch && !endsHour;
        return new MetadataBatch(++batches, at, [.. samples.Values], connections, Volatile.Read(ref openConnections),
            Volatile.Read(ref openRooms));
    }

    private void BeginLook()
    {
        Interlocked.Exchange(ref leftSinceBatch, 0);
        var now = time.GetUtcNow();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        endsHour = upTo < hour && upTo >= hour.AddHours(-1);
        upTo = endsHour ? hour : now;
        at = endsHour ? hour.AddTicks(-10) : now;
        if (endsHour)
        {
            // Documents without changes have something to say as well: the time of their connections.
            foreach (var activity in rooms.All())
            {
                if (activity.Connections > 0)
                {
                    changed.Add(activity);
                }
            }
        }

        changed.BeginLook();
    }

    /// <summary>Takes what all sessions of a document have to say: never that of one without the others.</summary>
    private void Take(DocumentName room, Dictionary<DocumentName, RoomSample> samples)
    {
        var sessions = rooms.Of(room);
        if (sessions.Exists(activity => activity.HasLeft))
        {
            // The session after one that left may have been sampled before, and that one's end must not look like its
            // own.
            sessions.ForEach(activity => activity.SayAgain());
        }

        foreach (var activity in sessions)
        {
            LookedAt++;

            // Asked before: what leaves after this is sampled once more.
            var hasLeft = activity.HasLeft;
            if (activity.TakeSample(at, endsHour) is { } sample)
            {
                samples[room] = samples.TryGetValue(room, out var other) ? other.And(sample) : sample;
            }

            if (hasLeft)
            {
                Forget(activity);
            }
        }
    }

    private bool Forget(RoomActivity activity)
    {
        var wasKnown = rooms.Remove(activity);
        changed.Remove(activity);
        return wasKnown;
    }

    private List<ConnectionChange> TakeChanges()
    {
        var taken = new List<ConnectionChange>();
        var places = new Dictionary<Guid, int>();
        while (taken.Count < MaxOfBatch && changes.Reader.TryRead(out var change))
        {
            if (places.TryGetValue(change.Id, out var place))
            {
                taken[place] = change with { IsNew = true };
            }
            else
            {
                places.Add(change.Id, taken.Count);
                taken.Add(change);
            }
        }

        return taken;
    }
}
