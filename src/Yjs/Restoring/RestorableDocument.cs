namespace Relay.Yjs;

/// <summary>
/// What restoring an older state looks at: a document in its one form (<see cref="YDocument.Normalize"/>).
/// </summary>
internal readonly struct RestorableDocument
{
    private readonly DocumentTables tables;

    public RestorableDocument(YDocument document)
    {
        document.Normalize();
        tables = document.Tables;
    }

    public IReadOnlyList<ClientBlocks> Clients => tables.Clients.All;

    public Containers Containers => tables.Containers;

    /// <summary>The index of a client, <see cref="Block.None"/> if nothing names it.</summary>
    public int IndexOfClient(ulong id) => tables.Clients.TryFind(id, out var index) ? index : Block.None;

    /// <summary>The indices of the containers of each type that an item holds, by the item's id.</summary>
    public ILookup<(int Client, long Clock), int> TypesByItem()
    {
        var containers = tables.Containers;
        return Enumerable.Range(0, containers.All.Length).Where(i => containers[i].OwnerClient != Block.None)
            .ToLookup(i => (containers[i].OwnerClient, containers[i].OwnerClock));
    }

    /// <summary>The index in this document of a container of another one, made if need be.</summary>
    public int IndexOfContainer(in RestorableDocument other, in Container container)
    {
        var names = other.Containers;
        var hasKey = container.Key != Block.None;
        var key = hasKey ? names.Name(container.Key) : default;
        return container.RootName != Block.None
            ? Containers.OfRoot(names.Name(container.RootName), hasKey, key)
            : Containers.OfItem(tables.Clients.IndexOf(other.Clients[container.OwnerClient].Id),
                container.OwnerClock, hasKey, key);
    }
}
