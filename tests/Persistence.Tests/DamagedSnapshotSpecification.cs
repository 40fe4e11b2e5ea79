using Relay.Yjs;

namespace Relay.Persistence;

/// <summary>
/// What every snapshot store does with snapshots that do not read, and with others at their positions. An
/// implementation's test class gives a fresh store to each test, and a way past it to the stored bytes.
/// </summary>
public abstract class DamagedSnapshotSpecification
{
    private protected static readonly DocumentName Document = Samples.Document;

    /// <summary>The store under test, empty at the start of each test.</summary>
    protected abstract ISnapshotStore Store { get; }

    /// <summary>Another node's store over the same bytes.</summary>
    protected abstract ISnapshotStore OtherStore { get; }

    /// <summary>The stored bytes at a document's position; null if there are none.</summary>
    protected abstract Task<byte[]?> GetStoredAsync(DocumentName document, Position position);

    /// <summary>The bytes of what the store says that it has set aside there.</summary>
    protected abstract Task<byte[]> GetAsideAsync(string place);

    /// <summary>Puts any bytes at a document's position, past the store.</summary>
    protected abstract Task PutStoredAsync(DocumentName document, Position position, byte[] bytes);

    [Fact]
    public async Task A_tombstone_is_not_taken_as_stored_where_a_state_is()
    {
        await Store.WriteAsync(Samples.State(Samples.At(1, 1)), default).Soon();

        await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
            () => Store.WriteAsync(Samples.Tombstone(Samples.At(1, 1)), default).Soon());
        await AssertReadsAsync(Store, Samples.State(Samples.At(1, 1)));
    }

    [Fact]
    public async Task What_is_set_aside_keeps_its_bytes_out_of_every_listing_and_frees_its_position()
    {
        var (older, bad) = (Samples.State(Samples.At(1, 1)), Samples.State(Samples.At(1, 2), null, 1, 2, 3));
        await Store.WriteAsync(older, default).Soon();
        var places = new List<string>();
        for (byte round = 1; round <= 2; round++)
        {
            await PutStoredAsync(Document, bad.Position, [round, 2, 3]);
            var listed = (await ListAsync())[0];

            places.Add((await Store.SetAsideAsync(Document, listed, default).Soon())!);

            Assert.Equal(older.Position, Assert.Single(await ListAsync()).Position);
            Assert.Equal(SnapshotReadOutcome.Gone,
                (await OtherStore.ReadAsync(Document, listed, default).Soon()).Outcome);
            Assert.Null(await OtherStore.SetAsideAsync(Document, listed, default).Soon());
            for (var i = 0; i < places.Count; i++)
            {
                Assert.Equal([(byte)(i + 1), 2, 3], await GetAsideAsync(places[i]));
            }
        }

        await Store.WriteAsync(bad, default).Soon();
        await AssertReadsAsync(OtherStore, bad);
    }

    [Fact]
    public async Task What_does_not_read_is_kept_and_listed_and_never_replaced()
    {
        var snapshot = Samples.State(Samples.At(1, 2), null, 1, 2, 3);
        await Store.WriteAsync(Samples.State(Samples.At(1, 1)), default).Soon();
        foreach (var bytes in new[] { [], new byte[1], new byte[500], [.. Samples.Encode(snapshot), 0],
            Samples.Encode(snapshot)[..^1] })
        {
            await PutStoredAsync(Document, snapshot.Position, bytes);

            var listed = await ListAsync();
            Assert.Equal(snapshot.Position, listed[0].Position);
            var result = await Store.ReadAsync(Document, listed[0], default).Soon();
            Assert.Equal(SnapshotReadOutcome.Unreadable, result.Outcome);
            Assert.Null(result.Snapshot);
            Assert.False(string.IsNullOrEmpty(result.Problem));

            await Assert.ThrowsAsync<SnapshotStoreUnavailableException>(
                () => Store.WriteAsync(snapshot, default).Soon());
            Assert.Equal(bytes, await GetStoredAsync(Document, snapshot.Position));
        }

        // The next position is free, and the damage takes nothing else with it.
        await Store.WriteAsync(Samples.State(Samples.At(1, 3)), default).Soon();
        Assert.Equal([3, 2, 1], (await ListAsync()).Select(s => s.Position.Offset));
        await AssertReadsAsync(Store, Samples.State(Samples.At(1, 1)));
    }

    [Fact]
    public async Task Bytes_of_another_document_or_position_do_not_read()
    {
        var other = DocumentName.Create("another");
        var position = Samples.At(1, 5);
        await PutStoredAsync(Document, position, Samples.Encode(Samples.State(position, other)));
        await PutStoredAsync(Document, Samples.At(1, 4), Samples.Encode(Samples.State(position)));

        foreach (var info in await ListAsync())
        {
            Assert.Equal(SnapshotReadOutcome.Unreadable,
                (await Store.ReadAsync(Document, info, default).Soon()).Outcome);
        }
    }

    private protected async Task<IReadOnlyList<SnapshotInfo>> ListAsync() =>
        await Store.ListAsync(Document, default).Soon();

    private protected static async Task AssertReadsAsync(ISnapshotStore store, Snapshot expected)
    {
        var info = Assert.Single(await store.ListAsync(expected.Document, default).Soon(),
            s => s.Position == expected.Position);
        var result = await store.ReadAsync(expected.Document, info, default).Soon();
        Assert.Equal(SnapshotReadOutcome.Read, result.Outcome);
        Samples.AssertSame(expected, result.Snapshot);
    }
}
