using System.Net;
using Relay.Access;

namespace Relay.Startup;

/// <summary>What stands between clients and this node.</summary>
internal sealed class NetworkOptions
{
    private IReadOnlyList<IPNetwork> proxies = [];
    /// <summary>
    /// The addresses or networks of proxies and load balancers, separated by commas, whose <c>X-Forwarded-For</c> is
    /// believed. Default: none; every connection counts by the address that it comes from.
    /// </summary>
    public string? TrustedProxies { get; set; }
    private AllowedHosts? hosts;

    /// <summary>
    /// The host names, without ports and separated by commas, by which clients may address this node;
    /// <c>*.example.com</c> for all names below one, <c>*</c> for every name. IP addresses are always allowed. Default:
    /// every name with tokens; without, this machine's own names, which are allowed in any case.
    /// </summary>
    public string? AllowedHosts { get; set; }

    /// <summary><see cref="TrustedProxies"/>, read.</summary>
    internal IReadOnlyList<IPNetwork> Proxies() => proxies;

    /// <summary><see cref="AllowedHosts"/>, read; null when it is absent.</summary>
    internal AllowedHosts? Hosts() => hosts;

    internal void Check(SettingsCheck check)
    {
        proxies = check.Read(
            TrustedProxies,
            TryReadNetworks,
            "IP addresses or networks separated by commas, as in 10.0.0.0/16,2001:db8::/48",
            proxies);
        hosts = check.Read<AllowedHosts?>(
            AllowedHosts,
            Access.AllowedHosts.TryParse,
            "host names without ports, separated by commas, as in relay.example,*.internal.example; * for every name",
            null);
    }

    private static bool TryReadNetworks(string text, out IReadOnlyList<IPNetwork> networks)
    {
        var read = new List<IPNetwork>();
        networks = read;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(part, out var network))
            {
                read.Add(network);
            }
            else if (IPAddress.TryParse(part, out var address))
            {
                read.Add(new IPNetwork(address, 8 * address.GetAddressBytes().Length));
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
