using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// The snapshot store of one document. A snapshot is never overwritten: writing the same position again must bring
/// nothing that the stored one lacks.
/// </summary>
internal sealed class Snapshots(World world, Ledger ledger)
{
    private readonly RollingUpgrade? upgrade = world.Upgrade;
    private readonly List<Stored> stored = [];

    /// <summary>Newest first, as a listing shows them.</summary>
    public IReadOnlyList<Stored> All => stored;

    /// <summary>The states that read, of the document as it is: not of one before a deletion.</summary>
    public IEnumerable<Snapshot> Readable =>
        stored.Select(s => s.Snapshot).Where(
            (s, i) => !stored[i].IsDamaged && s.Kind == SnapshotKind.State && s.Position.Epoch >= ledger.Life.From);

    /// <summary>Whether a tombstone or a state of the document as it is stands here.</summary>
    public bool HasAnyOf(Life life, SnapshotKind kind) =>
        stored.Exists(s => s.Snapshot.Kind == kind && s.Snapshot.Position.Epoch >= life.From);

    public void Write(Process process, Snapshot snapshot)
    {
        if (stored.Find(s => s.Snapshot.Position == snapshot.Position) is { } known)
        {
            ledger.OnStoredAgain(snapshot);
            if (Read(process, known).Outcome != SnapshotReadOutcome.Read)
            {
                throw new SnapshotStoreUnavailableException(
                    "What is stored there does not read.")
                { IsPositionTaken = true };
            }

            return;
        }

        world.Trace($"snapshots: {process.Name} stores {snapshot.Position}, {snapshot.Update.Length} bytes");
        CheckCovers(snapshot, stored.Where(s => snapshot.Covers.Contains(s.Snapshot.Position.Id))
            .Select(s => s.Snapshot));
        stored.Add(new Stored(snapshot with { Update = snapshot.Update.ToArray() }, ProcessTime.At(world.Agenda)));
        stored.Sort(static (a, b) => Compare(b.Snapshot.Position, a.Snapshot.Position));
        ledger.OnSnapshot(snapshot);
    }

    public IReadOnlyList<SnapshotInfo> List() =>
        [.. stored.Select(s => new SnapshotInfo(s.Snapshot.Position, BytesOf(s.Snapshot), s.StoredAt))];

    public SnapshotReadResult Read(Process process, Position position) =>
        stored.Find(s => s.Snapshot.Position == position) is { } found
            ? Read(process, found)
            : new SnapshotReadResult(SnapshotReadOutcome.Gone);

    public void Delete(Process process, Position position)
    {
        if (stored.RemoveAll(s => s.Snapshot.Position == position) > 0)
        {
            world.Trace($"snapshots: {process.Name} deletes {position}");
            ledger.OnShrunk("the removal of a snapshot");
        }
    }

    /// <summary>A bit flips in the newest one.</summary>
    public bool Damage()
    {
        if (stored.Count == 0)
        {
            return false;
        }

        world.Trace($"snapshots: a bit flips in {stored[0].Snapshot.Position}");
        stored[0].IsDamaged = true;
        ledger.OnShrunk("the damage of a snapshot");
        return true;
    }

    private SnapshotReadResult Read(Process process, Stored found) =>
        found.IsDamaged
            ? new SnapshotReadResult(SnapshotReadOutcome.Unreadable, Problem: "The checksum is wrong.")
            : upgrade?.Read(process, found.Snapshot)
                ?? new SnapshotReadResult(SnapshotReadOutcome.Read, found.Snapshot);

    /// <summary>A snapshot has all of those that it says that it covers.</summary>
    private void CheckCovers(Snapshot snapshot, IEnumerable<Snapshot> covered)
    {
        foreach (var other in covered)
        {
            if (other.Kind == SnapshotKind.Tombstone
                || !Updates.Contains(world.Updates.DocumentOf(snapshot.Update), other.Update))
            {
                throw new ScheduleFailedException(
                    $"The snapshot at {snapshot.Position} says that it covers the one at {other.Position}.");
            }
        }
    }

    /// <summary>As they are stored, so that a listing tells a tombstone from a state.</summary>
    private static long BytesOf(Snapshot snapshot) =>
        SnapshotFormat.LengthOf(snapshot.Document, snapshot.Update.Length) + snapshot.Fields.Bytes.Length;

    private static int Compare(Position a, Position b) => a.Epoch != b.Epoch ? a.Epoch.CompareTo(b.Epoch)
        : a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : b.Id.Value.CompareTo(a.Id.Value);

    internal sealed class Stored(Snapshot snapshot, DateTimeOffset storedAt)
    {
        public Snapshot Snapshot { get; } = snapshot;

        public DateTimeOffset StoredAt { get; } = storedAt;

        public bool IsDamaged { get; set; }
    }
}
