using System.Text;
using Relay.Persistence;

namespace Relay.Startup;

/// <summary>The snapshot store that several nodes share.</summary>
internal sealed class S3Options
{
    /// <summary>Its name. Absent: a directory.</summary>
    public string? Bucket { get; set; }

    /// <summary>
    /// What all keys begin with, as it is: end it with a slash for a folder. Default: the empty text.
    /// </summary>
    public string Prefix { get; set; } = "";

    /// <summary>Where a compatible service is. Absent: AWS.</summary>
    public string? ServiceUrl { get; set; }

    /// <summary>The AWS region. Absent: as the AWS SDK finds it (environment, instance).</summary>
    public string? Region { get; set; }

    internal void Check(SettingsCheck check)
    {
        check.Text(Bucket);
        check.Companion(Prefix, Bucket);
        var bytes = Encoding.UTF8.GetByteCount(Prefix);
        if (bytes > SnapshotKey.MaxPrefixBytes)
        {
            check.Refuse(
                $"{check.Key(Prefix)} has {bytes} bytes of UTF-8, but must have at most "
                + $"{SnapshotKey.MaxPrefixBytes}: S3 keys have no more room.");
        }

        check.Companion(ServiceUrl, Bucket);
        check.Address(ServiceUrl);
        check.Companion(Region, Bucket);
    }
}
