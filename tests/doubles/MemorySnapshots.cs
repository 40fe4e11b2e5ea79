using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>A snapshot store in memory that a test can hold up, break and damage.</summary>
internal sealed class MemorySnapshots(TimeProvider time) : ISnapshotStore
{
    private readonly List<(Snapshot Snapshot, DateTimeOffset StoredAt)> stored = [];
    private readonly HashSet<Position> damaged = [];

    public Gate Writing { get; } = new();

    public Gate Reading { get; } = new();

    /// <summary>Before a snapshot is moved out of the way.</summary>
    public Gate SettingAside { get; } = new();

    public int Writes { get; private set; }

    /// <summary>Called once, after the next listing was made: what is stored then is not in it.</summary>
    public Action? AfterListing { get; set; }

    public IReadOnlyList<Snapshot> Of(DocumentName name) =>
        [.. stored.Select(s => s.Snapshot).Where(s => s.Document == name).OrderByDescending(s => s.Position.Epoch)
            .ThenByDescending(s => s.Position.Offset)];

    public void Damage(Position position) => damaged.Add(position);

    public void Put(Snapshot snapshot) => stored.Add((snapshot, time.GetUtcNow()));

    public async ValueTask WriteAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        await Writing.PassAsync();
        Writes++;
        if (damaged.Contains(snapshot.Position))
        {
            throw new SnapshotStoreUnavailableException(
                "What is stored there does not read.")
            { IsPositionTaken = true };
        }

        if (!stored.Exists(s => s.Snapshot.Document == snapshot.Document && s.Snapshot.Position == snapshot.Position))
        {
            Put(snapshot with { Update = snapshot.Update.ToArray() });
        }
    }

    public async ValueTask<IReadOnlyList<SnapshotInfo>> ListAsync(DocumentName document, CancellationToken cancellation)
    {
        await Reading.PassAsync();
        SnapshotInfo[] listing = [.. Of(document)
            .Select(s => new SnapshotInfo(
                s.Position, SnapshotFormat.LengthOf(document, s.Update.Length) + s.Fields.Bytes.Length,
                stored.First(x => x.Snapshot == s).StoredAt))];
        var after = AfterListing;
        AfterListing = null;
        after?.Invoke();
        return listing;
    }

    public async ValueTask<SnapshotReadResult> ReadAsync(DocumentName document, SnapshotInfo snapshot,
        CancellationToken cancellation)
    {
        await Reading.PassAsync();
        if (damaged.Contains(snapshot.Position))
        {
            return new SnapshotReadResult(SnapshotReadOutcome.Unreadable, Problem: "The checksum is wrong.");
        }

        var found = Of(document).FirstOrDefault(s => s.Position == snapshot.Position);
        return found is null
            ? new SnapshotReadResult(SnapshotReadOutcome.Gone)
            : new SnapshotReadResult(SnapshotReadOutcome.Read, found);
    }

    public ValueTask DeleteAsync(DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation)
    {
        stored.RemoveAll(s => s.Snapshot.Document == document && s.Snapshot.Position == snapshot.Position);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<string?> SetAsideAsync(
        DocumentName document, SnapshotInfo snapshot, CancellationToken cancellation)
    {
        await SettingAside.PassAsync();
        damaged.Remove(snapshot.Position);
        var removed = stored.RemoveAll(s => s.Snapshot.Document == document
            && s.Snapshot.Position == snapshot.Position);
        return removed == 0 ? null : $"{snapshot.Position} aside";
    }
}
