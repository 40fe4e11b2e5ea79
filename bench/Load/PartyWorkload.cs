using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Relay.Bench.Load;

/// <summary>Documents with a few clients each, in turn on each of the nodes, who all write now and then and all read. Open loop: an update is sent when it is due, however the servers are.</summary>
internal static class PartyWorkload
{
    public static async Task<PartyFigures> RunAsync(Servers servers, int documents, int clients, double rate, double warmUp, double seconds, int seed)
    {
        var parties = Enumerable.Range(0, documents).Select(document => MakeParty(clients, servers.Nodes.Count, (ulong)(1000 + (document * clients)))).ToArray();
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
            await Task.WhenAll(parties[document].Select(participant => participant.ConnectAsync(servers, $"document-{document}")));
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
                Timing.WaitUntil(writer.Due[character]);
                if (at >= warmUp)
                {
                    before = before == default ? ProcessorTimes.Now(servers) : before;
                    late.Add(Timing.Milliseconds(Stopwatch.GetTimestamp() - writer.Due[character]));
                }

                writer.Type();
            }
        });
        writing.Start();
        await Task.Run(writing.Join);
        var missing = await DrainAsync(everybody);
        var cost = ProcessorTimes.Now(servers) - before;
        foreach (var participant in everybody)
        {
            participant.Dispose();
        }

        return new PartyFigures(
            Statistics.Percentiles(everybody.SelectMany(participant => participant.Latencies.Cross)),
            Statistics.Percentiles(everybody.SelectMany(participant => participant.Latencies.Same)),
            late.Count,
            clients - 1,
            missing,
            Statistics.Percentiles(late).Most,
            cost);
    }

    private static Participant[] MakeParty(int clients, int nodes, ulong firstId)
    {
        var party = new Participant[clients];
        for (var place = 0; place < clients; place++)
        {
            party[place] = new Participant(party, place, place % nodes, firstId);
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
}
