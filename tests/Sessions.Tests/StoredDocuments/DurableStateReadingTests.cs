using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>One reading of a document's snapshots and log; without a reader that begins another.</summary>
public sealed class DurableStateReadingTests
{
    private readonly FakeTimeProvider time = new();
    private readonly MemoryBackplane log = new();
    private readonly MemorySnapshots store;

    public DurableStateReadingTests() => store = new MemorySnapshots(time);

    [Fact]
    public async Task A_document_is_its_newest_snapshot_and_the_entries_after_it()
    {
        var first = Append(1);
        Put(first.Position, first.Payload);
        var second = Append(2);
        var state = await ReadAsync();
        Assert.Equal(DurableOutcome.Read, state!.Outcome);
        Assert.Equal(second.Position, state.Position);
        Assert.Equal([second.Position], state.Entries.Select(entry => entry.Position));
        Assert.True(state.IsInLog);
        Assert.Equal(
            World.StateOf(first.Payload.ToArray(), second.Payload.ToArray()), state.Document.EncodeState());
    }

    [Fact]
    public async Task Nothing_stored_is_an_empty_document()
    {
        var state = await ReadAsync();
        Assert.Equal(DurableOutcome.Read, state!.Outcome);
        Assert.True(state.Position.IsNone);
    }

    [Fact]
    public async Task A_snapshot_that_does_not_read_is_bearable_while_the_log_holds_its_entry()
    {
        Append(1);
        var second = Append(2);
        Put(second.Position, second.Payload);
        store.Damage(second.Position);
        var state = await ReadAsync();
        Assert.Equal(DurableOutcome.Read, state!.Outcome);
        Assert.Equal([second.Position], state.Unreadable);

        log.Lose(World.Name);
        state = await ReadAsync();
        Assert.Equal(DurableOutcome.Unreadable, state!.Outcome);
        Assert.Contains("does not reach it", state.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deletion_in_the_log_counts_without_a_tombstone()
    {
        Append(1);
        var deleted = log.AppendElsewhere(World.Name, 2, [], EntryKind.Deleted);
        var state = await ReadAsync();
        Assert.Equal(DurableOutcome.Deleted, state!.Outcome);
        Assert.Equal(deleted.Position, state.Position);
        Assert.False(state.IsBuried);
    }

    [Fact]
    public async Task A_log_of_another_history_than_the_snapshots_is_read_from_its_beginning()
    {
        Put(new Position(1, 7, new EntryId(77)), Messages.Typed(7, 0, "x"));
        var entry = Append(1);
        var state = await ReadAsync();
        Assert.Equal(DurableOutcome.Read, state!.Outcome);
        Assert.Equal(entry.Position, state.Position);
        Assert.False(state.IsInLog);
        Assert.Equal(World.StateOf(entry.Payload.ToArray()), state.Known.EncodeState());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_log_that_begins_after_a_pruned_snapshot_is_read_where_a_stored_one_names_that(bool isNamed)
    {
        var pruned = Append(1);
        await log.CheckpointAsync(World.Name, pruned.Position, pruned.Position, CancellationToken.None);
        var entry = Append(2);
        store.Put(new Snapshot(
            World.Name, SnapshotKind.State, new Position(pruned.Position.Epoch, 7, new EntryId(77)), default,
            World.StateOf(pruned.Payload.ToArray(), Messages.Typed(7, 0, "x")))
        {
            Covers = isNamed ? [pruned.Position.Id] : [],
        });
        var reading = Begin();
        var state = await reading.ReadAsync(CancellationToken.None);
        if (!isNamed)
        {
            Assert.Null(state);
            Assert.Contains("no snapshot covers what was before", reading.Problem, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(DurableOutcome.Read, state!.Outcome);
        Assert.Equal(entry.Position, state.Position);

        // Sessions that follow this log may lack what is only in the snapshot.
        Assert.Equal(World.StateOf(entry.Payload.ToArray()), state.Known.EncodeState());
        Assert.Equal(
            World.StateOf(pruned.Payload.ToArray(), Messages.Typed(7, 0, "x")),
            World.StateOf(state.Strays.ToArray()));
    }

    [Fact]
    public async Task Snapshots_that_were_stored_while_a_lost_log_was_read_need_another_reading()
    {
        Put(new Position(1, 7, new EntryId(77)), Messages.Typed(7, 0, "x"));
        Append(1);
        store.AfterListing = () => Put(new Position(1, 8, new EntryId(88)), Messages.Typed(8, 0, "y"));
        var reading = Begin();
        Assert.Null(await reading.ReadAsync(CancellationToken.None));
        Assert.Contains("stored while the log was read", reading.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_of_a_lost_history_that_covers_what_was_trimmed_makes_the_document_whole()
    {
        var (first, second) = (Append(1), Append(2));
        Put(first.Position, first.Payload);
        await log.CheckpointAsync(World.Name, second.Position, first.Position, CancellationToken.None);
        Assert.Equal(first.Position, (await log.ReadAsync(World.Name, Position.None, CancellationToken.None)).Start);

        // The snapshot at the first entry is pruned, and a failover loses the entries that those after it stand at.
        await store.DeleteAsync(World.Name, Info(first.Position), CancellationToken.None);
        var lost = new Position(first.Position.Epoch, 7, new EntryId(77));
        var newest = new Position(first.Position.Epoch, 9, new EntryId(99));
        Put(lost, first.Payload, first.Position.Id);
        Put(newest, first.Payload, lost.Id);
        var state = await ReadAsync();
        Assert.Equal(DurableOutcome.Read, state!.Outcome);
        Assert.Equal(second.Position, state.Position);
        Assert.Equal(World.StateOf(first.Payload.ToArray(), second.Payload.ToArray()), state.Document.EncodeState());

        // Other sessions that follow the log may not have read them.
        Assert.Equal(World.StateOf(second.Payload.ToArray()), state.Known.EncodeState());

        await store.DeleteAsync(World.Name, Info(lost), CancellationToken.None);
        Assert.Null(await ReadAsync());
    }

    private static SnapshotInfo Info(Position at) => new(at, 0, default);

    private LoggedEntry Append(ulong id) => log.AppendElsewhere(World.Name, id, Messages.Typed(id, 0, "a"));

    private void Put(Position at, ReadOnlyMemory<byte> update, params EntryId[] covers) =>
        store.Put(new Snapshot(World.Name, SnapshotKind.State, at, default, update) { Covers = covers });

    private async Task<DurableState?> ReadAsync() => await Begin().ReadAsync(CancellationToken.None);

    private DurableStateReading Begin()
    {
        var kind = new YjsContentKind(true);
        return new DurableStateReading(
            log,
            new MergedSnapshots(store, World.Name, Position.None, kind, NullLogger.Instance),
            World.Name,
            Position.None,
            acceptsGap: false,
            kind,
            null,
            time);
    }
}
