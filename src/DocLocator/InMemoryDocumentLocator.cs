using Relay.Yjs;

namespace Relay.DocLocator;

/// <summary>One node's view of an <see cref="InMemoryLocatorTable"/>. Every operation completes at once.</summary>
public sealed class InMemoryDocumentLocator : IDocumentLocator, INodeHeartbeat
{
    private readonly InMemoryLocatorTable table;
    private readonly NodeIdentity node;

    internal InMemoryDocumentLocator(InMemoryLocatorTable table, NodeIdentity node)
    {
        this.table = table;
        this.node = node;
    }

    public ValueTask<IReadOnlyList<string>> AddAsync(DocumentName document, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(table.Add(document, node));
    }

    public ValueTask RemoveAsync(DocumentName document, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        table.Remove(document, node);
        return ValueTask.CompletedTask;
    }

    public ValueTask BeatAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        table.Beat(node);
        return ValueTask.CompletedTask;
    }
}
