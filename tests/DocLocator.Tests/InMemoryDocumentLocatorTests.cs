using Relay.Yjs;

namespace Relay.DocLocator;

public sealed class InMemoryDocumentLocatorTests : DocumentLocatorSpecification
{
    private readonly InMemoryLocatorTable table;

    public InMemoryDocumentLocatorTests() => table = new InMemoryLocatorTable(Time, Expiry);

    protected override ValueTask<(IDocumentLocator Locator, INodeHeartbeat Heartbeat)> StartAsync(string address,
        string incarnation)
    {
        var locator = table.LocatorFor(NodeIdentity.Create(address, incarnation));
        return ValueTask.FromResult<(IDocumentLocator, INodeHeartbeat)>((locator, locator));
    }

    [Fact]
    public async Task A_document_that_no_node_holds_takes_no_memory()
    {
        var locator = table.LocatorFor(NodeIdentity.Create("10.0.0.1:7000", "1"));
        for (var i = 0; i < 100; i++)
        {
            await locator.AddAsync(DocumentName.Create($"{i}"), default).Soon();
        }

        Assert.Equal(100, table.Documents);
        for (var i = 0; i < 100; i++)
        {
            await locator.RemoveAsync(DocumentName.Create($"{i}"), default).Soon();
        }

        Assert.Equal(0, table.Documents);
    }
}
