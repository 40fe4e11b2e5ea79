using System.Text;
using Relay.Persistence;

namespace Relay.Startup;

/// <summary>The snapshot store that several nodes share.</summary>
internal sealed record S3Options
{
    /// <summary><c>S3:Bucket</c>: its name. Absent: a directory.</summary>
    public string? Bucket { get; init; }

    /// <summary>
    /// <c>S3:Prefix</c>: what all keys begin with, as it is: end it with a slash for a folder. Default: nothing.
    /// </summary>
    public string Prefix { get; init; } = "";

    /// <summary><c>S3:ServiceUrl</c>: where a compatible service is. Absent: AWS.</summary>
    public string? ServiceUrl { get; init; }

    /// <summary><c>S3:Region</c>: the AWS region. Absent: as the AWS SDK finds it (environment, instance).</summary>
    public string? Region { get; init; }

    public static S3Options Read(SettingsReader reader)
    {
        var bucket = reader.Text("S3:Bucket");
        var prefix = reader.Companion("S3:Prefix", "S3:Bucket", bucket) ?? "";
        var bytes = Encoding.UTF8.GetByteCount(prefix);
        if (bytes > SnapshotKey.MaxPrefixBytes)
        {
            reader.Refuse(
                $"Relay:S3:Prefix has {bytes} bytes of UTF-8, but must have at most {SnapshotKey.MaxPrefixBytes}: S3 "
                    + "keys have no more room.");
        }

        return new S3Options
        {
            Bucket = bucket,
            Prefix = prefix,
            ServiceUrl = reader.Address("S3:ServiceUrl", "S3:Bucket", bucket),
            Region = reader.Companion("S3:Region", "S3:Bucket", bucket),
        };
    }
}
