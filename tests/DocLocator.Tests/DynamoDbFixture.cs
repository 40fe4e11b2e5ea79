using Relay.DocLocator.DynamoDb;

namespace Relay.DocLocator;

/// <summary>A DynamoDB for the tests of one class: the one that <c>RELAY_TEST_DYNAMODB</c> names, or its own.</summary>
public sealed class DynamoDbFixture : IAsyncLifetime
{
    private ServerProcess? server;
    private int tables;

    /// <summary>Where it listens. A test that asks is skipped where DynamoDB is not installed.</summary>
    public Uri Address
    {
        get
        {
            ServerPrograms.Require(ServerKind.DynamoDb);
            return field!;
        }
        private set;
    }

    public async ValueTask InitializeAsync()
    {
        if (ServerPrograms.GivenAddress(ServerKind.DynamoDb) is { } address)
        {
            Address = address;
        }
        else if (ServerPrograms.MissingReason(ServerKind.DynamoDb) is null)
        {
            server = await ServerProcess.StartDynamoDbAsync();
            Address = server.Address;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>
    /// Options with a table name of their own. Deadlines are long, since the machine may be busy; tests of deadlines
    /// shorten them.
    /// </summary>
    internal DynamoDbLocatorOptions NewTable(Uri? address = null) => new()
    {
        Table = $"relay-{Environment.ProcessId}-{Guid.NewGuid():n}-{Interlocked.Increment(ref tables)}",
        ServiceUrl = (address ?? Address).ToString(),
        AccessKey = ("test", "test"),
        CallTimeout = TimeSpan.FromSeconds(20),
        AttemptTimeout = TimeSpan.FromSeconds(5),
    };
}
