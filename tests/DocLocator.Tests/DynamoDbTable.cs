using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Relay.DocLocator.DynamoDb;
using Relay.Yjs;

namespace Relay.DocLocator;

/// <summary>A way past the locator to what is stored.</summary>
internal sealed class DynamoDbTable(DynamoDbLocatorOptions options) : IDisposable
{
    internal AmazonDynamoDBClient Client { get; } = new(
        new BasicAWSCredentials("test", "test"),
            new AmazonDynamoDBConfig { ServiceURL = options.ServiceUrl, AuthenticationRegion = "us-east-1" });

    public void Dispose() => Client.Dispose();

    /// <summary>The holders of a document in order; null if it has no item.</summary>
    internal async Task<IReadOnlyList<string>?> HoldersAsync(DocumentName document)
    {
        var answer = await Client.GetItemAsync(
            new GetItemRequest { TableName = options.Table, Key = LocatorTable.Key(document), ConsistentRead = true })
            .Soon();
        return answer.Item is null
            ? null
            : [.. (answer.Item.GetValueOrDefault(LocatorTable.Holders)?.SS ?? []).Order(StringComparer.Ordinal)];
    }

    internal async Task<Dictionary<string, AttributeValue>?> NodeAsync(NodeIdentity node) =>
        (await Client.GetItemAsync(
            new GetItemRequest { TableName = options.Table, Key = LocatorTable.Key(node), ConsistentRead = true })
            .Soon()).Item;

    /// <summary>Takes a node's item away, as DynamoDB's time to live does.</summary>
    internal Task ExpireAsync(NodeIdentity node) =>
        Client.DeleteItemAsync(options.Table, LocatorTable.Key(node)).Soon();

    internal Task PutHoldersAsync(DocumentName document, params List<string> elements)
    {
        var item = LocatorTable.Key(document);
        if (elements.Count > 0)
        {
            item.Add(LocatorTable.Holders, LocatorTable.Set(elements));
        }

        return Client.PutItemAsync(options.Table, item).Soon();
    }
}
