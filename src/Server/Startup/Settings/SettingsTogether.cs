using System.Net;

namespace Relay.Startup;

/// <summary>Which settings contradict each other across their groups.</summary>
internal static class SettingsTogether
{
    public static void Check(RelaySettings settings, SettingsCheck check)
    {
        var isJoined = settings.Redis.Configuration is not null;
        if (isJoined && settings.S3.Bucket is null && !settings.FileStore.Shared)
        {
            check.Refuse(
                $"{check.Key(settings.Redis.Configuration)} joins this node with others, which could not find its "
                + $"snapshots: set {check.Key(settings.S3.Bucket)}, or {check.Key(settings.FileStore.Shared)} if all "
                + $"nodes see the same {check.Key(settings.FileStore.Path)}.");
        }

        if (isJoined)
        {
            check.Companion(settings.Postgres.KeepConnections, settings.Postgres.ConnectionString);
        }

        if (settings.DynamoDb.Table is not null && !isJoined)
        {
            check.Refuse(
                $"{check.Key(settings.DynamoDb.Table)} says who else holds a document, but without "
                + $"{check.Key(settings.Redis.Configuration)} every node has documents of its own.");
        }

        if (settings.DynamoDb.Table is not null && settings.Internal.Port == 0)
        {
            check.Refuse(
                $"{check.Key(settings.DynamoDb.Table)} tells other nodes where to ask this one, but without "
                + $"{check.Key(settings.Internal.Port)} this node does not listen there.");
        }

        if (settings.Internal is { Port: > 0, Secret: null }
            && settings.Node.EndPoint() is { } address && !IPAddress.IsLoopback(address.Address))
        {
            check.Refuse(
                $"{check.Key(settings.Node.Address)} is '{address}', where only "
                + $"{check.Key(settings.Internal.Secret)} keeps strangers away: set it on all nodes.");
        }

        if (settings.Internal.Port == 0 && settings.Node.EndPoint() is not null && isJoined)
        {
            check.Refuse(
                $"{check.Key(settings.Node.Address)} says where other nodes reach this one, but without "
                + $"{check.Key(settings.Internal.Port)} this node does not listen there.");
        }
    }
}
