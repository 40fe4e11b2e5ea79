using System.Net;
using System.Net.Sockets;

namespace Relay.Access;

/// <summary>
/// Bounds how often one client address connects: so often a minute in the long run, and as often at once after a pause,
/// because a node that stops sends all its clients elsewhere at the same time. An IPv6 network of
/// 64 bits is one address, since a machine with one of its addresses has them all. Thread-safe; its memory is bounded.
/// </summary>
internal sealed class AddressRate(int perMinute, TimeProvider time, int maxAddresses = 100_000)
{
    /// <summary>A bucket that was not touched for so long is full again, and so is as good as none.</summary>
    private static readonly TimeSpan Refill = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();

    // Two generations: what was not touched for one or two minutes is forgotten without looking through all. With too
    // many addresses a generation ends early: then the limit is less strict, never more.
    private Dictionary<UInt128, Bucket> young = [];
    private Dictionary<UInt128, Bucket> old = [];
    private long youngSince = time.GetTimestamp();

    /// <summary>Counts a connection of this address, or says that it is one too many.</summary>
    public bool TryTake(IPAddress? address)
    {
        if (perMinute == 0 || address is null)
        {
            return true;
        }

        var key = KeyOf(address);
        var now = time.GetTimestamp();
        lock (gate)
        {
            if (young.Count >= maxAddresses / 2 || time.GetElapsedTime(youngSince, now) >= Refill)
            {
                (old, young) = (young, []);
                youngSince = now;
            }

            var bucket = young.TryGetValue(key, out var found) || old.TryGetValue(key, out found)
                ? found
                : new Bucket(perMinute, now);
            var tokens = Math.Min(perMinute,
                bucket.Tokens + (time.GetElapsedTime(bucket.Since, now) / Refill * perMinute));
            var may = tokens >= 1;
            young[key] = new Bucket(may ? tokens - 1 : tokens, now);
            return may;
        }
    }

    /// <summary>Whether <see cref="TryTake"/> would count one more; it is not counted.</summary>
    public bool HasRoom(IPAddress? address)
    {
        if (perMinute == 0 || address is null)
        {
            return true;
        }

        var key = KeyOf(address);
        lock (gate)
        {
            return !(young.TryGetValue(key, out var bucket) || old.TryGetValue(key, out bucket))
                || bucket.Tokens + (time.GetElapsedTime(bucket.Since) / Refill * perMinute) >= 1;
        }
    }

    /// <summary>An address as a number; all of a network of 64 bits are one.</summary>
    public static UInt128 KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out var length);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }

        // Apart from all networks of IPv6.
        return (UInt128.One << 64) | System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes[..length]);
    }

    private readonly record struct Bucket(double Tokens, long Since);
}
