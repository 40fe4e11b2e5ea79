namespace Relay.Yjs;

/// <content>What restoring an older state looks at. Meaningful after <see cref="Normalize"/>, until the next
/// update.</content>
public sealed partial class YDocument
{
    internal IReadOnlyList<ClientBlocks> Clients => clients;

    internal Containers Containers => containers;

    /// <summary>
    /// Brings the document to its one form: then a struct has content exactly when a reader can see it, but for entries
    /// of keys that have right origins.
    /// </summary>
    internal void Normalize() => Collect();

    /// <summary>The index of a client, <see cref="Block.None"/> if nothing names it.</summary>
    internal int IndexOfClient(ulong id) => clientIndices.TryGetValue(id, out var index) ? index : Block.None;

    /// <summary>The indices of the containers of each type that an item holds, by the item's id.</summary>
    internal ILookup<(int Client, long Clock), int> TypesByItem() =>
        Enumerable.Range(0, containers.All.Length).Where(i => containers[i].OwnerClient != Block.None)
            .ToLookup(i => (containers[i].OwnerClient, containers[i].OwnerClock));

    /// <summary>The index in this document of a container of another one, made if need be.</summary>
    internal int IndexOfContainer(YDocument other, in Container container)
    {
        var hasKey = container.Key != Block.None;
        var key = hasKey ? other.containers.Name(container.Key) : default;
        return container.RootName != Block.None
            ? containers.OfRoot(other.containers.Name(container.RootName), hasKey, key)
            : containers.OfItem(ClientIndex(other.clients[container.OwnerClient].Id),
                container.OwnerClock, hasKey, key);
    }
}
