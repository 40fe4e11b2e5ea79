namespace Relay.Bench.Hostile;

/// <summary>What is measured of an input.</summary>
/// <param name="Bytes">What is sent.</param>
/// <param name="RunAsync">Sends it, waits for the answers, and says what became of it.</param>
internal sealed record Attack(long Bytes, Func<Task<string>> RunAsync);
