using System.Net;

namespace Relay.Access;

/// <summary>By which names clients may address this node (the <c>Host</c> header). Immutable.</summary>
/// <remarks>
/// A page of another site can have its own name resolve to an address of its visitor's network (DNS rebinding). The
/// browser then takes the node for that page's own server, and neither CORS nor the Origin header tells them apart.
/// Only the name does, and a page cannot change it. IP addresses are always allowed: no DNS answer leads to them, so a
/// browser only sends one that stands in the address that it opens.
/// </remarks>
internal sealed class AllowedHosts
{
    private const string Loopback = "localhost";

    private readonly string[] names;
    private readonly string[] suffixes;

    private AllowedHosts(string[] names, string[] suffixes, bool areAll = false)
    {
        this.names = names;
        this.suffixes = suffixes;
        AreAll = areAll;
    }

    /// <summary>Every name.</summary>
    public static AllowedHosts All { get; } = new([], [], areAll: true);

    /// <summary>This machine's names for itself: <c>localhost</c>, names below it, and its host name.</summary>
    public static AllowedHosts Local { get; } = new([Loopback, Environment.MachineName], ["." + Loopback]);

    public bool AreAll { get; }

    /// <summary>
    /// Reads names separated by commas, without ports; <c>*.example.com</c> is every name below that one, <c>*</c> is
    /// every name.
    /// </summary>
    public static bool TryParse(string text, out AllowedHosts hosts)
    {
        hosts = All;
        var names = new List<string>();
        var suffixes = new List<string>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "*")
            {
                return true;
            }

            var isSuffix = part.StartsWith("*.", StringComparison.Ordinal);
            var name = isSuffix ? part[2..] : part;
            if (Uri.CheckHostName(name) == UriHostNameType.Unknown)
            {
                return false;
            }

            (isSuffix ? suffixes : names).Add(isSuffix ? "." + name : name);
        }

        hosts = new AllowedHosts([.. names], [.. suffixes]);
        return names.Count + suffixes.Count > 0;
    }

    /// <summary>These names and those.</summary>
    public AllowedHosts And(AllowedHosts others) =>
        new([.. names, .. others.names], [.. suffixes, .. others.suffixes], AreAll || others.AreAll);

    /// <summary>Says whether a request may have this host.</summary>
    /// <param name="host">
    /// The header's host without its port; empty where a program sent none, which no browser does.
    /// </param>
    public bool Allow(string host)
    {
        if (AreAll || host.Length == 0 || IPAddress.TryParse(host, out _))
        {
            return true;
        }

        // A name with a dot at its end is the same name.
        var name = host.AsSpan().TrimEnd('.');
        foreach (var one in names)
        {
            if (name.Equals(one, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        foreach (var suffix in suffixes)
        {
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
