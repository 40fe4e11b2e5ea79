namespace Relay.Persistence.S3;

/// <summary>Where the snapshots are, and how long a call may take.</summary>
public sealed record S3SnapshotStoreOptions
{
    /// <summary>The bucket (<c>S3:Bucket</c>).</summary>
    public required string Bucket { get; init; }

    /// <summary>
    /// What every key starts with (<c>S3:Prefix</c>), as it is: mostly empty or ending in a slash. At most
    /// <see cref="SnapshotKey.MaxPrefixBytes"/> bytes of UTF-8.
    /// </summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// The address of an S3 that is not AWS's, such as <c>http://127.0.0.1:9000</c> (<c>S3:ServiceUrl</c>); null for
    /// AWS.
    /// </summary>
    public string? ServiceUrl { get; init; }

    /// <summary>
    /// The region (<c>S3:Region</c>); null asks the SDK's default chain, and with <see cref="ServiceUrl"/> means
    /// <c>us-east-1</c>, which such servers take for a name only.
    /// </summary>
    public string? Region { get; init; }

    /// <summary>
    /// Fixed keys, for servers on the developer's machine; null uses the SDK's default chain (environment, container,
    /// instance).
    /// </summary>
    public (string Id, string Secret)? AccessKey { get; init; }

    /// <summary>
    /// The deadline of each call, retries included, without the time that bytes take: 15 s, enough for S3's slowest
    /// answers and short enough for a client that waits for its document.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// What a transfer must reach, in bytes per second: each byte adds its share to the call's deadline. 1 MiB/s is a
    /// hundredth of what a small instance has.
    /// </summary>
    public int MinBytesPerSecond { get; init; } = 1024 * 1024;

    /// <summary>How many keys a page of a listing holds: 1,000 is the most that S3 gives.</summary>
    internal int PageSize { get; init; } = 1000;

    /// <summary>
    /// What is wrong with the options, in one sentence that names the setting; null if they are valid.
    /// </summary>
    public static string? Problem(string bucket, string prefix)
    {
        if (bucket.Length == 0)
        {
            return "S3:Bucket is empty.";
        }

        var bytes = System.Text.Encoding.UTF8.GetByteCount(prefix);
        return bytes > SnapshotKey.MaxPrefixBytes
            ? $"S3:Prefix has {bytes} bytes of UTF-8; S3's keys leave room for {SnapshotKey.MaxPrefixBytes}."
            : null;
    }
}
