using System.Collections.Concurrent;
using System.Diagnostics;

namespace Relay.Simulation;

/// <summary>
/// Whole nodes on simulated services: every schedule must keep every invariant at every step. <c>docs/simulation.md</c>
/// says how to replay one.
/// </summary>
public sealed class ScheduleTests(ITestOutputHelper output)
{
    private const int MostFailuresShown = 3;

    [Fact]
    public void Every_schedule_keeps_every_invariant()
    {
        if (TestSettings.Seed is { } single)
        {
            var one = Schedule.Play(single, isTracing: true);
            output.WriteLine(one.ToString());
            Assert.True(one.Failure is null, one.ToString());
            return;
        }

        var watch = Stopwatch.StartNew();
        var failures = new ConcurrentBag<ulong>();
        var (first, last, rests) = (TestSettings.FirstSeed, TestSettings.FirstSeed + TestSettings.Schedules,
            TestSettings.Rests);
        var (next, played, steps) = (first, 0L, 0L);
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            // In the order of the seeds, so that the first failure is among the first that there are.
            while (failures.Count < MostFailuresShown && Interlocked.Increment(ref next) - 1 is var seed
                && seed < last)
            {
                if (rests?.Contains(seed % 20) == false)
                {
                    continue;
                }

                var outcome = Schedule.Play(seed);
                Interlocked.Increment(ref played);
                Interlocked.Add(ref steps, outcome.Steps);
                if (outcome.Failure is not null)
                {
                    failures.Add(outcome.Seed);
                }
            }
        });
        output.WriteLine(
            $"{played} schedules from seed {first}, {steps} steps, {played / watch.Elapsed.TotalSeconds:0} a second.");
        Assert.True(failures.IsEmpty,
            string.Join("\n", failures.Order().Take(MostFailuresShown).Select(s => Schedule.Play(s, isTracing: true))));
    }

    [Fact]
    public void A_seed_plays_the_same_schedule_every_time()
    {
        for (var seed = 1_000_001UL; seed <= 1_000_050; seed++)
        {
            var (once, again) = (Schedule.Play(seed), Schedule.Play(seed, isTracing: true));
            Assert.Equal((once.Fingerprint, once.Steps, once.Failure), (again.Fingerprint, again.Steps, again.Failure));
        }
    }
}
