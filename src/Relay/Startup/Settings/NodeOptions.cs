using System.Net;

namespace Relay.Startup;

/// <summary>Who this node is to others.</summary>
internal sealed record NodeOptions
{
    /// <summary>
    /// <c>Node:Address</c>: <c>ip:port</c> under which peers reach this node's internal listener. Absent: found at the
    /// start (<see cref="NodeAddress"/>); a node that is alone needs none.
    /// </summary>
    public IPEndPoint? Address { get; init; }

    public static NodeOptions Read(SettingsReader reader)
    {
        var text = reader.Text("Node:Address");
        IPEndPoint? address = null;
        if (text is not null
            && !(IPEndPoint.TryParse(text, out address) && address.Port > 0 && !IsEverywhere(address.Address)))
        {
            reader.Refuse("Node:Address", text,
                "an IP address that others can reach and a port, as in 10.0.0.7:5211", text);
            address = null;
        }

        return new NodeOptions { Address = address };
    }

    private static bool IsEverywhere(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
