using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// A duty: keeps known in Redis what must be equal on all nodes that run, and finds nodes that differ. What no node
/// renews is forgotten.
/// </summary>
internal sealed partial class SharedSettings(RedisConnection connection, RedisKeys keys,
    RedisBackplaneOptions options, ILogger logger)
{
    /// <summary>The name under which the layout of keys and values is shared, before all settings.</summary>
    private const string LayoutName = "layout";

    /// <summary>
    /// Says why this node's settings contradict those of the nodes that run. Returns null if they do not; then they
    /// count as known for some time.
    /// </summary>
    /// <exception cref="BackplaneUnavailableException">Redis does not answer.</exception>
    public async Task<string?> ShareAsync(CancellationToken cancellation)
    {
        // Three rounds may fail before a setting is forgotten.
        var arguments = new List<RedisValue>
        {
            (long)(4 * options.SettingsRenewalInterval).TotalMilliseconds, LayoutName, RedisLayout.Current,
        };
        foreach (var (name, value) in options.SharedSettings)
        {
            arguments.AddRange([name, value]);
        }

        var result = await connection.EvaluateAsync(RedisScript.Settings, [keys.Settings],
            [.. arguments], cancellation);
        if (result.IsNull)
        {
            return null;
        }

        var other = (RedisResult[])result!;
        var setting = (string)other[0]!;
        if (setting == LayoutName)
        {
            return RedisLayout.Refusal((string)other[1]!, "The nodes that run on this Redis use");
        }

        return $"{setting} is {options.SharedSettings[setting]} here and {(string)other[1]!} on the nodes that run: "
            + "it must be equal on all; stop them for a minute to change it.";
    }

    /// <exception cref="BackplaneUnavailableException">Redis does not answer.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (await ShareAsync(cancellation) is { } problem)
        {
            LogSettingsDiffer(logger, problem);
        }
    }

    [LoggerMessage(BackplaneEventId.RedisSettingsDiffer, LogLevel.Error, "{Problem}")]
    private static partial void LogSettingsDiffer(ILogger logger, string problem);
}
