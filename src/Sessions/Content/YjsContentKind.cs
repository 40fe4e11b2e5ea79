using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>Yjs documents. Their updates and state vectors are those of Yjs, format V1.</summary>
/// <param name="garbageCollection"><c>Documents:GarbageCollection</c>.</param>
internal sealed class YjsContentKind(bool garbageCollection) : IContentKind
{
    private static readonly byte[] NoChanges = [0, 0];
    private static readonly byte[] NoClients = [0];

    public ReadOnlyMemory<byte> EmptyUpdate => NoChanges;

    public ReadOnlyMemory<byte> EmptyStateVector => NoClients;

    public IContent Create() => new YjsContent(new YDocument(garbageCollection));

    public bool TryMerge(IReadOnlyList<ReadOnlyMemory<byte>> updates, out byte[] merged, out ContentError error)
    {
        var isRead = YDocument.TryMerge(updates, out merged, out var wrong);
        error = YjsContent.ErrorOf(wrong);
        return isRead;
    }
}
