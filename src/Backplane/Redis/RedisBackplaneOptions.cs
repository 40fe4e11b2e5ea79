using System.Numerics;

namespace Relay.Backplane;

/// <summary>Which Redis joins the nodes, and how patient they are with it.</summary>
public sealed record RedisBackplaneOptions
{
    /// <summary>A StackExchange.Redis configuration string (<c>Redis:Configuration</c>).</summary>
    public required string Configuration { get; init; }

    /// <summary>
    /// The ACL user (<c>Redis:User</c>). Default: the one of <see cref="Configuration"/>, or Redis' default user.
    /// </summary>
    public string? User { get; init; }

    /// <summary>
    /// The password (<c>Redis:Password</c>), of any characters. Default: the one of <see cref="Configuration"/>, or
    /// none.
    /// </summary>
    public string? Password { get; init; }

    /// <summary>
    /// Which start of which node this is, as in its report; null for a name that no node knows. Messages carry <see
    /// cref="ChannelNode.IdOf"/> of it.
    /// </summary>
    public string? Incarnation { get; init; }

    /// <summary>
    /// How many replicas must have an entry before its append is answered (<c>Redis:MinReplicas</c>). Default: 0. In a
    /// cluster, of the server that has the document.
    /// </summary>
    public int MinReplicas { get; init; }

    /// <summary>
    /// Of how many partitions the documents are shares (<c>Redis:Partitions</c>): a power of two up to 16,384, equal on
    /// all nodes and fixed by the first one that starts. Default: 256. A server of a cluster has whole partitions, so
    /// there should be several times as many as servers.
    /// </summary>
    public int Partitions { get; init; } = 256;

    /// <summary>
    /// What all keys and channels begin with, so that several deployments can share a Redis. Default: <c>relay</c>.
    /// </summary>
    public string Prefix { get; init; } = "relay";

    /// <summary>
    /// After how long a call gives up with <see cref="BackplaneUnavailableException"/>. Default: 5 seconds; a healthy
    /// Redis answers in under one millisecond, one that fails over in some seconds. An append may wait for the call
    /// before it, too: twice as long.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a node asks the partitions of its documents what was appended, in case the channel lost a last
    /// message. Default: 5 seconds.
    /// </summary>
    public TimeSpan LogEndCheckInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the channel may lag behind the log end check before a message counts as lost. Default: 250 ms.
    /// </summary>
    public TimeSpan ChannelGrace { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long the node that gives an order waits for the other nodes' answers. Default: 1 second.
    /// </summary>
    public TimeSpan AnswerPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the log of a document that a snapshot covers completely is kept after the last append or checkpoint,
    /// and while no node holds the document. Default: one day.
    /// </summary>
    public TimeSpan CoveredLogRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How often the expiry of covered logs that are open here is put off: several times within
    /// <see cref="CoveredLogRetention"/>. Default: 6 hours.
    /// </summary>
    public TimeSpan LogRenewalInterval { get; init; } = TimeSpan.FromHours(6);

    /// <summary>
    /// How often <see cref="SharedSettings"/> are said again; without that they are forgotten after four times as long.
    /// Default: 15 seconds.
    /// </summary>
    public TimeSpan SettingsRenewalInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Payloads of more bytes are published by position and read from the log by nodes that hold the document. Default:
    /// 64 KiB.
    /// </summary>
    public int MaxPublishedBytes { get; init; } = 64 << 10;

    /// <summary>
    /// The bytes after which a page of a log read ends. Default: 1 MiB, which keeps Redis busy for about a millisecond.
    /// </summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>
    /// The socket loops, which get connections of their own for appends and entries. Default: null, for none; then the
    /// Redis client carries them.
    /// </summary>
    public ISocketLoops? Loops { get; init; }

    /// <summary>When unsaved documents are offered as orphaned.</summary>
    public SaveJobOptions Jobs { get; init; } = new();

    /// <summary>
    /// Settings that must be equal on all nodes that run, by name. A node that finds others with another value does not
    /// start.
    /// </summary>
    public IReadOnlyDictionary<string, string> SharedSettings { get; init; } = new Dictionary<string, string>();

    /// <summary>The servers, without user and password.</summary>
    public override string ToString() => string.Join(", ", RedisConfiguration.Servers(Configuration));

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Configuration);
        ArgumentOutOfRangeException.ThrowIfNegative(MinReplicas);
        if (!BitOperations.IsPow2(Partitions) || Partitions > HashTags.Slots)
        {
            throw new ArgumentException("The number of partitions must be a power of two up to 16384.",
                nameof(Partitions));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(MaxPublishedBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(PageBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Deadline, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(LogEndCheckInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChannelGrace, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(AnswerPatience, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(CoveredLogRetention, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(LogRenewalInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LogRenewalInterval, CoveredLogRetention / 2);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SettingsRenewalInterval, TimeSpan.Zero);
        if (Prefix.Length == 0 || !Prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':'))
        {
            throw new ArgumentException("The prefix of Redis keys needs letters, digits and -_.: only.",
                nameof(Prefix));
        }

        Jobs.Validate();
    }
}
