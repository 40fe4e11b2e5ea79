using System.Net;

namespace Relay.Startup;

/// <summary>Who this node is to others.</summary>
internal sealed class NodeOptions
{
    private IPEndPoint? endPoint;
    /// <summary>
    /// <c>ip:port</c> under which peers reach this node's internal listener. Absent: found at the start
    /// (<see cref="NodeAddress"/>); a node that is alone needs none.
    /// </summary>
    public string? Address { get; set; }

    /// <summary><see cref="Address"/>, read.</summary>
    internal IPEndPoint? EndPoint() => endPoint;

    internal void Check(SettingsCheck check) => endPoint = check.Read<IPEndPoint?>(
        Address, TryRead, "an IP address that others can reach and a port, as in 10.0.0.7:5211", null);

    private static bool TryRead(string text, out IPEndPoint? address) =>
        IPEndPoint.TryParse(text, out address) && address.Port > 0 && !IsEverywhere(address.Address);

    private static bool IsEverywhere(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
