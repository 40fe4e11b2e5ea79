namespace Relay.Bench.Load;

/// <summary>A document of many megabytes: text by many clients, each of whom typed 10 KB in pieces of 1,000.</summary>
internal static class LargeDocument
{
    private const int Piece = 1000, PiecesOfOne = 10;
    private const ulong FirstId = 1000;

    /// <summary>One frame for each piece, in an order in which each client waits for the others.</summary>
    public static List<byte[]> Frames(int megabytes)
    {
        var typists = Enumerable.Range(0, megabytes * 1_000_000 / (Piece * PiecesOfOne))
            .Select(place => new Typist(FirstId + (ulong)place)).ToArray();
        return [.. Enumerable.Range(0, PiecesOfOne)
            .SelectMany(_ => typists.Select(typist => Client.UpdateFrame(typist.Type(Piece))))];
    }
}
