using System.Net;
using Relay.Access;

namespace Relay.Connections;

/// <summary>
/// The connections that have shown no token yet: a pool of their own, so that they keep none out that have, with a
/// bound for each client address. Not thread-safe; <see cref="ConnectionRegistry"/> owns it.
/// </summary>
internal sealed class UnadmittedPlaces(int maxConnections)
{
    /// <summary>However few connections a node may have, so many may be on their way in.</summary>
    public const int Least = 100;

    private readonly Dictionary<IOpenConnection, UInt128?> places = [];
    private readonly Dictionary<UInt128, int> perAddress = [];

    /// <summary>How many there may be: a quarter of the node's connections.</summary>
    public int Max { get; } = Math.Max(Least, maxConnections / 4);

    /// <summary>How many of one address: a quarter of those. Clients of a proxy that is not named are one.</summary>
    public int MaxPerAddress => Math.Max(Least, Max / 4);

    public int Count => places.Count;

    public bool TryAdd(IOpenConnection connection, IPAddress? address)
    {
        UInt128? key = address is null ? null : AddressRate.KeyOf(address);
        var ofAddress = key is { } known ? perAddress.GetValueOrDefault(known) : 0;
        if (places.Count >= Max || ofAddress >= MaxPerAddress)
        {
            return false;
        }

        places.Add(connection, key);
        if (key is { } counted)
        {
            perAddress[counted] = ofAddress + 1;
        }

        return true;
    }

    /// <summary>The connection ended, or has shown a token; false if it had no place here.</summary>
    public bool Remove(IOpenConnection connection)
    {
        if (!places.Remove(connection, out var key))
        {
            return false;
        }

        if (key is { } address && --perAddress[address] == 0)
        {
            perAddress.Remove(address);
        }

        return true;
    }
}
