using System.Collections.Concurrent;
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

    private readonly ConcurrentDictionary<RoomActivity, bool> activities = new();
    private readonly Channel<ConnectionChange> changes = Channel.CreateBounded<ConnectionChange>(
        new BoundedChannelOptions(maxWaiting) { SingleReader = true });
    private volatile bool isOff;
    private int leftSinceBatch;
    private long batches;
    private DateTimeOffset at;
    private DateTimeOffset upTo;
    private bool endsHour;
    private RoomActivity[] rest = [];

    /// <summary>What a session adds its figures to.</summary>
    public RoomActivity Begin(DocumentName room)
    {
        var activity = new RoomActivity(room, this, time);
        if (!isOff)
        {
            activities.TryAdd(activity, true);
        }

        return activity;
    }

    IRoomActivity IRoomRecorder.Begin(DocumentName room) => Begin(room);

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
        if (Interlocked.Increment(ref leftSinceBatch) > maxWaiting && activities.TryRemove(activity, out _))
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

        activities.Clear();
    }

    /// <summary>The database does not know this node's open documents: they are written again.</summary>
    public void SayAll()
    {
        foreach (var activity in activities.Keys)
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
        var all = rest;
        if (all.Length == 0)
        {
            Interlocked.Exchange(ref leftSinceBatch, 0);
            var now = time.GetUtcNow();
            var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
            endsHour = upTo < hour && upTo >= hour.AddHours(-1);
            upTo = endsHour ? hour : now;
            at = endsHour ? hour.AddTicks(-10) : now;
            all = [.. activities.Keys];
        }

        var connections = TakeChanges();

        // The session after one that left may have been sampled already, and that one's end must not look like its own.
        var gone = all.Where(activity => activity.HasLeft).Select(activity => activity.Room).ToHashSet();
        foreach (var activity in all)
        {
            if (gone.Contains(activity.Room))
            {
                activity.SayAgain();
            }
        }

        var rooms = new Dictionary<DocumentName, RoomSample>();
        var next = 0;
        for (; next < all.Length && rooms.Count < MaxOfBatch; next++)
        {
            Take(all[next], rooms);
        }

        // Never one of two sessions of a document without the other.
        rest = [.. all.Skip(next).Where(activity => !rooms.ContainsKey(activity.Room))];
        foreach (var activity in all.Skip(next).Where(activity => rooms.ContainsKey(activity.Room)))
        {
            Take(activity, rooms);
        }

        isLast = rest.Length == 0 && connections.Count < MaxOfBatch && !endsHour;
        var (openConnections, openRooms) = (0, 0);
        foreach (var activity in activities.Keys)
        {
            openConnections += activity.Connections;
            openRooms += activity.Connections > 0 ? 1 : 0;
        }

        return new MetadataBatch(++batches, at, [.. rooms.Values], connections, openConnections, openRooms);
    }

    private void Take(RoomActivity activity, Dictionary<DocumentName, RoomSample> rooms)
    {
        // Asked before: what leaves after this is sampled once more.
        var hasLeft = activity.HasLeft;
        if (activity.TakeSample(at, endsHour) is { } sample)
        {
            rooms[sample.Room] = rooms.TryGetValue(sample.Room, out var other) ? other.And(sample) : sample;
        }

        if (hasLeft)
        {
            activities.TryRemove(activity, out _);
        }
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
