using System.Net;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// How Redis is reached: the client's configuration string, and the user and the password beside it. No sentence of
/// this class repeats a password, nor anything that may be a part of one: a comma ends a password in a configuration
/// string, and what follows is taken for a server or an option.
/// </summary>
public static partial class RedisConfiguration
{
    private const string Password = "password";

    /// <summary>Checks the three settings.</summary>
    /// <param name="configuration">A StackExchange.Redis configuration string.</param>
    /// <param name="user">The user, taken as it is; null for the one of the configuration string, or Redis' default
    /// user.</param>
    /// <param name="password">The password, taken as it is; null for the one of the configuration string, or
    /// none.</param>
    /// <returns>What is wrong, as one sentence that names the setting; null if it is valid.</returns>
    public static string? Check(string configuration, string? user, string? password)
    {
        if (CheckParts(configuration) is { } wrong)
        {
            return wrong;
        }

        var read = ConfigurationOptions.Parse(configuration);
        if (password is not null && !string.IsNullOrEmpty(read.Password) && read.Password != password)
        {
            return "Relay:Redis:Password is another one than password= in Relay:Redis:Configuration: "
                + "leave one of them away.";
        }

        return user is not null && !string.IsNullOrEmpty(read.User) && read.User != user
            ? "Relay:Redis:User is another one than user= in Relay:Redis:Configuration: leave one of them away."
            : null;
    }

    /// <summary>The servers of a configuration string, without anything else that stands there.</summary>
    public static IEnumerable<string> Servers(string configuration) =>
        Parts(configuration).Where(part => !part.Contains('=', StringComparison.Ordinal));

    /// <summary>
    /// What the client is given. Its own timeouts, where the configuration string has none, are no shorter than the
    /// deadline of calls: the client must not give one up before.
    /// </summary>
    internal static ConfigurationOptions Read(RedisBackplaneOptions options)
    {
        var read = ConfigurationOptions.Parse(options.Configuration);
        read.Password = options.Password ?? read.Password;
        read.User = options.User ?? read.User;
        var deadline = (int)options.Deadline.TotalMilliseconds;
        if (!Has(options.Configuration, "connectTimeout"))
        {
            read.ConnectTimeout = deadline;
        }

        if (!Has(options.Configuration, "asyncTimeout"))
        {
            read.AsyncTimeout = Math.Max(read.AsyncTimeout, deadline);
        }

        return read;
    }

    /// <summary>Whether the configuration string has an option.</summary>
    internal static bool Has(string configuration, string option) =>
        Parts(configuration).Any(part => KeyOf(part).Equals(option, StringComparison.OrdinalIgnoreCase));

    private static string? CheckParts(string configuration)
    {
        var isBehindPassword = false;
        var servers = 0;
        foreach (var part in Parts(configuration))
        {
            var key = KeyOf(part);
            if (isBehindPassword && (key.Length == 0 || !IsReadable(part)))
            {
                return "Relay:Redis:Configuration has something behind password= that is no option. "
                    + "A password with a comma must stand in Relay:Redis:Password, and servers before password=.";
            }

            if (key.Length == 0)
            {
                servers++;
                if (!IsServer(part))
                {
                    return "Relay:Redis:Configuration has a part that is neither a server, as in redis.example:6379, "
                        + "nor an option, as in ssl=true. "
                        + "User and password stand in Relay:Redis:User and Relay:Redis:Password.";
                }
            }
            else if (!IsReadable(part))
            {
                return $"Relay:Redis:Configuration has an option '{key}' that the Redis client does not know, "
                    + "or with a value that it does not understand.";
            }

            isBehindPassword |= key.Equals(Password, StringComparison.OrdinalIgnoreCase);
        }

        return servers > 0 ? null : "Relay:Redis:Configuration names no server, as in redis.example:6379.";
    }

    private static string[] Parts(string configuration) =>
        configuration.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string KeyOf(string part) =>
        part.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? part[..at].TrimEnd() : "";

    /// <summary>
    /// A host or an IP address, with or without a port; or the path of a Unix socket. Not an address with a user and a
    /// password in it.
    /// </summary>
    private static bool IsServer(string part) =>
        part.StartsWith("!/", StringComparison.Ordinal) || HostAndPort().IsMatch(part)
        || IPAddress.TryParse(part, out _);

    [GeneratedRegex(@"^(\[[0-9A-Fa-f:.%]+\]|[\p{L}\p{Nd}._-]+)(:[0-9]{1,5})?$")]
    private static partial Regex HostAndPort();

    private static bool IsReadable(string option)
    {
        try
        {
            _ = ConfigurationOptions.Parse(option);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // Not its words: they repeat what was given.
            return false;
        }
    }
}
