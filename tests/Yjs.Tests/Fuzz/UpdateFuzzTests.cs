using System.Text.RegularExpressions;
using Relay.Yjs.Judge;

namespace Relay.Yjs.Fuzz;

/// <summary>
/// Updates that no client wrote: refused, or harmless to the engine and to every Yjs client that reads the document
/// later.
/// </summary>
public sealed partial class UpdateFuzzTests(ITestOutputHelper output)
{
    private const int InputsPerBatch = 10_000;
    private const int BatchesAtOnce = 2;
    private static readonly TimeSpan BatchDeadline = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Damaged_updates_are_refused_or_harmless()
    {
        await using var oracle = await OracleProcess.StartAsync();
        int[] batches = TestSettings.Seed is { } seed
            ? [seed]
            : [.. Enumerable.Range(TestSettings.FirstSeed, Math.Max(1, TestSettings.FuzzInputs / InputsPerBatch))];
        var material = await FuzzOracle.MaterialAsync(oracle, seed: 1, count: 300);
        var wrong = new List<(string Kind, string Text)>();
        var accepted = 0;
        var most = 0.0;
        await Parallel.ForEachAsync(batches, new ParallelOptions { MaxDegreeOfParallelism = BatchesAtOnce },
            async (number, _) =>
        {
            var (batch, failures) = await RunAsync(oracle, number, material.Updates);
            lock (wrong)
            {
                wrong.AddRange(failures);
                accepted += batch.Accepted;
                most = Math.Max(most, batch.MostAllocated);
            }
        });
        output.WriteLine(
            $"{batches.Length * InputsPerBatch} inputs, {accepted} accepted; at most {most:F1} bytes "
                + "allocated per byte of input");
        var shortest = wrong.GroupBy(failure => failure.Kind)
            .Select(kind => kind.MinBy(failure => failure.Text.Length).Text);
        Assert.True(wrong.Count == 0,
            $"{wrong.Count} failures, the shortest of each kind:\n{string.Join('\n', shortest)}");

        // Damage that is hardly ever accepted would say nothing about what Yjs makes of it.
        Assert.True(accepted >= batches.Length * InputsPerBatch / 50, $"only {accepted} inputs were accepted");
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    private static async Task<(UpdateFuzzBatch Batch, List<(string Kind, string Text)> Failures)> RunAsync(
        OracleProcess oracle, int seed, byte[][] material)
    {
        var batch = new UpdateFuzzBatch(seed, InputsPerBatch, material);
        try
        {
            await Task.Run(batch.Run).WaitAsync(BatchDeadline);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"RELAY_TEST_SEED={seed}: no end at {Convert.ToHexStringLower(batch.Current)}");
        }

        List<(string Kind, string Text)> failures = [
            .. batch.Wrong.Select(
                text => (Digits().Replace(text[..text.LastIndexOf(':')], "n"), $"RELAY_TEST_SEED={seed}: {text}"))];
        var opinions = await FuzzOracle.ApplyAsync(oracle, batch.ForYjs);
        foreach (var (sequence, thrown) in batch.ForYjs.Zip(opinions).Where(pair => pair.Second.Length > 0))
        {
            failures.Add(
                (thrown, $"RELAY_TEST_SEED={seed}: Yjs throws at "
                    + $"{string.Join(" then ", sequence.Select(Convert.ToHexStringLower))}: {thrown}"));
        }

        return (batch, failures);
    }
}
