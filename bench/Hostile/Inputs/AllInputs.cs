namespace Relay.Bench.Hostile;

internal static class AllInputs
{
    /// <summary>The inputs whose names have this part.</summary>
    public static IEnumerable<HostileInput> Named(string part) =>
        new[]
            {
                EngineInputs.All, TableInputs.All, MemoryInputs.All, FloodInputs.All, HttpInputs.All, StoreInputs.All,
            }
            .SelectMany(inputs => inputs)
            .Where(input => input.Name.Contains(part, StringComparison.OrdinalIgnoreCase));
}
