namespace Relay.Persistence.Metadata;

/// <summary>A store of document metadata, and the nodes that a test starts on it.</summary>
public abstract class MetadataStoreTest : IAsyncLifetime
{
    private readonly List<IRoomMetadataWriter> writers = [];

    private protected IRoomMetadata Rooms { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Rooms = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var writer in writers)
        {
            await writer.DisposeAsync().Soon();
        }

        await CloseAsync();
    }

    /// <summary>Makes the store, and reads it.</summary>
    protected abstract Task<IRoomMetadata> OpenAsync();

    protected abstract Task CloseAsync();

    /// <summary>A start of a node.</summary>
    protected abstract IRoomMetadataWriter NewWriter(string incarnation, TimeSpan keepConnections);

    /// <summary>Lets so much time pass that a start that does not write any more is dead.</summary>
    protected abstract Task LetDieAsync(string incarnation);

    /// <summary>Removes all nodes from the store, as if it was replaced by another one.</summary>
    protected abstract Task ForgetNodesAsync();

    /// <summary>A node that has made the tables.</summary>
    private protected async Task<IRoomMetadataWriter> StartNodeAsync(string incarnation = "one", TimeSpan? keep = null)
    {
        var writer = NewWriter(incarnation, keep ?? TimeSpan.FromDays(30));
        writers.Add(writer);
        Assert.Equal(SchemaOutcome.Ready, await writer.PrepareAsync(default).Soon());
        return writer;
    }

    private protected async Task<IEnumerable<string>> NamesAsync(RoomQuery query) =>
        (await Rooms.ListRoomsAsync(query, default).Soon()).Rooms.Select(room => room.Name);
}
