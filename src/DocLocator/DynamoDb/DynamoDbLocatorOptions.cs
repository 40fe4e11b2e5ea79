namespace Relay.DocLocator.DynamoDb;

/// <summary>Where the locator's table is, and how long a call to it may take.</summary>
public sealed record DynamoDbLocatorOptions
{
    /// <summary>The table's name (<c>DynamoDb:Table</c>).</summary>
    public required string Table { get; init; }

    /// <summary>
    /// The address of a DynamoDB that is not AWS's, such as <c>http://127.0.0.1:8000</c> (<c>DynamoDb:ServiceUrl</c>);
    /// null for AWS.
    /// </summary>
    public string? ServiceUrl { get; init; }

    /// <summary>
    /// The region (<c>DynamoDb:Region</c>); null asks the SDK's default chain, and with <see cref="ServiceUrl"/> means
    /// <c>us-east-1</c>, which such servers take for a name only.
    /// </summary>
    public string? Region { get; init; }

    /// <summary>
    /// Fixed keys, for servers on the developer's machine; null uses the SDK's default chain (environment, container,
    /// instance).
    /// </summary>
    public (string Id, string Secret)? AccessKey { get; init; }

    /// <summary>
    /// How long a heartbeat lasts; equal on all nodes. The default of 15 s with a beat every 5 s lets a node miss two
    /// beats before it is dead to others, and lets the clocks of two nodes differ by almost 10 s before a live one is
    /// taken for dead.
    /// </summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The deadline of each call, retries included. A client waits for it only while its document is opened, and after
    /// it the node goes on without the locator: hence the short default of 2 s.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The longest that one attempt of a call may take before the next one starts: 700 ms, many times what DynamoDB
    /// takes, so that a lost packet costs no call.
    /// </summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromMilliseconds(700);
}
