namespace Relay.Startup;

/// <summary>The table that says which nodes hold a document.</summary>
internal sealed class DynamoDbOptions
{
    /// <summary>Its name. Absent: a table in this process's memory, and nodes ask no peers.</summary>
    public string? Table { get; set; }

    /// <summary>Where a compatible service is. Absent: AWS.</summary>
    public string? ServiceUrl { get; set; }

    /// <summary>The AWS region. Absent: as the AWS SDK finds it (environment, instance).</summary>
    public string? Region { get; set; }

    internal void Check(SettingsCheck check)
    {
        check.Text(Table);
        check.Companion(ServiceUrl, Table);
        check.Address(ServiceUrl);
        check.Companion(Region, Table);
    }
}
