using Relay.Yjs.Judge;

namespace Relay.Yjs.Fuzz;

/// <summary>What the oracle is asked about inputs that no client wrote.</summary>
internal static class FuzzOracle
{
    private const byte OpinionRequest = 2;
    private const byte MaterialRequest = 3;

    public static async Task<FuzzMaterial> MaterialAsync(OracleProcess oracle, int seed, int count)
    {
        using var request = new Lib0Writer();
        request.WriteByte(MaterialRequest);
        request.WriteVarUint((ulong)seed);
        request.WriteVarUint((ulong)count);
        return Read(await oracle.AskAsync(request));

        static FuzzMaterial Read(byte[] answer)
        {
            var reader = new Lib0Reader(answer);
            return new FuzzMaterial(reader.ReadList(), reader.ReadList(), reader.ReadList(), reader.ReadList());
        }
    }

    /// <summary>
    /// For each list of updates, what Yjs throws when it applies them in turn to one fresh document; empty when it does
    /// not.
    /// </summary>
    public static Task<string[]> ApplyAsync(OracleProcess oracle, IReadOnlyList<byte[][]> sequences) =>
        AskAsync(oracle, request =>
    {
        request.WriteByte(0);
        request.WriteVarUint((ulong)sequences.Count);
        foreach (var sequence in sequences)
        {
            request.WriteList(sequence);
        }
    });

    public static Task<string[]> ReadStateVectorsAsync(OracleProcess oracle, IReadOnlyList<byte[]> inputs) =>
        AskAsync(oracle, 1, inputs);

    public static Task<string[]> ApplyAwarenessAsync(OracleProcess oracle, IReadOnlyList<byte[]> inputs) =>
        AskAsync(oracle, 2, inputs);

    public static Task<string[]> ParseJsonAsync(OracleProcess oracle, IReadOnlyList<byte[]> inputs) =>
        AskAsync(oracle, 3, inputs);

    private static Task<string[]> AskAsync(OracleProcess oracle, byte kind, IReadOnlyList<byte[]> inputs) =>
        AskAsync(oracle, request =>
    {
        request.WriteByte(kind);
        request.WriteList(inputs);
    });

    private static async Task<string[]> AskAsync(OracleProcess oracle, Action<Lib0Writer> write)
    {
        using var request = new Lib0Writer();
        request.WriteByte(OpinionRequest);
        write(request);
        return Read(await oracle.AskAsync(request));

        static string[] Read(byte[] answer)
        {
            var reader = new Lib0Reader(answer);
            return reader.ReadTexts();
        }
    }
}
