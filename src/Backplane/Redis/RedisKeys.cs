using Relay.Yjs;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// The names of Redis keys, and how document names stand in them. All keys of a partition carry its hash tag, so that
/// Redis Cluster keeps them on one server and scripts may use them together:
/// <c>relay:{r17}:log:name</c>. The tag comes before the name, names are percent-encoded and stand last, and every kind
/// of key has its own word before them, so no two keys collide.
/// </summary>
/// <remarks>
/// Names are spread over 16,384 places, and a partition is an equal stretch of them, whose tag lies in the cluster's
/// slot of the stretch's first place. So servers that have equal shares of the slots have equal shares of the
/// documents.
/// </remarks>
/// <param name="prefix">What all keys begin with.</param>
/// <param name="count">How many partitions there are: a power of two up to 16,384.</param>
internal sealed class RedisKeys(string prefix, int count)
{
    private readonly string[] partitions = [
        .. Enumerable.Range(0, count)
            .Select(partition => $"{prefix}:{{{HashTags.Of(partition * (HashTags.Slots / count))}}}:")];

    /// <summary>How many partitions there are.</summary>
    public int Partitions => partitions.Length;

    /// <summary>The key of the number of partitions, which lies at the same place whatever the number is.</summary>
    public RedisKey PartitionCount => partitions[0] + "partitions";

    /// <summary>The key of settings that all nodes share; of partition 0 because every key has one.</summary>
    public RedisKey Settings => partitions[0] + "settings";

    /// <summary>The key of the orders to all nodes.</summary>
    public RedisKey Orders => partitions[0] + "orders";

    /// <summary>The key of what nodes say about themselves.</summary>
    public RedisKey Reports => partitions[0] + "reports";

    /// <summary>The key of when that ends.</summary>
    public RedisKey ReportEnds => partitions[0] + "report-ends";

    public string OrdersChannelName => partitions[0] + "nodes";

    /// <summary>
    /// The share of all documents that this one belongs to: the first bits of FNV-1a of the name's UTF-8, mixed once
    /// more, which all nodes of all versions must compute alike.
    /// </summary>
    public int PartitionOf(DocumentName document)
    {
        var hash = 0xcbf29ce484222325UL;
        foreach (var one in document.ToUtf8())
        {
            hash = (hash ^ one) * 0x100000001b3UL;
        }

        hash = (hash ^ (hash >> 32)) * 0x9e3779b97f4a7c15UL;
        var place = (int)(hash >> 50);
        return place / (HashTags.Slots / partitions.Length);
    }

    /// <summary>The name with every byte but unreserved ones as %XX.</summary>
    public static string Encode(DocumentName document) => Uri.EscapeDataString(document.Value);

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    public static DocumentName Decode(string encoded) => DocumentName.Create(Uri.UnescapeDataString(encoded));

    public RedisKey Count(int partition) => partitions[partition] + "count";

    public RedisKey Changed(int partition) => partitions[partition] + "changed";

    /// <summary>The key that is written before a WAIT.</summary>
    public RedisKey Fence(int partition) => partitions[partition] + "fence";

    public RedisKey Jobs(int partition) => partitions[partition] + "jobs";

    public RedisKey Attempts(int partition) => partitions[partition] + "attempts";

    public RedisKey Problems(int partition) => partitions[partition] + "problems";

    public DocumentKeys Of(DocumentName document)
    {
        var partition = PartitionOf(document);
        return new DocumentKeys(this, partition, partitions[partition], Encode(document));
    }

    /// <summary>The keys of one document.</summary>
    /// <param name="Keys">Those of all.</param>
    /// <param name="Partition">The document's partition.</param>
    /// <param name="Prefix">What the partition's keys begin with.</param>
    /// <param name="Name">The document's encoded name.</param>
    internal readonly record struct DocumentKeys(RedisKeys Keys, int Partition, string Prefix, string Name)
    {
        public RedisKey Head => $"{Prefix}head:{Name}";

        public RedisKey Entries => $"{Prefix}log:{Name}";

        public RedisKey Claim => $"{Prefix}claim:{Name}";

        public string ChannelName => $"{Prefix}channel:{Name}";

        public RedisKey Count => Keys.Count(Partition);

        public RedisKey Changed => Keys.Changed(Partition);

        public RedisKey Jobs => Keys.Jobs(Partition);

        public RedisKey Attempts => Keys.Attempts(Partition);

        public RedisKey Problems => Keys.Problems(Partition);
    }
}
