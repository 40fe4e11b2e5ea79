using Amazon;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Relay.Yjs;

namespace Relay.DocLocator.DynamoDb;

/// <summary>
/// One node's view of the locator in a DynamoDB table. The constructor makes no call, so a node starts while
/// DynamoDB is away; <see cref="CheckTableAsync"/> is the start-up check.
/// </summary>
/// <remarks>
/// <para>
/// A document's holders are one string set in one item, and every change of it is one atomic update. The last holder
/// leaves by deleting the item on the condition that the set is exactly itself. After another update that empties a
/// set, the item is deleted on the condition that there is no set. Neither delete can remove an addition: an item with
/// an added node fulfils neither condition.
/// </para>
/// <para>
/// Which clock counts: the node that beats writes when its heartbeat ends by its own clock, and the node that reads
/// judges that by its own. If the beating node is behind by more than the expiry less the time between beats it is
/// taken for dead, which costs others a shortcut. If it is ahead by s, it is taken for live up to s longer after its
/// death, which costs others a failed question; an end that lies more than <see cref="ClockTolerance"/> beyond any that
/// could have been written now is not believed at all. DynamoDB's own removal of node items only tidies up.
/// </para>
/// <para>
/// Elements of nodes dead for longer than <see cref="RemovalAge"/>, or whose item is gone, are taken out by the
/// node that reads them, so that sets do not grow for ever. A node that slept for longer than that is not found by
/// others in the documents that it holds until it opens them again.
/// </para>
/// <para>
/// A call that fails has an unknown outcome: DynamoDB may still carry out what was sent. Then a removal can land after
/// a later addition, and others do not find this node in that document until it adds itself again.
/// </para>
/// </remarks>
public sealed class DynamoDbLocator : IDocumentLocator, INodeHeartbeat, IDisposable
{
    /// <summary>
    /// How long after its expiry a node's elements stay: a node that slept for less is found again everywhere with its
    /// next beat.
    /// </summary>
    internal static readonly TimeSpan RemovalAge = TimeSpan.FromHours(1);

    /// <summary>How far ahead another node's clock may be.</summary>
    internal static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    /// <summary>
    /// After <see cref="RemovalAge"/> an item that is gone and one that is old mean the same, so DynamoDB may remove it
    /// from then on.
    /// </summary>
    private static readonly TimeSpan ItemAge = RemovalAge + TimeSpan.FromHours(1);

    private readonly DynamoDbLocatorOptions options;
    private readonly NodeIdentity node;
    private readonly TimeProvider time;
    private readonly AmazonDynamoDBClient client;
    private readonly DynamoDbCalls calls;
    private readonly NodeLiveness liveness;

    /// <param name="options">Where the table is.</param>
    /// <param name="node">This start of this node.</param>
    /// <param name="time">Decides which heartbeats have expired, and runs deadlines and pauses.</param>
    /// <param name="jitter">A number from 0 to 1 for each pause between attempts, such as
    /// <c>Random.Shared.NextDouble</c>; called by several threads at once.</param>
    public DynamoDbLocator(DynamoDbLocatorOptions options, NodeIdentity node, TimeProvider time, Func<double> jitter)
    {
        this.options = options;
        this.node = node;
        this.time = time;
        client = Client(options);
        calls = new DynamoDbCalls(options, time, jitter);
        liveness = new NodeLiveness(client, options, time);
    }

    public async ValueTask<IReadOnlyList<string>> AddAsync(DocumentName document, CancellationToken cancellation) =>
        await calls.RunAsync("Cannot add this node to the holders of a document",
            attempts => AddAsync(document, attempts), cancellation).ConfigureAwait(false);

    public async ValueTask RemoveAsync(DocumentName document, CancellationToken cancellation) =>
        await calls.RunAsync("Cannot take this node out of the holders of a document",
            attempts => RemoveAsync(document, attempts), cancellation).ConfigureAwait(false);

    public async ValueTask BeatAsync(CancellationToken cancellation) =>
        await calls.RunAsync(
            "Cannot renew this node's heartbeat",
            attempts => attempts.RequestAsync(token =>
            {
                // Made anew for each attempt: a repeated one counts from its own time.
                var expires = time.GetUtcNow() + options.Expiry;
                return client.PutItemAsync(
                    new PutItemRequest
                    {
                        TableName = options.Table,
                        Item = LocatorTable.NodeItem(node, expires, expires + ItemAge)
                    }, token);
            }),
            cancellation).ConfigureAwait(false);

    /// <summary>
    /// The start-up check: whether the table is there, ready, and has the locator's key. With
    /// <paramref name="create"/>, which is for development, a missing table is made. A node may serve without a passed
    /// check, and check again later.
    /// </summary>
    /// <returns>Whether the table was made.</returns>
    /// <exception cref="LocatorMisconfiguredException">The table is missing (the message says the command that makes
    /// it), has another key, or this node may not use it.</exception>
    /// <exception cref="LocatorUnavailableException">DynamoDB cannot be reached, or the table is not ready
    /// yet.</exception>
    public Task<bool> CheckTableAsync(bool create, CancellationToken cancellation) =>
        new DynamoDbTableCheck(client, options, calls, time).RunAsync(create, cancellation);

