using Relay.DocLocator;
using Relay.Yjs;

namespace Relay.Doubles;

/// <summary>A locator that shows which documents this node is listed for, and what was done in which order.</summary>
internal sealed class MemoryLocator : IDocumentLocator
{
    public Gate Adding { get; } = new();

    public Gate Removing { get; } = new();

    public HashSet<DocumentName> Held { get; } = [];

    /// <summary>The addresses of other nodes that hold every document.</summary>
    public List<string> Others { get; } = [];

    public List<string> Operations { get; } = [];

    public async ValueTask<IReadOnlyList<string>> AddAsync(DocumentName document, CancellationToken cancellation)
    {
        await Adding.PassAsync();
        Operations.Add("add");
        Held.Add(document);
        return [.. Others];
    }

    public async ValueTask RemoveAsync(DocumentName document, CancellationToken cancellation)
    {
        await Removing.PassAsync();
        Operations.Add("remove");
        Held.Remove(document);
    }
}
