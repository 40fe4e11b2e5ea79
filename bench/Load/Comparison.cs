namespace Relay.Bench.Load;

/// <summary>
/// Fresh servers of each kind, one kind after the other in every round, and the ratios of the first kind's figures to
/// the others' of the same round.
/// </summary>
/// <param name="contenders">The kinds.</param>
/// <param name="compared">What the summary names. A round's line is the figures' own text.</param>
internal sealed class Comparison<TFigures>(Contender[] contenders, (string Name, Func<TFigures, double> Of)[] compared)
{
    /// <summary>Measures, prints, and returns the figures of each kind, round by round.</summary>
    public async Task<IReadOnlyList<TFigures>[]> RunAsync(int rounds, Func<Servers, int, Task<TFigures>> measure)
    {
        var figures = Array.ConvertAll(contenders, _ => new List<TFigures>());
        for (var round = 1; round <= rounds; round++)
        {
            for (var kind = 0; kind < contenders.Length; kind++)
            {
                using var servers = await contenders[kind].StartAsync();
                figures[kind].Add(await measure(servers, round));
                Console.WriteLine($"round {round} {contenders[kind].Name}: {figures[kind][^1]}");
            }
        }

        foreach (var (name, of) in compared)
        {
            var each = contenders.Zip(figures,
                (contender, its) => $"{contender.Name} {Statistics.Spread(its.Select(of))}");
            var ratios = contenders.Zip(figures,
                (contender,
                    its) => $"to {contender.Name} "
                        + $"{Statistics.Spread(figures[0].Zip(its, (ours, theirs) => of(ours) / of(theirs)))}").Skip(1);
            Console.WriteLine(
                $"{name}: {string.Join(", ", each)}{string.Concat(ratios.Select(ratio => $"; ratio {ratio}"))}");
        }

        return figures;
    }
}
