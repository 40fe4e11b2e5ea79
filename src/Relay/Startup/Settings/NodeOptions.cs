using System.Net;

namespace Relay.Startup;

/// <summary>Who this node is to others.</summary>
internal sealed record NodeOptions
{
    /// <summary><c>Node:Address</c>: <c>ip:port</c> under which peers reach this node. Absent: a node that is alone needs none.</summary>
    public string? Address { get; init; }

    public static NodeOptions Read(SettingsReader reader)
    {
        var address = reader.Text("Node:Address");
        if (address is not null && !(IPEndPoint.TryParse(address, out var endpoint) && endpoint.Port > 0))
        {
            reader.Refuse("Node:Address", address, "an IP address and a port, as in 10.0.0.7:5211", address);
        }

        return new NodeOptions { Address = address };
    }
}
