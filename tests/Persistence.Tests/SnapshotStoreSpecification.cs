using System.Security.Cryptography;
using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>What every snapshot store does.</summary>
public abstract class SnapshotStoreSpecification : DamagedSnapshotSpecification
{
    [Fact]
    public async Task Unknown_fields_are_stored_read_or_named_and_kept_where_a_snapshot_is_set_aside()
    {
        var skipped = Samples.State(Samples.At(1, 1)) with { Fields = OptionalFields.None.With(4, [7, 8]) };
        var required = Samples.State(Samples.At(1, 2)) with { Fields = OptionalFields.None.With(9, [7, 8]) };
        await Store.WriteAsync(skipped, default).Soon();
        var read = await OtherStore.ReadAsync(Document, (await ListAsync())[0], default).Soon();
        Assert.Equal([7, 8], read.Snapshot!.Fields.Find(4)!.Value.ToArray());

        await PutStoredAsync(Document, required.Position, Samples.Encode(required));
        var listed = (await ListAsync())[0];
        var refused = await Store.ReadAsync(Document, listed, default).Soon();
        Assert.Equal(SnapshotReadOutcome.Unreadable, refused.Outcome);
        Assert.Contains("required field 9", refused.Problem);
        var place = await Store.SetAsideAsync(Document, listed, default).Soon();
        Assert.Equal(Samples.Encode(required), await GetAsideAsync(place!));
    }

    [Fact]
    public async Task What_was_written_is_listed_and_reads()
    {
        foreach (var snapshot in new[] { Samples.State(Samples.At(1, 1), null, 1, 2, 3),
            Samples.Tombstone(Samples.At(2, 1)), Samples.State(new Position(3, 0, EntryId.None)) })
        {
            await Store.WriteAsync(snapshot, default).Soon();

            var info = (await ListAsync())[0];
            Assert.Equal(snapshot.Position, info.Position);
            Assert.Equal((await GetStoredAsync(Document, snapshot.Position))!.Length, info.Bytes);
            Assert.InRange(info.StoredAt, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddMinutes(10));
            await AssertReadsAsync(OtherStore, snapshot);
        }
    }

    [Fact]
    public async Task A_document_without_snapshots_has_an_empty_list()
    {
        await Store.WriteAsync(Samples.State(Samples.At(1, 1)), default).Soon();

        Assert.Empty(await Store.ListAsync(DocumentName.Create("another"), default).Soon());
    }

    [Fact]
    public async Task The_newest_is_listed_first()
    {
        Position[] newestFirst =
        [
            Samples.At(long.MaxValue, 1, 5), Samples.At(1_767_225_600_000_000, 3), Samples.At(17, 1),
                Samples.At(16, 1_000_000), Samples.At(16, 11), Samples.At(16, 10), Samples.At(16, 9),
            Samples.At(9, 300), Samples.At(1, 2, ulong.MaxValue), Samples.At(1, 1, 1),
        ];
        var shuffled = newestFirst.ToArray();
        Random.Shared.Shuffle(shuffled);
        foreach (var position in shuffled)
        {
            await Store.WriteAsync(Samples.State(position), default).Soon();
        }

        Assert.Equal(newestFirst, (await ListAsync()).Select(s => s.Position));
    }

    [Fact]
    public async Task A_listing_is_complete_beyond_one_page()
    {
        for (var offset = 1; offset <= 60; offset++)
        {
            await Store.WriteAsync(Samples.State(Samples.At(1, offset)), default).Soon();
        }

        Assert.Equal(Enumerable.Range(1, 60).Reverse().Select(o => (long)o),
            (await ListAsync()).Select(s => s.Position.Offset));
    }

    [Fact]
    public async Task The_same_position_again_changes_nothing()
    {
        var first = Samples.State(Samples.At(1, 1), null, 1, 2, 3);
        await Store.WriteAsync(first, default).Soon();
        var stored = await GetStoredAsync(Document, first.Position);
        var listed = await ListAsync();

        await Store.WriteAsync(first, default).Soon();
        await OtherStore.WriteAsync(first with { WrittenAt = first.WrittenAt.AddHours(1), Update = new byte[] { 9 } },
            default).Soon();

        Assert.Equal(stored, await GetStoredAsync(Document, first.Position));
        Assert.Equal(listed, await ListAsync());
        await AssertReadsAsync(Store, first);
    }

