using System.Net;

namespace Relay.Access;

/// <summary>
/// Slows clients down that come back after a refusal that will repeat: many take no notice of close codes, and send
/// the same
/// thing again at once. Each such refusal of a client address at a document makes one return wait, longer each time.
/// A return
/// takes the wait along: others of the same address, a household or an office, come in meanwhile without one.
/// Thread-safe; its
/// memory is bounded.
/// </summary>
internal sealed class ReturnDelays(TimeProvider time, int maxEntries = 10_000)
{
    public static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What was not refused for so long begins anew: longer than the longest wait and the pauses of clients.
    /// </summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    private readonly Lock gate = new();

    // Two generations, as in AddressRate: what is old is forgotten without looking through all.
    private Dictionary<Key, Entry> young = [];
    private Dictionary<Key, Entry> old = [];
    private long youngSince = time.GetTimestamp();

    /// <summary>A connection was closed with this code.</summary>
    /// <param name="address">Its client's address.</param>
    /// <param name="document">Its document; empty for a socket that may have many.</param>
    /// <param name="who">What else tells it from others of that address, if anything.</param>
    /// <param name="code">The close code; only those that say "do not come back" count.</param>
    public void Closed(IPAddress? address, string document, string? who, int? code)
    {
        if (address is null || code is not (>= 4400 and < 4500))
        {
            return;
        }

        var key = Key.Of(address, document, who);
        lock (gate)
        {
            var times = Find(key) is { } entry && entry.Code == code ? entry.Times + 1 : 1;
            young[key] = new Entry(code.Value, Math.Min(times, 30), time.GetTimestamp(), IsDue: true);
        }
    }

    /// <summary>How long a connection that is asked for now has to wait; zero for nearly all.</summary>
    public TimeSpan Take(IPAddress? address, string document, string? who)
    {
        if (address is null)
        {
            return TimeSpan.Zero;
        }

        var key = Key.Of(address, document, who);
        lock (gate)
        {
            if (Find(key) is not { IsDue: true } entry)
            {
                return TimeSpan.Zero;
            }

            young[key] = entry with { IsDue = false };
            var wait = FirstWait * Math.Pow(2, entry.Times - 1);
            return wait < LongestWait ? wait : LongestWait;
        }
    }

    private Entry? Find(in Key key)
    {
        if (young.Count >= maxEntries / 2 || time.GetElapsedTime(youngSince) >= Memory)
        {
            (old, young) = (young, []);
            youngSince = time.GetTimestamp();
        }

        var isKnown = young.TryGetValue(key, out var entry) || old.TryGetValue(key, out entry);
        return isKnown && time.GetElapsedTime(entry!.Since) < Memory ? entry : null;
    }

    private readonly record struct Key(UInt128 Address, string Document, int Who)
    {
        public static Key Of(IPAddress address, string document, string? who) =>
            new(AddressRate.KeyOf(address), document, who?.GetHashCode(StringComparison.Ordinal) ?? 0);
    }

    private sealed record Entry(int Code, int Times, long Since, bool IsDue);
}
