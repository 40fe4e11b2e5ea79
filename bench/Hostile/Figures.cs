using System.Globalization;

namespace Relay.Bench.Hostile;

/// <summary>What one input cost one server.</summary>
/// <param name="CpuMilliseconds">Processor time of the server, without what the questions for its health took.</param>
/// <param name="Megabytes">By how much its memory grew at the most.</param>
/// <param name="HealthMilliseconds">How long a question for its health waited at worst.</param>
/// <param name="Outcome">What became of the input.</param>
/// <param name="Share">What part of the input it had taken when this was read.</param>
/// <param name="SettledMegabytes">By how much its memory has grown once it does nothing more.</param>
/// <param name="IsWhole">Whether the server was done when this was read.</param>
internal sealed record Figures(
    double CpuMilliseconds,
    double Megabytes,
    double HealthMilliseconds,
    string Outcome,
    double Share,
    double SettledMegabytes,
    bool IsWhole)
{
    /// <summary>Of several rounds, the one in the middle, by processor time.</summary>
    public static Figures Middle(IEnumerable<Figures> rounds)
    {
        var sorted = rounds.OrderBy(round => round.CpuMilliseconds).ToArray();
        var middle = sorted[sorted.Length / 2];
        return middle with
        {
            Megabytes = MiddleOf(round => round.Megabytes),
            HealthMilliseconds = MiddleOf(round => round.HealthMilliseconds),
            Share = MiddleOf(round => round.Share),
            SettledMegabytes = MiddleOf(round => round.SettledMegabytes),
        };

        double MiddleOf(Func<Figures, double> figure) => sorted.Select(figure).Order().ElementAt(sorted.Length / 2);
    }

    /// <summary>Processor time, memory, health and what was taken as cells of a table.</summary>
    public override string ToString() =>
        $"{(IsWhole ? "" : "> ")}{Text(CpuMilliseconds)} ms | {Text(Megabytes)} MB | {Text(SettledMegabytes)} MB"
        + $" | {Text(HealthMilliseconds)} ms | {Share.ToString("P0", CultureInfo.InvariantCulture)}";

    private static string Text(double value) =>
        value.ToString(Math.Abs(value) < 9.95 ? "F1" : "N0", CultureInfo.InvariantCulture);
}