    [Fact]
    public async Task What_was_deleted_is_gone_and_deleting_it_again_is_no_error()
    {
        await Store.WriteAsync(Samples.State(Samples.At(1, 1)), default).Soon();
        await Store.WriteAsync(Samples.State(Samples.At(1, 2)), default).Soon();
        var info = (await ListAsync())[1];

        await Store.DeleteAsync(Document, info, default).Soon();
        await OtherStore.DeleteAsync(Document, info, default).Soon();

        Assert.Equal([2], (await ListAsync()).Select(s => s.Position.Offset));
        Assert.Equal(SnapshotReadOutcome.Gone, (await Store.ReadAsync(Document, info, default).Soon()).Outcome);
    }

    [Fact]
    public async Task Of_a_document_never_stored_a_snapshot_is_gone_and_can_be_deleted()
    {
        var info = new SnapshotInfo(Samples.At(1, 1), 100, Samples.Time);

        Assert.Equal(SnapshotReadOutcome.Gone, (await Store.ReadAsync(Document, info, default).Soon()).Outcome);
        await Store.DeleteAsync(Document, info, default).Soon();
    }

    [Fact]
    public async Task Hostile_names_are_documents_like_any_other()
    {
        foreach (var name in Samples.HostileNames)
        {
            await Store.WriteAsync(
                Samples.State(Samples.At(1, 1), DocumentName.Create(name), [.. DocumentName.Create(name).ToUtf8()]),
                default).Soon();
        }

        foreach (var name in Samples.HostileNames)
        {
            var document = DocumentName.Create(name);
            var info = Assert.Single(await OtherStore.ListAsync(document, default).Soon());
            var result = await OtherStore.ReadAsync(document, info, default).Soon();
            Samples.AssertSame(Samples.State(Samples.At(1, 1), document, [.. document.ToUtf8()]), result.Snapshot);
        }
    }

    [Fact]
    public async Task A_large_document_reads_back()
    {
        var snapshot = Samples.State(Samples.At(1, 1), null, RandomNumberGenerator.GetBytes(9 * 1024 * 1024 + 1));
        await Store.WriteAsync(snapshot, default).Soon();

        await AssertReadsAsync(OtherStore, snapshot);
    }

    [Fact]
    public async Task Writers_of_one_position_at_once_store_one_of_their_snapshots_whole()
    {
        for (var round = 1; round <= 5; round++)
        {
            var position = Samples.At(1, round);
            await Task.WhenAll(Enumerable.Range(1, 8).Select(i =>
                (i % 2 == 0 ? Store : OtherStore)
                    .WriteAsync(Samples.State(position, null, [.. Enumerable.Repeat((byte)i, 100_000)]), default)
                    .Soon()));

            var info = (await ListAsync())[0];
            var result = await Store.ReadAsync(Document, info, default).Soon();
            Assert.Equal(position, result.Snapshot!.Position);
            Assert.InRange(result.Snapshot.Update.Span[0], 1, 8);
            Assert.Equal(-1, result.Snapshot.Update.Span.IndexOfAnyExcept(result.Snapshot.Update.Span[0]));
        }
    }

    [Fact]
    public async Task Writers_of_different_positions_at_once_store_all_of_them()
    {
        var snapshots = Enumerable.Range(1, 24)
            .Select(i => Samples.State(Samples.At(i % 3 + 1, i), null, [.. Enumerable.Repeat((byte)i, i * 1000)]))
            .ToList();
        await Task.WhenAll(
            snapshots.Select((snapshot, i) => (i % 2 == 0 ? Store : OtherStore).WriteAsync(snapshot, default).Soon()));

        Assert.Equal(snapshots.Count, (await ListAsync()).Count);
        foreach (var snapshot in snapshots)
        {
            await AssertReadsAsync(Store, snapshot);
        }
    }

    [Fact]
    public async Task What_is_no_snapshot_is_refused_before_anything_is_stored()
    {
        await Assert.ThrowsAsync<ArgumentException>(
            () => Store.WriteAsync(Samples.State(Position.None), default).Soon());
        await Assert.ThrowsAsync<ArgumentException>(
            () => Store.WriteAsync(Samples.State(Samples.At(1, 1)) with { Update = default }, default).Soon());

        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_starts_does_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        var snapshot = Samples.State(Samples.At(1, 1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteAsync(snapshot, cancelled).Soon());
        Assert.Empty(await ListAsync());

        await Store.WriteAsync(snapshot, default).Soon();
        var info = Assert.Single(await ListAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.ListAsync(Document, cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.ReadAsync(Document, info, cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.DeleteAsync(Document, info, cancelled).Soon());
        await AssertReadsAsync(Store, snapshot);
    }
}
