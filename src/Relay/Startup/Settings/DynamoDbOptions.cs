namespace Relay.Startup;

/// <summary>The table that says which nodes hold a document.</summary>
internal sealed record DynamoDbOptions
{
    /// <summary>
    /// <c>DynamoDb:Table</c>: its name. Absent: a table in this process's memory, and nodes ask no peers.
    /// </summary>
    public string? Table { get; init; }

    /// <summary><c>DynamoDb:ServiceUrl</c>: where a compatible service is. Absent: AWS.</summary>
    public string? ServiceUrl { get; init; }

    /// <summary>
    /// <c>DynamoDb:Region</c>: the AWS region. Absent: as the AWS SDK finds it (environment, instance).
    /// </summary>
    public string? Region { get; init; }

    public static DynamoDbOptions Read(SettingsReader reader)
    {
        var table = reader.Text("DynamoDb:Table");
        return new DynamoDbOptions
        {
            Table = table,
            ServiceUrl = reader.Address("DynamoDb:ServiceUrl", "DynamoDb:Table", table),
            Region = reader.Companion("DynamoDb:Region", "DynamoDb:Table", table),
        };
    }
}
