using System.Net;
using Relay.Access;

namespace Relay.Startup;

/// <summary>What stands between clients and this node.</summary>
internal sealed record NetworkOptions
{
    /// <summary>
    /// <c>Network:TrustedProxies</c>: the addresses or networks of proxies and load balancers, separated by commas,
    /// whose <c>X-Forwarded-For</c> is believed. Default: none; everybody is who he seems to be.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>
    /// <c>Network:AllowedHosts</c>: the host names, without ports and separated by commas, by which clients may address
    /// this node; <c>*.example.com</c> for all names below one, <c>*</c> for every name. IP addresses are always
    /// allowed. Default: every name with tokens; without, this machine's own names, which are allowed in any case.
    /// </summary>
    public AllowedHosts? AllowedHosts { get; init; }

    public static NetworkOptions Read(SettingsReader reader)
    {
        var text = reader.Text("Network:TrustedProxies");
        var networks = new List<IPNetwork>();
        foreach (var part in (text ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(part, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(part, out var address))
            {
                networks.Add(new IPNetwork(address, 8 * address.GetAddressBytes().Length));
            }
            else
            {
                reader.Refuse("Network:TrustedProxies", text!,
                    "IP addresses or networks separated by commas, as in 10.0.0.0/16,2001:db8::/48", text!);
                break;
            }
        }

        return new NetworkOptions { TrustedProxies = networks, AllowedHosts = ReadHosts(reader) };
    }

    private static AllowedHosts? ReadHosts(SettingsReader reader) =>
        reader.Text("Network:AllowedHosts") is not { } text ? null
        : AllowedHosts.TryParse(text, out var hosts) ? hosts
        : reader.Refuse<AllowedHosts?>(
            "Network:AllowedHosts",
            text,
            "host names without ports, separated by commas, as in relay.example,*.internal.example; * for every name",
            null);
}
