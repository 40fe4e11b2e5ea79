using Relay.DocLocator;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>The locator's table: the one that nodes without DynamoDB use, behind a network.</summary>
internal sealed class Locators(Agenda agenda, Process observer)
{
    private readonly InMemoryLocatorTable table = new(new ProcessTime(agenda, observer), TimeSpan.FromSeconds(20));

    public Service Service { get; } = new("locator");

    /// <summary>
    /// The addresses of nodes that could not take themselves out, or were added after they had gone: they stay until
    /// somebody asks them for the document.
    /// </summary>
    public HashSet<(DocumentName Document, string Address)> LeftBehind { get; } = [];

    public InMemoryDocumentLocator LocatorOf(NodeIdentity identity) => table.LocatorFor(identity);

    /// <summary>The addresses of the live nodes that stand in the table for a document.</summary>
    public IReadOnlyList<string> Holders(DocumentName document)
    {
        var probe = LocatorOf(NodeIdentity.Create("observer", "1"));
        var holders = probe.AddAsync(document, CancellationToken.None).GetAwaiter().GetResult();
        _ = probe.RemoveAsync(document, CancellationToken.None);
        return holders;
    }
}
