using System.Text;
using Relay.Yjs.Judge;

namespace Relay.Yjs.Fuzz;

/// <summary>
/// Damaged state vectors, awareness updates and JSON: what the engine lets through must be readable for the JavaScript
/// packages.
/// </summary>
public sealed class SmallFormatFuzzTests
{
    private const int InputsPerBatch = 10_000;

    private static int Batches =>
        TestSettings.Seed is null ? Math.Max(1, TestSettings.FuzzInputs / 50 / InputsPerBatch) : 1;

    [NodeFact]
    public async Task State_vectors_are_refused_or_readable_for_Yjs()
    {
        await using var oracle = await OracleProcess.StartAsync();
        var material = await FuzzOracle.MaterialAsync(oracle, seed: 2, count: 100);
        var document = new YDocument();
        foreach (var update in material.Updates.Take(20))
        {
            Assert.True(document.TryApply(update, out _, out var error), error.ToString());
        }

        await TryAsync(
            material.StateVectors,
            input =>
            {
                var diff = document.TryEncodeDiff(input, out var update, out _);
                var parts = document.TryEncodeParts(input, new DiffSizes(0, 1_000, 1_000), out var list, out _);
                Assert.Equal(diff, parts);
                Assert.True(!diff || (new YDocument().TryApply(update, out _, out _) && list.Count > 0),
                    Convert.ToHexStringLower(input));
                return diff;
            },
            inputs => FuzzOracle.ReadStateVectorsAsync(oracle, inputs),
            exactly: false);
    }

    [NodeFact]
    public async Task Awareness_updates_are_refused_or_readable_for_y_protocols()
    {
        await using var oracle = await OracleProcess.StartAsync();
        var material = await FuzzOracle.MaterialAsync(oracle, seed: 3, count: 300);
        await TryAsync(
            material.Awareness,
            input =>
            {
                var decoded = AwarenessUpdate.TryDecode(input, 100, out var entries, out _);
                Assert.True(
                    !decoded || AwarenessUpdate.TryDecode(AwarenessUpdate.Encode([.. entries]), 100, out _, out _),
                    Convert.ToHexStringLower(input));
                return decoded;
            },
            inputs => FuzzOracle.ApplyAwarenessAsync(oracle, inputs),
            exactly: false);
    }

    [NodeFact]
    public async Task Json_is_what_JavaScript_parses()
    {
        await using var oracle = await OracleProcess.StartAsync();
        var material = await FuzzOracle.MaterialAsync(oracle, seed: 4, count: 300);
        string[] edges =
        [
            "", " ", "1 ", "\uFEFF1", "1 2", "01", "-", "-0", "1.", ".5", "1e5", "1E+", "1e999", "\"\\ud800\"",
                "\"\\u12\"", "\"\u0001\"", "\"\u007f\u2028\"", "\"\\x\"", "[1,]",
            "{\"a\":1,}", "{\"a\":1,\"a\":2}", "nul", "nullx", "NaN", "/**/1", "'a'", "\v1", "\u00a01", "[]]",
                "{\"__proto__\":1}", "{1:2}", "\"a", "[", "{\"a\"", "undefined"
        ];
        await TryAsync(
            [.. material.Json, .. edges.Select(Encoding.UTF8.GetBytes)],
            input => Json.IsValid(input, AwarenessUpdate.MaxJsonDepth),
            inputs => FuzzOracle.ParseJsonAsync(oracle, inputs),
            exactly: true);
    }

    /// <param name="material">Valid inputs: tried as they are, then damaged.</param>
    /// <param name="accepts">Whether the engine accepts an input.</param>
    /// <param name="opinions">What the JavaScript side says of inputs: empty text for those that it reads.</param>
    /// <param name="exactly">Whether the engine must accept all that JavaScript reads, not only nothing else.</param>
    private static async Task TryAsync(byte[][] material, Func<byte[], bool> accepts,
        Func<IReadOnlyList<byte[]>, Task<string[]>> opinions, bool exactly)
    {
        for (var batch = 0; batch < Batches; batch++)
        {
            var seed = (TestSettings.Seed ?? TestSettings.FirstSeed) + batch;
            var mutator = new Mutator(new Random(seed), material);
            byte[][] inputs = [.. Enumerable.Range(0, InputsPerBatch).Select(_ => mutator.Next()), .. material];
            var accepted = await Task.Run(() => Array.ConvertAll(inputs, input => accepts(input)))
                .WaitAsync(TimeSpan.FromMinutes(10));
            int[] asked = [.. Enumerable.Range(0, inputs.Length).Where(i => exactly || accepted[i])];
            var answers = await opinions([.. asked.Select(i => inputs[i])]);
            foreach (var (i, answer) in asked.Zip(answers))
            {
                Assert.True(accepted[i] == (answer.Length == 0),
                    $"RELAY_TEST_SEED={seed}: {Convert.ToHexStringLower(inputs[i])} is "
                        + $"{(accepted[i] ? "accepted" : "refused")}; JavaScript says: {answer}");
            }
        }
    }
}
