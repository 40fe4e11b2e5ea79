using System.Numerics;
using Relay.Backplane;

namespace Relay.Startup;

/// <summary>The backplane that joins several nodes.</summary>
internal sealed class RedisOptions
{
    /// <summary>
    /// A StackExchange.Redis configuration string. Absent: an in-process backplane, its log in files.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>The ACL user. Absent: the one of <see cref="Configuration"/>, or Redis' default user.</summary>
    public string? User { get; set; }

    /// <summary>
    /// Of any characters; a configuration string takes none with a comma. Absent: the one of
    /// <see cref="Configuration"/>, or none.
    /// </summary>
    public string? Password { get; set; }

    /// <summary>How many replicas must have an entry before it is shown or acknowledged. Default: 0.</summary>
    public int MinReplicas { get; set; }

    /// <summary>
    /// Of how many partitions the documents are shares: a power of two up to 16,384, equal on all nodes and fixed by
    /// the first one. Default: 256.
    /// </summary>
    public int Partitions { get; set; } = 256;

    internal void Check(SettingsCheck check)
    {
        check.Text(Configuration);
        check.Companion(User, Configuration);
        check.Companion(Password, Configuration);
        check.Number(MinReplicas, 0, 5);
        check.Number(Partitions, 1, 16_384);
        check.Companion(Partitions, Configuration);
        if (Partitions is > 0 and <= 16_384 && !BitOperations.IsPow2(Partitions))
        {
            check.Refuse($"{check.Key(Partitions)} is '{Partitions}', but must be a power of two up to 16384.");
        }

        if (Configuration is null && MinReplicas > 0)
        {
            check.Companion(MinReplicas, Configuration);
        }

        if (Configuration is not null && RedisConfiguration.Check(Configuration, User, Password) is { } wrong)
        {
            check.Refuse(wrong);
        }
    }

    /// <summary>The servers, without user and password.</summary>
    internal string Servers() => string.Join(", ", RedisConfiguration.Servers(Configuration ?? ""));
}
