using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Relay.Bench.Load;

/// <summary>What an update that is shared by two nodes cost.</summary>
/// <param name="Cross">Milliseconds from a writer to a reader on the other node: half of them, and 99 of 100, take no longer.</param>
/// <param name="Same">The same for a reader on the same node.</param>
/// <param name="ServerMicroseconds">CPU time of both nodes an update.</param>
/// <param name="RedisMicroseconds">CPU time of Redis an update.</param>
/// <param name="Missing">Characters that did not reach a reader.</param>
/// <param name="Late">Milliseconds by which 99 of 100 updates were sent too late, at most: what the load itself adds.</param>
/// <param name="LoadShare">How much of its core the load took.</param>
/// <param name="OthersShare">How much of the machine others took.</param>
internal readonly record struct NodesFigures(
    (double Half, double Most) Cross, (double Half, double Most) Same, double ServerMicroseconds, double RedisMicroseconds, int Missing, double Late, double LoadShare, double OthersShare);

/// <summary>Documents with four clients each, two on either of two nodes, who all write now and then and all read. Open loop: an update is sent when it is due, however the servers are.</summary>
internal static partial class NodesWorkload
{
    private const int PartySize = 4;

    public static async Task<NodesFigures> RunAsync(Pair pair, int documents, double rate, double warmUp, double seconds, int seed)
    {
        var parties = Enumerable.Range(0, documents).Select(document => MakeParty((ulong)(1000 + (document * PartySize)))).ToArray();
        var everybody = parties.SelectMany(party => party).ToArray();
        var schedule = new List<(double At, Participant Writer)>();
        var random = new Random(seed);
        for (var at = 0.0; at < warmUp + seconds; at -= Math.Log(1 - random.NextDouble()) / rate)
        {
            var writer = everybody[random.Next(everybody.Length)];
            schedule.Add((at, writer));
            writer.Due.Add(0);
        }

        for (var document = 0; document < documents; document++)
        {
            await Task.WhenAll(parties[document].Select(participant => participant.ConnectAsync(pair, $"document-{document}")));
        }

        SetDueTimes(everybody, schedule, warmUp);
        var before = default(ProcessorTimes);
        var late = new List<double>();
        var writing = new Thread(() =>
        {
            var next = new Dictionary<Participant, int>();
            foreach (var (at, writer) in schedule)
            {
                var character = CollectionsMarshal.GetValueRefOrAddDefault(next, writer, out _)++;
                WaitUntil(writer.Due[character]);
                if (at >= warmUp)
                {
                    before = before == default ? ProcessorTimes.Now(pair) : before;
                    late.Add(Milliseconds(Stopwatch.GetTimestamp() - writer.Due[character]));
                }

                writer.Type();
            }
        });
        writing.Start();
        await Task.Run(writing.Join);
        var missing = await DrainAsync(everybody);
        var cost = ProcessorTimes.Now(pair) - before;
        foreach (var participant in everybody)
        {
            participant.Dispose();
        }

        var elapsed = Milliseconds(cost.At) / 1000;
        return new NodesFigures(
            Percentiles(everybody.SelectMany(participant => participant.Latencies.Cross)),
            Percentiles(everybody.SelectMany(participant => participant.Latencies.Same)),
            cost.Servers / late.Count * 1e6,
            cost.Redis / late.Count * 1e6,
            missing,
            Percentiles(late).Most,
            cost.Load / elapsed,
            (cost.Machine - cost.Servers - cost.Redis - cost.Load) / elapsed / ProcessorTimes.Cores);
    }

    private static Participant[] MakeParty(ulong firstId)
    {
        var party = new Participant[PartySize];
        for (var place = 0; place < PartySize; place++)
        {
            party[place] = new Participant(party, place, place % 2, firstId);
        }

        return party;
    }

    private static void SetDueTimes(Participant[] everybody, List<(double At, Participant Writer)> schedule, double warmUp)
    {
        var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10);
        foreach (var participant in everybody)
        {
            participant.Due.Clear();
            participant.CountsFrom = start + (long)(warmUp * Stopwatch.Frequency);
        }

        foreach (var (at, writer) in schedule)
        {
            writer.Due.Add(start + (long)(at * Stopwatch.Frequency));
        }
    }

    /// <summary>Waits until everything has reached everybody, but not forever, and returns how much has not.</summary>
    private static async Task<int> DrainAsync(Participant[] everybody)
    {
        var watch = Stopwatch.StartNew();
        int missing;
        while ((missing = everybody.Sum(participant => participant.Expected - participant.Received)) > 0 && watch.Elapsed < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(20);
        }

        return missing;
    }

    /// <summary>Sleeps: the clients read on the same core. .NET's own sleeps are whole milliseconds, more than what is measured.</summary>
    private static void WaitUntil(long due)
    {
        while (due - Stopwatch.GetTimestamp() is > 0 and var left)
        {
            var time = new Timespec(0, (nint)Math.Min(left * (1_000_000_000 / Stopwatch.Frequency), 900_000_000));
            NanoSleep(in time, 0);
        }
    }

    private static double Milliseconds(long ticks) => ticks * 1e3 / Stopwatch.Frequency;

    private static (double Half, double Most) Percentiles(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? (double.NaN, double.NaN) : (sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in Timespec time, nint remaining);

    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);
}
