using System.Runtime.InteropServices;

namespace Relay.Yjs;

/// <summary>
/// Cuts a document's structs wherever another one was inserted, as Yjs does when it integrates that one.
/// </summary>
internal static class PieceCutter
{
    /// <summary>
    /// The pieces by client and clock, without garbage and what waits for missing structs, and the index of each
    /// client's first one, with one more for the end.
    /// </summary>
    public static (Piece[] Pieces, int[] FirstOfClient) Cut(RestorableDocument document)
    {
        var cuts = FindCuts(document);
        var pieces = new List<Piece>();
        var first = new int[document.Clients.Count + 1];
        for (var index = 0; index < document.Clients.Count; index++)
        {
            first[index] = pieces.Count;
            var client = document.Clients[index];
            var clientCuts = CollectionsMarshal.AsSpan(cuts[index]);
            clientCuts.Sort();
            var next = 0;
            for (var i = 0; i < client.Count; i++)
            {
                WorkMeter.Count();
                ref readonly var block = ref client.Blocks[i];
                if (!HasPlace(client, block))
                {
                    continue;
                }

                var at = block.Clock;
                for (; next < clientCuts.Length && clientCuts[next] < block.End; next++)
                {
                    if (clientCuts[next] > at)
                    {
                        WorkMeter.Count();
                        pieces.Add(new Piece { Client = index, Block = i, Clock = at, Length = clientCuts[next] - at });
                        at = clientCuts[next];
                    }
                }

                pieces.Add(new Piece { Client = index, Block = i, Clock = at, Length = block.End - at });
            }
        }

        first[^1] = pieces.Count;
        return ([.. pieces], first);
    }

    private static bool HasPlace(ClientBlocks client, in Block block) =>
        block.Kind != BlockKind.Gc && block.Container >= 0 && block.End <= client.Integrated;

    private static List<long>[] FindCuts(RestorableDocument document)
    {
        var cuts = new List<long>[document.Clients.Count];
        for (var i = 0; i < cuts.Length; i++)
        {
            cuts[i] = [];
        }

        foreach (var client in document.Clients)
        {
            for (var i = 0; i < client.Count; i++)
            {
                ref readonly var block = ref client.Blocks[i];
                if (!HasPlace(client, block))
                {
                    continue;
                }

                if (block.OriginClient != Block.None)
                {
                    AddCut(document, cuts, block.OriginClient, block.OriginClock + 1);
                }

                if (block.RightClient != Block.None)
                {
                    AddCut(document, cuts, block.RightClient, block.RightClock);
                }
            }
        }

        return cuts;
    }

    /// <summary>Notes a cut before a clock, unless a struct begins there anyway.</summary>
    private static void AddCut(RestorableDocument document, List<long>[] cuts, int client, long clock)
    {
        var blocks = document.Clients[client];
        var found = blocks.FirstEndingAfter(clock);
        if (found < blocks.Count && blocks.Blocks[found].Clock < clock)
        {
            cuts[client].Add(clock);
        }
    }
}
