using System.Collections.Concurrent;
using Relay.Yjs.Judge;

namespace Relay.Yjs.Restoring;

/// <summary>
/// Restores of random documents, judged by Yjs: what it shows afterwards is what it showed of the older state, whatever
/// is written meanwhile.
/// </summary>
public sealed class RandomRestoreTests
{
    private const int DocumentsAtOnce = 4;

    private const int FailuresToReport = 3;

    [NodeFact]
    public async Task Restored_random_documents_show_in_Yjs_what_they_showed()
    {
        await using var first = await OracleProcess.StartAsync();
        await using var second = await OracleProcess.StartAsync();
        var seeds = new ConcurrentQueue<int>(TestSettings.Seed is { } seed
            ? [seed]
            : Enumerable.Range(TestSettings.FirstSeed, TestSettings.Documents / 6));
        var failures = new ConcurrentDictionary<int, string>();
        await Task.WhenAll(
            Enumerable.Range(0, 2 * DocumentsAtOnce)
            .Select(i => WorkAsync(i % 2 == 0 ? first : second, seeds, failures)));
        Assert.True(failures.IsEmpty,
            $"{failures.Count} failed\n"
            + string.Join('\n',
                failures.OrderBy(f => f.Key).Take(FailuresToReport)
                .Select(f => $"RELAY_TEST_SEED={f.Key}: {f.Value}")));
    }

    private static async Task WorkAsync(OracleProcess oracle, ConcurrentQueue<int> seeds,
        ConcurrentDictionary<int, string> failures)
    {
        // The first await leaves the test's thread, so that all workers run.
        await Task.Yield();
        while (seeds.TryDequeue(out var seed))
        {
            var document = await Restorable.MakeRandomAsync(oracle, seed);
            try
            {
                if (await document.TryOutAsync(oracle, seed) is { Length: > 0 } failure)
                {
                    failures[seed] = failure;
                }
            }
            catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
            {
                failures[seed] = unexpected.ToString();
            }
        }
    }
}
