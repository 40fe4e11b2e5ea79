using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// What sessions take from outside, so that whole nodes run in a seeded, single-threaded simulation: time and timers,
/// chance, and where mailboxes run.
/// </summary>
internal sealed class SessionEnvironment(TimeProvider time, ISessionScheduler scheduler, Func<ulong> random)
{
    [ThreadStatic]
    private static ulong[]? spareBits;

    [ThreadStatic]
    private static int spareCount;

    /// <summary>A real node's: unpredictable ids.</summary>
    public static SessionEnvironment For(TimeProvider time, ISessionScheduler scheduler) =>
        new(time, scheduler, RandomBits);

    public TimeProvider Time { get; } = time;

    public ISessionScheduler Scheduler { get; } = scheduler;

    /// <summary>A new entry id; never <see cref="EntryId.None"/>.</summary>
    public EntryId NewEntryId()
    {
        ulong value;
        do
        {
            value = random();
        }
        while (value == 0);
        return new EntryId(value);
    }

    /// <summary>The time before try number <paramref name="attempt"/> + 1 (from 1): doubles from <paramref
    /// name="first"/> up to <paramref name="most"/>, and half of it is chance, so that many sessions that lost the same
    /// service do not all return in the same moment.</summary>
    public TimeSpan Backoff(int attempt, TimeSpan first, TimeSpan most)
    {
        var full = Math.Min(most.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 30)));
        return TimeSpan.FromMilliseconds((full / 2) + (full / 2 * (random() >> 11) / (1UL << 53)));
    }

    /// <summary>Many are asked of the system at a time: one call costs a microsecond, however much it brings.</summary>
    private static ulong RandomBits()
    {
        if (spareBits is null || spareCount == 0)
        {
            spareBits ??= new ulong[64];
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(spareBits.AsSpan()));
            spareCount = spareBits.Length;
        }

        return spareBits[--spareCount];
    }
}
