using System.Net;

namespace Relay.Startup;

/// <summary>Which settings contradict each other across their groups.</summary>
internal static class SettingsTogether
{
    public static void Check(RelaySettings settings, SettingsReader reader)
    {
        var isJoined = settings.Redis.Configuration is not null;
        if (isJoined && settings.S3.Bucket is null && !settings.FileStore.IsShared)
        {
            reader.Refuse(
                "Relay:Redis:Configuration joins this node with others, which could not find its snapshots: set "
                    + "Relay:S3:Bucket, or Relay:FileStore:Shared if all nodes see the same Relay:FileStore:Path.");
        }

        if (isJoined)
        {
            reader.Companion(
                "Postgres:KeepConnections", "Postgres:ConnectionString", settings.Postgres.ConnectionString);
        }

        if (settings.DynamoDb.Table is not null && !isJoined)
        {
            reader.Refuse(
                "Relay:DynamoDb:Table says who else holds a document, but without Relay:Redis:Configuration every "
                    + "node has documents of its own.");
        }

        if (settings.DynamoDb.Table is not null && settings.Internal.Port == 0)
        {
            reader.Refuse(
                "Relay:DynamoDb:Table tells other nodes where to ask this one, but without "
                    + "Relay:Internal:Port nobody answers there.");
        }

        if (settings.Internal is { Port: > 0, Secret: null } && settings.Node.Address is { } address
            && !IPAddress.IsLoopback(address.Address))
        {
            reader.Refuse(
                $"Relay:Node:Address is '{address}', where only Relay:Internal:Secret keeps strangers "
                    + "away: set it on all nodes.");
        }

        if (settings.Internal.Port == 0 && settings.Node.Address is not null && isJoined)
        {
            reader.Refuse(
                "Relay:Node:Address says where other nodes reach this one, but without "
                    + "Relay:Internal:Port nobody answers there.");
        }
    }
}
