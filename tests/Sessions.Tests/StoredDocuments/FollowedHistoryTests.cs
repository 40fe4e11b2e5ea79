using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.Doubles;
using Relay.Persistence;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>What of a document every session that follows its log has.</summary>
public sealed class FollowedHistoryTests
{
    private static readonly byte[] A = Messages.Typed(1, 0, "a");
    private static readonly byte[] B = Messages.Typed(2, 0, "b");
    private static readonly byte[] C = Messages.Typed(3, 0, "c");

    private readonly FakeTimeProvider time = new();
    private readonly MemorySnapshots store;

    public FollowedHistoryTests() => store = new MemorySnapshots(time);

    [Fact]
    public async Task Where_the_only_snapshot_stands_in_the_log_all_of_the_document_is_known()
    {
        Put(At(5), A);
        var snapshots = await MergeAsync(B);
        var history = new FollowedHistory(snapshots, new YjsContentKind(true), Position.None);
        Assert.Same(snapshots.Document, history.Known([Entry(6, B)], At(5), 1));
        Assert.True(history.Strays([Entry(6, B)], At(5), 1).IsEmpty);
    }

    [Fact]
    public async Task A_snapshot_of_the_logs_epoch_that_does_not_stand_in_it_is_not_known_and_strays()
    {
        Put(At(5), A);
        Put(At(9), C);
        var snapshots = await MergeAsync(B);
        var history = new FollowedHistory(snapshots, new YjsContentKind(true), At(9));
        LoggedEntry[] entries = [Entry(6, B)];
        Assert.Equal(World.StateOf(A, B), history.Known(entries, At(5), 1).EncodeState());
        Assert.Equal(World.StateOf(C), World.StateOf(history.Strays(entries, At(5), 1).ToArray()));
    }

    [Fact]
    public async Task A_covered_snapshot_of_another_epoch_is_known_and_does_not_stray()
    {
        Put(At(5), A);
        var snapshots = await MergeAsync(B);
        LoggedEntry[] entries = [Entry(1, B)];
        var history = new FollowedHistory(snapshots, new YjsContentKind(true), At(5));
        Assert.Equal(World.StateOf(A, B), history.Known(entries, Position.None, 2).EncodeState());
        Assert.True(history.Strays(entries, Position.None, 2).IsEmpty);

        var unknown = new FollowedHistory(snapshots, new YjsContentKind(true), Position.None);
        Assert.Equal(World.StateOf(B), unknown.Known(entries, Position.None, 2).EncodeState());
    }

    [Fact]
    public async Task A_snapshot_of_another_epoch_that_was_stored_before_the_log_began_is_known()
    {
        Put(At(5), A);
        time.Advance(TimeSpan.FromMinutes(2));
        var snapshots = await MergeAsync(B);
        LoggedEntry[] entries = [Entry(1, B)];
        var history = new FollowedHistory(snapshots, new YjsContentKind(true), Position.None);
        Assert.Same(snapshots.Document, history.Known(entries, Position.None, Now));
        Assert.True(history.Strays(entries, Position.None, Now).IsEmpty);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(30)]
    public async Task A_snapshot_that_was_stored_after_or_just_before_the_log_began_may_be_unknown(int secondsBefore)
    {
        var began = Now + (secondsBefore * 1_000_000L);
        Put(At(5), A);
        var snapshots = await MergeAsync(B);
        LoggedEntry[] entries = [Entry(1, B)];
        var history = new FollowedHistory(snapshots, new YjsContentKind(true), Position.None);
        Assert.Equal(World.StateOf(B), history.Known(entries, Position.None, began).EncodeState());
        Assert.Equal(World.StateOf(A), World.StateOf(history.Strays(entries, Position.None, began).ToArray()));
    }

    /// <summary>An epoch that begins now.</summary>
    private long Now => (long)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;

    private static Position At(long offset) => new(1, offset, new EntryId((ulong)offset));

    private static LoggedEntry Entry(long offset, byte[] update) =>
        new(At(offset), EntryId.None, EntryKind.Update, update);

    /// <summary>The document of all snapshots and an entry.</summary>
    private async Task<MergedSnapshots> MergeAsync(byte[] entry)
    {
        var snapshots = new MergedSnapshots(
            store, World.Name, Position.None, new YjsContentKind(true), NullLogger.Instance);
        Assert.Equal(SnapshotMergeStep.Merged, await snapshots.MergeListedAsync(CancellationToken.None));
        Assert.True(snapshots.Document.TryApply(entry, out _, out _));
        return snapshots;
    }

    private void Put(Position at, byte[] update) =>
        store.Put(new Snapshot(World.Name, SnapshotKind.State, at, default, update));
}
