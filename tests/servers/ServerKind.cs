namespace Relay.TestServers;

/// <summary>The servers that stand in for cloud services.</summary>
public enum ServerKind
{
    /// <summary>dynalite, from npm.</summary>
    DynamoDb,

    /// <summary>Ceph's S3 gateway, from Debian.</summary>
    S3,
}
