using Relay.Yjs.Judge;

namespace Relay.Yjs.RandomDocuments;

/// <summary>One document that several Yjs clients wrote, as the oracle made it from a seed.</summary>
/// <param name="Handle">Its name in the oracle, until it is judged.</param>
/// <param name="Seed">What it was made from.</param>
/// <param name="IsPending">Whether something is missing even with all updates: only while a failure is shrunk.</param>
/// <param name="KeepsDeleted">Whether all its clients kept deleted content.</param>
/// <param name="LocalUpdates">How many of the updates, from the first, their own authors emitted; the rest are what
/// others emitted when they received something.</param>
/// <param name="Updates">The updates in the order in which they were emitted.</param>
/// <param name="Pieces">For some updates, smaller updates that together say the same, in any order.</param>
/// <param name="Extras">Other bytes that say parts of the whole: states, merges, differences.</param>
/// <param name="Holders">State vectors of holders of parts, whom the oracle knows.</param>
/// <param name="ArbitraryVectors">State vectors that no client holds.</param>
internal sealed record RandomDocument(
    ulong Handle, int Seed, bool IsPending, bool KeepsDeleted, int LocalUpdates, byte[][] Updates, byte[][][] Pieces,
        byte[][] Extras, byte[][] Holders, byte[][] ArbitraryVectors)
{
    private const byte GenerateRequest = 0;

    /// <param name="oracle">Who makes it.</param>
    /// <param name="seed">What to make it from.</param>
    /// <param name="keep">Which updates to leave in it; null: all.</param>
    public static async Task<RandomDocument> MakeAsync(OracleProcess oracle, int seed, IReadOnlyList<int>? keep)
    {
        using var request = new Lib0Writer();
        var handle = oracle.NextHandle();
        request.WriteByte(GenerateRequest);
        request.WriteVarUint(handle);
        request.WriteVarUint((ulong)seed);
        request.WriteSubset(keep);
        return Read(handle, seed, await oracle.AskAsync(request));
    }

    private static RandomDocument Read(ulong handle, int seed, byte[] answer)
    {
        var reader = new Lib0Reader(answer);
        var flags = reader.ReadByte();
        var local = (int)reader.ReadVarUint();
        var updates = reader.ReadList();
        var pieces = new byte[(int)reader.ReadVarUint()][][];
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = reader.ReadList();
        }

        return new RandomDocument(handle, seed, (flags & 1) != 0, (flags & 2) != 0, local, updates, pieces,
            reader.ReadList(), reader.ReadList(), reader.ReadList());
    }
}
