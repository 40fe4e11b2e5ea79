using System.Diagnostics;

namespace Relay.Bench.Load;

/// <summary>
/// Documents with a few clients each, in turn on each of the nodes, who all write now and then and all read. Open loop:
/// an update is sent when it is due, however the servers are.
/// </summary>
internal static class PartyWorkload
{
    public static async Task<PartyFigures> RunAsync(Servers servers, PartyPlan plan)
    {
        var parties = Enumerable.Range(0, plan.Documents)
            .Select(document => MakeParty(plan.Clients, servers.Nodes.Count, (ulong)(1000 + (document * plan.Clients))))
            .ToArray();
        var everybody = parties.SelectMany(party => party).ToArray();
        var schedule = MakeSchedule(plan, everybody);
        for (var document = 0; document < plan.Documents; document++)
        {
            await Task.WhenAll(
                parties[document].Select(participant => participant.ConnectAsync(servers, $"document-{document}")));
        }

        var start = SetDueTimes(everybody, schedule, plan.WarmUp);
        var before = default(ProcessorTimes);
        var late = new List<double>();
        var writing = new Thread(() =>
        {
            foreach (var (at, writer, isPresence) in schedule)
            {
                var due = start + Ticks(at);
                Timing.WaitUntil(due);
                if (at >= plan.WarmUp)
                {
                    before = before == default ? ProcessorTimes.Now(servers) : before;
                    late.Add(Timing.Milliseconds(Stopwatch.GetTimestamp() - due));
                }

                if (isPresence)
                {
                    writer.Move();
                }
                else
                {
                    writer.Type();
                }
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
            schedule.Count(one => one.At >= plan.WarmUp && !one.IsPresence),
            plan.Clients - 1,
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

    /// <summary>Who types, and who moves, when: at random times.</summary>
    private static List<(double At, Participant Writer, bool IsPresence)> MakeSchedule(PartyPlan plan,
        Participant[] everybody)
    {
        var schedule = new List<(double At, Participant Writer, bool IsPresence)>();
        var random = new Random(plan.Seed);
        var (end, rate) = (plan.WarmUp + plan.Seconds, plan.Rate + plan.Presence);
        for (var at = 0.0; at < end; at -= Math.Log(1 - random.NextDouble()) / rate)
        {
            var writer = everybody[random.Next(everybody.Length)];
            var isPresence = plan.Presence > 0 && random.NextDouble() * rate < plan.Presence;
            schedule.Add((at, writer, isPresence));
            if (!isPresence)
            {
                writer.Due.Add(0);
            }
        }

        return schedule;
    }

    /// <summary>Answers when all begins, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    private static long SetDueTimes(Participant[] everybody,
        List<(double At, Participant Writer, bool IsPresence)> schedule, double warmUp)
    {
        var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10);
        foreach (var participant in everybody)
        {
            participant.Due.Clear();
            participant.CountsFrom = start + Ticks(warmUp);
        }

        foreach (var (at, writer, _) in schedule.Where(one => !one.IsPresence))
        {
            writer.Due.Add(start + Ticks(at));
        }

        return start;
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    /// <summary>Waits until everything has reached everybody, but not forever, and returns how much has not.</summary>
    private static async Task<int> DrainAsync(Participant[] everybody)
    {
        var watch = Stopwatch.StartNew();
        int missing;
        while ((missing = everybody.Sum(participant => participant.Expected - participant.Received)) > 0
            && watch.Elapsed < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(20);
        }

        return missing;
    }
}
