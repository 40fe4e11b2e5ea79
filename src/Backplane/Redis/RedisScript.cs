using System.Security.Cryptography;
using System.Text;

namespace Relay.Backplane;

/// <summary>
/// The scripts, each in a file of its own under <c>Scripts</c> that says its keys, arguments and result.
/// </summary>
/// <param name="text">The script.</param>
internal sealed class RedisScript(string text)
{
    public static readonly RedisScript Append = Load("append");
    public static readonly RedisScript Read = Load("read");
    public static readonly RedisScript Checkpoint = Load("checkpoint");
    public static readonly RedisScript Renew = Load("renew");
    public static readonly RedisScript Changes = Load("changes");
    public static readonly RedisScript Claim = Load("claim");
    public static readonly RedisScript Orphaned = Load("orphaned");
    public static readonly RedisScript ClaimOrphaned = Load("claim-orphaned");
    public static readonly RedisScript Fail = Load("fail");
    public static readonly RedisScript Jobs = Load("jobs");
    public static readonly RedisScript Settings = Load("settings");
    public static readonly RedisScript Order = Load("order");
    public static readonly RedisScript Orders = Load("orders");
    public static readonly RedisScript Report = Load("report");
    public static readonly RedisScript Reports = Load("reports");
    public static readonly RedisScript ReportNodes = Load("report-nodes");

    public string Text => text;

    /// <summary>
    /// By what Redis knows the script once it has seen it. The client would look for it by the text, which takes longer
    /// than all else that it does for a call.
    /// </summary>
    public byte[] Hash { get; } = SHA1.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>The hash in hexadecimal digits, as EVALSHA takes it.</summary>
    public byte[] HashDigits { get; } =
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text))));

    private static RedisScript Load(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(
            $"Relay.Backplane.Redis.Scripts.{name}.lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new RedisScript(reader.ReadToEnd());
    }
}
