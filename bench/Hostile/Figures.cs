using System.Globalization;

namespace Relay.Bench.Hostile;

/// <summary>What one input cost one server.</summary>
/// <param name="CpuMilliseconds">Processor time of the server, without what the questions for its health took.</param>
/// <param name="Megabytes">By how much its memory grew at the most.</param>
/// <param name="HealthMilliseconds">How long a question for its health waited at worst.</param>
/// <param name="Outcome">What became of the input.</param>
/// <param name="IsWhole">Whether the server was done when this was read.</param>
internal sealed record Figures(
    double CpuMilliseconds, double Megabytes, double HealthMilliseconds, string Outcome, bool IsWhole)
{
    /// <summary>Of several rounds, the one in the middle, by processor time.</summary>
    public static Figures Middle(IEnumerable<Figures> rounds)
    {
        var sorted = rounds.OrderBy(round => round.CpuMilliseconds).ToArray();
        var middle = sorted[sorted.Length / 2];
        return middle with
        {
            Megabytes = sorted.Select(round => round.Megabytes).Order().ElementAt(sorted.Length / 2),
            HealthMilliseconds = sorted.Select(round => round.HealthMilliseconds).Order().ElementAt(sorted.Length / 2),
        };
    }

    /// <summary>Processor time, memory and health as cells of a table.</summary>
    public override string ToString() =>
        $"{(IsWhole ? "" : "> ")}{Text(CpuMilliseconds)} ms | {Text(Megabytes)} MB | {Text(HealthMilliseconds)} ms";

    private static string Text(double value) =>
        value.ToString(Math.Abs(value) < 9.95 ? "F1" : "N0", CultureInfo.InvariantCulture);
}