    public void Dispose() => client.Dispose();

    private static AmazonDynamoDBClient Client(DynamoDbLocatorOptions options)
    {
        var config = new AmazonDynamoDBConfig { MaxErrorRetry = 0, Timeout = options.CallTimeout };
        if (options.ServiceUrl is not null)
        {
            config.ServiceURL = options.ServiceUrl;
            config.AuthenticationRegion = options.Region ?? "us-east-1";
        }
        else if (options.Region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return options.AccessKey is { } key
            ? new AmazonDynamoDBClient(new BasicAWSCredentials(key.Id, key.Secret), config)
            : new AmazonDynamoDBClient(config);
    }

    private async Task<IReadOnlyList<string>> AddAsync(DocumentName document, DynamoDbCalls.Attempts attempts)
    {
        var me = node.ToString();
        var answer = await attempts.RequestAsync(token => client.UpdateItemAsync(
            new UpdateItemRequest
            {
                TableName = options.Table,
                Key = LocatorTable.Key(document),
                UpdateExpression = "ADD #holders :me",
                ExpressionAttributeNames = new() { ["#holders"] = LocatorTable.Holders },
                ExpressionAttributeValues = new() { [":me"] = LocatorTable.Set(me) },
                ReturnValues = ReturnValue.UPDATED_OLD,
            },
            token)).ConfigureAwait(false);

        List<NodeIdentity> others = [];
        List<string> dead = [];
        foreach (var element in answer.Attributes?.GetValueOrDefault(LocatorTable.Holders)?.SS ?? [])
        {
            if (!NodeIdentity.TryParse(element, out var other) || element == me)
            {
                continue;
            }

            // An earlier start at this node's own address is dead whatever its heartbeat says: two processes cannot
            // listen there.
            if (other.Address == node.Address)
            {
                dead.Add(element);
            }
            else
            {
                others.Add(other);
            }
        }

        var live = await liveness.JudgeAsync(others, dead, attempts).ConfigureAwait(false);
        if (dead.Count > 0)
        {
            await TakeOutDeadAsync(document, dead, attempts).ConfigureAwait(false);
        }

        return live;
    }

    private async Task<bool> RemoveAsync(DocumentName document, DynamoDbCalls.Attempts attempts)
    {
        // Mostly this node is the only holder: then one call does it, and no emptied item is left if the node dies
        // between two.
        if (await DeleteItemAsync(document, "#holders = :me", new() { [":me"] = LocatorTable.Set(node.ToString()) },
            attempts).ConfigureAwait(false))
        {
            return true;
        }

        await TakeOutAsync(document, [node.ToString()], attempts).ConfigureAwait(false);
        return true;
    }

    /// <summary>Takes exactly these elements out, and the item with them if no holder is left.</summary>
    private async Task TakeOutAsync(DocumentName document, List<string> elements, DynamoDbCalls.Attempts attempts)
    {
        UpdateItemResponse answer;
        try
        {
            answer = await attempts.RequestAsync(token => client.UpdateItemAsync(
                new UpdateItemRequest
                {
                    TableName = options.Table,
                    Key = LocatorTable.Key(document),
                    UpdateExpression = "DELETE #holders :elements",

                    // Without it the update of an item that is not there would make an empty one.
                    ConditionExpression = "attribute_exists(#id)",
                    ExpressionAttributeNames = new() { ["#holders"] = LocatorTable.Holders, ["#id"] = LocatorTable.Id },
                    ExpressionAttributeValues = new() { [":elements"] = LocatorTable.Set(elements) },
                    ReturnValues = ReturnValue.UPDATED_OLD,
                },
                token)).ConfigureAwait(false);
        }
        catch (ConditionalCheckFailedException)
        {
            return;
        }

        // Also where the set was empty before: then another's delete is on its way, or that node died before it.
        if (!(answer.Attributes?.GetValueOrDefault(LocatorTable.Holders)?.SS ?? []).Except(elements).Any())
        {
            await DeleteItemAsync(document, "attribute_not_exists(#holders)", null, attempts).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// This only tidies up, and the next node that adds itself does it too: a failure does not keep the answer from the
    /// caller.
    /// </summary>
    private async Task TakeOutDeadAsync(DocumentName document, List<string> dead, DynamoDbCalls.Attempts attempts)
    {
        try
        {
            await TakeOutAsync(document, dead, attempts).ConfigureAwait(false);
        }
        catch (Exception exception) when (DynamoDbCalls.IsFailure(exception))
        {
        }
    }

    private async Task<bool> DeleteItemAsync(DocumentName document, string condition,
        Dictionary<string, AttributeValue>? values, DynamoDbCalls.Attempts attempts)
    {
        try
        {
            await attempts.RequestAsync(token => client.DeleteItemAsync(
                new DeleteItemRequest
                {
                    TableName = options.Table,
                    Key = LocatorTable.Key(document),
                    ConditionExpression = condition,
                    ExpressionAttributeNames = new() { ["#holders"] = LocatorTable.Holders },
                    ExpressionAttributeValues = values,
                },
                token)).ConfigureAwait(false);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }
}
