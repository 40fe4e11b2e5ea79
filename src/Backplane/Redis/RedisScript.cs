using System.Text;

namespace Relay.Backplane;

/// <summary>
/// The scripts, each in a file of its own under <c>Scripts</c> that says its keys, arguments and result.
/// </summary>
internal static class RedisScript
{
    public static readonly string Append = Load("append");
    public static readonly string Read = Load("read");
    public static readonly string Checkpoint = Load("checkpoint");
    public static readonly string Renew = Load("renew");
    public static readonly string Changes = Load("changes");
    public static readonly string Claim = Load("claim");
    public static readonly string Orphaned = Load("orphaned");
    public static readonly string ClaimOrphaned = Load("claim-orphaned");
    public static readonly string Fail = Load("fail");
    public static readonly string Jobs = Load("jobs");
    public static readonly string Settings = Load("settings");
    public static readonly string Order = Load("order");
    public static readonly string Orders = Load("orders");
    public static readonly string Report = Load("report");
    public static readonly string Reports = Load("reports");
    public static readonly string ReportNodes = Load("report-nodes");

    private static string Load(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(
            $"Relay.Backplane.Redis.Scripts.{name}.lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
