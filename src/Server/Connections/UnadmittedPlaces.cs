using System.Net;
using Relay.Access;
using Relay.Sockets;

namespace Relay.Connections;

/// <summary>
/// The connections that have shown no token yet: a pool of their own, so that they keep none out that have, with a
/// bound for each client address. Not thread-safe; <see cref="ConnectionRegistry"/> owns it.
/// </summary>
/// <remarks>
/// When the pool is full, a newcomer takes the place of a connection that had time enough to show a token, of the
/// address that has most: few addresses keep no others out.
/// </remarks>
/// <param name="maxConnections">How many connections the node may have.</param>
/// <param name="time">The clock.</param>
/// <param name="descriptors">What bounds them as well; null where only the setting does.</param>
internal sealed class UnadmittedPlaces(int maxConnections, TimeProvider time, DescriptorBudget? descriptors = null)
{
    /// <summary>However few connections a node may have, so many may be on their way in.</summary>
    public const int Least = 100;

    /// <summary>A client shows its token at once; one that has not after so long may lose its place.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Dictionary<IOpenConnection, LinkedListNode<Place>> places = [];
    private readonly Dictionary<UInt128, LinkedList<Place>> perAddress = [];

    /// <summary>The addresses by how many places they have.</summary>
    private readonly SortedSet<(int Count, UInt128 Address)> byCount = [];

    /// <summary>Those that have lost their place and are being closed.</summary>
    private readonly HashSet<IOpenConnection> leaving = [];

    /// <summary>
    /// How many there may be: a quarter of the node's connections, and of what its open files allow.
    /// </summary>
    public int Max => (int)Math.Min(
        Math.Max(Least, maxConnections / 4), Math.Max(1, (descriptors?.MostConnections ?? long.MaxValue) / 4));

    /// <summary>How many of one address: a quarter of those. Clients of a proxy that is not named are one.</summary>
    public int MaxPerAddress => Math.Max(Least, Max / 4);

    /// <summary>All that are open and were not admitted.</summary>
    public int Count => places.Count + leaving.Count;

    /// <summary>Takes a connection in if there is a place for it.</summary>
    /// <param name="connection">The newcomer.</param>
    /// <param name="address">Where its client is; null where that is not known.</param>
    /// <param name="evicted">The connection that loses its place to it, for the caller to close; null if none.</param>
    public bool TryAdd(IOpenConnection connection, IPAddress? address, out IOpenConnection? evicted)
    {
        evicted = null;
        var key = address is null ? UInt128.MaxValue : AddressRate.KeyOf(address);
        var ofAddress = perAddress.GetValueOrDefault(key)?.Count ?? 0;
        if ((ofAddress >= MaxPerAddress && address is not null)
            || (places.Count >= Max && !TryEvict(key, ofAddress, out evicted)))
        {
            return false;
        }

        if (!perAddress.TryGetValue(key, out var own))
        {
            perAddress.Add(key, own = []);
        }

        byCount.Remove((own.Count, key));
        places.Add(connection, own.AddLast(new Place(connection, key, time.GetTimestamp())));
        byCount.Add((own.Count, key));
        return true;
    }

    /// <summary>The connection has shown a token; false if it had no place here, or has lost it.</summary>
    public bool Admit(IOpenConnection connection)
    {
        if (!places.Remove(connection, out var place))
        {
            return false;
        }

        var own = place.List!;
        var key = place.Value.Address;
        byCount.Remove((own.Count, key));
        own.Remove(place);
        if (own.Count == 0)
        {
            perAddress.Remove(key);
        }
        else
        {
            byCount.Add((own.Count, key));
        }

        return true;
    }

    /// <summary>The connection ended.</summary>
    public void Remove(IOpenConnection connection)
    {
        if (!leaving.Remove(connection))
        {
            Admit(connection);
        }
    }

    private bool TryEvict(UInt128 newcomer, int ofNewcomer, out IOpenConnection? evicted)
    {
        evicted = null;
        var (count, address) = byCount.Max;
        if ((count <= ofNewcomer && address != newcomer) || leaving.Count >= Max)
        {
            return false;
        }

        var oldest = perAddress[address].First!.Value;
        if (time.GetElapsedTime(oldest.Since) < Grace)
        {
            return false;
        }

        evicted = oldest.Connection;
        Admit(evicted);
        leaving.Add(evicted);
        return true;
    }

    private sealed record Place(IOpenConnection Connection, UInt128 Address, long Since);
}
