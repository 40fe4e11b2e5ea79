using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace Relay.DocLocator.DynamoDb;

/// <summary>The start-up check of the locator's table.</summary>
internal sealed class DynamoDbTableCheck(
    AmazonDynamoDBClient client, DynamoDbLocatorOptions options, DynamoDbCalls calls, TimeProvider time)
{
    private static readonly TimeSpan CreationTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CreationPoll = TimeSpan.FromMilliseconds(250);

    /// <summary>Carries out <see cref="DynamoDbLocator.CheckTableAsync"/>.</summary>
    public async Task<bool> RunAsync(bool create, CancellationToken cancellation)
    {
        var table = await DescribeAsync(cancellation).ConfigureAwait(false);
        if (table is not null && !(create && table.TableStatus == TableStatus.CREATING))
        {
            return Demand(table, created: false);
        }

        if (!create)
        {
            throw new LocatorMisconfiguredException(
                $"The DynamoDB table '{options.Table}' does not exist. Make it with: {CreateCommand()}");
        }

        // Where another node is making it, this one only waits.
        var made = table is null && await CreateAsync(cancellation).ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(CreationTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            while ((table = await DescribeAsync(both.Token).ConfigureAwait(false))?.TableStatus != TableStatus.ACTIVE)
            {
                await Task.Delay(CreationPoll, time, both.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new LocatorUnavailableException(
                $"The DynamoDB table '{options.Table}' was made and is not ready yet.", exception);
        }

        if (made)
        {
            await SwitchTtlOnAsync(cancellation).ConfigureAwait(false);
        }

        return Demand(table, made);
    }

    /// <summary>
    /// The command that makes the table, and the one that lets DynamoDB remove the items of nodes that died.
    /// </summary>
    private string CreateCommand()
    {
        var region = options.Region is { } name ? $" --region {name}" : "";
        var endpoint = options.ServiceUrl is { } url ? $" --endpoint-url {url}" : "";
        var place = $"--table-name {options.Table}{region}{endpoint}";
        return $"aws dynamodb create-table {place} --attribute-definitions "
            + $"AttributeName={LocatorTable.Id},AttributeType=S --key-schema "
            + $"AttributeName={LocatorTable.Id},KeyType=HASH "
            + $"--billing-mode PAY_PER_REQUEST && aws dynamodb wait table-exists {place} && "
            + $"aws dynamodb update-time-to-live {place} --time-to-live-specification "
            + $"Enabled=true,AttributeName={LocatorTable.Ttl}";
    }

    private bool Demand(TableDescription table, bool created)
    {
        if (table.KeySchema is not [{ AttributeName: LocatorTable.Id }]
            || table.AttributeDefinitions?.FirstOrDefault(
                a => a.AttributeName == LocatorTable.Id)?.AttributeType != ScalarAttributeType.S)
        {
            throw new LocatorMisconfiguredException(
                $"The DynamoDB table '{options.Table}' has another key than the string '{LocatorTable.Id}': it "
                    + $"belongs to something else. Name another table; this makes one: {CreateCommand()}");
        }

        // A table that is being updated works.
        return table.TableStatus == TableStatus.ACTIVE || table.TableStatus == TableStatus.UPDATING
            ? created
            : throw new LocatorUnavailableException(
                $"The DynamoDB table '{options.Table}' is not ready: it is {table.TableStatus}.",
                new InvalidOperationException(table.TableStatus?.Value));
    }

    /// <summary>The table; null if there is none.</summary>
    private Task<TableDescription?> DescribeAsync(CancellationToken cancellation) =>
        RunSetupAsync<TableDescription?>(
            "DescribeTable",
            async attempts =>
            {
                try
                {
                    return (await attempts.RequestAsync(token => client.DescribeTableAsync(options.Table, token))
                        .ConfigureAwait(false)).Table;
                }
                catch (ResourceNotFoundException)
                {
                    return null;
                }
            },
            cancellation);

    private Task<bool> CreateAsync(CancellationToken cancellation) =>
        RunSetupAsync(
            "CreateTable",
            async attempts =>
            {
                try
                {
                    await attempts.RequestAsync(token => client.CreateTableAsync(
                        new CreateTableRequest
                        {
                            TableName = options.Table,
                            AttributeDefinitions = [new AttributeDefinition(LocatorTable.Id, ScalarAttributeType.S)],
                            KeySchema = [new KeySchemaElement(LocatorTable.Id, KeyType.HASH)],
                            BillingMode = BillingMode.PAY_PER_REQUEST,
                        },
                        token)).ConfigureAwait(false);
                    return true;
                }
                catch (ResourceInUseException)
                {
                    // Another node makes it.
                    return false;
                }
            },
            cancellation);

    /// <summary>
    /// Only tidies up, and not every server in place of DynamoDB can: readers decide by the expiry themselves.
    /// </summary>
    private async Task SwitchTtlOnAsync(CancellationToken cancellation)
    {
        try
        {
            await calls.RunAsync(
                "Cannot switch time to live on",
                attempts => attempts.RequestAsync(token => client.UpdateTimeToLiveAsync(
                    new UpdateTimeToLiveRequest
                    {
                        TableName = options.Table,
                        TimeToLiveSpecification = new TimeToLiveSpecification
                        {
                            AttributeName = LocatorTable.Ttl,
                            Enabled = true
                        },
                    },
                    token)),
                cancellation).ConfigureAwait(false);
        }
        catch (LocatorUnavailableException)
        {
        }
    }

    private async Task<T> RunSetupAsync<T>(string action, Func<DynamoDbCalls.Attempts, Task<T>> call,
        CancellationToken cancellation)
    {
        try
        {
            return await calls.RunAsync($"Cannot check the locator's table ({action})", call, cancellation)
                .ConfigureAwait(false);
        }
        catch (LocatorUnavailableException unavailable) when (unavailable.InnerException is AmazonServiceException
        {
            StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized,
        } refusal && !DynamoDbCalls.IsPassing(refusal))
        {
            throw new LocatorMisconfiguredException(
                $"DynamoDB refuses {action} on the table '{options.Table}': {refusal.Message} A node needs the "
                    + "permissions dynamodb:DescribeTable, UpdateItem, PutItem, DeleteItem and BatchGetItem.",
                refusal);
        }
        catch (LocatorUnavailableException unavailable) when (unavailable.InnerException is AmazonClientException none
            && none.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase))
        {
            throw new LocatorMisconfiguredException(
                $"There are no AWS credentials for the DynamoDB table '{options.Table}': {none.Message}", none);
        }
    }
}
