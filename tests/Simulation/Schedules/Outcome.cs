using System.Text;

namespace Relay.Simulation;

/// <summary>How a schedule ended.</summary>
/// <param name="Seed">Which one.</param>
/// <param name="Promise">What it stayed within.</param>
/// <param name="Failure">The sentence that says which invariant broke; nothing if none did.</param>
/// <param name="Steps">How much happened.</param>
/// <param name="Fingerprint">Equal for equal schedules only.</param>
/// <param name="Trace">What happened, a line each.</param>
internal sealed record Outcome(ulong Seed, Promise Promise, string? Failure, int Steps, ulong Fingerprint,
    IReadOnlyList<string> Trace)
{
    private const int MostLines = 400;

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine($"RELAY_TEST_SEED={Seed} ({Promise}): {Failure ?? "holds"}");
        if (Trace.Count > MostLines)
        {
            text.AppendLine($"({Trace.Count - MostLines} lines before)");
        }

        foreach (var line in Trace.Skip(Trace.Count - MostLines))
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }
}
