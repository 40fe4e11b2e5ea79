using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Connections;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;
using static Relay.Doubles.Messages;

namespace Relay.Sessions;

/// <summary>What becomes of a damaged log's entries when an operator sets it aside.</summary>
public sealed class BadLogsTests
{
    private const long Epoch = 7;

    private static readonly byte[] A = Typed(1, 0, "a");
    private static readonly byte[] B = Typed(2, 0, "b");
    private static readonly byte[] C = Typed(3, 0, "c");

    private readonly MemorySnapshots snapshots = new(TimeProvider.System);
    private readonly MemoryBackplane backplane = new();
    private readonly DamagedLog log = new();
    private readonly BadLogs bad;

    public BadLogsTests()
    {
        var durable = new DurableStateReader(
            backplane,
            snapshots,
            new YjsContentKind(true),
            TimeProvider.System,
            NullLogger<DurableStateReader>.Instance);
        var environment = SessionEnvironment.For(TimeProvider.System, InlineScheduler.Instance);
        var renewal = new LogRenewal(backplane, snapshots, environment, new YjsContentKind(true));
        bad = new BadLogs(log, durable, renewal);
    }

    [Fact]
    public async Task The_new_log_begins_with_all_entries_that_read()
    {
        log.Holds(3, Entry(1, A), Entry(3, C));
        Assert.Equal(SetAsideOutcome.WouldLose, (await SetAsideAsync(acceptsLoss: false)).Outcome);
        Assert.Null(log.First);
        var result = await SetAsideAsync(acceptsLoss: true);
        Assert.Equal((SetAsideOutcome.Done, true), (result.Outcome, result.Opens));
        Assert.Equal(World.StateOf(A, C), World.StateOf(log.First!.Value.Payload.ToArray()));
    }

    [Fact]
    public async Task What_a_snapshot_covers_is_not_lost_and_what_came_after_it_is()
    {
        log.Holds(3, Entry(3, C));
        Store(2, World.StateOf(A, B));
        Assert.Null((await SetAsideAsync(acceptsLoss: false)).Loss);
        log.Holds(4, Entry(3, C));
        Assert.NotNull((await SetAsideAsync(acceptsLoss: false)).Loss);
    }

    [Fact]
    public async Task Where_the_end_is_not_known_no_snapshot_is_known_to_cover_it()
    {
        log.Holds(2, Entry(1, A), Entry(2, B));
        log.MayLackEnd = true;
        Store(2, World.StateOf(A, B));
        Assert.Equal(SetAsideOutcome.WouldLose, (await SetAsideAsync(acceptsLoss: false)).Outcome);
    }

    [Fact]
    public async Task An_entry_that_is_no_update_is_one_that_does_not_read()
    {
        log.Holds(2, Entry(1, A), Entry(2, [9, 9, 9]));
        var result = await SetAsideAsync(acceptsLoss: true);
        Assert.NotNull(result.Loss);
        Assert.Equal(A, log.First!.Value.Payload.ToArray());
    }

    [Fact]
    public async Task A_log_whose_bytes_are_right_begins_anew_without_an_entry_that_is_no_update()
    {
        backplane.AppendElsewhere(World.Name, 1, A);
        backplane.AppendElsewhere(World.Name, 2, [9, 9, 9]);
        backplane.AppendElsewhere(World.Name, 3, C);
        Assert.Equal(SetAsideOutcome.WouldLose, (await SetAsideAsync(acceptsLoss: false)).Outcome);
        Assert.Equal(3, backplane.Entries(World.Name).Count);
        var result = await SetAsideAsync(acceptsLoss: true);
        Assert.Equal((SetAsideOutcome.Done, true), (result.Outcome, result.Opens));
        Assert.Contains("1 do not read, the first of them at offset 2", result.Loss);
        var first = Assert.Single(backplane.Entries(World.Name));
        Assert.Equal(World.StateOf(A, C), World.StateOf(first.Payload.ToArray()));
        Assert.Equal(SetAsideOutcome.Reads, (await SetAsideAsync(acceptsLoss: true)).Outcome);
    }

    [Fact]
    public async Task Only_what_no_snapshot_covers_of_such_entries_is_lost()
    {
        backplane.AppendElsewhere(World.Name, 1, A);
        backplane.AppendElsewhere(World.Name, 2, [9, 9, 9]);
        var end = backplane.AppendElsewhere(World.Name, 3, [9, 9, 9]).Position;
        Store(end with { Offset = 2, Id = new EntryId(2) });
        Assert.Contains("Of 1 log entries", (await SetAsideAsync(acceptsLoss: false)).Loss);
        Store(end);
        Assert.Equal(SetAsideOutcome.Reads, (await SetAsideAsync(acceptsLoss: false)).Outcome);

        void Store(Position at) => snapshots.Put(
            new Snapshot(World.Name, SnapshotKind.State, at, DateTimeOffset.UnixEpoch, World.StateOf(A, B)));
    }

    [Fact]
    public async Task A_deleted_document_stays_deleted()
    {
        log.Holds(2, Entry(1, [], EntryKind.Deleted));
        Assert.Equal(SetAsideOutcome.Done, (await SetAsideAsync(acceptsLoss: false)).Outcome);
        Assert.Equal(EntryKind.Deleted, log.First!.Value.Kind);
    }

    [Fact]
    public async Task A_document_that_was_created_again_is_not_taken_for_deleted()
    {
        snapshots.Put(new Snapshot(World.Name, SnapshotKind.Tombstone, At(3, 1), DateTimeOffset.UnixEpoch, default));
        log.Holds(3, Entry(1, [], EntryKind.Created), Entry(3, C));
        Assert.True((await SetAsideAsync(acceptsLoss: true)).Opens);
        var kept = snapshots.Of(World.Name)[0];
        Assert.Equal(Epoch, kept.Position.Epoch);
        Assert.Equal(C, kept.Update.ToArray());
    }

    private static Position At(long epoch, long offset) => new(epoch, offset, new EntryId((ulong)offset));

    private static LoggedEntry Entry(long offset, byte[] payload, EntryKind kind = EntryKind.Update) =>
        new(At(Epoch, offset), new EntryId((ulong)offset - 1), kind, payload);

    private void Store(long offset, byte[] state) =>
        snapshots.Put(new Snapshot(World.Name, SnapshotKind.State, At(Epoch, offset), DateTimeOffset.UnixEpoch, state));

    private Task<SetAsideResult> SetAsideAsync(bool acceptsLoss) => bad.SetAsideAsync(World.Name, acceptsLoss, default);

    /// <summary>A damaged log with these entries left.</summary>
    private sealed class DamagedLog : IDamagedLogs
    {
        private SalvagedLog? salvaged;

        public bool MayLackEnd { get; set; }

        /// <summary>What the log begins anew with.</summary>
        public LogEntry? First { get; private set; }

        public void Holds(long end, params LoggedEntry[] entries) =>
            salvaged = new SalvagedLog(entries, At(Epoch, end), false, "It is damaged.");

        public ValueTask<SalvagedLog?> SalvageAsync(DocumentName document, CancellationToken cancellation) =>
            ValueTask.FromResult(salvaged is null ? null : salvaged with { MayLackEnd = MayLackEnd });

        public ValueTask<string?> SetAsideAsync(DocumentName document, LogEntry entry, CancellationToken cancellation)
        {
            First = entry;
            return ValueTask.FromResult<string?>("aside");
        }
    }
}
