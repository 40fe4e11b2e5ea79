using System.Net;

namespace Relay.Startup;

/// <summary>What stands between clients and this node.</summary>
internal sealed record NetworkOptions
{
    /// <summary><c>Network:TrustedProxies</c>: the addresses or networks of proxies and load balancers, separated by commas, whose <c>X-Forwarded-For</c> is believed. Default: none; everybody is who he seems to be.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    public static NetworkOptions Read(SettingsReader reader)
    {
        var text = reader.Text("Network:TrustedProxies");
        var networks = new List<IPNetwork>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
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
                reader.Refuse("Network:TrustedProxies", text!, "IP addresses or networks separated by commas, as in 10.0.0.0/16,2001:db8::/48", text!);
                break;
            }
        }

        return new NetworkOptions { TrustedProxies = networks };
    }
}
