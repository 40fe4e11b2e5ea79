namespace Relay.Bench.Hostile;

/// <summary>What is measured of an input.</summary>
/// <param name="Bytes">What is sent.</param>
/// <param name="RunAsync">Sends it, waits for the answers, and says what became of it.</param>
internal sealed record Attack(long Bytes, Func<Task<string>> RunAsync)
{
    /// <summary>What part of it the server has taken so far.</summary>
    public Func<double> Share { get; init; } = () => 1;
}
