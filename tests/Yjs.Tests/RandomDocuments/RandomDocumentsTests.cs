using System.Collections.Concurrent;
using Relay.Yjs.Judge;
using Xunit.Abstractions;

namespace Relay.Yjs.RandomDocuments;

/// <summary>The engine against Yjs itself, on documents that random Yjs clients wrote.</summary>
public sealed class RandomDocumentsTests(ITestOutputHelper output)
{
    /// <summary>Documents under way per oracle, so that neither side waits for the other.</summary>
    private const int DocumentsAtOnce = 4;

    private const int FailuresToReport = 3;

    private const int FailuresToStopAt = 100;

    [NodeFact]
    public async Task Engine_says_of_random_documents_what_Yjs_says()
    {
        await using var first = await OracleProcess.StartAsync();
        await using var second = await OracleProcess.StartAsync();
        var seeds = new ConcurrentQueue<int>(TestSettings.Seed is { } seed
            ? [seed]
            : Enumerable.Range(TestSettings.FirstSeed, TestSettings.Documents));
        var failures = new ConcurrentDictionary<int, IReadOnlyList<Failure>>();
        await Task.WhenAll(
            Enumerable.Range(0, 2 * DocumentsAtOnce)
            .Select(i => WorkAsync(i % 2 == 0 ? first : second, seeds, failures)));
        foreach (var (failed, failure) in failures.OrderBy(failure => failure.Key).Take(FailuresToReport))
        {
            await ReportAsync(first, failed, failure[0]);
        }

        foreach (var step in failures.Values.SelectMany(list => list).CountBy(failure => failure.Step)
            .OrderByDescending(step => step.Value))
        {
            output.WriteLine($"{step.Value} × {step.Key}");
        }

        if (TestSettings.Report is { } file)
        {
            await File.WriteAllLinesAsync(file,
                failures.OrderBy(f => f.Key)
                .SelectMany(f => f.Value.Select(failure => $"{f.Key}\t{failure.Step}\t{failure.Text}")));
        }

        Assert.True(failures.IsEmpty,
            string.Join('\n',
                failures.OrderBy(f => f.Key).Take(FailuresToReport)
                .Select(f => $"RELAY_TEST_SEED={f.Key}, step \"{f.Value[0].Step}\": {Short(f.Value[0].Text)}")));
    }

    private static async Task WorkAsync(OracleProcess oracle, ConcurrentQueue<int> seeds,
        ConcurrentDictionary<int, IReadOnlyList<Failure>> failures)
    {
        // The first await leaves the test's thread, so that all workers run.
        await Task.Yield();
        while (failures.Count < FailuresToStopAt && seeds.TryDequeue(out var seed))
        {
            var failed = await Trial.RunAsync(oracle, seed);
            if (failed.Count > 0)
            {
                failures[seed] = failed;
            }
        }
    }

    /// <summary>The whole text only when one document is replayed.</summary>
    private static string Short(string text) =>
        TestSettings.Seed is null && text.Length > 1_200 ? text[..1_200] + "…" : text;

    /// <summary>
    /// Prints the failure, and which updates are enough for it: each is left out in turn while the same step still
    /// fails.
    /// </summary>
    private async Task ReportAsync(OracleProcess oracle, int seed, Failure failure)
    {
        output.WriteLine($"RELAY_TEST_SEED={seed}, step \"{failure.Step}\": {Short(failure.Text)}");
        var document = await RandomDocument.MakeAsync(oracle, seed, keep: null);
        await new Verdicts(document).AskAsync(oracle);
        List<int> keep = [.. Enumerable.Range(0, document.Updates.Length)];
        var last = failure;
        for (var i = keep.Count - 1; i >= 0; i--)
        {
            List<int> fewer = [.. keep.Where((_, index) => index != i)];
            if ((await Trial.RunAsync(oracle, seed, fewer))
                .FirstOrDefault(still => still.Step == failure.Step) is { } still)
            {
                (keep, last) = (fewer, still);
            }
        }

        if (keep.Count < document.Updates.Length)
        {
            output.WriteLine($"Enough are the updates {string.Join(',', keep)}: {Short(last.Text)}");
            foreach (var index in keep)
            {
                output.WriteLine($"  {index}: {Short(Convert.ToHexStringLower(document.Updates[index]))}");
            }
        }
    }
}
