using Relay.Yjs.Judge;

namespace Relay.Yjs.Fuzz;

/// <summary>
/// Small updates that make, or nearly make, a Yjs client throw when it reads the document: found by the fuzz test, cut
/// down by hand.
/// </summary>
public sealed class HostileUpdatesTests
{
    /// <summary>What each is, and its bytes.</summary>
    private static readonly (string What, string Hex)[] Updates =
    [
        ("a live entry of two values under one key, split by a later entry, in a map that is then deleted",
            "010301002701016d01610128000100016b027d017d02880101017d030101010001"),
        ("the same, and the map lives", "010301002701016d01610128000100016b027d017d02880101017d0300"),
        ("the same, not split", "010201002701016d01610128000100016b027d017d020101010001"),
        ("the same, split by a delete of its second value",
            "010201002701016d01610128000100016b027d017d0201010200010201"),
        ("the same, split by a delete of its first value",
            "010201002701016d01610128000100016b027d017d0201010200010101"),
        ("two values under one key, both deleted: what clients without garbage collection send",
            "010301002701016d01610128000100016b027d017d02880102017d030101010102"),
    ];

    [NodeFact]
    public async Task What_the_engine_accepts_and_answers_never_makes_Yjs_throw()
    {
        await using var oracle = await OracleProcess.StartAsync();
        var sequences = new List<(string What, byte[][] Updates)>();
        foreach (var (what, hex) in Updates)
        {
            foreach (var garbageCollection in new[] { true, false })
            {
                var document = new YDocument(garbageCollection);
                var update = Convert.FromHexString(hex);
                if (document.TryGetNews(update, out _, out _) && document.TryApply(update, out var news, out _))
                {
                    sequences.Add(($"{what} ({hex})", [news.ToArray()]));
                    sequences.Add(
                        ($"state (collected: {garbageCollection}) after {what} ({hex})", [document.EncodeState()]));
                }
            }
        }

        var thrown = await FuzzOracle.ApplyAsync(oracle, [.. sequences.Select(sequence => sequence.Updates)]);
        var wrong = sequences.Zip(thrown).Where(pair => pair.Second.Length > 0)
            .Select(pair => $"{pair.First.What}: {pair.Second}").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
